//! References: tokens that stand for values which are kept elsewhere.
//!
//! The npm package converts objects of JavaScript. It does not print them: it hands over a *skeleton*, the JSON of the object in which
//! references stand for long strings, bytes and tool inputs, and makes objects of the skeleton that comes back. Whatever no rule must
//! read stays where it is. Only inside of `with` do these tokens mean anything, and only with the feature `__references`.
//!
//! | in a skeleton | stands for |
//! |---|---|
//! | `"\x7f12"` | the string number 12 |
//! | `"\x7f!12"` | the base64 of the bytes number 12 |
//! | `"\x7f#12"`, where bytes belong, in what comes back | the bytes number 12, or those whose base64 the string number 12 is |
//! | `"\x7f=TQ=="`, where bytes belong, in what comes back | the bytes whose base64 this is |
//! | `{"\x7f":12}` | the object number 12 |
//! | `{"\x7f":12,"type":"object"}` | the same, whose `type` need not be asked for |
//! | `"\x7f\x7f…"`, also as a name | a string that begins with `\x7f` itself |

use std::borrow::Cow;
#[cfg(feature = "__references")]
use std::cell::Cell;

const MARK: char = '\x7f';
const OBJECT: &str = "{\"\x7f\":";
const TYPED: &str = ",\"type\":\"object\"}";

/// What references lead to.
#[derive(Clone, Copy, Debug)]
pub struct References {
    /// A string by its number, or the base64 of bytes.
    pub string: fn(u32) -> String,
    /// The skeleton of an object by its number.
    pub object: fn(u32) -> String,
    /// The JSON that a skeleton stands for.
    pub whole: fn(&str) -> String,
    /// The skeleton of a JSON text.
    pub skeleton: fn(&str) -> String,
}

#[cfg(feature = "__references")]
thread_local! {
    static CURRENT: Cell<Option<References>> = const { Cell::new(None) };
}

/// Converts with references, or without while another conversion that has some is under way.
#[cfg(feature = "__references")]
pub fn with<T>(references: Option<References>, convert: impl FnOnce() -> T) -> T {
    let _restore = Restore(CURRENT.replace(references));
    convert()
}

/// Puts back what was current, also when a panic unwinds.
#[cfg(feature = "__references")]
struct Restore(Option<References>);

#[cfg(feature = "__references")]
impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

fn current() -> Option<References> {
    #[cfg(feature = "__references")]
    return CURRENT.get();
    #[cfg(not(feature = "__references"))]
    None
}

/// Those that a text with a mark at its beginning may mean.
#[inline]
fn marked(text: &str) -> Option<References> {
    if text.starts_with(MARK) { current() } else { None }
}

/// The string of a token that has a mark, escapes aside.
#[inline]
pub(super) fn string(token: &str) -> Option<Cow<'_, str>> {
    let references = marked(token)?;
    let behind = token.get(1..).unwrap_or_default();
    Some(if behind.starts_with(MARK) { Cow::Borrowed(behind) } else { Cow::Owned((references.string)(number(behind))) })
}

/// The string that a token stands for.
#[inline]
pub(super) fn decoded(token: &str, escaped: bool) -> Cow<'_, str> {
    match string(token) {
        None => super::decoded(token, escaped),
        Some(Cow::Borrowed(itself)) => super::decoded(itself, escaped),
        Some(kept) => kept,
    }
}

/// The token of a string that is to be one itself, escapes aside.
#[inline]
pub(super) fn token(text: &str) -> Cow<'_, str> {
    if marked(text).is_some() { Cow::Owned(format!("{MARK}{text}")) } else { Cow::Borrowed(text) }
}

/// Whether a token stands for bytes.
#[inline]
pub(super) fn is_bytes(token: &str) -> bool {
    marked(token).is_some() && token.as_bytes().get(1) == Some(&b'!')
}

/// The token where bytes belong.
#[inline]
pub(super) fn bytes(token: &str) -> Option<String> {
    current()?;
    Some(match token.strip_prefix(MARK) {
        Some(reference) => format!("{MARK}#{}", reference.trim_start_matches('!')),
        None => format!("{MARK}={token}"),
    })
}

/// The text of an object that is referred to.
#[inline]
pub(super) fn object(token: &str) -> Option<String> {
    let reference = token.strip_prefix(OBJECT)?;
    let reference = reference.strip_suffix(TYPED).or_else(|| reference.strip_suffix('}'))?;
    current().map(|references| (references.object)(number(reference)))
}

/// Whether a token refers to an object and has its `type`.
#[inline]
pub(super) fn is_typed(token: &str) -> bool {
    token.starts_with(OBJECT) && token.ends_with(TYPED) && current().is_some()
}

/// The JSON of a compact text in which there may be references.
#[inline]
pub(super) fn whole(text: Cow<'_, str>) -> Cow<'_, str> {
    match current() {
        Some(references) if text.contains(MARK) => Cow::Owned((references.whole)(&text)),
        _ => text,
    }
}

/// The skeleton of a compact text without references.
#[inline]
pub(super) fn skeleton(text: String) -> String {
    match current() {
        Some(references) if text.contains(MARK) || text.contains("\\u007") => (references.skeleton)(&text),
        _ => text,
    }
}

/// Who keeps the values answers for a number that there is none of.
fn number(reference: &str) -> u32 {
    reference.trim_start_matches('!').parse().unwrap_or(u32::MAX)
}

#[cfg(all(test, feature = "__references"))]
mod tests {
    use super::*;

    #[test]
    fn a_panic_leaves_the_references_that_were_current_before() {
        let references = References {
            string: |_| "outer".to_owned(),
            object: |_| String::new(),
            whole: str::to_owned,
            skeleton: str::to_owned,
        };
        with(Some(references), || {
            let panic = std::panic::catch_unwind(|| with(None, || panic!("on purpose")));
            assert!(panic.is_err());
            assert_eq!(string("\x7f0").as_deref(), Some("outer"));
        });
        assert_eq!(string("\x7f0"), None);
    }
}
