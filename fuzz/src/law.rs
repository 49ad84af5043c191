//! The laws about the way there and back.

use converse_messages::{Code, Converted, Error, Options, Policy, request};
use serde_json::Value;

use crate::normalise;

/// Converts one JSON document.
pub type Convert = fn(&[u8], &Options) -> Result<Converted<String>, Error>;

/// A way there and the way back, with what means the same on either side.
pub struct Trip {
    /// From the source's side.
    pub there: Convert,
    /// To the source's side.
    pub back: Convert,
    /// The canonical form on the source's side.
    pub source: fn(Value) -> Value,
    /// The canonical form on the other side.
    pub target: fn(Value) -> Value,
}

/// From Converse and back.
pub const CONVERSE: Trip = Trip {
    there: request::to_messages_json,
    back: request::to_converse_json,
    source: normalise::converse,
    target: normalise::messages,
};

/// From Messages and back.
pub const MESSAGES: Trip = Trip {
    there: request::to_converse_json,
    back: request::to_messages_json,
    source: normalise::messages,
    target: normalise::converse,
};

/// What the library does about what a service refuses.
const CORRECTIONS: &[Code] = &[
    Code::Supplied,
    Code::Moved,
    Code::Dropped,
    Code::Renamed,
    Code::Rewritten,
    Code::Reordered,
    Code::EmptyMessage,
    Code::ServiceRule,
];

impl Trip {
    /// What loses nothing comes back (L3), and what comes back goes there again as it was (L8).
    ///
    /// # Errors
    /// How a law is broken, with all the documents.
    pub fn check(&self, source: &Value) -> Result<(), String> {
        let options = Options { loss: Policy::Allow, ..Options::default() };
        let Ok(there) = (self.there)(source.to_string().as_bytes(), &options) else {
            return Ok(());
        };
        let Converted { value: there, losses } = there;
        let mut trail = format!("source {source}\nthere {there}\nlosses {losses:#?}");
        let back =
            (self.back)(there.as_bytes(), &options).map_err(|error| format!("does not come back: {error}\n{trail}"))?;
        let Converted { value: back, losses: losses_back } = back;
        trail += &format!("\nback {back}\nlosses back {losses_back:#?}");
        // What the way back corrects because the source's own service refuses it, and says so, cannot come back as it was.
        // The paths of response fields are asked for by the library itself.
        if losses_back.iter().any(|loss| !loss.path.starts_with("/additionalModelResponseFieldPaths")) {
            return match losses_back.iter().find(|loss| !CORRECTIONS.contains(&loss.code)) {
                Some(loss) if losses.is_empty() => Err(format!("lost on the way back: {loss:?}\n{trail}")),
                _ => Ok(()),
            };
        }
        if losses.is_empty() {
            same((self.source)(source.clone()), (self.source)(parsed(&back)?))
                .map_err(|difference| format!("lost silently: {trail}\n{difference}"))?;
        }
        let again = (self.there)(back.as_bytes(), &options)
            .map_err(|error| format!("does not go there again: {error}\n{trail}"))?;
        same((self.target)(parsed(&there)?), (self.target)(parsed(&again.value)?))
            .map_err(|difference| format!("not stable: {trail}\n{difference}"))
    }
}

fn parsed(json: &str) -> Result<Value, String> {
    serde_json::from_str(json).map_err(|error| format!("{error}: {json}"))
}

fn same(expected: Value, found: Value) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("expected {expected}\nfound {found}")) }
}
