//! A JSON text as a flat list of its values, in the order of the text.
//!
//! The list replaces a tree: a value's subtree is the values behind it up to its `next`, so that counting, skipping and
//! copying a subtree take no recursion, and dropping a document takes none either.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use super::keyword::Keyword;
use crate::error::push_step;
use crate::wire::{Kind, scan, unescape};
use crate::{Error, ErrorKind};

/// The place of a value in the list.
pub(super) type Place = u32;

/// How many values of an array or object are looked through one by one before an index is made of them.
const FEW: usize = 16;

/// One value.
#[derive(Clone, Copy)]
struct Value {
    /// Where its token begins and ends.
    start: u32,
    end: u32,
    /// What holds it; the document for itself.
    parent: Place,
    /// The value behind its subtree.
    next: Place,
    /// As a member: where its name begins and ends, without quotation marks. As an element: its index, and 0.
    label: (u32, u32),
    /// How many levels of arrays and objects it nests.
    levels: u32,
    kind: Kind,
    /// As a member: the keyword that its name is.
    keyword: Keyword,
}

const NOTHING: Value = Value {
    start: 0,
    end: 0,
    parent: DOCUMENT,
    next: 0,
    label: (0, 0),
    levels: 0,
    kind: Kind::Null,
    keyword: Keyword::Unknown,
};

/// A compact JSON text and its values. The first is the document.
pub(super) struct Document<'s> {
    text: &'s str,
    values: Vec<Value>,
    /// Whether a name or string may have escapes.
    escaped: bool,
    /// Whether any object but the document itself has a member that names schemas, or looks like one.
    pub(super) names_schemas: bool,
    /// The steps into the arrays and objects that have many values and were asked for one.
    steps: RefCell<HashMap<Place, HashMap<Cow<'s, str>, Place>>>,
}

/// The document's own place.
pub(super) const DOCUMENT: Place = 0;

impl<'s> Document<'s> {
    /// Lists the values of a compact JSON text that has been checked.
    pub(super) fn new(text: &'s str) -> Result<Self, Error> {
        if u32::try_from(text.len()).is_err() {
            return Err(Error::new(ErrorKind::TooLarge, "", "a schema of 4 GiB or more"));
        }
        let escaped = text.contains('\\');
        let mut list = List { text, values: Vec::new(), open: Vec::new(), escaped, names_schemas: false };
        list.fill();
        let List { values, names_schemas, .. } = list;
        Ok(Self { text, values, escaped, names_schemas, steps: RefCell::default() })
    }

    /// Gives the room back that looking for steps has taken.
    pub(super) fn forget_steps(&self) {
        self.steps.take();
    }

    fn value(&self, place: Place) -> &Value {
        self.values.get(place as usize).unwrap_or(&NOTHING)
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The text between two offsets.
    fn slice(&self, start: u32, end: u32) -> &'s str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The value's JSON text.
    pub(super) fn token(&self, place: Place) -> &'s str {
        let Value { start, end, .. } = self.value(place);
        self.slice(*start, *end)
    }

    pub(super) fn kind(&self, place: Place) -> Kind {
        self.value(place).kind
    }

    /// The keyword that the value's name is.
    pub(super) fn keyword(&self, place: Place) -> Keyword {
        self.value(place).keyword
    }

    /// What a token without its quotation marks stands for.
    fn decoded(&self, token: &'s str) -> Cow<'s, str> {
        if self.escaped { unescape(token) } else { Cow::Borrowed(token) }
    }

    /// The string, if it is one.
    pub(super) fn string(&self, place: Place) -> Option<Cow<'s, str>> {
        let inside = self.token(place).strip_prefix('"')?.strip_suffix('"')?;
        Some(self.decoded(inside))
    }

