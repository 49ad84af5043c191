//! Watching a reader: what it checks, somebody else may want to list.

use super::Kind;
use super::token::first_repeated;

/// Who is told of all that a reader passes over, in the order of the text. Places are offsets in the text.
pub(crate) trait Watch<'s> {
    /// The token of the name that the next value has, and whether it has escapes.
    fn name(&mut self, token: &'s str, escaped: bool);

    /// A value begins, with this much white space before it since the text began.
    fn begin(&mut self, kind: Kind, at: usize, white: usize);

    /// The value that began last, and has not ended yet, ends.
    fn end(&mut self, at: usize, white: usize);

    /// The second of two equal names of an object that is about to end.
    fn repeated(&mut self, names: &[&'s str], escaped: bool) -> Option<&'s str> {
        first_repeated(names, escaped)
    }
}

/// Nobody.
impl Watch<'_> for () {
    fn name(&mut self, _: &str, _: bool) {}
    fn begin(&mut self, _: Kind, _: usize, _: usize) {}
    fn end(&mut self, _: usize, _: usize) {}
}
