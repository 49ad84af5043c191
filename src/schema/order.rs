//! The order in which a recursion is unrolled.

use super::document::{DOCUMENT, Place};
use super::reach::{Number, Reached};

const UNSEEN: u32 = u32::MAX;

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
        let rank = postorder(reached, &outermost).into_iter().map(|rank| UNSEEN - rank).collect();
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

/// The clock of what is found and not left yet.
const FOUND: u32 = UNSEEN - 1;

/// When a search in depth, from the first on, leaves each outermost schema. It follows the references in it by their numbers.
fn postorder(reached: &Reached<'_, '_>, outermost: &[Number]) -> Vec<u32> {
    let around = |number: Number| outermost.get(number as usize).copied().unwrap_or_default();
    let count = Number::try_from(outermost.len()).unwrap_or_default();
    // The first reference in each outermost schema, and the next one behind each.
    let mut first = vec![None; outermost.len()];
    let mut behind = vec![None; outermost.len()];
    for number in (0..count).rev().filter(|number| reached.schema(*number).reference.is_some()) {
        if let (Some(first), Some(behind)) = (first.get_mut(around(number) as usize), behind.get_mut(number as usize)) {
            *behind = first.replace(number);
        }
    }
    let of = |list: &[Option<Number>], number: Number| list.get(number as usize).copied().flatten();
    let mut left = vec![UNSEEN; outermost.len()];
    let mut walk: Vec<(Number, Option<Number>)> = Vec::new();
    let mut clock = 0;
    for start in 0..count {
        let mut next = Some(start);
        loop {
            if let Some(slot) = next.and_then(|next| left.get_mut(next as usize)).filter(|slot| **slot == UNSEEN) {
                *slot = FOUND;
                walk.extend(next.map(|next| (next, of(&first, next))));
            }
            let Some((at, lead)) = walk.last_mut() else { break };
            next = lead.and_then(|lead| Some(around(reached.schema(lead).reference?.target)));
            *lead = lead.and_then(|lead| of(&behind, lead));
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
