//! The reader of JSON text: it checks everything once and decodes nothing it need not.

#![allow(
    clippy::inline_always,
    reason = "what looks at a byte is an instruction or two, also where small code is asked for"
)]

mod object;

use std::borrow::Cow;

use super::fill::Fill;
use super::leaves::Leaves;
use super::number::Number as _;
use super::scan::{self, Fault};
use super::token::pointer;
use super::watch::Watch;
use super::{Identifier, Kind, TYPE, Wire, references};
use crate::{Error, ErrorKind};
use object::Tagged;
pub(crate) use object::{Members, Shape};

/// How deep a document may nest when nothing else is asked for.
pub const DEFAULT_MAX_DEPTH: usize = 128;

/// Checks that bytes are UTF-8.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    #[cfg(target_family = "wasm")]
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return Ok(text);
    }
    std::str::from_utf8(bytes).map_err(|fault| {
        let message = format!("invalid UTF-8 at byte {}", fault.valid_up_to());
        Error::new(ErrorKind::InvalidJson, String::new(), message)
    })
}

/// An array or object that is open while its inside is passed over.
#[derive(Clone, Copy)]
enum Open {
    Array,
    /// With the number of names that were seen before it opened.
    Object(usize),
}

/// Where a name stands among others, each of which may have a few spellings.
///
/// A `match` compares with each of them in code of its own.
#[inline(never)]
pub(crate) fn place_of(name: &str, known: &[&[&str]]) -> Option<usize> {
    known.iter().position(|spellings| spellings.contains(&name))
}

/// A place in the text, with what surrounds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    at: usize,
    depth: usize,
    names: usize,
}

