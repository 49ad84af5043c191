//! The headers of a frame.

use std::collections::BTreeSet;

/// A header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Header<'a> {
    /// The name; those that the protocol itself defines begin with a colon.
    pub name: &'a str,
    /// The value.
    pub value: Value<'a>,
}

/// The value of a header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A boolean.
    Bool(bool),
    /// An integer of 8 bits.
    Byte(i8),
    /// An integer of 16 bits.
    Short(i16),
    /// An integer of 32 bits.
    Integer(i32),
    /// An integer of 64 bits.
    Long(i64),
    /// Bytes.
    ByteArray(&'a [u8]),
    /// A text.
    String(&'a str),
    /// A time, in milliseconds since 1970.
    Timestamp(i64),
    /// A UUID.
    Uuid([u8; 16]),
}

const MAX_NAME: usize = u8::MAX as usize;

/// The longest byte array or text that is written: the specification's limit, though two bytes could hold twice that.
const MAX_VALUE: usize = i16::MAX as usize;

pub(super) const TWICE: &str = "a header of a frame occurs twice";

/// The headers of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Headers<'a>(pub(super) &'a [u8]);

impl<'a> Headers<'a> {
    /// The headers, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Header<'a>> + use<'a> {
        self.tokens().map_while(Token::header)
    }

    /// The value of a header.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        self.token(name)?.value()
    }

    /// The value of a header that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.token(name)?.text()
    }

    fn token(&self, name: &str) -> Option<Token<'a>> {
        self.tokens().find(|token| token.name == name.as_bytes())
    }

    pub(super) fn tokens(&self) -> impl Iterator<Item = Token<'a>> + use<'a> {
        let mut rest = self.0;
        std::iter::from_fn(move || Token::read(&mut rest).ok())
    }

    /// Whether all of them can be read and none occurs twice; else where and what is wrong.
    pub(super) fn check(&self) -> Result<(), (usize, &'static str)> {
        // Then so is every text in it.
        let ascii = self.0.is_ascii();
        let (mut rest, mut names) = (self.0, Names::default());
        while !rest.is_empty() {
            let at = self.0.len() - rest.len();
            let token = Token::read(&mut rest).map_err(|what| (at, what))?;
            if !ascii && token.header().is_none() {
                return Err((at, "a header of a frame is not UTF-8"));
            }
            if !names.insert(token.name) {
                return Err((at, TWICE));
            }
        }
        Ok(())
    }
}

/// A set of names. The first few, which are all that services send, need no memory of their own.
#[derive(Default)]
pub(super) struct Names<'a> {
    few: [&'a [u8]; 8],
    count: usize,
    more: BTreeSet<String>,
}

impl<'a> Names<'a> {
    /// Whether the name, which is UTF-8, was not there before.
    pub(super) fn insert(&mut self, name: &'a [u8]) -> bool {
        if self.few.iter().take(self.count).any(|before| *before == name) {
            return false;
        }
        let Some(free) = self.few.get_mut(self.count) else {
            return self.more.insert(String::from_utf8_lossy(name).into_owned());
        };
        *free = name;
        self.count += 1;
        true
    }
}

/// A header whose bytes have not been looked into.
#[derive(Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) name: &'a [u8],
    kind: u8,
    value: &'a [u8],
}

impl<'a> Token<'a> {
    /// Takes the first header off.
    #[inline]
    fn read(bytes: &mut &'a [u8]) -> Result<Self, &'static str> {
        let cut_off = "a header of a frame is cut off";
        let [length] = take_array(bytes).ok_or(cut_off)?;
        let name = take(bytes, length.into()).ok_or(cut_off)?;
        let [kind] = take_array(bytes).ok_or(cut_off)?;
        let length = match kind {
            0 | 1 => 0,
            2 => 1,
            3 => 2,
            4 => 4,
            5 | 8 => 8,
            6 | 7 => u16::from_be_bytes(take_array(bytes).ok_or(cut_off)?).into(),
            9 => 16,
            _ => return Err("the value of a header is of an unknown type"),
        };
        let value = take(bytes, length).ok_or(cut_off)?;
        Ok(Self { name, kind, value })
    }

    /// The header, if its texts are UTF-8.
    fn header(self) -> Option<Header<'a>> {
        Some(Header { name: str::from_utf8(self.name).ok()?, value: self.value()? })
    }

