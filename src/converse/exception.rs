//! An exception of the Bedrock runtime, as it comes out of a body, a client or a log.

use crate::Error;
use crate::wire::{object, open_enum};

object! {
    /// An exception of the Bedrock runtime.
    ///
    /// The body of a REST response has its message only, and the header `x-amzn-ErrorType` its name: see
    /// [`Exception::from_http`]. In a stream the exception is a member of a union, see [`StreamEvent`](super::StreamEvent).
    pub struct Exception {
        /// The exception's name, as AWS's JSON protocols put it into the body. What stands before a `#` or behind a `:` is not part of it.
        optional kind: L::Text = "__type",
        /// The same, as some services put it.
        optional code: L::Text = "code",
        /// The same, as the AWS SDK for JavaScript puts it.
        optional js_name: L::Text = "name",
        /// The same, and the message, as boto3 puts it.
        optional error: ErrorDetail<L> = "Error",
        /// For a person to read.
        optional message: L::Text = "message",
        /// The same, as some services put it.
        optional capital_message: L::Text = "Message",
        /// The HTTP status that the model gave.
        optional original_status_code: i64 = "originalStatusCode",
        /// What the model said.
        optional original_message: L::Text = "originalMessage",
        /// The model's name.
        optional resource_name: L::Text = "resourceName",
        @beside
        /// The request's id: the header `x-amzn-requestid`. Not in the body.
        request_id: Option<L::Text>,
    }

    /// The name and the message, as boto3 puts them.
    pub struct ErrorDetail {
        /// The exception's name.
        optional code: L::Text = "Code",
        /// For a person to read.
        optional message: L::Text = "Message",
    }
}

open_enum! {
    /// The exceptions of the Bedrock runtime, and those of AWS's own gates before it.
    pub enum ExceptionName {
        AccessDenied = "AccessDeniedException",
        InternalServer = "InternalServerException",
        ModelError = "ModelErrorException",
        ModelNotReady = "ModelNotReadyException",
        ModelStreamError = "ModelStreamErrorException",
        ModelTimeout = "ModelTimeoutException",
        ResourceNotFound = "ResourceNotFoundException",
        ServiceQuotaExceeded = "ServiceQuotaExceededException",
        ServiceUnavailable = "ServiceUnavailableException",
        Throttling = "ThrottlingException",
        Validation = "ValidationException",
        ExpiredToken = "ExpiredTokenException",
        InvalidSignature = "InvalidSignatureException",
        MissingAuthenticationToken = "MissingAuthenticationTokenException",
        UnrecognizedClient = "UnrecognizedClientException",
    }
}

impl ExceptionName {
    /// The name in `x-amzn-ErrorType`, in a body's `__type` or in a stream's header `:exception-type`: without a namespace
    /// before `#` and an address behind `:`, its first letter in either case.
    ///
    /// ```
    /// use converse_messages::converse::ExceptionName;
    ///
    /// let header = "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/";
    /// assert_eq!(ExceptionName::of(header), ExceptionName::Validation);
    /// assert_eq!(ExceptionName::of("com.amazon.coral#throttlingException"), ExceptionName::Throttling);
    /// ```
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.split_once(':').map_or(text, |(name, _)| name);
        let text = text.split_once('#').map_or(text, |(_, name)| name).trim();
        let mut chars = text.chars();
        let capital = chars.next().map(|first| first.to_ascii_uppercase());
        match Self::from(&*capital.into_iter().chain(chars).collect::<String>()) {
            Self::Unknown(_) => Self::Unknown(text.to_owned()),
            known => known,
        }
    }
}

impl Exception {
    /// An exception.
    pub fn new(name: &ExceptionName, message: impl Into<String>) -> Self {
        Self { kind: Some(name.as_str().to_owned()), message: Some(message.into()), ..Self::default() }
    }

    /// The exception in a REST response: its body, and the values of the headers `x-amzn-ErrorType` and `x-amzn-requestid`.
    ///
    /// # Errors
    /// The body is not a JSON object.
    ///
    /// ```
    /// use converse_messages::converse::Exception;
    ///
    /// let body = br#"{"message": "The provided model identifier is invalid."}"#;
    /// let exception = Exception::from_http(body, Some("ValidationException:http://internal.amazon.com/"), Some("a1b2"))?;
    /// assert_eq!(exception.kind.as_deref(), Some("ValidationException:http://internal.amazon.com/"));
    /// # Ok::<(), converse_messages::Error>(())
    /// ```
    pub fn from_http(body: &[u8], error_type: Option<&str>, request_id: Option<&str>) -> Result<Self, Error> {
        use crate::wire::Wire as _;
        let mut exception = if body.trim_ascii().is_empty() { Self::default() } else { Self::from_json(body)? };
        exception.kind = error_type.map(str::to_owned).or(exception.kind);
        exception.request_id = request_id.map(str::to_owned);
        Ok(exception)
    }
}
