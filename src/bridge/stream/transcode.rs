//! Streams as bytes: read in one framing, written in another, converted between where the sides differ.

use std::fmt;

use crate::frame::eventstream::{self, Frame, Header, Value};
use crate::frame::{jsonl, sse};
use crate::loss::{Cx, Loss, Path};
use crate::wire::{Base64, FreeForm as _, Kind, Leaves, Map, Raw, RawJson, Wire, object};
use crate::{Converted, Error, ErrorKind, Options, converse, messages};

use super::super::errors;
use super::{Course, ToConverse, ToMessages, cut_off};

/// The side that a stream is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Amazon Bedrock Converse.
    Converse,
    /// Anthropic Messages.
    Messages,
}

/// How the events of a stream stand in its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// One event a line, of either side.
    Json,
    /// Server-sent events: Messages.
    Sse,
    /// Frames of `application/vnd.amazon.eventstream`: Converse. A stream whose first frame is a `chunk` is read as
    /// [`Invoke`](Self::Invoke).
    EventStream,
    /// Frames of the same kind that hold Messages events, as `InvokeModelWithResponseStream` has them: Messages.
    Invoke,
}

impl Framing {
    /// The side whose streams are framed so; none: either.
    fn side(self) -> Option<Side> {
        match self {
            Self::Json => None,
            Self::Sse | Self::Invoke => Some(Side::Messages),
            Self::EventStream => Some(Side::Converse),
        }
    }
}

impl fmt::Display for Framing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "json",
            Self::Sse => "sse",
            Self::EventStream => "eventstream",
            Self::Invoke => "invoke",
        })
    }
}

object! {
    /// The payload of a frame `chunk`.
    pub struct Chunk {
        /// An event.
        required bytes: Base64<L> = "bytes",
        /// Padding.
        optional padding: L::Json = "p",
    }
}

/// Converts a stream, bytes to bytes. An event goes out as soon as it can, and how the bytes are cut changes nothing.
///
/// When something is wrong an error event goes out last, and the error is returned.
///
/// ```
/// use converse_messages::Options;
/// use converse_messages::stream::{Framing, Side, Transcoder};
///
/// let mut transcoder = Transcoder::new(Framing::Json, Side::Messages, Framing::Sse, Options::streaming())?;
/// let mut out = Vec::new();
/// transcoder.push(b"{\"messageStart\": {\"role\": \"assistant\"}}\n", &mut out)?;
/// assert!(out.starts_with(b"event: message_start\ndata: {\"type\":\"message_start\","));
/// # Ok::<(), converse_messages::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Transcoder {
    input: Input,
    events: Events,
}

#[derive(Clone, Debug)]
enum Input {
    Json(jsonl::Reader),
    Sse(sse::Reader),
    Frames(eventstream::Reader),
}

/// What becomes of the events once they are read.
#[derive(Clone, Debug)]
struct Events {
    /// The side they are of. Frames tell only with the first one.
    from: Side,
    machine: Machine,
    target: Target,
    /// How many events have come.
    count: usize,
    failed: Option<Error>,
    options: Options,
}

#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one for a stream")]
enum Machine {
    ToMessages(ToMessages),
    ToConverse(ToConverse),
    /// Only the framing changes.
    None {
        course: Course,
        stopped: bool,
    },
}

/// Where events are written.
#[derive(Clone, Debug)]
struct Target {
    side: Side,
    framing: Framing,
    /// Whether the stream has come to its end there.
    ended: bool,
    /// Room for the JSON of an event.
    json: String,
}