    /// The value, if it is a text.
    pub(super) fn text(self) -> Option<&'a str> {
        match self.value()? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    #[inline]
    fn value(self) -> Option<Value<'a>> {
        Some(match self.kind {
            0 => Value::Bool(true),
            1 => Value::Bool(false),
            2 => Value::Byte(i8::from_be_bytes(self.value.try_into().ok()?)),
            3 => Value::Short(i16::from_be_bytes(self.value.try_into().ok()?)),
            4 => Value::Integer(i32::from_be_bytes(self.value.try_into().ok()?)),
            5 => Value::Long(i64::from_be_bytes(self.value.try_into().ok()?)),
            6 => Value::ByteArray(self.value),
            7 => Value::String(str::from_utf8(self.value).ok()?),
            8 => Value::Timestamp(i64::from_be_bytes(self.value.try_into().ok()?)),
            _ => Value::Uuid(self.value.try_into().ok()?),
        })
    }
}

#[inline]
fn take_array<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

#[inline]
fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

impl Header<'_> {
    /// Writes a header that is not [`too_long`](Self::too_long).
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        let [.., length] = self.name.len().to_be_bytes();
        bytes.push(length);
        bytes.extend_from_slice(self.name.as_bytes());
        match self.value {
            Value::Bool(true) => bytes.push(0),
            Value::Bool(false) => bytes.push(1),
            Value::Byte(value) => write_value(2, &value.to_be_bytes(), bytes),
            Value::Short(value) => write_value(3, &value.to_be_bytes(), bytes),
            Value::Integer(value) => write_value(4, &value.to_be_bytes(), bytes),
            Value::Long(value) => write_value(5, &value.to_be_bytes(), bytes),
            Value::ByteArray(value) => write_counted(6, value, bytes),
            Value::String(value) => write_counted(7, value.as_bytes(), bytes),
            Value::Timestamp(value) => write_value(8, &value.to_be_bytes(), bytes),
            Value::Uuid(value) => write_value(9, &value, bytes),
        }
    }

    /// How many bytes are written.
    pub(super) fn length(&self) -> usize {
        let value = match self.value {
            Value::Bool(_) => 0,
            Value::Byte(_) => 1,
            Value::Short(_) => 2,
            Value::Integer(_) => 4,
            Value::Long(_) | Value::Timestamp(_) => 8,
            Value::ByteArray(value) => 2 + value.len(),
            Value::String(value) => 2 + value.len(),
            Value::Uuid(_) => 16,
        };
        1 + self.name.len() + 1 + value
    }

    /// What is longer than it may be.
    pub(super) fn too_long(&self) -> Option<&'static str> {
        let value = match self.value {
            Value::ByteArray(value) => value.len(),
            Value::String(value) => value.len(),
            _ => 0,
        };
        match (self.name.len(), value) {
            (..=MAX_NAME, ..=MAX_VALUE) => None,
            (..=MAX_NAME, _) => Some("the value of a header is longer than 32767 bytes"),
            _ => Some("the name of a header is longer than 255 bytes"),
        }
    }
}

fn write_value(kind: u8, value: &[u8], bytes: &mut Vec<u8>) {
    bytes.push(kind);
    bytes.extend_from_slice(value);
}

fn write_counted(kind: u8, value: &[u8], bytes: &mut Vec<u8>) {
    let [.., high, low] = value.len().to_be_bytes();
    bytes.extend_from_slice(&[kind, high, low]);
    bytes.extend_from_slice(value);
}
