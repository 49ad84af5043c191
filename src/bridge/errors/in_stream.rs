//! An exception of a stream ⇄ an `error` event
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `throttlingException` | `rate_limit_error` | |
//! | `serviceUnavailableException` | `overloaded_error` | |
//! | `internalServerException` | `api_error` | unknown types come here too (hint) |
//! | `validationException` | `invalid_request_error` | so do all others (hint) |
//! | `modelTimeoutException`, which only streams of `InvokeModel` have | `timeout_error` | |
//! | `modelStreamErrorException` | ← `timeout_error` | hint |

use crate::loss::{Code, Cx, Path};
use crate::wire::Leaves;
use crate::{Error, converse, messages};

use super::found::{self, PlacedName};
use super::kind_of;

/// The error that an exception of a stream becomes. The exception stands at its name.
pub(in crate::bridge) fn in_stream_to_messages<L: Leaves>(
    name: &str,
    exception: converse::Exception<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<messages::ErrorResponse<L>, Error> {
    found::error(Some(PlacedName::new(name, at)), exception, None, at, cx)
}

/// Streams that know exceptions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::bridge) enum Streams {
    /// Five.
    Converse,
    /// Those, and `modelTimeoutException`.
    Invoke,
}

/// The exception of a stream that an error becomes.
pub(in crate::bridge) fn in_stream_to_converse<L: Leaves>(
    error: messages::ErrorResponse<L>,
    streams: Streams,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> converse::StreamEvent<L> {
    let messages::ErrorResponse { error, request_id, unknown } = error;
    cx.unknown(at, &unknown);
    cx.unsupported_members(at, [("request_id", request_id.is_some())], "an event of a stream has no place for it");
    let error_at = at.name("error");
    let messages::ErrorObject { kind, message, unknown } = error;
    cx.unknown(error_at, &unknown);
    let exception = converse::Exception { message: Some(message), ..Default::default() };
    let (event, leads_back) = event_of(&kind, exception, streams);
    if !leads_back {
        stands_for_it(&event, error_at.name("type"), cx);
    }
    event
}

/// An exception of any name as one that Converse's streams have. It stands at its name.
pub(in crate::bridge) fn exception_in_stream<L: Leaves>(
    name: &str,
    exception: converse::Exception<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> converse::StreamEvent<L> {
    let name = converse::ExceptionName::of(name);
    let own = match name {
        converse::ExceptionName::ModelTimeout => Err(exception),
        _ => converse::StreamEvent::exception(&name, exception),
    };
    own.unwrap_or_else(|exception| {
        let kind = kind_of(&name).unwrap_or(messages::ErrorType::Api);
        let (event, _) = event_of(&kind, exception, Streams::Converse);
        stands_for_it(&event, at, cx);
        event
    })
}

fn stands_for_it<L: Leaves>(event: &converse::StreamEvent<L>, at: Path<'_>, cx: &mut Cx<'_>) {
    cx.hint(at, Code::Rewritten, format!("in a stream `{}` stands for it", event.name()));
}

/// The event of a stream for an error of this type, and whether it leads back to it.
fn event_of<L: Leaves>(
    kind: &messages::ErrorType,
    exception: converse::Exception<L>,
    streams: Streams,
) -> (converse::StreamEvent<L>, bool) {
    use converse::StreamEvent as Event;
    use messages::ErrorType as Kind;
    let exception = Box::new(exception);
    match kind {
        Kind::RateLimit => (Event::Throttling(exception), true),
        Kind::Overloaded => (Event::ServiceUnavailable(exception), true),
        Kind::Api => (Event::InternalServer(exception), true),
        Kind::InvalidRequest => (Event::Validation(exception), true),
        Kind::Timeout if streams == Streams::Invoke => (Event::ModelTimeout(exception), true),
        Kind::Timeout => (Event::ModelStreamError(exception), false),
        Kind::Unknown(_) => (Event::InternalServer(exception), false),
        Kind::Authentication
        | Kind::Billing
        | Kind::Permission
        | Kind::NotFound
        | Kind::Conflict
        | Kind::RequestTooLarge => (Event::Validation(exception), false),
    }
}
