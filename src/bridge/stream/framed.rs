//! What the frames of Bedrock's streams hold: the rules for whoever reads them, a transcoder or the client.

use crate::frame::eventstream::Frame;
use crate::loss::{Converted, Cx, Path};
use crate::wire::{Base64, FromText, Raw, Wire, object};
use crate::{Error, ErrorKind, Options, converse, messages};

object! {
    /// The payload of a frame `chunk`.
    pub struct Chunk {
        /// An event.
        required bytes: Base64<L> = "bytes",
        /// Padding.
        optional padding: L::Json = "p",
    }
}

/// The event of `ConverseStream` of this name. It stands at the path.
pub(crate) fn converse_event<'s, L: FromText<'s>>(
    name: &str,
    payload: &'s [u8],
    at: Path<'_>,
    options: &Options,
) -> Result<converse::StreamEvent<L>, Error> {
    converse::StreamEvent::from_payload_within(name, payload, options.max_depth).map_err(|error| beneath(at, error))
}

/// The JSON of the event in a frame of `InvokeModelWithResponseStream`, which holds nothing but chunks.
pub(crate) fn chunk(name: &str, payload: &[u8], at: Path<'_>, options: &Options) -> Result<Converted<Vec<u8>>, Error> {
    if name != "chunk" {
        return Err(beneath(at, Error::new(ErrorKind::Framing, "", "neither a chunk nor an exception")));
    }
    let chunk = Chunk::<Raw>::from_json_within(payload, options.max_depth);
    let Chunk { bytes, padding, unknown } = chunk.map_err(|error| beneath(at, error.beneath("/chunk")))?;
    let mut cx = Cx::new(options);
    cx.unknown_in_event(at.name("chunk"), padding.as_ref(), &unknown);
    cx.finish(bytes.decode())
}

/// The event of Messages that this JSON is.
pub(crate) fn messages_event<'s, L: FromText<'s>>(
    json: &'s [u8],
    at: Path<'_>,
    options: &Options,
) -> Result<messages::StreamEvent<L>, Error> {
    messages::StreamEvent::from_json_within(json, options.max_depth).map_err(|error| beneath(at, error))
}

/// The exception, or other error of the service, of this name.
pub(crate) fn exception<'s, L: FromText<'s>>(
    name: &str,
    frame: &Frame<'s>,
    at: Path<'_>,
    options: &Options,
) -> Result<converse::Exception<L>, Error> {
    let payload = if frame.payload.is_empty() { b"{}" } else { frame.payload };
    let mut exception = converse::Exception::<L>::from_json_within(payload, options.max_depth)
        .map_err(|error| beneath(at.name(name), error))?;
    if exception.message.is_none() {
        exception.message = frame.error_message().map(|message| message.to_owned().into());
    }
    Ok(exception)
}

/// An error of the event at this path.
#[cold]
pub(super) fn beneath(at: Path<'_>, error: Error) -> Error {
    error.beneath(&at.pointer())
}
