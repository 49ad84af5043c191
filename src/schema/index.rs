//! What references can lead to: resources by their URI, places by their anchor or JSON pointer.
//!
//! A resource is a schema with an `$id` of its own, and the document itself: references inside it are relative to its
//! URI, pointers and anchors inside it to itself. All of them are listed before the first reference is followed, since a
//! reference may lead anywhere in the document.

use std::borrow::Cow;
use std::collections::HashMap;

use memchr::memrchr;

use super::document::{DOCUMENT, Document, Place};
use super::keyword::{self, Drafts, Keyword};
use super::uri;
use crate::wire::Kind;
use crate::{Error, ErrorKind};

/// The number of a resource in the list.
type Number = u32;

const NONE: Number = Number::MAX;

#[derive(Clone)]
struct Resource<'s> {
    root: Place,
    /// Its URI without a fragment. `None`: too long to be made.
    uri: Option<Cow<'s, str>>,
    drafts: Drafts,
}

/// The resources and anchors of a document.
pub(super) struct Index<'d, 's> {
    document: &'d Document<'s>,
    resources: Vec<Resource<'s>>,
    /// The resource of each value that is known to be a schema. Empty: there is only one resource.
    of_schema: Vec<Number>,
    by_uri: HashMap<Cow<'s, str>, Number>,
    anchors: HashMap<(Number, Cow<'s, str>), Place>,
    /// The last pointer's way: most pointers of a resource share it.
    way: Option<Way>,
}

/// The way of a pointer up to its last step.
struct Way {
    root: Place,
    pointer: String,
    holder: Place,
}

/// Where a schema belongs.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    resource: Number,
    /// The drafts whose keywords hold there.
    pub(super) drafts: Drafts,
}

impl<'d, 's> Index<'d, 's> {
    pub(super) fn new(document: &'d Document<'s>) -> Self {
        let whole = Resource { root: DOCUMENT, uri: Some(Cow::Borrowed("")), drafts: Drafts::ALL };
        let mut index = Self {
            document,
            resources: vec![whole],
            of_schema: Vec::new(),
            by_uri: HashMap::new(),
            anchors: HashMap::new(),
            way: None,
        };
        if document.names_schemas {
            index.of_schema = vec![NONE; document.len()];
            index.list(DOCUMENT, 0, true);
        } else {
            index.enter(DOCUMENT, 0, true);
        }
        index
    }

    /// Lists what stands in a schema and in all schemas in it. What stands where no keyword is known is no target by name.
    fn list(&mut self, schema: Place, resource: Number, by_name: bool) {
        let mut open = vec![(schema, resource)];
        while let Some((schema, outer)) = open.pop() {
            if self.of_schema.get(schema as usize) != Some(&NONE) {
                continue;
            }
            let resource = self.enter(schema, outer, by_name);
            if let Some(own) = self.of_schema.get_mut(schema as usize) {
                *own = resource;
            }
            let drafts = self.drafts(resource);
            for member in self.document.children(schema).filter(|_| self.document.kind(schema) == Kind::Object) {
                let shape = keyword::of(self.document, member, drafts).shape();
                let list = |schema| open.push((schema, resource));
                // What is malformed matters only if a reference leads there.
                let _ = keyword::schemas(self.document, member, shape, list);
            }
        }
    }

    fn drafts(&self, resource: Number) -> Drafts {
        self.resources.get(resource as usize).map_or(Drafts::ALL, |resource| resource.drafts)
    }

