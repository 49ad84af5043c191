//! An exception of the Bedrock runtime ⇄ an error of the Messages API, with their HTTP statuses
//!
//! | Converse | | Messages | |
//! |---|---|---|---|
//! | `ValidationException` | 400 | `invalid_request_error` | 400 |
//! | `AccessDeniedException` | 403 | `permission_error` | 403 |
//! | `ResourceNotFoundException` | 404 | `not_found_error` | 404 |
//! | `ThrottlingException` | 429 | `rate_limit_error` | 429 |
//! | `InternalServerException` | 500 | `api_error` | 500 |
//! | `ServiceUnavailableException` | 503 | `overloaded_error` | 529 |
//! | `ModelTimeoutException` | 408 | `timeout_error` | 504 |
//! | → `ModelErrorException`, `ModelStreamErrorException` | 424 | `api_error` | 500 |
//! | → `ModelNotReadyException` | 429 | `overloaded_error` | 529 |
//! | → `ServiceQuotaExceededException` | 400 | `rate_limit_error` | 429 |
//! | → `UnrecognizedClientException`, `ExpiredTokenException`, `InvalidSignatureException`, `MissingAuthenticationTokenException` | 403 | `authentication_error` | 401 |
//! | → any with the status 413 | 413 | `request_too_large` | 413 |
//! | `ValidationException` | 400 | ← `request_too_large`, `conflict_error` | 413, 409 |
//! | `AccessDeniedException` | 403 | ← `authentication_error`, `billing_error` | 401, 402 |
//!
//! A step that does not lead back is a hint at the name. An unknown name, or none, takes its class from the status (hint).

mod found;
mod in_stream;

use crate::loss::{Code, Converted, Cx, Path};
use crate::wire::{Leaves, Raw, Text as _, Wire};
use crate::{Error, Options, converse, messages};

pub(super) use in_stream::{Streams, exception_in_stream, in_stream_to_converse, in_stream_to_messages};

/// The body of an error, and its HTTP status.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpError<T> {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: T,
}

macro_rules! errors {
    (both ways {
        $( $exception:ident $exception_status:literal = $kind:ident $status:literal, )+
    }
    to messages { $( $( $only_exception:ident )|+ => $to_kind:ident, )+ }
    to converse { $( $only_kind:ident $only_status:literal => $to_exception:ident, )+ }
    ) => {
        fn kind_of(name: &converse::ExceptionName) -> Option<messages::ErrorType> {
            match name {
                $( converse::ExceptionName::$exception => Some(messages::ErrorType::$kind), )+
                $( $( converse::ExceptionName::$only_exception )|+ => Some(messages::ErrorType::$to_kind), )+
                converse::ExceptionName::Unknown(_) => None,
            }
        }

        /// The exception's name and its HTTP status.
        fn exception_of(kind: &messages::ErrorType) -> Option<(converse::ExceptionName, u16)> {
            let name = match kind {
                $( messages::ErrorType::$kind => converse::ExceptionName::$exception, )+
                $( messages::ErrorType::$only_kind => converse::ExceptionName::$to_exception, )+
                messages::ErrorType::Unknown(_) => return None,
            };
            let status = match name {
                $( converse::ExceptionName::$exception => $exception_status, )+
                // No row leads here.
                $( $( converse::ExceptionName::$only_exception )|+ => return None, )+
                converse::ExceptionName::Unknown(_) => return None,
            };
            Some((name, status))
        }

        fn status_of(kind: &messages::ErrorType) -> u16 {
            match kind {
                $( messages::ErrorType::$kind => $status, )+
                $( messages::ErrorType::$only_kind => $only_status, )+
                messages::ErrorType::Unknown(_) => 500,
            }
        }
    };
}

