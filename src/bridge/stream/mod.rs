//! Streams: two machines, event by event, that call the same files as whole responses do.
//!
//! | Converse | Messages |
//! |---|---|
//! | `messageStart` | `message_start`, without what is not known yet |
//! | `contentBlockStart` (tools and images only) | `content_block_start` |
//! | `contentBlockDelta` | `content_block_delta` |
//! | `contentBlockStop` | `content_block_stop` |
//! | `messageStop`, then `metadata` | `message_delta`, then `message_stop` |
//! | an exception | `error` |
//! | | `ping` |
//!
//! A loss's path leads into the array of the source's events: `/17/contentBlockStart/start/image`, `/4/delta`. Nothing is buffered
//! that need not be: the first event goes out when the first one comes in.

pub(crate) mod framed;
mod to_converse;
mod to_messages;
mod transcode;

use std::collections::BTreeMap;

use crate::loss::{Cx, Loss, Path};
use crate::wire::{FreeForm as _, FromCompact as _, Leaves, Raw, Text as _, Wire};
use crate::{Converted, Error, ErrorKind, Options, converse, messages};

pub use to_converse::ToConverse;
pub use to_messages::ToMessages;
pub use transcode::{Framing, Side, Transcoder};

/// Converts a whole Converse stream, a JSON array of events, to one of Messages. Losses are refused when all are known.
///
/// # Errors
/// Malformed input, what [`ToMessages`] refuses, and whatever [`Options`] refuse.
///
/// ```
/// use converse_messages::{Options, stream};
///
/// let events = br#"[{"messageStart": {"role": "assistant"}}, {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hi"}}},
///     {"contentBlockStop": {"contentBlockIndex": 0}}, {"messageStop": {"stopReason": "end_turn"}}, {"metadata":
///     {"usage": {"inputTokens": 9, "outputTokens": 1, "totalTokens": 10}, "metrics": {"latencyMs": 300}}}]"#;
/// let events = stream::to_messages_json(events, &Options::default())?.value;
/// assert!(events.ends_with(r#"{"type":"message_stop","amazon-bedrock-invocationMetrics":{"invocationLatency":300}}]"#));
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_messages_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let source = Vec::<converse::StreamEvent<Raw>>::from_json_within(json, options.max_depth)?;
    let mut machine = ToMessages::new(part_options(options));
    let mut events = Vec::with_capacity(source.len());
    for event in source {
        let _ = machine.push_to(event, &mut |event| events.push(event))?;
    }
    let _ = machine.finish_to(&mut |event| events.push(event))?;
    whole(&events, machine.losses(), json, options)
}

/// Converts a whole Messages stream, a JSON array of events, to one of Converse. Losses are refused when all are known.
///
/// # Errors
/// Malformed input, what [`ToConverse`] refuses, and whatever [`Options`] refuse.
///
/// ```
/// use converse_messages::{Options, stream};
///
/// let events = br#"[{"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-4-5",
///     "content": [], "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 9, "output_tokens": 1}}},
///     {"type": "nap"}, {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}}, {"type": "message_stop"}]"#;
/// let events = stream::to_converse_json(events, &Options::default())?;
/// assert!(events.value.contains(r#"{"metadata":{"usage":{"inputTokens":9,"outputTokens":3,"totalTokens":12},"#));
/// assert_eq!(events.losses[0].path, "/1");
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_converse_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let source = Vec::<messages::StreamEvent<Raw>>::from_json_within(json, options.max_depth)?;
    let mut machine = ToConverse::new(part_options(options));
    let mut events = Vec::with_capacity(source.len());
    for event in source {
        let _ = machine.push_to(event, &mut |event| events.push(event))?;
    }
    let _ = machine.finish_to(&mut |event| events.push(event))?;
    whole(&events, machine.losses(), json, options)
}

fn whole<L: Leaves, T: Wire<L>>(
    events: &Vec<T>,
    losses: &[Loss],
    json: &[u8],
    options: &Options,
) -> Result<Converted<String>, Error> {
    let mut cx = Cx::new(options);
    cx.adopt(losses.to_vec(), "");
    cx.finish(super::outcome(events, json))
}

