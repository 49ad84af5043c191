//! Cycles among schemas: which there are, and in which order to walk them.

use std::collections::VecDeque;

use super::document::{DOCUMENT, Document, Place};
use super::reach::{Number, Reached};
use crate::{Error, ErrorKind};

/// Which edges count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Edges {
    All,
    /// Only those that lead to schemas for the same instance.
    InPlace,
}

/// The schemas that a schema leads to, the target of its `$ref` last.
fn edge(reached: &Reached<'_, '_>, from: Number, index: usize, edges: Edges) -> Option<Option<Number>> {
    let held = reached.held(from);
    match held.get(index) {
        Some(held) => Some((edges == Edges::All || held.in_place).then_some(held.number)),
        None if index == held.len() => reached.schema(from).reference.map(|reference| Some(reference.target)),
        None => None,
    }
}

/// The strongly connected components: schemas that lead to one another.
pub(super) struct Components {
    of_schema: Vec<u32>,
    cyclic: Vec<bool>,
}

const UNSEEN: u32 = u32::MAX;

/// Tarjan's algorithm, with its own stack.
struct Search {
    /// When each schema was found.
    found: Vec<u32>,
    /// The earliest schema that is reachable from each.
    lowest: Vec<u32>,
    /// Schemas without a component yet.
    open: Vec<Number>,
    clock: u32,
}

impl Search {
    fn find(&mut self, number: Number) {
        for list in [&mut self.found, &mut self.lowest] {
            if let Some(slot) = list.get_mut(number as usize) {
                *slot = self.clock;
            }
        }
        self.clock += 1;
        self.open.push(number);
    }

    fn lower(&mut self, number: Number, to: u32) {
        if let Some(slot) = self.lowest.get_mut(number as usize) {
            *slot = to.min(*slot);
        }
    }
}

impl Components {
    pub(super) fn new(reached: &Reached<'_, '_>, edges: Edges) -> Self {
        let count = reached.len();
        let mut own = Self { of_schema: vec![UNSEEN; count], cyclic: Vec::new() };
        let mut search = Search { found: vec![UNSEEN; count], lowest: vec![UNSEEN; count], open: Vec::new(), clock: 0 };
        let mut walk: Vec<(Number, usize)> = Vec::new();
        for start in (0..).take(count) {
            if search.found.get(start as usize) == Some(&UNSEEN) {
                search.find(start);
                walk.push((start, 0));
            }
            while let Some((number, index)) = walk.last_mut() {
                let (from, at) = (*number, *index);
                *index += 1;
                match edge(reached, from, at, edges) {
                    Some(None) => {}
                    Some(Some(to)) => match search.found.get(to as usize).copied() {
                        Some(UNSEEN) => {
                            search.find(to);
                            walk.push((to, 0));
                        }
                        Some(found) if own.of(to) == UNSEEN => search.lower(from, found),
                        _ => {}
                    },
                    None => {
                        walk.pop();
                        let lowest = search.lowest.get(from as usize).copied().unwrap_or_default();
                        if let Some((parent, _)) = walk.last() {
                            search.lower(*parent, lowest);
                        }
                        if search.found.get(from as usize) == Some(&lowest) {
                            own.close(from, &mut search.open, reached, edges);
                        }
                    }
                }
            }
        }
        own
    }

    /// Makes a component of what was found since a schema.
    fn close(&mut self, first: Number, open: &mut Vec<Number>, reached: &Reached<'_, '_>, edges: Edges) {
        let component = u32::try_from(self.cyclic.len()).unwrap_or_default();
        let mut size = 0;
        while let Some(member) = open.pop() {
            size += 1;
            if let Some(slot) = self.of_schema.get_mut(member as usize) {
                *slot = component;
            }
            if member == first {
                break;
            }
        }
        let leads_to = |index| edge(reached, first, index, edges);
        let itself = || (0..).map_while(leads_to).any(|to| to == Some(first));
        self.cyclic.push(size > 1 || itself());
    }

