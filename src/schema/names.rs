//! The names of the definitions that the result keeps.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::document::{DOCUMENT, Document, Place};
use super::reach::{Number, Reached};
use super::uri::push_fragment;
use crate::error::push_step;

/// The numbers that tell definitions of one name apart.
#[derive(Default)]
pub(super) struct Names(BTreeMap<Place, u32>);

impl Names {
    /// Names the definitions by the last step to them. Of several with one name, all but the first get a number.
    pub(super) fn new(reached: &Reached<'_, '_>, kept: impl Iterator<Item = Number>) -> Self {
        let in_order: BTreeMap<Place, Number> = kept.map(|number| (reached.schema(number).place, number)).collect();
        let mut taken: HashMap<Cow<'_, str>, u32> = HashMap::new();
        let mut numbers = BTreeMap::new();
        for place in in_order.into_keys().filter(|place| *place != DOCUMENT) {
            let name = reached.document.step(place);
            let mut number = 1;
            if let Some(last) = taken.get(&name) {
                number = *last;
                while taken.contains_key(numbered(&name, number).as_str()) {
                    number += 1;
                }
                numbers.insert(place, number);
                taken.insert(numbered(&name, number).into(), 1);
            }
            taken.insert(name, number + 1);
        }
        Self(numbers)
    }

    pub(super) fn name(&self, document: &Document<'_>, definition: Place) -> String {
        let name = document.step(definition);
        self.0.get(&definition).map_or_else(|| name.clone().into_owned(), |number| numbered(&name, *number))
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
