//! Lists the values of a text while the strict reader checks it.

use std::cell::RefCell;
use std::collections::HashMap;

use memchr::memchr;

use super::{DOCUMENT, Document, NOTHING, Place, Value};
use crate::schema::keyword::Keyword;
use crate::wire::{Borrow, FEW_NAMES, Kind, Raw, Reader, Watch, decoded, first_repeated, unescape};
use crate::{Error, ErrorKind};

impl<'s> Document<'s> {
    /// Checks a JSON text that nests at most `max_depth` levels deep, and lists its values.
    pub(in crate::schema) fn read(text: &'s str, max_depth: usize) -> Result<Self, Error> {
        if u32::try_from(text.len()).is_err() {
            return Err(Error::new(ErrorKind::TooLarge, "", "a schema of 4 GiB or more"));
        }
        let escaped = memchr(b'\\', text.as_bytes()).is_some();
        // Schemas have fewer values, for the most part; room that is not needed is never touched.
        let values = Vec::with_capacity(text.len() / 12);
        let document = Self { text, values, escaped, names_schemas: false, steps: RefCell::default() };
        let mut reading = Reading { document, current: DOCUMENT, name: None, keyword: Keyword::Unknown };
        Reader::<Raw>::new::<Borrow>(text).within(max_depth).watched(&mut reading)?;
        Ok(reading.document)
    }
}

/// A document that is being read.
struct Reading<'s> {
    document: Document<'s>,
    /// The value that began last and has not ended yet.
    current: Place,
    /// The name of the value that comes next, as a label.
    name: Option<(u32, u32)>,
    keyword: Keyword,
}

#[expect(clippy::cast_possible_truncation, reason = "the text is shorter than 4 GiB")]
impl Reading<'_> {
    fn end_of_list(&self) -> Place {
        self.document.values.len() as Place
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the text is shorter than 4 GiB")]
impl<'s> Watch<'s> for Reading<'s> {
    fn name(&mut self, token: &'s str, escaped: bool) {
        let start = token.as_ptr() as usize - self.document.text.as_ptr() as usize;
        self.name = Some((start as u32, (start + token.len()) as u32));
        self.keyword = if escaped { Keyword::named(&unescape(token)) } else { Keyword::named(token) };
    }

    fn begin(&mut self, kind: Kind, at: usize, white: usize) {
        let (place, parent) = (self.end_of_list(), self.current);
        let name = self.name.take();
        let keyword = if name.is_some() { self.keyword } else { Keyword::Unknown };
        self.document.names_schemas |= parent != DOCUMENT && keyword.names_schemas();
        let label = match self.document.values.get_mut(parent as usize) {
            Some(parent) => {
                parent.next += 1;
                name.unwrap_or((parent.next - 1, 0))
            }
            None => (0, 0),
        };
        let value = Value { start: at as u32, label, parent, bytes: white as u32, kind, keyword, ..NOTHING };
        self.document.values.push(value);
        self.current = place;
    }

    fn end(&mut self, at: usize, white: usize) {
        let next = self.end_of_list();
        let Some(value) = self.document.values.get_mut(self.current as usize) else { return };
        value.end = at as u32;
        value.bytes = value.end - value.start - (white as u32 - value.bytes);
        value.next = next;
        self.current = value.parent;
        if !matches!(value.kind, Kind::Array | Kind::Object) {
            return;
        }
        value.levels = value.levels.saturating_add(1);
        let levels = value.levels;
        if let Some(parent) = self.document.values.get_mut(self.current as usize) {
            parent.levels = parent.levels.max(levels);
        }
    }

    /// What finds equal names in a large object finds its members, too.
    fn repeated(&mut self, names: &[&'s str], escaped: bool) -> Option<&'s str> {
        if names.len() <= FEW_NAMES {
            return first_repeated(names, escaped);
        }
        let mut index = HashMap::with_capacity(names.len());
        let mut place = self.current + 1;
        for name in names {
            if index.insert(decoded(name, escaped), place).is_some() {
                return Some(name);
            }
            place = self.document.value(place).next;
        }
        self.document.steps.get_mut().insert(self.current, index);
        None
    }
}
