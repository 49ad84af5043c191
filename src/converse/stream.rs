//! `ConverseStreamOutput`: the events of a stream.

use crate::Error;
use crate::wire::{Base64, FromText, Leaves, Map, Wire, object, union};

use super::{
    Citation, CitationLocation, CitationSourceContent, ConversationRole, ErrorBlock, Exception, ExceptionName,
    ImageFormat, ImageSource, Metrics, PerformanceConfiguration, ServiceTier, StopReason, TokenUsage, ToolResultStatus,
    ToolUseType,
};

union! {
    /// An event of a stream (AWS: `ConverseStreamOutput`): `{"messageStart": {…}}`.
    ///
    /// In a frame of the wire the name stands in the header `:event-type` or `:exception-type`, and the payload is what the name
    /// stands for: [`StreamEvent::from_payload`], [`StreamEvent::name`]. Real payloads have a member `p`, which is padding.
    pub enum StreamEvent {
        /// A message begins.
        "messageStart" => MessageStart(MessageStartEvent<L>),
        /// A block begins. Blocks of text and of reasoning begin with their first delta.
        "contentBlockStart" => ContentBlockStart(Box<ContentBlockStartEvent<L>>),
        /// A part of a block.
        "contentBlockDelta" => ContentBlockDelta(ContentBlockDeltaEvent<L>),
        /// A block ends.
        "contentBlockStop" => ContentBlockStop(ContentBlockStopEvent<L>),
        /// The message ends.
        "messageStop" => MessageStop(MessageStopEvent<L>),
        /// What it took.
        "metadata" => Metadata(Box<ConverseStreamMetadataEvent<L>>),
        /// The service has failed.
        "internalServerException" => InternalServer(Box<Exception<L>>),
        /// The model has failed.
        "modelStreamErrorException" => ModelStreamError(Box<Exception<L>>),
        /// The model took too long. In the streams of `InvokeModel` only.
        "modelTimeoutException" => ModelTimeout(Box<Exception<L>>),
        /// The service is not available.
        "serviceUnavailableException" => ServiceUnavailable(Box<Exception<L>>),
        /// Too many requests.
        "throttlingException" => Throttling(Box<Exception<L>>),
        /// The request is not valid.
        "validationException" => Validation(Box<Exception<L>>),
    }

    /// What kind of block begins.
    pub enum ContentBlockStart {
        /// The model calls a tool.
        "toolUse" => ToolUse(ToolUseBlockStart<L>),
        /// What a tool has answered.
        "toolResult" => ToolResult(ToolResultBlockStart<L>),
        /// An image.
        "image" => Image(ImageBlockStart<L>),
    }

    /// A part of a block.
    pub enum ContentBlockDelta {
        /// Of a text.
        "text" => Text(L::Text),
        /// Of a tool's input.
        "toolUse" => ToolUse(ToolUseBlockDelta<L>),
        /// Of a tool's answer.
        "toolResult" => ToolResult(Vec<ToolResultBlockDelta<L>>),
        /// Of the model's reasoning.
        "reasoningContent" => ReasoningContent(ReasoningContentBlockDelta<L>),
        /// A citation of a text.
        "citation" => Citation(Box<CitationsDelta<L>>),
        /// Of an image.
        "image" => Image(Box<ImageBlockDelta<L>>),
    }

    /// A part of a tool's answer.
    pub enum ToolResultBlockDelta {
        /// Text.
        "text" => Text(L::Text),
        /// JSON.
        "json" => Json(L::Json),
    }

    /// A part of the model's reasoning.
    pub enum ReasoningContentBlockDelta {
        /// Of its text.
        "text" => Text(L::Text),
        /// Of what is encrypted.
        "redactedContent" => RedactedContent(Base64<L>),
        /// Of its signature.
        "signature" => Signature(L::Text),
    }
}

object! {
    /// A message begins.
    pub struct MessageStartEvent {
        /// Who speaks.
        required role: ConversationRole = "role",
        /// Padding, so that the length of a frame does not tell that of its text. Not documented.
        optional padding: L::Json = "p",
    }

    /// A block begins.
    pub struct ContentBlockStartEvent {
        /// Which one.
        required content_block_index: i64 = "contentBlockIndex",
        /// What kind of block.
        required start: ContentBlockStart<L> = "start",
        /// Padding, so that the length of a frame does not tell that of its text. Not documented.
        optional padding: L::Json = "p",
    }

