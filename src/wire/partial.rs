//! A JSON text that comes in pieces, as a tool's input does in a stream, and what is known of it so far.
//!
//! # Theory of operation
//!
//! An automaton looks at each byte once. What it accepts goes to `text`, without the white space between tokens; the containers
//! that are open stand on a list, each object with its names. `whole` is how much of `text` ends in something complete: up to
//! there, and with what is open closed, it is a JSON text. A string that is open can be shown up to `shown`, before an escape
//! that has not come whole.
//!
//! | state | what comes | next |
//! |---|---|---|
//! | value | a bracket that opens; a quotation mark; a digit; a letter | first value or name; string; number; literal |
//! | first value | the closing bracket, else as value | behind |
//! | first name, name | a quotation mark; of the first also the closing bracket | string; behind |
//! | string | a backslash; the closing quotation mark | escape; behind, or colon when it is a name |
//! | colon | a colon | value |
//! | behind | a comma; a closing bracket | value or name; behind |
//!
//! The crate `jiter` parses partial JSON too, but reads the text anew from its start for each piece, keeps neither repeated names
//! nor all digits of numbers, and adds twelve crates and some 100 KB to a wasm build.

use std::collections::BTreeSet;

use super::scan::{self, Fault};
use super::token::{pointer, unescape};
use super::{DEFAULT_MAX_DEPTH, FromCompact as _, Json, Kind};
use crate::{Error, ErrorKind};

/// A JSON text that comes in pieces.
///
/// ```
/// use converse_messages::wire::PartialJson;
///
/// let mut input = PartialJson::new();
/// input.push(r#"{"city": "Paris", "days": 1"#)?;
/// // The number may go on.
/// assert_eq!(input.complete().unwrap().as_str(), r#"{"city":"Paris"}"#);
/// input.push(r#"2, "note": "with umb"#)?;
/// assert_eq!(input.complete().unwrap().as_str(), r#"{"city":"Paris","days":12}"#);
/// assert_eq!(input.with_open_string().unwrap().as_str(), r#"{"city":"Paris","days":12,"note":"with umb"}"#);
/// input.push(r#"rella"}"#)?;
/// assert_eq!(input.finish()?.as_str(), r#"{"city":"Paris","days":12,"note":"with umbrella"}"#);
/// # Ok::<(), converse_messages::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PartialJson {
    text: String,
    open: Vec<Open>,
    state: State,
    /// How much of `text` is complete.
    whole: usize,
    /// Where the string that is open or was the last one begins, and how much of `text` shows of it.
    string: usize,
    shown: usize,
    /// How many bytes have come.
    count: usize,
    max_depth: usize,
    failed: Option<Error>,
}

/// An array or object that is open.
#[derive(Clone, Debug)]
enum Open {
    Array,
    Object(BTreeSet<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Value,
    FirstValue,
    FirstName,
    Name,
    Colon,
    Behind,
    String(Role),
    /// In an escape, which begins at this place of the text.
    Escape(Role, usize),
    Number(Digits),
    /// In a literal, of which this is to come.
    Literal(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Name,
    Value,
}

/// How far a number has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Digits {
    Sign,
    Zero,
    Integer,
    Point,
    Fraction,
    Exponent,
    ExponentSign,
    Power,
}

impl Digits {
    /// `None`: the number does not go on like this.
    fn then(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (Self::Sign, b'0') => Some(Self::Zero),
            (Self::Sign | Self::Integer, b'0'..=b'9') => Some(Self::Integer),
            (Self::Zero | Self::Integer, b'.') => Some(Self::Point),
            (Self::Point | Self::Fraction, b'0'..=b'9') => Some(Self::Fraction),
            (Self::Zero | Self::Integer | Self::Fraction, b'e' | b'E') => Some(Self::Exponent),
            (Self::Exponent, b'+' | b'-') => Some(Self::ExponentSign),
            (Self::Exponent | Self::ExponentSign | Self::Power, b'0'..=b'9') => Some(Self::Power),
            _ => None,
        }
    }

    fn may_end(self) -> bool {
        matches!(self, Self::Zero | Self::Integer | Self::Fraction | Self::Power)
    }
}

impl Default for PartialJson {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialJson {
    /// A text of which nothing has come, and which may nest as deep as other documents.
    #[must_use]
    pub fn new() -> Self {
        Self::within(DEFAULT_MAX_DEPTH)
    }

    /// The same with a limit of its own for how many levels it may nest.
    #[must_use]
    pub fn within(max_depth: usize) -> Self {
        Self {
            text: String::new(),
            open: Vec::new(),
            state: State::Value,
            whole: 0,
            string: 0,
            shown: 0,
            count: 0,
            max_depth,
            failed: None,
        }
    }

