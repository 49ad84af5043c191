//! Frames to events: those of the operation, or by a machine those of the other API.

use std::collections::VecDeque;

use super::{Error, ErrorKind};
use crate::frame::eventstream::Frame;
use crate::loss::Path;
use crate::stream::{ToConverse, ToMessages, framed};
use crate::{Converted, Loss, Options, converse, errors, messages};

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
    options: Options,
    /// How many have come.
    count: usize,
    stopped: bool,
}

impl ConverseFrames {
    pub(super) fn new(max_depth: usize) -> Self {
        Self { options: reading(max_depth), count: 0, stopped: false }
    }

    fn event(&mut self, frame: &Frame<'_>) -> Result<converse::StreamEvent, Error> {
        let at = Path::Root.index(self.count);
        self.count += 1;
        let name = event_name(frame, at, &self.options)?;
        let event = framed::converse_event(name, frame.payload, at, &self.options).map_err(Error::response)?;
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
    options: Options,
    /// How many have come.
    count: usize,
    stopped: bool,
    losses: Vec<Loss>,
}

impl InvokeFrames {
    pub(super) fn new(max_depth: usize) -> Self {
        Self { options: reading(max_depth), count: 0, stopped: false, losses: Vec::new() }
    }

    fn event(&mut self, frame: &Frame<'_>) -> Result<Converted<messages::StreamEvent>, Error> {
        let at = Path::Root.index(self.count);
        self.count += 1;
        let name = event_name(frame, at, &self.options)?;
        let chunk = framed::chunk(name, frame.payload, at, &self.options).map_err(Error::response)?;
        let event = framed::messages_event(&chunk.value, at, &self.options).map_err(Error::response)?;
        if let messages::StreamEvent::Error(error) = event {
            return Err(failed(*error));
        }
        self.stopped |= matches!(event, messages::StreamEvent::MessageStop(_));
        Ok(chunk.map(|_| event))
    }
}

impl Decode<messages::StreamEvent> for InvokeFrames {
    fn frame(&mut self, frame: &Frame<'_>, out: &mut VecDeque<messages::StreamEvent>) -> Result<(), Error> {
        let Converted { value: event, losses } = self.event(frame)?;
        self.losses.extend(losses);
        out.push_back(event);
        Ok(())
    }

    fn finish(&mut self, _: &mut VecDeque<messages::StreamEvent>) -> Result<(), Error> {
        ended(self.stopped)
    }

    fn losses(&self) -> &[Loss] {
        &self.losses
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
        let Converted { value: event, losses } = self.frames.event(frame)?;
        self.machine.lose(losses);
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

/// Frames are read and not converted: nothing is refused.
fn reading(max_depth: usize) -> Options {
    Options { max_depth, ..Options::streaming() }
}

/// The event's name; or the exception that the frame holds, even if it cannot be read.
fn event_name<'f>(frame: &Frame<'f>, at: Path<'_>, options: &Options) -> Result<&'f str, Error> {
    let name = match frame.name() {
        Ok(name) => return Ok(name),
        Err(name) => name,
    };
    let mut exception = framed::exception(name, frame, at, options).unwrap_or_else(|_| converse::Exception {
        message: frame.error_message().map(str::to_owned),
        ..converse::Exception::default()
    });
    exception.kind = Some(converse::ExceptionName::of(name).as_str().to_owned());
    Err(Error::service(None, exception))
}

/// An error event of Messages, as the exception that it stands for.
fn failed(error: messages::ErrorResponse) -> Error {
    match errors::to_converse(error, None, &Options::streaming()) {
        Ok(exception) => Error::service(None, exception.value.body),
        Err(error) => Error::response(error),
    }
}
