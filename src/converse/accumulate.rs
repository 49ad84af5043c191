//! The response that the events of a stream add up to.
//!
//! # Theory of operation
//!
//! The response stands in its final form from the first event on, and every delta goes to the block that it belongs to. Blocks
//! stand in the order in which they began. A text becomes a `citationsContent` with its first citation. Only a tool's input
//! waits, as a [`PartialJson`], until its block ends. What a block of a kind this library does not know adds up to is not known:
//! its deltas are left out, as is the padding `p` of events.
//!
//! | state | event | next |
//! |---|---|---|
//! | start | `messageStart` | open |
//! | open | a block's events | open |
//! | open | `messageStop`, `metadata`, in this order or the other | open, done with both |
//! | start, open | an exception | failed |
//! | done, failed | any | an error |

use crate::wire::{Indexed, PartialJson};
use crate::{Error, ErrorKind};

use super::{
    CitationGeneratedContent, CitationsContentBlock, ContentBlock, ContentBlockDelta, ContentBlockDeltaEvent,
    ContentBlockStart, ContentBlockStartEvent, ConversationRole, ConverseStreamMetadataEvent, ImageBlock,
    ImageBlockDelta, ImageSource, Message, MessageStopEvent, Output, ReasoningContentBlock, ReasoningContentBlockDelta,
    ReasoningTextBlock, Response, StreamEvent, ToolResultBlock, ToolResultBlockDelta, ToolResultContentBlock,
    ToolUseBlock,
};

/// Puts the events of a stream together to the response that they add up to.
///
/// ```
/// use converse_messages::converse::{Accumulator, StreamEvent};
///
/// let mut accumulator = Accumulator::new();
/// for event in [
///     r#"{"messageStart": {"role": "assistant"}}"#,
///     r#"{"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hel"}}}"#,
///     r#"{"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "lo"}}}"#,
///     r#"{"contentBlockStop": {"contentBlockIndex": 0}}"#,
///     r#"{"messageStop": {"stopReason": "end_turn"}}"#,
/// ] {
///     accumulator.push(serde_json::from_str::<StreamEvent>(event)?)?;
/// }
/// let response = serde_json::to_string(&accumulator.finish()?)?;
/// assert!(response.starts_with(r#"{"output":{"message":{"role":"assistant","content":[{"text":"Hello"}]}}"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Accumulator {
    response: Response,
    begun: bool,
    stopped: bool,
    measured: bool,
    blocks: Indexed<Block>,
    /// How many events have come.
    events: usize,
    failed: Option<Error>,
    /// What is wrong with the first tool input that is not JSON.
    spoilt: Option<Error>,
}

/// A block of the stream.
#[derive(Clone, Debug)]
enum Block {
    Open {
        /// In the content.
        place: usize,
        /// The number of the event that began it.
        begun: usize,
        /// A tool's input so far.
        input: PartialJson,
    },
    Closed,
}

