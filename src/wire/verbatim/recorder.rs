//! Which pieces are missing in an outcome.

use std::cell::RefCell;
use std::ops::Range;

use crate::wire::scan::utf16_len;

/// A part of the outcome that was left out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// How much of the outcome is written before it.
    pub at: usize,
    /// Where it stands in the source.
    pub source: Range<usize>,
}

struct Recorder {
    addresses: Range<usize>,
    /// Whether what is being written is the outcome, and not something on the way to it.
    is_outcome: bool,
    pieces: Vec<Piece>,
}

thread_local! {
    static CURRENT: RefCell<Option<Recorder>> = const { RefCell::new(None) };
}

/// Converts a source, and tells what must be put into the outcome, in its order. All offsets are in bytes.
pub fn with<T>(source: &[u8], convert: impl FnOnce() -> T) -> (T, Vec<Piece>) {
    let start = source.as_ptr().addr();
    let recorder = Recorder { addresses: start..start + source.len(), is_outcome: false, pieces: Vec::new() };
    let _restore = Restore(CURRENT.replace(Some(recorder)));
    let converted = convert();
    let pieces = CURRENT.take().map(|recorder| recorder.pieces);
    (converted, pieces.unwrap_or_default())
}

/// Puts back what was current, also when a panic unwinds.
struct Restore(Option<Recorder>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

/// Writes the outcome.
pub(super) fn outcome<T>(write: impl FnOnce() -> T) -> T {
    set_outcome(true);
    let written = write();
    set_outcome(false);
    written
}

fn set_outcome(is_outcome: bool) {
    CURRENT.with_borrow_mut(|current| {
        if let Some(recorder) = current {
            recorder.is_outcome = is_outcome;
        }
    });
}

/// Records a text that is missing at a place of the outcome, if it stands in the source.
pub(super) fn record(text: &str, at: usize) -> bool {
    CURRENT.with_borrow_mut(|current| {
        let Some(recorder) = current.as_mut().filter(|recorder| recorder.is_outcome) else { return false };
        let Range { start, end } = recorder.addresses;
        let from = text.as_ptr().addr();
        let is_inside = from >= start && from + text.len() <= end;
        if is_inside {
            recorder.pieces.push(Piece { at, source: from - start..from - start + text.len() });
        }
        is_inside
    })
}

/// The same pieces with their offsets in units of UTF-16, which are those of JavaScript.
#[must_use]
pub fn in_utf16(mut pieces: Vec<Piece>, source: &[u8], outcome: &str) -> Vec<Piece> {
    let mut written = Cursor::new(outcome.as_bytes());
    for piece in &mut pieces {
        piece.at = written.units_before(piece.at);
    }
    // Most are in order already: not those that the target has elsewhere.
    let mut in_order: Vec<&mut Piece> = pieces.iter_mut().collect();
    in_order.sort_by_key(|piece| piece.source.start);
    let mut read = Cursor::new(source);
    for piece in in_order {
        piece.source = read.units_before(piece.source.start)..read.units_before(piece.source.end);
    }
    pieces
}

/// A place in a text that moves a little way from one offset to the next.
struct Cursor<'t> {
    text: &'t [u8],
    bytes: usize,
    units: usize,
}

impl<'t> Cursor<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self { text, bytes: 0, units: 0 }
    }

    fn units_before(&mut self, offset: usize) -> usize {
        let between = |from, to| self.text.get(from..to).map_or(0, utf16_len);
        if offset >= self.bytes {
            self.units += between(self.bytes, offset);
        } else {
            self.units -= between(offset, self.bytes);
        }
        self.bytes = offset;
        self.units
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LONG, push};
    use super::*;

    fn utf16(pieces: Vec<Piece>, source: &str, outcome: &str) -> String {
        let (source16, outcome16): (Vec<u16>, Vec<u16>) =
            (source.encode_utf16().collect(), outcome.encode_utf16().collect());
        let (mut joined, mut at) = (Vec::new(), 0);
        for piece in in_utf16(pieces, source.as_bytes(), outcome) {
            joined.extend_from_slice(&outcome16[at..piece.at]);
            joined.extend_from_slice(&source16[piece.source]);
            at = piece.at;
        }
        joined.extend_from_slice(&outcome16[at..]);
        String::from_utf16(&joined).unwrap()
    }

    #[test]
    fn an_outcome_is_the_same_with_and_without_pieces() {
        for filling in ["a", "é", "→", "😀", "a😀→é"] {
            let source = format!("é😀{0}|→{0}|{0}", filling.repeat(LONG));
            let parts: Vec<&str> = source.split('|').collect();
            for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 1, 1], [2, 0, 0]] {
                let write = || {
                    let mut out = String::new();
                    for index in order {
                        out.push_str("ü😀\"");
                        push(parts[index], &mut out);
                        out.push('"');
                    }
                    out
                };
                let (text, pieces) = with(source.as_bytes(), || outcome(write));
                assert_eq!(pieces.len(), 3);
                assert!(text.len() < 3 * LONG);
                assert_eq!(utf16(pieces, &source, &text), write());
            }
        }
    }

    #[test]
    fn a_panic_leaves_nothing_that_records() {
        let source = "a".repeat(LONG);
        let panic = std::panic::catch_unwind(|| with(source.as_bytes(), || outcome(|| panic!("on purpose"))));
        assert!(panic.is_err());
        assert!(!record(&source, 0));
    }

    #[test]
    fn what_is_short_or_elsewhere_or_on_the_way_is_copied() {
        let source = "a".repeat(2 * LONG);
        let write = |text: &str| {
            let mut out = String::new();
            push(text, &mut out);
            out
        };
        let short = &source[1..LONG];
        for (text, is_outcome) in [(short, true), (&source.clone(), true), (&source, false)] {
            let convert = || if is_outcome { outcome(|| write(text)) } else { write(text) };
            assert_eq!(with(source.as_bytes(), convert), (text.to_owned(), Vec::new()));
        }
    }
}
