//! `application/vnd.amazon.eventstream`, as AWS's event stream specification has it.
//!
//! A frame is, in big-endian order:
//!
//! | bytes | |
//! |---|---|
//! | 4 | the length of the whole frame |
//! | 4 | the length of its headers |
//! | 4 | the CRC-32 of the eight bytes before |
//! | … | the headers: the name's length (1 byte), the name, the value's type (1 byte), the value |
//! | … | the payload |
//! | 4 | the CRC-32 of all bytes before |
//!
//! The [`Reader`] goes through these states:
//!
//! | state | has | does |
//! |---|---|---|
//! | prelude | less than 12 bytes | needs more |
//! | | 12 bytes | checks the prelude's CRC, then both lengths; *frame* |
//! | frame | less than the whole frame | needs more |
//! | | the whole frame | checks its CRC, then the headers; gives it; *prelude* |
//! | broken | a check that failed | gives the same error |
//!
//! The lengths are checked before anything is waited for, so that a corrupt frame is never taken for one that has not come yet. As
//! in `botocore`, headers are at most 128 KiB, and none may occur twice.
//!
//! `aws-smithy-eventstream` is not used: it needs 24 crates and a newer Rust than this one, where the CRC alone needs two.

mod header;

pub use self::header::{Header, Headers, Value};
use self::header::{Names, TWICE};

use super::error;
use crate::{Error, ErrorKind};

/// How large a payload may be when nothing else is asked for: 24 MiB.
pub const DEFAULT_LIMIT: usize = 24 << 20;

/// How large all headers of a frame may be.
const MAX_HEADERS: usize = 128 << 10;

const PRELUDE: usize = 12;
const CRC: usize = 4;

/// A frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame<'a> {
    /// The headers, in their order.
    pub headers: Headers<'a>,
    /// What the frame carries.
    pub payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// `:message-type`: `event`, `exception` or `error`.
    #[must_use]
    pub fn message_type(&self) -> Option<&'a str> {
        self.headers.text(":message-type")
    }

    /// `:event-type`: which event it is.
    #[must_use]
    pub fn event_type(&self) -> Option<&'a str> {
        self.headers.text(":event-type")
    }

    /// `:exception-type`: which of the exceptions that the API declares it is.
    #[must_use]
    pub fn exception_type(&self) -> Option<&'a str> {
        self.headers.text(":exception-type")
    }

    /// `:error-code`: which other error it is.
    #[must_use]
    pub fn error_code(&self) -> Option<&'a str> {
        self.headers.text(":error-code")
    }

    /// `:error-message`: what is said about that error.
    #[must_use]
    pub fn error_message(&self) -> Option<&'a str> {
        self.headers.text(":error-message")
    }

    /// The name of the event that the frame holds; or, as an error, of the exception or other error.
    pub(crate) fn name(&self) -> Result<&'a str, &'a str> {
        let (mut message_type, mut event, mut exception, mut error) = (None, None, None, None);
        for header in self.headers.tokens() {
            let known = match header.name {
                b":message-type" => &mut message_type,
                b":event-type" => &mut event,
                b":exception-type" => &mut exception,
                b":error-code" => &mut error,
                _ => continue,
            };
            *known = header.text();
        }
        match (message_type, exception) {
            (_, Some(name)) => Err(name),
            (Some("error"), None) => Err(error.unwrap_or("error")),
            (Some("exception"), None) => Err("exception"),
            (_, None) => Ok(event.unwrap_or_default()),
        }
    }

    /// `:content-type`: the media type of the payload.
    #[must_use]
    pub fn content_type(&self) -> Option<&'a str> {
        self.headers.text(":content-type")
    }
}

/// The lengths that a frame begins with, checked.
#[derive(Clone, Copy, Debug)]
struct Prelude {
    frame: usize,
    headers: usize,
}

