//! `MessageCreateParams` and what it holds beside messages and tools.

use std::collections::BTreeSet;

use crate::wire::{Leaves, Text, closed_enum, object, open_enum, tagged};

use super::{CacheControl, Content, Tool, ToolChoice};

object! {
    /// A request of the Messages API.
    ///
    /// One type for the four documents that differ only in what they require: `messages.create` (`model`, `max_tokens`),
    /// `messages.count_tokens` (`model`), the body of Bedrock's `InvokeModel` (`max_tokens`, `anthropic_version`) and a batch's `params`.
    /// Source: API reference, “Create a Message”; `MessageCreateParams`. `temperature`, `top_p` and `top_k` are no longer typed by the
    /// newest SDKs; the API takes them.
    pub struct Request {
        /// The model.
        optional model: L::Text = "model",
        /// The version of the API, in the body of `InvokeModel` only: `bedrock-2023-05-31`.
        optional anthropic_version: L::Text = "anthropic_version",
        /// Beta features, in the body of `InvokeModel`. The first-party API has a header for them: see [`Request::take_betas`].
        list anthropic_beta: L::Text = "anthropic_beta",
        /// Beta features, as the SDKs name the argument.
        list betas: L::Text = "betas",
        /// The most tokens to generate. At least 1.
        optional max_tokens: i64 = "max_tokens",
        /// The system prompt.
        optional system: Content<L> = "system",
        /// The conversation.
        required messages: Vec<Message<L>> = "messages",
        /// The tools the model may call.
        list tools: Tool<L> = "tools",
        /// Whether the model must call one.
        optional tool_choice: ToolChoice<L> = "tool_choice",
        /// Extended thinking.
        optional thinking: ThinkingConfig<L> = "thinking",
        /// 0 to 1.
        optional temperature: L::Number = "temperature",
        /// 0 to 1.
        optional top_p: L::Number = "top_p",
        /// How many of the likeliest tokens to choose from.
        optional top_k: i64 = "top_k",
        /// Texts that end the generation.
        list stop_sequences: L::Text = "stop_sequences",
        /// Structured output and effort.
        optional output_config: OutputConfig<L> = "output_config",
        /// Automatic caching.
        optional cache_control: CacheControl<L> = "cache_control",
        /// About the request.
        optional metadata: Metadata<L> = "metadata",
        /// The processing tier.
        optional service_tier: ServiceTier = "service_tier",
        /// Whether the response is a stream.
        optional stream: bool = "stream",
        /// How the server edits the context. Beta.
        optional context_management: L::Json = "context_management",
        /// The container for code execution: an id or an object.
        optional container: L::Json = "container",
        /// MCP servers to connect to. Beta.
        optional mcp_servers: L::Json = "mcp_servers",
        /// What to diagnose.
        optional diagnostics: L::Json = "diagnostics",
        /// Where inference may run.
        optional inference_geo: L::Text = "inference_geo",
        /// How fast.
        optional speed: Speed = "speed",
        /// The user's profile.
        optional user_profile_id: L::Text = "user_profile_id",
        /// The workspace.
        optional workspace_id: L::Text = "workspace_id",
    }

    /// How many tokens a request has: the response of `messages.count_tokens`.
    pub struct MessageTokensCount {
        /// The number.
        required input_tokens: i64 = "input_tokens",
    }

    /// A turn of the conversation.
    pub struct Message {
        /// Who speaks.
        required role: Role = "role",
        /// What is said.
        required content: Content<L> = "content",
    }

    /// About a request.
    pub struct Metadata {
        /// An id of the user, not a name.
        optional user_id: L::Text = "user_id",
    }

    /// Structured output and effort.
    pub struct OutputConfig {
        /// The form of the text.
        optional format: OutputFormat<L> = "format",
        /// How much effort the model makes.
        optional effort: Effort = "effort",
    }

    /// The text follows a JSON Schema.
    pub struct JsonOutputFormat: "json_schema" {
        /// The schema: an object.
        required schema: L::Json = "schema",
    }

    /// The model thinks within a budget.
    pub struct ThinkingConfigEnabled: "enabled" {
        /// The most tokens to think with. At least 1,024.
        required budget_tokens: i64 = "budget_tokens",
        /// Whether the thinking is shown.
        optional display: ThinkingDisplay = "display",
    }

    /// The model does not think.
    pub struct ThinkingConfigDisabled: "disabled" {}

    /// The model thinks between tool calls.
    pub struct ThinkingConfigBetweenTools: "between_tools" {}

    /// The model decides how much it thinks.
    pub struct ThinkingConfigAdaptive: "adaptive" {
        /// Whether the thinking is shown.
        optional display: ThinkingDisplay = "display",
    }
}

tagged! {
    /// The form of the model's text.
    pub enum OutputFormat {
        /// It follows a JSON Schema.
        "json_schema" => JsonSchema(JsonOutputFormat<L>),
    }

    /// Extended thinking.
    pub enum ThinkingConfig {
        /// Within a budget.
        "enabled" => Enabled(ThinkingConfigEnabled<L>),
        /// None.
        "disabled" => Disabled(ThinkingConfigDisabled<L>),
        /// Between tool calls.
        "between_tools" => BetweenTools(ThinkingConfigBetweenTools<L>),
        /// As much as the model decides.
        "adaptive" => Adaptive(ThinkingConfigAdaptive<L>),
    }
}

closed_enum! {
    /// Who speaks.
    pub enum Role {
        User = "user",
        Assistant = "assistant",
        System = "system",
    }
}

open_enum! {
    /// The processing tier of a request.
    pub enum ServiceTier {
        Auto = "auto",
        StandardOnly = "standard_only",
    }

    /// How fast the model answers.
    pub enum Speed {
        Standard = "standard",
        Fast = "fast",
    }

    /// How much effort the model makes.
    pub enum Effort {
        Low = "low",
        Medium = "medium",
        High = "high",
        XHigh = "xhigh",
        Max = "max",
    }

    /// Whether thinking is shown.
    pub enum ThinkingDisplay {
        Summarized = "summarized",
        Omitted = "omitted",
    }
}

impl Request {
    /// A request to a model, without messages yet.
    pub fn new(model: impl Into<String>, max_tokens: i64) -> Self {
        Self { model: Some(model.into()), max_tokens: Some(max_tokens), ..Self::default() }
    }
}

impl<L: Leaves> Request<L> {
    /// Takes the beta features out of the body, for the header `anthropic-beta` of the first-party API.
    pub fn take_betas(&mut self) -> Vec<L::Text> {
        united(std::mem::take(&mut self.anthropic_beta), std::mem::take(&mut self.betas))
    }
}

/// The texts of the first list, and those of the second that it does not have.
pub(crate) fn united<T: Text>(mut list: Vec<T>, more: Vec<T>) -> Vec<T> {
    if !more.is_empty() {
        // Not collected, which would sort first: code that nothing else in the wasm needs.
        let mut seen = BTreeSet::new();
        seen.extend(list.iter().map(|text| text.decode().into_owned()));
        list.extend(more.into_iter().filter(|text| seen.insert(text.decode().into_owned())));
    }
    list
}

impl Message {
    /// A turn of the user's with one text.
    pub fn user(text: impl Into<String>) -> Self {
        Self::new(Role::User, Content::Text(text.into()))
    }

    /// A turn of the model's with one text.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::new(Role::Assistant, Content::Text(text.into()))
    }
}

impl<L: Leaves> Message<L> {
    /// A turn.
    #[must_use]
    pub fn new(role: Role, content: Content<L>) -> Self {
        Self { role, content, ..Self::default() }
    }
}
