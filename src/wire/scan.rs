//! Scanning JSON tokens: pure functions from bytes and an offset to an offset.
//!
//! The hot loop looks at eight bytes at a time, or sixteen. All input has been checked to be UTF-8 before.

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The input ends inside the token.
    End,
    /// A byte that cannot stand there.
    Byte(usize),
    /// An escape sequence that does not exist.
    Escape(usize),
    /// Half of a surrogate pair without the other.
    Surrogate(usize),
}

/// The first offset, from `at` on, that holds no white space.
pub(super) fn white_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// Several bytes looked at as one word.
#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
mod word {
    pub(super) const BYTES: usize = 8;
    pub(super) const BITS_A_BYTE: usize = 8;

    /// Every byte of a word set to `byte`.
    const fn all(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }

    /// The high bit of each byte that is a quotation mark, a backslash or a control character. Above the first such byte other
    /// bytes may be marked too, because a subtraction borrows from the byte above.
    #[inline]
    pub(super) fn specials(word: [u8; BYTES]) -> u64 {
        let word = u64::from_le_bytes(word);
        let (quotes, backslashes) = (word ^ all(b'"'), word ^ all(b'\\'));
        (word.wrapping_sub(all(0x20)) & !word
            | quotes.wrapping_sub(all(1)) & !quotes
            | backslashes.wrapping_sub(all(1)) & !backslashes)
            & all(0x80)
    }
}

/// The same with the vector instructions of wasm, which is always compiled for one machine.
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
mod word {
    use std::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128_or};

    pub(super) const BYTES: usize = 16;
    pub(super) const BITS_A_BYTE: usize = 1;

    /// A bit for each byte that is a quotation mark, a backslash or a control character.
    #[inline]
    pub(super) fn specials(word: [u8; BYTES]) -> u64 {
        let word = u128::from_le_bytes(word);
        #[allow(clippy::cast_possible_truncation, reason = "the lower half, and the upper one")]
        let word = u64x2(word as u64, (word >> 64) as u64);
        let quotes_and_backslashes = v128_or(u8x16_eq(word, u8x16_splat(b'"')), u8x16_eq(word, u8x16_splat(b'\\')));
        u64::from(u8x16_bitmask(v128_or(quotes_and_backslashes, u8x16_lt(word, u8x16_splat(0x20)))))
    }
}

use word::{BITS_A_BYTE, BYTES, specials};

/// The first offset, from `at` on in steps of a block, whose block has a special byte or is not whole.
fn plain_blocks(bytes: &[u8], mut at: usize) -> usize {
    // Without exits inside a block, so that it compiles to vector instructions.
    let is_plain = |block: &[u8; 32]| !block.iter().fold(false, |any, byte| any | is_special(*byte));
    while bytes.get(at..).and_then(<[u8]>::first_chunk).is_some_and(is_plain) {
        at += 32;
    }
    at
}

/// Whether a byte ends or interrupts the plain part of a string.
const fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// The first offset, from `at` on, of a special byte; the end if there is none.
pub(super) fn special(bytes: &[u8], at: usize) -> usize {
    let start = plain_blocks(bytes, at);
    let rest = bytes.get(start..).unwrap_or_default();
    rest.iter().position(|byte| is_special(*byte)).map_or(bytes.len(), |place| start + place)
}

/// A string token: its closing quotation mark, and whether it has escapes. `at` is behind the opening one.
#[inline]
pub(crate) fn string(bytes: &[u8], at: usize) -> Result<(usize, bool), Fault> {
    // Names are short and plain, for the most part.
    let mut start = at;
    while start <= at + BYTES
        && let Some(word) = bytes.get(start..).and_then(<[u8]>::first_chunk)
    {
        let found = specials(*word);
        if found != 0 {
            let place = start + found.trailing_zeros() as usize / BITS_A_BYTE;
            if bytes.get(place) == Some(&b'"') {
                return Ok((place, false));
            }
            break;
        }
        start += BYTES;
    }
    any_string(bytes, start)
}

