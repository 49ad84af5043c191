//! The expansion of every schema: what stands in it, and how large it is, without building it.
//!
//! A *state* is a schema and, within a cycle, the round: how often a reference has led back on the way there. The states
//! form a graph without cycles, in which the result is one state; each is measured once, when all it leads to have been.

use std::collections::HashMap;

use super::bend::Fate;
use super::cycle::Components;
use super::document::{DOCUMENT, Place};
use super::keyword::{Keyword, Shape};
use super::names::Names;
use super::order::Order;
use super::reach::{Member, Number, RESULT};
use super::siblings::{MOST_LAYERS, Merge, Siblings};
use super::weight::{Extent, Weight, length, name_length};
use super::{Options, too_deep, too_large};
use crate::Error;
use crate::wire::{Kind, push_string};

/// A schema in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) number: Number,
    round: u32,
}

impl State {
    /// A schema that is not inside any cycle yet.
    pub(super) fn first(number: Number) -> Self {
        Self { number, round: 1 }
    }
}

pub(super) const START: State = State { number: RESULT, round: 1 };

/// What stands for a schema's `$ref`.
#[derive(Clone, Copy)]
pub(super) enum Rest {
    Nothing,
    /// The members of a state's view.
    View(State),
    /// What is left of a schema where the recursion is cut.
    Stub(Number),
    /// A state in `allOf`.
    AllOf(State),
    /// A `$ref` to a definition that is kept.
    Kept(Number),
}

/// The names that a stub keeps; of `type` only `"object"`.
const STUB: [&str; 3] = ["title", "description", "type"];

/// How far cycles are followed.
pub(super) struct Rounds {
    pub(super) order: Order,
    pub(super) most: u32,
}

/// The expansion of a document.
pub(super) struct Expansion<'p, 'r, 'd, 's> {
    pub(super) siblings: &'p Siblings<'r, 'd, 's>,
    components: &'p Components,
    names: &'p Names,
    /// `None`: there are no cycles to follow.
    rounds: Option<&'p Rounds>,
    extents: Vec<Extent>,
    /// Where the extents of the states of the first round stand in the list, counted from 1; 0 if nowhere yet.
    first_round: Vec<u32>,
    later_rounds: HashMap<State, u32>,
    /// How many states have been met that are no aliases.
    met: usize,
    /// Whether the recursion is cut at each place, which is that of a reference. Empty: it is nowhere.
    is_cut: Vec<bool>,
    /// The definitions that references still lead to.
    pub(super) kept: Vec<Number>,
    is_kept: Vec<bool>,
}

impl<'p, 'r, 'd, 's> Expansion<'p, 'r, 'd, 's> {
    pub(super) fn new(
        siblings: &'p Siblings<'r, 'd, 's>,
        components: &'p Components,
        names: &'p Names,
        rounds: Option<&'p Rounds>,
    ) -> Self {
        Self {
            siblings,
            components,
            names,
            rounds,
            extents: Vec::new(),
            first_round: vec![0; siblings.reached.len()],
            later_rounds: HashMap::new(),
            met: 0,
            is_cut: rounds.map_or_else(Vec::new, |_| vec![false; siblings.reached.document.len()]),
            kept: Vec::new(),
            is_kept: vec![false; siblings.reached.len()],
        }
    }

    /// Measures the result and the definitions that it keeps, with all that they lead to.
    ///
    /// # Errors
    /// `too_large` or `too_deep`, if so many states are needed that the result certainly is: one that is not an alias is
    /// at least one value of the result, or of what a cut drops from it.
    pub(super) fn measure(&mut self, limits: &Options) -> Result<(), Error> {
        self.measure_state(START, limits)?;
        // The list grows.
        let mut next = 0;
        while let Some(definition) = self.kept.get(next).copied() {
            self.measure_state(State::first(definition), limits)?;
            next += 1;
        }
        if !self.kept.is_empty() {
            let is_kept = |number: &Number| self.is_kept.get(*number as usize) == Some(&true);
            self.kept = self.siblings.reached.in_order().filter(is_kept).collect();
        }
        Ok(())
    }

