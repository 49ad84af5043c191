//! The schemas that validation can reach, numbered in the order in which they are found.
//!
//! Number 0 is the result. What `"$ref": "#"` leads to has a number of its own, although it stands at the same place: so
//! the result is never part of a cycle, and `$schema` stands only in it. When definitions are to be kept, the same holds for
//! what the result itself is a reference to: it is written out, and a definition as well if something else refers to it.

use super::document::{DOCUMENT, Document, Place};
use super::index::Index;
use super::keyword::{self, Drafts, Keyword, Keywords, Role, Shape};
use crate::wire::Kind;
use crate::{Error, ErrorKind};

/// The number of a reached schema.
pub(super) type Number = u32;

/// The result's own number.
pub(super) const RESULT: Number = 0;

const NONE: Number = Number::MAX;

/// A member of a schema that the result keeps, or its `$ref`.
#[derive(Clone, Copy)]
pub(super) struct Member {
    pub(super) keyword: Keyword,
    pub(super) place: Place,
}

/// A schema that another one leads to.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub(super) number: Number,
    /// Whether it applies to the same instance.
    pub(super) in_place: bool,
}

/// Where a `$ref` leads.
#[derive(Clone, Copy)]
pub(super) struct Reference {
    /// The `$ref`'s own place.
    pub(super) place: Place,
    pub(super) target: Number,
}

/// A reached schema.
pub(super) struct Schema {
    pub(super) place: Place,
    pub(super) boolean: Option<bool>,
    /// Which keywords it has, besides `$ref`.
    pub(super) keywords: Keywords,
    pub(super) reference: Option<Reference>,
    /// Where its members end, and what it leads to; they begin where those of the schema before end.
    ends: Ends,
}

/// Where lists end.
#[derive(Clone, Copy, Default)]
struct Ends {
    members: u32,
    edges: u32,
}

/// The reached schemas.
pub(super) struct Reached<'d, 's> {
    pub(super) document: &'d Document<'s>,
    schemas: Vec<Schema>,
    members: Vec<Member>,
    edges: Vec<Held>,
    /// The number of the schema at each place; the document's is that of `"$ref": "#"`.
    numbers: Vec<Number>,
    /// Whether the result, or what it is a reference to, stands at each place, and the last of their numbers.
    is_head: Vec<bool>,
    head: Number,
}

const NOTHING: Schema = Schema {
    place: DOCUMENT,
    boolean: Some(true),
    keywords: Keywords::NONE,
    reference: None,
    ends: Ends { members: 0, edges: 0 },
};

impl<'d, 's> Reached<'d, 's> {
    /// Follows keywords and references from the document on.
    pub(super) fn new(document: &'d Document<'s>, keeps_definitions: bool) -> Result<Self, Error> {
        if !keyword::is_schema(document.kind(DOCUMENT)) {
            let message = format!("a schema is an object or a boolean, not {}", document.kind(DOCUMENT).article());
            return Err(Error::new(ErrorKind::InvalidSchema, "", message));
        }
        let mut index = Index::new(document);
        let drafts = index.scope(DOCUMENT).drafts;
        let numbers = vec![NONE; document.len()];
        let mut reached = Self {
            document,
            schemas: Vec::new(),
            members: Vec::new(),
            edges: Vec::new(),
            numbers,
            is_head: vec![false; document.len()],
            head: if keeps_definitions { RESULT } else { NONE },
        };
        reached.schemas.push(Schema { place: DOCUMENT, ..NOTHING });
        reached.is_new_head(DOCUMENT);
        let mut next = RESULT;
        while (next as usize) < reached.schemas.len() {
            reached.read(next, &mut index, drafts)?;
            next += 1;
        }
        document.forget_steps();
        Ok(reached)
    }

    pub(super) fn len(&self) -> usize {
        self.schemas.len()
    }

    pub(super) fn schema(&self, number: Number) -> &Schema {
        self.schemas.get(number as usize).unwrap_or(&NOTHING)
    }