    /// The resource that a schema belongs to: the outer one, or a new one. Its anchors are listed.
    fn enter(&mut self, schema: Place, outer: Number, by_name: bool) -> Number {
        let names = Names::of(self.document, schema);
        if schema != DOCUMENT && !names.has_any {
            return outer;
        }
        let drafts = names.draft.map_or(self.drafts(outer), |uri| Drafts::named(&uri));
        let id = names.id.filter(|_| drafts != Drafts::LEGACY || !names.has_ref).unwrap_or_default();
        let (own_uri, fragment) = split(id);
        let mut resource = outer;
        if schema == DOCUMENT || !own_uri.is_empty() {
            resource = self.open_resource(schema, outer, own_uri, drafts, by_name);
        }
        let anchors = [
            Some(fragment).filter(|_| drafts.meet(Drafts::LEGACY)),
            names.anchor.filter(|_| drafts != Drafts::LEGACY),
            names.dynamic_anchor.filter(|_| drafts.meet(Drafts::D2020_12)),
        ];
        for anchor in anchors.into_iter().flatten().filter(|anchor| by_name && !anchor.is_empty()) {
            self.anchors.entry((resource, anchor)).or_insert(schema);
        }
        resource
    }

    fn open_resource(
        &mut self,
        root: Place,
        outer: Number,
        own_uri: Cow<'s, str>,
        drafts: Drafts,
        by_name: bool,
    ) -> Number {
        let base = self.resources.get(outer as usize).and_then(|outer| outer.uri.clone());
        let uri = base.and_then(|base| absolute(&base, own_uri));
        let resource = Resource { root, uri: uri.clone(), drafts };
        let number = if root == DOCUMENT { 0 } else { Number::try_from(self.resources.len()).unwrap_or(NONE) };
        match self.resources.first_mut() {
            Some(whole) if root == DOCUMENT => *whole = resource,
            _ => self.resources.push(resource),
        }
        if let Some(uri) = uri.filter(|_| by_name) {
            self.by_uri.entry(uri).or_insert(number);
        }
        number
    }

    fn known(&self, schema: Place) -> Option<Number> {
        self.of_schema.get(schema as usize).copied().filter(|known| *known != NONE)
    }

    /// Where a schema belongs that references or keywords have led to.
    pub(super) fn scope(&mut self, schema: Place) -> Scope {
        if !self.of_schema.is_empty() && self.known(schema).is_none() {
            let mut holders = std::iter::successors(Some(schema), |place| self.document.parent(*place));
            let outer = holders.find_map(|place| self.known(place)).unwrap_or_default();
            self.list(schema, outer, false);
        }
        let resource = self.known(schema).unwrap_or_default();
        Scope { resource, drafts: self.drafts(resource) }
    }

    /// The schema that a reference leads to.
    pub(super) fn resolve(&mut self, scope: Scope, reference: &str, at: Place) -> Result<Place, Error> {
        let document = self.document;
        let error = |kind, message: String| Error::new(kind, document.pointer(at), message);
        let (uri, fragment) = uri::split(reference);
        let resource = if uri.is_empty() { Some(scope.resource) } else { self.find(scope, uri) };
        let root = |number: Number| Some((number, self.resources.get(number as usize)?.root));
        let Some((resource, root)) = resource.and_then(root) else {
            return Err(error(ErrorKind::RemoteRef, format!("`{}` is not in this document", shown(reference))));
        };
        let unresolved = |why: &str| error(ErrorKind::UnresolvedRef, format!("`{}` {why}", shown(reference)));
        let fragment = uri::percent_decode(fragment).ok_or_else(|| unresolved("has a broken percent escape"))?;
        let target = match fragment.strip_prefix('/') {
            Some(pointer) => self.follow(root, pointer, &unresolved)?,
            None if fragment.is_empty() => Some(root),
            None => self.anchors.get(&(resource, fragment)).copied(),
        };
        let target = target.ok_or_else(|| unresolved("leads nowhere"))?;
        if keyword::is_schema(document.kind(target)) {
            return Ok(target);
        }
        Err(unresolved(&format!("leads to {}, not to a schema", document.kind(target).article())))
    }

    fn find(&self, scope: Scope, reference: &str) -> Option<Number> {
        let base = self.resources.get(scope.resource as usize)?.uri.as_deref()?;
        self.by_uri.get(&uri::resolve(base, reference)?).copied()
    }

