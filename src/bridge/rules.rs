//! The forms that the two services ask of ids, names and base64.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::loss::{Code, Cx, Path};
use crate::wire::{Base64, Leaves, Text};
use crate::{Error, ErrorKind};

/// One of the two services.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Converse,
    Messages,
}

/// Converse `[a-zA-Z0-9_.:-]{1,64}`, Messages `[a-zA-Z0-9_-]+`.
fn is_tool_id(id: &str, side: Side) -> bool {
    match side {
        Side::Converse => (1..=64).contains(&id.len()) && all(id, |byte| is_word(byte) || byte == b'.' || byte == b':'),
        Side::Messages => is_words(id),
    }
}

/// `[a-zA-Z0-9_-]+`
pub(super) fn is_words(text: &str) -> bool {
    !text.is_empty() && all(text, is_word)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Without an early exit, so that it compiles to vector instructions.
fn all(text: &str, fits: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |all, byte| all & fits(byte))
}

/// A tool call's id as the target takes it. One that does not fit becomes a digest of itself, so that uses, results and
/// later turns agree without anything being remembered.
pub(super) fn tool_id<L: Leaves>(id: L::Text, target: Side, at: Path<'_>, cx: &mut Cx<'_>) -> L::Text {
    let decoded = id.decode();
    if is_tool_id(&decoded, target) {
        return id;
    }
    cx.hint(at, Code::Renamed, "the id does not fit the target's form: a digest of it stands for it");
    digest("toolu_", &decoded).into()
}

/// The prefix and the first 32 hexadecimal digits of the id's SHA-256.
pub(super) fn digest(prefix: &str, id: &str) -> String {
    let mut digest = prefix.to_owned();
    for byte in hmac_sha256::Hash::hash(id.as_bytes()).into_iter().take(16) {
        // Writing to a string does not fail.
        let _ = write!(digest, "{byte:02x}");
    }
    digest
}

/// A tool's name, `[a-zA-Z0-9_-]+`, at most 64 characters in Converse.
pub(super) fn tool_name<L: Leaves>(name: &L::Text, target: Side, at: Path<'_>) -> Result<(), Error> {
    let name = name.decode();
    if is_words(&name) && (name.len() <= 64 || matches!(target, Side::Messages)) {
        return Ok(());
    }
    let rule = match target {
        Side::Converse => "Converse takes tool names of 1 to 64 letters, digits, `_` and `-`",
        Side::Messages => "Messages takes tool names of letters, digits, `_` and `-`",
    };
    Err(Error::new(ErrorKind::UnsupportedName, at.pointer(), rule))
}

/// `[a-zA-Z0-9\s:_@$#=/+,\-.]{0,256}`, the form of a value of `requestMetadata`.
pub(super) fn is_metadata_value(value: &str) -> bool {
    value.chars().count() <= 256
        && value.chars().all(|char| {
            char.is_ascii_alphanumeric()
                || char.is_ascii_whitespace()
                || char == '\u{b}'
                || ":_@$#=/+,-.".contains(char)
        })
}

/// The base64 of something that cannot be empty.
pub(super) fn not_empty<L: Leaves>(data: &Base64<L>, at: Path<'_>) -> Result<(), Error> {
    if data.is_empty() { Err(invalid(at, "the base64 is empty")) } else { Ok(()) }
}

/// A count of tokens.
pub(super) fn count(tokens: i64, at: Path<'_>) -> Result<i64, Error> {
    if tokens < 0 { Err(invalid(at, "a count is not negative")) } else { Ok(tokens) }
}

/// An `invalid_source` error.
pub(super) fn invalid(at: Path<'_>, message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidSource, at.pointer(), message.into())
}