/// Reads frames.
///
/// ```
/// use converse_messages::frame::eventstream::{self, Header, Reader, Value};
///
/// let mut bytes = Vec::new();
/// let name = Header { name: ":event-type", value: Value::String("messageStart") };
/// eventstream::write(&[name], br#"{"role":"assistant"}"#, &mut bytes)?;
///
/// let mut reader = Reader::new();
/// reader.push(&bytes[..20]);
/// assert!(reader.next_frame()?.is_none());
/// reader.push(&bytes[20..]);
/// let frame = reader.next_frame()?.unwrap();
/// assert_eq!(frame.event_type(), Some("messageStart"));
/// assert_eq!(frame.payload, br#"{"role":"assistant"}"#);
/// reader.finish()?;
/// # Ok::<(), converse_messages::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reader {
    /// What has come.
    bytes: Vec<u8>,
    /// Where in the stream these bytes begin.
    offset: u64,
    /// Where in these bytes the frame under way begins.
    start: usize,
    /// The prelude of that frame, once it is in and checked.
    prelude: Option<Prelude>,
    limit: usize,
    broken: Option<Error>,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// A reader at the beginning of a stream, whose payloads are at most [`DEFAULT_LIMIT`] bytes.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limit(DEFAULT_LIMIT)
    }

    /// The same with another limit: the most bytes of a payload.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self { bytes: Vec::new(), offset: 0, start: 0, prelude: None, limit, broken: None }
    }

    /// Takes the bytes that come next.
    pub fn push(&mut self, bytes: &[u8]) {
        // Only when at least as much goes as must be moved: so each byte is moved once on average.
        if self.start > self.bytes.len() / 2 {
            self.bytes.drain(..self.start);
            self.offset += self.start as u64;
            self.start = 0;
        }
        if self.broken.is_none() {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// The next frame that has come whole.
    ///
    /// # Errors
    /// The bytes are no frame, or its payload is larger than the limit.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, Error> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        let prelude = self.check().inspect_err(|error| self.broken = Some(error.clone()))?;
        Ok(prelude.map(|prelude| {
            let frame = self.bytes.get(self.start..).unwrap_or_default();
            self.start += prelude.frame;
            self.prelude = None;
            prelude.cut(frame)
        }))
    }

    /// Says that the stream has ended. The frames that had come must have been taken before.
    ///
    /// # Errors
    /// The stream ended within a frame, or [`next_frame`](Self::next_frame) has met an error.
    pub fn finish(&self) -> Result<(), Error> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        let come = self.bytes.len() - self.start;
        if come == 0 {
            return Ok(());
        }
        let of = self.prelude.map_or_else(String::new, |prelude| format!("of {} ", prelude.frame));
        let what = format!("the stream ended within a frame: {come} {of}bytes had come");
        Err(error(ErrorKind::Framing, self.offset + self.bytes.len() as u64, what))
    }

    /// The prelude of the frame that comes next, if this frame has come whole and is sound.
    fn check(&mut self) -> Result<Option<Prelude>, Error> {
        let at = self.offset + self.start as u64;
        let rest = self.bytes.get(self.start..).unwrap_or_default();
        let prelude = match (self.prelude, rest.first_chunk()) {
            (Some(prelude), _) => prelude,
            (None, Some(bytes)) => *self.prelude.insert(Prelude::read(bytes, at, self.limit)?),
            (None, None) => return Ok(None),
        };
        match rest.get(..prelude.frame) {
            Some(frame) => prelude.check(frame, at).map(|()| Some(prelude)),
            None => Ok(None),
        }
    }
}

impl Prelude {
    /// Reads the prelude at a place of the stream: first its CRC, since lengths that are corrupt say nothing.
    fn read(bytes: &[u8; PRELUDE], at: u64, limit: usize) -> Result<Self, Error> {
        let Some(([frame, headers], [])) = unseal(bytes).map(<[u8]>::as_chunks) else {
            return Err(error(ErrorKind::Framing, at, "the checksum of a frame's lengths does not match"));
        };
        let [frame, headers] = [frame, headers].map(|length| u32::from_be_bytes(*length) as usize);
        let Some(content) = frame.checked_sub(PRELUDE + CRC) else {
            return Err(error(ErrorKind::Framing, at, "a frame is shorter than 16 bytes"));
        };
        let Some(payload) = content.checked_sub(headers) else {
            return Err(error(ErrorKind::Framing, at + 4, "the headers of a frame are longer than the frame"));
        };
        if headers > MAX_HEADERS {
            return Err(error(ErrorKind::TooLarge, at + 4, too_large("headers", MAX_HEADERS)));
        }
        if payload > limit {
            return Err(error(ErrorKind::TooLarge, at, too_large("payload", limit)));
        }
        Ok(Self { frame, headers })
    }