    pub(super) fn of(&self, number: Number) -> u32 {
        self.of_schema.get(number as usize).copied().unwrap_or(UNSEEN)
    }

    pub(super) fn has_cycles(&self) -> bool {
        self.cyclic.contains(&true)
    }

    /// Whether two schemas lead to each other.
    pub(super) fn same(&self, one: Number, other: Number) -> bool {
        self.of(one) == self.of(other)
    }

    /// Whether a schema leads to itself.
    pub(super) fn is_cyclic(&self, number: Number) -> bool {
        self.cyclic.get(self.of(number) as usize).copied().unwrap_or_default()
    }

    /// An error that shows a cycle, if there is one.
    pub(super) fn refuse(&self, reached: &Reached<'_, '_>, edges: Edges, why: &str) -> Result<(), Error> {
        let inside = |from: Number| {
            let target = reached.schema(from).reference?.target;
            (self.is_cyclic(from) && self.same(from, target)).then_some(target)
        };
        let Some(start) = (0..).take(reached.len()).filter_map(inside).min() else {
            return Ok(());
        };
        let way = self.way_back(reached, start, edges);
        let last = way.last().map_or(start, |step| step.0);
        let place = reached.schema(last).reference.map_or(DOCUMENT, |reference| reference.place);
        let message = format!("{why}: {}", described(reached, start, &way));
        Err(Error::new(ErrorKind::RecursiveRef, reached.document.pointer(place), message))
    }

    /// The shortest way from a schema to one whose `$ref` leads back to it: each schema, and whether a `$ref` leads there.
    fn way_back(&self, reached: &Reached<'_, '_>, start: Number, edges: Edges) -> Vec<(Number, bool)> {
        let mut before = vec![(UNSEEN, false); reached.len()];
        let mut queue = VecDeque::from([start]);
        while let Some(from) = queue.pop_front() {
            let reference = reached.schema(from).reference.map(|reference| reference.target);
            if reference == Some(start) {
                let step = |(number, _): &(Number, bool)| {
                    before.get(*number as usize).copied().map(|(before, by_ref)| (*number, before, by_ref))
                };
                let mut way = Vec::new();
                let mut current = (from, false);
                while let Some((number, previous, by_ref)) = step(&current) {
                    if number == start || previous == UNSEEN {
                        break;
                    }
                    way.push((number, by_ref));
                    current = (previous, false);
                }
                way.reverse();
                return if way.is_empty() { vec![(start, false)] } else { way };
            }
            let held = reached.held(from).len();
            for (index, to) in (0..).map_while(|index| edge(reached, from, index, edges)).enumerate() {
                let Some(to) = to.filter(|to| *to != start && self.same(*to, start)) else { continue };
                if let Some(slot) = before.get_mut(to as usize).filter(|slot| slot.0 == UNSEEN) {
                    *slot = (from, index == held);
                    queue.push_back(to);
                }
            }
        }
        Vec::new()
    }
}

/// `#/$defs/Tree -> properties.children.items -> #/$defs/Tree`
fn described(reached: &Reached<'_, '_>, start: Number, way: &[(Number, bool)]) -> String {
    const MOST: usize = 12;
    let document = reached.document;
    let place = |number: Number| reached.schema(number).place;
    let mut hops = vec![reference(document, place(start))];
    let (mut from, mut at) = (place(start), place(start));
    for (number, by_ref) in way.iter().copied() {
        if by_ref {
            hops.extend(steps(document, from, at));
            hops.push(reference(document, place(number)));
            from = place(number);
        }
        at = place(number);
    }
    hops.extend(steps(document, from, at));
    if hops.len() > MOST {
        hops.truncate(MOST);
        hops.push("…".to_owned());
    }
    hops.push(reference(document, place(start)));
    hops.join(" -> ")
}

