//! The bridge: the only place that knows both wings. One file a concept, both directions side by side.
//!
//! | file | pairs |
//! |---|---|
//! | [`request`] | `ConverseRequest` ⇄ `MessageCreateParams` |
//! | [`invoke`] | a request ⇄ the form of `InvokeModel` |
//! | [`count_tokens`] | `CountTokens` ⇄ `messages.count_tokens` |
//! | `additional` | `additionalModelRequestFields` ⇄ members of a Messages request that Converse does not have |
//! | `params` | `inferenceConfig`, `outputConfig`, `requestMetadata`, `serviceTier` ⇄ theirs |
//! | `model` | `modelId` ⇄ `model` |
//! | `exchange` | tools, system and messages together, under Bedrock's rules |
//! | `turn` | `messages`, `system` ⇄ `messages`, `system` |
//! | `cache` | `cachePoint` ⇄ `cache_control` |
//! | `content` | the blocks of a message, one by one |
//! | `image`, `document`, `citation` | theirs |
//! | `tool` | `toolSpec`, `toolChoice` ⇄ `tools`, `tool_choice` |
//! | `tool_call` | `toolUse`, `toolResult` ⇄ `tool_use`, `tool_result` |
//! | `rules` | the forms of ids, names and base64 |
//!
//! Structs are taken apart without `..`: a member added to a wing stops the bridge from compiling until its fate is decided.

mod additional;
mod cache;
mod citation;
mod content;
pub mod count_tokens;
mod document;
mod exchange;
mod image;
pub mod invoke;
mod model;
mod params;
pub mod request;
mod rules;
mod tool;
mod tool_call;
mod turn;

use crate::loss::{Code, Cx, Path};
use crate::wire::{FreeForm, Json, Kind, Leaves, Members, Wire};
use crate::{Error, Options};

impl Cx<'_> {
    /// Members of a known object that this library does not know.
    fn unknown<L: Leaves>(&mut self, at: Path<'_>, members: &Members<L>) {
        for (name, _) in members.iter() {
            self.hint(at.name(name), Code::UnknownMember, format!("`{name}` is not a member this library knows here"));
        }
    }

    /// A block, or another union, of a type that this library does not know.
    fn unknown_type(&mut self, at: Path<'_>, name: &str) {
        self.content(at, Code::UnknownType, format!("`{name}` is not a type this library knows here"));
    }

    /// A block that the target has no place for.
    fn unsupported(&mut self, at: Path<'_>, name: &str) {
        self.content(at, Code::Unsupported, format!("the target has no place for `{name}` here"));
    }
}

/// Checks a JSON text that stands in a string of the source.
fn json_in_string<L: Leaves>(text: &[u8], options: &Options) -> Result<L::Json, Error> {
    let json = Json::from_json_within(text, options.max_depth)?;
    Ok(L::Json::from_compact(json.text().into_owned()))
}

/// About how much JSON a document converts to: the formats differ in their names only.
fn about_as_much(json: &[u8]) -> usize {
    json.len() + json.len() / 8
}

/// The text of free-form JSON as a string leaf.
fn text_of<L: Leaves>(json: &L::Json) -> L::Text {
    L::Text::from(json.text().into_owned())
}

/// Whether free-form JSON is an object.
fn is_object<L: Leaves>(json: &L::Json) -> bool {
    json.kind() == Kind::Object
}
