//! The response that the events of a stream add up to.
//!
//! # Theory of operation
//!
//! The response stands in its final form from the first event on, and every delta goes to the block that it belongs to. Blocks
//! stand behind those that `message_start` already holds, in the order in which they began. Only a tool's input waits, as a
//! [`PartialJson`], until its block ends; it then stands in the place of the one that the block began with. What
//! `message_delta` and `message_stop` tell replaces what was told before.
//!
//! | state | event | next |
//! |---|---|---|
//! | start | `message_start` | open |
//! | open | a block's events | open |
//! | open | `message_delta` | open, without content |
//! | open | `message_stop` | done |
//! | start, open | `error` | failed |
//! | any | `ping`, one that nobody knows | the same |
//! | done, failed | any other | an error |

use std::collections::BTreeMap;

use crate::wire::{Indexed, Json, Map, PartialJson};
use crate::{Error, ErrorKind};

use super::response::replace;
use super::{
    ContentBlock, ContentBlockDelta, ContentBlockDeltaEvent, ContentBlockStartEvent, GuardrailAction,
    InvocationMetrics, MessageDelta, MessageDeltaEvent, MessageStartEvent, MessageStopEvent, Response, StreamEvent,
    UNCHANGED,
};

/// Puts the events of a stream together to the response that they add up to.
///
/// ```
/// use converse_messages::messages::{Accumulator, StreamEvent};
///
/// let mut accumulator = Accumulator::new();
/// for event in [
///     r#"{"type": "message_start", "message": {"type": "message", "id": "msg_1", "role": "assistant", "model": "claude-haiku-4-5",
///         "content": [], "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 9, "output_tokens": 1}}}"#,
///     r#"{"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {}}}"#,
///     r#"{"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": "{\"a\": 1, \"b\": "}}"#,
/// ] {
///     accumulator.push(serde_json::from_str::<StreamEvent>(event)?)?;
/// }
/// let input = accumulator.input(0).and_then(|input| input.complete());
/// assert_eq!(input.unwrap().as_str(), r#"{"a":1}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Accumulator {
    response: Response,
    state: State,
    /// Whether something has told why the message stopped.
    stopped: bool,
    has_delta: bool,
    members: Places,
    members_of_usage: Places,
    blocks: Indexed<Block>,
    /// How many events have come.
    events: usize,
    failed: Option<Error>,
    /// What is wrong with the first tool input that is not JSON.
    spoilt: Option<Error>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    Open,
    Done,
}

/// Where the members stand that nobody knows, by their names: each of many deltas may tell another one.
#[derive(Clone, Debug, Default)]
struct Places(BTreeMap<String, usize>);

impl Places {
    fn of(members: &Map<Json>) -> Self {
        Self(members.iter().enumerate().map(|(place, (name, _))| (name.to_owned(), place)).collect())
    }

    /// Replaces what is told anew, and adds the rest.
    fn tell(&mut self, members: &mut Map<Json>, name: String, told: Json) {
        if let Some(value) = self.0.get(&name).and_then(|place| members.value_mut(*place)) {
            *value = told;
        } else {
            self.0.insert(name.clone(), members.len());
            members.push(name, told);
        }
    }
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
    /// `stream_order`: the event does not belong where it stands. `stream_failed`: it is an `error`. The path leads into the
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

    /// The response so far. The input of a tool whose block is open is there as its block began: see [`input`](Self::input).
    #[must_use]
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// What has come of a tool's input, by the index of its block, which is open.
    #[must_use]
    pub fn input(&self, index: i64) -> Option<&PartialJson> {
        match self.blocks.get(index)? {
            Block::Open { place, input, .. } => is_tool(self.response.content.get(*place)?).then_some(input),
            Block::Closed => None,
        }
    }

