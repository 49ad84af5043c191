//! What a conversion's outcome has verbatim from its source: recorded, not copied.
//!
//! To the npm package a JSON text comes as a string of JavaScript, and goes as one. Nearly all of the outcome stands in the source
//! already, where JavaScript can cut it out; to decode it anew would take longer than the conversion. Only inside of `with` anything is
//! recorded, and only with the feature `__references`.

#[cfg(feature = "__references")]
mod recorder;

#[cfg(feature = "__references")]
pub use recorder::{Piece, in_utf16, with};

/// Shorter tokens are copied: to cut them out takes longer.
#[cfg(feature = "__references")]
const LONG: usize = 128;

/// Writes the outcome: of it pieces may be missing, not of what is written on the way to it.
pub(crate) fn outcome(write: impl FnOnce() -> String) -> String {
    #[cfg(feature = "__references")]
    return recorder::outcome(write);
    #[cfg(not(feature = "__references"))]
    write()
}

/// Appends a text, or records it.
#[inline]
pub(super) fn push(text: &str, out: &mut String) {
    #[cfg(feature = "__references")]
    if text.len() >= LONG && recorder::record(text, out.len()) {
        return;
    }
    out.push_str(text);
}
