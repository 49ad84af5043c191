//! `ConverseStreamOutput` → `MessageStreamEvent`
//!
//! # Theory of operation
//!
//! A block opens with its start or its first delta; Messages numbers blocks from 0 in that order, whatever Converse's indexes
//! were. Text, thinking and tool inputs pass through as they come. Encrypted thinking and the results of server tools have no
//! deltas in Messages: they are gathered, and go out whole when their block ends; until then the events of other blocks wait
//! behind them. `messageStop` waits for `metadata`, since `message_delta` tells both.
//!
//! | state | event | out | next |
//! |---|---|---|---|
//! | start | `messageStart` | `message_start` | open |
//! | open | a block's events | its events | open |
//! | open | `messageStop` | the ends of blocks that are open | stopped |
//! | stopped | `metadata`, or the end of the stream | `message_delta`, `message_stop` | done |
//! | start, open, stopped | an exception | `error` | failed |
//! | done, failed | any | an error | |

use std::collections::BTreeMap;

use crate::loss::{Code, Converted, Cx, Loss, Path};
use crate::wire::{Base64, Json, Leaves, Map, Owned, Text as _};
use crate::{Error, Options, converse, messages};

use super::super::carried::{DEFAULT_ID, DEFAULT_MODEL};
use super::super::{citation, errors, response, tool_call};
use super::gather::{Gathered, Line, Out};
use super::{Course, adopt_at, cut_off, error_at, order, owned_json, part_options, recoded};

/// Converts the events of a Converse stream, one by one.
///
/// ```
/// use converse_messages::{converse, messages, stream::ToMessages};
///
/// let mut machine = ToMessages::default();
/// let event: converse::StreamEvent = serde_json::from_str(r#"{"messageStart": {"role": "assistant"}}"#)?;
/// let events = machine.push(event)?.value;
/// assert!(matches!(events[..], [messages::StreamEvent::MessageStart(_)]));
/// let event: converse::StreamEvent = serde_json::from_str(r#"{"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hi"}}}"#)?;
/// let events = machine.push(event)?.value;
/// assert_eq!(events.iter().map(|event| event.name()).collect::<Vec<_>>(), ["content_block_start", "content_block_delta"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ToMessages {
    course: Course,
    machine: Machine,
}

/// A machine that refuses no loss.
impl Default for ToMessages {
    fn default() -> Self {
        Self::new(Options::streaming())
    }
}

impl ToMessages {
    /// A machine at the start of a stream.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { course: Course::new(options), machine: Machine::default() }
    }

    /// Converts the next event, to none, one or more, with the losses that it causes.
    ///
    /// # Errors
    /// `stream_order`, what a response's conversion refuses, and whatever [`Options`] refuse. The machine then stands still:
    /// every further event is answered with the same error.
    pub fn push<L: Leaves>(
        &mut self,
        event: converse::StreamEvent<L>,
    ) -> Result<Converted<Vec<messages::StreamEvent<L>>>, Error> {
        let machine = &mut self.machine;
        self.course.step(|at, cx| {
            let mut out = Vec::new();
            machine.event(event, at, &mut out, cx)?;
            Ok(out)
        })
    }

    /// Converts the end of the stream, with all losses of the stream.
    ///
    /// # Errors
    /// The message has not stopped.
    pub fn finish<L: Leaves>(&mut self) -> Result<Converted<Vec<messages::StreamEvent<L>>>, Error> {
        let machine = &mut self.machine;
        let last = self.course.step(|_, cx| {
            let mut out = Vec::new();
            machine.finish(&mut out, cx)?;
            Ok(out)
        })?;
        Ok(Converted { value: last.value, losses: self.course.losses.clone() })
    }

    /// Takes over losses from outside.
    pub(super) fn lose(&mut self, losses: Vec<Loss>) {
        self.course.losses.extend(losses);
    }

    /// The losses up to here.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        &self.course.losses
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    Open,
    Done,
    Failed,
}