    /// Says that the stream has ended, and gives the response.
    ///
    /// # Errors
    /// An event was refused, the message has not stopped, or a tool's input is not JSON: the path leads to the event that began
    /// its block. Whoever can use a part of a response looks at [`response`](Self::response) before.
    pub fn finish(mut self) -> Result<Response, Error> {
        let cut_off = |message: &str| Error::new(ErrorKind::StreamOrder, "", message);
        if self.state == State::Open {
            self.close_all();
        }
        match (self.failed.or(self.spoilt), self.state) {
            (Some(error), _) => Err(error),
            (None, State::Start) => Err(cut_off("the stream has ended before it began")),
            (None, State::Open) if !self.stopped => {
                Err(cut_off("the stream has ended without message_delta and message_stop"))
            }
            (None, State::Open | State::Done) => Ok(self.response),
        }
    }

    #[cold]
    fn order(&self, message: &str) -> Error {
        Error::new(ErrorKind::StreamOrder, format!("/{}", self.events), message)
    }

    fn add(&mut self, event: StreamEvent) -> Result<(), Error> {
        use StreamEvent as Event;
        match event {
            Event::Ping(_) | Event::Unknown(_) => Ok(()),
            _ if self.state == State::Done => Err(self.order("the stream has ended before this event")),
            Event::Error(error) => {
                let message = format!("the service has ended the stream with this: {}", error.error.kind);
                Err(Error::new(ErrorKind::StreamFailed, format!("/{}", self.events), message))
            }
            Event::MessageStart(event) => self.begin(*event),
            _ if self.state == State::Start => Err(self.order("the stream has not begun with message_start")),
            Event::MessageDelta(event) => {
                self.message_delta(*event);
                Ok(())
            }
            Event::MessageStop(event) => {
                self.stop(*event);
                Ok(())
            }
            _ if self.has_delta => Err(self.order("content behind message_delta")),
            Event::ContentBlockStart(event) => self.open(*event),
            Event::ContentBlockDelta(event) => self.delta(event),
            Event::ContentBlockStop(event) => self.close(event.index),
        }
    }

    fn begin(&mut self, event: MessageStartEvent) -> Result<(), Error> {
        if self.state != State::Start {
            return Err(self.order("a second message_start"));
        }
        self.state = State::Open;
        self.response = event.message;
        self.stopped = self.response.stop_reason.is_some();
        self.members = Places::of(&self.response.unknown);
        self.members_of_usage = Places::of(&self.response.usage.unknown);
        Ok(())
    }

    fn open(&mut self, event: ContentBlockStartEvent) -> Result<(), Error> {
        if self.blocks.contains(event.index) {
            return Err(self.order("this block has begun before"));
        }
        let (place, begun) = (self.response.content.len(), self.events);
        self.blocks.push(event.index, Block::Open { place, begun, input: PartialJson::new() });
        self.response.content.push(event.content_block);
        Ok(())
    }

    fn delta(&mut self, event: ContentBlockDeltaEvent) -> Result<(), Error> {
        let ContentBlockDeltaEvent { index, delta, unknown: _ } = event;
        let (place, input) = match self.blocks.get_mut(index) {
            None => return Err(self.order("a delta of a block that has not begun")),
            Some(Block::Closed) => return Err(self.order("this block has ended before")),
            Some(Block::Open { place, input, .. }) => (*place, input),
        };
        let fits = self.response.content.get_mut(place).is_none_or(|block| append(block, delta, input));
        if fits { Ok(()) } else { Err(self.order("a delta of another kind than its block")) }
    }

    fn close(&mut self, index: i64) -> Result<(), Error> {
        match self.blocks.get_mut(index).map(|block| std::mem::replace(block, Block::Closed)) {
            None => Err(self.order("the end of a block that has not begun")),
            Some(Block::Closed) => Err(self.order("this block has ended before")),
            Some(block) => {
                self.end_block(block);
                Ok(())
            }
        }
    }

    fn close_all(&mut self) {
        for block in self.blocks.take() {
            self.end_block(block);
        }
    }