    fn measure_state(&mut self, state: State, limits: &Options) -> Result<(), Error> {
        // The layers of a view stand on one level.
        let deepest = limits.max_depth.saturating_add(1).saturating_mul(usize::from(MOST_LAYERS) + 1);
        let siblings = self.siblings;
        let counts = |state: State| usize::from(siblings.merge(state.number) != Merge::Alias);
        let mut walk = vec![(state, false)];
        let mut nested = 0;
        while let Some((state, is_complete)) = walk.pop() {
            if self.known(state).is_some() {
                continue;
            }
            if is_complete {
                nested -= counts(state);
                let extent = self.extent(state);
                self.learn(state, extent);
                continue;
            }
            nested += counts(state);
            self.met += counts(state);
            if nested > deepest {
                return Err(too_deep(limits));
            }
            if self.met > limits.max_nodes {
                return Err(too_large(limits.max_nodes, "values"));
            }
            walk.push((state, true));
            let held = self.siblings.reached.held(state.number).iter();
            walk.extend(held.map(|held| (self.held(state, held.number), false)));
            match self.rest(state) {
                Rest::View(target) | Rest::AllOf(target) => walk.push((target, false)),
                Rest::Kept(definition) => self.keep(definition),
                Rest::Stub(_) => self.cut(state.number),
                Rest::Nothing => {}
            }
        }
        Ok(())
    }

    fn keep(&mut self, definition: Number) {
        let place = self.siblings.reached.schema(definition).place;
        if let Some(is_kept @ false) = self.is_kept.get_mut(definition as usize).filter(|_| place != DOCUMENT) {
            *is_kept = true;
            self.kept.push(definition);
        }
    }

    fn cut(&mut self, number: Number) {
        let reference = self.siblings.reached.schema(number).reference;
        if let Some(is_cut) = reference.and_then(|reference| self.is_cut.get_mut(reference.place as usize)) {
            *is_cut = true;
        }
    }

    /// The places of references at which the recursion is cut, in the order of the text.
    pub(super) fn cuts(&self) -> impl Iterator<Item = Place> {
        (0..).zip(&self.is_cut).filter_map(|(place, is_cut)| is_cut.then_some(place))
    }

    /// The measure of the result, with the definitions that it keeps.
    pub(super) fn total(&self) -> Weight {
        let mut result = self.measured(START);
        let mut definitions = Weight::OBJECT;
        for (before, number) in (0..).zip(&self.kept) {
            let mut name = String::new();
            push_string(&self.name_of(*number), &mut name);
            definitions.put(before, length(&name).saturating_add(1), self.measured(State::first(*number)).weight);
        }
        if !self.kept.is_empty() {
            result.put("$defs", definitions);
        }
        result.weight
    }

    fn known(&self, state: State) -> Option<&Extent> {
        let at = match state.round {
            1 => self.first_round.get(state.number as usize)?,
            _ => self.later_rounds.get(&state)?,
        };
        self.extents.get(at.checked_sub(1)? as usize)
    }

    fn learn(&mut self, state: State, extent: Extent) {
        self.extents.push(extent);
        let at = u32::try_from(self.extents.len()).unwrap_or_default();
        match self.first_round.get_mut(state.number as usize) {
            Some(slot) if state.round == 1 => *slot = at,
            _ => drop(self.later_rounds.insert(state, at)),
        }
    }

    pub(super) fn measured(&self, state: State) -> Extent {
        self.known(state).copied().unwrap_or(Extent::new(state))
    }

    /// The state behind all aliases, and whether it is a boolean.
    pub(super) fn settled(&self, state: State) -> (State, Option<bool>) {
        let Extent { settled, boolean, .. } = self.measured(state);
        (settled, boolean)
    }

    /// Whether there may be cuts.
    pub(super) fn cuts_cycles(&self) -> bool {
        self.rounds.is_some()
    }

    /// The name of a definition that is kept.
    pub(super) fn name_of(&self, definition: Number) -> String {
        let reached = self.siblings.reached;
        self.names.name(reached.document, reached.schema(definition).place)
    }

    /// The reference to a definition that is kept.
    pub(super) fn reference_to(&self, definition: Number) -> String {
        let reached = self.siblings.reached;
        self.names.reference(reached.document, reached.schema(definition).place)
    }

