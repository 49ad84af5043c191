//! Objects as lists of members, in their order.

use super::{Leaves, Members, Owned, Reader, Shape, TYPE, Wire, Writer};
use crate::Error;

/// The members of an object, in the order of their source: a map of strings, or the members that a known object has beside its
/// documented ones.
///
/// ```
/// use converse_messages::wire::Map;
///
/// let mut labels = Map::new();
/// labels.push("team", "search");
/// assert_eq!(labels.get("team"), Some(&"search"));
/// ```
#[derive(Clone, Debug)]
#[allow(
    clippy::box_collection,
    reason = "nearly all are empty, and there is one in every object: a word of room suffices"
)]
pub struct Map<V>(Option<Box<Vec<(String, V)>>>);

impl<V> Map<V> {
    /// No members.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    /// How many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members().is_empty()
    }

    fn members(&self) -> &[(String, V)] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }

    /// The value of the first member of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&V> {
        self.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// The value of the member that stands at this place.
    pub(crate) fn value_mut(&mut self, place: usize) -> Option<&mut V> {
        self.0.as_mut()?.get_mut(place).map(|(_, value)| value)
    }

    /// Adds a member at the end. An object with a name twice is malformed, which this does not check.
    pub fn push(&mut self, name: impl Into<String>, value: V) {
        self.0.get_or_insert_default().push((name.into(), value));
    }

    /// Takes the first member of this name out.
    pub fn remove(&mut self, name: &str) -> Option<V> {
        let at = self.iter().position(|(own, _)| own == name)?;
        Some(self.0.as_mut()?.remove(at).1)
    }

    /// The members, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.members().iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl<V: PartialEq> PartialEq for Map<V> {
    fn eq(&self, other: &Self) -> bool {
        self.members() == other.members()
    }
}

impl<V: Eq> Eq for Map<V> {}

impl<V> Default for Map<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> IntoIterator for Map<V> {
    type Item = (String, V);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.map(|members| *members).unwrap_or_default().into_iter()
    }
}

impl<V> FromIterator<(String, V)> for Map<V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(members: I) -> Self {
        let mut map = Self::new();
        map.extend(members);
        map
    }
}

impl<V> Extend<(String, V)> for Map<V> {
    fn extend<I: IntoIterator<Item = (String, V)>>(&mut self, members: I) {
        for (name, value) in members {
            self.push(name, value);
        }
    }
}

impl<V> Map<V> {
    /// Reads the value of a member, and keeps both.
    pub(crate) fn read_member<L: Leaves>(&mut self, name: &str, reader: &mut Reader<'_, L>) -> Result<(), Error>
    where
        V: Wire<L>,
    {
        let mut value = V::default();
        value.read(reader)?;
        self.push(name, value);
        Ok(())
    }

    /// Writes the members into an object that is open.
    pub(crate) fn write_members<L: Leaves>(&self, writer: &mut Writer)
    where
        V: Wire<L>,
    {
        for (name, value) in self.iter() {
            writer.key(name);
            value.write(writer);
        }
    }
}

impl<L: Leaves, V: Wire<L>> Members<L> for Map<V> {
    fn known(&mut self, _: usize, _: &mut Reader<'_, L>) -> Result<(), Error> {
        Ok(())
    }

    fn other(&mut self, name: &str, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        self.read_member(name, reader)
    }
}

impl<L: Leaves, V: Wire<L>> Wire<L> for Map<V> {
    fn read(&mut self, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        reader.object(&Shape::new(None, &[], 0), self)
    }

    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        self.write_members(writer);
        writer.end_object();
    }
}

/// An object whose `type` this library does not know: kept whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Untyped<L: Leaves = Owned> {
    /// The `type`.
    pub kind: String,
    /// All other members.
    pub members: Map<L::Json>,
}

impl<L: Leaves> Members<L> for Untyped<L> {
    fn known(&mut self, _: usize, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        self.kind = reader.string()?.into_owned();
        Ok(())
    }

    fn other(&mut self, name: &str, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        self.members.read_member(name, reader)
    }
}

impl<L: Leaves> Wire<L> for Untyped<L> {
    fn read(&mut self, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        reader.object(&Shape::new(None, &[TYPE], 0), self)
    }

    fn write(&self, writer: &mut Writer) {
        writer.begin_object();
        writer.name(TYPE);
        writer.string(&self.kind);
        self.members.write_members(writer);
        writer.end_object();
    }
}