/// A block of the source, by its index there.
#[derive(Clone, Debug)]
enum Block {
    /// It passes through, with this number.
    Passing(Kind, i64),
    /// It goes out whole, with this number.
    Gathering(Gathered, i64),
    /// It has no place in Messages.
    Lost,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    ToolUse,
}

#[derive(Clone, Debug, Default)]
struct Machine {
    state: State,
    blocks: BTreeMap<i64, Block>,
    line: Line,
    /// The end, as far as it is known, as a response without content, and the numbers of the two events that tell it.
    end: converse::Response,
    stopped: Option<usize>,
    measured: Option<usize>,
}

const NO_PLACE_AT_THE_END: &str = "the end of a stream has no place for it";

impl Machine {
    fn event<L: Leaves>(
        &mut self,
        event: converse::StreamEvent<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        use converse::StreamEvent as Event;
        match self.state {
            State::Done => return Err(order(at, "the stream has ended before this event")),
            State::Failed => return Err(order(at, "the stream has failed before this event")),
            State::Start if !matches!(event, Event::MessageStart(_) | Event::Unknown(..)) && !event.is_exception() => {
                return Err(order(at, "the stream has not begun with messageStart"));
            }
            State::Start | State::Open => {}
        }
        match event {
            Event::MessageStart(event) => self.start(event, at, out, cx),
            Event::ContentBlockStart(event) => self.open(event, at, out, cx),
            Event::ContentBlockDelta(event) => self.delta(event, at, out, cx),
            Event::ContentBlockStop(event) => self.close(&event, at, out, cx),
            Event::MessageStop(event) => self.stop(event, at, out, cx),
            Event::Metadata(event) => self.measure(event, at, out, cx),
            Event::Unknown(name, _) => {
                cx.unknown_type(at.name(&name), &name);
                Ok(())
            }
            exception => self.fail(exception, at, out, cx),
        }
    }

    fn start<L: Leaves>(
        &mut self,
        event: converse::MessageStartEvent<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        if self.state != State::Start {
            return Err(order(at, "a second messageStart"));
        }
        self.state = State::Open;
        let at = at.name("messageStart");
        let converse::MessageStartEvent { role, unknown } = event;
        cx.unknown_in_event(at, &unknown);
        if role != converse::ConversationRole::Assistant {
            cx.hint(at.name("role"), Code::Rewritten, "a response is the assistant's");
        }
        let context =
            |given: &Option<String>, default: &str| L::Text::from(given.clone().unwrap_or(default.to_owned()));
        let message = messages::Response {
            id: context(&cx.options.message_id, DEFAULT_ID),
            role: messages::Role::Assistant,
            model: context(&cx.options.response_model, DEFAULT_MODEL),
            ..Default::default()
        };
        let event = messages::MessageStartEvent { message, ..Default::default() };
        self.line.send(messages::StreamEvent::MessageStart(event), out);
        Ok(())
    }

    fn no_content_after_stop(&self, at: Path<'_>) -> Result<(), Error> {
        if self.stopped.is_some() { Err(order(at, "content behind messageStop")) } else { Ok(()) }
    }

