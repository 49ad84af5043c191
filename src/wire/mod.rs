//! What both wings are made of: leaves, objects, unions, tagged blocks and open enums, and how they are read and written.
//!
//! Every wire type implements [`Wire`]: it reads itself from any [`Source`] and writes itself to any [`Sink`]. The
//! source for JSON text is strict where the laws ask for it: duplicate keys, lone surrogates, white space where none
//! belongs and nesting beyond the limit are errors that name their place. Free-form JSON never nests on the stack; what is read
//! into types does, within a bound.

mod base64;
mod fill;
pub(crate) mod json;
mod leaves;
mod macros;
mod members;
mod partial;
pub(crate) mod read;
#[doc(hidden)]
pub mod references;
pub(crate) mod scan;
mod token;
mod transcribe;
mod watch;
mod write;

pub use base64::Base64;
pub(crate) use fill::Borrow;
pub use json::{Json, RawJson, RawText};
pub use leaves::{FreeForm, FromText, Leaves, Owned, Raw, Text};
pub(crate) use members::write_members;
pub use members::{Map, Untyped};
pub use partial::PartialJson;
pub use read::DEFAULT_MAX_DEPTH;
pub(crate) use read::{Reader, utf8};
pub(crate) use token::{FEW_NAMES, compact, decoded, first_repeated, unescape};
pub(crate) use watch::Watch;
pub(crate) use write::push_string;

pub(crate) use macros::{closed_enum, document, identifier, object, open_enum, tagged, union};

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

    pub(crate) fn of_byte(byte: u8) -> Option<Self> {
        [Self::Object, Self::Array, Self::String, Self::Number, Self::Boolean, Self::Null]
            .into_iter()
            .find(|kind| kind.begins_with(byte))
    }

    /// Whether a value of this kind begins with this byte.
    #[inline]
    pub(crate) const fn begins_with(self, byte: u8) -> bool {
        match self {
            Self::Object => byte == b'{',
            Self::Array => byte == b'[',
            Self::String => byte == b'"',
            Self::Boolean => matches!(byte, b't' | b'f'),
            Self::Null => byte == b'n',
            Self::Number => matches!(byte, b'-' | b'0'..=b'9'),
        }
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
pub struct Identifier {
    text: &'static str,
    /// As the name of a member, with the colon behind it.
    token: &'static str,
}

impl Identifier {
    pub(crate) const fn new(text: &'static str, token: &'static str) -> Self {
        Self { text, token }
    }

    /// The text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.text
    }
}

/// The member that tells what an object is.
pub(crate) const TYPE: Identifier = identifier!("type");

/// How many members of an object can be known.
pub const MAX_KNOWN: usize = 64;

/// The name of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member<'n> {
    /// The known one at this place.
    Known(usize),
    /// Another one.
    Unknown(&'n str),
}

/// What looking ahead for an object's `type` has found.
pub enum Tag<T> {
    /// A `type` that the caller knows.
    Known(T),
    /// Some other `type`.
    Unknown,
    /// No `type`, or a null one.
    Missing,
}

/// A value of one of the two APIs, which reads and writes itself.
pub trait Wire<L: Leaves>: Sized {
    /// Reads the value that comes next.
    ///
    /// # Errors
    /// Malformed input: the error names its place.
    fn read<S: Source<L>>(source: &mut S) -> Result<Self, Error>;

    /// Writes the value.
    fn write<K: Sink<L>>(&self, sink: &mut K);

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
        read::Reader::<'s, L>::new::<L::Fill>(text).within(max_depth).document()
    }

    /// The value as compact JSON. Numbers that have a type are printed anew (`1` as `1.0`); free-form JSON stays as it is.
    fn to_json(&self) -> String {
        self.to_json_with_capacity(0)
    }

    /// Writes the value as compact JSON in the place of what the buffer holds.
    fn to_json_in(&self, buffer: &mut String) {
        write::Writer::text_in(self, buffer);
    }

    /// The value as compact JSON of about this many bytes.
    fn to_json_with_capacity(&self, capacity: usize) -> String {
        write::Writer::text(self, capacity)
    }
}

/// Where wire values are read from: a JSON text here, JavaScript objects in the wasm build.
pub trait Source<L: Leaves>: Sized {
    /// A place in the source, to name it later in an error.
    type Mark: Clone;

    /// The kind of the value that comes next.
    ///
    /// # Errors
    /// Nothing, or no value, comes next.
    fn kind(&mut self) -> Result<Kind, Error>;

    /// Reads a string.
    ///
    /// # Errors
    /// Another kind of value comes next, or it is malformed; so for the other readers.
    fn text(&mut self) -> Result<L::Text, Error>;

    /// Reads any value.
    ///
    /// # Errors
    /// The value is malformed.
    fn json(&mut self) -> Result<L::Json, Error>;

    /// Reads a string and looks at it.
    ///
    /// # Errors
    /// See [`Source::text`].
    fn string<T>(&mut self, look: impl FnOnce(&str) -> T) -> Result<T, Error>;

    /// Reads a boolean.
    ///
    /// # Errors
    /// See [`Source::text`].
    fn boolean(&mut self) -> Result<bool, Error>;

    /// Reads an integer: a number without fraction or exponent that fits 64 bits.
    ///
    /// # Errors
    /// See [`Source::text`].
    fn integer(&mut self) -> Result<i64, Error>;

    /// Reads a number.
    ///
    /// # Errors
    /// See [`Source::text`].
    fn number(&mut self) -> Result<f64, Error>;

