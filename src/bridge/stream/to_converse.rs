//! `MessageStreamEvent` → `ConverseStreamOutput`
//!
//! # Theory of operation
//!
//! Converse numbers its blocks from 0 in the order in which they open. Blocks of text and of thinking have no start there: they
//! begin with their first delta, so one that ends without a delta sends an empty one. Encrypted thinking and the results of
//! server tools come whole, and go out as one delta. How the message ends is gathered from `message_start`, every
//! `message_delta` and `message_stop`, as a response without content, and goes out at the end.
//!
//! | state | event | out | next |
//! |---|---|---|---|
//! | start | `message_start` | `messageStart`, and the blocks it already holds | open |
//! | open | a block's events | its events | open |
//! | open | `message_delta` | | open |
//! | open | `message_stop`, or the end of the stream behind a stop reason | `messageStop`, `metadata` | done |
//! | start, open | `ping` | | the same |
//! | start, open | `error` | an exception | failed |
//! | done, failed | any but `ping` | an error | |

use std::collections::BTreeMap;

use crate::loss::{Code, Converted, Cx, Loss, Path};
use crate::wire::{FreeForm as _, Leaves, Owned, Text as _};
use crate::{Error, Options, converse, messages};

use super::super::{citation, errors, response, response_content};
use super::{Course, adopt_at, cut_off, error_at, order, owned_json, part_options, recoded};

/// Converts the events of a Messages stream, one by one.
///
/// ```
/// use converse_messages::{converse, messages, stream::ToConverse};
///
/// let mut machine = ToConverse::default();
/// let event: messages::StreamEvent = serde_json::from_str(r#"{"type": "message_start", "message": {"id": "msg_1", "type": "message",
///     "role": "assistant", "model": "claude-haiku-4-5", "content": [], "stop_reason": null, "stop_sequence": null,
///     "usage": {"input_tokens": 9, "output_tokens": 1}}}"#)?;
/// let events = machine.push(event)?.value;
/// assert!(matches!(events[..], [converse::StreamEvent::MessageStart(_)]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ToConverse {
    course: Course,
    machine: Machine,
}

/// A machine that refuses no loss.
impl Default for ToConverse {
    fn default() -> Self {
        Self::new(Options::streaming())
    }
}

