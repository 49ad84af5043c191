//! `Message`, the response of the Messages API, and what it holds beside its blocks.

use crate::wire::{Leaves, object, open_enum, tagged};

use super::{ContentBlock, MessageDeltaUsage, Role, Speed};

object! {
    /// The response of the Messages API (Anthropic: `Message`), and of Bedrock's `InvokeModel`, which adds the
    /// members `amazon-bedrock-…`. Source: API reference, “Create a Message”; Bedrock user guide, “Guardrails with `InvokeModel`”.
    pub struct Response: "message" {
        /// The response's id.
        required id: L::Text = "id",
        /// Who speaks: the assistant.
        required role: Role = "role",
        /// The model that has answered.
        required model: L::Text = "model",
        /// What the model says.
        required content: Vec<ContentBlock<L>> = "content",
        /// Why the model stopped. Null only in a stream's first event.
        nullable stop_reason: StopReason = "stop_reason",
        /// The stop sequence that was generated.
        nullable stop_sequence: L::Text = "stop_sequence",
        /// More about a refusal.
        optional stop_details: StopDetails<L> = "stop_details",
        /// The container of the code execution tool.
        optional container: Container<L> = "container",
        /// What the request asked to diagnose.
        optional diagnostics: Diagnostics<L> = "diagnostics",
        /// How many tokens it took.
        required usage: Usage<L> = "usage",
        /// Whether Bedrock's guardrail has intervened.
        optional guardrail_action: GuardrailAction = "amazon-bedrock-guardrailAction",
        /// What Bedrock's guardrail did: kept whole.
        optional trace: L::Json = "amazon-bedrock-trace",
        /// Bedrock's metrics.
        optional invocation_metrics: InvocationMetrics<L> = "amazon-bedrock-invocationMetrics",
    }

    /// How many tokens a response took. Tokens read from or written to a cache do not count as input tokens.
    pub struct Usage {
        /// Tokens of the request.
        required input_tokens: i64 = "input_tokens",
        /// Tokens that were generated.
        required output_tokens: i64 = "output_tokens",
        /// Tokens of the request that were read from a cache.
        optional cache_read_input_tokens: i64 = "cache_read_input_tokens",
        /// Tokens of the request that were written to a cache.
        optional cache_creation_input_tokens: i64 = "cache_creation_input_tokens",
        /// Those written to a cache, by how long it lives.
        optional cache_creation: CacheCreation<L> = "cache_creation",
        /// What the generated tokens were for.
        optional output_tokens_details: OutputTokensDetails<L> = "output_tokens_details",
        /// How often the server ran its tools.
        optional server_tool_use: ServerToolUsage<L> = "server_tool_use",
        /// The processing tier that was used.
        optional service_tier: UsageServiceTier = "service_tier",
        /// Where inference ran.
        optional inference_geo: L::Text = "inference_geo",
        /// How fast the model answered.
        optional speed: Speed = "speed",
    }

    /// Tokens written to a cache, by how long it lives.
    pub struct CacheCreation {
        /// An hour.
        optional ephemeral_1h_input_tokens: i64 = "ephemeral_1h_input_tokens",
        /// Five minutes.
        optional ephemeral_5m_input_tokens: i64 = "ephemeral_5m_input_tokens",
    }

    /// What the generated tokens were for.
    pub struct OutputTokensDetails {
        /// Thinking.
        optional thinking_tokens: i64 = "thinking_tokens",
    }

    /// How often the server ran its tools.
    pub struct ServerToolUsage {
        /// Web fetches.
        optional web_fetch_requests: i64 = "web_fetch_requests",
        /// Web searches.
        optional web_search_requests: i64 = "web_search_requests",
    }

    /// Why the model has refused.
    pub struct RefusalStopDetails: "refusal" {
        /// The policy that the refusal follows.
        optional category: RefusalCategory = "category",
        /// For a person to read.
        optional explanation: L::Text = "explanation",
    }

    /// The container of the code execution tool.
    pub struct Container {
        /// Its id, to use it again.
        required id: L::Text = "id",
        /// When it ends: RFC 3339.
        required expires_at: L::Text = "expires_at",
        /// The skills that were loaded into it.
        list skills: ContainerSkill<L> = "skills",
    }

    /// A skill in a container.
    pub struct ContainerSkill {
        /// Its id.
        required skill_id: L::Text = "skill_id",
        /// Whose it is: `anthropic` or `custom`.
        required kind: L::Text = "type",
        /// Its version.
        required version: L::Text = "version",
    }

