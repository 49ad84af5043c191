//! What a cut does to the schemas around it: what was accepted before still is.
//!
//! A stub accepts more than what it stands for. Most keywords accept more when a schema in them does; these do not:
//! `oneOf` (two branches may match now, so it becomes `anyOf`), `not`, `if` and `maxContains` (they are left out), and what
//! is unevaluated, when a stub or something left out may have evaluated it.

use super::expand::{Expansion, Rest, State};
use super::keyword::{Keyword, Keywords, Role};
use super::weight::Extent;

/// What the cuts below do to a schema's members, so that it accepts no less than before.
#[derive(Clone, Copy, Default)]
pub(super) struct Bend {
    /// The members that go.
    gone: Keywords,
    /// Whether `oneOf` becomes `anyOf`.
    one_of: bool,
    /// See [`Extent::blind`].
    pub(super) blind: bool,
}

/// What becomes of a member.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Stays,
    Goes,
    /// `oneOf` becomes `anyOf`.
    AnyOf,
}

impl Bend {
    pub(super) fn fate(self, keyword: Keyword) -> Fate {
        match keyword {
            _ if self.gone.has(keyword) => Fate::Goes,
            Keyword::OneOf if self.one_of => Fate::AnyOf,
            _ => Fate::Stays,
        }
    }
}

impl Expansion<'_, '_, '_, '_> {
    /// What the cuts in a state do to its members.
    pub(super) fn bend(&self, state: State) -> Bend {
        let mut bend = Bend::default();
        if !self.cuts_cycles() {
            return bend;
        }
        let has_any_of = self.siblings.reached.schema(state.number).keywords.has(Keyword::AnyOf);
        for member in self.siblings.reached.members(state.number) {
            let any =
                |is: fn(Extent) -> bool| self.schemas(state, *member).any(|(_, schema)| is(self.measured(schema)));
            let is_in_place = member.keyword.role() == Role::Constraint { in_place: true };
            bend.blind |= is_in_place && member.keyword != Keyword::Not && any(|extent| extent.blind);
            let gone: &[Keyword] = match member.keyword {
                Keyword::Not => &[Keyword::Not],
                Keyword::If | Keyword::Then | Keyword::Else => &[Keyword::If, Keyword::Then, Keyword::Else],
                Keyword::Contains => &[Keyword::MaxContains],
                // The place that it would take is taken.
                Keyword::OneOf if has_any_of => &[Keyword::OneOf],
                Keyword::OneOf => &[],
                _ => continue,
            };
            if any(|extent| extent.cut) {
                for keyword in gone {
                    bend.gone.insert(*keyword);
                }
                bend.one_of |= member.keyword == Keyword::OneOf;
            }
        }
        bend.blind |= bend.gone.has(Keyword::If) || bend.gone.has(Keyword::OneOf);
        bend.blind |= match self.rest(state) {
            Rest::View(target) | Rest::AllOf(target) => self.measured(target).blind,
            Rest::Stub(_) => true,
            Rest::Nothing | Rest::Kept(_) => false,
        };
        if bend.blind {
            bend.gone = bend.gone.union(Keywords::UNEVALUATED);
        }
        bend
    }
}