    fn open<L: Leaves>(
        &mut self,
        event: converse::ContentBlockStartEvent<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        self.no_content_after_stop(at)?;
        let converse::ContentBlockStartEvent { start, content_block_index, unknown } = event;
        let event_at = at.name("contentBlockStart");
        cx.unknown_in_event(event_at, &unknown);
        if self.blocks.contains_key(&content_block_index) {
            return Err(order(at, "this block has begun before"));
        }
        let start_at = event_at.name("start");
        let block = match start {
            converse::ContentBlockStart::ToolUse(start) => {
                let converse::ToolUseBlockStart { tool_use_id, name, kind, unknown } = start;
                let call = converse::ToolUseBlock { tool_use_id, name, kind, unknown, ..Default::default() };
                match tool_call::use_to_messages(call, start_at.name("toolUse"), cx)? {
                    Some(block) => Block::Passing(Kind::ToolUse, self.begin(block, out)),
                    None => Block::Lost,
                }
            }
            converse::ContentBlockStart::ToolResult(start) => {
                let converse::ToolResultBlockStart { tool_use_id, kind, status, unknown } = start;
                let result_at = start_at.name("toolResult");
                cx.unknown(result_at, &unknown);
                let kind = kind.map(|kind| kind.decode().into_owned());
                let known = kind.as_deref().map(messages::ServerToolResultType::from);
                if matches!(known, None | Some(messages::ServerToolResultType::Unknown(_))) {
                    cx.unsupported(result_at, "toolResult");
                    Block::Lost
                } else {
                    let tool_use_id = tool_use_id.decode().into_owned();
                    let block = converse::ToolResultBlock { tool_use_id, status, kind, ..Default::default() };
                    Block::Gathering(Gathered::ToolResult(block, number(at), Vec::new()), self.line.hold())
                }
            }
            converse::ContentBlockStart::Image(_) => {
                cx.unsupported(start_at.name("image"), "image");
                Block::Lost
            }
            converse::ContentBlockStart::Unknown(name, _) => {
                cx.unknown_type(start_at.name(&name), &name);
                Block::Lost
            }
        };
        self.blocks.insert(content_block_index, block);
        Ok(())
    }

    /// Sends the start of a block, and gives its number.
    fn begin<L: Leaves>(&mut self, content_block: messages::ContentBlock<L>, out: &mut Out<L>) -> i64 {
        let index = self.line.number();
        let event = messages::ContentBlockStartEvent { index, content_block, ..Default::default() };
        self.line.send(messages::StreamEvent::ContentBlockStart(event), out);
        index
    }

    fn delta<L: Leaves>(
        &mut self,
        event: converse::ContentBlockDeltaEvent<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        use converse::ContentBlockDelta as Delta;
        use converse::ReasoningContentBlockDelta as Reasoning;
        self.no_content_after_stop(at)?;
        let converse::ContentBlockDeltaEvent { delta, content_block_index: index, unknown } = event;
        let event_at = at.name("contentBlockDelta");
        cx.unknown_in_event(event_at, &unknown);
        let delta_at = event_at.name("delta");
        match self.blocks.get(&index) {
            Some(Block::Closed) => return Err(order(at, "this block has ended before")),
            Some(Block::Lost) => {
                cx.content(event_at, Code::Unsupported, "its block has no place in Messages");
                return Ok(());
            }
            _ => {}
        }
        let passed = match delta {
            Delta::Text(text) => {
                let index = self.passing(index, Kind::Text, at, out)?;
                (index, messages::ContentBlockDelta::Text(messages::TextDelta { text, ..Default::default() }))
            }
            Delta::Citation(citation) => {
                let index = self.passing(index, Kind::Text, at, out)?;
                let Some(citation) = citation::to_messages(citation, delta_at.name("citation"), cx) else {
                    return Ok(());
                };
                let delta = messages::CitationsDelta { citation, ..Default::default() };
                (index, messages::ContentBlockDelta::Citations(delta))
            }
            Delta::ReasoningContent(Reasoning::Text(thinking)) => {
                let index = self.passing(index, Kind::Thinking, at, out)?;
                let delta = messages::ThinkingDelta { thinking, ..Default::default() };
                (index, messages::ContentBlockDelta::Thinking(delta))
            }
            Delta::ReasoningContent(Reasoning::Signature(signature)) => {
                let index = self.passing(index, Kind::Thinking, at, out)?;
                let delta = messages::SignatureDelta { signature, ..Default::default() };
                (index, messages::ContentBlockDelta::Signature(delta))
            }
            Delta::ReasoningContent(Reasoning::RedactedContent(blob)) => {
                return self.redacted(index, &blob, at);
            }
            Delta::ToolUse(converse::ToolUseBlockDelta { input, unknown }) => {
                let index = self.passing(index, Kind::ToolUse, at, out)?;
                cx.unknown(delta_at.name("toolUse"), &unknown);
                let delta = messages::InputJsonDelta { partial_json: input, ..Default::default() };
                (index, messages::ContentBlockDelta::InputJson(delta))
            }
            Delta::ToolResult(parts) => return self.result(index, parts, at, cx),
            Delta::Image(_) => return Err(order(at, "a delta of an image that has not begun")),
            Delta::ReasoningContent(Reasoning::Unknown(name, _)) => {
                cx.unknown_type(delta_at.name("reasoningContent").name(&name), &name);
                return Ok(());
            }
            Delta::Unknown(name, _) => {
                cx.unknown_type(delta_at.name(&name), &name);
                return Ok(());
            }
        };
        let (index, delta) = passed;
        let event = messages::ContentBlockDeltaEvent { index, delta, ..Default::default() };
        self.line.send(messages::StreamEvent::ContentBlockDelta(event), out);
        Ok(())
    }

