//! What goes wrong, in the form of the API that was asked.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use converse_messages::errors::{self, HttpError};
use converse_messages::messages::{ErrorResponse, ErrorType};
use converse_messages::wire::Wire as _;
use converse_messages::{Error, Options, converse};

use crate::convert::Api;

/// An error as it was said, and its status.
#[derive(Debug)]
pub struct Failure {
    status: u16,
    said: Said,
    retry_after: Option<HeaderValue>,
}

#[derive(Debug)]
pub enum Said {
    Messages(ErrorResponse),
    Bedrock(converse::Exception),
}

impl Failure {
    pub fn new(status: StatusCode, kind: ErrorType, message: impl Into<String>) -> Self {
        let said = Said::Messages(ErrorResponse::new(kind, message));
        Self { status: status.as_u16(), said, retry_after: None }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorType::InvalidRequest, message)
    }

    /// The request cannot be converted: the place in it, and why.
    pub fn unconvertible(error: &Error) -> Self {
        // In the library's form of `InvokeModel` the body is a member.
        let path = error.path().strip_prefix("/body").unwrap_or(error.path());
        let mut message = if path.is_empty() { String::new() } else { format!("{path}: ") };
        message += error.message();
        Self::invalid(message)
    }

    pub fn too_large(limit: usize) -> Self {
        let message = format!("the request is larger than {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorType::RequestTooLarge, message)
    }

    pub fn timed_out(message: impl Into<String>) -> Self {
        Self::new(StatusCode::GATEWAY_TIMEOUT, ErrorType::Timeout, message)
    }

    /// The upstream's answer cannot be converted.
    pub fn of_upstream(error: &Error) -> Self {
        Self::upstream(format!("the upstream's answer is not what it should be: {error}"))
    }

    /// The upstream cannot be reached, or does not keep to its API.
    pub fn upstream(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorType::Api, message)
    }

    /// The upstream has answered with an error.
    pub fn answered(status: u16, said: Said, retry_after: Option<HeaderValue>) -> Self {
        Self { status, said, retry_after }
    }

    /// The response of the API that was asked.
    pub fn into_response(self, asked: Api) -> Response {
        let Self { status, said, retry_after } = self;
        // A status that no table has is kept.
        let too_large = (status == 413).then_some(413);
        let (status, body, id, name) = if asked.is_bedrock() {
            let HttpError { status, mut body } = as_bedrock(said, status);
            // The body has the message alone.
            let (id, name) = (body.request_id.take(), body.kind.take());
            (too_large.unwrap_or(status), body.to_json(), id, name)
        } else {
            let HttpError { status, body } = as_messages(said, status);
            (status, body.to_json(), body.request_id, None)
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let text = |text: Option<String>| text.and_then(|text| HeaderValue::try_from(text).ok());
        let headers = [
            (header::CONTENT_TYPE, Some(HeaderValue::from_static("application/json"))),
            (header::RETRY_AFTER, retry_after),
            (asked.request_id(), text(id)),
            (HeaderName::from_static("x-amzn-errortype"), text(name)),
        ];
        let headers: HeaderMap = headers.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        (status, headers, body).into_response()
    }
}

fn as_bedrock(said: Said, status: u16) -> HttpError<converse::Exception> {
    match said {
        Said::Bedrock(body) => HttpError { status, body },
        Said::Messages(error) => match errors::to_converse(error, Some(status), &Options::streaming()) {
            Ok(converted) => converted.value,
            Err(_) => HttpError { status, body: converse::Exception::default() },
        },
    }
}

fn as_messages(said: Said, status: u16) -> HttpError<ErrorResponse> {
    match said {
        Said::Messages(body) => HttpError { status, body },
        Said::Bedrock(exception) => match errors::to_messages(exception, Some(status), &Options::streaming()) {
            Ok(converted) => converted.value,
            Err(_) => HttpError { status, body: ErrorResponse::default() },
        },
    }
}
