//! The leaves themselves: [`Json`], which owns its text, and the borrowed tokens [`RawText`] and [`RawJson`].

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::base64::is_canonical;
use super::fill::Copy;
use super::leaves::sealed::{Compact, OfCompact, Sealed};
use super::leaves::{FreeForm, Owned, Raw, Text};
use super::read::Reader;
use super::token::compact;
use super::{Kind, Wire, Writer, references, verbatim};
use crate::Error;

/// Any JSON value, kept as its compact text: key order and the digits of numbers survive.
///
/// ```
/// use converse_messages::wire::Json;
///
/// let input = Json::parse(r#"{"z": 12345678901234567890123, "a": 1e2}"#)?;
/// assert_eq!(input.as_str(), r#"{"z":12345678901234567890123,"a":1e2}"#);
/// # Ok::<(), converse_messages::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Json(String);

impl Json {
    /// Checks a JSON text and keeps it.
    ///
    /// # Errors
    /// `invalid_json`, `duplicate_key` or `too_deep`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Reader::<Owned>::new::<Copy>(text).document()
    }

    /// The empty object, `{}`.
    #[must_use]
    pub fn object() -> Self {
        Self("{}".to_owned())
    }

    /// The compact JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The compact JSON text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// The value as `serde_json` has it. Numbers that `serde_json` cannot hold exactly are rounded, keys are in its order.
    ///
    /// # Errors
    /// It nests deeper than `serde_json` reads: 127 levels.
    pub fn to_value(&self) -> Result<serde_json::Value, serde_json::Error> {
        serde_json::from_str(&self.0)
    }
}

impl FromStr for Json {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

/// The empty object.
impl Default for Json {
    fn default() -> Self {
        Self::object()
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        Self(value.to_string())
    }
}

impl OfCompact for Json {
    fn of_compact(Compact(text): Compact) -> Self {
        Self(text)
    }
}

impl FreeForm for Json {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }

    fn kind(&self) -> Kind {
        Kind::of(&self.0)
    }
}

impl Wire<Owned> for Json {
    fn read(&mut self, reader: &mut Reader<'_, Owned>) -> Result<(), Error> {
        *self = reader.json()?;
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.json(self);
    }
}

impl Wire<Owned> for String {
    fn read(&mut self, reader: &mut Reader<'_, Owned>) -> Result<(), Error> {
        *self = reader.text()?;
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.text(self);
    }
}

/// A JSON string as its token: the characters between the quotes, escapes as they came.
#[derive(Clone, Debug, Default)]
pub struct RawText<'a> {
    token: Cow<'a, str>,
    escaped: bool,
}

impl<'a> RawText<'a> {
    pub(super) fn from_token(token: impl Into<Cow<'a, str>>, escaped: bool) -> Self {
        Self { token: token.into(), escaped }
    }
}

impl PartialEq for RawText<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.token == other.token || self.decode() == other.decode()
    }
}

impl From<String> for RawText<'_> {
    fn from(text: String) -> Self {
        let text = match references::token(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(token) => token,
        };
        if !super::write::needs_escapes(&text) {
            return Self { token: Cow::Owned(text), escaped: false };
        }
        let mut token = String::with_capacity(text.len());
        super::write::push_escaped(&text, &mut token);
        Self { token: Cow::Owned(token), escaped: true }
    }
}

impl Sealed for RawText<'_> {}

impl Text for RawText<'_> {
    fn decode(&self) -> Cow<'_, str> {
        references::decoded(&self.token, self.escaped)
    }

    fn is_empty(&self) -> bool {
        self.token.is_empty()
    }

    fn write_token(&self, out: &mut String) {
        out.push('"');
        verbatim::push(&self.token, out);
        out.push('"');
    }

    fn is_base64(&self) -> bool {
        references::is_bytes(&self.token) || is_canonical(self.decode().as_bytes())
    }

    fn write_base64_token(&self, out: &mut String) {
        match references::bytes(&self.token) {
            None => self.write_token(out),
            Some(token) => {
                out.push('"');
                out.push_str(&token);
                out.push('"');
            }
        }
    }
}

impl<'a> Wire<Raw<'a>> for RawText<'a> {
    fn read(&mut self, reader: &mut Reader<'_, Raw<'a>>) -> Result<(), Error> {
        *self = reader.text()?;
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.text(self);
    }
}

/// A JSON value as its token, white space included.
#[derive(Clone, Debug)]
pub struct RawJson<'a> {
    token: Cow<'a, str>,
    spaced: bool,
}

impl<'a> RawJson<'a> {
    pub(super) fn from_token(token: impl Into<Cow<'a, str>>, spaced: bool) -> Self {
        Self { token: token.into(), spaced }
    }

    /// The token, or that of the object which it refers to.
    pub(super) fn token(&self) -> Cow<'_, str> {
        references::object(&self.token).map_or(Cow::Borrowed(&*self.token), Cow::Owned)
    }

    /// The same, if only its `type` is asked for.
    pub(super) fn tagged(&self) -> Cow<'_, str> {
        if references::is_typed(&self.token) { Cow::Borrowed(&*self.token) } else { self.token() }
    }
}

/// The empty object.
impl Default for RawJson<'_> {
    fn default() -> Self {
        Self::from_token("{}", false)
    }
}

impl PartialEq for RawJson<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl OfCompact for RawJson<'_> {
    fn of_compact(Compact(text): Compact) -> Self {
        Self { token: Cow::Owned(references::skeleton(text)), spaced: false }
    }
}

impl FreeForm for RawJson<'_> {
    fn text(&self) -> Cow<'_, str> {
        if !self.spaced {
            return references::whole(Cow::Borrowed(&self.token));
        }
        let mut text = String::with_capacity(self.token.len());
        compact(&self.token, &mut text);
        references::whole(Cow::Owned(text))
    }

    fn kind(&self) -> Kind {
        Kind::of(&self.token)
    }

    fn write_token(&self, out: &mut String) {
        if self.spaced {
            compact(&self.token, out);
        } else if let Some((last, _)) = self.token.char_indices().next_back() {
            // The writer looks at what was written last.
            let (before, last) = self.token.split_at(last);
            verbatim::push(before, out);
            out.push_str(last);
        }
    }
}

impl<'a> Wire<Raw<'a>> for RawJson<'a> {
    fn read(&mut self, reader: &mut Reader<'_, Raw<'a>>) -> Result<(), Error> {
        *self = reader.json()?;
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.json(self);
    }
}
