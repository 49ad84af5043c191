//! The names of the definitions that the result keeps.

use std::borrow::Cow;
use std::collections::HashMap;

use super::document::{DOCUMENT, Document, Place};
use super::reach::{Number, Reached};
use super::uri::push_fragment;
use crate::error::push_step;

/// The numbers that tell definitions of one name apart, in the order of the text.
#[derive(Default)]
pub(super) struct Names(Vec<(Place, u32)>);

impl Names {
    /// Names the definitions by the last step to them. Of several with one name, all but the first get a number.
    pub(super) fn new(reached: &Reached<'_, '_>, kept: impl Iterator<Item = Number>) -> Self {
        let mut is_kept = vec![false; reached.len()];
        for number in kept {
            if let Some(is_kept) = is_kept.get_mut(number as usize) {
                *is_kept = true;
            }
        }
        let mut taken: HashMap<Cow<'_, str>, u32> = HashMap::new();
        let mut numbers = Vec::new();
        let in_order = reached.in_order().filter(|number| is_kept.get(*number as usize) == Some(&true));
        for place in in_order.map(|number| reached.schema(number).place).filter(|place| *place != DOCUMENT) {
            let name = reached.document.step(place);
            let mut number = 1;
            if let Some(last) = taken.get(&name) {
                number = *last;
                while taken.contains_key(numbered(&name, number).as_str()) {
                    number += 1;
                }
                numbers.push((place, number));
                taken.insert(numbered(&name, number).into(), 1);
            }
            taken.insert(name, number + 1);
        }
        Self(numbers)
    }

    pub(super) fn name(&self, document: &Document<'_>, definition: Place) -> String {
        let name = document.step(definition);
        match self.0.binary_search_by_key(&definition, |(place, _)| *place).ok().and_then(|at| self.0.get(at)) {
            Some((_, number)) => numbered(&name, *number),
            None => name.into_owned(),
        }
    }

    /// The reference to a definition.
    pub(super) fn reference(&self, document: &Document<'_>, definition: Place) -> String {
        if definition == DOCUMENT {
            return "#".to_owned();
        }
        let mut pointer = String::new();
        push_step(&mut pointer, &self.name(document, definition));
        let mut reference = "#/$defs".to_owned();
        push_fragment(&pointer, &mut reference);
        reference
    }
}

fn numbered(name: &str, number: u32) -> String {
    format!("{name}_{number}")
}
