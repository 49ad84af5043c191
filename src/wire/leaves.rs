//! The three kinds of leaf, and what the bridge may ask of them.
//!
//! A wire type is generic over what stands at its leaves: its strings ([`Leaves::Text`]) and its free-form JSON
//! ([`Leaves::Json`]: tool inputs, tool schemas, members this library does not know). A caller who builds or reads
//! requests in Rust uses [`Owned`] leaves, the default. The bytes → bytes path uses [`Raw`] leaves: tokens borrowed from
//! the input, never decoded unless a rule must read them, so that key order, digits and escapes survive and a
//! conversion copies each string once.

use std::borrow::Cow;
use std::fmt::Debug;
use std::marker::PhantomData;

use super::fill::{Borrow, Copy, Fill};
use super::json::{Json, RawJson, RawText};
use super::number::{Number, RawNumber};
use super::read::Reader;
use super::{Kind, Wire};
use crate::Error;

/// What keeps other crates from adding leaves, and from making JSON of a text that is none.
pub(super) mod sealed {
    pub trait Sealed {}

    /// A compact JSON text that this library has written or checked.
    pub struct Compact(pub(in crate::wire) String);

    pub trait OfCompact: Sized {
        fn of_compact(text: Compact) -> Self;
    }
}

/// A kind of leaf: what stands for a string and for free-form JSON inside a wire type.
///
/// Sealed: [`Owned`] and [`Raw`] are all there are.
pub trait Leaves: sealed::Sealed + Clone + Debug + Default + PartialEq {
    /// A JSON string.
    type Text: Text + Wire<Self>;
    /// Any JSON value, kept exactly as it was written.
    type Json: FreeForm + Wire<Self>;
    /// A JSON number with a fraction.
    type Number: Number + Wire<Self>;

    /// Reads a typed value out of free-form JSON, however deep it nests: that was checked when it was read.
    ///
    /// # Errors
    /// The path in the error is relative to `json`.
    fn parse<T: Wire<Self>>(json: &Self::Json) -> Result<T, Error>;

    /// Looks for the `type` of a free-form object; a null one is none.
    ///
    /// # Errors
    /// It is no object, or its `type` no string.
    fn tag(json: &Self::Json) -> Result<Option<Cow<'_, str>>, Error>;

    /// Writes a typed value as free-form JSON.
    fn free_form<T: Wire<Self>>(value: &T) -> Self::Json;
}

/// A string at a leaf.
///
/// Sealed: `String` and [`RawText`] are all there are.
pub trait Text: sealed::Sealed + Clone + Debug + Default + PartialEq + From<String> {
    /// The string, with JSON escapes resolved.
    fn decode(&self) -> Cow<'_, str>;

    /// Whether the string is empty.
    fn is_empty(&self) -> bool;

    /// Appends the string as a JSON token, quotes included.
    fn write_token(&self, out: &mut String) {
        super::write::push_string(&self.decode(), out);
    }

    /// Whether the string is canonical base64: see [`Base64`](super::Base64).
    fn is_base64(&self) -> bool {
        super::base64::is_canonical(self.decode().as_bytes())
    }

    /// Appends a string that is base64 as a JSON token.
    fn write_base64_token(&self, out: &mut String) {
        self.write_token(out);
    }

    /// The parts, one after the other.
    #[must_use]
    fn join(parts: &[Self], separator: &str) -> Self {
        let decoded: Vec<_> = parts.iter().map(Text::decode).collect();
        Self::from(decoded.join(separator))
    }
}

/// Free-form JSON at a leaf.
///
/// Sealed: [`Json`] and [`RawJson`] are all there are. Only a text that was checked becomes one of them:
///
/// ```compile_fail,E0599
/// use converse_messages::wire::{FreeForm, Json};
///
/// let unchecked = Json::from_compact("no JSON".to_owned());
/// ```
pub trait FreeForm: sealed::OfCompact + Clone + Debug + Default + PartialEq {
    /// The compact JSON text: no white space between tokens, key order, digits and escapes as they came.
    fn text(&self) -> Cow<'_, str>;

    /// What kind of JSON value it is.
    fn kind(&self) -> Kind;

    /// Appends the compact JSON text.
    fn write_token(&self, out: &mut String) {
        out.push_str(&self.text());
    }
}

/// Makes free-form JSON of texts.
pub(crate) trait FromCompact: FreeForm {
    /// Makes a leaf of a JSON text that this library has written or checked.
    fn from_compact(text: String) -> Self {
        Self::of_compact(sealed::Compact(text))
    }
}

impl<J: FreeForm> FromCompact for J {}

/// Leaves that own what they hold: [`String`] and [`Json`]. The default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owned;

/// Leaves borrowed from a JSON text: tokens, not decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw<'a>(PhantomData<&'a str>);

/// Leaves that can be filled from a JSON text that lives for `'s`.
pub trait FromText<'s>: Leaves {
    /// How a token becomes a leaf.
    type Fill: Fill<'s, Self>;
}

impl FromText<'_> for Owned {
    type Fill = Copy;
}

impl<'a> FromText<'a> for Raw<'a> {
    type Fill = Borrow;
}

impl sealed::Sealed for Owned {}

impl Leaves for Owned {
    type Text = String;
    type Json = Json;
    type Number = f64;

    fn parse<T: Wire<Self>>(json: &Json) -> Result<T, Error> {
        Reader::new::<Copy>(json.as_str()).within(usize::MAX).document()
    }

    fn tag(json: &Json) -> Result<Option<Cow<'_, str>>, Error> {
        Reader::<Self>::new::<Copy>(json.as_str()).within(usize::MAX).tag()
    }

    fn free_form<T: Wire<Self>>(value: &T) -> Json {
        Json::from_compact(value.to_json())
    }
}

impl sealed::Sealed for Raw<'_> {}

impl<'a> Leaves for Raw<'a> {
    type Text = RawText<'a>;
    type Json = RawJson<'a>;
    type Number = RawNumber<'a>;

    fn parse<T: Wire<Self>>(json: &RawJson<'a>) -> Result<T, Error> {
        // The text may not live as long as the leaves.
        Reader::new::<Copy>(&json.token()).within(usize::MAX).document()
    }

    fn tag<'j>(json: &'j RawJson<'a>) -> Result<Option<Cow<'j, str>>, Error> {
        fn tag(json: &str) -> Result<Option<Cow<'_, str>>, Error> {
            Reader::<Raw<'_>>::new::<Copy>(json).within(usize::MAX).tag()
        }
        match json.tagged() {
            Cow::Borrowed(text) => tag(text),
            Cow::Owned(text) => Ok(tag(&text)?.map(|tag| Cow::Owned(tag.into_owned()))),
        }
    }

    fn free_form<T: Wire<Self>>(value: &T) -> RawJson<'a> {
        RawJson::from_token(value.to_json(), false)
    }
}

impl sealed::Sealed for String {}

impl Text for String {
    fn decode(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }

    fn is_empty(&self) -> bool {
        String::is_empty(self)
    }
}
