//! Streams as bytes: read in one framing, written in another, converted between where the sides differ.
//!
//! ```text
//! bytes → Input → Events → Target → bytes
//! ```

mod events;
mod input;
mod reframe;
mod target;

use crate::loss::Loss;
use crate::named::{named, names};
use crate::{Error, ErrorKind, Options};

use events::Events;
use input::Input;
use target::Target;

/// The side that a stream is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Amazon Bedrock Converse.
    Converse,
    /// Anthropic Messages.
    Messages,
}

impl Side {
    fn opposite(self) -> Self {
        match self {
            Self::Converse => Self::Messages,
            Self::Messages => Self::Converse,
        }
    }
}

names!(Side {
    Self::Converse => "converse" => Self::Converse,
    Self::Messages => "messages" => Self::Messages,
});

named! {
    /// How the events of a stream stand in its bytes.
    pub enum Framing {
        /// One event a line, of either side.
        Json = "json",
        /// Server-sent events: Messages.
        Sse = "sse",
        /// Frames of `application/vnd.amazon.eventstream`: Converse. A stream whose first frame is a `chunk` is read as
        /// [`Invoke`](Self::Invoke).
        EventStream = "eventstream",
        /// Frames of the same kind that hold Messages events, as `InvokeModelWithResponseStream` has them: Messages.
        Invoke = "invoke",
    }
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

impl Transcoder {
    /// A transcoder at the beginning of a stream that is framed like `from`, to a stream of a side that is framed like `to`.
    ///
    /// # Errors
    /// The side's streams are not framed so.
    pub fn new(from: Framing, side: Side, to: Framing, options: Options) -> Result<Self, Error> {
        if to.side().is_some_and(|own| own != side) {
            return Err(Error::new(ErrorKind::Framing, "", format!("streams of this side are not framed as {to}")));
        }
        let source = from.side().unwrap_or(side.opposite());
        Ok(Self { input: Input::new(from), events: Events::new(source, Target::new(side, to), options) })
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
        self.events.losses()
    }
}