impl ToConverse {
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
        event: messages::StreamEvent<L>,
    ) -> Result<Converted<Vec<converse::StreamEvent<L>>>, Error> {
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
    pub fn finish<L: Leaves>(&mut self) -> Result<Converted<Vec<converse::StreamEvent<L>>>, Error> {
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
#[derive(Clone, Copy, Debug)]
enum Block {
    /// It is open, with this index in Converse.
    Open {
        kind: Kind,
        index: i64,
        has_delta: bool,
    },
    /// It has no place in Converse.
    Lost,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    ToolUse,
    /// It has come whole.
    Whole,
}

#[derive(Clone, Debug, Default)]
struct Machine {
    state: State,
    blocks: BTreeMap<i64, Block>,
    /// The index of the next block in Converse.
    next: i64,
    /// What the events have told, but for the content.
    message: messages::Response,
    /// Which event has told each member of it: the member's path there, and its path among the events.
    places: Vec<(String, String)>,
    /// Whether the message may end: something has told why it stopped, or it said itself that it did.
    stopped: bool,
}

/// Where events go.
type Out<L> = Vec<converse::StreamEvent<L>>;

impl Machine {
    fn event<L: Leaves>(
        &mut self,
        event: messages::StreamEvent<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        use messages::StreamEvent as Event;
        if let Event::Ping(messages::PingEvent { unknown }) = &event {
            cx.unknown(at, unknown);
            return Ok(());
        }
        match self.state {
            State::Done => return Err(order(at, "the stream has ended before this event")),
            State::Failed => return Err(order(at, "the stream has failed before this event")),
            State::Start if !matches!(event, Event::MessageStart(_) | Event::Error(_) | Event::Unknown(_)) => {
                return Err(order(at, "the stream has not begun with message_start"));
            }
            State::Start | State::Open => {}
        }
        match event {
            Event::MessageStart(event) => self.start(event, at, out, cx),
            Event::ContentBlockStart(event) => self.open(event, at, out, cx),
            Event::ContentBlockDelta(event) => self.delta(event, at, out, cx),
            Event::ContentBlockStop(event) => self.close(&event, at, out, cx),
            Event::MessageDelta(event) => self.message_delta(event, at, cx),
            Event::MessageStop(event) => self.message_stop(event, at, out, cx),
            Event::Error(error) => {
                out.push(errors::in_stream_to_converse(error, at, cx));
                self.state = State::Failed;
                Ok(())
            }
            Event::Ping(_) => Ok(()),
            Event::Unknown(_) => {
                cx.hint(at, Code::UnknownType, "not an event this library knows");
                Ok(())
            }
        }
    }

    fn start<L: Leaves>(
        &mut self,
        event: messages::MessageStartEvent<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        if self.state != State::Start {
            return Err(order(at, "a second message_start"));
        }
        self.state = State::Open;
        let messages::MessageStartEvent { mut message, unknown } = event;
        cx.unknown(at, &unknown);
        out.push(converse::StreamEvent::MessageStart(converse::MessageStartEvent {
            role: converse::ConversationRole::Assistant,
            ..Default::default()
        }));
        let message_at = at.name("message");
        let content_at = message_at.name("content");
        for (index, block) in std::mem::take(&mut message.content).into_iter().enumerate() {
            if let Some(mut block) = self.begin(block, content_at.index(index), out, cx)? {
                self.end_block(&mut block, out);
            }
        }
        self.message = recoded::<L, Owned, _>(&message)?;
        self.stopped = self.message.stop_reason.is_some();
        self.places.push((String::new(), message_at.pointer()));
        Ok(())
    }

    fn open<L: Leaves>(
        &mut self,
        event: messages::ContentBlockStartEvent<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        let messages::ContentBlockStartEvent { index, content_block, unknown } = event;
        cx.unknown(at, &unknown);
        if self.blocks.contains_key(&index) {
            return Err(order(at, "this block has begun before"));
        }
        let block = self.begin(content_block, at.name("content_block"), out, cx)?;
        self.blocks.insert(index, block.unwrap_or(Block::Lost));
        Ok(())
    }

    /// Sends what a block holds when it begins. `None`: it has no place in Converse, and why is in the losses.
    fn begin<L: Leaves>(
        &mut self,
        block: messages::ContentBlock<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<Option<Block>, Error> {
        use converse::ContentBlock as Whole;
        use converse::ContentBlockDelta as Delta;
        let Some(block) = response_content::to_converse(block, at, cx)? else {
            return Ok(None);
        };
        let index = self.next;
        let (start, deltas, kind) = match block {
            Whole::Text(text) => (None, text_deltas(text, Vec::new()), Kind::Text),
            Whole::CitationsContent(converse::CitationsContentBlock { content, citations, unknown: _ }) => {
                let texts = content.into_iter().filter_map(|part| match part {
                    converse::CitationGeneratedContent::Text(text) => Some(text),
                    converse::CitationGeneratedContent::Unknown(..) => None,
                });
                (None, text_deltas(L::Text::join(&texts.collect::<Vec<_>>(), ""), citations), Kind::Text)
            }
            Whole::ReasoningContent(converse::ReasoningContentBlock::ReasoningText(block)) => {
                let converse::ReasoningTextBlock { text, signature, unknown: _ } = block;
                let text = Some(text).filter(|text| !text.is_empty());
                let deltas = [
                    text.map(converse::ReasoningContentBlockDelta::Text),
                    signature.map(converse::ReasoningContentBlockDelta::Signature),
                ];
                (None, deltas.into_iter().flatten().map(Delta::ReasoningContent).collect(), Kind::Thinking)
            }
            Whole::ReasoningContent(converse::ReasoningContentBlock::RedactedContent(blob)) => {
                let delta = converse::ReasoningContentBlockDelta::RedactedContent(blob);
                (None, vec![Delta::ReasoningContent(delta)], Kind::Whole)
            }
            Whole::ToolUse(converse::ToolUseBlock { tool_use_id, name, input, kind, unknown: _ }) => {
                let start = converse::ToolUseBlockStart { tool_use_id, name, kind, ..Default::default() };
                let input = Some(input.text().into_owned()).filter(|input| input != "{}");
                let delta = input.map(|input| {
                    Delta::ToolUse(converse::ToolUseBlockDelta { input: input.into(), ..Default::default() })
                });
                let start = converse::ContentBlockStart::ToolUse(start);
                (Some(start), delta.into_iter().collect(), Kind::ToolUse)
            }
            Whole::ToolResult(converse::ToolResultBlock { tool_use_id, content, status, kind, unknown: _ }) => {
                let start = converse::ToolResultBlockStart { tool_use_id, kind, status, ..Default::default() };
                let parts = content.into_iter().filter_map(|part| match part {
                    converse::ToolResultContentBlock::Json(json) => Some(converse::ToolResultBlockDelta::Json(json)),
                    converse::ToolResultContentBlock::Text(text) => Some(converse::ToolResultBlockDelta::Text(text)),
                    _ => None,
                });
                let delta = Delta::ToolResult(parts.collect());
                (Some(converse::ContentBlockStart::ToolResult(start)), vec![delta], Kind::Whole)
            }
            _ => return Ok(None),
        };
        self.next += 1;
        out.extend(start.map(|start| {
            let event = converse::ContentBlockStartEvent { start, content_block_index: index, ..Default::default() };
            converse::StreamEvent::ContentBlockStart(event)
        }));
        let has_delta = !deltas.is_empty();
        out.extend(deltas.into_iter().map(|delta| delta_event(index, delta)));
        Ok(Some(Block::Open { kind, index, has_delta }))
    }

    fn delta<L: Leaves>(
        &mut self,
        event: messages::ContentBlockDeltaEvent<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        use messages::ContentBlockDelta as Delta;
        let messages::ContentBlockDeltaEvent { index, delta, unknown } = event;
        cx.unknown(at, &unknown);
        let delta_at = at.name("delta");
        let (kind, target, has_delta) = match self.blocks.get_mut(&index) {
            None => return Err(order(at, "a delta of a block that has not begun")),
            Some(Block::Closed) => return Err(order(at, "this block has ended before")),
            Some(Block::Lost) => {
                cx.content(delta_at, Code::Unsupported, "its block has no place in Converse");
                return Ok(());
            }
            Some(Block::Open { kind, index, has_delta }) => (*kind, *index, has_delta),
        };
        let expect = |expected| {
            if kind == expected { Ok(()) } else { Err(order(at, "a delta of another kind than its block")) }
        };
        let delta = match delta {
            Delta::Text(messages::TextDelta { text, unknown }) => {
                expect(Kind::Text)?;
                cx.unknown(delta_at, &unknown);
                converse::ContentBlockDelta::Text(text)
            }
            Delta::Citations(messages::CitationsDelta { citation, unknown }) => {
                expect(Kind::Text)?;
                cx.unknown(delta_at, &unknown);
                let Some(citation) = citation::to_converse(citation, delta_at.name("citation"), cx) else {
                    return Ok(());
                };
                converse::ContentBlockDelta::Citation(citation)
            }
            Delta::Thinking(messages::ThinkingDelta { thinking, unknown }) => {
                expect(Kind::Thinking)?;
                cx.unknown(delta_at, &unknown);
                let delta = converse::ReasoningContentBlockDelta::Text(thinking);
                converse::ContentBlockDelta::ReasoningContent(delta)
            }
            Delta::Signature(messages::SignatureDelta { signature, unknown }) => {
                expect(Kind::Thinking)?;
                cx.unknown(delta_at, &unknown);
                let delta = converse::ReasoningContentBlockDelta::Signature(signature);
                converse::ContentBlockDelta::ReasoningContent(delta)
            }
            Delta::InputJson(messages::InputJsonDelta { partial_json, unknown }) => {
                expect(Kind::ToolUse)?;
                cx.unknown(delta_at, &unknown);
                let delta = converse::ToolUseBlockDelta { input: partial_json, ..Default::default() };
                converse::ContentBlockDelta::ToolUse(delta)
            }
            Delta::Unknown(delta) => {
                cx.unknown_type(delta_at, &delta.kind);
                return Ok(());
            }
        };
        *has_delta = true;
        out.push(delta_event(target, delta));
        Ok(())
    }

    fn close<L: Leaves>(
        &mut self,
        event: &messages::ContentBlockStopEvent<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        let messages::ContentBlockStopEvent { index, unknown } = event;
        cx.unknown(at, unknown);
        let mut block = match self.blocks.get(index) {
            None => return Err(order(at, "the end of a block that has not begun")),
            Some(Block::Closed) => return Err(order(at, "this block has ended before")),
            Some(block) => *block,
        };
        self.end_block(&mut block, out);
        self.blocks.insert(*index, block);
        Ok(())
    }

    #[allow(clippy::unused_self)]
    fn end_block<L: Leaves>(&self, block: &mut Block, out: &mut Out<L>) {
        if let Block::Open { kind, index, has_delta } = *block {
            let empty = match kind {
                Kind::Text => Some(converse::ContentBlockDelta::Text(L::Text::default())),
                Kind::Thinking => {
                    let delta = converse::ReasoningContentBlockDelta::Text(L::Text::default());
                    Some(converse::ContentBlockDelta::ReasoningContent(delta))
                }
                Kind::ToolUse | Kind::Whole => None,
            };
            out.extend(empty.filter(|_| !has_delta).map(|delta| delta_event(index, delta)));
            let event = converse::ContentBlockStopEvent { content_block_index: index, ..Default::default() };
            out.push(converse::StreamEvent::ContentBlockStop(event));
        }
        *block = Block::Closed;
    }

    /// Notes which event tells a member.
    fn told(&mut self, there: &str, at: Path<'_>) {
        self.places.push((there.to_owned(), at.pointer()));
    }

    fn message_delta<L: Leaves>(
        &mut self,
        event: messages::MessageDeltaEvent<L>,
        at: Path<'_>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        let messages::MessageDeltaEvent { delta, usage, guardrail_action, trace, invocation_metrics, unknown } = event;
        cx.unknown(at, &unknown);
        let delta_at = at.name("delta");
        let messages::MessageDelta { stop_reason, stop_sequence, stop_details, container, unknown } = delta;
        self.stopped = true;
        if stop_reason.is_some() {
            self.message.stop_reason = stop_reason;
            self.told("/stop_reason", delta_at.name("stop_reason"));
        }
        if let Some(stop_sequence) = stop_sequence {
            self.message.stop_sequence = Some(stop_sequence.decode().into_owned());
        }
        if let Some(stop_details) = stop_details {
            self.message.stop_details = Some(recoded::<L, Owned, _>(&stop_details)?);
        }
        if let Some(container) = container {
            self.message.container = Some(recoded::<L, Owned, _>(&container)?);
        }
        for (name, value) in unknown {
            self.told(&format!("/{}", escaped(&name)), delta_at.name(&name));
            self.message.unknown.remove(&name);
            self.message.unknown.push(name, owned_json::<L>(&value));
        }
        self.usage(usage, at.name("usage"))?;
        self.bedrock::<L>(guardrail_action, trace, invocation_metrics.as_ref(), at)
    }

    /// The usage so far: what a later event says replaces what an earlier one said.
    fn usage<L: Leaves>(&mut self, usage: messages::MessageDeltaUsage<L>, at: Path<'_>) -> Result<(), Error> {
        let messages::MessageDeltaUsage {
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
            unknown,
        } = usage;
        let own = &mut self.message.usage;
        let mut told = vec!["output_tokens"];
        own.output_tokens = output_tokens;
        if let Some(input_tokens) = input_tokens {
            own.input_tokens = input_tokens;
            told.push("input_tokens");
        }
        if cache_read_input_tokens.is_some() {
            own.cache_read_input_tokens = cache_read_input_tokens;
            told.push("cache_read_input_tokens");
        }
        if cache_creation_input_tokens.is_some() {
            own.cache_creation_input_tokens = cache_creation_input_tokens;
            told.push("cache_creation_input_tokens");
        }
        if let Some(cache_creation) = cache_creation {
            own.cache_creation = Some(recoded::<L, Owned, _>(&cache_creation)?);
            told.push("cache_creation");
        }
        if let Some(details) = output_tokens_details {
            own.output_tokens_details = Some(recoded::<L, Owned, _>(&details)?);
        }
        if let Some(server_tool_use) = server_tool_use {
            own.server_tool_use = Some(recoded::<L, Owned, _>(&server_tool_use)?);
        }
        if service_tier.is_some() {
            own.service_tier = service_tier;
            told.push("service_tier");
        }
        if let Some(inference_geo) = inference_geo {
            own.inference_geo = Some(inference_geo.decode().into_owned());
        }
        if speed.is_some() {
            own.speed = speed;
        }
        for (name, value) in unknown {
            own.unknown.remove(&name);
            own.unknown.push(name, owned_json::<L>(&value));
        }
        for name in told {
            self.told(&format!("/usage/{name}"), at.name(name));
        }
        Ok(())
    }

    /// What Bedrock adds, on `message_delta` or on `message_stop`.
    fn bedrock<L: Leaves>(
        &mut self,
        guardrail_action: Option<messages::GuardrailAction>,
        trace: Option<L::Json>,
        invocation_metrics: Option<&messages::InvocationMetrics<L>>,
        at: Path<'_>,
    ) -> Result<(), Error> {
        if guardrail_action.is_some() {
            self.message.guardrail_action = guardrail_action;
            self.told("/amazon-bedrock-guardrailAction", at.name("amazon-bedrock-guardrailAction"));
        }
        if let Some(trace) = trace {
            self.message.trace = Some(owned_json::<L>(&trace));
        }
        if let Some(metrics) = invocation_metrics {
            self.message.invocation_metrics = Some(recoded::<L, Owned, _>(metrics)?);
            self.told("/amazon-bedrock-invocationMetrics", at.name("amazon-bedrock-invocationMetrics"));
        }
        Ok(())
    }

    fn message_stop<L: Leaves>(
        &mut self,
        event: messages::MessageStopEvent<L>,
        at: Path<'_>,
        out: &mut Out<L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        let messages::MessageStopEvent { guardrail_action, trace, invocation_metrics, unknown } = event;
        cx.unknown(at, &unknown);
        self.bedrock::<L>(guardrail_action, trace, invocation_metrics.as_ref(), at)?;
        self.end(out, cx)
    }

    /// Sends how the message ended, as a response without content would say it.
    fn end<L: Leaves>(&mut self, out: &mut Out<L>, cx: &mut Cx<'_>) -> Result<(), Error> {
        for mut block in std::mem::take(&mut self.blocks).into_values() {
            self.end_block(&mut block, out);
        }
        let message = std::mem::take(&mut self.message);
        // The last event that told a member counts.
        let places = self.places.iter().rev().map(|(there, here)| (there.as_str(), here.as_str()));
        let Converted { value: response, losses } = response::to_converse(message, &part_options(cx.options))
            .map_err(|error| error_at(error, places.clone()))?;
        adopt_at(cx, losses, &places);
        let converse::Response {
            output: _,
            stop_reason,
            usage,
            metrics,
            additional_model_response_fields,
            trace,
            performance_config: _,
            service_tier,
            unknown: _,
        } = response;
        let stop: converse::MessageStopEvent =
            converse::MessageStopEvent { stop_reason, additional_model_response_fields, ..Default::default() };
        let metadata: converse::ConverseStreamMetadataEvent =
            converse::ConverseStreamMetadataEvent { usage, metrics, trace, service_tier, ..Default::default() };
        out.push(converse::StreamEvent::MessageStop(recoded::<Owned, L, _>(&stop)?));
        out.push(converse::StreamEvent::Metadata(recoded::<Owned, L, _>(&metadata)?));
        self.state = State::Done;
        Ok(())
    }

    fn finish<L: Leaves>(&mut self, out: &mut Out<L>, cx: &mut Cx<'_>) -> Result<(), Error> {
        match self.state {
            State::Start => Err(cut_off("the stream has ended before it began")),
            State::Open if !self.stopped => Err(cut_off("the stream has ended without message_delta and message_stop")),
            State::Open => self.end(out, cx),
            State::Done | State::Failed => Ok(()),
        }
    }
}

fn text_deltas<L: Leaves>(text: L::Text, citations: Vec<converse::Citation<L>>) -> Vec<converse::ContentBlockDelta<L>> {
    let text = Some(text).filter(|text| !text.is_empty()).map(converse::ContentBlockDelta::Text);
    text.into_iter().chain(citations.into_iter().map(converse::ContentBlockDelta::Citation)).collect()
}

fn delta_event<L: Leaves>(content_block_index: i64, delta: converse::ContentBlockDelta<L>) -> converse::StreamEvent<L> {
    let event = converse::ContentBlockDeltaEvent { delta, content_block_index, ..Default::default() };
    converse::StreamEvent::ContentBlockDelta(event)
}

/// A name as a step of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
