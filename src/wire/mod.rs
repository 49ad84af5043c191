//! What both wings are made of: leaves, objects, unions, tagged blocks and open enums, and how they are read and written.
//!
//! Every wire type implements [`Wire`]: it reads itself with a [`Reader`] and writes itself with a [`Writer`]. The reader is
//! strict where the laws ask for it: duplicate keys, lone surrogates, white space where none
//! belongs and nesting beyond the limit are errors that name their place. Free-form JSON never nests on the stack; what is read
//! into types does, within a bound.
//!
//! # What is not known yet
//!
//! Both vendors add values, blocks and events without a new version of their APIs. What this library does not know yet stands in
//! a variant `Unknown`, and goes out as it came in. Once a release knows it, it stands in a variant of its own. Such a release is a
//! minor one, which is why no `match` may be exhaustive; one that compares `Unknown`'s text stops matching with it. Those that must
//! recognize a value before this library does compare what is on the wire, which stays the same:
//!
//! ```
//! use converse_messages::converse::StopReason;
//!
//! fn is_out_of_credit(reason: &StopReason) -> bool {
//!     reason.as_str() == "credit_exhausted"
//! }
//! assert!(is_out_of_credit(&StopReason::from("credit_exhausted")));
//! assert!(!is_out_of_credit(&StopReason::EndTurn));
//! ```

mod base64;
mod fill;
mod indexed;
pub(crate) mod json;
mod leaves;
mod macros;
mod members;
mod number;
mod partial;
pub(crate) mod read;
#[cfg(not(feature = "__references"))]
mod references;
#[cfg(feature = "__references")]
#[doc(hidden)]
pub mod references;
pub(crate) mod scan;
mod token;
mod transcribe;
#[cfg(not(feature = "__references"))]
pub(crate) mod verbatim;
#[cfg(feature = "__references")]
#[doc(hidden)]
pub mod verbatim;
mod watch;
mod write;

pub use base64::Base64;
pub(crate) use fill::Borrow;
pub(crate) use indexed::Indexed;
pub use json::{Json, RawJson, RawText};
pub(crate) use leaves::FromCompact;
pub use leaves::{FreeForm, FromText, Leaves, Owned, Raw, Text};
pub use members::{Map, Untyped};
pub use number::{Number, RawNumber};
pub use partial::PartialJson;
pub use read::{DEFAULT_MAX_DEPTH, Reader};
pub(crate) use read::{Members, Shape, place_of, utf8};
pub(crate) use token::{FEW_NAMES, compact, decoded, first_repeated, unescape};
pub(crate) use watch::Watch;
pub use write::Writer;
pub(crate) use write::push_string;

pub(crate) use macros::{closed_enum, document, identifier, object, open_enum, tagged, union, variant};

use crate::Error;

/// The kinds of JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// a number
    Number,
    /// a string
    String,
    /// an array
    Array,
    /// an object
    Object,
}

impl Kind {
    /// The kind of the value that begins a valid JSON text.
    pub(crate) fn of(text: &str) -> Self {
        text.bytes().find_map(Self::of_byte).unwrap_or(Self::Null)
    }

    #[inline]
    pub(crate) const fn of_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            b'{' => Self::Object,
            b'[' => Self::Array,
            b'"' => Self::String,
            b't' | b'f' => Self::Boolean,
            b'n' => Self::Null,
            b'-' | b'0'..=b'9' => Self::Number,
            _ => return None,
        })
    }

    /// The kind with its article, for messages.
    pub(crate) fn article(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

/// A text that the APIs document, such as a member's name, and that JSON need not escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identifier {
    /// As the name of a member, with the colon behind it.
    token: &'static str,
}

impl Identifier {
    pub(crate) const fn new(token: &'static str) -> Self {
        Self { token }
    }

    /// The text.
    pub(crate) const fn as_str(self) -> &'static str {
        let (_, text) = self.token.split_at(1);
        text.split_at(text.len() - 2).0
    }
}

/// The member that tells what an object is.
pub(crate) const TYPE: Identifier = identifier!("type");

