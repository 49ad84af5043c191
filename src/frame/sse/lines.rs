//! Bytes → lines of UTF-8, held until they are released.
//!
//! Each byte is checked once, as it comes, and looked at once for the end of its line. The text that is held is moved to the front of its
//! room only when at least as much has been released before it: so each byte is moved once on average.

use std::ops::Range;

use memchr::memchr2;

use super::error;
use crate::{Error, ErrorKind};

/// The lines of a stream. Places count from the first byte that is held, and are good until the next [`release`](Self::release).
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// What has come; all of it is UTF-8.
    text: String,
    /// The first bytes of a character whose others have not come yet.
    cut: Vec<u8>,
    /// Where in the stream the text begins.
    offset: u64,
    /// Where in the text what is held begins.
    start: usize,
    /// The place of the line that has not ended yet.
    line: usize,
    /// The place up to which no line end was found.
    scanned: usize,
    /// Whether the last line was ended by a CR, of which a LF that comes next is a part.
    after_cr: bool,
    /// Whether what may be a byte order mark has passed.
    begun: bool,
    /// How many bytes may be held.
    limit: usize,
    /// What comes when there are no more lines.
    broken: Option<Error>,
}

impl Lines {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            cut: Vec::new(),
            offset: 0,
            start: 0,
            line: 0,
            scanned: 0,
            after_cr: false,
            begun: false,
            limit,
            broken: None,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.make_room();
        let bytes = self.complete_character(bytes);
        if self.broken.is_none() {
            self.push_characters(bytes);
        }
        if !self.begun && !self.text.is_empty() {
            self.begun = true;
            self.start = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        }
    }

    fn make_room(&mut self) {
        if self.start > self.text.len() / 2 {
            self.text.drain(..self.start);
            self.offset += self.start as u64;
            self.start = 0;
        }
    }

    /// Completes the character that was cut off, and gives the bytes behind it.
    fn complete_character<'b>(&mut self, mut bytes: &'b [u8]) -> &'b [u8] {
        while !self.cut.is_empty()
            && let Some((byte, rest)) = bytes.split_first()
        {
            self.cut.push(*byte);
            bytes = rest;
            let character = std::mem::take(&mut self.cut);
            self.push_characters(&character);
            if self.broken.is_some() {
                break;
            }
        }
        bytes
    }

    fn push_characters(&mut self, bytes: &[u8]) {
        let fault = match str::from_utf8(bytes) {
            Ok(text) => return self.text.push_str(text),
            Err(fault) => fault,
        };
        let (valid, rest) = bytes.split_at_checked(fault.valid_up_to()).unwrap_or_default();
        self.text.push_str(str::from_utf8(valid).unwrap_or_default());
        match fault.error_len() {
            None => self.cut.extend_from_slice(rest),
            Some(_) => {
                self.broken = Some(error(ErrorKind::Framing, self.offset + self.text.len() as u64, "invalid UTF-8"));
            }
        }
    }

    /// The place of the next line that has come whole, without its end.
    ///
    /// # Errors
    /// More would be held than may be; or all lines before invalid UTF-8 have been given.
    pub(super) fn next_line(&mut self) -> Result<Option<Range<usize>>, Error> {
        self.skip_line_feed();
        let rest = self.text.as_bytes().get(self.start + self.scanned..).unwrap_or_default();
        let found = memchr2(b'\n', b'\r', rest);
        self.scanned += found.unwrap_or(rest.len());
        if self.scanned > self.limit {
            return Err(self.too_large());
        }
        let Some(place) = found else { return self.broken.clone().map_or(Ok(None), Err) };
        let line = self.line..self.scanned;
        self.after_cr = rest.get(place) == Some(&b'\r');
        self.scanned += 1;
        self.line = self.scanned;
        Ok(Some(line))
    }

    fn skip_line_feed(&mut self) {
        let Some(byte) = self.text.as_bytes().get(self.start + self.line) else { return };
        if self.after_cr && *byte == b'\n' {
            self.line += 1;
            self.scanned = self.line;
            if self.line == 1 {
                self.release();
            }
        }
        self.after_cr = false;
    }

    fn too_large(&mut self) -> Error {
        let at = self.offset + (self.start + self.limit) as u64;
        let error = error(ErrorKind::TooLarge, at, format!("an event is larger than {} bytes", self.limit));
        *self = Self { broken: Some(error.clone()), ..Self::new(self.limit) };
        error
    }

    /// Lets go of all lines that have been given, and says where in the text they began: [`text`](Self::text) still gives them until
    /// the next bytes are pushed.
    pub(super) fn release(&mut self) -> usize {
        let start = self.start;
        self.start += self.line;
        self.scanned -= self.line;
        self.line = 0;
        start
    }

    /// What stands at a place that counted from `start`.
    pub(super) fn text(&self, start: usize, place: &Range<usize>) -> &str {
        self.text.get(start + place.start..start + place.end).unwrap_or_default()
    }

    /// What stands at a place.
    pub(super) fn held_text(&self, place: &Range<usize>) -> &str {
        self.text(self.start, place)
    }

    /// How many bytes are held, with those of a character that was cut off.
    ///
    /// # Errors
    /// Those of [`next_line`](Self::next_line).
    pub(super) fn held(&self) -> Result<usize, Error> {
        match &self.broken {
            Some(error) => Err(error.clone()),
            None => Ok(self.text.len() - self.start + self.cut.len()),
        }
    }

    /// The line that has not ended yet.
    pub(super) fn rest(&self) -> &str {
        self.text.get(self.start + self.line..).unwrap_or_default()
    }

    /// The stream's length up to now.
    pub(super) fn end(&self) -> u64 {
        self.offset + (self.text.len() + self.cut.len()) as u64
    }
}