    /// The token of the name that the value has as a member, without its quotation marks.
    pub(super) fn name_token(&self, place: Place) -> &'s str {
        let (start, end) = self.value(place).label;
        self.slice(start, end)
    }

    /// The name that the value has as a member.
    pub(super) fn name(&self, place: Place) -> Cow<'s, str> {
        self.decoded(self.name_token(place))
    }

    pub(super) fn parent(&self, place: Place) -> Option<Place> {
        (place != DOCUMENT).then(|| self.value(place).parent)
    }

    /// How many values the subtree has, itself included.
    pub(super) fn count(&self, place: Place) -> u32 {
        self.value(place).next.saturating_sub(place)
    }

    pub(super) fn levels(&self, place: Place) -> u32 {
        self.value(place).levels
    }

    /// The elements or members of a value, in their order.
    pub(super) fn children(&self, place: Place) -> impl Iterator<Item = Place> {
        let end = self.value(place).next;
        let first = Some(place + 1).filter(|first| *first < end);
        std::iter::successors(first, move |child| Some(self.value(*child).next).filter(|next| *next < end))
    }

    /// The member of this name, or the element of this index.
    pub(super) fn child(&self, holder: Place, step: &str) -> Option<Place> {
        let mut indexes = self.steps.borrow_mut();
        if let Some(index) = indexes.get(&holder) {
            return index.get(step).copied();
        }
        if self.children(holder).nth(FEW).is_none() {
            return self.children(holder).find(|child| self.step(*child) == step);
        }
        let mut index = HashMap::with_capacity(self.children(holder).count());
        index.extend(self.children(holder).map(|child| (self.step(child), child)));
        let child = index.get(step).copied();
        indexes.insert(holder, index);
        child
    }

    /// The step from what holds the value to the value.
    pub(super) fn step(&self, place: Place) -> Cow<'s, str> {
        match self.value(place).label {
            (index, 0) => index.to_string().into(),
            (start, end) => self.decoded(self.slice(start, end)),
        }
    }

    /// The values on the way from one that holds it down to the value, the latter included.
    pub(super) fn way(&self, from: Place, to: Place) -> Vec<Place> {
        let mut way: Vec<Place> =
            std::iter::successors(Some(to), |place| self.parent(*place)).take_while(|place| *place != from).collect();
        way.reverse();
        way
    }

    /// The JSON pointer of a value.
    pub(super) fn pointer(&self, place: Place) -> String {
        let mut pointer = String::new();
        for place in self.way(DOCUMENT, place) {
            push_step(&mut pointer, &self.step(place));
        }
        pointer
    }

    /// How long the JSON pointer of a value is, at least.
    pub(super) fn pointer_length(&self, place: Place) -> usize {
        let length = |place: Place| 1 + self.name_token(place).len();
        std::iter::successors(Some(place), |place| self.parent(*place)).map(length).sum()
    }
}

/// A list of values that is being filled.
struct List<'s> {
    text: &'s str,
    values: Vec<Value>,
    /// The arrays and objects that are open, outermost first, with the number of their elements so far.
    open: Vec<(Place, u32)>,
    escaped: bool,
    names_schemas: bool,
}

#[expect(clippy::cast_possible_truncation, reason = "the text is shorter than 4 GiB")]
impl List<'_> {
    fn fill(&mut self) {
        let bytes = self.text.as_bytes();
        let (mut at, mut name) = (0, None);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'{' | b'[' => {
                    let place = self.push(at, at, name.take());
                    self.open.push((place, 0));
                    at += 1;
                }
                b'}' | b']' => {
                    at += 1;
                    self.close(at);
                }
                b',' => at += 1,
                b'"' => {
                    let end = scan::string(bytes, at + 1).map_or(bytes.len(), |(end, _)| end);
                    if bytes.get(end + 1) == Some(&b':') {
                        name = Some((at as u32 + 1, end as u32));
                        at = end + 2;
                    } else {
                        self.push(at, end + 1, name.take());
                        at = end + 1;
                    }
                }
                _ => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    let length = rest.iter().position(|byte| b",]}".contains(byte)).unwrap_or(rest.len());
                    self.push(at, at + length, name.take());
                    at += length;
                }
            }
        }
    }

    fn push(&mut self, start: usize, end: usize, name: Option<(u32, u32)>) -> Place {
        let place = self.values.len() as Place;
        let (parent, index) = match self.open.last_mut() {
            None => (DOCUMENT, 0),
            Some((parent, count)) => {
                *count += 1;
                (*parent, *count - 1)
            }
        };
        let name_of = |(start, end): (u32, u32)| self.text.get(start as usize..end as usize).unwrap_or_default();
        let keyword = match name.map(name_of) {
            None => Keyword::Unknown,
            Some(token) if self.escaped => Keyword::named(&unescape(token)),
            Some(token) => Keyword::named(token),
        };
        self.names_schemas |= parent != DOCUMENT && keyword.names_schemas();
        let kind = self.text.as_bytes().get(start).and_then(|byte| Kind::of_byte(*byte)).unwrap_or(Kind::Null);
        let (start, end, label) = (start as u32, end as u32, name.unwrap_or((index, 0)));
        self.values.push(Value { start, end, parent, next: place + 1, label, levels: 0, kind, keyword });
        place
    }

    fn close(&mut self, end: usize) {
        let next = self.values.len() as Place;
        let Some((place, _)) = self.open.pop() else { return };
        let Some(value) = self.values.get_mut(place as usize) else { return };
        (value.end, value.next) = (end as u32, next);
        value.levels += 1;
        let levels = value.levels;
        if let Some(parent) = self.open.last().and_then(|(parent, _)| self.values.get_mut(*parent as usize)) {
            parent.levels = parent.levels.max(levels);
        }
    }
}
