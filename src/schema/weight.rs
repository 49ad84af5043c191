//! How large the result is, and each part of it: sums, taken before anything is built.

use super::expand::State;

/// How large a piece of JSON is. Numbers that do not fit are the largest that do, which no limit allows.
#[derive(Clone, Copy, Default)]
pub(super) struct Weight {
    /// Values, itself included.
    pub(super) nodes: u32,
    pub(super) bytes: u32,
    pub(super) levels: u32,
}

impl Weight {
    pub(super) const OBJECT: Self = Self { nodes: 1, bytes: 2, levels: 1 };

    /// Puts an element in an array, or a member with this much of a name in an object, that has `before` already.
    pub(super) fn put(&mut self, before: u32, name: u32, value: Self) {
        self.nodes = self.nodes.saturating_add(value.nodes);
        self.bytes = self.bytes.saturating_add(value.bytes).saturating_add(name + u32::from(before > 0));
        self.levels = self.levels.max(value.levels.saturating_add(1));
    }
}

/// A difference, unless the first number did not fit.
fn less(size: u32, by: u32) -> u32 {
    if size == u32::MAX { size } else { size.saturating_sub(by) }
}

/// How long a text is. All are parts of a document of less than 4 GiB.
pub(super) fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// How long a name is, with quotation marks and colon.
pub(super) fn name_length(name: &str) -> u32 {
    length(name).saturating_add(3)
}

/// The measure of a state.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    pub(super) weight: Weight,
    pub(super) members: u32,
    pub(super) boolean: Option<bool>,
    /// The state that it is an alias of, or it itself.
    pub(super) settled: State,
    /// Whether there is a cut in it.
    pub(super) cut: bool,
    /// Whether it may say of fewer properties or items than before that it has evaluated them.
    pub(super) blind: bool,
}

impl Extent {
    pub(super) fn new(settled: State) -> Self {
        Self { weight: Weight::OBJECT, members: 0, boolean: None, settled, cut: false, blind: false }
    }

    pub(super) fn put(&mut self, name: &str, value: Weight) {
        self.weight.put(self.members, name_length(name), value);
        self.members = self.members.saturating_add(1);
    }

    /// Takes over the members of another one, without those that weigh `hidden`.
    pub(super) fn join(&mut self, other: &Self, hidden: (u32, Weight)) {
        let (count, weight) = hidden;
        let members = other.members.saturating_sub(count);
        // Without brackets, and with a comma for each member but the first.
        let brackets_and_commas = other.members.saturating_sub(1).saturating_add(2);
        let bytes = less(other.weight.bytes, brackets_and_commas.saturating_add(weight.bytes));
        let commas = members.saturating_sub(u32::from(self.members == 0));
        self.weight.nodes = self.weight.nodes.saturating_add(less(other.weight.nodes, weight.nodes + 1));
        self.weight.bytes = self.weight.bytes.saturating_add(bytes).saturating_add(commas);
        self.weight.levels = self.weight.levels.max(other.weight.levels);
        self.members = self.members.saturating_add(members);
    }
}
