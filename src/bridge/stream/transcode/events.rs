//! Events, each as JSON or in its frame, to what becomes of them.

use crate::frame::eventstream::Frame;
use crate::loss::{Loss, Path};
use crate::wire::{Raw, Wire as _};
use crate::{Converted, Error, Options, converse, messages};

use super::super::{ToConverse, ToMessages, framed};
use super::Side;
use super::reframe::{Reframe, Written};
use super::target::Target;

#[derive(Clone, Debug)]
pub(super) struct Events {
    source: Source,
    target: Target,
    /// How many have come.
    count: usize,
    failed: Option<Error>,
    options: Options,
}

/// The side that the events are of. Frames tell only with the first one.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one for a stream")]
enum Source {
    Converse(Step<ToMessages>),
    Messages(Step<ToConverse>),
}

/// What becomes of an event.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one for a stream")]
enum Step<M> {
    Convert(M),
    Reframe(Reframe),
}

impl Source {
    // Inlined, this and the three of `Reframe` are 400 bytes of the npm package.
    #[inline(never)]
    fn new(side: Side, target: Side, options: Options) -> Self {
        match (side, target) {
            (Side::Converse, Side::Messages) => Self::Converse(Step::Convert(ToMessages::new(options))),
            (Side::Messages, Side::Converse) => Self::Messages(Step::Convert(ToConverse::new(options))),
            (Side::Converse, Side::Converse) => Self::Converse(Step::Reframe(Reframe::new(options))),
            (Side::Messages, Side::Messages) => Self::Messages(Step::Reframe(Reframe::new(options))),
        }
    }

    fn lose(&mut self, losses: Vec<Loss>) {
        match self {
            Self::Converse(Step::Convert(machine)) => machine.lose(losses),
            Self::Messages(Step::Convert(machine)) => machine.lose(losses),
            Self::Converse(Step::Reframe(reframe)) | Self::Messages(Step::Reframe(reframe)) => reframe.lose(losses),
        }
    }
}

impl Events {
    pub(super) fn new(side: Side, target: Target, options: Options) -> Self {
        let source = Source::new(side, target.side(), options.clone());
        Self { source, target, count: 0, failed: None, options }
    }

    pub(super) fn losses(&self) -> &[Loss] {
        match &self.source {
            Source::Converse(Step::Convert(machine)) => machine.losses(),
            Source::Messages(Step::Convert(machine)) => machine.losses(),
            Source::Converse(Step::Reframe(reframe)) | Source::Messages(Step::Reframe(reframe)) => reframe.losses(),
        }
    }

    pub(super) fn unless_failed(
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
    pub(super) fn json(&mut self, json: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let Self { source, target, count, options, .. } = self;
        let at = Path::Root.index(*count);
        *count += 1;
        match source {
            Source::Converse(step) => {
                let event = converse::StreamEvent::from_json_within(json, options.max_depth);
                step.converse(event.map_err(|error| framed::beneath(at, error))?, Written::Event(json), target, out)
            }
            Source::Messages(step) => step.messages(framed::messages_event(json, at, options)?, json, at, target, out),
        }
    }

    pub(super) fn frame(&mut self, frame: &Frame<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        let name = match frame.name() {
            Ok(name) => name,
            Err(name) => return self.exception(name, frame, out),
        };
        if name == "chunk" && self.count == 0 {
            self.source = Source::new(Side::Messages, self.target.side(), self.options.clone());
        }
        let Self { source, target, count, options, .. } = self;
        let at = Path::Root.index(*count);
        match source {
            Source::Converse(step) => {
                *count += 1;
                let event = framed::converse_event(name, frame.payload, at, options)?;
                step.converse(event, Written::Payload(frame.payload), target, out)
            }
            Source::Messages(_) => {
                let Converted { value: json, losses } = framed::chunk(name, frame.payload, at, options)?;
                source.lose(losses);
                self.json(&json, out)
            }
        }
    }

    /// An exception, or another error of the service, of any name.
    fn exception(&mut self, name: &str, frame: &Frame<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        let Self { source, target, count, options, .. } = self;
        let at = Path::Root.index(*count);
        *count += 1;
        let exception = framed::exception(name, frame, at, options)?;
        match source {
            Source::Converse(Step::Convert(machine)) => {
                target.all(Target::messages, out, |out| machine.push_exception(name, exception, out))
            }
            Source::Messages(Step::Convert(machine)) => {
                target.all(Target::converse, out, |out| machine.push_exception(name, exception, out))
            }
            Source::Converse(Step::Reframe(reframe)) | Source::Messages(Step::Reframe(reframe)) => {
                reframe.exception(name, exception, at.name(name), target, out)
            }
        }
    }

    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let target = &mut self.target;
        match &mut self.source {
            Source::Converse(Step::Convert(machine)) => {
                target.all(Target::messages, out, |out| machine.finish_to::<Raw>(out))
            }
            Source::Messages(Step::Convert(machine)) => {
                target.all(Target::converse, out, |out| machine.finish_to::<Raw>(out))
            }
            Source::Converse(Step::Reframe(reframe)) | Source::Messages(Step::Reframe(reframe)) => reframe.finish(),
        }
    }
}

impl Step<ToMessages> {
    fn converse(
        &mut self,
        event: converse::StreamEvent<Raw<'_>>,
        written: Written<'_>,
        target: &mut Target,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        match self {
            Self::Convert(machine) => target.all(Target::messages, out, |out| machine.push_to(event, out)),
            Self::Reframe(reframe) => reframe.converse(&event, written, target, out),
        }
    }
}

impl Step<ToConverse> {
    fn messages(
        &mut self,
        event: messages::StreamEvent<Raw<'_>>,
        json: &[u8],
        at: Path<'_>,
        target: &mut Target,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        match self {
            Self::Convert(machine) => target.all(Target::converse, out, |out| machine.push_to(event, out)),
            Self::Reframe(reframe) => reframe.messages(event, json, at, target, out),
        }
    }
}
