//! Bytes to events, each as JSON or in its frame.

use crate::Error;
use crate::frame::{eventstream, jsonl, sse};

use super::Framing;
use super::events::Events;

#[derive(Clone, Debug)]
pub(super) enum Input {
    Json(jsonl::Reader),
    Sse(sse::Reader),
    Frames(eventstream::Reader),
}

impl Input {
    pub(super) fn new(framing: Framing) -> Self {
        match framing {
            Framing::Json => Self::Json(jsonl::Reader::new()),
            Framing::Sse => Self::Sse(sse::Reader::new()),
            Framing::EventStream | Framing::Invoke => Self::Frames(eventstream::Reader::new()),
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Json(reader) => reader.push(bytes),
            Self::Sse(reader) => reader.push(bytes),
            Self::Frames(reader) => reader.push(bytes),
        }
    }

    /// Converts the events that have come whole.
    pub(super) fn drain(&mut self, events: &mut Events, out: &mut Vec<u8>) -> Result<(), Error> {
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

    pub(super) fn finish(&mut self, events: &mut Events, out: &mut Vec<u8>) -> Result<(), Error> {
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