impl Transcoder {
    /// A transcoder at the beginning of a stream that is framed like `from`, to a stream of a side that is framed like `to`.
    ///
    /// # Errors
    /// The side's streams are not framed so.
    pub fn new(from: Framing, side: Side, to: Framing, options: Options) -> Result<Self, Error> {
        if to.side().is_some_and(|own| own != side) {
            return Err(Error::new(ErrorKind::Framing, "", format!("streams of this side are not framed as {to}")));
        }
        let opposite = match side {
            Side::Converse => Side::Messages,
            Side::Messages => Side::Converse,
        };
        let input = match from {
            Framing::Json => Input::Json(jsonl::Reader::new()),
            Framing::Sse => Input::Sse(sse::Reader::new()),
            Framing::EventStream | Framing::Invoke => Input::Frames(eventstream::Reader::new()),
        };
        let from = from.side().unwrap_or(opposite);
        let target = Target { side, framing: to, ended: false, json: String::new() };
        let machine = Machine::new(from, side, &options);
        Ok(Self { input, events: Events { from, machine, target, count: 0, failed: None, options } })
    }

    /// Converts the bytes that come next, and appends what can go out.
    ///
    /// # Errors
    /// Corrupt framing, malformed events, what the machines refuse. The error event has been appended; every further call is
    /// answered with the same error.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let Self { input, events } = self;
        events.unless_failed(out, |events, out| {
            input.push(bytes);
            input.drain(events, out)
        })
    }

    /// Converts the end of the stream, and appends what was held back.
    ///
    /// # Errors
    /// The stream ended within an event, or its message has not stopped.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let Self { input, events } = self;
        events.unless_failed(out, |events, out| {
            input.finish(events, out)?;
            events.finish(out)
        })
    }

    /// The losses up to here. Their paths lead into the array of the source's events.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        match &self.events.machine {
            Machine::ToMessages(machine) => machine.losses(),
            Machine::ToConverse(machine) => machine.losses(),
            Machine::None { course, .. } => &course.losses,
        }
    }
}

