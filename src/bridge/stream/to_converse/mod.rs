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
//! | open | `message_delta` | | open, without content |
//! | open | `message_stop`, or the end of the stream behind a stop reason | `messageStop`, `metadata` | done |
//! | any | `ping`, one that nobody knows (hint) | | the same |
//! | start, open | `error` | an exception | failed |
//! | done, failed | any other | an error | |

mod blocks;
mod end;

use crate::loss::{Code, Converted, Cx, Loss, Path};
use crate::wire::Leaves;
use crate::{Error, Options, converse, messages};

use super::super::errors;
use super::{Course, Kept, State, cut_off, order, recoded};
use blocks::Blocks;
use end::End;

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
        let mut events = Vec::new();
        let converted = self.push_to(event, &mut |event| events.push(event))?;
        Ok(converted.map(|()| events))
    }

    /// Converts the next event, and gives what it becomes to `out`, which is to forget it if an error comes.
    pub(super) fn push_to<L: Leaves>(
        &mut self,
        event: messages::StreamEvent<L>,
        out: &mut Out<'_, L>,
    ) -> Result<Converted<()>, Error> {
        let machine = &mut self.machine;
        self.course.step(|at, cx| machine.event(event, at, out, cx))
    }

    /// Converts the end of the stream, with all losses of the stream.
    ///
    /// # Errors
    /// The message has not stopped.
    pub fn finish(&mut self) -> Result<Converted<Vec<converse::StreamEvent>>, Error> {
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
            let exception = errors::exception_in_stream(name, exception, at.name(name), cx);
            machine.fail(exception, out, cx);
            Ok(())
        })
    }

    /// Takes over losses from outside.
    pub(crate) fn lose(&mut self, losses: Vec<Loss>) {
        self.course.losses.extend(losses);
    }

    /// The losses up to here.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        &self.course.losses
    }
}

/// Where events go.
type Out<'o, L> = dyn FnMut(converse::StreamEvent<L>) + 'o;

#[derive(Clone, Debug, Default)]
struct Machine {
    state: State,
    blocks: Blocks,
    end: End,
}

impl Machine {
    fn event<L: Leaves>(
        &mut self,
        event: messages::StreamEvent<L>,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        use messages::StreamEvent as Event;
        if let Event::Ping(messages::PingEvent { unknown }) = &event {
            cx.unknown(at, unknown);
            return Ok(());
        }
        if let Event::Unknown(_) = &event {
            cx.hint(at, Code::UnknownType, "not an event this library knows");
            return Ok(());
        }
        self.state.not_ended(at)?;
        let begins = matches!(event, Event::MessageStart(_) | Event::Error(_));
        if self.state == State::Start && !begins {
            return Err(order(at, "the stream has not begun with message_start"));
        }
        match event {
            Event::MessageStart(event) => self.start(*event, at, out, cx),
            Event::ContentBlockStart(event) => self.content(at)?.open(*event, at, out, cx),
            Event::ContentBlockDelta(event) => self.content(at)?.delta(event, at, out, cx),
            Event::ContentBlockStop(event) => self.content(at)?.close(&event, at, out, cx),
            Event::MessageDelta(event) => self.end.delta(*event, at, cx),
            Event::MessageStop(event) => {
                self.end.stop(*event, at, cx)?;
                self.end(out, cx)
            }
            Event::Error(error) => {
                self.fail(errors::in_stream_to_converse(*error, errors::Streams::Converse, at, cx), out, cx);
                Ok(())
            }
            Event::Ping(_) | Event::Unknown(_) => Ok(()),
        }
    }

    /// The blocks, as long as nothing has told how the message ends.
    fn content(&mut self, at: Path<'_>) -> Result<&mut Blocks, Error> {
        if self.end.has_delta() { Err(order(at, "content behind message_delta")) } else { Ok(&mut self.blocks) }
    }

    fn fail<L: Leaves>(&mut self, exception: converse::StreamEvent<L>, out: &mut Out<'_, L>, cx: &mut Cx<'_>) {
        out(exception);
        self.end.abandon(cx);
        self.state = State::Failed;
    }

    fn start<L: Leaves>(
        &mut self,
        event: messages::MessageStartEvent<L>,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        if self.state != State::Start {
            return Err(order(at, "a second message_start"));
        }
        self.state = State::Open;
        let messages::MessageStartEvent { mut message, unknown } = event;
        cx.unknown(at, &unknown);
        out(converse::StreamEvent::MessageStart(converse::MessageStartEvent {
            role: converse::ConversationRole::Assistant,
            ..Default::default()
        }));
        let message_at = at.name("message");
        self.blocks.whole(std::mem::take(&mut message.content), message_at.name("content"), out, cx)?;
        self.end.start(&message, message_at)
    }

    /// Sends how the message ended.
    fn end<L: Leaves>(&mut self, out: &mut Out<'_, L>, cx: &mut Cx<'_>) -> Result<(), Error> {
        self.blocks.close_all(out);
        let (stop, metadata) = std::mem::take(&mut self.end).events(cx)?;
        out(converse::StreamEvent::MessageStop(recoded::<Kept, L, _>(&stop)?));
        out(converse::StreamEvent::Metadata(Box::new(recoded::<Kept, L, _>(&metadata)?)));
        self.state = State::Done;
        Ok(())
    }

    fn finish<L: Leaves>(&mut self, out: &mut Out<'_, L>, cx: &mut Cx<'_>) -> Result<(), Error> {
        match self.state {
            State::Start => Err(cut_off("the stream has ended before it began")),
            State::Open if !self.end.has_stopped() => {
                Err(cut_off("the stream has ended without message_delta and message_stop"))
            }
            State::Open => self.end(out, cx),
            State::Done | State::Failed => Ok(()),
        }
    }
}
