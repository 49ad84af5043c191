//! Cycles among schemas: the recursive definitions.

use super::document::{DOCUMENT, Document, Place};
use super::reach::{Held, Number, Reached};
use crate::{Error, ErrorKind};

/// Which edges count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Edges {
    All,
    /// Only those that lead to schemas for the same instance.
    InPlace,
}

impl Edges {
    fn count(self, edge: Held) -> bool {
        self == Self::All || edge.in_place
    }
}

/// The strongly connected components: schemas that lead to one another.
pub(super) struct Components {
    of_schema: Vec<u32>,
    cyclic: Vec<bool>,
}

const UNSEEN: u32 = u32::MAX;

/// When a schema was found, and the earliest schema that is reachable from it.
#[derive(Clone, Copy)]
struct Times {
    found: u32,
    lowest: u32,
}

/// Tarjan's algorithm, with its own stack.
struct Search {
    times: Vec<Times>,
    /// Schemas without a component yet.
    open: Vec<Number>,
    clock: u32,
}

impl Search {
    fn times(&self, number: Number) -> Times {
        self.times.get(number as usize).copied().unwrap_or(Times { found: 0, lowest: 0 })
    }

    fn find(&mut self, number: Number) {
        if let Some(times) = self.times.get_mut(number as usize) {
            *times = Times { found: self.clock, lowest: self.clock };
        }
        self.clock += 1;
        self.open.push(number);
    }

    fn lower(&mut self, number: Number, to: u32) {
        if let Some(times) = self.times.get_mut(number as usize) {
            times.lowest = to.min(times.lowest);
        }
    }
}

impl Components {
    pub(super) fn new(reached: &Reached<'_, '_>, edges: Edges) -> Self {
        let count = reached.len();
        let mut own = Self { of_schema: vec![UNSEEN; count], cyclic: Vec::new() };
        let unseen = Times { found: UNSEEN, lowest: UNSEEN };
        let mut search = Search { times: vec![unseen; count], open: Vec::new(), clock: 0 };
        let mut walk: Vec<(Number, u32)> = Vec::new();
        for start in (0..).take(count) {
            if search.times(start).found == UNSEEN {
                search.find(start);
                walk.push((start, 0));
            }
            while let Some((from, index)) = walk.last_mut() {
                let from = *from;
                if let Some(to) = own.next_unseen(from, index, &mut search, reached, edges) {
                    search.find(to);
                    walk.push((to, 0));
                    continue;
                }
                walk.pop();
                let Times { found, lowest } = search.times(from);
                if let Some((parent, _)) = walk.last() {
                    search.lower(*parent, lowest);
                }
                if found == lowest {
                    own.close(from, &mut search.open, reached, edges);
                }
            }
        }
        own
    }

    /// Passes over a schema's edges, from an index on, up to the first that leads to a schema not found yet.
    fn next_unseen(
        &self,
        from: Number,
        index: &mut u32,
        search: &mut Search,
        reached: &Reached<'_, '_>,
        edges: Edges,
    ) -> Option<Number> {
        let rest = reached.edges(from).get(*index as usize..).unwrap_or_default();
        for edge in rest {
            *index += 1;
            if edges.count(*edge) {
                match search.times(edge.number).found {
                    UNSEEN => return Some(edge.number),
                    found if self.of(edge.number) == UNSEEN => search.lower(from, found),
                    _ => {}
                }
            }
        }
        None
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
        let mut leads = reached.edges(first).iter().filter(|edge| edges.count(**edge));
        self.cyclic.push(size > 1 || leads.any(|edge| edge.number == first));
    }

    pub(super) fn of(&self, number: Number) -> u32 {
        self.of_schema.get(number as usize).copied().unwrap_or(UNSEEN)
    }

    /// Whether any schema leads to itself.
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
        if !self.has_cycles() {
            return Ok(());
        }
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
        let mut before: Vec<Option<(Number, bool)>> = vec![None; reached.len()];
        let found = |before: &[Option<_>], number: Number| before.get(number as usize).copied().flatten();
        let mut queue = vec![start];
        let mut next = 0;
        while let Some(from) = queue.get(next).copied() {
            next += 1;
            if reached.schema(from).reference.is_some_and(|reference| reference.target == start) {
                let mut way = Vec::new();
                let mut at = from;
                while let Some((previous, by_ref)) = found(&before, at) {
                    way.push((at, by_ref));
                    at = previous;
                }
                way.reverse();
                return way;
            }
            let held = reached.held(from).len();
            for (index, to) in reached.edges(from).iter().copied().enumerate() {
                let is_new = to.number != start && found(&before, to.number).is_none();
                if is_new && edges.count(to) && self.same(to.number, start) {
                    if let Some(slot) = before.get_mut(to.number as usize) {
                        *slot = Some((from, index == held));
                    }
                    queue.push(to.number);
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
        if by_ref && hops.len() <= MOST {
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