    pub(super) fn members(&self, number: Number) -> &[Member] {
        let (start, end) = (self.ends_before(number).members, self.schema(number).ends.members);
        self.members.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The schemas that a schema holds.
    pub(super) fn held(&self, number: Number) -> &[Held] {
        match self.edges(number) {
            [held @ .., _] if self.schema(number).reference.is_some() => held,
            held => held,
        }
    }

    /// The schemas that a schema leads to: those that it holds, then the target of its `$ref`.
    pub(super) fn edges(&self, number: Number) -> &[Held] {
        let (start, end) = (self.ends_before(number).edges, self.schema(number).ends.edges);
        self.edges.get(start as usize..end as usize).unwrap_or_default()
    }

    fn ends_before(&self, number: Number) -> Ends {
        let before = number.checked_sub(1).and_then(|before| self.schemas.get(before as usize));
        before.map(|schema| schema.ends).unwrap_or_default()
    }

    /// The number of the schema that is held at a place.
    pub(super) fn number(&self, place: Place) -> Number {
        self.numbers.get(place as usize).copied().unwrap_or_default()
    }

    /// The schemas that stand at places, in the order of the text.
    pub(super) fn in_order(&self) -> impl Iterator<Item = Number> {
        self.numbers.iter().copied().filter(|number| *number != NONE)
    }

    fn reach(&mut self, place: Place) -> Number {
        let next = Number::try_from(self.schemas.len()).unwrap_or(NONE);
        match self.numbers.get_mut(place as usize) {
            Some(number) if *number == NONE => *number = next,
            Some(number) => return *number,
            None => return RESULT,
        }
        self.schemas.push(Schema { place, ..NOTHING });
        next
    }

    /// Whether the result, or what it is a reference to, did not stand at this place before; now it does.
    fn is_new_head(&mut self, place: Place) -> bool {
        self.is_head.get_mut(place as usize).is_some_and(|is_head| !std::mem::replace(is_head, true))
    }

    /// Gives what the result is a reference to a number of its own.
    fn lead(&mut self, place: Place) -> Number {
        self.head = Number::try_from(self.schemas.len()).unwrap_or(NONE);
        self.schemas.push(Schema { place, ..NOTHING });
        self.head
    }

    /// Reads the members of a schema.
    fn read(&mut self, number: Number, index: &mut Index<'_, '_>, root_drafts: Drafts) -> Result<(), Error> {
        let document = self.document;
        let place = self.schema(number).place;
        let scope = index.scope(place);
        if !mixes(scope.drafts, root_drafts) {
            let message = "a schema of another draft than the document";
            return Err(Error::new(ErrorKind::Unsupported, document.pointer(place), message));
        }
        let mut schema = Schema { place, boolean: None, ..NOTHING };
        if document.kind(place) == Kind::Boolean {
            schema.boolean = Some(document.token(place) == "true");
        } else {
            let is_ref = |member| document.keyword(member) == Keyword::Ref;
            let overrules = scope.drafts == Drafts::LEGACY && document.children(place).any(is_ref);
            for member in document.children(place) {
                let keyword = keyword::of(document, member, scope.drafts);
                let anywhere = document.keyword(member).role();
                match keyword.role() {
                    _ if anywhere == Role::Definition => continue,
                    Role::Definition => continue,
                    Role::Dynamic => return Err(dynamic(document, member)),
                    Role::Reference => {
                        let reference = document.string(member).ok_or_else(|| not_a_string(document, member))?;
                        let target = index.resolve(scope, &reference, member)?;
                        let leads = number == self.head && self.is_new_head(target);
                        let target = if leads { self.lead(target) } else { self.reach(target) };
                        schema.reference = Some(Reference { place: member, target });
                    }
                    Role::Annotation if keyword == Keyword::Schema && number != RESULT => continue,
                    // A keyword of other drafts only is a constraint all the same.
                    _ if overrules && anywhere != Role::Annotation => continue,
                    Role::Annotation => schema.keywords.insert(keyword),
                    Role::Constraint { in_place } => {
                        schema.keywords.insert(keyword);
                        self.hold(member, keyword.shape(), in_place)?;
                    }
                }
                self.members.push(Member { keyword, place: member });
            }
        }
        self.edges.extend(schema.reference.map(|to| Held { number: to.target, in_place: true }));
        schema.ends = self.ends();
        if let Some(slot) = self.schemas.get_mut(number as usize) {
            *slot = schema;
        }
        Ok(())
    }

    /// Where the lists of members and of edges end. Each has at most one for a byte of the text.
    fn ends(&self) -> Ends {
        let end = |length| u32::try_from(length).unwrap_or(u32::MAX);
        Ends { members: end(self.members.len()), edges: end(self.edges.len()) }
    }

    fn hold(&mut self, member: Place, shape: Shape, in_place: bool) -> Result<(), Error> {
        let document = self.document;
        let hold = |place| {
            let number = self.reach(place);
            self.edges.push(Held { number, in_place });
        };
        keyword::schemas(document, member, shape, hold).map_err(|at| {
            let message = format!("{} where a schema belongs", document.kind(at).article());
            Error::new(ErrorKind::InvalidSchema, document.pointer(at), message)
        })
    }
}

/// Whether a schema of some drafts can stand in a document of others.
fn mixes(drafts: Drafts, document: Drafts) -> bool {
    let latest = |drafts| drafts == Drafts::D2020_12 || drafts == Drafts::ALL;
    drafts == document || latest(drafts) && latest(document)
}

fn dynamic(document: &Document<'_>, member: Place) -> Error {
    let message = format!("`{}` depends on the way that leads to it", document.name(member));
    Error::new(ErrorKind::Unsupported, document.pointer(member), message)
}

fn not_a_string(document: &Document<'_>, member: Place) -> Error {
    let message = format!("`$ref` is a string, not {}", document.kind(member).article());
    Error::new(ErrorKind::InvalidSchema, document.pointer(member), message)
}
