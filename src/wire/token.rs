//! Tokens and checked texts: what they stand for, and where in them something stands.

use std::borrow::Cow;
use std::collections::HashSet;

use super::scan;
use crate::error::push_step;

/// How many names are compared with one another before an index is made of them.
pub(crate) const FEW_NAMES: usize = 12;

/// The second of two equal names in an object. Names are compared as they are written unless one has escapes.
pub(crate) fn first_repeated<'s>(names: &[&'s str], escaped: bool) -> Option<&'s str> {
    let escaped = escaped && names.iter().any(|name| name.contains('\\'));
    if names.len() <= FEW_NAMES && !escaped {
        let mut before = names;
        while let Some((name, rest)) = before.split_last() {
            if rest.contains(name) {
                return Some(name);
            }
            before = rest;
        }
        return None;
    }
    let mut seen = HashSet::with_capacity(names.len());
    names.iter().copied().find(|name| !seen.insert(decoded(name, escaped)))
}

/// The string that a token stands for, if it is known whether it has escapes.
#[inline]
pub(crate) fn decoded(token: &str, escaped: bool) -> Cow<'_, str> {
    if escaped { unescape(token) } else { Cow::Borrowed(token) }
}

/// The string that a token stands for. The token has been checked.
pub(crate) fn unescape(token: &str) -> Cow<'_, str> {
    let Some(first) = token.find('\\') else {
        return Cow::Borrowed(token);
    };
    let (plain, mut rest) = token.split_at(first);
    let mut text = String::with_capacity(token.len());
    text.push_str(plain);
    let mut high = None;
    while let Some(escape) = rest.strip_prefix('\\') {
        let mut chars = escape.chars();
        match chars.next() {
            Some('u') => {
                let unit = escape.get(1..5).and_then(|digits| u16::from_str_radix(digits, 16).ok()).unwrap_or_default();
                chars = escape.get(5..).unwrap_or_default().chars();
                match (high.take(), unit) {
                    (None, 0xD800..0xDC00) => high = Some(unit),
                    (None, unit) => text.extend(char::from_u32(unit.into())),
                    (Some(high), low) => text.extend(char::decode_utf16([high, low]).flatten()),
                }
            }
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some(itself) => text.push(itself),
            None => {}
        }
        rest = chars.as_str();
        let (plain, behind) = rest.split_at(rest.find('\\').unwrap_or(rest.len()));
        text.push_str(plain);
        rest = behind;
    }
    Cow::Owned(text)
}

/// Appends a checked JSON text without the white space between its tokens.
pub(crate) fn compact(text: &str, out: &mut String) {
    let bytes = text.as_bytes();
    let (mut copied, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = scan::string(bytes, at + 1).map_or(bytes.len(), |(end, _)| end + 1),
            b' ' | b'\n' | b'\r' | b'\t' => {
                out.push_str(text.get(copied..at).unwrap_or_default());
                at = scan::white_space(bytes, at);
                copied = at;
            }
            _ => at += 1,
        }
    }
    out.push_str(text.get(copied..).unwrap_or_default());
}

/// The JSON pointer of what stands at an offset of a text that is well-formed up to there.
#[cold]
pub(super) fn pointer(text: &str, offset: usize) -> String {
    enum Step<'s> {
        Index(usize),
        Name(Option<&'s str>),
    }
    let bytes = text.as_bytes();
    let mut steps = Vec::new();
    let mut at = 0;
    while at < offset {
        let Some(byte) = bytes.get(at) else { break };
        match (byte, steps.last_mut()) {
            (b'{', _) => steps.push(Step::Name(None)),
            (b'[', _) => steps.push(Step::Index(0)),
            (b'}' | b']', _) => drop(steps.pop()),
            (b',', Some(Step::Index(index))) => *index += 1,
            (b',', Some(Step::Name(name))) => *name = None,
            (b'"', step) => {
                let start = at + 1;
                // A broken token is the last one; a broken name names nothing.
                let Ok((end, _)) = scan::string(bytes, start) else { break };
                at = end;
                if let Some(Step::Name(name @ None)) = step {
                    *name = text.get(start..end);
                }
            }
            _ => {}
        }
        at += 1;
    }
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Index(index) => push_step(&mut path, &index.to_string()),
            Step::Name(Some(name)) => push_step(&mut path, &unescape(name)),
            Step::Name(None) => {}
        }
    }
    path
}