/// Reads a JSON text into types, and names the place of whatever is wrong with it.
pub struct Reader<'s, L: Leaves> {
    text: &'s str,
    at: usize,
    depth: usize,
    max_depth: usize,
    /// How many bytes of white space have been passed over.
    white: usize,
    /// The unknown names seen so far in each object that is open, outermost first, to find duplicates.
    names: Vec<&'s str>,
    /// Whether any of the names was written with escapes.
    escaped_names: bool,
    /// Room for [`Self::skip`].
    open: Vec<Open>,
    /// Whether errors are thrown away: to write out their places would take time.
    attempting: bool,
    /// The object whose `type` was looked at last, if it is the first member.
    tagged: Option<Tagged<'s>>,
    /// How leaves are filled. Chosen at run time, so that the types need not be read by different code for each way.
    fill_text: fn(&'s str, bool) -> L::Text,
    fill_json: fn(&'s str, bool) -> L::Json,
    fill_number: fn(&'s str) -> L::Number,
}

impl<'s, L: Leaves> Reader<'s, L> {
    /// A reader that fills leaves like `F`.
    #[inline(never)]
    pub(crate) fn new<F: Fill<'s, L>>(text: &'s str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            max_depth: DEFAULT_MAX_DEPTH,
            white: 0,
            names: Vec::new(),
            escaped_names: false,
            open: Vec::new(),
            attempting: false,
            tagged: None,
            fill_text: F::text,
            fill_json: F::json,
            fill_number: F::number,
        }
    }

    pub(crate) fn within(mut self, max_depth: usize) -> Self {
        self.max_depth = max_depth;
        self
    }

    /// Reads the one value that the text holds.
    pub(crate) fn document<T: Wire<L>>(mut self) -> Result<T, Error> {
        let mut value = T::default();
        self.whole(&mut |reader| value.read(reader))?;
        Ok(value)
    }

    /// Reads the one value that the text holds, with a function.
    fn whole(&mut self, read: &mut dyn FnMut(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        read(self)?;
        self.finish()
    }

    /// Checks the one value that the text holds, while somebody watches.
    pub(crate) fn watched(mut self, watch: &mut impl Watch<'s>) -> Result<(), Error> {
        self.pass(watch)?;
        self.finish()
    }

    fn finish(&mut self) -> Result<(), Error> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.syntax("nothing more can stand behind the document")),
        }
    }

    #[inline(always)]
    fn bytes(&self) -> &'s [u8] {
        self.text.as_bytes()
    }

    /// The next byte that is not white space.
    #[inline(always)]
    fn peek(&mut self) -> Option<u8> {
        match self.bytes().get(self.at) {
            Some(b' ' | b'\n' | b'\r' | b'\t') => self.peek_behind_white_space(),
            Some(next) => Some(*next),
            None => None,
        }
    }

    #[inline(never)]
    fn peek_behind_white_space(&mut self) -> Option<u8> {
        let end = scan::white_space(self.bytes(), self.at);
        self.white += end - self.at;
        self.at = end;
        self.bytes().get(end).copied()
    }

    /// Whether this byte comes next.
    #[inline(always)]
    fn comes(&mut self, byte: u8) -> bool {
        match self.peek() {
            Some(next) => next == byte,
            None => false,
        }
    }

    #[inline(always)]
    fn slice(&self, from: usize, to: usize) -> &'s str {
        self.text.get(from..to).unwrap_or_default()
    }

    #[cold]
    fn pointer(&self, at: usize) -> String {
        if self.attempting { String::new() } else { pointer(self.text, at) }
    }

    /// A syntax error here.
    #[cold]
    fn syntax(&self, what: &str) -> Error {
        if self.attempting {
            return Error::new(ErrorKind::InvalidJson, String::new(), String::new());
        }
        let before = self.slice(0, self.at);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let message = format!("{what}, at line {line} column {column}");
        Error::new(ErrorKind::InvalidJson, String::new(), message)
    }

    #[cold]
    fn unexpected(&self) -> Error {
        if self.at < self.text.len() {
            self.syntax("a character that cannot stand here")
        } else {
            self.syntax("the document ends too early")
        }
    }

    #[cold]
    fn fault(&mut self, fault: Fault) -> Error {
        let (at, what) = match fault {
            Fault::End => (self.text.len(), "the document ends too early"),
            Fault::Byte(at) => (at, "a character that cannot stand here"),
            Fault::Escape(at) => (at, "an escape sequence that does not exist"),
            Fault::Surrogate(at) => {
                let path = self.pointer(at);
                return Error::new(ErrorKind::InvalidJson, path, "half of a surrogate pair without the other");
            }
        };
        self.at = at;
        self.syntax(what)
    }

    #[cold]
    fn expected(&self, wanted: &str, found: &str) -> Error {
        let message = format!("expected {wanted}, found {found}");
        Error::new(ErrorKind::InvalidSource, self.pointer(self.at), message)
    }

    /// The kind of the value that comes next.
    #[inline]
    pub(crate) fn next_kind(&mut self) -> Result<Kind, Error> {
        match self.peek().and_then(Kind::of_byte) {
            Some(kind) => Ok(kind),
            None => Err(self.unexpected()),
        }
    }

    /// Checks that a value of this kind comes next.
    #[inline(always)]
    fn want(&mut self, kind: Kind) -> Result<(), Error> {
        match self.peek().and_then(Kind::of_byte) {
            Some(found) if found == kind => Ok(()),
            _ => self.unwanted(kind),
        }
    }

    #[cold]
    fn unwanted(&mut self, kind: Kind) -> Result<(), Error> {
        let found = self.next_kind()?;
        let error = self.expected(kind.article(), found.article());
        // What is not even JSON is told as such.
        self.skip()?;
        Err(error)
    }

    /// A byte of punctuation that must come next.
    #[inline(always)]
    fn punctuation(&mut self, byte: u8) -> Result<(), Error> {
        if self.comes(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(self.unexpected())
    }

    /// Reads on behind an element or member: whether another one follows.
    #[inline]
    fn another(&mut self, closing: u8) -> Result<bool, Error> {
        let more = self.comes(b',');
        if !more && !self.comes(closing) {
            return Err(self.unexpected());
        }
        self.at += 1;
        Ok(more)
    }

    /// Reads the bracket that closes an empty array or object, if it comes next.
    #[inline(always)]
    fn closes(&mut self, closing: u8) -> bool {
        let closes = self.comes(closing);
        self.at += usize::from(closes);
        closes
    }

    /// The string token that must come next, and whether it has escapes.
    #[inline]
    fn string_token(&mut self) -> Result<(&'s str, bool), Error> {
        self.want(Kind::String)?;
        self.at += 1;
        self.rest_of_string()
    }

    /// What follows an opening quotation mark.
    #[inline]
    fn rest_of_string(&mut self) -> Result<(&'s str, bool), Error> {
        let start = self.at;
        let (end, escaped) = scan::string(self.bytes(), start).map_err(|fault| self.fault(fault))?;
        self.at = end + 1;
        Ok((self.slice(start, end), escaped))
    }

    /// The number token that must come next, and whether it is written as an integer.
    #[inline]
    fn number_token(&mut self) -> Result<(&'s str, bool), Error> {
        let start = self.at;
        let (end, integer) = scan::number(self.bytes(), start).map_err(|fault| self.fault(fault))?;
        self.at = end;
        Ok((self.slice(start, end), integer))
    }

    fn boolean_token(&mut self) -> Result<bool, Error> {
        let value = self.comes(b't');
        self.literal(if value { "true" } else { "false" })?;
        Ok(value)
    }

    fn literal(&mut self, literal: &str) -> Result<(), Error> {
        self.at = scan::literal(self.bytes(), self.at, literal).map_err(|fault| self.fault(fault))?;
        Ok(())
    }

    /// Reads an opening bracket.
    ///
    /// What is read into types nests on the stack and has a bound of its own; what is passed over does not.
    #[inline]
    fn enter(&mut self) -> Result<(), Error> {
        if self.depth + self.open.len() >= self.max_depth || self.depth >= DEFAULT_MAX_DEPTH {
            let message = format!("nested deeper than {} levels", self.max_depth.min(self.depth + self.open.len()));
            return Err(Error::new(ErrorKind::TooDeep, self.pointer(self.at), message));
        }
        self.at += 1;
        Ok(())
    }

    /// Passes over the value that comes next, checking all of it.
    fn skip(&mut self) -> Result<(), Error> {
        self.pass(&mut ())
    }

    /// The same, while somebody watches. What is open stands on a list, not on the stack.
    fn pass(&mut self, watch: &mut impl Watch<'s>) -> Result<(), Error> {
        loop {
            let kind = self.next_kind()?;
            watch.begin(kind, self.at, self.white);
            match kind {
                Kind::Object => {
                    self.enter()?;
                    if !self.closes(b'}') {
                        self.open.push(Open::Object(self.names.len()));
                        let (name, escaped) = self.other_name()?;
                        watch.name(name, escaped);
                        continue;
                    }
                }
                Kind::Array => {
                    self.enter()?;
                    if !self.closes(b']') {
                        self.open.push(Open::Array);
                        continue;
                    }
                }
                Kind::String => {
                    self.at += 1;
                    self.rest_of_string()?;
                }
                Kind::Number => drop(self.number_token()?),
                Kind::Boolean => drop(self.boolean_token()?),
                Kind::Null => self.literal("null")?,
            }
            // A value has ended, and perhaps what holds it.
            loop {
                watch.end(self.at, self.white);
                match self.open.last().copied() {
                    None => return Ok(()),
                    Some(Open::Array) => {
                        if self.another(b']')? {
                            break;
                        }
                    }
                    Some(Open::Object(since)) => {
                        if self.another(b'}')? {
                            let (name, escaped) = self.other_name()?;
                            watch.name(name, escaped);
                            break;
                        }
                        self.close_names(since, watch)?;
                    }
                }
                self.open.pop();
            }
        }
    }
}

