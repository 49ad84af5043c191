//! What a conversion could not carry, and the policies about it.

use std::borrow::Cow;

use crate::named::named;
use crate::{Error, Options};

/// A converted value, and everything that it does not say any more.
///
/// ```
/// use converse_messages::{Options, converse, request};
///
/// let mut request = converse::Request::new("anthropic.claude-sonnet-4-5-20250929-v1:0");
/// request.messages.push(converse::Message::user("Hello"));
/// let converted = request::to_messages(request, &Options::default())?;
/// assert_eq!(converted.value.max_tokens, Some(4096));
/// assert_eq!(converted.losses[0].path, "/inferenceConfig");
/// # Ok::<(), converse_messages::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Converted<T> {
    /// The value in the target's format.
    pub value: T,
    /// What was lost on the way, in the order in which it was found.
    pub losses: Vec<Loss>,
}

impl<T> Converted<T> {
    /// Makes something else of the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Converted<U> {
        Converted { value: f(self.value), losses: self.losses }
    }

    /// The same, unless the policy refuses one of the losses.
    ///
    /// # Errors
    /// A refusal: see [`Error::losses`].
    ///
    /// ```
    /// use converse_messages::{ErrorKind, Policy, schema};
    ///
    /// let list = br##"{"properties": {"next": {"$ref": "#"}}}"##;
    /// let options = schema::Options { recursion: schema::Recursion::UNROLL, ..schema::Options::default() };
    /// let unrolled = schema::inline_json(list, &options)?;
    /// assert_eq!(unrolled.clone().accept(Policy::Content)?, unrolled);
    /// assert_eq!(unrolled.accept(Policy::Deny).unwrap_err().kind(), ErrorKind::Loss);
    /// # Ok::<(), converse_messages::Error>(())
    /// ```
    pub fn accept(self, policy: Policy) -> Result<Self, Error> {
        let mut refused = self.losses.iter().filter(|loss| policy.refuses(loss.severity));
        let Some(first) = refused.next() else {
            return Ok(self);
        };
        let (path, count) = (first.path.clone(), 1 + refused.count());
        Err(Error::refused(path, count, self.losses))
    }
}

/// One thing that the target does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loss {
    /// Where in the source: a JSON pointer (RFC 6901). For something absent, the first absent member on the way.
    pub path: String,
    /// How bad it is.
    pub severity: Severity,
    /// What happened.
    pub code: Code,
    /// The same for a person, never with the conversation's content.
    pub message: Cow<'static, str>,
}

/// `{"path", "severity", "code", "message"}`
impl serde::Serialize for Loss {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let Self { path, severity, code, message } = self;
        let mut loss = serializer.serialize_struct("Loss", 4)?;
        loss.serialize_field("path", path)?;
        loss.serialize_field("severity", severity.as_str())?;
        loss.serialize_field("code", code.as_str())?;
        loss.serialize_field("message", message)?;
        loss.end()
    }
}

named! {
    /// How bad a loss is.
    pub enum Severity {
        /// What the model reads or may do changes; in a response, what the caller reads or must act on.
        Content = "content",
        /// It does not: ids, metadata, metrics, cache hints, formatting.
        Hint = "hint",
    }
}

named! {
    /// What happened to a member.
    pub enum Code {
        /// The target has no place for it.
        Unsupported = "unsupported",
        /// A member that this library does not know.
        UnknownMember = "unknown_member",
        /// A block, or another union, of a type that this library does not know.
        UnknownType = "unknown_type",
        /// A value that the target's enumeration does not have.
        UnknownValue = "unknown_value",
        /// Absent, but the target needs it: a default was supplied.
        Supplied = "supplied",
        /// A cache point stands at another place.
        Moved = "moved",
        /// Left out, because the target refuses it where it stands or has it already.
        Dropped = "dropped",
        /// An id, a name or a title was changed to fit the target's rules.
        Renamed = "renamed",
        /// The same content stands in another form.
        Rewritten = "rewritten",
        /// The text or image stays, what marked it is gone.
        Unmarked = "unmarked",
        /// The order among tools changes.
        Reordered = "reordered",
        /// A message without blocks was left out.
        EmptyMessage = "empty_message",
        /// Kept, although the target's service refuses it like this.
        ServiceRule = "service_rule",
        /// The model id does not translate and was kept.
        Untranslated = "untranslated",
        /// A recursive schema was written out a few times and cut: what stands deeper accepts anything.
        Cut = "cut",
    }
}