    fn end_block(&mut self, block: Block) {
        let Block::Open { place, begun, input } = block else { return };
        let Some(block) = self.response.content.get_mut(place).filter(|_| !input.is_blank()) else {
            return;
        };
        set_input(block, input.complete().unwrap_or_default());
        match input.finish() {
            Ok(input) => set_input(block, input),
            Err(error) => {
                self.spoilt.get_or_insert(error.encoded(format!("/{begun}/content_block")));
            }
        }
    }

    fn message_delta(&mut self, event: MessageDeltaEvent) {
        let MessageDeltaEvent { delta, mut usage, guardrail_action, trace, invocation_metrics, unknown: _ } = event;
        let MessageDelta { stop_reason, stop_sequence, stop_details, container, unknown: changed } = delta;
        self.stopped = true;
        self.has_delta = true;
        let own = &mut self.response;
        replace(&mut own.stop_reason, stop_reason);
        replace(&mut own.stop_sequence, stop_sequence);
        replace(&mut own.stop_details, stop_details);
        replace(&mut own.container, container);
        for (name, told) in changed.into_iter().filter(|(name, _)| !UNCHANGED.contains(&name.as_str())) {
            self.members.tell(&mut own.unknown, name, told);
        }
        for (name, told) in std::mem::take(&mut usage.unknown) {
            self.members_of_usage.tell(&mut own.usage.unknown, name, told);
        }
        own.usage.update(usage);
        self.bedrock(guardrail_action, trace, invocation_metrics);
    }

    fn bedrock(
        &mut self,
        guardrail_action: Option<GuardrailAction>,
        trace: Option<Json>,
        invocation_metrics: Option<InvocationMetrics>,
    ) {
        // No action is the same as none told.
        let action = guardrail_action.filter(|action| *action != GuardrailAction::None);
        replace(&mut self.response.guardrail_action, action);
        replace(&mut self.response.trace, trace);
        replace(&mut self.response.invocation_metrics, invocation_metrics);
    }

    fn stop(&mut self, event: MessageStopEvent) {
        let MessageStopEvent { guardrail_action, trace, invocation_metrics, unknown: _ } = event;
        self.close_all();
        self.bedrock(guardrail_action, trace, invocation_metrics);
        self.state = State::Done;
    }
}

/// Whether a block has an input. One of an unknown type may be a tool's.
fn is_tool(block: &ContentBlock) -> bool {
    matches!(block, ContentBlock::ToolUse(_) | ContentBlock::ServerToolUse(_) | ContentBlock::Unknown(_))
}

fn set_input(block: &mut ContentBlock, input: Json) {
    match block {
        ContentBlock::ToolUse(block) => block.input = input,
        ContentBlock::ServerToolUse(block) => block.input = input,
        ContentBlock::Unknown(block) => {
            block.members.remove("input");
            block.members.push("input", input);
        }
        _ => {}
    }
}

/// Whether the delta is of the block's kind. A tool's input that is not JSON is told at the end, with all that is known.
fn append(block: &mut ContentBlock, delta: ContentBlockDelta, input: &mut PartialJson) -> bool {
    use ContentBlockDelta as Delta;
    match (block, delta) {
        (ContentBlock::Text(own), Delta::Text(delta)) => own.text.push_str(&delta.text),
        (ContentBlock::Text(own), Delta::Citations(delta)) => own.citations.push(delta.citation),
        (ContentBlock::Thinking(own), Delta::Thinking(delta)) => own.thinking.push_str(&delta.thinking),
        (ContentBlock::Thinking(own), Delta::Signature(delta)) => own.signature.push_str(&delta.signature),
        (block, Delta::InputJson(delta)) if is_tool(block) => drop(input.push(&delta.partial_json)),
        (_, Delta::Unknown(_)) | (ContentBlock::Unknown(_), _) => {}
        _ => return false,
    }
    true
}