/// A value of one of the two APIs, which reads and writes itself.
///
/// The types of both APIs implement it, the leaves, and what is made of them: `Option`, `Vec`, `Box`, [`Map`]. It is there to be
/// called: how a type reads and writes itself is no part of the public interface, so other crates do not implement it.
pub trait Wire<L: Leaves>: Default {
    /// Reads the value that comes next into this one, which is as [`Default`] has made it.
    ///
    /// # Errors
    /// Malformed input: the error names its place.
    #[doc(hidden)]
    fn read(&mut self, reader: &mut Reader<'_, L>) -> Result<(), Error>;

    /// Writes the value.
    #[doc(hidden)]
    fn write(&self, writer: &mut Writer);

    /// Reads a JSON document.
    ///
    /// # Errors
    /// Malformed input: the error names its place.
    ///
    /// ```
    /// use converse_messages::{converse, wire::{Raw, Wire}};
    ///
    /// let request = converse::Request::<Raw>::from_json(br#"{"modelId": "m", "messages": []}"#)?;
    /// assert_eq!(request.to_json(), r#"{"modelId":"m"}"#);
    /// # Ok::<(), converse_messages::Error>(())
    /// ```
    fn from_json<'s>(json: &'s [u8]) -> Result<Self, Error>
    where
        L: FromText<'s>,
    {
        Self::from_json_within(json, DEFAULT_MAX_DEPTH)
    }

    /// Reads a JSON document that nests at most `max_depth` levels deep.
    ///
    /// # Errors
    /// Malformed input: the error names its place.
    fn from_json_within<'s>(json: &'s [u8], max_depth: usize) -> Result<Self, Error>
    where
        L: FromText<'s>,
    {
        let text = read::utf8(json)?;
        Reader::<'s, L>::new::<L::Fill>(text).within(max_depth).document()
    }

    /// The value as compact JSON. An `f64` is printed anew (`1` as `1.0`); free-form JSON stays as it is.
    fn to_json(&self) -> String {
        self.to_json_with_capacity(0)
    }

    /// Writes the value as compact JSON in the place of what the buffer holds.
    fn to_json_in(&self, buffer: &mut String) {
        buffer.clear();
        let mut writer = Writer::new(std::mem::take(buffer));
        self.write(&mut writer);
        *buffer = writer.into_string();
    }

    /// The value as compact JSON of about this many bytes.
    fn to_json_with_capacity(&self, capacity: usize) -> String {
        let mut buffer = String::with_capacity(capacity);
        self.to_json_in(&mut buffer);
        buffer
    }
}

impl<L: Leaves> Wire<L> for bool {
    fn read(&mut self, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        *self = reader.boolean()?;
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.boolean(*self);
    }
}

impl<L: Leaves> Wire<L> for i64 {
    fn read(&mut self, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        *self = reader.integer()?;
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.integer(*self);
    }
}

impl<L: Leaves, T: Wire<L>> Wire<L> for Box<T> {
    fn read(&mut self, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        (**self).read(reader)
    }

    fn write(&self, writer: &mut Writer) {
        (**self).write(writer);
    }
}

/// `None` is null.
impl<L: Leaves, T: Wire<L>> Wire<L> for Option<T> {
    fn read(&mut self, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        if reader.null()? { Ok(()) } else { self.insert(T::default()).read(reader) }
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Some(value) => value.write(writer),
            None => writer.null(),
        }
    }
}

impl<L: Leaves, T: Wire<L>> Wire<L> for Vec<T> {
    fn read(&mut self, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        reader.array(&mut |reader| {
            self.push(T::default());
            self.last_mut().map_or(Ok(()), |item| item.read(reader))
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.begin_array();
        for item in self {
            item.write(writer);
        }
        writer.end_array();
    }
}

/// Reads a list, which null leaves empty.
///
/// Here and not in the macros, since the types have more members than there are types of members.
pub(crate) fn read_list<L: Leaves, T: Wire<L>>(list: &mut Vec<T>, reader: &mut Reader<'_, L>) -> Result<(), Error> {
    if reader.null()? { Ok(()) } else { list.read(reader) }
}

/// Writes a member if there is one.
pub(crate) fn write_optional<L: Leaves, T: Wire<L>>(value: Option<&T>, name: Identifier, writer: &mut Writer) {
    if let Some(value) = value {
        writer.name(name);
        value.write(writer);
    }
}
