//! Lines of JSON: one event a line.

use memchr::memchr;

use super::error;
use crate::{Error, ErrorKind};

/// How long a line may be when nothing else is asked for: 24 MiB.
pub const DEFAULT_LIMIT: usize = 24 << 20;

/// Reads lines that are ended by LF or CR LF. Blank ones are passed over, and so is a byte order mark at the beginning.
///
/// ```
/// use converse_messages::frame::jsonl::Reader;
///
/// let mut reader = Reader::new();
/// reader.push(b"{}\n\n[");
/// assert_eq!(reader.next_line()?, Some(&b"{}"[..]));
/// assert_eq!(reader.next_line()?, None);
/// reader.push(b"]");
/// // The last line needs no end.
/// assert_eq!(reader.finish()?, Some(&b"[]"[..]));
/// # Ok::<(), converse_messages::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reader {
    /// What has come and was not given yet, from `start`, with its first line end not before `scanned`.
    bytes: Vec<u8>,
    start: usize,
    scanned: usize,
    /// Where in the stream `bytes` begins.
    offset: u64,
    limit: usize,
    broken: Option<Error>,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// A reader at the beginning of a stream, whose lines are at most [`DEFAULT_LIMIT`] bytes.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limit(DEFAULT_LIMIT)
    }

    /// The same with another limit.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self { bytes: Vec::new(), start: 0, scanned: 0, offset: 0, limit, broken: None }
    }

    /// Takes the bytes that come next.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.broken.is_some() {
            return;
        }
        // Each byte is moved once on average.
        if self.start > self.bytes.len() / 2 {
            self.bytes.drain(..self.start);
            self.offset += self.start as u64;
            self.scanned -= self.start;
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next line that has come whole, without the white space around it.
    ///
    /// # Errors
    /// A line is longer than the limit.
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, Error> {
        loop {
            let rest = self.bytes.get(self.scanned..).unwrap_or_default();
            if rest.is_empty() {
                return self.broken.clone().map_or(Ok(None), Err);
            }
            let end = memchr(b'\n', rest).map(|end| self.scanned + end);
            let line = self.start..end.unwrap_or(self.bytes.len());
            self.check(line.len())?;
            let Some(end) = end else {
                self.scanned = self.bytes.len();
                return Ok(None);
            };
            self.start = end + 1;
            self.scanned = self.start;
            if !self.line(line.clone()).is_empty() {
                return Ok(Some(self.line(line)));
            }
        }
    }

    /// Says that the stream has ended, and gives the last line if nothing ended it.
    ///
    /// # Errors
    /// The line is longer than the limit.
    pub fn finish(&mut self) -> Result<Option<&[u8]>, Error> {
        let line = self.start..self.bytes.len();
        self.check(line.len())?;
        self.start = line.end;
        self.scanned = line.end;
        let line = self.line(line);
        Ok((!line.is_empty()).then_some(line))
    }

    fn line(&self, place: std::ops::Range<usize>) -> &[u8] {
        let begins_stream = self.offset == 0 && place.start == 0;
        let line = self.bytes.get(place).unwrap_or_default();
        let unmarked = line.strip_prefix(b"\xEF\xBB\xBF").filter(|_| begins_stream);
        unmarked.unwrap_or(line).trim_ascii()
    }

    fn check(&mut self, length: usize) -> Result<(), Error> {
        if self.broken.is_none() && length > self.limit {
            let at = self.offset + (self.start + self.limit) as u64;
            let what = format!("a line is longer than {} bytes", self.limit);
            *self = Self { broken: Some(error(ErrorKind::TooLarge, at, what)), ..Self::with_limit(self.limit) };
        }
        self.broken.clone().map_or(Ok(()), Err)
    }
}