    /// The index of the block that a delta of this kind belongs to. Text and thinking begin with it.
    fn passing<L: Leaves>(&mut self, index: i64, kind: Kind, at: Path<'_>, out: &mut Out<L>) -> Result<i64, Error> {
        match self.blocks.get(&index) {
            Some(Block::Passing(own, index)) if *own == kind => return Ok(*index),
            Some(_) => return Err(order(at, "a delta of another kind than its block")),
            None => {}
        }
        let block = match kind {
            Kind::Text => messages::ContentBlock::Text(messages::TextBlock::default()),
            Kind::Thinking => messages::ContentBlock::Thinking(messages::ThinkingBlock::default()),
            Kind::ToolUse => return Err(order(at, "a delta of a tool's input that has not begun")),
        };
        let target = self.begin(block, out);
        self.blocks.insert(index, Block::Passing(kind, target));
        Ok(target)
    }

    fn redacted<L: Leaves>(&mut self, index: i64, blob: &Base64<L>, at: Path<'_>) -> Result<(), Error> {
        if !self.blocks.contains_key(&index) {
            let block = Block::Gathering(Gathered::Redacted(Vec::new(), number(at)), self.line.hold());
            self.blocks.insert(index, block);
        }
        let Some(Block::Gathering(Gathered::Redacted(bytes, _), _)) = self.blocks.get_mut(&index) else {
            return Err(order(at, "a delta of another kind than its block"));
        };
        bytes.extend(blob.decode());
        Ok(())
    }

    fn result<L: Leaves>(
        &mut self,
        index: i64,
        parts: Vec<converse::ToolResultBlockDelta<L>>,
        at: Path<'_>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        use converse::{ToolResultBlockDelta as Delta, ToolResultContentBlock as Part};
        let list_at = at.name("contentBlockDelta");
        let list_at = list_at.name("delta");
        let list_at = list_at.name("toolResult");
        let Some(Block::Gathering(Gathered::ToolResult(block, _, deltas), _)) = self.blocks.get_mut(&index) else {
            return Err(order(at, "a delta of a tool's result that has not begun"));
        };
        deltas.push(number(at));
        for (index, part) in parts.into_iter().enumerate() {
            match part {
                Delta::Text(text) => block.content.push(Part::Text(text.decode().into_owned())),
                Delta::Json(json) => block.content.push(Part::Json(owned_json::<L>(&json))),
                Delta::Unknown(name, _) => cx.unknown_type(list_at.index(index).name(&name), &name),
            }
        }
        Ok(())
    }

    fn close<L: Leaves>(
        &mut self,
        event: &converse::ContentBlockStopEvent<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        self.no_content_after_stop(at)?;
        let converse::ContentBlockStopEvent { content_block_index, unknown } = event;
        cx.unknown_in_event(at.name("contentBlockStop"), unknown);
        if let Some(Block::Closed) = self.blocks.get(content_block_index) {
            return Err(order(at, "this block has ended before"));
        }
        self.end_block(*content_block_index, out, cx)
    }

