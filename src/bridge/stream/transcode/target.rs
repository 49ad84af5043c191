//! Where events are written.

use crate::frame::eventstream::{self, Header, Value};
use crate::frame::sse;
use crate::loss::{Cx, Path};
use crate::wire::{Base64, FreeForm as _, FromCompact as _, Leaves, Map, Raw, RawJson, Wire};
use crate::{Converted, Error, Options, converse, messages};

use super::super::super::errors;
use super::super::framed::Chunk;
use super::{Framing, Side};

/// The stream that is written.
#[derive(Clone, Debug)]
pub(super) struct Target {
    side: Side,
    framing: Framing,
    /// Whether the stream has come to its end there.
    ended: bool,
    /// Room for the JSON of an event.
    json: String,
}

impl Target {
    pub(super) fn new(side: Side, framing: Framing) -> Self {
        Self { side, framing, ended: false, json: String::new() }
    }

    pub(super) fn side(&self) -> Side {
        self.side
    }

    /// Whether errors are exceptions there.
    pub(super) fn has_exceptions(&self) -> bool {
        self.side == Side::Converse || self.framing == Framing::Invoke
    }

    /// Writes the events that a conversion gives, and takes them back if it fails.
    pub(super) fn all<E>(
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

    pub(super) fn messages<L: Leaves>(
        &mut self,
        event: &messages::StreamEvent<L>,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.ended |= ends_messages(event);
        if let (messages::StreamEvent::Error(error), Framing::Invoke) = (event, self.framing) {
            // What its conversion loses was lost on the way here.
            let options = Options::streaming();
            return self.frame(&invoke_exception((**error).clone(), Path::Root, &mut Cx::new(&options)), out);
        }
        event.to_json_in(&mut self.json);
        self.write_event(event.name(), out)
    }

    /// Writes an event whose JSON this is.
    pub(super) fn messages_as_it_is(
        &mut self,
        event: &messages::StreamEvent<Raw<'_>>,
        json: &RawJson<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.ended |= ends_messages(event);
        self.json.clear();
        json.write_token(&mut self.json);
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

    pub(super) fn converse<L: Leaves>(
        &mut self,
        event: &converse::StreamEvent<L>,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.ended |= ends_converse(event);
        if self.framing == Framing::EventStream {
            return self.frame(event, out);
        }
        event.to_json_in(&mut self.json);
        self.line(out);
        Ok(())
    }

    /// Writes an event whose payload this is.
    pub(super) fn converse_as_it_is(
        &mut self,
        event: &converse::StreamEvent<Raw<'_>>,
        payload: &RawJson<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.ended |= ends_converse(event);
        self.json.clear();
        payload.write_token(&mut self.json);
        self.write_payload(event.name(), event.is_exception(), out)
    }

    fn line(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.json.as_bytes());
        out.push(b'\n');
    }

    /// An exception under its own name.
    pub(super) fn exception<L: Leaves>(
        &mut self,
        name: &str,
        exception: &converse::Exception<L>,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.ended = true;
        exception.to_json_in(&mut self.json);
        self.write_payload(name, true, out)
    }

    pub(super) fn frame<L: Leaves>(
        &mut self,
        event: &converse::StreamEvent<L>,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
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
    pub(super) fn fail(&mut self, error: &Error, out: &mut Vec<u8>) {
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

/// Whether nothing follows this event.
fn ends_converse<L: Leaves>(event: &converse::StreamEvent<L>) -> bool {
    matches!(event, converse::StreamEvent::Metadata(_)) || event.is_exception()
}

/// The same of Messages.
pub(super) fn ends_messages<L: Leaves>(event: &messages::StreamEvent<L>) -> bool {
    matches!(event, messages::StreamEvent::MessageStop(_) | messages::StreamEvent::Error(_))
}

/// An error in the streams of `InvokeModel`, whose clients look for exceptions and not for error events.
pub(super) fn invoke_exception<L: Leaves>(
    error: messages::ErrorResponse<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> converse::StreamEvent<L> {
    errors::in_stream_to_converse(error, errors::Streams::Invoke, at, cx)
}

fn headers<'h>(message_type: &'h str, type_header: &'h str, name: &'h str) -> [Header<'h>; 3] {
    let header = |name, value| Header { name, value: Value::String(value) };
    [header(":message-type", message_type), header(type_header, name), header(":content-type", "application/json")]
}
