//! What can go wrong, split by blame.

use std::fmt;

use crate::loss::Loss;
use crate::named::named;

/// Why a conversion gave no value.
///
/// The text is lower case, names the place and the culprit, and never holds the conversation's content.
///
/// ```
/// use converse_messages::{ErrorKind, Options, request};
///
/// let error = request::to_messages_json(br#"{"modelId": "m", "messages": [{"role": "user"}]}"#, &Options::default()).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidSource);
/// assert_eq!(error.path(), "/messages/0/content");
/// assert_eq!(error.to_string(), "/messages/0/content: a required member is missing");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    path: String,
    message: String,
    losses: Vec<Loss>,
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

named! {
    /// The kinds of error.
    pub enum ErrorKind {
        /// Not a JSON text, or not UTF-8.
        InvalidJson = "invalid_json",
        /// JSON, but not what the API takes: a wrong type, a missing required member, a union with two members, bad base64.
        InvalidSource = "invalid_source",
        /// An object has a member twice.
        DuplicateKey = "duplicate_key",
        /// Nested deeper than [`Options::max_depth`](crate::Options::max_depth).
        TooDeep = "too_deep",
        /// Larger than a limit.
        TooLarge = "too_large",
        /// A number that the target's service refuses.
        OutOfRange = "out_of_range",
        /// A tool's name that the target's service refuses.
        UnsupportedName = "unsupported_name",
        /// Two members of the source claim the same place in the target.
        Collision = "collision",
        /// Messages needs `max_tokens`, the source has none, and
        /// [`Options::default_max_tokens`](crate::Options::default_max_tokens) is `None`.
        MissingMaxTokens = "missing_max_tokens",
        /// The target needs a model id and neither the source nor the options name one.
        MissingModel = "missing_model",
        /// An event that does not belong where it stands in its stream, or a stream that ended too early.
        StreamOrder = "stream_order",
        /// The service has ended a stream with an error: what was to be put together of it has no end.
        StreamFailed = "stream_failed",
        /// A `$ref` leads to nothing, or to something that is no schema.
        UnresolvedRef = "unresolved_ref",
        /// A `$ref` leads out of the document; nothing is ever fetched.
        RemoteRef = "remote_ref",
        /// A schema uses what [`schema::inline`](crate::schema::inline) does not support, like `$dynamicRef`.
        Unsupported = "unsupported",
        /// A schema refers to itself, and [`Recursion`](crate::schema::Recursion) does not allow it or nothing could.
        RecursiveRef = "recursive_ref",
        /// Something stands where a schema belongs, and is none.
        InvalidSchema = "invalid_schema",
        /// The conversion would lose what [`Options::loss`](crate::Options::loss) refuses to lose: see [`Error::losses`].
        Loss = "loss",
        /// The bytes of a stream are not in the framing they should be in, or end within a frame.
        Framing = "framing",
    }
}

/// `{"kind", "message", "path"}`, and `"losses"` for a refusal.
impl serde::Serialize for Error {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let Inner { kind, path, message, losses } = &*self.0;
        let refused = *kind == ErrorKind::Loss;
        let mut error = serializer.serialize_struct("Error", 3 + usize::from(refused))?;
        error.serialize_field("kind", kind.as_str())?;
        error.serialize_field("message", message)?;
        error.serialize_field("path", path)?;
        if refused {
            error.serialize_field("losses", losses)?;
        }
        error.end()
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, path: path.into(), message: message.into(), losses: Vec::new() }))
    }

    /// A refusal; there is at least one refused loss.
    pub(crate) fn refused(path: String, count: usize, losses: Vec<Loss>) -> Self {
        let more = match count {
            0 | 1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        let first = losses.iter().find(|loss| loss.path == path).map_or("", |loss| &loss.message);
        let message = format!("would be lost: {first}{more}");
        Self(Box::new(Inner { kind: ErrorKind::Loss, path, message, losses }))
    }

    /// The same error, seen from the document that holds the erroneous one at `path`.
    pub(crate) fn beneath(mut self, path: &str) -> Self {
        self.0.path.insert_str(0, path);
        self
    }

    /// The same error at another place.
    pub(crate) fn moved(mut self, path: String) -> Self {
        self.0.path = path;
        self
    }

    /// The same error, seen from the document that holds the erroneous one encoded in the string at `path`.
    pub(crate) fn encoded(mut self, path: String) -> Self {
        let inner = std::mem::replace(&mut self.0.path, path);
        if !inner.is_empty() {
            self.0.message = format!("{inner}: {}", self.0.message);
        }
        self
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The place in the source, as a JSON pointer (RFC 6901). Empty: the whole document.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What is wrong, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// All losses of the refused conversion, when the kind is [`ErrorKind::Loss`].
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        &self.0.losses
    }
}

/// Appends one step to a JSON pointer.
pub(crate) fn push_step(pointer: &mut String, step: &str) {
    pointer.push('/');
    for char in step.chars() {
        match char {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            _ => pointer.push(char),
        }
    }
}
