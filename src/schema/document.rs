//! A JSON text as a flat list of its values, in the order of the text.
//!
//! The list replaces a tree: a value's subtree is the values behind it up to its `next`, so that counting, skipping and
//! copying a subtree take no recursion, and dropping a document takes none either.

mod reading;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use super::keyword::Keyword;
use crate::error::push_step;
use crate::wire::{FEW_NAMES, Kind, compact, decoded};

/// The place of a value in the list.
pub(super) type Place = u32;

/// One value.
#[derive(Clone, Copy)]
struct Value {
    /// Where its token begins and ends.
    start: u32,
    end: u32,
    /// What holds it; the document for itself.
    parent: Place,
    /// The value behind its subtree; how many values it has, while they are being read.
    next: Place,
    /// As a member: where its name begins and ends, without quotation marks. As an element: its index, and 0.
    label: (u32, u32),
    /// How long it is as compact JSON; how much white space stands before it, while it is being read.
    bytes: u32,
    /// How many levels of arrays and objects it nests; the largest number stands for all that are larger.
    levels: u16,
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
    bytes: 0,
    levels: 0,
    kind: Kind::Null,
    keyword: Keyword::Unknown,
};

/// A JSON text and its values. The first is the document.
pub(super) struct Document<'s> {
    text: &'s str,
    values: Vec<Value>,
    /// Whether a name or string may have escapes.
    escaped: bool,
    /// Whether any object but the document itself has a member that names schemas, or looks like one.
    pub(super) names_schemas: bool,
    /// The steps into large objects, and into large arrays that were asked for one.
    steps: RefCell<BTreeMap<Place, HashMap<Cow<'s, str>, Place>>>,
}

/// The document's own place.
pub(super) const DOCUMENT: Place = 0;

impl<'s> Document<'s> {
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

    /// The value's JSON text, as it stands in the document.
    pub(super) fn token(&self, place: Place) -> &'s str {
        let Value { start, end, .. } = self.value(place);
        self.slice(*start, *end)
    }

    /// Appends the value as compact JSON.
    pub(super) fn push(&self, place: Place, out: &mut String) {
        let token = self.token(place);
        if token.len() == self.bytes(place) as usize { out.push_str(token) } else { compact(token, out) }
    }

    /// How long the value is as compact JSON.
    pub(super) fn bytes(&self, place: Place) -> u32 {
        self.value(place).bytes
    }

    /// Whether two values are the same compact JSON.
    pub(super) fn are_alike(&self, one: Place, other: Place) -> bool {
        self.token(one) == self.token(other)
            || self.bytes(one) == self.bytes(other) && {
                let [one, other] = [one, other].map(|place| {
                    let mut text = String::new();
                    self.push(place, &mut text);
                    text
                });
                one == other
            }
    }

    pub(super) fn kind(&self, place: Place) -> Kind {
        self.value(place).kind
    }

    /// The keyword that the value's name is.
    pub(super) fn keyword(&self, place: Place) -> Keyword {
        self.value(place).keyword
    }

    /// The string, if it is one.
    pub(super) fn string(&self, place: Place) -> Option<Cow<'s, str>> {
        let inside = self.token(place).strip_prefix('"')?.strip_suffix('"')?;
        Some(decoded(inside, self.escaped))
    }

    /// The token of the name that the value has as a member, without its quotation marks.
    pub(super) fn name_token(&self, place: Place) -> &'s str {
        let (start, end) = self.value(place).label;
        self.slice(start, end)
    }

    /// The name that the value has as a member.
    pub(super) fn name(&self, place: Place) -> Cow<'s, str> {
        decoded(self.name_token(place), self.escaped)
    }

    pub(super) fn parent(&self, place: Place) -> Option<Place> {
        (place != DOCUMENT).then(|| self.value(place).parent)
    }

    /// How many values the subtree has, itself included.
    pub(super) fn count(&self, place: Place) -> u32 {
        self.value(place).next.saturating_sub(place)
    }

    pub(super) fn levels(&self, place: Place) -> u32 {
        match self.value(place).levels {
            u16::MAX => u32::MAX,
            levels => levels.into(),
        }
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
        let mut children = self.children(holder);
        let found = children.by_ref().take(FEW_NAMES).find(|child| self.has_step(*child, step));
        if found.is_some() || children.next().is_none() {
            return found;
        }
        let mut index = HashMap::with_capacity(self.children(holder).count());
        index.extend(self.children(holder).map(|child| (self.step(child), child)));
        let child = index.get(step).copied();
        indexes.insert(holder, index);
        child
    }

    fn has_step(&self, place: Place, step: &str) -> bool {
        match self.value(place).label {
            (index, 0) => itoa::Buffer::new().format(index) == step,
            (start, end) => decoded(self.slice(start, end), self.escaped) == step,
        }
    }

    /// The step from what holds the value to the value.
    pub(super) fn step(&self, place: Place) -> Cow<'s, str> {
        match self.value(place).label {
            (index, 0) => index.to_string().into(),
            (start, end) => decoded(self.slice(start, end), self.escaped),
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
