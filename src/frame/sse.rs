//! Server-sent events, read and written by the rules of the HTML standard, §9.2 (WHATWG).
//!
//! The [`Reader`] goes from line to line, and a line does one of five things:
//!
//! | line | | between events | within an event |
//! |---|---|---|---|
//! | `:…` | a comment | nothing | nothing |
//! | `data`, `data:…` | a line of data | the event begins | added to the data, behind a line feed |
//! | `event:…` | the event's name | the event begins | replaces the name |
//! | `id:…`, `retry:…` or unknown | see [`Event::id`], [`Reader::retry`] | the event begins | nothing |
//! | empty | the end | nothing | the event is given if it has data, else it is forgotten |
//!
//! A line ends with CR, LF or CR LF. A CR ends it at once, so that an event never waits for the LF that may follow. One space
//! behind the colon is cut off, and a byte order mark at the very beginning.
//!
//! Where the standard is lax, the reader departs from it: bytes that are not UTF-8 are an error, not replaced; and a stream that ends
//! within an event is an error ([`Reader::finish`]), though the event is forgotten in both.

mod lines;

use std::mem;
use std::ops::Range;

use memchr::memchr2;

use self::lines::Lines;
use super::error;
use crate::{Error, ErrorKind};

/// How large an event may be when nothing else is asked for: 16 MiB.
pub const DEFAULT_LIMIT: usize = 16 << 20;

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// What `event` says; `message` if it says nothing.
    pub name: &'a str,
    /// The lines of `data`, joined by line feeds.
    pub data: &'a str,
    /// What the last `id` of this event or of one before it said; empty if there was none.
    pub id: &'a str,
}

/// Reads server-sent events.
///
/// ```
/// use converse_messages::frame::sse::Reader;
///
/// let mut reader = Reader::new();
/// let mut seen = Vec::new();
/// for bytes in [&b"event: pi"[..], b"ng\ndata: {}\n", b"\ndata: 1"] {
///     reader.push(bytes);
///     while let Some(event) = reader.next_event()? {
///         seen.push((event.name.to_owned(), event.data.to_owned()));
///     }
/// }
/// assert_eq!(seen, [("ping".to_owned(), "{}".to_owned())]);
/// // The last event was cut off.
/// assert!(reader.finish().is_err());
/// # Ok::<(), converse_messages::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reader {
    lines: Lines,
    /// The event under way.
    event: Fields,
    /// The data of an event that has more than one line of it.
    joined: String,
    id: String,
    retry: Option<u64>,
}

/// What the lines of an event have said so far. Places count from where the event begins.
#[derive(Clone, Debug, Default)]
struct Fields {
    begun: bool,
    name: Range<usize>,
    data: Data,
}

