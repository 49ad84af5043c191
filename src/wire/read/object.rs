//! Objects: their members' names, and the `type` that tells what they are.

use std::borrow::Cow;

use super::super::token::decoded;
use super::super::watch::Watch;
use super::super::{Identifier, Kind, Leaves, TYPE};
use super::{Mark, Reader};
use crate::{Error, ErrorKind};

/// The name of a member as it was read.
enum MemberName<'s> {
    /// The known one at this place.
    Known(usize),
    /// Another one: its token, and whether that has escapes.
    Other(&'s str, bool),
}

/// An object that begins with its `type`.
#[derive(Clone, Copy)]
pub(super) struct Tagged<'s> {
    /// Where the object begins.
    object: usize,
    tag: &'s str,
    /// Where the `type` ends.
    end: usize,
}

/// What is known of an object before it is read.
pub(crate) struct Shape {
    /// Which `type` it always has, if it always has the same.
    tag: Option<Identifier>,
    known: &'static [Identifier],
    /// A bit for each known member that must be there.
    required: u64,
}

impl Shape {
    pub(crate) const fn new(tag: Option<Identifier>, known: &'static [Identifier], required: u64) -> Self {
        assert!(known.len() <= u64::BITS as usize, "there is a bit for each known member");
        Self { tag, known, required }
    }
}

/// What the members of an object are read into.
pub(crate) trait Members<L: Leaves> {
    /// Reads the known member at this place of the [`Shape`].
    fn known(&mut self, place: usize, reader: &mut Reader<'_, L>) -> Result<(), Error>;

    /// Reads another member.
    fn other(&mut self, name: &str, reader: &mut Reader<'_, L>) -> Result<(), Error>;
}

/// The one member of a union.
struct Only<'u, U: ?Sized> {
    union: &'u mut U,
    found: bool,
    second: Option<Mark>,
}

impl<U: ?Sized> Only<'_, U> {
    /// Reads the member that comes next if it is the first that is not null.
    fn first<L: Leaves>(
        &mut self,
        reader: &mut Reader<'_, L>,
        read: impl FnOnce(&mut U, &mut Reader<'_, L>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if reader.null()? {
            return Ok(());
        }
        if self.found {
            // Read on: the same member twice is another error, found at the end.
            self.second.get_or_insert(reader.mark());
            return reader.skip();
        }
        self.found = true;
        read(self.union, reader)
    }
}

impl<L: Leaves, U: Members<L> + ?Sized> Members<L> for Only<'_, U> {
    fn known(&mut self, place: usize, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        self.first(reader, |union, reader| union.known(place, reader))
    }

    fn other(&mut self, name: &str, reader: &mut Reader<'_, L>) -> Result<(), Error> {
        self.first(reader, |union, reader| union.other(name, reader))
    }
}

/// Whether a text begins with this name as a member's. The end of the name tells most of them apart.
#[inline]
fn begins(text: &[u8], name: Identifier) -> bool {
    let token = name.token.as_bytes();
    text.get(token.len() - 2..token.len()) == Some(b"\":") && text.starts_with(token)
}

impl<'s, L: Leaves> Reader<'s, L> {
    /// Reads an object.
    pub(crate) fn object(&mut self, shape: &Shape, members: &mut impl Members<L>) -> Result<(), Error> {
        // Once for all types, which are many, where the code is to be small.
        #[cfg(target_family = "wasm")]
        let members: &mut dyn Members<L> = members;
        self.members(shape, members)
    }

    /// Reads an object with exactly one member, which says what it is.
    pub(crate) fn union(&mut self, shape: &Shape, union: &mut impl Members<L>) -> Result<(), Error> {
        #[cfg(target_family = "wasm")]
        let union: &mut dyn Members<L> = union;
        self.only_member(shape, union)
    }

    fn only_member<U: Members<L> + ?Sized>(&mut self, shape: &Shape, union: &mut U) -> Result<(), Error> {
        let mut only = Only { union, found: false, second: None };
        let object = self.mark();
        self.members(shape, &mut only)?;
        match only.second {
            Some(second) => Err(self.invalid(&second, None, "a union has exactly one member, this is a second one")),
            None if only.found => Ok(()),
            None => Err(self.invalid(&object, None, "a union has exactly one member, this has none")),
        }
    }