    /// A schema that a state's schema leads to. Where there are no rounds to count, it is one behind all aliases.
    pub(super) fn held(&self, state: State, number: Number) -> State {
        if self.rounds.is_none() {
            return State::first(self.siblings.settled(number));
        }
        let round = if self.components.same(state.number, number) { state.round } else { 1 };
        State { number, round }
    }

    /// What stands for a state's `$ref`.
    pub(super) fn rest(&self, state: State) -> Rest {
        let reached = self.siblings.reached;
        let Some(target) = reached.schema(state.number).reference.map(|reference| reference.target) else {
            return Rest::Nothing;
        };
        let merge = self.siblings.merge(state.number);
        match merge {
            Merge::Nothing => return Rest::Nothing,
            Merge::Kept => return Rest::Kept(target),
            Merge::Alias | Merge::Flat | Merge::AllOf => {}
        }
        let mut next = self.held(state, target);
        if let Some(rounds) = self.rounds.filter(|_| self.components.same(state.number, target)) {
            next.round += u32::from(rounds.order.leads_back(reached, state.number, target));
            if next.round > rounds.most {
                return Rest::Stub(target);
            }
        }
        if merge == Merge::AllOf { Rest::AllOf(next) } else { Rest::View(next) }
    }

    /// The members of the stub of a schema.
    pub(super) fn stub(&self, number: Number) -> impl Iterator<Item = Member> {
        let mut members = STUB.map(|name| self.of_stub(number, name));
        members.sort_unstable_by_key(|member| member.map(|member| member.place));
        members.into_iter().flatten()
    }

    fn of_stub(&self, number: Number, name: &str) -> Option<Member> {
        let member = self.siblings.find(number, name).filter(|_| STUB.contains(&name))?;
        let is_object = || self.siblings.reached.document.token(member.place) == "\"object\"";
        (name != "type" || is_object()).then_some(member)
    }

    /// The member of this name in a state's view.
    pub(super) fn find(&self, state: State, name: &str) -> Option<Member> {
        let mut state = state;
        loop {
            (state, _) = self.settled(state);
            if let Some(member) = self.siblings.own(state.number, name) {
                return Some(member);
            }
            match self.rest(state) {
                Rest::View(target) => state = target,
                Rest::Stub(target) => return self.of_stub(target, name),
                _ => return None,
            }
        }
    }

    /// The schemas of a member's value, with their names if they have some.
    pub(super) fn schemas(&self, state: State, member: Member) -> impl Iterator<Item = (Place, State)> {
        let reached = self.siblings.reached;
        let itself = is_one(member.keyword, reached.document.kind(member.place)).then_some(member.place);
        let inner = reached.document.children(member.place).filter(move |child| {
            itself.is_none() && reached.document.kind(*child) != Kind::Array && member.keyword.shape() != Shape::Data
        });
        itself.into_iter().chain(inner).map(move |place| (place, self.held(state, reached.number(place))))
    }

    /// Measures a state; all that it leads to have been.
    fn extent(&self, state: State) -> Extent {
        let reached = self.siblings.reached;
        if let Some(boolean) = reached.schema(state.number).boolean {
            let bytes = if boolean { 4 } else { 5 };
            return Extent {
                weight: Weight { nodes: 1, bytes, levels: 0 },
                boolean: Some(boolean),
                ..Extent::new(state)
            };
        }
        let rest = self.rest(state);
        if let (Rest::View(target), Merge::Alias) = (rest, self.siblings.merge(state.number)) {
            return self.measured(target);
        }
        let bend = self.bend(state);
        let mut extent = Extent { blind: bend.blind, ..Extent::new(state) };
        for member in reached.members(state.number) {
            extent.cut |= self.schemas(state, *member).any(|(_, schema)| self.measured(schema).cut);
            if member.keyword == Keyword::Ref {
                self.put_rest(&mut extent, state, rest);
            } else if bend.fate(member.keyword) != Fate::Goes {
                let extra = if let (Keyword::AllOf, Rest::AllOf(target)) = (member.keyword, rest) {
                    Some(target)
                } else {
                    None
                };
                extent.put(reached.document.name_token(member.place), self.weight(state, *member, extra));
            }
        }
        extent
    }