impl Accumulator {
    /// An accumulator at the start of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next event.
    ///
    /// # Errors
    /// `stream_order`: the event does not belong where it stands. `stream_failed`: it is an exception. The path leads into the
    /// array of events. Every further event is answered with the same error.
    pub fn push(&mut self, event: StreamEvent) -> Result<(), Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let added = self.add(event);
        self.events += 1;
        self.failed = added.clone().err();
        added
    }

    /// The response so far. The input of a tool whose block is open is empty there: see [`input`](Self::input).
    #[must_use]
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// What has come of a tool's input, by the index of its block, which is open.
    #[must_use]
    pub fn input(&self, content_block_index: i64) -> Option<&PartialJson> {
        match self.blocks.get(content_block_index)? {
            Block::Open { place, input, .. } => {
                matches!(content(&self.response)?.get(*place)?, ContentBlock::ToolUse(_)).then_some(input)
            }
            Block::Closed => None,
        }
    }

    /// Says that the stream has ended, and gives the response.
    ///
    /// # Errors
    /// An event was refused, the message has not stopped, or a tool's input is not JSON: the path leads to the event that began
    /// its block. Whoever can use a part of a response looks at [`response`](Self::response) before.
    pub fn finish(self) -> Result<Response, Error> {
        let cut_off = |message: &str| Error::new(ErrorKind::StreamOrder, "", message);
        match self.failed.or(self.spoilt) {
            Some(error) => Err(error),
            None if !self.begun => Err(cut_off("the stream has ended before it began")),
            None if !self.stopped => Err(cut_off("the stream has ended without messageStop")),
            None => Ok(self.response),
        }
    }

    #[cold]
    fn order(&self, message: &str) -> Error {
        Error::new(ErrorKind::StreamOrder, format!("/{}", self.events), message)
    }

    fn add(&mut self, event: StreamEvent) -> Result<(), Error> {
        use StreamEvent as Event;
        if self.stopped && self.measured {
            return Err(self.order("the stream has ended before this event"));
        }
        if event.is_exception() {
            let path = format!("/{}/{}", self.events, event.name());
            return Err(Error::new(ErrorKind::StreamFailed, path, "the service has ended the stream with this"));
        }
        match event {
            Event::MessageStart(event) => self.begin(event.role),
            Event::Unknown(..) => Ok(()),
            _ if !self.begun => Err(self.order("the stream has not begun with messageStart")),
            Event::Metadata(event) => self.measure(*event),
            _ if self.stopped => Err(self.order("content behind messageStop")),
            Event::ContentBlockStart(event) => self.open(*event),
            Event::ContentBlockDelta(event) => self.delta(event),
            Event::ContentBlockStop(event) => self.close(event.content_block_index),
            Event::MessageStop(event) => {
                self.stop(event);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, role: ConversationRole) -> Result<(), Error> {
        if self.begun {
            return Err(self.order("a second messageStart"));
        }
        self.begun = true;
        self.response.output = Output::Message(Message::new(role, Vec::new()));
        Ok(())
    }

    fn open(&mut self, event: ContentBlockStartEvent) -> Result<(), Error> {
        let index = event.content_block_index;
        if self.blocks.contains(index) {
            return Err(self.order("this block has begun before"));
        }
        let block = match event.start {
            ContentBlockStart::ToolUse(start) => ContentBlock::ToolUse(ToolUseBlock {
                tool_use_id: start.tool_use_id,
                name: start.name,
                kind: start.kind,
                unknown: start.unknown,
                ..ToolUseBlock::default()
            }),
            ContentBlockStart::ToolResult(start) => ContentBlock::ToolResult(ToolResultBlock {
                tool_use_id: start.tool_use_id,
                kind: start.kind,
                status: start.status,
                unknown: start.unknown,
                ..ToolResultBlock::default()
            }),
            ContentBlockStart::Image(start) => ContentBlock::Image(ImageBlock {
                format: start.format,
                unknown: start.unknown,
                ..ImageBlock::default()
            }),
            ContentBlockStart::Unknown(name, start) => ContentBlock::Unknown(name, start),
        };
        self.add_block(index, block);
        Ok(())
    }

    fn add_block(&mut self, index: i64, block: ContentBlock) {
        if let Some(content) = content_mut(&mut self.response) {
            let (place, begun) = (content.len(), self.events);
            self.blocks.push(index, Block::Open { place, begun, input: PartialJson::new() });
            content.push(block);
        }
    }

    fn delta(&mut self, event: ContentBlockDeltaEvent) -> Result<(), Error> {
        let ContentBlockDeltaEvent { delta, content_block_index: index, padding: _, unknown: _ } = event;
        if !self.blocks.contains(index) {
            match first_of(&delta) {
                First::Block(block) => self.add_block(index, block),
                First::Nothing => return Ok(()),
                First::NotThis => return Err(self.order("a delta of a block that has not begun")),
            }
        }
        let Some(Block::Open { place, input, .. }) = self.blocks.get_mut(index) else {
            return Err(self.order("this block has ended before"));
        };
        let fits = match content_mut(&mut self.response).and_then(|content| content.get_mut(*place)) {
            Some(block) => append(block, delta, input),
            None => true,
        };
        if fits { Ok(()) } else { Err(self.order("a delta of another kind than its block")) }
    }

    fn close(&mut self, index: i64) -> Result<(), Error> {
        match self.blocks.get_mut(index).map(|block| std::mem::replace(block, Block::Closed)) {
            Some(Block::Closed) => Err(self.order("this block has ended before")),
            Some(block) => {
                self.end_block(block);
                Ok(())
            }
            // One that never began and had no delta is no block.
            None => {
                self.blocks.push(index, Block::Closed);
                Ok(())
            }
        }
    }

    fn end_block(&mut self, block: Block) {
        let Block::Open { place, begun, input } = block else { return };
        let block = content_mut(&mut self.response).and_then(|content| content.get_mut(place));
        let Some(ContentBlock::ToolUse(block)) = block.filter(|_| !input.is_blank()) else {
            return;
        };
        block.input = input.complete().unwrap_or_default();
        match input.finish() {
            Ok(input) => block.input = input,
            Err(error) => {
                let error = error.encoded(format!("/{begun}/contentBlockStart/start/toolUse"));
                self.spoilt.get_or_insert(error);
            }
        }
    }

    fn stop(&mut self, event: MessageStopEvent) {
        let MessageStopEvent { stop_reason, additional_model_response_fields, padding: _, unknown } = event;
        for block in self.blocks.take() {
            self.end_block(block);
        }
        self.stopped = true;
        self.response.stop_reason = stop_reason;
        self.response.additional_model_response_fields = additional_model_response_fields;
        self.response.unknown.extend(unknown);
    }

    fn measure(&mut self, event: ConverseStreamMetadataEvent) -> Result<(), Error> {
        if self.measured {
            return Err(self.order("a second metadata"));
        }
        self.measured = true;
        let ConverseStreamMetadataEvent {
            usage,
            metrics,
            trace,
            performance_config,
            service_tier,
            padding: _,
            unknown,
        } = event;
        self.response = Response { usage, metrics, trace, performance_config, service_tier, ..self.take() };
        self.response.unknown.extend(unknown);
        Ok(())
    }

    fn take(&mut self) -> Response {
        std::mem::take(&mut self.response)
    }
}

fn content(response: &Response) -> Option<&Vec<ContentBlock>> {
    match &response.output {
        Output::Message(message) => Some(&message.content),
        Output::Unknown(..) => None,
    }
}

fn content_mut(response: &mut Response) -> Option<&mut Vec<ContentBlock>> {
    match &mut response.output {
        Output::Message(message) => Some(&mut message.content),
        Output::Unknown(..) => None,
    }
}

/// What a delta begins when its block has not begun.
enum First {
    Block(ContentBlock),
    Nothing,
    NotThis,
}

fn first_of(delta: &ContentBlockDelta) -> First {
    use ReasoningContentBlockDelta as Reasoning;
    match delta {
        ContentBlockDelta::Text(_) | ContentBlockDelta::Citation(_) => First::Block(ContentBlock::Text(String::new())),
        ContentBlockDelta::ReasoningContent(Reasoning::Text(_) | Reasoning::Signature(_)) => {
            let block = ReasoningContentBlock::ReasoningText(ReasoningTextBlock::default());
            First::Block(ContentBlock::ReasoningContent(block))
        }
        ContentBlockDelta::ReasoningContent(Reasoning::RedactedContent(_)) => {
            let block = ReasoningContentBlock::RedactedContent(crate::wire::Base64::default());
            First::Block(ContentBlock::ReasoningContent(block))
        }
        ContentBlockDelta::ReasoningContent(Reasoning::Unknown(..)) | ContentBlockDelta::Unknown(..) => First::Nothing,
        ContentBlockDelta::ToolUse(_) | ContentBlockDelta::ToolResult(_) | ContentBlockDelta::Image(_) => {
            First::NotThis
        }
    }
}

/// Whether the delta is of the block's kind. A tool's input that is not JSON is told at the end, with all that is known.
fn append(block: &mut ContentBlock, delta: ContentBlockDelta, input: &mut PartialJson) -> bool {
    use ContentBlockDelta as Delta;
    use ReasoningContentBlock as Reasoning;
    use ReasoningContentBlockDelta as Thought;
    match (block, delta) {
        (ContentBlock::Text(own), Delta::Text(text)) => own.push_str(&text),
        (ContentBlock::CitationsContent(block), Delta::Text(text)) => match block.content.as_mut_slice() {
            [CitationGeneratedContent::Text(own)] => own.push_str(&text),
            _ => block.content.push(CitationGeneratedContent::Text(text)),
        },
        (ContentBlock::CitationsContent(block), Delta::Citation(citation)) => block.citations.push((*citation).into()),
        (block @ ContentBlock::Text(_), Delta::Citation(citation)) => {
            let ContentBlock::Text(text) = std::mem::take(block) else { return false };
            *block = ContentBlock::CitationsContent(CitationsContentBlock {
                content: vec![CitationGeneratedContent::Text(text)],
                citations: vec![(*citation).into()],
                ..CitationsContentBlock::default()
            });
        }
        (ContentBlock::ReasoningContent(block), Delta::ReasoningContent(thought)) => match (block, thought) {
            (Reasoning::ReasoningText(own), Thought::Text(text)) => own.text.push_str(&text),
            (Reasoning::ReasoningText(own), Thought::Signature(part)) => {
                own.signature.get_or_insert_default().push_str(&part);
            }
            (Reasoning::RedactedContent(own), Thought::RedactedContent(part)) => own.append(&part.decode()),
            (_, Thought::Unknown(..)) => {}
            _ => return false,
        },
        (ContentBlock::ToolUse(_), Delta::ToolUse(part)) => drop(input.push(&part.input)),
        (ContentBlock::ToolResult(own), Delta::ToolResult(parts)) => {
            own.content.extend(parts.into_iter().map(|part| match part {
                ToolResultBlockDelta::Text(text) => ToolResultContentBlock::Text(text),
                ToolResultBlockDelta::Json(json) => ToolResultContentBlock::Json(json),
                ToolResultBlockDelta::Unknown(name, part) => ToolResultContentBlock::Unknown(name, part),
            }));
        }
        (ContentBlock::Image(own), Delta::Image(part)) => append_image(own, *part),
        (_, Delta::Unknown(..)) | (ContentBlock::Unknown(..), _) => {}
        _ => return false,
    }
    true
}

fn append_image(own: &mut ImageBlock, part: ImageBlockDelta) {
    let ImageBlockDelta { source, error, unknown: _ } = part;
    match (&mut own.source, source) {
        (ImageSource::Bytes(own), Some(ImageSource::Bytes(part))) => own.append(&part.decode()),
        (own, Some(source)) => *own = source,
        (_, None) => {}
    }
    own.error = error.or(own.error.take());
}
