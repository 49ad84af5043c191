//! What the service answers: bytes, as they come.

use std::fmt;
use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, Sleep};

use super::{Error, ErrorKind};

/// What the service answers when it does not refuse.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reply {
    /// The status: 2xx.
    pub status: StatusCode,
    /// The request's id, `x-amzn-requestid`.
    pub request_id: Option<String>,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, as it comes. Dropping it closes the connection, and the model stops.
    pub body: Body,
}

/// A body, as it comes. It is read only as fast as it is asked for.
///
/// An item is an error of the kind [`Timeout`](ErrorKind::Timeout) when nothing came for
/// [`Timeouts::idle`](super::Timeouts::idle), and of the kind [`Interrupted`](ErrorKind::Interrupted) when the body broke off.
/// Nothing follows an error.
pub struct Body {
    /// Gone at its end.
    bytes: Option<Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>>,
    idle: Duration,
    sleep: Pin<Box<Sleep>>,
    waiting: bool,
    request_id: Option<String>,
}

impl Body {
    pub(super) fn new(response: reqwest::Response, idle: Duration, request_id: Option<String>) -> Self {
        Self {
            bytes: Some(Box::pin(response.bytes_stream())),
            idle,
            sleep: Box::pin(tokio::time::sleep(idle)),
            waiting: false,
            request_id,
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// Those of the stream.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let Some(first) = self.next().await else { return Ok(Bytes::new()) };
        let first = first?;
        let Some(second) = self.next().await else { return Ok(first) };
        let mut all = BytesMut::from(first);
        all.extend_from_slice(&second?);
        while let Some(bytes) = self.next().await {
            all.extend_from_slice(&bytes?);
        }
        Ok(all.freeze())
    }

    /// The next bytes, or nothing at the end.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    fn end(&mut self, error: Error) -> Poll<Option<Result<Bytes, Error>>> {
        self.bytes = None;
        Poll::Ready(Some(Err(error.of_request(self.request_id.as_deref()))))
    }
}

impl Stream for Body {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(bytes) = &mut self.bytes else { return Poll::Ready(None) };
        let Poll::Ready(next) = bytes.as_mut().poll_next(cx) else {
            // The clock runs only while somebody waits: a slow reader is no idle stream.
            if !self.waiting {
                let deadline = Instant::now() + self.idle;
                self.sleep.as_mut().reset(deadline);
                self.waiting = true;
            }
            ready!(self.sleep.as_mut().poll(cx));
            return self.end(Error::new(ErrorKind::Timeout, "nothing came of the response for too long"));
        };
        self.waiting = false;
        match next {
            Some(Ok(bytes)) => Poll::Ready(Some(Ok(bytes))),
            Some(Err(error)) => {
                let error = error.without_url();
                self.end(Error::new(ErrorKind::Interrupted, "the response broke off").because(error))
            }
            None => {
                self.bytes = None;
                Poll::Ready(None)
            }
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("ended", &self.bytes.is_none()).finish_non_exhaustive()
    }
}
