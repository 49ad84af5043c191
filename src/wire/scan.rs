//! Scanning JSON tokens: pure functions from bytes and an offset to an offset.
//!
//! Strings are most of a document: they are looked at in blocks of 64 bytes, with a bit for each byte in masks, like simdjson does
//! ("Parsing Gigabytes of JSON per Second", 3.1). All input has been checked to be UTF-8 before.

#![allow(
    clippy::inline_always,
    reason = "the loop over the blocks of a string calls nothing, also where small code is asked for"
)]

mod lane;

use lane::Lane;

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

const BLOCK: usize = 4 * Lane::BYTES;

/// The bytes that end or interrupt the plain part of a string.
#[inline(always)]
fn specials(lane: Lane) -> Lane {
    lane.is(b'"').or(lane.is(b'\\')).or(lane.is_control())
}

/// The letters of escape sequences of two bytes, aside from quotation marks and backslashes. A bit makes pairs of them one.
#[inline(always)]
fn short_escapes(lane: Lane) -> Lane {
    let (b_or_r, f_or_n) = (lane.with(0x10).is(b'r'), lane.with(0x08).is(b'n'));
    b_or_r.or(f_or_n).or(lane.is(b't')).or(lane.is(b'/'))
}

/// The lanes of a block. Not a loop, which small code would keep.
#[inline(always)]
fn lanes(block: &[u8; BLOCK]) -> [Lane; 4] {
    let [a, b, c, d]: [[u8; Lane::BYTES]; 4] = bytemuck::cast(*block);
    [Lane::of(a), Lane::of(b), Lane::of(c), Lane::of(d)]
}

/// The bytes of a block that are what `test` says, the first one as the lowest bit.
#[inline(always)]
fn mask([a, b, c, d]: [Lane; 4], test: impl Fn(Lane) -> Lane) -> u64 {
    test(a).mask() | test(b).mask() << 16 | test(c).mask() << 32 | test(d).mask() << 48
}

/// The first offset, from `at` on, of a special byte; the end if there is none.
pub(super) fn special(bytes: &[u8], mut at: usize) -> usize {
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let found = mask(lanes(block), specials);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += BLOCK;
    }
    let is_special = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\');
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(is_special).map_or(bytes.len(), |place| at + place)
}

/// How many units of UTF-16 a text has: one for every character, and another one for those of four bytes.
#[cfg(feature = "__references")]
pub(crate) fn utf16_len(text: &[u8]) -> usize {
    let (blocks, rest) = text.as_chunks();
    let in_blocks: u32 = blocks
        .iter()
        .map(|block| {
            let lanes = lanes(block);
            let behind_first = mask(lanes, |lane| lane.with(0x3F).is(0xBF));
            let first_of_four = mask(lanes, |lane| lane.with(0x0F).is(0xFF));
            behind_first.count_zeros() + first_of_four.count_ones()
        })
        .sum();
    let in_rest = rest.iter().map(|byte| usize::from(byte | 0x3F != 0xBF) + usize::from(byte | 0x0F == 0xFF));
    in_blocks as usize + in_rest.sum::<usize>()
}

/// A string token: its closing quotation mark, and whether it has escapes. `at` is behind the opening one.
#[inline]
pub(crate) fn string(bytes: &[u8], at: usize) -> Result<(usize, bool), Fault> {
    // Names are short and plain, for the most part.
    let mut start = at;
    while start < at + 3 * Lane::BYTES
        && let Some(chunk) = bytes.get(start..).and_then(<[u8]>::first_chunk)
    {
        let found = specials(Lane::of(*chunk)).mask();
        if found != 0 {
            let place = start + found.trailing_zeros() as usize;
            if bytes.get(place) == Some(&b'"') {
                return Ok((place, false));
            }
            break;
        }
        start += Lane::BYTES;
    }
    any_string(bytes, start)
}

/// The same, however long it is and whatever stands in it.
fn any_string(bytes: &[u8], mut at: usize) -> Result<(usize, bool), Fault> {
    let mut escaped = false;
    // Whether the block before ends in a backslash that escapes what comes next.
    let mut carry = 0;
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let lanes = lanes(block);
        let quotes = mask(lanes, |lane| lane.is(b'"'));
        let backslashes = mask(lanes, |lane| lane.is(b'\\'));
        let mut stops = quotes | mask(lanes, Lane::is_control);
        let mut taken = 0;
        if backslashes | carry != 0 {
            taken = escapees(backslashes, &mut carry);
            stops = stops & !taken | taken & !(quotes | backslashes | mask(lanes, short_escapes));
        }
        let first = stops & stops.wrapping_neg();
        escaped |= backslashes & first.wrapping_sub(1) != 0;
        if first == 0 {
            at += BLOCK;
            continue;
        }
        let place = at + first.trailing_zeros() as usize;
        if taken & first != 0 {
            at = escape(bytes, place - 1)?;
            carry = 0;
        } else if quotes & first != 0 {
            return Ok((place, escaped));
        } else {
            return Err(Fault::Byte(place));
        }
    }
    // What is left is no whole block.
    at -= usize::from(carry != 0);
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

