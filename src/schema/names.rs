//! The names of the definitions that the result keeps.

use std::collections::{BTreeMap, HashMap};

use super::document::{DOCUMENT, Place};
use super::reach::{Number, Reached};
use super::uri::push_fragment;
use crate::error::push_step;

/// The name and the reference of each definition that may be kept.
#[derive(Default)]
pub(super) struct Names(HashMap<Number, (String, String)>);

impl Names {
    /// Names the definitions by the last step to them. Of several with one name, all but the first get a number.
    pub(super) fn new(reached: &Reached<'_, '_>, kept: impl Iterator<Item = Number>) -> Self {
        let in_order: BTreeMap<Place, Number> = kept.map(|number| (reached.schema(number).place, number)).collect();
        let mut taken: HashMap<String, u32> = HashMap::new();
        let mut names = HashMap::new();
        for (place, number) in in_order {
            let name = if place == DOCUMENT { String::new() } else { free(&reached.document.step(place), &mut taken) };
            let reference = if place == DOCUMENT { "#".to_owned() } else { reference(&name) };
            names.insert(number, (name, reference));
        }
        Self(names)
    }

    pub(super) fn name(&self, definition: Number) -> &str {
        self.0.get(&definition).map_or("", |(name, _)| name)
    }

    pub(super) fn reference(&self, definition: Number) -> &str {
        self.0.get(&definition).map_or("#", |(_, reference)| reference)
    }
}

/// The name, or the first one made of it that is free.
fn free(name: &str, taken: &mut HashMap<String, u32>) -> String {
    let mut wanted = name.to_owned();
    while taken.contains_key(&wanted) {
        let count = taken.entry(name.to_owned()).or_default();
        *count += 1;
        wanted = format!("{name}_{}", *count + 1);
    }
    taken.insert(wanted.clone(), 0);
    wanted
}

fn reference(name: &str) -> String {
    let mut pointer = String::new();
    push_step(&mut pointer, name);
    let mut reference = "#/$defs".to_owned();
    push_fragment(&pointer, &mut reference);
    reference
}
