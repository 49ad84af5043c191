//! The blocks of a stream.

use std::collections::BTreeMap;
use std::ops::Range;

/// Values in the order in which they came, that are found by their indexes, which may be any numbers: the blocks of a stream.
#[derive(Clone, Debug)]
pub(crate) struct Indexed<T> {
    values: Vec<T>,
    /// Where they stand there, by their indexes.
    places: BTreeMap<i64, usize>,
}

impl<T> Default for Indexed<T> {
    fn default() -> Self {
        Self { values: Vec::new(), places: BTreeMap::new() }
    }
}

impl<T> Indexed<T> {
    /// How many have come.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn contains(&self, index: i64) -> bool {
        self.places.contains_key(&index)
    }

    /// Adds a value, whose index is new.
    pub(crate) fn push(&mut self, index: i64, value: T) {
        self.places.insert(index, self.values.len());
        self.values.push(value);
    }

    pub(crate) fn get(&self, index: i64) -> Option<&T> {
        self.values.get(*self.places.get(&index)?)
    }

    pub(crate) fn get_mut(&mut self, index: i64) -> Option<&mut T> {
        self.find(index).map(|(_, value)| value)
    }

    /// The value of this index, behind how many came before it.
    pub(crate) fn find(&mut self, index: i64) -> Option<(usize, &mut T)> {
        let place = *self.places.get(&index)?;
        Some((place, self.values.get_mut(place)?))
    }

    /// Those at these places, as far as there are any, in the order in which they came.
    pub(crate) fn at_mut(&mut self, places: Range<usize>) -> &mut [T] {
        self.values.get_mut(places).unwrap_or_default()
    }

    /// Takes all out, in the order of their indexes.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = T> + use<T> {
        let Self { values, places } = std::mem::take(self);
        let mut values: Vec<_> = values.into_iter().map(Some).collect();
        places.into_values().filter_map(move |place| values.get_mut(place)?.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indexed(indexes: &[i64]) -> Indexed<String> {
        let mut values = Indexed::default();
        for index in indexes {
            values.push(*index, format!("of {index}"));
        }
        values
    }

    #[test]
    fn values_are_found_by_any_index_and_stand_in_the_order_in_which_they_came() {
        let mut indexed = indexed(&[7, i64::MIN, 0, i64::MAX]);
        assert_eq!(indexed.len(), 4);
        assert_eq!(indexed.get(7).map(String::as_str), Some("of 7"));
        assert_eq!(indexed.find(i64::MIN), Some((1, &mut format!("of {}", i64::MIN))));
        indexed.get_mut(0).unwrap().push_str(", changed");
        assert_eq!(indexed.at_mut(2..4), ["of 0, changed", "of 9223372036854775807"]);
        assert_eq!((indexed.contains(1), indexed.get(1)), (false, None));
        assert_eq!(indexed.find(1), None);
    }

    #[test]
    fn places_where_nothing_stands_hold_nothing() {
        let mut indexed = indexed(&[1, 2]);
        assert!(indexed.at_mut(1..3).is_empty() && indexed.at_mut(2..2).is_empty());
        #[allow(clippy::reversed_empty_ranges)]
        let backwards = 2..1;
        assert!(indexed.at_mut(backwards).is_empty());
    }

    #[test]
    fn all_are_taken_in_the_order_of_their_indexes_and_nothing_is_left() {
        let mut indexed = indexed(&[3, -1, 2]);
        assert_eq!(indexed.take().collect::<Vec<_>>(), ["of -1", "of 2", "of 3"]);
        assert_eq!((indexed.len(), indexed.contains(3)), (0, false));
        indexed.push(3, "again".to_owned());
        assert_eq!(indexed.take().collect::<Vec<_>>(), ["again"]);
    }
}
