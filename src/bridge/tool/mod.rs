//! `toolConfig.tools` ⇄ `tools`
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `toolSpec` `name description inputSchema.json strict` | custom tool `name description input_schema strict` | |
//! | `cachePoint` | `cache_control` on the tool before | `cache` |
//! | `systemTool` | | content |
//! | `additionalModelRequestFields.tools` | every other tool, and custom tools with members a `toolSpec` cannot hold | carried whole |

pub(super) mod change;
pub(super) mod choice;

use crate::loss::{Code, Cx, Path};
use crate::model_id::Family;
use crate::wire::{FromCompact as _, Leaves, Map, Text as _};
use crate::{Error, converse, messages};

use super::rules::{self, Side, invalid};
use super::{cache, inlined, is_object};

/// The tools of a `toolConfig`; cache points among them are set as cache control.
pub(super) fn to_messages<L: Leaves>(
    tools: Vec<converse::Tool<L>>,
    at: Path<'_>,
    cached: &mut cache::Cached<L>,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    cached.break_line();
    for (index, tool) in tools.into_iter().enumerate() {
        let at = at.index(index);
        match tool {
            converse::Tool::ToolSpec(spec) => {
                let tool = spec_to_messages(spec, at.name("toolSpec"), cx)?;
                cached.push_tool(tool);
            }
            converse::Tool::SystemTool(_) => {
                cx.unsupported(at.name("systemTool"), "systemTool");
                cached.break_line();
            }
            converse::Tool::CachePoint(point) => cached.point(point, at.name("cachePoint"), cx),
            converse::Tool::Unknown(name, _) => {
                cx.unknown_type(at.name(&name), &name);
                cached.break_line();
            }
        }
    }
    Ok(())
}