/// A reference to a place.
pub(super) fn reference(document: &Document<'_>, place: Place) -> String {
    shortened(&format!("#{}", document.pointer(place)))
}

/// The way down from a schema to one in it.
fn steps(document: &Document<'_>, from: Place, to: Place) -> Option<String> {
    let steps: Vec<_> = document.way(from, to).into_iter().map(|place| document.step(place)).collect();
    (!steps.is_empty()).then(|| shortened(&steps.join(".")))
}

/// Names may be of any length; messages are not.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// An order of all schemas in which every cycle has a reference that leads back. A schema stands behind those that hold
/// it, and what a definition refers to behind the definition, as far as cycles allow it.
pub(super) struct Order {
    /// The outermost reached schema around each schema.
    outermost: Vec<Number>,
    /// The rank of each schema that is an outermost one.
    rank: Vec<u32>,
}

impl Order {
    pub(super) fn new(reached: &Reached<'_, '_>) -> Self {
        let outermost = outermost(reached);
        let around = |number: Number| outermost.get(number as usize).copied().unwrap_or_default();
        let target = |number: Number| Some(around(reached.schema(number).reference?.target));
        let numbers = (0..).take(reached.len());
        let mut leads: Vec<_> = numbers.filter_map(|number| Some((around(number), number, target(number)?))).collect();
        leads.sort_unstable();
        let rank = postorder(reached.len(), &leads).into_iter().map(|rank| UNSEEN - rank).collect();
        Self { outermost, rank }
    }

    fn key(&self, number: Number, place: Place) -> (u32, Place) {
        let outermost = self.outermost.get(number as usize).copied().unwrap_or_default();
        (self.rank.get(outermost as usize).copied().unwrap_or_default(), place)
    }

    /// Whether a schema's `$ref` leads back in the order, or to the schema itself.
    pub(super) fn leads_back(&self, reached: &Reached<'_, '_>, from: Number, to: Number) -> bool {
        self.key(to, reached.schema(to).place) <= self.key(from, reached.schema(from).place)
    }
}

fn outermost(reached: &Reached<'_, '_>) -> Vec<Number> {
    let mut outermost: Vec<Number> = (0..).take(reached.len()).collect();
    let in_order: Vec<Number> = std::iter::once(0).chain(reached.in_order()).collect();
    for holder in in_order {
        // The result and what `#` leads to stand at one place.
        let own = if reached.schema(holder).place == DOCUMENT { 0 } else { holder };
        let around = outermost.get(own as usize).copied().unwrap_or_default();
        if let Some(slot) = outermost.get_mut(holder as usize) {
            *slot = around;
        }
        for held in reached.held(holder) {
            if let Some(slot) = outermost.get_mut(held.number as usize) {
                *slot = around;
            }
        }
    }
    outermost
}

/// When a search in depth, from the first on, leaves each of so many. The edges are sorted: from, some number, to.
fn postorder(count: usize, leads: &[(Number, Number, Number)]) -> Vec<u32> {
    let mut left = vec![UNSEEN; count];
    let mut walk: Vec<(Number, usize)> = Vec::new();
    let mut clock = 0;
    let first = |from: Number| leads.partition_point(|lead| lead.0 < from);
    // What is found and not yet left has the highest clock that there is not.
    const FOUND: u32 = UNSEEN - 1;
    for start in (0..).take(count) {
        let mut next = Some(start);
        loop {
            if let Some(slot) = next.and_then(|next| left.get_mut(next as usize)).filter(|slot| **slot == UNSEEN) {
                *slot = FOUND;
                walk.extend(next.map(|next| (next, first(next))));
            }
            let Some((at, index)) = walk.last_mut() else { break };
            next = leads.get(*index).filter(|lead| lead.0 == *at).map(|lead| lead.2);
            *index += 1;
            if next.is_none() {
                if let Some(slot) = left.get_mut(*at as usize) {
                    *slot = clock;
                }
                clock += 1;
                walk.pop();
            }
        }
    }
    left
}