impl Input {
    fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Json(reader) => reader.push(bytes),
            Self::Sse(reader) => reader.push(bytes),
            Self::Frames(reader) => reader.push(bytes),
        }
    }

    /// Converts the events that have come whole.
    fn drain(&mut self, events: &mut Events, out: &mut Vec<u8>) -> Result<(), Error> {
        match self {
            Self::Json(reader) => {
                while let Some(line) = reader.next_line()? {
                    events.json(line, out)?;
                }
            }
            Self::Sse(reader) => {
                while let Some(event) = reader.next_event()? {
                    // Some proxies keep the connection open with events without data.
                    if !event.data.trim_ascii().is_empty() {
                        events.json(event.data.as_bytes(), out)?;
                    }
                }
            }
            Self::Frames(reader) => {
                while let Some(frame) = reader.next_frame()? {
                    events.frame(&frame, out)?;
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, events: &mut Events, out: &mut Vec<u8>) -> Result<(), Error> {
        match self {
            Self::Json(reader) => match reader.finish()? {
                Some(line) => events.json(line, out),
                None => Ok(()),
            },
            Self::Sse(reader) => reader.finish(),
            Self::Frames(reader) => reader.finish(),
        }
    }
}

impl Machine {
    fn new(from: Side, to: Side, options: &Options) -> Self {
        match (from, to) {
            (Side::Converse, Side::Messages) => Self::ToMessages(ToMessages::new(options.clone())),
            (Side::Messages, Side::Converse) => Self::ToConverse(ToConverse::new(options.clone())),
            (Side::Converse, Side::Converse) | (Side::Messages, Side::Messages) => {
                Self::None { course: Course::new(options.clone()), stopped: false }
            }
        }
    }
}

impl Events {
    fn unless_failed(
        &mut self,
        out: &mut Vec<u8>,
        convert: impl FnOnce(&mut Self, &mut Vec<u8>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        convert(self, out).inspect_err(|error| {
            self.failed = Some(error.clone());
            self.target.fail(error, out);
        })
    }

    /// An event as its JSON text.
    fn json(&mut self, json: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let depth = self.options.max_depth;
        match self.from {
            Side::Converse => {
                let event = converse::StreamEvent::<Raw>::from_json_within(json, depth);
                self.converse(event.map_err(|error| self.here(error))?, Source::Event(json), out)
            }
            Side::Messages => {
                let event = messages::StreamEvent::<Raw>::from_json_within(json, depth);
                self.messages(event.map_err(|error| self.here(error))?, json, out)
            }
        }
    }

    /// An error of the event that comes next.
    fn here(&self, error: Error) -> Error {
        error.beneath(&format!("/{}", self.count))
    }

    fn frame(&mut self, frame: &Frame<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        let depth = self.options.max_depth;
        let name = match frame.name() {
            Ok(name) => name,
            Err(name) => return self.exception(name, frame, out),
        };
        if name == "chunk" && self.count == 0 {
            self.from = Side::Messages;
            self.machine = Machine::new(self.from, self.target.side, &self.options);
        }
        match self.from {
            Side::Messages if name == "chunk" => {
                let chunk = Chunk::<Raw>::from_json_within(frame.payload, depth);
                let Chunk { bytes, padding, unknown } = chunk.map_err(|error| self.here(error.beneath("/chunk")))?;
                let mut cx = Cx::new(&self.options);
                cx.unknown_in_event(Path::Root.index(self.count).name("chunk"), padding.as_ref(), &unknown);
                let Converted { value: (), losses } = cx.finish(())?;
                self.lose(losses);
                self.json(&bytes.decode(), out)
            }
            Side::Messages => Err(self.here(Error::new(ErrorKind::Framing, "", "neither a chunk nor an exception"))),
            Side::Converse => {
                let event = converse::StreamEvent::<Raw>::from_payload_within(name, frame.payload, depth);
                self.converse(event.map_err(|error| self.here(error))?, Source::Payload(frame.payload), out)
            }
        }
    }

    /// An exception, or another error of the service, of any name.
    fn exception(&mut self, name: &str, frame: &Frame<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        let payload = if frame.payload.is_empty() { b"{}" } else { frame.payload };
        let mut exception = converse::Exception::<Raw>::from_json_within(payload, self.options.max_depth)
            .map_err(|error| self.here(error.beneath(&format!("/{name}"))))?;
        if exception.message.is_none() {
            exception.message = frame.error_message().map(|message| message.to_owned().into());
        }
        let at = Path::Root.index(self.count);
        let at = at.name(name);
        self.count += 1;
        let (target, machine) = (&mut self.target, &mut self.machine);
        match machine {
            Machine::ToMessages(machine) => {
                target.all(Target::messages, out, |out| machine.push_exception(name, exception, out))
            }
            Machine::ToConverse(machine) => {
                target.all(Target::converse, out, |out| machine.push_exception(name, exception, out))
            }
            Machine::None { stopped, course } => {
                *stopped = true;
                if target.framing == Framing::Invoke || target.side == Side::Converse {
                    return target.exception(name, &exception, out);
                }
                let mut cx = Cx::new(&self.options);
                let error = errors::in_stream_to_messages(name, exception, at, &mut cx)?;
                let Converted { value, losses } = cx.finish(messages::StreamEvent::Error(Box::new(error)))?;
                course.losses.extend(losses);
                target.messages(&value, out)
            }
        }
    }

    fn lose(&mut self, losses: Vec<Loss>) {
        match &mut self.machine {
            Machine::ToMessages(machine) => machine.lose(losses),
            Machine::ToConverse(machine) => machine.lose(losses),
            Machine::None { course, .. } => course.losses.extend(losses),
        }
    }

    fn converse<L: Leaves>(
        &mut self,
        event: converse::StreamEvent<L>,
        source: Source<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.count += 1;
        match &mut self.machine {
            Machine::ToMessages(machine) => {
                return self.target.all(Target::messages, out, |out| machine.push_to(event, out));
            }
            Machine::ToConverse(_) => {}
            Machine::None { stopped, .. } => {
                *stopped |= matches!(event, converse::StreamEvent::MessageStop(_)) || event.is_exception();
                self.target.json.clear();
                source.payload()?.write_token(&mut self.target.json);
                self.target.ended |= ends(&event);
                self.target.write_payload(event.name(), event.is_exception(), out)?;
            }
        }
        Ok(())
    }

    fn messages<L: Leaves>(
        &mut self,
        event: messages::StreamEvent<L>,
        source: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.count += 1;
        match &mut self.machine {
            Machine::ToConverse(machine) => {
                return self.target.all(Target::converse, out, |out| machine.push_to(event, out));
            }
            Machine::ToMessages(_) => {}
            Machine::None { stopped, course } => {
                *stopped |= matches!(event, messages::StreamEvent::MessageStop(_) | messages::StreamEvent::Error(_));
                if let (messages::StreamEvent::Error(error), Framing::Invoke) = (&event, self.target.framing) {
                    let mut cx = Cx::new(&self.options);
                    let at = Path::Root.index(self.count - 1);
                    let exception = invoke_exception(error, at, &mut cx);
                    let Converted { value, losses } = cx.finish(exception)?;
                    course.losses.extend(losses);
                    return self.target.frame(&value, out);
                }
                self.target.json.clear();
                RawJson::from_json_within(source, usize::MAX)?.write_token(&mut self.target.json);
                self.target.ended |= *stopped;
                self.target.write_event(event.name(), out)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let target = &mut self.target;
        match &mut self.machine {
            Machine::ToMessages(machine) => target.all(Target::messages, out, |out| machine.finish_to::<Raw>(out)),
            Machine::ToConverse(machine) => target.all(Target::converse, out, |out| machine.finish_to::<Raw>(out)),
            Machine::None { stopped: true, .. } => Ok(()),
            Machine::None { .. } => Err(cut_off("the stream has ended before its message stopped")),
        }
    }
}

/// Where an event of Converse was read: only the framing changes, and its JSON stays as it is.
#[derive(Clone, Copy)]
enum Source<'s> {
    Event(&'s [u8]),
    Payload(&'s [u8]),
}

impl<'s> Source<'s> {
    fn payload(self) -> Result<RawJson<'s>, Error> {
        match self {
            Self::Payload(json) => RawJson::from_json_within(json, usize::MAX),
            Self::Event(json) => {
                let members = Map::<RawJson<'s>>::from_json_within(json, usize::MAX)?;
                let member = members.into_iter().find(|(_, value)| value.kind() != Kind::Null);
                Ok(member.map(|(_, payload)| payload).unwrap_or_default())
            }
        }
    }
}

/// Whether nothing follows this event.
fn ends<L: Leaves>(event: &converse::StreamEvent<L>) -> bool {
    matches!(event, converse::StreamEvent::Metadata(_)) || event.is_exception()
}

/// An error in the streams of `InvokeModel`, whose clients look for exceptions and not for error events.
fn invoke_exception<L: Leaves>(
    error: &messages::ErrorResponse<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> converse::StreamEvent<L> {
    errors::in_stream_to_converse(error.clone(), errors::Streams::Invoke, at, cx)
}

impl Target {
    /// Writes the events that a conversion gives, and takes them back if it fails.
    fn all<E>(
        &mut self,
        write: impl Fn(&mut Self, &E, &mut Vec<u8>) -> Result<(), Error>,
        out: &mut Vec<u8>,
        convert: impl FnOnce(&mut dyn FnMut(E)) -> Result<Converted<()>, Error>,
    ) -> Result<(), Error> {
        let (start, ended, mut written) = (out.len(), self.ended, Ok(()));
        let converted = convert(&mut |event| {
            if written.is_ok() {
                written = write(self, &event, out);
            }
        });
        let done = converted.and(written);
        if done.is_err() {
            out.truncate(start);
            self.ended = ended;
        }
        done
    }

    fn messages<L: Leaves>(&mut self, event: &messages::StreamEvent<L>, out: &mut Vec<u8>) -> Result<(), Error> {
        self.ended |= matches!(event, messages::StreamEvent::MessageStop(_) | messages::StreamEvent::Error(_));
        if let (messages::StreamEvent::Error(error), Framing::Invoke) = (event, self.framing) {
            // What its conversion loses was lost on the way here.
            let options = Options::streaming();
            return self.frame(&invoke_exception(error, Path::Root, &mut Cx::new(&options)), out);
        }
        event.to_json_in(&mut self.json);
        self.write_event(event.name(), out)
    }

    /// Writes the event of Messages that stands in the room.
    fn write_event(&mut self, name: &str, out: &mut Vec<u8>) -> Result<(), Error> {
        match self.framing {
            Framing::Sse => return sse::write(name, &self.json, out),
            Framing::Invoke => {
                let bytes = Base64::<Raw>::encode(self.json.as_bytes());
                let chunk = Chunk { bytes, ..Chunk::default() }.to_json();
                return eventstream::write(&headers("event", ":event-type", "chunk"), chunk.as_bytes(), out);
            }
            Framing::Json | Framing::EventStream => self.line(out),
        }
        Ok(())
    }

    fn converse<L: Leaves>(&mut self, event: &converse::StreamEvent<L>, out: &mut Vec<u8>) -> Result<(), Error> {
        self.ended |= ends(event);
        if self.framing == Framing::EventStream {
            return self.frame(event, out);
        }
        event.to_json_in(&mut self.json);
        self.line(out);
        Ok(())
    }

    fn line(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.json.as_bytes());
        out.push(b'\n');
    }

    /// An exception under its own name.
    fn exception<L: Leaves>(
        &mut self,
        name: &str,
        exception: &converse::Exception<L>,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.ended = true;
        exception.to_json_in(&mut self.json);
        self.write_payload(name, true, out)
    }

    fn frame<L: Leaves>(&mut self, event: &converse::StreamEvent<L>, out: &mut Vec<u8>) -> Result<(), Error> {
        self.ended |= event.is_exception();
        event.payload_in(&mut self.json);
        self.write_payload(event.name(), event.is_exception(), out)
    }

    /// Writes the payload of an event of Converse that stands in the room.
    fn write_payload(&mut self, name: &str, is_exception: bool, out: &mut Vec<u8>) -> Result<(), Error> {
        if self.framing == Framing::Json {
            let payload = RawJson::from_compact(std::mem::take(&mut self.json));
            Wire::<Raw>::to_json_in(&Map::from_iter([(name.to_owned(), payload)]), &mut self.json);
            self.line(out);
            return Ok(());
        }
        let (message_type, type_header) =
            if is_exception { ("exception", ":exception-type") } else { ("event", ":event-type") };
        eventstream::write(&headers(message_type, type_header, name), self.json.as_bytes(), out)
    }

    /// Says that the stream has failed, unless it has ended.
    fn fail(&mut self, error: &Error, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        let message = error.to_string();
        // Neither can fail: the names are ours, and the message is short.
        let _ = match self.side {
            Side::Messages => {
                let kind = messages::ErrorType::Api;
                let error = messages::ErrorObject { kind, message: message.into(), ..Default::default() };
                let error = messages::ErrorResponse { error, ..Default::default() };
                self.messages(&messages::StreamEvent::<Raw>::Error(Box::new(error)), out)
            }
            Side::Converse => {
                let exception = converse::Exception { message: Some(message.into()), ..Default::default() };
                self.converse(&converse::StreamEvent::<Raw>::InternalServer(Box::new(exception)), out)
            }
        };
    }
}

fn headers<'h>(message_type: &'h str, type_header: &'h str, name: &'h str) -> [Header<'h>; 3] {
    let header = |name, value| Header { name, value: Value::String(value) };
    [header(":message-type", message_type), header(type_header, name), header(":content-type", "application/json")]
}
