//! Lists of members: what a known object holds beyond its documented members, and maps of strings.

use super::{Leaves, Owned, Sink, Source, Wire};
use crate::Error;

/// Members that this library does not know, in their order. They survive parsing and are accounted for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Members<L: Leaves = Owned>(Vec<(String, L::Json)>);

impl<L: Leaves> Members<L> {
    /// No members.
    #[must_use]
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a member at the end.
    pub fn push(&mut self, name: impl Into<String>, value: L::Json) {
        self.0.push((name.into(), value));
    }

    /// The members, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &L::Json)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Reads the value of the member called `name` and keeps it.
    pub(crate) fn read_member<S: Source<L>>(&mut self, name: &str, source: &mut S) -> Result<(), Error> {
        let value = source.json()?;
        self.push(name, value);
        Ok(())
    }

    pub(crate) fn write_members<K: Sink<L>>(&self, sink: &mut K) {
        for (name, value) in &self.0 {
            sink.key(name);
            sink.json(value);
        }
    }
}

impl<L: Leaves> IntoIterator for Members<L> {
    type Item = (String, L::Json);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<L: Leaves> FromIterator<(String, L::Json)> for Members<L> {
    fn from_iter<I: IntoIterator<Item = (String, L::Json)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

impl<L: Leaves> Wire<L> for Members<L> {
    fn read<S: Source<L>>(source: &mut S) -> Result<Self, Error> {
        let mut members = Self::new();
        source.object(|source, name| members.read_member(name, source))?;
        Ok(members)
    }

    fn write<K: Sink<L>>(&self, sink: &mut K) {
        sink.begin_object();
        self.write_members(sink);
        sink.end_object();
    }
}

/// A map from names to values of one type, in the order of its source.
#[derive(Clone, Debug, PartialEq)]
pub struct Map<V>(pub Vec<(String, V)>);

impl<V> Default for Map<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<L: Leaves, V: Wire<L>> Wire<L> for Map<V> {
    fn read<S: Source<L>>(source: &mut S) -> Result<Self, Error> {
        let mut entries = Vec::new();
        source.object(|source, name| {
            entries.push((name.to_owned(), V::read(source)?));
            Ok(())
        })?;
        Ok(Self(entries))
    }

    fn write<K: Sink<L>>(&self, sink: &mut K) {
        sink.begin_object();
        for (name, value) in &self.0 {
            sink.key(name);
            value.write(sink);
        }
        sink.end_object();
    }
}

/// An object whose `type` this library does not know: kept whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Untyped<L: Leaves = Owned> {
    /// The `type`.
    pub kind: String,
    /// All other members.
    pub members: Members<L>,
}

impl<L: Leaves> Wire<L> for Untyped<L> {
    fn read<S: Source<L>>(source: &mut S) -> Result<Self, Error> {
        let (mut kind, mut members) = (String::new(), Members::new());
        source.object(|source, name| match name {
            "type" => {
                kind = source.string(str::to_owned)?;
                Ok(())
            }
            _ => members.read_member(name, source),
        })?;
        Ok(Self { kind, members })
    }

    fn write<K: Sink<L>>(&self, sink: &mut K) {
        sink.begin_object();
        sink.name("type");
        sink.string(&self.kind);
        self.members.write_members(sink);
        sink.end_object();
    }
}