    fn end_block<L: Leaves>(&mut self, index: i64, out: &mut Out<L>, cx: &mut Cx<'_>) -> Result<(), Error> {
        match self.blocks.insert(index, Block::Closed) {
            Some(Block::Passing(_, index)) => {
                let event = messages::ContentBlockStopEvent { index, ..Default::default() };
                self.line.send(messages::StreamEvent::ContentBlockStop(event), out);
                Ok(())
            }
            Some(Block::Gathering(gathered, number)) => {
                let block = gathered.whole(cx)?;
                self.line.release(number, block, out)
            }
            // One that never began and had no delta is no block.
            Some(Block::Lost | Block::Closed) | None => Ok(()),
        }
    }

    fn stop<L: Leaves>(
        &mut self,
        event: converse::MessageStopEvent<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        if self.stopped.is_some() {
            return Err(order(at, "a second messageStop"));
        }
        let open: Vec<i64> =
            self.blocks.iter().filter(|(_, block)| !matches!(block, Block::Closed)).map(|(index, _)| *index).collect();
        for index in open {
            self.end_block(index, out, cx)?;
        }
        let converse::MessageStopEvent { stop_reason, additional_model_response_fields: fields, unknown } = event;
        cx.unknown_in_event(at.name("messageStop"), &unknown);
        self.stopped = Some(number(at));
        self.end.stop_reason = stop_reason;
        self.end.additional_model_response_fields = fields.map(|fields| owned_json::<L>(&fields));
        if self.measured.is_some() { self.end(out, cx) } else { Ok(()) }
    }

    fn measure<L: Leaves>(
        &mut self,
        event: converse::ConverseStreamMetadataEvent<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        if self.measured.is_some() {
            return Err(order(at, "a second metadata"));
        }
        self.measured = Some(number(at));
        let converse::ConverseStreamMetadataEvent { usage, metrics, trace, performance_config, service_tier, unknown } =
            event;
        cx.unknown_in_event(at.name("metadata"), &unknown);
        let performance_config = performance_config.map(|config| recoded::<L, Owned, _>(&config)).transpose()?;
        if service_tier.is_some() {
            cx.hint(at.name("metadata").name("serviceTier"), Code::Unsupported, NO_PLACE_AT_THE_END);
        }
        self.end = converse::Response {
            usage: recoded::<L, Owned, _>(&usage)?,
            metrics: recoded::<L, Owned, _>(&metrics)?,
            trace: trace.map(|trace| owned_json::<L>(&trace)),
            performance_config,
            ..std::mem::take(&mut self.end)
        };
        if self.stopped.is_some() { self.end(out, cx) } else { Ok(()) }
    }

