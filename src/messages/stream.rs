//! `MessageStreamEvent`: the events of a stream.

use crate::wire::{Leaves, object, tagged};

use super::{
    CacheCreation, Citation, Container, ContentBlock, ErrorResponse, GuardrailAction, InvocationMetrics,
    OutputTokensDetails, Response, ServerToolUsage, Speed, StopDetails, StopReason, UsageServiceTier,
};

tagged! {
    /// An event of a stream (Anthropic: `RawMessageStreamEvent`). Source: API reference, “Streaming Messages”.
    pub enum StreamEvent {
        /// A message begins.
        "message_start" => MessageStart(Box<MessageStartEvent<L>>),
        /// A block begins.
        "content_block_start" => ContentBlockStart(Box<ContentBlockStartEvent<L>>),
        /// A part of a block.
        "content_block_delta" => ContentBlockDelta(ContentBlockDeltaEvent<L>),
        /// A block ends.
        "content_block_stop" => ContentBlockStop(ContentBlockStopEvent<L>),
        /// How the message ends.
        "message_delta" => MessageDelta(Box<MessageDeltaEvent<L>>),
        /// The message has ended.
        "message_stop" => MessageStop(Box<MessageStopEvent<L>>),
        /// Nothing, so that the connection stays open.
        "ping" => Ping(PingEvent<L>),
        /// The stream has failed.
        "error" => Error(Box<ErrorResponse<L>>),
    }

    /// A part of a block (Anthropic: `RawContentBlockDelta`).
    pub enum ContentBlockDelta {
        /// Of a text.
        "text_delta" => Text(TextDelta<L>),
        /// Of a tool's input.
        "input_json_delta" => InputJson(InputJsonDelta<L>),
        /// A citation of a text.
        "citations_delta" => Citations(Box<CitationsDelta<L>>),
        /// Of the model's thinking.
        "thinking_delta" => Thinking(ThinkingDelta<L>),
        /// Of its signature.
        "signature_delta" => Signature(SignatureDelta<L>),
    }
}

object! {
    /// A message begins.
    pub struct MessageStartEvent: "message_start" {
        /// The message so far: mostly without content.
        required message: Response<L> = "message",
    }

    /// A block begins.
    pub struct ContentBlockStartEvent: "content_block_start" {
        /// Which one.
        required index: i64 = "index",
        /// The block so far: mostly empty.
        required content_block: ContentBlock<L> = "content_block",
    }

    /// A part of a block.
    pub struct ContentBlockDeltaEvent: "content_block_delta" {
        /// Of which block.
        required index: i64 = "index",
        /// The part.
        required delta: ContentBlockDelta<L> = "delta",
    }

    /// A block ends.
    pub struct ContentBlockStopEvent: "content_block_stop" {
        /// Which one.
        required index: i64 = "index",
    }

    /// How the message ends.
    pub struct MessageDeltaEvent: "message_delta" {
        /// What of the message has changed.
        required delta: MessageDelta<L> = "delta",
        /// How many tokens it took up to here.
        required usage: MessageDeltaUsage<L> = "usage",
        /// Whether Bedrock's guardrail has intervened.
        optional guardrail_action: GuardrailAction = "amazon-bedrock-guardrailAction",
        /// What Bedrock's guardrail did: kept whole.
        optional trace: L::Json = "amazon-bedrock-trace",
        /// Bedrock's metrics.
        optional invocation_metrics: InvocationMetrics<L> = "amazon-bedrock-invocationMetrics",
    }

    /// The message has ended.
    pub struct MessageStopEvent: "message_stop" {
        /// Whether Bedrock's guardrail has intervened.
        optional guardrail_action: GuardrailAction = "amazon-bedrock-guardrailAction",
        /// What Bedrock's guardrail did: kept whole.
        optional trace: L::Json = "amazon-bedrock-trace",
        /// Bedrock's metrics.
        optional invocation_metrics: InvocationMetrics<L> = "amazon-bedrock-invocationMetrics",
    }

    /// Nothing, so that the connection stays open.
    pub struct PingEvent: "ping" {}

    /// A part of a text.
    pub struct TextDelta: "text_delta" {
        /// The part.
        required text: L::Text = "text",
    }

    /// A part of a tool's input.
    pub struct InputJsonDelta: "input_json_delta" {
        /// A part of its JSON text.
        required partial_json: L::Text = "partial_json",
    }

    /// A citation of a text.
    pub struct CitationsDelta: "citations_delta" {
        /// The citation.
        required citation: Citation<L> = "citation",
    }

    /// A part of the model's thinking.
    pub struct ThinkingDelta: "thinking_delta" {
        /// The part.
        required thinking: L::Text = "thinking",
    }

    /// A part of the signature of the model's thinking.
    pub struct SignatureDelta: "signature_delta" {
        /// The part.
        required signature: L::Text = "signature",
    }

    /// What of the message has changed at its end.
    pub struct MessageDelta {
        /// Why the model stopped.
        nullable stop_reason: StopReason = "stop_reason",
        /// The stop sequence that was generated.
        nullable stop_sequence: L::Text = "stop_sequence",
        /// More about a refusal.
        optional stop_details: StopDetails<L> = "stop_details",
        /// The container of the code execution tool.
        optional container: Container<L> = "container",
    }

    /// How many tokens a message took up to here: what stands here replaces what the message began with.
    pub struct MessageDeltaUsage {
        /// Tokens of the request.
        optional input_tokens: i64 = "input_tokens",
        /// Tokens that were generated.
        required output_tokens: i64 = "output_tokens",
        /// Tokens of the request that were read from a cache.
        optional cache_read_input_tokens: i64 = "cache_read_input_tokens",
        /// Tokens of the request that were written to a cache.
        optional cache_creation_input_tokens: i64 = "cache_creation_input_tokens",
        /// Those written to a cache, by how long it lives. Not documented here.
        optional cache_creation: CacheCreation<L> = "cache_creation",
        /// What the generated tokens were for.
        optional output_tokens_details: OutputTokensDetails<L> = "output_tokens_details",
        /// How often the server ran its tools.
        optional server_tool_use: ServerToolUsage<L> = "server_tool_use",
        /// The processing tier that was used. Not documented here.
        optional service_tier: UsageServiceTier = "service_tier",
        /// Where inference ran. Not documented here.
        optional inference_geo: L::Text = "inference_geo",
        /// How fast the model answered. Not documented here.
        optional speed: Speed = "speed",
    }
}

/// Members of a response that `message_delta` does not change: there they are members that nobody knows.
pub(crate) const UNCHANGED: [&str; 7] = ["id", "type", "role", "model", "content", "usage", "diagnostics"];

impl<L: Leaves> StreamEvent<L> {
    /// The event's `type`, which is also the name of the server-sent event.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::MessageStart(_) => "message_start",
            Self::ContentBlockStart(_) => "content_block_start",
            Self::ContentBlockDelta(_) => "content_block_delta",
            Self::ContentBlockStop(_) => "content_block_stop",
            Self::MessageDelta(_) => "message_delta",
            Self::MessageStop(_) => "message_stop",
            Self::Ping(_) => "ping",
            Self::Error(_) => "error",
            Self::Unknown(event) => &event.kind,
        }
    }
}
