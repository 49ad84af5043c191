//! Bytes at a leaf, as the base64 that stands for them in JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Leaves, Owned, Reader, Text, Wire, Writer};
use crate::Error;

/// Bytes as canonical base64: the standard alphabet, padded, without white space (RFC 4648 §4). Anything else is malformed.
///
/// ```
/// use converse_messages::wire::Base64;
///
/// let bytes: Base64 = Base64::encode(b"Hello");
/// assert_eq!(bytes.as_text(), "SGVsbG8=");
/// assert_eq!(bytes.decode(), b"Hello");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Base64<L: Leaves = Owned>(L::Text);

impl<L: Leaves> Base64<L> {
    /// The base64 of some bytes.
    #[must_use]
    pub fn encode(bytes: &[u8]) -> Self {
        Self(STANDARD.encode(bytes).into())
    }

    /// Takes a text that is canonical base64.
    ///
    /// # Errors
    /// The text, if it is not.
    pub fn from_text(text: L::Text) -> Result<Self, L::Text> {
        if text.is_base64() { Ok(Self(text)) } else { Err(text) }
    }

    /// The bytes.
    #[must_use]
    pub fn decode(&self) -> Vec<u8> {
        STANDARD.decode(&*self.0.decode()).unwrap_or_default()
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The base64.
    #[must_use]
    pub fn as_text(&self) -> &L::Text {
        &self.0
    }

    /// The base64.
    #[must_use]
    pub fn into_text(self) -> L::Text {
        self.0
    }
}

impl Base64 {
    /// Adds bytes at the end.
    pub fn append(&mut self, bytes: &[u8]) {
        // A group that is not full is written anew with the bytes that fill it.
        let full = if self.0.ends_with('=') { self.0.len().saturating_sub(4) } else { self.0.len() };
        let mut rest = STANDARD.decode(self.0.split_off(full)).unwrap_or_default();
        rest.extend_from_slice(bytes);
        STANDARD.encode_string(rest, &mut self.0);
    }
}

impl<L: Leaves> Wire<L> for Base64<L> {
    fn read(&mut self, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        let mark = reader.mark();
        let message = "not canonical base64: the standard alphabet, padded, without white space";
        *self = Self::from_text(reader.text_or_bytes()?).map_err(|_| reader.invalid(&mark, None, message))?;
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.base64(&self.0);
    }
}

/// Whether bytes are canonical base64: what decoding and encoding again would give back.
pub(super) fn is_canonical(bytes: &[u8]) -> bool {
    let Some((body, [a, b, c, d])) = bytes.split_last_chunk::<4>() else {
        return bytes.is_empty();
    };
    let tail = match (c, d) {
        (b'=', b'=') => digit(*a).is_some() && digit(*b).is_some_and(|bits| bits.trailing_zeros() >= 4),
        (_, b'=') => {
            [a, b].iter().all(|byte| in_alphabet(**byte)) && digit(*c).is_some_and(|bits| bits.trailing_zeros() >= 2)
        }
        _ => [a, b, c, d].iter().all(|byte| in_alphabet(**byte)),
    };
    let (blocks, rest) = body.as_chunks::<32>();
    // Without early exits inside a block, so that it compiles to vector instructions.
    tail && bytes.len().is_multiple_of(4)
        && blocks.iter().all(|block| block.iter().fold(true, |all, byte| all & in_alphabet(*byte)))
        && rest.iter().all(|byte| in_alphabet(*byte))
}

const fn in_alphabet(byte: u8) -> bool {
    (byte | 0x20).wrapping_sub(b'a') < 26 || byte.wrapping_sub(b'0') < 10 || byte == b'+' || byte == b'/'
}

/// The six bits that a character of the alphabet stands for.
const fn digit(byte: u8) -> Option<u8> {
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
    fn a_text_is_canonical_exactly_when_the_library_decodes_it() {
        let alphabet = b"AQgwxz059+/=\n -_";
        for length in 0..=5_u32 {
            for number in 0..16_usize.pow(length) {
                let text: Vec<u8> = (0..length).map(|place| alphabet[number >> (4 * place) & 15]).collect();
                assert_eq!(is_canonical(&text), STANDARD.decode(&text).is_ok(), "{text:?}");
            }
        }
    }

    #[test]
    fn bytes_are_appended_whatever_the_last_group_holds() {
        for before in 0..8 {
            for after in 0..8 {
                let bytes: Vec<u8> = (0..before + after).collect();
                let (first, rest) = bytes.split_at(before.into());
                let mut joined: Base64 = Base64::encode(first);
                joined.append(rest);
                assert_eq!(joined, Base64::encode(&bytes));
            }
        }
    }

    #[test]
    fn one_wrong_character_is_found_wherever_it_stands() {
        let long = STANDARD.encode((0..=255).collect::<Vec<u8>>());
        assert!(is_canonical(long.as_bytes()));
        assert!((0..long.len()).all(|at| !is_canonical([&long[..at], "!", &long[at + 1..]].concat().as_bytes())));
    }
}
