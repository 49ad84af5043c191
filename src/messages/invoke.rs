//! The form that Bedrock's `InvokeModel` gives a Messages request: an address, headers and a body.

use crate::wire::{Map, object};

use super::Request;

object! {
    /// A Messages request as Bedrock's operations `InvokeModel` and `InvokeModelWithResponseStream` take it.
    /// Source: API reference, `InvokeModel`; user guide, “Anthropic Claude Messages API”.
    pub struct InvokeModel {
        /// The model, for the address.
        optional model_id: L::Text = "model_id",
        /// Which operation: `InvokeModelWithResponseStream` instead of `InvokeModel`.
        optional stream: bool = "stream",
        /// The headers `X-Amzn-Bedrock-…`.
        optional headers: Map<L::Text> = "headers",
        /// The body: a Messages request without `model`, `stream` and `service_tier`.
        required body: Request<L> = "body",
    }
}
