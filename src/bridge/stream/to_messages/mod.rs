//! `ConverseStreamOutput` → `MessageStreamEvent`
//!
//! # Theory of operation
//!
//! A block opens with its start or its first delta; Messages numbers blocks from 0 in that order, whatever Converse's indexes
//! were. Text, thinking and tool inputs pass through as they come; a signature goes out whole when its block ends. Encrypted
//! thinking and the results of server tools have no deltas in Messages: they are gathered, and go out whole when their block
//! ends; until then the events of other blocks wait behind them. `messageStop` waits for `metadata`, since `message_delta` tells both.
//!
//! | state | event | out | next |
//! |---|---|---|---|
//! | start | `messageStart` | `message_start` | open |
//! | open | a block's events | its events | open |
//! | open | `messageStop` | the ends of blocks that are open | stopped |
//! | stopped | `metadata`, or the end of the stream | `message_delta`, `message_stop` | done |
//! | start, open, stopped | an exception | `error` | failed |
//! | done, failed | any | an error | |

mod blocks;
mod end;
mod gather;

use crate::loss::{Code, Converted, Cx, Loss, Path};
use crate::wire::Leaves;
use crate::{Error, Options, converse, messages};

use super::super::carried::{DEFAULT_ID, DEFAULT_MODEL};
use super::super::errors;
use super::{Course, Kept, State, cut_off, order, recoded};
use blocks::Blocks;
use end::End;
use gather::Out;

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
        let mut events = Vec::new();
        let converted = self.push_to(event, &mut |event| events.push(event))?;
        Ok(converted.map(|()| events))
    }

    /// Converts the next event, and gives what it becomes to `out`, which is to forget it if an error comes.
    pub(super) fn push_to<L: Leaves>(
        &mut self,
        event: converse::StreamEvent<L>,
        out: &mut Out<'_, L>,
    ) -> Result<Converted<()>, Error> {
        let machine = &mut self.machine;
        self.course.step(|at, cx| machine.event(event, at, out, cx))
    }

    /// Converts the end of the stream, with all losses of the stream.
    ///
    /// # Errors
    /// The message has not stopped.
    pub fn finish(&mut self) -> Result<Converted<Vec<messages::StreamEvent>>, Error> {
        let mut events = Vec::new();
        let _ = self.finish_to(&mut |event| events.push(event))?;
        Ok(Converted { value: events, losses: self.course.losses.clone() })
    }

    /// Converts the end of the stream, with the losses that it causes, and gives what was held back to `out`.
    pub(super) fn finish_to<L: Leaves>(&mut self, out: &mut Out<'_, L>) -> Result<Converted<()>, Error> {
        let machine = &mut self.machine;
        self.course.step(|_, cx| machine.finish(out, cx))
    }

    /// The same of an exception of the stream, whatever its name is.
    pub(super) fn push_exception<L: Leaves>(
        &mut self,
        name: &str,
        exception: converse::Exception<L>,
        out: &mut Out<'_, L>,
    ) -> Result<Converted<()>, Error> {
        let machine = &mut self.machine;
        self.course.step(|at, cx| {
            machine.state.not_ended(at)?;
            machine.fail(name, exception, at, out, cx)
        })
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

#[derive(Clone, Debug, Default)]
struct Machine {
    state: State,
    blocks: Blocks,
    end: End,
}

impl Machine {
    fn event<L: Leaves>(
        &mut self,
        event: converse::StreamEvent<L>,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        use converse::StreamEvent as Event;
        let exception_name = event.exception_name();
        self.state.not_ended(at)?;
        let begins = matches!(event, Event::MessageStart(_) | Event::Unknown(..)) || exception_name.is_some();
        if self.state == State::Start && !begins {
            return Err(order(at, "the stream has not begun with messageStart"));
        }
        match event {
            Event::MessageStart(event) => self.start(event, at, out, cx),
            Event::ContentBlockStart(event) => self.content(at)?.open(*event, at, out, cx),
            Event::ContentBlockDelta(event) => self.content(at)?.delta(event, at, out, cx),
            Event::ContentBlockStop(event) => self.content(at)?.close(&event, at, out, cx),
            Event::MessageStop(event) => self.stop(event, at, out, cx),
            Event::Metadata(event) => self.measure(*event, at, out, cx),
            Event::Unknown(name, _) => {
                cx.unknown_type(at.name(&name), &name);
                Ok(())
            }
            Event::InternalServer(exception)
            | Event::ModelStreamError(exception)
            | Event::ModelTimeout(exception)
            | Event::ServiceUnavailable(exception)
            | Event::Throttling(exception)
            | Event::Validation(exception) => self.fail(exception_name.unwrap_or_default(), *exception, at, out, cx),
        }
    }

    fn start<L: Leaves>(
        &mut self,
        event: converse::MessageStartEvent<L>,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        if self.state != State::Start {
            return Err(order(at, "a second messageStart"));
        }
        self.state = State::Open;
        let at = at.name("messageStart");
        let converse::MessageStartEvent { role, padding, unknown } = event;
        cx.unknown_in_event(at, padding.as_ref(), &unknown);
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
        self.blocks.line.send(messages::StreamEvent::MessageStart(Box::new(event)), out);
        Ok(())
    }

    /// The blocks, as long as the message has not stopped.
    fn content(&mut self, at: Path<'_>) -> Result<&mut Blocks, Error> {
        if self.end.has_stopped() { Err(order(at, "content behind messageStop")) } else { Ok(&mut self.blocks) }
    }

    fn stop<L: Leaves>(
        &mut self,
        event: converse::MessageStopEvent<L>,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        if self.end.has_stopped() {
            return Err(order(at, "a second messageStop"));
        }
        self.blocks.close_all(out, cx)?;
        self.end.stop(event, at, cx);
        if self.end.is_measured() { self.end(out, cx) } else { Ok(()) }
    }

    fn measure<L: Leaves>(
        &mut self,
        event: converse::ConverseStreamMetadataEvent<L>,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        if self.end.is_measured() {
            return Err(order(at, "a second metadata"));
        }
        self.end.measure(event, at, cx)?;
        if self.end.has_stopped() { self.end(out, cx) } else { Ok(()) }
    }

    /// Sends how the message ended.
    fn end<L: Leaves>(&mut self, out: &mut Out<'_, L>, cx: &mut Cx<'_>) -> Result<(), Error> {
        let (delta, stop) = std::mem::take(&mut self.end).events(cx)?;
        self.blocks.line.send(messages::StreamEvent::MessageDelta(Box::new(recoded::<Kept, L, _>(&delta)?)), out);
        self.blocks.line.send(messages::StreamEvent::MessageStop(Box::new(recoded::<Kept, L, _>(&stop)?)), out);
        self.state = State::Done;
        Ok(())
    }

    /// The stream fails: what is gathered stays undone.
    fn fail<L: Leaves>(
        &mut self,
        name: &str,
        exception: converse::Exception<L>,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        self.blocks.abandon(out, cx)?;
        self.end.abandon(cx);
        let at = at.name(name);
        let error = errors::in_stream_to_messages(name, exception, at, cx)?;
        if error.error.kind == messages::ErrorType::Timeout {
            cx.hint(at, Code::Rewritten, "in a Converse stream another exception stands for timeouts");
        }
        self.blocks.line.send(messages::StreamEvent::Error(Box::new(error)), out);
        self.state = State::Failed;
        Ok(())
    }

    fn finish<L: Leaves>(&mut self, out: &mut Out<'_, L>, cx: &mut Cx<'_>) -> Result<(), Error> {
        match self.state {
            State::Start => Err(cut_off("the stream has ended before it began")),
            State::Open if !self.end.has_stopped() => Err(cut_off("the stream has ended without messageStop")),
            State::Open => self.end(out, cx),
            State::Done | State::Failed => Ok(()),
        }
    }
}