    /// Checks a whole frame at a place of the stream.
    fn check(self, frame: &[u8], at: u64) -> Result<(), Error> {
        if unseal(frame).is_none() {
            return Err(error(ErrorKind::Framing, at, "the checksum of a frame does not match"));
        }
        let headers = self.cut(frame).headers.check();
        headers.map_err(|(place, what)| error(ErrorKind::Framing, at + (PRELUDE + place) as u64, what))
    }

    /// Takes bytes that begin with a whole frame apart.
    fn cut(self, frame: &[u8]) -> Frame<'_> {
        let headers = frame.get(PRELUDE..PRELUDE + self.headers).unwrap_or_default();
        let payload = frame.get(PRELUDE + self.headers..self.frame - CRC).unwrap_or_default();
        Frame { headers: Headers(headers), payload }
    }
}

/// Writes a frame.
///
/// # Errors
/// A name is longer than 255 bytes, a value longer than 32767 bytes, the headers longer than 128 KiB or the payload longer than
/// [`DEFAULT_LIMIT`]; or a header occurs twice. Nothing is written.
///
/// ```
/// use converse_messages::frame::eventstream::{self, Header, Value};
///
/// let mut bytes = Vec::new();
/// let header = |name| Header { name, value: Value::String("ping") };
/// eventstream::write(&[header(":event-type")], b"{}", &mut bytes)?;
/// assert_eq!(bytes[..4], (bytes.len() as u32).to_be_bytes());
/// let written = bytes.clone();
/// assert!(eventstream::write(&[header("twice"), header("twice")], b"{}", &mut bytes).is_err());
/// assert_eq!(bytes, written);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn write(headers: &[Header<'_>], payload: &[u8], bytes: &mut Vec<u8>) -> Result<(), Error> {
    let length = headers.iter().map(Header::length).sum::<usize>();
    check(headers, length, payload).map_err(|(kind, what)| Error::new(kind, "", what))?;
    let start = bytes.len();
    bytes.reserve(PRELUDE + length + payload.len() + CRC);
    for length in [PRELUDE + length + payload.len() + CRC, length] {
        let [.., a, b, c, d] = length.to_be_bytes();
        bytes.extend_from_slice(&[a, b, c, d]);
    }
    seal(bytes, start);
    for header in headers {
        header.write(bytes);
    }
    bytes.extend_from_slice(payload);
    seal(bytes, start);
    Ok(())
}

/// Whether a reader would take the frame.
fn check(headers: &[Header<'_>], length: usize, payload: &[u8]) -> Result<(), (ErrorKind, String)> {
    if let Some(what) = headers.iter().find_map(Header::too_long) {
        return Err((ErrorKind::TooLarge, what.to_owned()));
    }
    let mut names = Names::default();
    if !headers.iter().all(|header| names.insert(header.name.as_bytes())) {
        return Err((ErrorKind::Framing, TWICE.to_owned()));
    }
    match (length, payload.len()) {
        (..=MAX_HEADERS, ..=DEFAULT_LIMIT) => Ok(()),
        (..=MAX_HEADERS, _) => Err((ErrorKind::TooLarge, too_large("payload", DEFAULT_LIMIT))),
        _ => Err((ErrorKind::TooLarge, too_large("headers", MAX_HEADERS))),
    }
}

fn too_large(part: &str, limit: usize) -> String {
    format!("more than {limit} bytes of {part} in a frame")
}

#[cfg(not(target_family = "wasm"))]
use crc32fast::hash as crc32;

/// In wasm with a table that is made when it is needed: it is 16 KiB that no compression makes smaller.
#[cfg(target_family = "wasm")]
fn crc32(bytes: &[u8]) -> u32 {
    use crc::{CRC_32_ISO_HDLC, Crc, Table};

    static CRC: std::sync::LazyLock<Crc<u32, Table<16>>> =
        std::sync::LazyLock::new(|| Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC));
    CRC.checksum(bytes)
}

/// The bytes that a CRC stands behind, if it is theirs.
fn unseal(bytes: &[u8]) -> Option<&[u8]> {
    let (content, crc) = bytes.split_last_chunk()?;
    (crc32(content) == u32::from_be_bytes(*crc)).then_some(content)
}

/// Writes the CRC of all bytes since `start`.
fn seal(bytes: &mut Vec<u8>, start: usize) {
    let crc = crc32(bytes.get(start..).unwrap_or_default());
    bytes.extend_from_slice(&crc.to_be_bytes());
}