    /// A part of a block.
    pub struct ContentBlockDeltaEvent {
        /// Of which block.
        required content_block_index: i64 = "contentBlockIndex",
        /// The part.
        required delta: ContentBlockDelta<L> = "delta",
        /// Padding, so that the length of a frame does not tell that of its text. Not documented.
        optional padding: L::Json = "p",
    }

    /// A block ends.
    pub struct ContentBlockStopEvent {
        /// Which one.
        required content_block_index: i64 = "contentBlockIndex",
        /// Padding, so that the length of a frame does not tell that of its text. Not documented.
        optional padding: L::Json = "p",
    }

    /// The message ends.
    pub struct MessageStopEvent {
        /// Why. The service always says it.
        optional stop_reason: StopReason = "stopReason",
        /// The members of the model's own response that the request has asked for: any JSON.
        optional additional_model_response_fields: L::Json = "additionalModelResponseFields",
        /// Padding, so that the length of a frame does not tell that of its text. Not documented.
        optional padding: L::Json = "p",
    }

    /// What the message took.
    pub struct ConverseStreamMetadataEvent {
        /// How many tokens.
        required usage: TokenUsage<L> = "usage",
        /// How long.
        required metrics: Metrics<L> = "metrics",
        /// What the guardrail and the prompt router did: kept whole.
        optional trace: L::Json = "trace",
        /// The latency that was asked for.
        optional performance_config: PerformanceConfiguration<L> = "performanceConfig",
        /// The processing tier that was used.
        optional service_tier: ServiceTier<L> = "serviceTier",
        /// Padding, so that the length of a frame does not tell that of its text. Not documented.
        optional padding: L::Json = "p",
    }

    /// The model calls a tool.
    pub struct ToolUseBlockStart {
        /// The call's id.
        required tool_use_id: L::Text = "toolUseId",
        /// The tool's name.
        required name: L::Text = "name",
        /// Who runs the tool; absent: the caller.
        optional kind: ToolUseType = "type",
    }

    /// A part of a tool's input.
    pub struct ToolUseBlockDelta {
        /// A part of its JSON text.
        required input: L::Text = "input",
    }

    /// What a tool has answered.
    pub struct ToolResultBlockStart {
        /// The id of the call.
        required tool_use_id: L::Text = "toolUseId",
        /// What kind of result, when the provider has run the tool.
        optional kind: L::Text = "type",
        /// Whether the tool worked.
        optional status: ToolResultStatus = "status",
    }

    /// An image.
    pub struct ImageBlockStart {
        /// Its format.
        required format: ImageFormat = "format",
    }

    /// A citation of a text.
    pub struct CitationsDelta {
        /// The source's title.
        optional title: L::Text = "title",
        /// The source itself: a URL, an id.
        optional source: L::Text = "source",
        /// The cited text.
        list source_content: CitationSourceContentDelta<L> = "sourceContent",
        /// Where it stands.
        optional location: CitationLocation<L> = "location",
    }

    /// Text that is cited.
    pub struct CitationSourceContentDelta {
        /// The text.
        optional text: L::Text = "text",
    }

    /// A part of an image.
    pub struct ImageBlockDelta {
        /// Its bytes.
        optional source: ImageSource<L> = "source",
        /// Why there is no image.
        optional error: ErrorBlock<L> = "error",
    }
}

/// What a citation is in a whole response. A part without text is none.
impl<L: Leaves> From<CitationsDelta<L>> for Citation<L> {
    fn from(delta: CitationsDelta<L>) -> Self {
        let CitationsDelta { title, source, source_content, location, unknown } = delta;
        let texts = source_content.into_iter().filter_map(|part| part.text);
        Self { title, source, source_content: texts.map(CitationSourceContent::Text).collect(), location, unknown }
    }
}

impl<L: Leaves> From<Citation<L>> for CitationsDelta<L> {
    fn from(citation: Citation<L>) -> Self {
        let Citation { title, source, source_content, location, unknown } = citation;
        let part = |part| match part {
            CitationSourceContent::Text(text) => CitationSourceContentDelta { text: Some(text), ..Default::default() },
            CitationSourceContent::Unknown(name, value) => {
                CitationSourceContentDelta { text: None, unknown: Map::from_iter([(name, value)]) }
            }
        };
        Self { title, source, source_content: source_content.into_iter().map(part).collect(), location, unknown }
    }
}