    fn members<M: Members<L> + ?Sized>(&mut self, shape: &Shape, members: &mut M) -> Result<(), Error> {
        let mark = self.mark();
        self.want(Kind::Object)?;
        let &Shape { tag, known, required } = shape;
        self.enter()?;
        self.depth += 1;
        let mut more = !self.closes(b'}');
        let mut tag_found = false;
        if let Some(end) = self.end_of_tag(mark.at, tag) {
            self.at = end;
            tag_found = true;
            more = self.another(b'}')?;
        }
        let (mut seen, mut next) = (0_u64, 0);
        while more {
            match self.member_name(known, next)? {
                MemberName::Known(place) => {
                    if seen & 1 << place != 0 {
                        return Err(self.repeated(self.at));
                    }
                    seen |= 1 << place;
                    next = place + 1;
                    members.known(place, self)?;
                }
                MemberName::Other(token, escaped) => {
                    let name = decoded(token, escaped);
                    match tag {
                        Some(_) if name == TYPE.as_str() && tag_found => return Err(self.repeated(self.at)),
                        Some(tag) if name == TYPE.as_str() => {
                            self.always(tag)?;
                            tag_found = true;
                        }
                        _ => {
                            self.remember(token, escaped);
                            members.other(&name, self)?;
                        }
                    }
                }
            }
            more = self.another(b'}')?;
        }
        self.depth -= 1;
        self.close_names(mark.names, &mut ())?;
        match tag {
            Some(tag) if !tag_found => {
                let message = format!("a required member is missing: {}", tag.as_str());
                return Err(self.invalid(&mark, Some(TYPE.as_str()), &message));
            }
            _ => {}
        }
        match known.get((required & !seen).trailing_zeros() as usize) {
            Some(missing) => Err(self.missing(&mark, *missing)),
            None => Ok(()),
        }
    }

    /// Reads a member's name and the colon behind it.
    #[inline]
    fn name(&mut self) -> Result<(&'s str, bool), Error> {
        self.punctuation(b'"')?;
        let (name, escaped) = self.rest_of_string()?;
        self.punctuation(b':')?;
        Ok((name, escaped))
    }

    /// The same of a name that is not known.
    pub(super) fn other_name(&mut self) -> Result<(&'s str, bool), Error> {
        let (name, escaped) = self.name()?;
        self.remember(name, escaped);
        Ok((name, escaped))
    }

    /// Keeps a name that is not known, to find it if it is repeated.
    fn remember(&mut self, name: &'s str, escaped: bool) {
        self.names.push(name);
        self.escaped_names |= escaped;
    }

    /// Reads the name of a member, which is perhaps the known one whose turn is `next`.
    #[inline]
    fn member_name(&mut self, known: &[Identifier], next: usize) -> Result<MemberName<'s>, Error> {
        self.peek();
        let rest = self.bytes().get(self.at..).unwrap_or_default();
        let mut place = next;
        for _ in known {
            if place >= known.len() {
                place = 0;
            }
            if let Some(name) = known.get(place)
                && begins(rest, *name)
            {
                self.at += name.token.len();
                return Ok(MemberName::Known(place));
            }
            place += 1;
        }
        self.any_name(known)
    }

    /// The same of a name that is not written like a known one.
    #[inline(never)]
    fn any_name(&mut self, known: &[Identifier]) -> Result<MemberName<'s>, Error> {
        let (token, escaped) = self.name()?;
        let name = decoded(token, escaped);
        let place = known.iter().position(|known| known.as_str() == name);
        Ok(place.map_or(MemberName::Other(token, escaped), MemberName::Known))
    }

    /// Where the `type` of the object that begins here ends, if it was looked at and is this one.
    fn end_of_tag(&self, object: usize, tag: Option<Identifier>) -> Option<usize> {
        let found = self.tagged.filter(|found| found.object == object)?;
        (found.tag == tag?.as_str()).then_some(found.end)
    }

    /// Reads a `type` that can only be this one.
    fn always(&mut self, tag: Identifier) -> Result<(), Error> {
        self.peek();
        let start = self.at;
        let (token, escaped) = self.string_token()?;
        if decoded(token, escaped) == tag.as_str() {
            return Ok(());
        }
        let message = format!("the type here is always {:?}", tag.as_str());
        Err(Error::new(ErrorKind::InvalidSource, self.pointer(start), message))
    }

    /// Checks the names of an object that has ended, and forgets them.
    pub(super) fn close_names(&mut self, since: usize, watch: &mut impl Watch<'s>) -> Result<(), Error> {
        let names = self.names.get(since..).unwrap_or_default();
        if names.len() > 1
            && let Some(repeated) = watch.repeated(names, self.escaped_names)
        {
            // A name is a slice of the text.
            return Err(self.repeated(repeated.as_ptr() as usize - self.text.as_ptr() as usize));
        }
        self.names.truncate(since);
        Ok(())
    }

    /// The error of a member whose name ends or stands behind this place.
    #[cold]
    fn repeated(&self, at: usize) -> Error {
        Error::new(ErrorKind::DuplicateKey, self.pointer(at), "the object has this member twice")
    }

    /// Looks for the member `type` of the object that comes next: its string token, if it has one.
    pub(super) fn find_type(&mut self) -> Result<Option<Cow<'s, str>>, Error> {
        self.want(Kind::Object)?;
        let start = self.at;
        self.enter()?;
        self.depth += 1;
        let (mut first, mut more) = (true, !self.closes(b'}'));
        while more {
            if let MemberName::Known(_) = self.member_name(&[TYPE], 0)? {
                return match self.next_kind()? {
                    Kind::Null => Ok(None),
                    Kind::String => {
                        let (token, escaped) = self.string_token()?;
                        self.tagged = (first && !escaped).then_some(Tagged { object: start, tag: token, end: self.at });
                        Ok(Some(decoded(token, escaped)))
                    }
                    found => Err(self.expected("a string", found.article())),
                };
            }
            first = false;
            self.skip()?;
            more = self.another(b'}')?;
        }
        Ok(None)
    }
}
