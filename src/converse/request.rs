//! `ConverseRequest` and what it holds beside messages and tools.

use crate::wire::{Leaves, Map, closed_enum, object, open_enum, union};

use super::{CachePointBlock, ContentBlock, GuardrailConverseContentBlock, ToolConfiguration};

object! {
    /// A request of the operations `Converse` and `ConverseStream`.
    ///
    /// `modelId` is part of the REST API's address, not of its body; the SDKs pass it as an argument beside the other members,
    /// and so does this type. Source: API reference, `Converse`, `ConverseStream`.
    pub struct Request {
        /// The model, an inference profile, a prompt or an endpoint: an id or an ARN.
        optional model_id: L::Text = "modelId",
        /// The conversation.
        list messages: Message<L> = "messages",
        /// The system prompt.
        list system: SystemContentBlock<L> = "system",
        /// Parameters that all models share.
        optional inference_config: InferenceConfiguration<L> = "inferenceConfig",
        /// The tools the model may call.
        optional tool_config: ToolConfiguration<L> = "toolConfig",
        /// The guardrail to apply.
        optional guardrail_config: GuardrailConfiguration<L> = "guardrailConfig",
        /// Parameters of the model itself, as its own API names them: any JSON.
        optional additional_model_request_fields: L::Json = "additionalModelRequestFields",
        /// Variables of a prompt from Prompt management.
        optional prompt_variables: Map<PromptVariableValues<L>> = "promptVariables",
        /// JSON pointers to members of the model's own response that are to be returned. At most 10.
        list additional_model_response_field_paths: L::Text = "additionalModelResponseFieldPaths",
        /// Labels for the invocation log. 1 to 16.
        optional request_metadata: Map<L::Text> = "requestMetadata",
        /// The latency to ask for.
        optional performance_config: PerformanceConfiguration<L> = "performanceConfig",
        /// The processing tier.
        optional service_tier: ServiceTier<L> = "serviceTier",
        /// Structured output and effort.
        optional output_config: OutputConfig<L> = "outputConfig",
        @beside
        /// Which operation: `ConverseStream` instead of `Converse`. Not in the body.
        stream: bool,
    }

    /// A turn of the conversation.
    pub struct Message {
        /// Who speaks.
        required role: ConversationRole = "role",
        /// What is said.
        required content: Vec<ContentBlock<L>> = "content",
    }

    /// Parameters that all models share.
    pub struct InferenceConfiguration {
        /// The most tokens to generate. At least 1.
        optional max_tokens: i64 = "maxTokens",
        /// 0 to 1.
        optional temperature: L::Number = "temperature",
        /// 0 to 1.
        optional top_p: L::Number = "topP",
        /// Texts that end the generation. At most 2,500, none empty.
        list stop_sequences: L::Text = "stopSequences",
    }

    /// The guardrail to apply. `streamProcessingMode` belongs to `ConverseStream` alone.
    pub struct GuardrailConfiguration {
        /// The guardrail: an id or an ARN.
        optional guardrail_identifier: L::Text = "guardrailIdentifier",
        /// Its version: a number or `DRAFT`.
        optional guardrail_version: L::Text = "guardrailVersion",
        /// Whether to trace it.
        optional trace: GuardrailTrace = "trace",
        /// Whether the stream waits for it.
        optional stream_processing_mode: GuardrailStreamProcessingMode = "streamProcessingMode",
    }

    /// The latency to ask for.
    pub struct PerformanceConfiguration {
        /// Standard or optimized.
        optional latency: PerformanceConfigLatency = "latency",
    }

    /// The processing tier.
    pub struct ServiceTier {
        /// Which one.
        required kind: ServiceTierType = "type",
    }

    /// Structured output and effort.
    pub struct OutputConfig {
        /// The form of the text.
        optional text_format: OutputFormat<L> = "textFormat",
        /// How much effort the model makes. At most 16 characters.
        optional effort: L::Text = "effort",
    }

    /// The form of the model's text.
    pub struct OutputFormat {
        /// The kind of form.
        required kind: OutputFormatType = "type",
        /// What the form is.
        required structure: OutputFormatStructure<L> = "structure",
    }

    /// A JSON Schema for the model's text.
    pub struct JsonSchemaDefinition {
        /// The schema: a JSON text in a string.
        required schema: L::Text = "schema",
        /// Its name.
        optional name: L::Text = "name",
        /// What it is for.
        optional description: L::Text = "description",
    }
}

union! {
    /// A block of the system prompt.
    pub enum SystemContentBlock {
        /// Text, not empty.
        "text" => Text(L::Text),
        /// Content marked for the guardrail.
        "guardContent" => GuardContent(GuardrailConverseContentBlock<L>),
        /// What stands before may be cached.
        "cachePoint" => CachePoint(CachePointBlock<L>),
    }

    /// The value of a prompt's variable.
    pub enum PromptVariableValues {
        /// Text.
        "text" => Text(L::Text),
    }

    /// What the form of the model's text is.
    pub enum OutputFormatStructure {
        /// It follows a JSON Schema.
        "jsonSchema" => JsonSchema(JsonSchemaDefinition<L>),
    }
}

open_enum! {
    /// Whether to trace a guardrail.
    pub enum GuardrailTrace {
        Enabled = "enabled",
        Disabled = "disabled",
        EnabledFull = "enabled_full",
    }

    /// Whether a stream waits for its guardrail.
    pub enum GuardrailStreamProcessingMode {
        Sync = "sync",
        Async = "async",
    }

    /// The latency of a request.
    pub enum PerformanceConfigLatency {
        Standard = "standard",
        Optimized = "optimized",
    }

    /// The processing tier of a request.
    pub enum ServiceTierType {
        Default = "default",
        Priority = "priority",
        Flex = "flex",
        Reserved = "reserved",
    }

    /// The kind of form of the model's text.
    pub enum OutputFormatType {
        JsonSchema = "json_schema",
    }
}

closed_enum! {
    /// Who speaks.
    pub enum ConversationRole {
        User = "user",
        Assistant = "assistant",
        System = "system",
    }
}

impl Request {
    /// A request to a model, without messages yet.
    pub fn new(model_id: impl Into<String>) -> Self {
        Self { model_id: Some(model_id.into()), ..Self::default() }
    }
}

impl Message {
    /// A turn of the user's with one text.
    pub fn user(text: impl Into<String>) -> Self {
        Self::new(ConversationRole::User, vec![ContentBlock::Text(text.into())])
    }

    /// A turn of the model's with one text.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::new(ConversationRole::Assistant, vec![ContentBlock::Text(text.into())])
    }
}

impl<L: Leaves> Message<L> {
    /// A turn.
    #[must_use]
    pub fn new(role: ConversationRole, content: Vec<ContentBlock<L>>) -> Self {
        Self { role, content, ..Self::default() }
    }
}