/// The same, however long it is and whatever stands in it.
fn any_string(bytes: &[u8], mut at: usize) -> Result<(usize, bool), Fault> {
    /// How many words are looked at between two tries of whole blocks.
    const WORDS: usize = 16;
    let mut escaped = false;
    'words: loop {
        for _ in 0..WORDS {
            let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) else { break 'words };
            let mut found = specials(*word);
            while found != 0 {
                let place = at + found.trailing_zeros() as usize / BITS_A_BYTE;
                match bytes.get(place) {
                    Some(b'"') => return Ok((place, escaped)),
                    Some(b'\\') => {
                        escaped = true;
                        let end = escape(bytes, place)?;
                        if end >= at + BYTES {
                            at = end;
                            continue 'words;
                        }
                        // What the escape has taken is not special.
                        found &= u64::MAX << (BITS_A_BYTE * (end - at));
                    }
                    Some(0..0x20) => return Err(Fault::Byte(place)),
                    _ => found &= found - 1,
                }
            }
            at += BYTES;
        }
        at = plain_blocks(bytes, at);
    }
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok((at, escaped)),
            Some(b'\\') => {
                escaped = true;
                at = escape(bytes, at)?;
            }
            Some(0..0x20) => return Err(Fault::Byte(at)),
            Some(_) => at += 1,
            None => return Err(Fault::End),
        }
    }
}

/// An escape sequence that begins at `at`: the offset behind it.
#[inline]
pub(super) fn escape(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        _ => long_escape(bytes, at),
    }
}

/// The same for all but the short ones.
#[cold]
fn long_escape(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    match bytes.get(at + 1) {
        Some(b'u') => match unit(bytes, at)? {
            0xD800..0xDC00 => match (bytes.get(at + 6), bytes.get(at + 7)) {
                (Some(b'\\'), Some(b'u')) if (0xDC00..0xE000).contains(&unit(bytes, at + 6)?) => Ok(at + 12),
                _ => Err(Fault::Surrogate(at)),
            },
            0xDC00..0xE000 => Err(Fault::Surrogate(at)),
            _ => Ok(at + 6),
        },
        Some(_) => Err(Fault::Escape(at)),
        None => Err(Fault::End),
    }
}

/// The UTF-16 unit of a `\uXXXX` escape that begins at `at`.
fn unit(bytes: &[u8], at: usize) -> Result<u32, Fault> {
    let digits = bytes.get(at + 2..at + 6).ok_or(Fault::End)?;
    digits.iter().try_fold(0, |unit, digit| {
        char::from(*digit).to_digit(16).map(|value| unit * 16 + value).ok_or(Fault::Escape(at))
    })
}

/// A number token that begins at `at`: the offset behind it, and whether it is written as an integer.
pub(super) fn number(bytes: &[u8], mut at: usize) -> Result<(usize, bool), Fault> {
    if bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    at = match bytes.get(at) {
        Some(b'0') => at + 1,
        _ => digits(bytes, at)?,
    };
    let mut integer = true;
    if bytes.get(at) == Some(&b'.') {
        integer = false;
        at = digits(bytes, at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        integer = false;
        at += 1;
        if let Some(b'+' | b'-') = bytes.get(at) {
            at += 1;
        }
        at = digits(bytes, at)?;
    }
    Ok((at, integer))
}

/// One or more digits.
fn digits(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    let mut end = at;
    while let Some(b'0'..=b'9') = bytes.get(end) {
        end += 1;
    }
    match end > at {
        true => Ok(end),
        false if end < bytes.len() => Err(Fault::Byte(end)),
        false => Err(Fault::End),
    }
}

/// A literal (`true`, `false`, `null`) that must stand at `at`: the offset behind it.
pub(super) fn literal(bytes: &[u8], at: usize, literal: &str) -> Result<usize, Fault> {
    if bytes.get(at..at + literal.len()) == Some(literal.as_bytes()) {
        Ok(at + literal.len())
    } else {
        Err(Fault::Byte(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_where_it_ends_whatever_stands_in_it() {
        for byte in 0..=u8::MAX {
            for place in 0..40 {
                let mut bytes = [b'a'; 48];
                // Those after a special byte are the ones that may be taken for special.
                bytes[place + 1..place + 4].copy_from_slice(b"#] ");
                bytes[place] = byte;
                bytes[46] = b'"';
                for from in 0..=place {
                    let expected = match byte {
                        b'"' => Ok((place, false)),
                        b'\\' => Err(Fault::Escape(place)),
                        0..0x20 => Err(Fault::Byte(place)),
                        _ => Ok((46, false)),
                    };
                    assert_eq!(string(&bytes, from), expected, "{byte} at {place} from {from}");
                }
            }
        }
    }

    #[test]
    fn escapes_are_passed_over_wherever_they_stand() {
        for escape in [r"\\", r#"\""#, r"\n", r"\u00e9", r"\ud83d\ude00"] {
            for before in 0..20 {
                for between in 0..10 {
                    let text = format!("{}{escape}{}{escape}#\"", "a".repeat(before), "b".repeat(between));
                    assert_eq!(string(text.as_bytes(), 0), Ok((text.len() - 1, true)), "{text}");
                }
            }
        }
    }
}
