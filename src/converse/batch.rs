//! The lines of a batch inference job.

use crate::wire::object;

object! {
    /// A record of a batch inference job, before and after. Source: Bedrock user guide, “Format and upload your batch inference data”,
    /// “View the results of a batch inference job”.
    pub struct BatchRecord {
        /// The caller's id of it.
        required record_id: L::Text = "recordId",
        /// The request: a body of `Converse` or of `InvokeModel`, without the model, which is the job's.
        optional model_input: L::Json = "modelInput",
        /// The response: of `Converse` or of `InvokeModel`.
        optional model_output: L::Json = "modelOutput",
        /// Why there is none.
        optional error: BatchError<L> = "error",
    }

    /// Why a record has no output.
    pub struct BatchError {
        /// The HTTP status that the request would have had.
        required error_code: L::Json = "errorCode",
        /// For a person to read.
        optional error_message: L::Text = "errorMessage",
    }
}