#[derive(Clone, Debug, Default)]
enum Data {
    #[default]
    None,
    /// One line, where it came.
    Line(Range<usize>),
    /// Several lines, in [`Reader::joined`].
    Joined,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// A reader at the beginning of a stream, whose events are at most [`DEFAULT_LIMIT`] bytes.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limit(DEFAULT_LIMIT)
    }

    /// The same with another limit: the most bytes from the beginning of an event to the empty line.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        let (event, joined, id) = (Fields::default(), String::new(), String::new());
        Self { lines: Lines::new(limit), event, joined, id, retry: None }
    }

    /// Takes the bytes that come next.
    pub fn push(&mut self, bytes: &[u8]) {
        self.lines.push(bytes);
    }

    /// The next event that has come whole.
    ///
    /// # Errors
    /// The stream is not UTF-8, or an event is larger than the limit.
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, Error> {
        let Some(Fields { name, data, .. }) = self.next_fields()? else { return Ok(None) };
        let start = self.lines.release();
        let name = if name.is_empty() { "message" } else { self.lines.text(start, &name) };
        let data = match &data {
            Data::None => "",
            Data::Line(place) => self.lines.text(start, place),
            Data::Joined => &self.joined,
        };
        Ok(Some(Event { name, data, id: &self.id }))
    }

    /// Says that the stream has ended. The events that had come must have been taken before.
    ///
    /// # Errors
    /// The stream ended within an event, or [`next_event`](Self::next_event) has met an error.
    pub fn finish(&self) -> Result<(), Error> {
        match self.lines.held()? {
            0 => Ok(()),
            _ if !self.event.begun && self.lines.rest().starts_with(':') => Ok(()),
            held => {
                let what = format!("the stream ended within an event of which {held} bytes had come");
                Err(error(ErrorKind::Framing, self.lines.end(), what))
            }
        }
    }

    /// The milliseconds to wait before connecting again, as the last `retry` said.
    #[must_use]
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// The next event with data; its places count from where the lines are still held.
    fn next_fields(&mut self) -> Result<Option<Fields>, Error> {
        while let Some(line) = self.lines.next_line()? {
            if !line.is_empty() {
                self.field(line);
                continue;
            }
            let event = mem::take(&mut self.event);
            if !matches!(event.data, Data::None) {
                return Ok(Some(event));
            }
            self.lines.release();
        }
        Ok(None)
    }

    fn field(&mut self, line: Range<usize>) {
        let (field, value) = split(self.lines.held_text(&line));
        let place = line.end - value.len()..line.end;
        match field {
            // A comment; it belongs to no event.
            "" => {
                if !self.event.begun {
                    self.lines.release();
                }
                return;
            }
            "data" => self.data(place),
            "event" => self.event.name = place,
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().or(self.retry);
            }
            _ => {}
        }
        self.event.begun = true;
    }

    fn data(&mut self, line: Range<usize>) {
        self.event.data = match mem::take(&mut self.event.data) {
            Data::None => Data::Line(line),
            Data::Line(first) => {
                self.joined.clear();
                self.joined.push_str(self.lines.held_text(&first));
                self.join(&line)
            }
            Data::Joined => self.join(&line),
        }
    }

    fn join(&mut self, line: &Range<usize>) -> Data {
        self.joined.push('\n');
        self.joined.push_str(self.lines.held_text(line));
        Data::Joined
    }
}

/// A line's field and value.
fn split(line: &str) -> (&str, &str) {
    let colon = line.bytes().position(|byte| byte == b':').unwrap_or(line.len());
    let (field, rest) = line.split_at_checked(colon).unwrap_or_default();
    let value = rest.strip_prefix(':').unwrap_or(rest);
    (field, value.strip_prefix(' ').unwrap_or(value))
}

/// Writes an event. An empty name is left out, which readers take for `message`. Each line of the data becomes a line of the event,
/// whether CR, LF or CR LF ended it; it is read back ended by LF.
///
/// # Errors
/// The name holds a line break, which no reader would give back. Nothing is written.
///
/// ```
/// use converse_messages::frame::sse;
///
/// let mut bytes = Vec::new();
/// sse::write("ping", "{\n}", &mut bytes)?;
/// assert_eq!(bytes, b"event: ping\ndata: {\ndata: }\n\n");
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn write(name: &str, data: &str, bytes: &mut Vec<u8>) -> Result<(), Error> {
    if memchr2(b'\n', b'\r', name.as_bytes()).is_some() {
        return Err(Error::new(ErrorKind::Framing, "", "the name of an event holds a line break"));
    }
    if !name.is_empty() {
        write_field(b"event: ", name.as_bytes(), bytes);
    }
    let mut rest = data.as_bytes();
    while let Some((line, behind)) = split_line(rest) {
        write_field(b"data: ", line, bytes);
        rest = behind;
    }
    write_field(b"data: ", rest, bytes);
    bytes.push(b'\n');
    Ok(())
}

/// What stands before the first line break and behind it.
fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (line, rest) = bytes.split_at_checked(memchr2(b'\n', b'\r', bytes)?)?;
    let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..))?;
    Some((line, rest))
}

fn write_field(field: &[u8], value: &[u8], bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(field);
    bytes.extend_from_slice(value);
    bytes.push(b'\n');
}