errors! {
    both ways {
        Validation 400 = InvalidRequest 400,
        AccessDenied 403 = Permission 403,
        ResourceNotFound 404 = NotFound 404,
        Throttling 429 = RateLimit 429,
        InternalServer 500 = Api 500,
        ServiceUnavailable 503 = Overloaded 529,
        ModelTimeout 408 = Timeout 504,
    }
    to messages {
        ModelError | ModelStreamError => Api,
        ModelNotReady => Overloaded,
        ServiceQuotaExceeded => RateLimit,
        UnrecognizedClient | ExpiredToken | InvalidSignature | MissingAuthenticationToken => Authentication,
    }
    to converse {
        Authentication 401 => AccessDenied,
        Billing 402 => AccessDenied,
        RequestTooLarge 413 => Validation,
        Conflict 409 => Validation,
    }
}

/// The class of an error of which only the status is known.
fn kind_of_status(status: Option<u16>) -> messages::ErrorType {
    match status {
        Some(401) => messages::ErrorType::Authentication,
        Some(402) => messages::ErrorType::Billing,
        Some(403) => messages::ErrorType::Permission,
        Some(404) => messages::ErrorType::NotFound,
        Some(408 | 504) => messages::ErrorType::Timeout,
        Some(409) => messages::ErrorType::Conflict,
        Some(413) => messages::ErrorType::RequestTooLarge,
        Some(429) => messages::ErrorType::RateLimit,
        Some(503 | 529) => messages::ErrorType::Overloaded,
        Some(status) if (400..500).contains(&status) && status != 424 => messages::ErrorType::InvalidRequest,
        _ => messages::ErrorType::Api,
    }
}

/// The class of an error by its code: an HTTP status, or an exception's name.
pub(super) fn kind_of_code<L: Leaves>(code: &L::Json, at: Path<'_>, cx: &mut Cx<'_>) -> messages::ErrorType {
    if let Ok(status) = L::parse::<i64>(code) {
        let kind = kind_of_status(u16::try_from(status).ok());
        if exception_of(&kind).is_none_or(|(_, back)| i64::from(back) != status) {
            cx.hint(at, Code::Rewritten, format!("`{kind}` stands for other statuses too"));
        }
        return kind;
    }
    let text = L::parse::<L::Text>(code).unwrap_or_default().decode().into_owned();
    let status = text.parse().ok().map(|status| kind_of_status(Some(status)));
    let Some(kind) = status.or_else(|| kind_of(&converse::ExceptionName::of(&text))) else {
        cx.hint(at, Code::UnknownValue, "neither a status nor a name this library knows");
        return messages::ErrorType::Api;
    };
    cx.hint(at, Code::Rewritten, "the code is not a number, but comes back as one");
    kind
}

/// Converts an exception of the Bedrock runtime. `status` is its HTTP status, if it came by HTTP.
///
/// # Errors
/// Something that is no exception, and whatever [`Options`] refuse.
///
/// ```
/// use converse_messages::{Options, converse, errors, messages};
///
/// let source = converse::Exception::new(&converse::ExceptionName::Throttling, "Too many tokens, please wait.");
/// let target = errors::to_messages(source, Some(429), &Options::default())?.value;
/// assert_eq!(target.status, 429);
/// assert_eq!(target.body, messages::ErrorResponse::new(messages::ErrorType::RateLimit, "Too many tokens, please wait."));
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_messages<L: Leaves>(
    exception: converse::Exception<L>,
    status: Option<u16>,
    options: &Options,
) -> Result<Converted<HttpError<messages::ErrorResponse<L>>>, Error> {
    let mut cx = Cx::new(options);
    let body = found::error(None, exception, status, Path::Root, &mut cx)?;
    cx.finish(HttpError { status: status_of(&body.error.kind), body })
}

/// Converts an exception of the Bedrock runtime, JSON to JSON: a body with its name as `__type`, `code`, `name` or `Error.Code`, a
/// body with a message alone, or a stream's exception.
///
/// # Errors
/// Malformed input, and what [`to_messages`] refuses.
///
/// ```
/// use converse_messages::{Options, errors};
///
/// let target = errors::to_messages_json(br#"{"message": "Not found."}"#, Some(404), &Options::default())?;
/// assert_eq!(target.value.body, r#"{"type":"error","error":{"type":"not_found_error","message":"Not found."}}"#);
/// assert_eq!(target.losses[0].path, "/__type");
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_messages_json(
    json: &[u8],
    status: Option<u16>,
    options: &Options,
) -> Result<Converted<HttpError<String>>, Error> {
    let exception = converse::Exception::<Raw>::from_json_within(json, options.max_depth)?;
    let converted = to_messages(exception, status, options)?;
    Ok(converted.map(|HttpError { status, body }| HttpError { status, body: body.to_json() }))
}

