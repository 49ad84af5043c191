//! What an exception says, in whichever of its forms: a name and a message, each in one place or in several.

use crate::loss::{Code, Cx, Path};
use crate::wire::{FreeForm as _, Kind, Leaves, Map, Text as _};
use crate::{Error, converse, messages};

use super::super::rules::invalid;
use super::super::{drop_padding, present, shown};
use super::{exception_of, kind_of, kind_of_status};

/// A name, and where it stands.
pub(super) struct PlacedName {
    at: String,
    name: converse::ExceptionName,
}

impl PlacedName {
    pub(super) fn new(name: &str, at: Path<'_>) -> Self {
        Self { at: at.pointer(), name: converse::ExceptionName::of(name) }
    }
}

/// The error that an exception is; with its name, if that stands outside.
pub(super) fn error<L: Leaves>(
    name: Option<PlacedName>,
    mut exception: converse::Exception<L>,
    status: Option<u16>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<messages::ErrorResponse<L>, Error> {
    let request_id = exception.request_id.take();
    let mut found = Found { names: name.into_iter().collect(), messages: Vec::new(), message_at: String::new() };
    found.add(exception, at, cx)?;
    let mut names = found.names.into_iter();
    let name = names.next();
    for other in names {
        cx.hint_at(other.at, Code::Dropped, "a name stands before it");
    }
    let kind = kind_by_name(name.as_ref(), status, cx);
    let mut messages = found.messages.into_iter();
    let message = match messages.next() {
        Some((_, message)) => message,
        None if name.is_none() && status.is_none() => {
            return Err(invalid(at.name("message"), "not an error: it has neither a name nor a message"));
        }
        None => {
            cx.hint_at(found.message_at, Code::Supplied, "the error has no message: its type stands for it");
            kind.as_str().to_owned().into()
        }
    };
    for (at, _) in messages {
        cx.hint_at(at, Code::Dropped, "a message stands before it");
    }
    let request_id = request_id.or_else(|| cx.options.request_id.clone().map(L::Text::from));
    let error = messages::ErrorObject { kind, message, ..Default::default() };
    Ok(messages::ErrorResponse { error, request_id, ..Default::default() })
}

/// The error's type, by the exception's name and the status.
fn kind_by_name(name: Option<&PlacedName>, status: Option<u16>, cx: &mut Cx<'_>) -> messages::ErrorType {
    let Some(PlacedName { at, name }) = name else {
        cx.hint(Path::Root.name("__type"), Code::Supplied, "no name: the status tells the class");
        return kind_of_status(status);
    };
    let too_large = Some(messages::ErrorType::RequestTooLarge).filter(|_| status == Some(413));
    let Some(kind) = too_large.or_else(|| kind_of(name)) else {
        let message =
            format!("`{}` is not a name this library knows: the status tells the class", shown(name.as_str()));
        cx.hint_at(at, Code::UnknownValue, message);
        return kind_of_status(status);
    };
    if exception_of(&kind).is_none_or(|(back, _)| back != *name) || kind == messages::ErrorType::RequestTooLarge {
        cx.hint_at(at, Code::Rewritten, format!("`{kind}` stands for other names too"));
    }
    kind
}

/// The names and messages that were found, in order.
struct Found<L: Leaves> {
    names: Vec<PlacedName>,
    messages: Vec<(String, L::Text)>,
    /// Where a message stands, or would.
    message_at: String,
}

impl<L: Leaves> Found<L> {
    fn add(&mut self, exception: converse::Exception<L>, at: Path<'_>, cx: &mut Cx<'_>) -> Result<(), Error> {
        let converse::Exception {
            kind,
            code,
            js_name,
            error,
            message,
            capital_message,
            original_status_code,
            original_message,
            resource_name,
            request_id: _,
            mut unknown,
        } = exception;
        drop_padding(&mut unknown);
        for (member, name) in [("__type", kind), ("code", code), ("name", js_name)] {
            self.add_name(name, at.name(member));
        }
        for (member, message) in [("message", message), ("Message", capital_message)] {
            self.add_message(message, at.name(member));
        }
        self.message_at = at.name("message").pointer();
        if let Some(converse::ErrorDetail { code, message, unknown }) = error {
            let at = at.name("Error");
            self.message_at = at.name("Message").pointer();
            cx.unknown(at, &unknown);
            self.add_name(code, at.name("Code"));
            self.add_message(message, at.name("Message"));
        }
        let others = [
            ("originalStatusCode", original_status_code.is_some()),
            ("originalMessage", original_message.is_some()),
            ("resourceName", resource_name.is_some()),
        ];
        cx.unsupported_members(at, others, "Messages has no place for it");
        self.add_inner(unknown, at, cx)
    }

    fn add_name(&mut self, name: Option<L::Text>, at: Path<'_>) {
        self.names.extend(name.map(|name| PlacedName::new(&name.decode(), at)));
    }

    fn add_message(&mut self, message: Option<L::Text>, at: Path<'_>) {
        self.messages.extend(message.map(|message| (at.pointer(), message)));
    }

    /// A stream's exception is the one member of a union: its name, and what it holds.
    fn add_inner(&mut self, members: Map<L::Json>, at: Path<'_>, cx: &mut Cx<'_>) -> Result<(), Error> {
        let members = present(members);
        let alone = self.names.is_empty() && self.messages.is_empty() && members.len() == 1;
        for (name, value) in members {
            if !alone || !name.ends_with("Exception") || value.kind() != Kind::Object {
                cx.unknown_member(at, &name);
                continue;
            }
            let at = at.name(&name);
            self.names.push(PlacedName::new(&name, at));
            let inner = L::parse(&value).map_err(|error| error.beneath(&at.pointer()))?;
            self.add(inner, at, cx)?;
        }
        Ok(())
    }
}