/// The bytes of a block that backslashes escape: those behind runs of them which are odd. `carry` is whether the first byte is one
/// of them, and then whether the first of the next block is.
#[inline(always)]
fn escapees(backslashes: u64, carry: &mut u64) -> u64 {
    const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
    let starts = backslashes & !*carry;
    // Every other byte from the beginning of a run on, and the one behind it, if it is their turn.
    let alternate = ((starts << 1) | ODD).wrapping_sub(starts) ^ ODD;
    let escapees = alternate ^ (backslashes | *carry);
    *carry = (alternate & backslashes) >> 63;
    escapees
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

    /// What [`string`] must find, byte by byte.
    fn naive(bytes: &[u8], mut at: usize) -> Result<(usize, bool), Fault> {
        let mut escaped = false;
        loop {
            match bytes.get(at).ok_or(Fault::End)? {
                b'"' => return Ok((at, escaped)),
                b'\\' => {
                    escaped = true;
                    at = escape(bytes, at)?;
                }
                0..0x20 => return Err(Fault::Byte(at)),
                _ => at += 1,
            }
        }
    }

    #[test]
    fn a_string_ends_where_it_ends_whatever_stands_in_it() {
        for byte in 0..=u8::MAX {
            for place in 0..140 {
                let mut bytes = [b'a'; 160];
                bytes[place + 1..place + 4].copy_from_slice(b"#] ");
                bytes[place] = byte;
                bytes[158] = b'"';
                for from in [0, place / 2, place] {
                    let expected = match byte {
                        b'"' => Ok((place, false)),
                        b'\\' => Err(Fault::Escape(place)),
                        0..0x20 => Err(Fault::Byte(place)),
                        _ => Ok((158, false)),
                    };
                    assert_eq!(string(&bytes, from), expected, "{byte} at {place} from {from}");
                }
            }
        }
    }

    #[test]
    fn escapes_are_passed_over_wherever_they_stand() {
        for escape in [r"\\", r#"\""#, r"\/", r"\b", r"\f", r"\n", r"\r", r"\t", r"\u00e9", r"\ud83d\ude00"] {
            for before in 0..140 {
                for between in 0..10 {
                    let text = format!("{}{escape}{}{escape}#\"", "a".repeat(before), "b".repeat(between));
                    assert_eq!(string(text.as_bytes(), 0), Ok((text.len() - 1, true)), "{text}");
                }
            }
        }
    }

    #[test]
    fn what_stands_behind_a_run_of_backslashes_is_escaped_or_not() {
        for run in 0..70 {
            for before in 0..70 {
                for behind in [r#"""#, r#"a""#, "n\"", "\n\"", "u0041\"", "\u{e9}\"", ""] {
                    let text = format!(
                        "{}{}{behind}{}",
                        "a".repeat(before),
                        "\\".repeat(run),
                        "\"\\x\"".repeat(before % 3 * 20)
                    );
                    assert_eq!(string(text.as_bytes(), 0), naive(text.as_bytes(), 0), "{text}");
                }
            }
        }
    }

    #[test]
    fn any_mixture_is_scanned_as_it_is_byte_by_byte() {
        let pieces = [
            "\\",
            "\\\\",
            "\"",
            "\\\"",
            "\\n",
            "\\u00e9",
            "\\ud83d\\ude00",
            "\\ud83d",
            "\\u12",
            "\t",
            "é",
            "abc",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ];
        // The same ones every time, and rarely those that end a string.
        let mut state = 1_u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        for _ in 0..10_000 {
            let text: String = (0..next(60))
                .map(|_| match next(12) {
                    0 => pieces[next(pieces.len())],
                    _ => ["\\\\", "\\\"", "\\n", "ab", "é", "\\u00e9"][next(6)],
                })
                .collect();
            assert_eq!(string(text.as_bytes(), 0), naive(text.as_bytes(), 0), "{text}");
        }
    }

    #[cfg(feature = "__references")]
    #[test]
    fn units_of_utf16_are_counted_wherever_characters_stand() {
        for character in ["a", "\u{7f}", "é", "→", "\u{fffd}", "😀", "\u{10ffff}"] {
            for before in 0..140 {
                let text = format!("{}{}", "a".repeat(before), character.repeat(140));
                assert_eq!(utf16_len(text.as_bytes()), text.encode_utf16().count(), "{before} {character}");
            }
        }
    }

    #[test]
    fn special_bytes_are_found_wherever_they_stand() {
        for byte in [0, 0x1F, b'"', b'\\'] {
            for place in 0..140 {
                let mut bytes = [0xE9; 150];
                bytes[place] = byte;
                assert_eq!(special(&bytes, 0), place);
                assert_eq!(special(&bytes, place + 1), 150);
            }
        }
    }
}