fn spec_to_messages<L: Leaves>(
    spec: converse::ToolSpecification<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::CustomTool<L>>, Error> {
    let converse::ToolSpecification { name, description, input_schema, strict, unknown } = spec;
    cx.unknown(at, &unknown);
    rules::tool_name::<L>(&name, Side::Messages, at.name("name"))?;
    let schema_at = at.name("inputSchema");
    let input_schema = match input_schema {
        converse::ToolInputSchema::Json(schema) => schema,
        converse::ToolInputSchema::Unknown(member, _) => {
            cx.unknown_type(at, &member);
            return Ok(None);
        }
    };
    let schema_at = schema_at.name("json");
    let input_schema = inlined::<L>(input_schema, schema_at, cx)?;
    schema_is_object::<L>(&input_schema, schema_at)?;
    Ok(Some(messages::CustomTool { name, description, input_schema, strict, ..Default::default() }))
}

fn schema_is_object<L: Leaves>(schema: &L::Json, at: Path<'_>) -> Result<(), Error> {
    if is_object::<L>(schema) { Ok(()) } else { Err(invalid(at, "the schema of a tool's input is an object")) }
}

/// What becomes of a Messages request's tools.
pub(super) struct Tools<L: Leaves> {
    /// Those that have a `toolSpec`.
    pub(super) specs: Vec<converse::Tool<L>>,
    /// Those that are carried in `additionalModelRequestFields.tools`.
    pub(super) carried: Vec<messages::Tool<L>>,
}

pub(super) fn to_converse<L: Leaves>(
    tools: Vec<messages::Tool<L>>,
    family: Family,
    at: Path<'_>,
    points: &mut cache::Points,
    cx: &mut Cx<'_>,
) -> Result<Tools<L>, Error> {
    let takes_any = family.may_be_claude();
    let (mut specs, mut carried) = (Vec::new(), Vec::new());
    for (index, tool) in tools.into_iter().enumerate() {
        let at = at.index(index);
        match tool {
            messages::Tool::Custom(mut tool) if !(takes_any && is_carried(&tool)) => {
                if !carried.is_empty() {
                    cx.hint(at, Code::Reordered, "tools that Converse has no place for come behind all others");
                }
                let point = cache::wish(tool.cache_control.take(), at, cx);
                specs.push(converse::Tool::ToolSpec(custom_to_converse(tool, at, cx)?));
                points.element(true);
                points.point(point);
            }
            messages::Tool::Typed(tool) if !takes_any => cx.unsupported(at, tool.kind.as_str()),
            tool => {
                let (messages::Tool::Custom(messages::CustomTool { cache_control, .. })
                | messages::Tool::Typed(messages::TypedTool { cache_control, .. })) = &tool;
                if cache_control.is_some() {
                    points.carried();
                }
                carried.push(tool);
            }
        }
    }
    Ok(Tools { specs, carried })
}

/// Whether a custom tool says what a `toolSpec` cannot.
fn is_carried<L: Leaves>(tool: &messages::CustomTool<L>) -> bool {
    tool.defer_loading == Some(true)
        || tool.eager_input_streaming == Some(true)
        || !tool.allowed_callers.is_empty()
        || !tool.input_examples.is_empty()
}

fn custom_to_converse<L: Leaves>(
    tool: messages::CustomTool<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<converse::ToolSpecification<L>, Error> {
    let messages::CustomTool {
        kind: _,
        name,
        description,
        input_schema,
        strict,
        cache_control: _,
        allowed_callers,
        defer_loading,
        eager_input_streaming,
        input_examples,
        unknown,
    } = tool;
    cx.unknown(at, &unknown);
    let lost = [
        ("allowed_callers", !allowed_callers.is_empty()),
        ("defer_loading", defer_loading == Some(true)),
        ("eager_input_streaming", eager_input_streaming == Some(true)),
        ("input_examples", !input_examples.is_empty()),
    ];
    cx.unsupported_members(at, lost, "a `toolSpec` has no such member");
    rules::tool_name::<L>(&name, Side::Converse, at.name("name"))?;
    let schema_at = at.name("input_schema");
    schema_is_object::<L>(&input_schema, schema_at)?;
    Ok(converse::ToolSpecification {
        name,
        description: description.filter(|description| !description.is_empty()),
        input_schema: converse::ToolInputSchema::Json(typed_schema::<L>(input_schema, schema_at, cx)?),
        strict,
        ..Default::default()
    })
}

/// The schema with a `type` at its root, which Bedrock asks for.
fn typed_schema<L: Leaves>(schema: L::Json, at: Path<'_>, cx: &mut Cx<'_>) -> Result<L::Json, Error> {
    let at_type = at.name("type");
    match L::tag(&schema).map(|tag| tag.map(|tag| tag == "object")) {
        Ok(Some(true)) => Ok(schema),
        Ok(Some(false)) | Err(_) => {
            cx.hint(at_type, Code::ServiceRule, "Bedrock takes tool schemas whose root is of type `object`");
            Ok(schema)
        }
        Ok(None) => {
            cx.hint(at_type, Code::Supplied, "Bedrock asks for the type `object` at the root of a tool's schema");
            let members = L::parse::<Map<L::Json>>(&schema).map_err(|error| error.beneath(&at.pointer()))?;
            Ok(with_type_object::<L>(members.into_iter().filter(|(name, _)| name != "type").collect()))
        }
    }
}

fn with_type_object<L: Leaves>(members: Map<L::Json>) -> L::Json {
    let kind = ("type".to_owned(), L::Json::from_compact("\"object\"".to_owned()));
    L::free_form(&std::iter::once(kind).chain(members).collect::<Map<L::Json>>())
}

/// Declarations for the tools that a history names: Bedrock refuses tool blocks without a `toolConfig`.
pub(super) fn declared<L: Leaves>(names: impl Iterator<Item = String>) -> Vec<converse::Tool<L>> {
    let spec = |name: String| converse::ToolSpecification {
        name: name.into(),
        input_schema: converse::ToolInputSchema::Json(with_type_object::<L>(Map::new())),
        ..Default::default()
    };
    names.map(|name| converse::Tool::ToolSpec(spec(name))).collect()
}
