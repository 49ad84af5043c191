//! Events of which only the framing changes: their JSON stays as it is.

use crate::loss::{Cx, Loss, Path};
use crate::wire::{FreeForm as _, Kind, Map, Raw, RawJson, Wire as _};
use crate::{Converted, Error, Options, converse, messages};

use super::super::super::errors;
use super::super::cut_off;
use super::target::{Target, ends_messages, invoke_exception};

#[derive(Clone, Debug)]
pub(super) struct Reframe {
    stopped: bool,
    losses: Vec<Loss>,
    options: Options,
}

impl Reframe {
    pub(super) fn new(options: Options) -> Self {
        Self { stopped: false, losses: Vec::new(), options }
    }

    pub(super) fn losses(&self) -> &[Loss] {
        &self.losses
    }

    pub(super) fn lose(&mut self, losses: Vec<Loss>) {
        self.losses.extend(losses);
    }

    #[inline(never)]
    pub(super) fn converse(
        &mut self,
        event: &converse::StreamEvent<Raw<'_>>,
        written: Written<'_>,
        target: &mut Target,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.stopped |= matches!(event, converse::StreamEvent::MessageStop(_)) || event.is_exception();
        target.converse_as_it_is(event, &written.payload()?, out)
    }

    #[inline(never)]
    pub(super) fn messages(
        &mut self,
        event: messages::StreamEvent<Raw<'_>>,
        json: &[u8],
        at: Path<'_>,
        target: &mut Target,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.stopped |= ends_messages(&event);
        match event {
            messages::StreamEvent::Error(error) if target.has_exceptions() => {
                let mut cx = Cx::new(&self.options);
                let exception = invoke_exception(*error, at, &mut cx);
                let Converted { value, losses } = cx.finish(exception)?;
                self.lose(losses);
                target.frame(&value, out)
            }
            event => target.messages_as_it_is(&event, &RawJson::from_json_within(json, usize::MAX)?, out),
        }
    }

    #[inline(never)]
    pub(super) fn exception(
        &mut self,
        name: &str,
        exception: converse::Exception<Raw<'_>>,
        at: Path<'_>,
        target: &mut Target,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.stopped = true;
        if target.has_exceptions() {
            return target.exception(name, &exception, out);
        }
        let mut cx = Cx::new(&self.options);
        let error = errors::in_stream_to_messages(name, exception, at, &mut cx)?;
        let Converted { value, losses } = cx.finish(messages::StreamEvent::Error(Box::new(error)))?;
        self.lose(losses);
        target.messages(&value, out)
    }

    pub(super) fn finish(&self) -> Result<(), Error> {
        let early = || cut_off("the stream has ended before its message stopped");
        self.stopped.then_some(()).ok_or_else(early)
    }
}

/// How an event of Converse was written.
#[derive(Clone, Copy)]
pub(super) enum Written<'s> {
    /// As a member of the union of events.
    Event(&'s [u8]),
    Payload(&'s [u8]),
}

impl<'s> Written<'s> {
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
