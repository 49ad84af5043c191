//! `ConverseResponse` and what it holds beside its message.

use crate::wire::{Leaves, object, open_enum, union};

use super::{CacheTtl, ContentBlock, ConversationRole, Message, PerformanceConfiguration, ServiceTier};

object! {
    /// The response of the operation `Converse`. Source: API reference, `Converse`.
    pub struct Response {
        /// What the model says.
        required output: Output<L> = "output",
        /// Why the model stopped. The service always says it.
        optional stop_reason: StopReason = "stopReason",
        /// How many tokens it took.
        required usage: TokenUsage<L> = "usage",
        /// How long it took.
        required metrics: Metrics<L> = "metrics",
        /// The members of the model's own response that the request has asked for: any JSON.
        optional additional_model_response_fields: L::Json = "additionalModelResponseFields",
        /// What the guardrail and the prompt router did: kept whole. Real traces leave out members that the reference requires.
        optional trace: L::Json = "trace",
        /// The latency that was asked for.
        optional performance_config: PerformanceConfiguration<L> = "performanceConfig",
        /// The processing tier that was used.
        optional service_tier: ServiceTier<L> = "serviceTier",
    }

    /// How many tokens a response took. Tokens read from or written to a cache do not count as input tokens.
    pub struct TokenUsage {
        /// Tokens of the request.
        required input_tokens: i64 = "inputTokens",
        /// Tokens that were generated.
        required output_tokens: i64 = "outputTokens",
        /// All tokens.
        required total_tokens: i64 = "totalTokens",
        /// Tokens of the request that were read from a cache.
        optional cache_read_input_tokens: i64 = "cacheReadInputTokens",
        /// Tokens of the request that were written to a cache.
        optional cache_write_input_tokens: i64 = "cacheWriteInputTokens",
        /// Those written to a cache, by how long it lives.
        list cache_details: CacheDetail<L> = "cacheDetails",
    }

    /// How many tokens were written to caches that live this long.
    pub struct CacheDetail {
        /// How long.
        required ttl: CacheTtl = "ttl",
        /// How many tokens.
        required input_tokens: i64 = "inputTokens",
    }

    /// How long a response took.
    pub struct Metrics {
        /// In milliseconds.
        required latency_ms: i64 = "latencyMs",
    }
}

union! {
    /// What the model says (AWS: `ConverseOutput`).
    pub enum Output {
        /// A message.
        "message" => Message(Message<L>),
    }
}

open_enum! {
    /// Why a model stopped.
    pub enum StopReason {
        EndTurn = "end_turn",
        ToolUse = "tool_use",
        MaxTokens = "max_tokens",
        StopSequence = "stop_sequence",
        GuardrailIntervened = "guardrail_intervened",
        ContentFiltered = "content_filtered",
        MalformedModelOutput = "malformed_model_output",
        MalformedToolUse = "malformed_tool_use",
        ModelContextWindowExceeded = "model_context_window_exceeded",
    }
}

impl<L: Leaves> Response<L> {
    /// The model's answer: these blocks, and why it stopped.
    #[must_use]
    pub fn new(content: Vec<ContentBlock<L>>, stop_reason: StopReason) -> Self {
        let message = Message::new(ConversationRole::Assistant, content);
        Self { output: Output::Message(message), stop_reason: Some(stop_reason), ..Self::default() }
    }
}
