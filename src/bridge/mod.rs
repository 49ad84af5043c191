//! The bridge: the only place that knows both wings. One file a concept, both directions side by side.
//!
//! | file | pairs |
//! |---|---|
//! | [`request`] | `ConverseRequest` ⇄ `MessageCreateParams` |
//! | [`response`] | `ConverseResponse` ⇄ `Message` |
//! | [`stream`] | `ConverseStreamOutput` ⇄ `MessageStreamEvent` |
//! | [`errors`] | exceptions ⇄ errors |
//! | [`invoke`] | a request ⇄ the form of `InvokeModel` |
//! | [`count_tokens`] | `CountTokens` ⇄ `messages.count_tokens` |
//! | [`batch`] | records of batch inference jobs ⇄ lines of message batches |
//! | `additional` | `additionalModelRequestFields` ⇄ members of a Messages request that Converse does not have |
//! | `params` | `inferenceConfig`, `outputConfig`, `requestMetadata`, `serviceTier` ⇄ theirs |
//! | `model` | `modelId` ⇄ `model` |
//! | `exchange` | tools, system and messages together, under Bedrock's rules |
//! | `turn` | `messages`, `system` ⇄ `messages`, `system` |
//! | `cache` | `cachePoint` ⇄ `cache_control` |
//! | `content` | the blocks of a message, one by one |
//! | `image`, `document`, `document::search_result`, `citation` | theirs |
//! | `tool` | `toolConfig.tools` ⇄ `tools` |
//! | `tool::choice` | `toolChoice` ⇄ `tool_choice` |
//! | `tool::change` | `toolAddition`, `toolRemoval` ⇄ `tool_addition`, `tool_removal` |
//! | `tool_call` | `toolUse`, `toolResult` ⇄ `tool_use`, `tool_result` |
//! | `server_tool` | the same, of tools that Anthropic's servers run |
//! | `response_content` | the blocks of a response |
//! | `stop_reason`, `usage` | theirs |
//! | `carried` | `additionalModelResponseFields` ⇄ members of a Messages response that Converse does not have |
//! | `rules` | the forms of ids, names and base64 |
//!
//! Structs are taken apart without `..`: a member added to a wing stops the bridge from compiling until its fate is decided.

mod additional;
pub mod batch;
mod cache;
mod carried;
mod citation;
mod content;
pub mod count_tokens;
mod document;
pub mod errors;
mod exchange;
mod image;
pub mod invoke;
mod model;
mod params;
pub mod request;
pub mod response;
mod response_content;
mod rules;
mod server_tool;
mod stop_reason;
pub mod stream;
mod tool;
mod tool_call;
mod turn;
mod usage;

use crate::loss::{Code, Converted, Cx, Path};
use crate::wire::{FreeForm, FromCompact as _, Kind, Leaves, Map, RawJson, Wire, compact, utf8, verbatim};
use crate::{Error, Options, messages, schema};

/// Hints: the model reads the same without them.
impl Cx<'_> {
    /// Members of a known object that this library does not know. Null is absence.
    fn unknown<V: FreeForm>(&mut self, at: Path<'_>, members: &Map<V>) {
        for (name, _) in members.iter().filter(|(_, value)| value.kind() != Kind::Null) {
            self.unknown_member(at, name);
        }
    }

    /// The same in an event of a stream, whose padding is a text.
    fn unknown_in_event<V: FreeForm>(&mut self, at: Path<'_>, padding: Option<&V>, members: &Map<V>) {
        if padding.is_some_and(|padding| padding.kind() != Kind::String) {
            self.unknown_member(at, "p");
        }
        self.unknown(at, members);
    }

    fn unknown_member(&mut self, at: Path<'_>, name: &str) {
        let message = format!("`{}` is not a member this library knows here", shown(name));
        self.hint(at.name(name), Code::UnknownMember, message);
    }

    /// Those of the named members that are present, all for the same reason.
    fn unsupported_members<'n>(
        &mut self,
        at: Path<'_>,
        members: impl IntoIterator<Item = (&'n str, bool)>,
        why: &'static str,
    ) {
        for (name, _) in members.into_iter().filter(|(_, present)| *present) {
            self.hint(at.name(name), Code::Unsupported, why);
        }
    }
}