/// What types are read with.
impl<'s, L: Leaves> Reader<'s, L> {
    /// Reads a value.
    pub(crate) fn value<T: Wire<L>>(&mut self) -> Result<T, Error> {
        let mut value = T::default();
        value.read(self)?;
        Ok(value)
    }

    /// Reads a string.
    pub(crate) fn text(&mut self) -> Result<L::Text, Error> {
        let (token, escaped) = self.string_token()?;
        if references::is_bytes(token) {
            return Err(self.bytes_unwanted(token));
        }
        Ok((self.fill_text)(token, escaped))
    }

    /// Reads a string that may be a reference to bytes.
    pub(super) fn text_or_bytes(&mut self) -> Result<L::Text, Error> {
        let (token, escaped) = self.string_token()?;
        Ok((self.fill_text)(token, escaped))
    }

    /// The string that was read stands for bytes: back to its opening quotation mark.
    #[cold]
    fn bytes_unwanted(&mut self, token: &str) -> Error {
        self.at -= token.len() + 2;
        self.expected(Kind::String.article(), "bytes")
    }

    /// Reads any value.
    pub(crate) fn json(&mut self) -> Result<L::Json, Error> {
        self.peek();
        let (start, white) = (self.at, self.white);
        self.skip()?;
        Ok((self.fill_json)(self.slice(start, self.at), self.white > white))
    }

