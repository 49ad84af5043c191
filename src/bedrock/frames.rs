//! Frames to events: those of the operation, or by a machine those of the other API.

use std::collections::VecDeque;

use super::{Error, ErrorKind};
use crate::frame::eventstream::Frame;
use crate::stream::{Chunk, ToConverse, ToMessages};
use crate::wire::Wire as _;
use crate::{Loss, Options, converse, errors, messages};

/// Makes events of frames.
pub(super) trait Decode<E> {
    fn frame(&mut self, frame: &Frame<'_>, out: &mut VecDeque<E>) -> Result<(), Error>;

    /// The body has ended.
    fn finish(&mut self, out: &mut VecDeque<E>) -> Result<(), Error>;

    fn losses(&self) -> &[Loss] {
        &[]
    }
}

/// The frames of `ConverseStream`.
pub(super) struct ConverseFrames {
    max_depth: usize,
    stopped: bool,
}

impl ConverseFrames {
    pub(super) fn new(max_depth: usize) -> Self {
        Self { max_depth, stopped: false }
    }

    fn event(&mut self, frame: &Frame<'_>) -> Result<converse::StreamEvent, Error> {
        let name = event_name(frame, self.max_depth)?;
        let event = converse::StreamEvent::from_payload_within(name, frame.payload, self.max_depth);
        let event = event.map_err(Error::response)?;
        self.stopped |= matches!(event, converse::StreamEvent::MessageStop(_));
        Ok(event)
    }
}

impl Decode<converse::StreamEvent> for ConverseFrames {
    fn frame(&mut self, frame: &Frame<'_>, out: &mut VecDeque<converse::StreamEvent>) -> Result<(), Error> {
        out.push_back(self.event(frame)?);
        Ok(())
    }

    fn finish(&mut self, _: &mut VecDeque<converse::StreamEvent>) -> Result<(), Error> {
        ended(self.stopped)
    }
}

/// The frames of `InvokeModelWithResponseStream`, which hold the events of Messages.
pub(super) struct InvokeFrames {
    max_depth: usize,
    stopped: bool,
}

impl InvokeFrames {
    pub(super) fn new(max_depth: usize) -> Self {
        Self { max_depth, stopped: false }
    }

    fn event(&mut self, frame: &Frame<'_>) -> Result<messages::StreamEvent, Error> {
        if event_name(frame, self.max_depth)? != "chunk" {
            return Err(Error::new(ErrorKind::Response, "a frame of the stream is neither a chunk nor an exception"));
        }
        let chunk = <Chunk>::from_json_within(frame.payload, self.max_depth).map_err(Error::response)?;
        let event = messages::StreamEvent::from_json_within(&chunk.bytes.decode(), self.max_depth);
        match event.map_err(Error::response)? {
            messages::StreamEvent::Error(error) => Err(failed(*error)),
            event => {
                self.stopped |= matches!(event, messages::StreamEvent::MessageStop(_));
                Ok(event)
            }
        }
    }
}

impl Decode<messages::StreamEvent> for InvokeFrames {
    fn frame(&mut self, frame: &Frame<'_>, out: &mut VecDeque<messages::StreamEvent>) -> Result<(), Error> {
        out.push_back(self.event(frame)?);
        Ok(())
    }

    fn finish(&mut self, _: &mut VecDeque<messages::StreamEvent>) -> Result<(), Error> {
        ended(self.stopped)
    }
}

/// The frames of `ConverseStream` as the events of Messages.
pub(super) struct ViaConverse {
    frames: ConverseFrames,
    machine: ToMessages,
}

impl ViaConverse {
    pub(super) fn new(frames: ConverseFrames, options: Options) -> Self {
        Self { frames, machine: ToMessages::new(options) }
    }
}

impl Decode<messages::StreamEvent> for ViaConverse {
    fn frame(&mut self, frame: &Frame<'_>, out: &mut VecDeque<messages::StreamEvent>) -> Result<(), Error> {
        let event = self.frames.event(frame)?;
        out.extend(self.machine.push(event).map_err(Error::response)?.value);
        Ok(())
    }

    fn finish(&mut self, out: &mut VecDeque<messages::StreamEvent>) -> Result<(), Error> {
        ended(self.frames.stopped)?;
        out.extend(self.machine.finish().map_err(Error::response)?.value);
        Ok(())
    }

    fn losses(&self) -> &[Loss] {
        self.machine.losses()
    }
}

/// The frames of `InvokeModelWithResponseStream` as the events of Converse.
pub(super) struct ViaMessages {
    frames: InvokeFrames,
    machine: ToConverse,
}

impl ViaMessages {
    pub(super) fn new(frames: InvokeFrames, options: Options) -> Self {
        Self { frames, machine: ToConverse::new(options) }
    }
}

impl Decode<converse::StreamEvent> for ViaMessages {
    fn frame(&mut self, frame: &Frame<'_>, out: &mut VecDeque<converse::StreamEvent>) -> Result<(), Error> {
        let event = self.frames.event(frame)?;
        out.extend(self.machine.push(event).map_err(Error::response)?.value);
        Ok(())
    }

    fn finish(&mut self, out: &mut VecDeque<converse::StreamEvent>) -> Result<(), Error> {
        ended(self.frames.stopped)?;
        out.extend(self.machine.finish().map_err(Error::response)?.value);
        Ok(())
    }

    fn losses(&self) -> &[Loss] {
        self.machine.losses()
    }
}

fn ended(stopped: bool) -> Result<(), Error> {
    let early = || Error::new(ErrorKind::Interrupted, "the stream ended before its message stopped");
    stopped.then_some(()).ok_or_else(early)
}

/// The event's name; or the exception that the frame holds.
fn event_name<'f>(frame: &Frame<'f>, max_depth: usize) -> Result<&'f str, Error> {
    let name = match frame.name() {
        Ok(name) => return Ok(name),
        Err(name) => name,
    };
    let mut exception = converse::Exception::from_json_within(frame.payload, max_depth).unwrap_or_default();
    exception.kind = Some(converse::ExceptionName::of(name).as_str().to_owned());
    if exception.message.is_none() {
        exception.message = frame.error_message().map(str::to_owned);
    }
    Err(Error::service(None, exception))
}

/// An error event of Messages, as the exception that it stands for.
fn failed(error: messages::ErrorResponse) -> Error {
    match errors::to_converse(error, None, &Options::streaming()) {
        Ok(exception) => Error::service(None, exception.value.body),
        Err(error) => Error::response(error),
    }
}
