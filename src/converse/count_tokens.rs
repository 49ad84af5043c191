//! The operation `CountTokens`.

use crate::wire::{Base64, object, union};

use super::{Message, SystemContentBlock, ToolConfiguration};

object! {
    /// A request of the operation `CountTokens`. `modelId` is part of the REST API's address, as in
    /// [`Request`](super::Request). Source: API reference, `CountTokens`.
    pub struct CountTokensRequest {
        /// The model.
        optional model_id: L::Text = "modelId",
        /// What to count.
        required input: CountTokensInput<L> = "input",
    }

    /// The response of the operation `CountTokens`.
    pub struct CountTokensResponse {
        /// How many tokens the request has.
        required input_tokens: i64 = "inputTokens",
    }

    /// An `InvokeModel` request, to count its tokens.
    pub struct InvokeModelTokensRequest {
        /// The body.
        required body: Base64<L> = "body",
    }

    /// A `Converse` request, to count its tokens.
    pub struct ConverseTokensRequest {
        /// The conversation.
        list messages: Message<L> = "messages",
        /// The system prompt.
        list system: SystemContentBlock<L> = "system",
        /// The tools.
        optional tool_config: ToolConfiguration<L> = "toolConfig",
        /// Parameters of the model itself.
        optional additional_model_request_fields: L::Json = "additionalModelRequestFields",
    }
}

union! {
    /// What to count.
    pub enum CountTokensInput {
        /// The tokens of an `InvokeModel` request.
        "invokeModel" => InvokeModel(InvokeModelTokensRequest<L>),
        /// The tokens of a `Converse` request.
        "converse" => Converse(ConverseTokensRequest<L>),
    }
}
