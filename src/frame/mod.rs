//! The framings that carry streams: bytes ⇄ frames. No IO, and no knowledge of what the frames hold.
//!
//! * [`sse`]: server-sent events, in which Messages streams.
//! * [`eventstream`]: `application/vnd.amazon.eventstream`, in which Bedrock streams.
//! * [`jsonl`]: one event a line.
//!
//! All readers work alike. [`push`](sse::Reader::push) takes bytes, cut anywhere. [`next_event`](sse::Reader::next_event) gives
//! what has come whole, and `None` when it needs more: that is no error. [`finish`](sse::Reader::finish) says whether the stream
//! ended where it may. What is corrupt is an error as soon as it can be known, never a wait for more, and a reader that has met an
//! error gives nothing but this error from then on. How the bytes are cut changes neither the frames nor the error. Time is linear
//! in the bytes, also byte by byte, and a length cap bounds the memory.
//!
//! Errors are of the kinds [`Framing`](crate::ErrorKind::Framing) and [`TooLarge`](crate::ErrorKind::TooLarge). Their path is empty;
//! the message names the place as a count of bytes from the beginning of the stream.

pub mod eventstream;
pub mod jsonl;
pub mod sse;

use std::fmt;

use crate::{Error, ErrorKind};

/// An error at a place of the stream, counted in bytes from its beginning.
fn error(kind: ErrorKind, at: u64, what: impl fmt::Display) -> Error {
    Error::new(kind, "", format!("at byte {at} of the stream: {what}"))
}