    /// Follows a JSON pointer, without its first slash.
    fn follow(&mut self, root: Place, pointer: &str, error: &impl Fn(&str) -> Error) -> Result<Option<Place>, Error> {
        let last = memrchr(b'/', pointer.as_bytes()).map_or(0, |slash| slash + 1);
        let (way, last) = pointer.split_at_checked(last).unwrap_or_default();
        let holder = match (&self.way, way.strip_suffix('/')) {
            (_, None) => root,
            (Some(known), _) if known.root == root && known.pointer == way => known.holder,
            (_, Some(steps)) => {
                let Some(holder) = self.walk(root, steps, error)? else { return Ok(None) };
                self.way = Some(Way { root, pointer: way.to_owned(), holder });
                holder
            }
        };
        self.walk(holder, last, error)
    }

    /// Takes the steps of a JSON pointer, without its first slash.
    fn walk(&self, root: Place, pointer: &str, error: &impl Fn(&str) -> Error) -> Result<Option<Place>, Error> {
        let mut place = root;
        for step in uri::steps(pointer) {
            let step = step.ok_or_else(|| error("has a broken `~` escape"))?;
            let Some(child) = self.document.child(place, &step) else {
                return Ok(None);
            };
            place = child;
            let is_definitions = matches!(self.document.keyword(place), Keyword::Defs | Keyword::Definitions);
            if is_definitions && self.document.kind(place) != Kind::Object {
                let message = format!("`{step}` is not an object");
                return Err(Error::new(ErrorKind::InvalidSchema, self.document.pointer(place), message));
            }
        }
        Ok(Some(place))
    }
}

/// What a schema says about how it is called.
#[derive(Default)]
struct Names<'s> {
    draft: Option<Cow<'s, str>>,
    id: Option<Cow<'s, str>>,
    anchor: Option<Cow<'s, str>>,
    dynamic_anchor: Option<Cow<'s, str>>,
    has_ref: bool,
    /// Whether there is any of these but the last.
    has_any: bool,
}

impl<'s> Names<'s> {
    fn of(document: &Document<'s>, schema: Place) -> Self {
        let mut names = Self::default();
        if document.kind(schema) != Kind::Object {
            return names;
        }
        for member in document.children(schema) {
            let name = match document.keyword(member) {
                Keyword::Schema => &mut names.draft,
                Keyword::Id => &mut names.id,
                Keyword::Anchor => &mut names.anchor,
                Keyword::DynamicAnchor => &mut names.dynamic_anchor,
                Keyword::Ref => {
                    names.has_ref = true;
                    continue;
                }
                _ => continue,
            };
            *name = document.string(member);
            names.has_any = true;
        }
        names
    }
}

/// A reference without its fragment, and the fragment.
fn split(reference: Cow<'_, str>) -> (Cow<'_, str>, Cow<'_, str>) {
    match reference {
        Cow::Borrowed(reference) => {
            let (uri, fragment) = uri::split(reference);
            (uri.into(), fragment.into())
        }
        Cow::Owned(reference) => {
            let (uri, fragment) = uri::split(&reference);
            (uri.to_owned().into(), fragment.to_owned().into())
        }
    }
}

/// A resource's URI, borrowed from the document where it can be.
fn absolute<'s>(base: &str, own: Cow<'s, str>) -> Option<Cow<'s, str>> {
    let resolved = match uri::resolve(base, &own)? {
        Cow::Borrowed(text) if text == own => None,
        resolved => Some(resolved.into_owned()),
    };
    Some(resolved.map_or(own, Cow::Owned))
}

/// A reference as a message may show it.
fn shown(reference: &str) -> Cow<'_, str> {
    const LONGEST: usize = 80;
    match reference.char_indices().nth(LONGEST) {
        None => reference.into(),
        Some((end, _)) => format!("{}…", reference.get(..end).unwrap_or_default()).into(),
    }
}