    fn put_rest(&self, extent: &mut Extent, state: State, rest: Rest) {
        match rest {
            Rest::Nothing => {}
            Rest::View(target) => {
                let target_extent = self.measured(target);
                extent.cut |= target_extent.cut;
                extent.join(&target_extent, self.hidden(state, target));
            }
            Rest::Stub(target) => {
                extent.cut = true;
                let document = self.siblings.reached.document;
                for member in self.stub(target) {
                    if self.siblings.own(state.number, &document.name(member.place)).is_none() {
                        extent.put(document.name_token(member.place), self.weight(state, member, None));
                    }
                }
            }
            Rest::AllOf(target) => {
                extent.cut |= self.measured(target).cut;
                if self.hoisted(state).is_some() {
                    extent.put("type", Weight { nodes: 1, bytes: 8, levels: 0 });
                }
                if self.siblings.own(state.number, "allOf").is_none() {
                    let mut list = Weight::OBJECT;
                    list.put(0, 0, self.measured(target).weight);
                    extent.put("allOf", list);
                }
            }
            Rest::Kept(definition) => {
                let bytes = length(&self.reference_to(definition)).saturating_add(2);
                extent.put("$ref", Weight { nodes: 1, bytes, levels: 0 });
            }
        }
    }

    /// How many members of a target's view the schema's own hide, and how much they weigh with their names.
    fn hidden(&self, state: State, target: State) -> (u32, Weight) {
        let reached = self.siblings.reached;
        let (mut count, mut hidden) = (0, Weight::default());
        for member in reached.members(state.number).iter().filter(|member| member.keyword != Keyword::Ref) {
            let Some(found) = self.find(target, &reached.document.name(member.place)) else { continue };
            let weight = self.weight(target, found, None);
            count += 1;
            hidden.put(0, name_length(reached.document.name_token(found.place)), weight);
        }
        (count, hidden)
    }

    /// How much a member's value weighs, with another schema at its end.
    fn weight(&self, state: State, member: Member, extra: Option<State>) -> Weight {
        let document = self.siblings.reached.document;
        let whole = |place| Weight {
            nodes: document.count(place),
            bytes: document.bytes(place),
            levels: document.levels(place),
        };
        let kind = document.kind(member.place);
        if member.keyword == Keyword::Discriminator && kind == Kind::Object {
            let mut weight = Weight::OBJECT;
            let kept = document.children(member.place).filter(|child| document.name(*child) != "mapping");
            for (before, child) in (0..).zip(kept) {
                weight.put(before, name_length(document.name_token(child)), whole(child));
            }
            return weight;
        }
        if member.keyword.shape() == Shape::Data {
            return whole(member.place);
        }
        if is_one(member.keyword, kind) {
            return self.measured(self.held(state, self.siblings.reached.number(member.place))).weight;
        }
        let mut weight = Weight::OBJECT;
        let mut before = 0;
        for child in document.children(member.place) {
            let name = if kind == Kind::Object { name_length(document.name_token(child)) } else { 0 };
            let value = if document.kind(child) == Kind::Array {
                whole(child)
            } else {
                self.measured(self.held(state, self.siblings.reached.number(child))).weight
            };
            weight.put(before, name, value);
            before += 1;
        }
        if let Some(extra) = extra {
            weight.put(before, 0, self.measured(extra).weight);
        }
        weight
    }

    /// Whether the result says `"type": "object"` for its target, which stands in `allOf`.
    pub(super) fn hoisted(&self, state: State) -> Option<Member> {
        let Rest::AllOf(target) = self.rest(state) else { return None };
        let is_wanted = state == START && self.siblings.own(state.number, "type").is_none();
        let member = self.find(target, "type").filter(|_| is_wanted)?;
        (self.siblings.reached.document.token(member.place) == "\"object\"").then_some(member)
    }
}

/// Whether a keyword's value is itself a schema.
pub(super) fn is_one(keyword: Keyword, kind: Kind) -> bool {
    match keyword.shape() {
        Shape::One => true,
        Shape::OneOrList => kind != Kind::Array,
        Shape::Data | Shape::List | Shape::Map | Shape::MapOrNames => false,
    }
}