/// The name of each variant, how its payload is read and written, and which ones are exceptions.
macro_rules! payloads {
    (events: $($event_name:literal => $event:ident,)+ exceptions: $($failure_name:literal => $failure:ident,)+) => {
        payloads! { @all $($event_name => $event,)+ $($failure_name => $failure,)+ }

        impl<L: Leaves> StreamEvent<L> {
            /// Whether the event is an exception, whose name stands in the header `:exception-type`.
            #[must_use]
            pub fn is_exception(&self) -> bool {
                self.exception_name().is_some()
            }

            pub(crate) fn exception_name(&self) -> Option<&'static str> {
                match self {
                    $( Self::$failure(_) => Some($failure_name), )+
                    _ => None,
                }
            }

            /// The event that an exception of this name is.
            ///
            /// # Errors
            /// Streams do not have an exception of this name: it is given back.
            pub fn exception(name: &ExceptionName, exception: Exception<L>) -> Result<Self, Exception<L>> {
                match name {
                    $( ExceptionName::$failure => Ok(Self::$failure(Box::new(exception))), )+
                    _ => Err(exception),
                }
            }
        }
    };
    (@all $($name:literal => $variant:ident,)+) => {
        impl<L: Leaves> StreamEvent<L> {
            /// The event's name, as in the header `:event-type` or `:exception-type`.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $( Self::$variant(_) => $name, )+
                    Self::Unknown(name, _) => name,
                }
            }

            /// The event that a frame holds: its name, and the payload that the name stands for.
            ///
            /// # Errors
            /// The payload is malformed: the path begins with the name, as if the event stood there whole.
            ///
            /// ```
            /// use converse_messages::converse::StreamEvent;
            /// use converse_messages::wire::Json;
            ///
            /// let payload = Json::parse(r#"{"contentBlockIndex": 0, "delta": {"text": "Hello"}, "p": "abcdef"}"#)?;
            /// let event = <StreamEvent>::from_payload("contentBlockDelta", &payload)?;
            /// assert_eq!(event.name(), "contentBlockDelta");
            /// # Ok::<(), converse_messages::Error>(())
            /// ```
            pub fn from_payload(name: &str, payload: &L::Json) -> Result<Self, Error> {
                let read = match name {
                    $( $name => L::parse(payload).map(Self::$variant), )+
                    _ => return Ok(Self::Unknown(name.to_owned(), payload.clone())),
                };
                read.map_err(|error| error.beneath(&format!("/{name}")))
            }

            /// The same of a payload that is not read yet.
            pub(crate) fn from_payload_within<'s>(name: &str, payload: &'s [u8], max_depth: usize) -> Result<Self, Error>
            where
                L: FromText<'s>,
            {
                let read = match name {
                    $( $name => Wire::<L>::from_json_within(payload, max_depth).map(Self::$variant), )+
                    _ => Wire::<L>::from_json_within(payload, max_depth).map(|payload| Self::Unknown(name.to_owned(), payload)),
                };
                read.map_err(|error| error.beneath(&format!("/{name}")))
            }

            /// Writes what the name stands for in the place of what the buffer holds.
            pub(crate) fn payload_in(&self, buffer: &mut String) {
                match self {
                    $( Self::$variant(payload) => Wire::<L>::to_json_in(payload, buffer), )+
                    Self::Unknown(_, payload) => Wire::<L>::to_json_in(payload, buffer),
                }
            }

            /// What the name stands for.
            #[must_use]
            pub fn payload(&self) -> L::Json {
                match self {
                    $( Self::$variant(payload) => L::free_form(payload), )+
                    Self::Unknown(_, payload) => payload.clone(),
                }
            }
        }
    };
}

payloads! {
    events:
    "messageStart" => MessageStart,
    "contentBlockStart" => ContentBlockStart,
    "contentBlockDelta" => ContentBlockDelta,
    "contentBlockStop" => ContentBlockStop,
    "messageStop" => MessageStop,
    "metadata" => Metadata,
    exceptions:
    "internalServerException" => InternalServer,
    "modelStreamErrorException" => ModelStreamError,
    "modelTimeoutException" => ModelTimeout,
    "serviceUnavailableException" => ServiceUnavailable,
    "throttlingException" => Throttling,
    "validationException" => Validation,
}
