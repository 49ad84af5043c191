//! An error of the Messages API.

use crate::wire::{object, open_enum};

object! {
    /// The body of an error (Anthropic: `ErrorResponse`), and a stream's event `error`. Source: API reference, “Errors”.
    pub struct ErrorResponse: "error" {
        /// What went wrong.
        required error: ErrorObject<L> = "error",
        /// The request's id, also in the header `request-id`.
        optional request_id: L::Text = "request_id",
    }

    /// What went wrong.
    pub struct ErrorObject {
        /// The kind of error.
        required kind: ErrorType = "type",
        /// For a person to read.
        required message: L::Text = "message",
    }
}

open_enum! {
    /// The kinds of error.
    pub enum ErrorType {
        InvalidRequest = "invalid_request_error",
        Authentication = "authentication_error",
        Billing = "billing_error",
        Permission = "permission_error",
        NotFound = "not_found_error",
        Conflict = "conflict_error",
        RequestTooLarge = "request_too_large",
        RateLimit = "rate_limit_error",
        Api = "api_error",
        Overloaded = "overloaded_error",
        Timeout = "timeout_error",
    }
}

impl ErrorResponse {
    /// An error.
    pub fn new(kind: ErrorType, message: impl Into<String>) -> Self {
        let error = ErrorObject { kind, message: message.into(), ..ErrorObject::default() };
        Self { error, ..Self::default() }
    }
}