/// An event that does not belong where it stands.
fn order(at: Path<'_>, message: &str) -> Error {
    Error::new(ErrorKind::StreamOrder, at.pointer(), message)
}

/// A stream that ended too early.
fn cut_off(message: &str) -> Error {
    Error::new(ErrorKind::StreamOrder, "", message)
}

/// A value with other leaves.
fn recoded<A: Leaves, B: Leaves, T: Wire<B>>(value: &impl Wire<A>) -> Result<T, Error> {
    B::parse(&B::Json::from_compact(A::free_form(value).text().into_owned()))
}

/// The JSON of what this library has made.
fn text_of<L: Leaves>(value: &impl Wire<L>) -> String {
    L::free_form(value).text().into_owned()
}

/// How far a machine is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    Open,
    Done,
    Failed,
}

impl State {
    fn not_ended(self, at: Path<'_>) -> Result<(), Error> {
        match self {
            Self::Done => Err(order(at, "the stream has ended before this event")),
            Self::Failed => Err(order(at, "the stream has failed before this event")),
            Self::Start | Self::Open => Ok(()),
        }
    }
}

/// What both machines have in common: they count events, gather losses and stop at the first error.
#[derive(Clone, Debug)]
struct Course {
    options: Options,
    events: usize,
    losses: Vec<Loss>,
    failed: Option<Error>,
}

impl Course {
    fn new(options: Options) -> Self {
        Self { options, events: 0, losses: Vec::new(), failed: None }
    }

    /// Converts one event, which stands at the path that `convert` gets.
    fn step<T>(
        &mut self,
        convert: impl FnOnce(Path<'_>, &mut Cx<'_>) -> Result<T, Error>,
    ) -> Result<Converted<T>, Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let mut cx = Cx::new(&self.options);
        let converted = convert(Path::Root.index(self.events), &mut cx).and_then(|value| cx.finish(value));
        self.events += 1;
        match &converted {
            Ok(converted) => self.losses.extend_from_slice(&converted.losses),
            Err(error) => {
                self.losses.extend_from_slice(error.losses());
                self.failed = Some(error.clone());
            }
        }
        converted
    }
}

/// Where among the events the members stand of what was converted as if it were a whole response: by their paths there.
#[derive(Clone, Debug, Default)]
struct Places(BTreeMap<String, String>);

impl Places {
    /// What tells a member; what told it before does not count any more.
    fn tell(&mut self, there: &str, here: String) {
        self.0.insert(there.to_owned(), here);
    }

    /// The path here of the member that stands there, or of what holds it.
    fn find(&self, there: &str) -> Option<String> {
        let mut held = there;
        loop {
            if let Some(here) = self.0.get(held) {
                return Some(format!("{here}{}", there.strip_prefix(held).unwrap_or_default()));
            }
            (held, _) = held.rsplit_once('/')?;
        }
    }

    fn adopt(&self, losses: Vec<Loss>, cx: &mut Cx<'_>) {
        for Loss { path, severity, code, message } in losses {
            cx.lose(self.find(&path).unwrap_or(path), severity, code, message);
        }
    }

    fn error(&self, error: Error) -> Error {
        match self.find(error.path()) {
            Some(path) => error.moved(path),
            None => error,
        }
    }
}

/// Converted by itself, to be taken over.
fn part_options(options: &Options) -> Options {
    Options { loss: crate::Policy::Allow, ..options.clone() }
}

/// The leaves of what is kept from event to event: tokens, as in the events of a [`Transcoder`], of their own.
type Kept = Raw<'static>;

/// Free JSON, to be kept.
fn kept_json<L: Leaves>(json: &L::Json) -> <Kept as Leaves>::Json {
    <Kept as Leaves>::Json::from_compact(json.text().into_owned())
}

/// A text, to be kept.
fn kept_text<L: Leaves>(text: &L::Text) -> <Kept as Leaves>::Text {
    text.decode().into_owned().into()
}

/// The number of the event at this path.
fn number(at: Path<'_>) -> usize {
    match at {
        Path::Index(_, number) => number,
        Path::Root | Path::Name(..) => 0,
    }
}
