//! The laws: about any bytes, and about the way there and back.

use converse_messages::{Code, Converted, Error, ErrorKind, Options, Policy, Severity, request, response};
use serde::Deserialize as _;
use serde_json::Value;

use crate::{normalise, normalise_response};

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

/// A response from Converse and back.
pub const CONVERSE_RESPONSE: Trip = Trip {
    there: response::to_messages_json,
    back: response::to_converse_json,
    source: normalise_response::converse,
    target: normalise_response::messages,
};

/// A response from Messages and back.
pub const MESSAGES_RESPONSE: Trip = Trip {
    there: response::to_converse_json,
    back: response::to_messages_json,
    source: normalise_response::messages,
    target: normalise_response::converse,
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

/// Any bytes, under every policy: a value or an error, never a panic, and the value is JSON.
///
/// # Panics
/// A law is broken.
pub fn check_bytes(convert: Convert, document: &[u8]) {
    let [allow, content, deny] = [Policy::Allow, Policy::Content, Policy::Deny]
        .map(|loss| convert(document, &Options { loss, ..Options::default() }));
    match &allow {
        Ok(Converted { value, losses }) => {
            deeply_parsed(value.as_bytes()).expect("a value is JSON");
            let source = deeply_parsed(document).expect("what converts is JSON");
            for loss in losses {
                assert!(loss.path.starts_with('/'), "a loss names its place: {loss:?}");
                let parent = loss.path.rsplit_once('/').map_or("", |(parent, _)| parent);
                assert!(source.pointer(parent).is_some(), "a loss names a place in the source: {loss:?}");
            }
            let of_content = losses.iter().any(|loss| loss.severity == Severity::Content);
            assert_eq!(content.is_err(), of_content, "the policy `content` refuses losses of content, only");
            assert_eq!(deny.is_err(), !losses.is_empty(), "the policy `deny` refuses every loss, only losses");
            for refusal in [&content, &deny] {
                match refusal {
                    Ok(converted) => assert_eq!(converted.value, *value, "a policy does not change the value"),
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::Loss);
                        assert_eq!(error.losses(), losses.as_slice(), "a refusal names all losses");
                    }
                }
            }
        }
        Err(error) => {
            assert_ne!(error.kind(), ErrorKind::Loss, "the policy `allow` never refuses");
            assert!(content.is_err() && deny.is_err(), "what `allow` cannot convert, nobody can");
        }
    }
}

/// A value may nest a little deeper than its source may.
fn deeply_parsed(json: &[u8]) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    deserializer.disable_recursion_limit();
    let value = Value::deserialize(&mut deserializer)?;
    deserializer.end().map(|()| value)
}
