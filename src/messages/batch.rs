//! The lines of a message batch.

use crate::wire::{object, tagged};

use super::{ErrorResponse, Request, Response};

object! {
    /// A request of a batch. Source: API reference, “Create a Message Batch”.
    pub struct BatchRequest {
        /// The caller's id of it: `[a-zA-Z0-9_-]{1,64}`, unique in the batch.
        required custom_id: L::Text = "custom_id",
        /// The request.
        required params: Request<L> = "params",
    }

    /// What came of a request of a batch (Anthropic: `MessageBatchIndividualResponse`).
    pub struct BatchResponse {
        /// The caller's id of the request.
        required custom_id: L::Text = "custom_id",
        /// What came of it.
        required result: BatchResult<L> = "result",
    }

    /// The request was answered.
    pub struct BatchSucceededResult: "succeeded" {
        /// The answer.
        required message: Response<L> = "message",
    }

    /// The request has failed.
    pub struct BatchErroredResult: "errored" {
        /// Why.
        required error: ErrorResponse<L> = "error",
    }

    /// The batch was canceled before the request was sent to the model.
    pub struct BatchCanceledResult: "canceled" {}

    /// The batch has expired before the request was sent to the model.
    pub struct BatchExpiredResult: "expired" {}
}

tagged! {
    /// What came of a request of a batch (Anthropic: `MessageBatchResult`).
    #[allow(clippy::large_enum_variant, reason = "nearly all results are answers")]
    pub enum BatchResult {
        /// It was answered.
        "succeeded" => Succeeded(BatchSucceededResult<L>),
        /// It has failed.
        "errored" => Errored(BatchErroredResult<L>),
        /// It was canceled.
        "canceled" => Canceled(BatchCanceledResult<L>),
        /// It has expired.
        "expired" => Expired(BatchExpiredResult<L>),
    }
}
