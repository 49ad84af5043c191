//! Writes an expansion that has been measured.

use super::bend::Fate;
use super::document::Place;
use super::expand::{Expansion, Rest, START, State, is_one};
use super::keyword::{Keyword, Shape};
use super::reach::{Member, Number};
use crate::wire::{Kind, push_string};

/// What is still to be written.
#[derive(Clone, Copy)]
enum Task<'s> {
    Schema(State),
    /// A name's token, without quotation marks.
    Name(&'s str),
    /// A value of the document.
    Value(Place),
    /// The name of a definition that is kept, and a reference to it.
    Definition(Number),
    Reference(Number),
    Open(&'static str),
    Close(&'static str),
}

/// The result, as compact JSON.
pub(super) fn write(expansion: &Expansion<'_, '_, '_, '_>) -> String {
    let bytes = expansion.total().bytes as usize;
    let mut writer = Writer { expansion, out: String::with_capacity(bytes), tasks: Vec::new() };
    writer.tasks.push(Task::Schema(START));
    while let Some(task) = writer.tasks.pop() {
        writer.write(task);
    }
    debug_assert_eq!(writer.out.len(), bytes, "the measure is exact");
    writer.out
}

struct Writer<'e, 'p, 'r, 'd, 's> {
    expansion: &'e Expansion<'p, 'r, 'd, 's>,
    out: String,
    /// The next one last.
    tasks: Vec<Task<'s>>,
}

impl<'s> Writer<'_, '_, '_, '_, 's> {
    /// A comma, if something stands before on the same level: no token ends in a byte that opens a place.
    fn separate(&mut self) {
        if !matches!(self.out.as_bytes().last(), None | Some(b'{' | b'[' | b':' | b',')) {
            self.out.push(',');
        }
    }

    fn write(&mut self, task: Task<'s>) {
        if !matches!(task, Task::Close(_)) {
            self.separate();
        }
        match task {
            Task::Schema(state) => self.schema(state),
            Task::Name(token) => self.out.extend(["\"", token, "\":"]),
            Task::Value(place) => self.expansion.siblings.reached.document.push(place, &mut self.out),
            Task::Open(token) | Task::Close(token) => self.out.push_str(token),
            Task::Definition(number) => {
                push_string(&self.expansion.name_of(number), &mut self.out);
                self.out.push(':');
            }
            Task::Reference(number) => push_string(&self.expansion.reference_to(number), &mut self.out),
        }
    }

    fn schema(&mut self, state: State) {
        let (settled, boolean) = self.expansion.settled(state);
        if let Some(boolean) = boolean {
            self.out.push_str(if boolean { "true" } else { "false" });
            return;
        }
        self.out.push('{');
        let start = self.tasks.len();
        self.view(settled, &mut Vec::new());
        if state == START {
            self.definitions();
        }
        self.tasks.push(Task::Close("}"));
        if let Some(tasks) = self.tasks.get_mut(start..) {
            tasks.reverse();
        }
    }

    /// The members of a view, without those that the layers above hide. A view has few layers.
    fn view(&mut self, state: State, above: &mut Vec<Number>) {
        let expansion = self.expansion;
        let bend = expansion.bend(state);
        let rest = expansion.rest(state);
        for member in expansion.siblings.reached.members(state.number) {
            if member.keyword == Keyword::Ref {
                above.push(state.number);
                self.rest(state, rest, above);
                above.pop();
                continue;
            }
            let fate = bend.fate(member.keyword);
            if fate == Fate::Goes || self.is_hidden(*member, above) {
                continue;
            }
            let name = expansion.siblings.reached.document.name_token(member.place);
            self.tasks.push(Task::Name(if fate == Fate::AnyOf { "anyOf" } else { name }));
            self.value(state, *member);
            if let (Keyword::AllOf, Rest::AllOf(target)) = (member.keyword, rest) {
                self.tasks.pop();
                self.tasks.extend([Task::Schema(target), Task::Close("]")]);
            }
        }
    }

    fn is_hidden(&self, member: Member, above: &[Number]) -> bool {
        let siblings = self.expansion.siblings;
        !above.is_empty() && {
            let name = siblings.reached.document.name(member.place);
            above.iter().any(|layer| siblings.own(*layer, &name).is_some())
        }
    }

    /// What stands for a `$ref`; its own schema is the last of those above.
    fn rest(&mut self, state: State, rest: Rest, above: &mut Vec<Number>) {
        let expansion = self.expansion;
        match rest {
            Rest::Nothing => {}
            Rest::View(target) => self.view(expansion.settled(target).0, above),
            Rest::Stub(target) => {
                for member in expansion.stub(target) {
                    if !self.is_hidden(member, above) {
                        let name = expansion.siblings.reached.document.name_token(member.place);
                        self.tasks.extend([Task::Name(name), Task::Value(member.place)]);
                    }
                }
            }
            Rest::AllOf(target) => {
                if let Some(member) = expansion.hoisted(state) {
                    self.tasks.extend([Task::Name("type"), Task::Value(member.place)]);
                }
                if expansion.siblings.own(state.number, "allOf").is_none() {
                    self.tasks.extend([Task::Name("allOf"), Task::Open("["), Task::Schema(target), Task::Close("]")]);
                }
            }
            Rest::Kept(definition) => self.tasks.extend([Task::Name("$ref"), Task::Reference(definition)]),
        }
    }

    /// The value of a member.
    fn value(&mut self, state: State, member: Member) {
        let reached = self.expansion.siblings.reached;
        let document = reached.document;
        let kind = document.kind(member.place);
        let is_discriminator = member.keyword == Keyword::Discriminator && kind == Kind::Object;
        if member.keyword.shape() == Shape::Data && !is_discriminator {
            self.tasks.push(Task::Value(member.place));
            return;
        }
        let schema = |place| Task::Schema(self.expansion.held(state, reached.number(place)));
        if is_one(member.keyword, kind) {
            self.tasks.push(schema(member.place));
            return;
        }
        let [open, close] = if kind == Kind::Array { ["[", "]"] } else { ["{", "}"] };
        let mut tasks = vec![Task::Open(open)];
        for child in document.children(member.place) {
            // Where the mapping leads to is gone.
            if is_discriminator && document.name(child) == "mapping" {
                continue;
            }
            if kind == Kind::Object {
                tasks.push(Task::Name(document.name_token(child)));
            }
            let is_data = is_discriminator || document.kind(child) == Kind::Array;
            tasks.push(if is_data { Task::Value(child) } else { schema(child) });
        }
        tasks.push(Task::Close(close));
        self.tasks.append(&mut tasks);
    }

    /// The definitions that references still lead to.
    fn definitions(&mut self) {
        if self.expansion.kept.is_empty() {
            return;
        }
        self.tasks.extend([Task::Name("$defs"), Task::Open("{")]);
        for number in &self.expansion.kept {
            self.tasks.extend([Task::Definition(*number), Task::Schema(State::first(*number))]);
        }
        self.tasks.push(Task::Close("}"));
    }
}
