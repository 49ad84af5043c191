//! What becomes of a `$ref` with what stands beside it: decided once for each schema, by its keywords.
//!
//! A *view* of a schema is the object that it will be: its own members, and those of the target that were merged flat
//! into it. A view has layers, one for each flat merge; the first that has a name hides it in those below.

use super::document::Place;
use super::keyword::{Keyword, Keywords, Role, Shape};
use super::reach::{Member, Number, Reached};

/// How many layers a view can have. What is merged into the last one stands in an `allOf`, so that looking for a name
/// takes no longer than this.
pub(super) const MOST_LAYERS: u8 = 32;

/// What becomes of a schema's `$ref`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merge {
    /// There is none, or it says nothing.
    Nothing,
    /// Nothing stands beside it: the target stands for the schema.
    Alias,
    /// The target's members stand among the schema's own.
    Flat,
    /// The target stands in the schema's `allOf`.
    AllOf,
    /// It stays.
    Kept,
}

#[derive(Clone, Copy)]
struct View {
    merge: Merge,
    keywords: Keywords,
    boolean: Option<bool>,
    layers: u8,
    /// The schema whose view it is, behind all aliases.
    settled: Number,
}

/// The decisions about a document.
pub(super) struct Siblings<'r, 'd, 's> {
    pub(super) reached: &'r Reached<'d, 's>,
    views: Vec<Option<View>>,
}

impl<'r, 'd, 's> Siblings<'r, 'd, 's> {
    /// No reference leads back to itself in place; `is_kept` says which stay.
    pub(super) fn new(reached: &'r Reached<'d, 's>, is_kept: impl Fn(Number) -> bool) -> Self {
        let mut siblings = Self { reached, views: vec![None; reached.len()] };
        let mut chain = Vec::new();
        for number in (0..).take(reached.len()) {
            let mut next = Some(number);
            while let Some(number) = next.filter(|number| siblings.view(*number).is_none()) {
                chain.push(number);
                next = reached.schema(number).reference.map(|reference| reference.target);
            }
            while let Some(number) = chain.pop() {
                let view = siblings.decide(number, is_kept(number));
                if let Some(slot) = siblings.views.get_mut(number as usize) {
                    *slot = Some(view);
                }
            }
        }
        siblings
    }

    fn view(&self, number: Number) -> Option<View> {
        self.views.get(number as usize).copied().flatten()
    }

    /// Decides about a schema; the target of its reference has been decided about.
    fn decide(&self, number: Number, is_kept: bool) -> View {
        let schema = self.reached.schema(number);
        let (keywords, boolean) = (schema.keywords, schema.boolean);
        let own = View { merge: Merge::Nothing, keywords, boolean, layers: 1, settled: number };
        let Some(reference) = schema.reference else { return own };
        if is_kept {
            return View { merge: Merge::Kept, ..own };
        }
        let Some(target) = self.view(reference.target) else { return own };
        if self.reached.members(number).len() == 1 {
            return View { merge: Merge::Alias, ..target };
        }
        match target.boolean {
            Some(true) => own,
            None if target.layers < MOST_LAYERS && self.merges_flat(number, reference.target, target.keywords) => {
                let keywords = own.keywords.union(target.keywords);
                View { merge: Merge::Flat, keywords, layers: target.layers + 1, ..own }
            }
            _ => {
                let mut keywords = own.keywords;
                keywords.insert(Keyword::AllOf);
                View { merge: Merge::AllOf, keywords, ..own }
            }
        }
    }

    /// Whether the members of both sides mean in one object what they mean in two.
    fn merges_flat(&self, number: Number, target: Number, keywords: Keywords) -> bool {
        let own = self.reached.members(number);
        let is_constraint = |member: &&Member| matches!(member.keyword.role(), Role::Constraint { .. });
        let mut constraints = own.iter().filter(is_constraint).peekable();
        if constraints.peek().is_none() {
            return true;
        }
        let agrees = |member: &Member| {
            !keywords.has(member.keyword)
                || member.keyword.shape() == Shape::Data && self.same_value(member.place, target)
        };
        !keywords.meet(Keywords::UNEVALUATED)
            && !self.reached.schema(number).keywords.split_a_group(keywords)
            && constraints.all(agrees)
    }

    fn same_value(&self, place: Place, target: Number) -> bool {
        let document = self.reached.document;
        let other = self.find(target, &document.name(place));
        other.is_some_and(|other| document.are_alike(other.place, place))
    }

    pub(super) fn merge(&self, number: Number) -> Merge {
        self.view(number).map_or(Merge::Nothing, |view| view.merge)
    }

    /// The schema behind all aliases.
    pub(super) fn settled(&self, number: Number) -> Number {
        self.view(number).map_or(number, |view| view.settled)
    }

    /// The schema's own member of this name, if the result keeps it.
    pub(super) fn own(&self, number: Number, name: &str) -> Option<Member> {
        let schema = self.reached.schema(number);
        let place = self.reached.document.child(schema.place, name).filter(|_| schema.boolean.is_none())?;
        let members = self.reached.members(number);
        let at = members.binary_search_by_key(&place, |member| member.place).ok()?;
        members.get(at).copied().filter(|member| member.keyword != Keyword::Ref)
    }

    /// The member of this name in a schema's view.
    pub(super) fn find(&self, number: Number, name: &str) -> Option<Member> {
        let mut number = number;
        loop {
            number = self.view(number)?.settled;
            if let Some(member) = self.own(number, name) {
                return Some(member);
            }
            if self.merge(number) != Merge::Flat {
                return None;
            }
            number = self.reached.schema(number).reference?.target;
        }
    }
}
