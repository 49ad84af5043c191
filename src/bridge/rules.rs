//! The forms that the two services ask of ids, names and base64.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::loss::{Code, Cx, Path};
use crate::wire::{Leaves, Text};
use crate::{Error, ErrorKind};

/// One of the two services.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Converse,
    Messages,
}

/// Converse `[a-zA-Z0-9_.:-]{1,64}`, Messages `[a-zA-Z0-9_-]+`.
fn is_tool_id(id: &str, side: Side) -> bool {
    let extra: &[u8] = match side {
        Side::Converse => b"_-.:",
        Side::Messages => b"_-",
    };
    !id.is_empty()
        && (id.len() <= 64 || matches!(side, Side::Messages))
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || extra.contains(&byte))
}

/// A tool call's id as the target takes it. One that does not fit becomes a digest of itself, so that uses, results and
/// later turns agree without anything being remembered.
pub(super) fn tool_id<L: Leaves>(id: L::Text, target: Side, at: Path<'_>, cx: &mut Cx<'_>) -> L::Text {
    let decoded = id.decode();
    if is_tool_id(&decoded, target) {
        return id;
    }
    let mut digest = "toolu_".to_owned();
    for byte in hmac_sha256::Hash::hash(decoded.as_bytes()).into_iter().take(16) {
        // Writing to a string does not fail.
        let _ = write!(digest, "{byte:02x}");
    }
    cx.hint(at, Code::Renamed, "the id does not fit the target's form: a digest of it stands for it");
    digest.into()
}

/// A tool's name, `[a-zA-Z0-9_-]+`, at most 64 characters in Converse.
pub(super) fn tool_name<L: Leaves>(name: &L::Text, target: Side, at: Path<'_>) -> Result<(), Error> {
    let name = name.decode();
    let fits = !name.is_empty()
        && (name.len() <= 64 || matches!(target, Side::Messages))
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if fits {
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

/// Checks base64 that is passed on as it is: canonical, and not empty.
pub(super) fn base64<L: Leaves>(data: &L::Text, at: Path<'_>) -> Result<(), Error> {
    let decoded = data.decode();
    match decoded.is_empty() {
        true => Err(invalid(at, "the base64 is empty")),
        false if is_base64(decoded.as_bytes()) => Ok(()),
        false => Err(not_base64(at)),
    }
}

/// The bytes of base64.
pub(super) fn from_base64(data: &str, at: Path<'_>) -> Result<Vec<u8>, Error> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(data).map_err(|_| not_base64(at))
}

/// Bytes as base64.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn not_base64(at: Path<'_>) -> Error {
    invalid(at, "not canonical base64: the standard alphabet, padded, without white space")
}

/// An `invalid_source` error.
pub(super) fn invalid(at: Path<'_>, message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidSource, at.pointer(), message.into())
}

/// Whether bytes are canonical base64: what decoding and encoding again would give back.
fn is_base64(bytes: &[u8]) -> bool {
    let Some((body, [a, b, c, d])) = bytes.split_last_chunk::<4>() else {
        return bytes.is_empty();
    };
    let tail = match (c, d) {
        (b'=', b'=') => digit(*a).is_some() && digit(*b).is_some_and(|bits| bits.trailing_zeros() >= 4),
        (_, b'=') => {
            [a, b].iter().all(|byte| digit(**byte).is_some())
                && digit(*c).is_some_and(|bits| bits.trailing_zeros() >= 2)
        }
        _ => [a, b, c, d].iter().all(|byte| digit(**byte).is_some()),
    };
    let (blocks, rest) = body.as_chunks::<32>();
    // Without early exits inside a block, so that it compiles to vector instructions.
    tail && bytes.len().is_multiple_of(4)
        && blocks.iter().all(|block| block.iter().fold(true, |all, byte| all & in_alphabet(*byte)))
        && rest.iter().all(|byte| in_alphabet(*byte))
}

fn in_alphabet(byte: u8) -> bool {
    (byte | 0x20).wrapping_sub(b'a') < 26 || byte.wrapping_sub(b'0') < 10 || byte == b'+' || byte == b'/'
}

/// The six bits that a character of the alphabet stands for.
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_canonical_exactly_when_the_library_decodes_it() {
        let alphabet = b"AQgwxz059+/=\n -_";
        for length in 0..=5_u32 {
            for number in 0..16_usize.pow(length) {
                let text: Vec<u8> = (0..length).map(|place| alphabet[number >> (4 * place) & 15]).collect();
                let text = String::from_utf8(text).unwrap();
                assert_eq!(is_base64(text.as_bytes()), from_base64(&text, Path::Root).is_ok(), "{text:?}");
            }
        }
        let long = to_base64(&(0..=255).collect::<Vec<u8>>());
        assert!(is_base64(long.as_bytes()));
        assert!((0..long.len()).all(|at| !is_base64([&long[..at], "!", &long[at + 1..]].concat().as_bytes())));
    }
}
