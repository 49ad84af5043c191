//! When a call is made again, and how long it waits before.

use std::time::{Duration, SystemTime};

use aws_smithy_types::date_time::{DateTime, Format};
use http::HeaderMap;

use super::{Error, ErrorKind};

/// The first delay is up to this long, the second up to twice as long, and so on.
const BASE: Duration = Duration::from_millis(500);
/// No backoff is longer.
const CAP: Duration = Duration::from_secs(20);
/// A service that asks for a longer wait is not waited for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// How long to wait after attempt number `attempt`, from 0; or not at all.
pub(super) fn delay(error: &Error, attempt: u32, max_retries: u32) -> Option<Duration> {
    let retried = error.is_retryable() && matches!(error.kind(), ErrorKind::Connection | ErrorKind::Service);
    if !retried || attempt >= max_retries {
        return None;
    }
    // Full jitter: what many clients met at once, they do not meet again at once.
    let backoff = ceiling(attempt).mul_f64(fastrand::f64());
    match error.retry_after() {
        None => Some(backoff),
        Some(asked) if asked <= LONGEST_RETRY_AFTER => Some(asked + backoff),
        Some(_) => None,
    }
}

fn ceiling(attempt: u32) -> Duration {
    CAP.min(BASE.saturating_mul(2_u32.saturating_pow(attempt)))
}

/// `retry-after`: a number of seconds or a date. Source: RFC 9110, 10.2.3.
pub(super) fn after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = SystemTime::try_from(DateTime::from_str(value, Format::HttpDate).ok()?).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn refused(status: u16, retry_after: Option<u64>) -> Error {
        Error::service(Some(status), crate::converse::Exception::default())
            .with_retry_after(retry_after.map(Duration::from_secs))
    }

    #[test]
    fn delays_double_up_to_the_cap_and_are_jittered_in_full() {
        assert_eq!(ceiling(0), Duration::from_millis(500));
        assert_eq!(ceiling(3), Duration::from_secs(4));
        assert_eq!(ceiling(40), CAP);
        let delays: Vec<_> = (0..1000).map(|_| delay(&refused(429, None), 1, 2).unwrap()).collect();
        assert!(delays.iter().all(|delay| *delay < Duration::from_secs(1)));
        assert!(delays.iter().any(|delay| *delay < Duration::from_millis(100)));
        assert!(delays.iter().any(|delay| *delay > Duration::from_millis(900)));
    }

    #[test]
    fn throttling_and_5xx_are_tried_again_and_nothing_else() {
        let again = |status| delay(&refused(status, None), 0, 2).is_some();
        assert_eq!([429, 500, 502, 503, 529].map(again), [true; 5]);
        assert_eq!([400, 401, 403, 404, 408, 409, 413, 424].map(again), [false; 8]);
        assert!(delay(&Error::new(ErrorKind::Connection, ""), 0, 1).is_some());
        assert!(delay(&Error::new(ErrorKind::Timeout, ""), 0, 1).is_none());
        assert!(delay(&Error::new(ErrorKind::Interrupted, ""), 0, 1).is_none());
        assert!(delay(&refused(429, None), 2, 2).is_none());
    }

    #[test]
    fn the_service_s_wish_is_a_lower_bound_unless_it_is_too_long() {
        let wait = delay(&refused(429, Some(7)), 0, 2).unwrap();
        assert!((Duration::from_secs(7)..Duration::from_millis(7500)).contains(&wait));
        assert!(delay(&refused(429, Some(61)), 0, 2).is_none());
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_480);
        let read =
            |value: &str| after(&HeaderMap::from_iter([(http::header::RETRY_AFTER, value.parse().unwrap())]), now);
        assert_eq!(read("3"), Some(Duration::from_secs(3)));
        assert_eq!(read("Wed, 21 Oct 2015 07:28:05 GMT"), Some(Duration::from_secs(5)));
        assert_eq!(read("Wed, 21 Oct 2014 07:28:05 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
        assert_eq!(after(&HeaderMap::new(), now), None);
    }
}
