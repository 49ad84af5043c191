//! The headers of a frame.

use crate::ErrorKind;

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

/// The longest byte array or text that is written: the specification's limit, though two bytes could hold twice that.
const MAX_VALUE: usize = i16::MAX as usize;

pub(super) const TWICE: &str = "a header of a frame occurs twice";

/// The headers of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Headers<'a>(pub(super) &'a [u8]);

impl<'a> Headers<'a> {
    /// The headers, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Header<'a>> + use<'a> {
        let mut rest = self.0;
        std::iter::from_fn(move || Header::read(&mut rest).ok())
    }

    /// The value of a header.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        self.iter().find(|header| header.name == name).map(|header| header.value)
    }

    /// The value of a header that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        match self.get(name)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Whether all of them can be read and none occurs twice; else where and what is wrong.
    pub(super) fn check(&self) -> Result<(), (usize, &'static str)> {
        let mut rest = self.0;
        while !rest.is_empty() {
            let at = self.0.len() - rest.len();
            Header::read(&mut rest).map_err(|what| (at, what))?;
        }
        if repeated(self.iter().map(|header| header.name)) { Err((0, TWICE)) } else { Ok(()) }
    }
}

/// Whether a name occurs twice.
pub(super) fn repeated<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    !names.is_sorted_by(|name, next| name < next)
}

impl<'a> Header<'a> {
    /// Takes the first header off.
    fn read(bytes: &mut &'a [u8]) -> Result<Self, &'static str> {
        let [length] = take(bytes)?;
        let name = utf8(take_slice(bytes, length.into())?)?;
        let [kind] = take(bytes)?;
        let value = match kind {
            0 => Value::Bool(true),
            1 => Value::Bool(false),
            2 => Value::Byte(i8::from_be_bytes(take(bytes)?)),
            3 => Value::Short(i16::from_be_bytes(take(bytes)?)),
            4 => Value::Integer(i32::from_be_bytes(take(bytes)?)),
            5 => Value::Long(i64::from_be_bytes(take(bytes)?)),
            6 => Value::ByteArray(take_counted(bytes)?),
            7 => Value::String(utf8(take_counted(bytes)?)?),
            8 => Value::Timestamp(i64::from_be_bytes(take(bytes)?)),
            9 => Value::Uuid(take(bytes)?),
            _ => return Err("the value of a header is of an unknown type"),
        };
        Ok(Self { name, value })
    }

    /// Writes a header that is [`writable`](Self::writable).
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(u8::try_from(self.name.len()));
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

    /// Whether the lengths fit into where they are written.
    pub(super) fn writable(&self) -> Result<(), (ErrorKind, &'static str)> {
        let value = match self.value {
            Value::ByteArray(value) => value.len(),
            Value::String(value) => value.len(),
            _ => 0,
        };
        match (u8::try_from(self.name.len()), value) {
            (Err(_), _) => Err((ErrorKind::TooLarge, "the name of a header is longer than 255 bytes")),
            (_, ..=MAX_VALUE) => Ok(()),
            _ => Err((ErrorKind::TooLarge, "the value of a header is longer than 32767 bytes")),
        }
    }
}

const CUT_OFF: &str = "a header of a frame is cut off";

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], &'static str> {
    let (taken, rest) = bytes.split_first_chunk().ok_or(CUT_OFF)?;
    *bytes = rest;
    Ok(*taken)
}

fn take_slice<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], &'static str> {
    let (taken, rest) = bytes.split_at_checked(length).ok_or(CUT_OFF)?;
    *bytes = rest;
    Ok(taken)
}

/// Bytes that their number stands before.
fn take_counted<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], &'static str> {
    let length = u16::from_be_bytes(take(bytes)?);
    take_slice(bytes, length.into())
}

fn utf8(bytes: &[u8]) -> Result<&str, &'static str> {
    str::from_utf8(bytes).map_err(|_| "a header of a frame is not UTF-8")
}

fn write_value(kind: u8, value: &[u8], bytes: &mut Vec<u8>) {
    bytes.push(kind);
    bytes.extend_from_slice(value);
}

fn write_counted(kind: u8, value: &[u8], bytes: &mut Vec<u8>) {
    bytes.push(kind);
    bytes.extend(u16::try_from(value.len()).into_iter().flat_map(u16::to_be_bytes));
    bytes.extend_from_slice(value);
}