    /// Takes the piece that comes next.
    ///
    /// # Errors
    /// `invalid_json`, `duplicate_key` or `too_deep`, as soon as it can be known. What was known before stays known; every
    /// further piece is answered with the same error.
    pub fn push(&mut self, piece: &str) -> Result<(), Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let taken = self.take(piece);
        self.failed = taken.clone().err();
        taken
    }

    /// Whether nothing but white space has come.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text.is_empty() && self.failed.is_none()
    }

    /// What is complete: the arrays and objects that have begun, with all that has ended in them. `None`: nothing is.
    #[must_use]
    pub fn complete(&self) -> Option<Json> {
        self.closed(self.whole, "")
    }

    /// The same with the string that is open, as far as it has come, unless it is a name.
    #[must_use]
    pub fn with_open_string(&self) -> Option<Json> {
        match self.state {
            State::String(Role::Value) | State::Escape(Role::Value, _) => self.closed(self.shown, "\""),
            _ => self.complete(),
        }
    }

    /// Says that the text has ended, and gives it.
    ///
    /// # Errors
    /// The text ended too early, or was not JSON.
    pub fn finish(self) -> Result<Json, Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        match self.state {
            State::Behind if self.open.is_empty() => Ok(Json::from_compact(self.text)),
            State::Number(digits) if self.open.is_empty() && digits.may_end() => Ok(Json::from_compact(self.text)),
            _ => Err(self.error(ErrorKind::InvalidJson, "the text ends too early")),
        }
    }

    /// The text up to `end`, with this and all brackets that are open closed.
    fn closed(&self, end: usize, quote: &str) -> Option<Json> {
        let text = self.text.get(..end).filter(|text| !text.is_empty())?;
        let mut text = [text, quote].concat();
        text.extend(self.open.iter().rev().map(|open| match open {
            Open::Array => ']',
            Open::Object(_) => '}',
        }));
        Some(Json::from_compact(text))
    }

    #[cold]
    fn error(&self, kind: ErrorKind, what: &str) -> Error {
        let path = pointer(&self.text, self.text.len());
        Error::new(kind, path, format!("{what}, at byte {} of the text", self.count))
    }

    #[cold]
    fn unexpected(&self) -> Error {
        self.error(ErrorKind::InvalidJson, "a character that cannot stand here")
    }

    fn take(&mut self, piece: &str) -> Result<(), Error> {
        let (bytes, start) = (piece.as_bytes(), self.count);
        let mut at = 0;
        while at < bytes.len() {
            if let State::String(_) = self.state {
                let end = scan::special(bytes, at);
                self.text.push_str(piece.get(at..end).unwrap_or_default());
                self.shown = self.text.len();
                at = end;
            }
            self.count = start + at;
            if let Some(byte) = bytes.get(at) {
                self.step(*byte)?;
                at += 1;
            }
        }
        self.count = start + bytes.len();
        Ok(())
    }

    fn step(&mut self, byte: u8) -> Result<(), Error> {
        match (self.state, byte) {
            (State::String(role), _) => self.string(byte, role),
            (State::Escape(role, start), _) => self.escape(byte, role, start),
            (State::Number(digits), _) => self.number(byte, digits),
            (State::Literal(rest), _) => self.literal(byte, rest),
            (_, b' ' | b'\n' | b'\r' | b'\t') => Ok(()),
            (State::FirstValue, b']') | (State::FirstName, b'}') => self.close(byte),
            (State::Value | State::FirstValue, _) => self.value(byte),
            (State::FirstName | State::Name, b'"') => self.begin_string(Role::Name),
            (State::Colon, b':') => self.go_on(byte, State::Value),
            (State::Behind, _) => self.behind(byte),
            _ => Err(self.unexpected()),
        }
    }

    #[allow(clippy::unnecessary_wraps)]
    fn go_on(&mut self, byte: u8, state: State) -> Result<(), Error> {
        self.text.push(char::from(byte));
        self.state = state;
        Ok(())
    }

    /// A value has ended.
    fn end(&mut self) {
        self.whole = self.text.len();
        self.state = State::Behind;
    }

    fn value(&mut self, byte: u8) -> Result<(), Error> {
        let state = match (Kind::of_byte(byte), byte) {
            (Some(Kind::Object), _) => return self.enter(Open::Object(BTreeSet::new()), byte, State::FirstName),
            (Some(Kind::Array), _) => return self.enter(Open::Array, byte, State::FirstValue),
            (Some(Kind::String), _) => return self.begin_string(Role::Value),
            (Some(Kind::Number), b'-') => State::Number(Digits::Sign),
            (Some(Kind::Number), b'0') => State::Number(Digits::Zero),
            (Some(Kind::Number), _) => State::Number(Digits::Integer),
            (Some(Kind::Boolean), b't') => State::Literal("rue"),
            (Some(Kind::Boolean), _) => State::Literal("alse"),
            (Some(Kind::Null), _) => State::Literal("ull"),
            (None, _) => return Err(self.unexpected()),
        };
        self.go_on(byte, state)
    }

    fn enter(&mut self, open: Open, byte: u8, state: State) -> Result<(), Error> {
        if self.open.len() >= self.max_depth {
            let message = format!("nested deeper than {} levels", self.max_depth);
            return Err(self.error(ErrorKind::TooDeep, &message));
        }
        self.open.push(open);
        self.text.push(char::from(byte));
        self.whole = self.text.len();
        self.state = state;
        Ok(())
    }

    fn behind(&mut self, byte: u8) -> Result<(), Error> {
        match (self.open.last(), byte) {
            (Some(Open::Array), b',') => self.go_on(byte, State::Value),
            (Some(Open::Object(_)), b',') => self.go_on(byte, State::Name),
            (Some(Open::Array), b']') | (Some(Open::Object(_)), b'}') => self.close(byte),
            _ => Err(self.unexpected()),
        }
    }

    #[allow(clippy::unnecessary_wraps)]
    fn close(&mut self, byte: u8) -> Result<(), Error> {
        self.open.pop();
        self.text.push(char::from(byte));
        self.end();
        Ok(())
    }

    fn begin_string(&mut self, role: Role) -> Result<(), Error> {
        self.string = self.text.len() + 1;
        self.shown = self.string;
        self.go_on(b'"', State::String(role))
    }

    /// A byte of a string that is not plain.
    fn string(&mut self, byte: u8, role: Role) -> Result<(), Error> {
        match (byte, role) {
            (b'\\', _) => self.go_on(byte, State::Escape(role, self.text.len())),
            (b'"', Role::Name) => self.name(),
            (b'"', Role::Value) => {
                self.text.push('"');
                self.end();
                Ok(())
            }
            _ => Err(self.unexpected()),
        }
    }

    /// A name has ended.
    fn name(&mut self) -> Result<(), Error> {
        let name = unescape(self.text.get(self.string..).unwrap_or_default()).into_owned();
        self.text.push('"');
        self.state = State::Colon;
        let is_new = match self.open.last_mut() {
            Some(Open::Object(names)) => names.insert(name),
            Some(Open::Array) | None => true,
        };
        if is_new { Ok(()) } else { Err(self.error(ErrorKind::DuplicateKey, "the object has this member twice")) }
    }

    fn escape(&mut self, byte: u8, role: Role, start: usize) -> Result<(), Error> {
        if byte.is_ascii() {
            self.text.push(char::from(byte));
        }
        let escape = self.text.as_bytes().get(start..).unwrap_or_default();
        match scan::escape(escape, 0) {
            _ if !byte.is_ascii() => Err(self.error(ErrorKind::InvalidJson, "an escape sequence that does not exist")),
            Ok(_) => {
                self.shown = self.text.len();
                self.state = State::String(role);
                Ok(())
            }
            Err(Fault::End) => Ok(()),
            // The other half may be to come.
            Err(Fault::Surrogate(_)) if escape.len() == 6 || escape.len() == 7 && byte == b'\\' => Ok(()),
            Err(Fault::Surrogate(_)) => {
                Err(self.error(ErrorKind::InvalidJson, "half of a surrogate pair without the other"))
            }
            Err(_) => Err(self.error(ErrorKind::InvalidJson, "an escape sequence that does not exist")),
        }
    }

    fn number(&mut self, byte: u8, digits: Digits) -> Result<(), Error> {
        match digits.then(byte) {
            Some(digits) => self.go_on(byte, State::Number(digits)),
            None if digits.may_end() => {
                self.end();
                self.step(byte)
            }
            None => Err(self.unexpected()),
        }
    }

    fn literal(&mut self, byte: u8, rest: &'static str) -> Result<(), Error> {
        let Some(rest) = rest.strip_prefix(char::from(byte)) else {
            return Err(self.unexpected());
        };
        self.go_on(byte, State::Literal(rest))?;
        if rest.is_empty() {
            self.end();
        }
        Ok(())
    }
}