/// Converts an error of the Messages API. `status` is its HTTP status, if it came by HTTP.
///
/// # Errors
/// Whatever [`Options`] refuse.
///
/// ```
/// use converse_messages::{Options, converse, errors, messages};
///
/// let source = messages::ErrorResponse::new(messages::ErrorType::Overloaded, "Overloaded");
/// let target = errors::to_converse(source, Some(529), &Options::default())?.value;
/// assert_eq!(target.status, 503);
/// assert_eq!(target.body, converse::Exception::new(&converse::ExceptionName::ServiceUnavailable, "Overloaded"));
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_converse<L: Leaves>(
    error: messages::ErrorResponse<L>,
    status: Option<u16>,
    options: &Options,
) -> Result<Converted<HttpError<converse::Exception<L>>>, Error> {
    let mut cx = Cx::new(options);
    let target = exception(error, status, &mut cx);
    cx.finish(target)
}

/// The exception that an error becomes.
pub(super) fn exception<L: Leaves>(
    error: messages::ErrorResponse<L>,
    status: Option<u16>,
    cx: &mut Cx<'_>,
) -> HttpError<converse::Exception<L>> {
    let messages::ErrorResponse { error, request_id, unknown } = error;
    cx.unknown(Path::Root, &unknown);
    let at = Path::Root.name("error");
    let messages::ErrorObject { kind, message, unknown } = error;
    cx.unknown(at, &unknown);
    let (name, status) = name_and_status(&kind, status, at.name("type"), cx);
    let body = converse::Exception {
        kind: Some(name.as_str().to_owned().into()),
        message: Some(message),
        request_id,
        ..Default::default()
    };
    HttpError { status, body }
}

/// The exception's name, and its status.
fn name_and_status(
    kind: &messages::ErrorType,
    status: Option<u16>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> (converse::ExceptionName, u16) {
    if let Some(exception) = exception_of(kind) {
        if kind_of(&exception.0).as_ref() != Some(kind) {
            cx.hint(at, Code::Rewritten, format!("`{}` stands for other types too", exception.0));
        }
        return exception;
    }
    cx.hint(at, Code::UnknownValue, "not a type this library knows: the status tells the class");
    exception_of(&kind_of_status(status)).unwrap_or((converse::ExceptionName::InternalServer, 500))
}

/// Converts an error of the Messages API, JSON to JSON: to a body with its name as `__type`, as AWS's JSON protocols have it. The
/// request's id belongs to a header, and is a hint here.
///
/// # Errors
/// Malformed input, and what [`to_converse`] refuses.
///
/// ```
/// use converse_messages::{Options, errors};
///
/// let source = br#"{"type": "error", "error": {"type": "rate_limit_error", "message": "Slow down"}}"#;
/// let target = errors::to_converse_json(source, Some(429), &Options::default())?.value;
/// assert_eq!(target.body, r#"{"__type":"ThrottlingException","message":"Slow down"}"#);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_converse_json(
    json: &[u8],
    status: Option<u16>,
    options: &Options,
) -> Result<Converted<HttpError<String>>, Error> {
    let error = messages::ErrorResponse::<Raw>::from_json_within(json, options.max_depth)?;
    let mut cx = Cx::new(options);
    let HttpError { status, body } = exception(error, status, &mut cx);
    if body.request_id.is_some() {
        cx.hint(Path::Root.name("request_id"), Code::Unsupported, "the request's id is a header in Converse");
    }
    cx.finish(HttpError { status, body: body.to_json() })
}