    /// Sends how the message ended, as a response without content would say it.
    fn end<L: Leaves>(&mut self, out: &mut Out<L>, cx: &mut Cx<'_>) -> Result<(), Error> {
        let (stopped, measured) = (self.stopped.unwrap_or_default(), self.measured.unwrap_or_default());
        let stop_at = Path::Root.index(stopped);
        let (stop_place, metadata_place) = (format!("/{stopped}/messageStop"), format!("/{measured}/metadata"));
        let place = |there: &'static str, here: &str| (there, format!("{here}{there}"));
        let places = [
            place("/stopReason", &stop_place),
            place("/additionalModelResponseFields", &stop_place),
            ("", metadata_place),
        ];
        let places = places.iter().map(|(there, here)| (*there, here.as_str()));
        let nothing = converse::Message::new(converse::ConversationRole::Assistant, Vec::new());
        let end = converse::Response { output: converse::Output::Message(nothing), ..std::mem::take(&mut self.end) };
        let fields = end.additional_model_response_fields.clone();
        let Converted { value: message, losses } =
            response::to_messages(end, &part_options(cx.options)).map_err(|error| error_at(error, places.clone()))?;
        adopt_at(cx, losses, &places);
        let messages::Response {
            stop_reason,
            stop_sequence,
            stop_details,
            container,
            diagnostics,
            usage,
            guardrail_action,
            trace,
            invocation_metrics,
            ..
        } = message;
        let fields_at = stop_at.name("messageStop");
        let fields_at = fields_at.name("additionalModelResponseFields");
        let messages::Usage {
            input_tokens,
            output_tokens,
            cache_read_input_tokens,
            cache_creation_input_tokens,
            cache_creation,
            output_tokens_details,
            server_tool_use,
            service_tier: _,
            inference_geo,
            speed,
            unknown,
        } = usage;
        let metadata_at = Path::Root.index(measured);
        let metadata_at = metadata_at.name("metadata");
        let why = NO_PLACE_AT_THE_END;
        cx.unsupported_members(metadata_at.name("usage"), [("cacheDetails", cache_creation.is_some())], why);
        cx.unsupported_members(fields_at, [("diagnostics", diagnostics.is_some())], why);
        let usage_at = fields_at.name("usage");
        cx.unsupported_members(usage_at, [("inference_geo", inference_geo.is_some()), ("speed", speed.is_some())], why);
        cx.unsupported_members(usage_at, unknown.iter().map(|(name, _)| (name, true)), why);
        late(fields.as_ref(), fields_at, cx);
        let delta =
            messages::MessageDelta { stop_reason, stop_sequence, stop_details, container, ..Default::default() };
        let usage = messages::MessageDeltaUsage {
            input_tokens: Some(input_tokens),
            output_tokens,
            cache_read_input_tokens,
            cache_creation_input_tokens,
            output_tokens_details,
            server_tool_use,
            ..Default::default()
        };
        let delta = messages::MessageDeltaEvent { delta, usage, guardrail_action, ..Default::default() };
        let stop = messages::MessageStopEvent { trace, invocation_metrics, ..Default::default() };
        self.line.send(messages::StreamEvent::MessageDelta(recoded::<Owned, L, _>(&delta)?), out);
        self.line.send(messages::StreamEvent::MessageStop(recoded::<Owned, L, _>(&stop)?), out);
        self.state = State::Done;
        Ok(())
    }

    /// The stream fails: what is gathered stays undone.
    fn fail<L: Leaves>(
        &mut self,
        event: converse::StreamEvent<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        for block in std::mem::take(&mut self.blocks).into_values() {
            if let Block::Gathering(gathered, number) = block {
                gathered.lose(cx);
                self.line.release(number, None, out)?;
            }
        }
        let error = errors::in_stream_to_messages(event, at, cx)?;
        self.line.send(messages::StreamEvent::Error(error), out);
        self.state = State::Failed;
        Ok(())
    }

    fn finish<L: Leaves>(&mut self, out: &mut Out<L>, cx: &mut Cx<'_>) -> Result<(), Error> {
        match self.state {
            State::Start => Err(cut_off("the stream has ended before it began")),
            State::Open if self.stopped.is_none() => Err(cut_off("the stream has ended without messageStop")),
            State::Open => self.end(out, cx),
            State::Done | State::Failed => Ok(()),
        }
    }
}

/// Members that `message_start` would have told, had they been known.
fn late(fields: Option<&Json>, at: Path<'_>, cx: &mut Cx<'_>) {
    let fields: Map<Json> = fields.and_then(|fields| Owned::parse(fields).ok()).unwrap_or_default();
    let told = [
        ("id", cx.options.message_id.as_deref().unwrap_or(DEFAULT_ID)),
        ("model", cx.options.response_model.as_deref().unwrap_or(DEFAULT_MODEL)),
    ];
    let late = told.map(|(name, told)| {
        let late = fields.get(name).and_then(|value| Owned::parse::<String>(value).ok());
        (name, late.is_some_and(|late| late != told))
    });
    cx.unsupported_members(at, late, "it comes too late: message_start has gone out");
}

/// The number of the event at this path.
fn number(at: Path<'_>) -> usize {
    match at {
        Path::Index(_, number) => number,
        Path::Root | Path::Name(..) => 0,
    }
}