    /// What the request asked to diagnose.
    pub struct Diagnostics {
        /// Why the cache was missed.
        optional cache_miss_reason: CacheMissReason<L> = "cache_miss_reason",
    }

    /// Something before the cached part has changed.
    pub struct CacheMissChanged {
        /// What: `messages_changed`, `model_changed`, `system_changed` or `tools_changed`.
        required kind: L::Text = "type",
        /// How many tokens were not read from the cache.
        required cache_missed_input_tokens: i64 = "cache_missed_input_tokens",
    }

    /// The message that the request names is not known any more.
    pub struct CacheMissPreviousMessageNotFound: "previous_message_not_found" {}

    /// The reason is not known.
    pub struct CacheMissUnavailable: "unavailable" {}

    /// Bedrock's metrics of an invocation. Its token counts differ from those of `usage`.
    pub struct InvocationMetrics {
        /// In milliseconds.
        optional invocation_latency: i64 = "invocationLatency",
    }
}

tagged! {
    /// More about why the model stopped.
    pub enum StopDetails {
        /// It has refused.
        "refusal" => Refusal(RefusalStopDetails<L>),
    }

    /// Why a cache was missed.
    pub enum CacheMissReason {
        /// Something before the cached part has changed.
        "messages_changed" | "model_changed" | "system_changed" | "tools_changed" => Changed(CacheMissChanged<L>),
        /// The message that the request names is not known any more.
        "previous_message_not_found" => PreviousMessageNotFound(CacheMissPreviousMessageNotFound<L>),
        /// The reason is not known.
        "unavailable" => Unavailable(CacheMissUnavailable<L>),
    }
}

open_enum! {
    /// Why a model stopped.
    pub enum StopReason {
        EndTurn = "end_turn",
        ToolUse = "tool_use",
        MaxTokens = "max_tokens",
        StopSequence = "stop_sequence",
        PauseTurn = "pause_turn",
        Refusal = "refusal",
        ModelContextWindowExceeded = "model_context_window_exceeded",
    }

    /// The policy that a refusal follows.
    pub enum RefusalCategory {
        Cyber = "cyber",
        Bio = "bio",
        FrontierLlm = "frontier_llm",
        ReasoningExtraction = "reasoning_extraction",
        GeneralHarms = "general_harms",
    }

    /// The processing tier that was used.
    pub enum UsageServiceTier {
        Standard = "standard",
        Priority = "priority",
        Batch = "batch",
    }

    /// Whether Bedrock's guardrail has intervened.
    pub enum GuardrailAction {
        None = "NONE",
        Intervened = "INTERVENED",
    }
}

impl<L: Leaves> Usage<L> {
    /// Takes over what a later event tells, which replaces what was told: it is cumulative, and may be told in part. Members that
    /// nobody knows are the caller's.
    pub(crate) fn update(&mut self, told: MessageDeltaUsage<L>) {
        let MessageDeltaUsage {
            input_tokens,
            output_tokens,
            cache_read_input_tokens,
            cache_creation_input_tokens,
            cache_creation,
            output_tokens_details,
            server_tool_use,
            service_tier,
            inference_geo,
            speed,
            unknown: _,
        } = told;
        self.input_tokens = input_tokens.unwrap_or(self.input_tokens);
        self.output_tokens = output_tokens;
        replace(&mut self.cache_read_input_tokens, cache_read_input_tokens);
        replace(&mut self.cache_creation_input_tokens, cache_creation_input_tokens);
        replace(&mut self.cache_creation, cache_creation);
        replace(&mut self.output_tokens_details, output_tokens_details);
        replace(&mut self.server_tool_use, server_tool_use);
        replace(&mut self.service_tier, service_tier);
        replace(&mut self.inference_geo, inference_geo);
        replace(&mut self.speed, speed);
    }
}

/// A member that is told stands in the place of what was told before.
pub(super) fn replace<T>(own: &mut Option<T>, told: Option<T>) {
    if told.is_some() {
        *own = told;
    }
}

impl Response {
    /// The model's answer: these blocks, and why it stopped.
    pub fn new(
        id: impl Into<String>,
        model: impl Into<String>,
        content: Vec<ContentBlock>,
        stop_reason: StopReason,
    ) -> Self {
        let (id, model, stop_reason) = (id.into(), model.into(), Some(stop_reason));
        Self { id, role: Role::Assistant, model, content, stop_reason, ..Self::default() }
    }
}