    /// Reads an object, calling `member` with each name in turn; `member` reads the value. At most [`MAX_KNOWN`] members are known.
    /// If the object has always the same `type`, then `tag` says which, and `member` does not see it.
    ///
    /// # Errors
    /// See [`Source::text`]; a repeated name is `duplicate_key`; the `type` is another one.
    fn object(
        &mut self,
        tag: Option<Identifier>,
        known: &[Identifier],
        member: impl FnMut(&mut Self, Member<'_>) -> Result<(), Error>,
    ) -> Result<Self::Mark, Error>;

    /// Reads an array, calling `item` at each element; `item` reads it.
    ///
    /// # Errors
    /// See [`Source::text`].
    fn array(&mut self, item: impl FnMut(&mut Self) -> Result<(), Error>) -> Result<(), Error>;

    /// Looks ahead at the `type` of the object that comes next, wherever it stands in it, and reads nothing.
    ///
    /// # Errors
    /// The value is malformed as far as it was looked at.
    fn tag<T>(&mut self, known: impl FnOnce(&str) -> Option<T>) -> Result<Tag<T>, Error>;

    /// Reads `null` if it comes next.
    ///
    /// # Errors
    /// Nothing, or no value, comes next.
    fn null(&mut self) -> Result<bool, Error>;

    /// The place of the value that comes next.
    fn mark(&mut self) -> Self::Mark;

    /// Reads what may turn out to be something else: then, or if it is malformed, goes back to where it began.
    fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<Option<T>, Error>) -> Option<T>;

    /// An `invalid_source` error at a place, or at its absent member.
    fn invalid(&self, at: &Self::Mark, absent: Option<&str>, message: &str) -> Error;
}

/// Where wire values are written to.
pub trait Sink<L: Leaves> {
    /// Begins an object.
    fn begin_object(&mut self);
    /// The name of the next member.
    fn name(&mut self, name: Identifier);
    /// The name of the next member.
    fn key(&mut self, name: &str);
    /// Ends an object.
    fn end_object(&mut self);
    /// Begins an array.
    fn begin_array(&mut self);
    /// Ends an array.
    fn end_array(&mut self);
    /// A string at a leaf.
    fn text(&mut self, text: &L::Text);
    /// A string at a leaf that is base64.
    fn base64(&mut self, text: &L::Text);
    /// Free-form JSON at a leaf.
    fn json(&mut self, json: &L::Json);
    /// A string.
    fn string(&mut self, text: &str);
    /// A string.
    fn identifier(&mut self, text: Identifier) {
        self.string(text.as_str());
    }
    /// A boolean.
    fn boolean(&mut self, value: bool);
    /// An integer.
    fn integer(&mut self, value: i64);
    /// A number.
    fn number(&mut self, value: f64);
    /// `null`
    fn null(&mut self);
}

impl<L: Leaves> Wire<L> for bool {
    fn read<S: Source<L>>(source: &mut S) -> Result<Self, Error> {
        source.boolean()
    }

    fn write<K: Sink<L>>(&self, sink: &mut K) {
        sink.boolean(*self);
    }
}

impl<L: Leaves> Wire<L> for i64 {
    fn read<S: Source<L>>(source: &mut S) -> Result<Self, Error> {
        source.integer()
    }

    fn write<K: Sink<L>>(&self, sink: &mut K) {
        sink.integer(*self);
    }
}

impl<L: Leaves> Wire<L> for f64 {
    fn read<S: Source<L>>(source: &mut S) -> Result<Self, Error> {
        source.number()
    }

    fn write<K: Sink<L>>(&self, sink: &mut K) {
        sink.number(*self);
    }
}

impl<L: Leaves, T: Wire<L>> Wire<L> for Box<T> {
    fn read<S: Source<L>>(source: &mut S) -> Result<Self, Error> {
        T::read(source).map(Self::new)
    }

    fn write<K: Sink<L>>(&self, sink: &mut K) {
        (**self).write(sink);
    }
}

impl<L: Leaves, T: Wire<L>> Wire<L> for Vec<T> {
    fn read<S: Source<L>>(source: &mut S) -> Result<Self, Error> {
        let mut items = Self::new();
        source.array(|source| {
            items.push(T::read(source)?);
            Ok(())
        })?;
        Ok(items)
    }

    fn write<K: Sink<L>>(&self, sink: &mut K) {
        sink.begin_array();
        for item in self {
            item.write(sink);
        }
        sink.end_array();
    }
}

/// Reads a member into its place, unless it is null.
///
/// Here and not in the macros, since the types have more members than there are types of members.
pub(crate) fn read_optional<L: Leaves, T: Wire<L>, S: Source<L>>(
    place: &mut Option<T>,
    source: &mut S,
) -> Result<(), Error> {
    if source.null()? { Ok(()) } else { read_required(place, source) }
}

/// Reads a member into its place.
pub(crate) fn read_required<L: Leaves, T: Wire<L>, S: Source<L>>(
    place: &mut Option<T>,
    source: &mut S,
) -> Result<(), Error> {
    *place = Some(T::read(source)?);
    Ok(())
}

/// What a member's place must hold once the object is read.
pub(crate) fn required<L: Leaves, T, S: Source<L>>(
    place: Option<T>,
    name: &str,
    object: &S::Mark,
    source: &S,
) -> Result<T, Error> {
    place.ok_or_else(|| source.invalid(object, Some(name), "a required member is missing"))
}

/// Writes a member if there is one.
pub(crate) fn write_optional<L: Leaves, T: Wire<L>, K: Sink<L>>(value: Option<&T>, name: Identifier, sink: &mut K) {
    if let Some(value) = value {
        sink.name(name);
        value.write(sink);
    }
}