    /// Reads a string to look at it.
    pub(crate) fn string(&mut self) -> Result<Cow<'s, str>, Error> {
        let (token, escaped) = self.string_token()?;
        Ok(references::decoded(token, escaped))
    }

    /// Reads a boolean.
    pub(crate) fn boolean(&mut self) -> Result<bool, Error> {
        self.want(Kind::Boolean)?;
        self.boolean_token()
    }

    /// Reads an integer: a number without fraction or exponent that fits 64 bits.
    pub(crate) fn integer(&mut self) -> Result<i64, Error> {
        self.want(Kind::Number)?;
        let start = self.at;
        let (token, integer) = self.number_token()?;
        match token.parse() {
            Ok(value) if integer => Ok(value),
            _ => {
                self.at = start;
                Err(self.expected("an integer of 64 bits", "another number"))
            }
        }
    }

    /// Reads a number.
    pub(crate) fn number(&mut self) -> Result<L::Number, Error> {
        self.want(Kind::Number)?;
        let start = self.at;
        let (token, _) = self.number_token()?;
        let number = (self.fill_number)(token);
        if !number.is_finite() {
            self.at = start;
            return Err(self.expected("a number of 64 bits", "a larger one"));
        }
        Ok(number)
    }

    /// Reads an array, calling `item` at each element; `item` reads it.
    pub(crate) fn array(&mut self, item: &mut dyn FnMut(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        self.want(Kind::Array)?;
        self.enter()?;
        if self.closes(b']') {
            return Ok(());
        }
        self.depth += 1;
        loop {
            item(self)?;
            if !self.another(b']')? {
                break;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Looks ahead at the `type` of the object that comes next, wherever it stands in it, and reads nothing. A null one is none.
    pub(crate) fn tag(&mut self) -> Result<Option<Cow<'s, str>>, Error> {
        let (start, white, names) = (self.at, self.white, self.names.len());
        let depth = self.depth;
        let found = self.find_type()?;
        self.depth = depth;
        self.names.truncate(names);
        (self.at, self.white) = (start, white);
        Ok(found)
    }

    /// The same of an object that must have one: [where](place_of) it stands among the known ones.
    pub(crate) fn tag_among(&mut self, known: &[&[&str]]) -> Result<Option<usize>, Error> {
        let mark = self.mark();
        let tag = self.tag()?.ok_or_else(|| self.missing(&mark, TYPE))?;
        Ok(place_of(&tag, known))
    }

    /// Reads `null` if it comes next.
    pub(crate) fn null(&mut self) -> Result<bool, Error> {
        let null = self.comes(b'n');
        if null {
            self.literal("null")?;
        }
        Ok(null)
    }

    /// The place of the value that comes next.
    #[inline]
    pub(crate) fn mark(&mut self) -> Mark {
        self.peek();
        Mark { at: self.at, depth: self.depth, names: self.names.len() }
    }

    /// Reads what may turn out to be something else: then, or if it is malformed, goes back to where it began.
    pub(crate) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<Option<T>, Error>) -> Option<T> {
        let mark = self.mark();
        let outer = std::mem::replace(&mut self.attempting, true);
        let value = read(self).ok().flatten();
        self.attempting = outer;
        if value.is_none() {
            (self.at, self.depth) = (mark.at, mark.depth);
            self.names.truncate(mark.names);
            self.open.clear();
        }
        value
    }

    /// An `invalid_source` error at a place, or at its absent member.
    #[cold]
    pub(crate) fn invalid(&self, at: &Mark, absent: Option<&str>, message: &str) -> Error {
        let mut path = self.pointer(at.at);
        if let Some(name) = absent {
            crate::error::push_step(&mut path, name);
        }
        Error::new(ErrorKind::InvalidSource, path, message)
    }

    #[cold]
    fn missing(&self, at: &Mark, member: Identifier) -> Error {
        self.invalid(at, Some(member.as_str()), "a required member is missing")
    }
}