named! {
    /// Which losses a conversion refuses to make.
    #[derive(Default)]
    pub enum Policy {
        /// Refuses content losses. The default.
        #[default]
        Content = "content",
        /// Refuses nothing.
        Allow = "allow",
        /// Refuses every loss.
        Deny = "deny",
    }
}

impl Policy {
    fn refuses(self, severity: Severity) -> bool {
        match self {
            Self::Allow => false,
            Self::Content => severity == Severity::Content,
            Self::Deny => true,
        }
    }
}

/// A place in the source, as the chain of steps that led to it. Costs nothing until it is written out.
#[derive(Clone, Copy)]
pub(crate) enum Path<'p> {
    Root,
    Name(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl Path<'_> {
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub(crate) fn name<'p>(&'p self, name: &'p str) -> Path<'p> {
        Path::Name(self, name)
    }

    pub(crate) fn index(&self, index: usize) -> Path<'_> {
        Path::Index(self, index)
    }

    pub(crate) fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Name(parent, name) => {
                let mut pointer = parent.pointer();
                crate::error::push_step(&mut pointer, name);
                pointer
            }
            Self::Index(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }
}

/// A conversion under way: its options, and what it has lost so far.
pub(crate) struct Cx<'o> {
    pub(crate) options: &'o Options,
    losses: Vec<Loss>,
}

impl<'o> Cx<'o> {
    pub(crate) fn new(options: &'o Options) -> Self {
        Self { options, losses: Vec::new() }
    }

    #[cold]
    pub(crate) fn hint(&mut self, at: Path<'_>, code: Code, message: impl Into<Cow<'static, str>>) {
        self.hint_at(at.pointer(), code, message);
    }

    /// The same at a place that is written out already.
    #[cold]
    pub(crate) fn hint_at(&mut self, path: impl Into<String>, code: Code, message: impl Into<Cow<'static, str>>) {
        self.lose(path.into(), Severity::Hint, code, message.into());
    }

    #[cold]
    pub(crate) fn content(&mut self, at: Path<'_>, code: Code, message: impl Into<Cow<'static, str>>) {
        self.lose(at.pointer(), Severity::Content, code, message.into());
    }

    pub(crate) fn lose(&mut self, path: String, severity: Severity, code: Code, message: Cow<'static, str>) {
        self.losses.push(Loss { path, severity, code, message });
    }

    /// Takes over the losses of a part of the source, which stands at `path` in the whole.
    pub(crate) fn adopt(&mut self, part: Vec<Loss>, path: &str) {
        self.losses.extend(part.into_iter().map(|loss| Loss { path: format!("{path}{}", loss.path), ..loss }));
    }

    /// Takes over the losses of a document that stands encoded in one string of the source: their paths lead into it.
    pub(crate) fn adopt_encoded(&mut self, part: Vec<Loss>, at: Path<'_>) {
        let path = at.pointer();
        self.losses.extend(part.into_iter().map(|loss| {
            let message = format!("{}: {}", loss.path, loss.message).into();
            Loss { path: path.clone(), message, ..loss }
        }));
    }

    /// What has been lost.
    pub(crate) fn into_losses(self) -> Vec<Loss> {
        self.losses
    }

    /// How many losses there have been.
    pub(crate) fn count(&self) -> usize {
        self.losses.len()
    }

    /// The conversion's result, unless the policy refuses one of its losses.
    pub(crate) fn finish<T>(self, value: T) -> Result<Converted<T>, Error> {
        Converted { value, losses: self.losses }.accept(self.options.loss)
    }
}
