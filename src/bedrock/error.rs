//! What can go wrong on the way to Bedrock and back.

use std::fmt;
use std::time::Duration;

use crate::converse;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a call gave no answer, or a stream broke off.
///
/// Its texts, `Display` and `Debug`, say what happened, the status and the request's id. They never hold credentials, nor anything
/// of the conversation: the service's own words, which may quote both, are only in [`exception`](Self::exception).
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: &'static str,
    status: Option<u16>,
    request_id: Option<String>,
    exception: Option<converse::Exception>,
    retry_after: Option<Duration>,
    cause: Option<Cause>,
}

/// The kinds of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client's own settings: no region, a base URL that is none.
    Config,
    /// No credentials, or they could not be read.
    Credentials,
    /// A model id that is empty or leads elsewhere.
    ModelId,
    /// The request or the response could not be converted, or a loss was refused: see [`Error::conversion_error`].
    Conversion,
    /// No connection, or it broke before the response began.
    Connection,
    /// The response did not begin in time, or a stream stood still for too long.
    Timeout,
    /// The service answered with an exception, at once or within a stream: see [`Error::exception`].
    Service,
    /// The response broke off.
    Interrupted,
    /// The response is not what the service promises: see [`Error::conversion_error`].
    Response,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: &'static str) -> Self {
        Self(Box::new(Inner {
            kind,
            message,
            status: None,
            request_id: None,
            exception: None,
            retry_after: None,
            cause: None,
        }))
    }

    pub(super) fn because(mut self, cause: impl Into<Cause>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    pub(super) fn conversion(error: crate::Error) -> Self {
        Self::new(ErrorKind::Conversion, "the conversion failed").because(error)
    }

    /// What has come from the service and is not what it promises.
    pub(super) fn response(error: crate::Error) -> Self {
        Self::new(ErrorKind::Response, "not what the service promises").because(error)
    }

    pub(super) fn service(status: Option<u16>, exception: converse::Exception) -> Self {
        let mut error = Self::new(ErrorKind::Service, "the service refused");
        error.0.status = status;
        error.0.request_id.clone_from(&exception.request_id);
        error.0.exception = Some(exception);
        error
    }

    pub(super) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    /// The same error, of the response with this id.
    pub(super) fn of_request(mut self, request_id: Option<&str>) -> Self {
        if self.0.request_id.is_none() {
            self.0.request_id = request_id.map(str::to_owned);
        }
        self
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status of the service's answer. Exceptions within a stream have none.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The request's id, `x-amzn-requestid`, if the service has answered.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// What the service said, when the kind is [`ErrorKind::Service`]. Its message may quote the request, and when a signature is
    /// wrong, the session token: think before you log it. [`errors::to_messages`](crate::errors::to_messages) makes an error of
    /// the Messages API of it.
    #[must_use]
    pub fn exception(&self) -> Option<&converse::Exception> {
        self.0.exception.as_ref()
    }

    /// The exception's name, when the service gave one.
    #[must_use]
    pub fn exception_name(&self) -> Option<converse::ExceptionName> {
        let exception = self.exception()?;
        let name = exception.kind.as_deref().or(exception.code.as_deref())?;
        Some(converse::ExceptionName::of(name))
    }

    /// How long the service asked to wait: the header `retry-after`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The refusal or malformation behind it, of the kinds [`ErrorKind::Conversion`] and [`ErrorKind::Response`].
    #[must_use]
    pub fn conversion_error(&self) -> Option<&crate::Error> {
        self.0.cause.as_deref()?.downcast_ref()
    }

    /// Whether the same call may succeed if it is made again, without a change: throttling, any 5xx, no connection or a broken
    /// one, a timeout. What the client tries again by itself is narrower, see [the module](super).
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        use converse::ExceptionName as Name;
        match self.0.kind {
            ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::Interrupted => true,
            ErrorKind::Service => {
                let transient = [Name::Throttling, Name::ServiceUnavailable, Name::InternalServer, Name::ModelNotReady];
                self.status().is_some_and(|status| status == 429 || status >= 500)
                    || self.exception_name().is_some_and(|name| transient.contains(&name))
            }
            ErrorKind::Config
            | ErrorKind::Credentials
            | ErrorKind::ModelId
            | ErrorKind::Conversion
            | ErrorKind::Response => false,
        }
    }

    /// Whether the credentials were good once, and others may be by now.
    pub(super) fn is_expired_token(&self) -> bool {
        self.exception_name() == Some(converse::ExceptionName::ExpiredToken)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exception_name() {
            Some(name) if is_name(name.as_str()) => write!(f, "the service answered {name}")?,
            _ => f.write_str(self.0.message)?,
        }
        if let Some(error) = self.conversion_error() {
            write!(f, ": {error}")?;
        }
        if let Some(status) = self.0.status {
            write!(f, ", status {status}")?;
        }
        if let Some(id) = &self.0.request_id {
            write!(f, ", request id {id}")?;
        }
        Ok(())
    }
}

/// With the causes of failed connections, which hold nothing of the conversation.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}: {self}", self.0.kind)?;
        if matches!(self.0.kind, ErrorKind::Config | ErrorKind::Connection | ErrorKind::Interrupted) {
            let mut cause = std::error::Error::source(self);
            while let Some(error) = cause {
                write!(f, ": {error}")?;
                cause = error.source();
            }
        }
        f.write_str(")")
    }
}

/// The cause that the error's own text does not tell: of a connection, of credentials.
impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let cause = self.0.cause.as_deref()?;
        let untold = cause.downcast_ref::<crate::Error>().is_none();
        untold.then_some(cause)
    }
}

/// Whether what the service calls a name or an id is one, and no text.
pub(super) fn is_name(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