/// Content losses.
impl Cx<'_> {
    /// A block, or another union, of a type that this library does not know.
    fn unknown_type(&mut self, at: Path<'_>, name: &str) {
        self.content(at, Code::UnknownType, format!("`{}` is not a type this library knows here", shown(name)));
    }

    /// A block that the target has no place for.
    fn unsupported(&mut self, at: Path<'_>, name: &str) {
        self.content(at, Code::Unsupported, format!("the target has no place for `{}` here", shown(name)));
    }

    /// Those of the named members that are present, all for the same reason.
    fn unsupported_contents(&mut self, at: Path<'_>, members: &[(&str, bool)], why: &'static str) {
        for (name, _) in members.iter().filter(|(_, present)| *present) {
            self.content(at.name(name), Code::Unsupported, why);
        }
    }
}

/// The members that are not null. Null is absence.
fn present<V: FreeForm>(members: Map<V>) -> Map<V> {
    members.into_iter().filter(|(_, value)| value.kind() != Kind::Null).collect()
}

/// What holds something. Empty is absence.
fn unless_empty<T: Default + PartialEq>(value: Option<T>) -> Option<T> {
    value.filter(|value| *value != T::default())
}

/// The service pads the events of a stream with a member `p`; where events are gathered it may have come along.
fn is_padding<V: FreeForm>((name, value): (&str, &V)) -> bool {
    name == "p" && value.kind() == Kind::String
}

fn drop_padding<V: FreeForm>(unknown: &mut Map<V>) {
    if unknown.iter().any(is_padding) {
        unknown.remove("p");
    }
}

/// A name from the source as a message may show it: an identifier, or nothing of it.
fn shown(name: &str) -> &str {
    let is_identifier = (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    if is_identifier { name } else { "…" }
}

/// Checks a JSON text that stands in a string of the source.
fn json_in_string<L: Leaves>(text: &[u8], options: &Options) -> Result<L::Json, Error> {
    let text = utf8(text)?;
    let _: RawJson<'_> = Wire::from_json_within(text.as_bytes(), options.max_depth)?;
    let mut json = String::with_capacity(text.len());
    compact(text, &mut json);
    Ok(L::Json::from_compact(json))
}

/// A schema without references, if the options ask for that. What is no object is left to others to refuse.
fn inlined<L: Leaves>(schema: L::Json, at: Path<'_>, cx: &mut Cx<'_>) -> Result<L::Json, Error> {
    let Some(options) = cx.options.inline_refs.as_ref().filter(|_| is_object::<L>(&schema)) else {
        return Ok(schema);
    };
    let Converted { value, losses } =
        schema::inline_text(&schema.text(), options).map_err(|error| error.beneath(&at.pointer()))?;
    if !losses.is_empty() {
        cx.adopt(losses, &at.pointer());
    }
    Ok(L::Json::from_compact(value))
}

/// The same for all schemas of a Messages request.
fn inline_refs<L: Leaves>(
    tools: &mut [messages::Tool<L>],
    output: Option<&mut messages::OutputConfig<L>>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let tools_at = at.name("tools");
    for (index, tool) in tools.iter_mut().enumerate() {
        if let messages::Tool::Custom(tool) = tool {
            let schema = std::mem::take(&mut tool.input_schema);
            tool.input_schema = inlined::<L>(schema, tools_at.index(index).name("input_schema"), cx)?;
        }
    }
    if let Some(messages::OutputFormat::JsonSchema(format)) = output.and_then(|output| output.format.as_mut()) {
        let schema = std::mem::take(&mut format.schema);
        format.schema = inlined::<L>(schema, at.name("output_config").name("format").name("schema"), cx)?;
    }
    Ok(())
}

/// About how much JSON a document converts to: the formats differ in their names only.
fn capacity_for(json: &[u8]) -> usize {
    json.len() + json.len() / 8
}

/// What a JSON document is converted to, as compact JSON.
fn outcome<L: Leaves, T: Wire<L>>(value: &T, json: &[u8]) -> String {
    verbatim::outcome(|| value.to_json_with_capacity(capacity_for(json)))
}

/// The text of free-form JSON as a string leaf.
fn text_of<L: Leaves>(json: &L::Json) -> L::Text {
    L::Text::from(json.text().into_owned())
}

/// Whether free-form JSON is an object.
fn is_object<L: Leaves>(json: &L::Json) -> bool {
    json.kind() == Kind::Object
}
