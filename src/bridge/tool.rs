//! `toolConfig` ⇄ `tools`, `tool_choice`; `toolAddition`, `toolRemoval` ⇄ `tool_addition`, `tool_removal`
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `toolSpec` `name description inputSchema.json strict` | custom tool `name description input_schema strict` | |
//! | `cachePoint` | `cache_control` on the tool before | `cache` |
//! | `systemTool` | | content |
//! | `additionalModelRequestFields.tools` | every other tool, and custom tools with members a `toolSpec` cannot hold | carried whole |
//! | `toolChoice` `auto any tool` | `tool_choice` `auto any tool` | |
//! | `additionalModelRequestFields.tool_choice` | `none`, `disable_parallel_tool_use` | |

use crate::loss::{Code, Cx, Path};
use crate::model_id::Family;
use crate::wire::{FreeForm, Leaves, Map, Text};
use crate::{Error, ErrorKind, converse, messages};

use super::additional::PartialToolChoice;
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
    if is_object::<L>(schema) {
        return Ok(());
    }
    Err(invalid(at, "the schema of a tool's input is an object"))
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

/// The tool choice of a `toolConfig` and of `additionalModelRequestFields`, as one.
pub(super) fn choice_to_messages<L: Leaves>(
    choice: Option<converse::ToolChoice<L>>,
    additional: Option<PartialToolChoice<L>>,
    at: Path<'_>,
    additional_at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::ToolChoice<L>>, Error> {
    if let Some(converse::ToolChoice::Tool(tool)) = &choice {
        rules::tool_name::<L>(&tool.name, Side::Messages, at.name("tool").name("name"))?;
    }
    let choice = choice.and_then(|choice| type_and_name(choice, at, cx));
    let additional = additional.filter(|additional| *additional != PartialToolChoice::default());
    if choice.is_none() && additional.is_none() {
        return Ok(None);
    }
    let PartialToolChoice { kind, name, disable_parallel_tool_use, unknown } = additional.unwrap_or_default();
    let (kind, name) = match choice {
        None => (kind.map_or("auto".to_owned(), |kind| kind.decode().into_owned()), name),
        Some((own, own_name)) => {
            let agrees = kind.is_none_or(|kind| kind.decode() == own) && (name.is_none() || name == own_name);
            if !agrees {
                let message = format!("says another thing than {}", at.pointer());
                return Err(Error::new(ErrorKind::Collision, additional_at.pointer(), message));
            }
            (own.to_owned(), own_name)
        }
    };
    if name.is_some() && kind != "tool" {
        cx.hint(additional_at.name("name"), Code::UnknownMember, "only the choice of one tool has a name");
    }
    Ok(match (kind.as_str(), name) {
        ("auto", _) => {
            Some(messages::ToolChoice::Auto(messages::ToolChoiceAuto { disable_parallel_tool_use, unknown }))
        }
        ("any", _) => Some(messages::ToolChoice::Any(messages::ToolChoiceAny { disable_parallel_tool_use, unknown })),
        ("tool", Some(name)) => {
            Some(messages::ToolChoice::Tool(messages::ToolChoiceTool { name, disable_parallel_tool_use, unknown }))
        }
        ("tool", None) => return Err(invalid(additional_at.name("name"), "a required member is missing")),
        ("none", _) => {
            if disable_parallel_tool_use == Some(true) {
                let at = additional_at.name("disable_parallel_tool_use");
                cx.hint(at, Code::UnknownMember, "where no tool may be called, none are called in parallel");
            }
            Some(messages::ToolChoice::None(messages::ToolChoiceNone { unknown }))
        }
        _ => {
            cx.content(additional_at, Code::UnknownValue, "a tool choice of this type is not known");
            None
        }
    })
}

/// What a `toolChoice` says. `None`: it is not known.
fn type_and_name<L: Leaves>(
    choice: converse::ToolChoice<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<(&'static str, Option<L::Text>)> {
    match choice {
        converse::ToolChoice::Auto(converse::AutoToolChoice { unknown }) => {
            cx.unknown(at.name("auto"), &unknown);
            Some(("auto", None))
        }
        converse::ToolChoice::Any(converse::AnyToolChoice { unknown }) => {
            cx.unknown(at.name("any"), &unknown);
            Some(("any", None))
        }
        converse::ToolChoice::Tool(converse::SpecificToolChoice { name, unknown }) => {
            cx.unknown(at.name("tool"), &unknown);
            Some(("tool", Some(name)))
        }
        converse::ToolChoice::Unknown(name, _) => {
            cx.unknown_type(at.name(&name), &name);
            None
        }
    }
}

/// What becomes of a tool choice.
pub(super) type Choice<L> = (Option<converse::ToolChoice<L>>, Option<PartialToolChoice<L>>);

/// `declares`: whether there will be a `toolConfig`, which a `toolChoice` needs to stand in.
pub(super) fn choice_to_converse<L: Leaves>(
    choice: messages::ToolChoice<L>,
    declares: bool,
    family: Family,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Choice<L>, Error> {
    let (kind, name, parallel, unknown) = match choice {
        messages::ToolChoice::Auto(messages::ToolChoiceAuto { disable_parallel_tool_use, unknown }) => {
            ("auto", None, disable_parallel_tool_use, unknown)
        }
        messages::ToolChoice::Any(messages::ToolChoiceAny { disable_parallel_tool_use, unknown }) => {
            ("any", None, disable_parallel_tool_use, unknown)
        }
        messages::ToolChoice::Tool(messages::ToolChoiceTool { name, disable_parallel_tool_use, unknown }) => {
            rules::tool_name::<L>(&name, Side::Converse, at.name("name"))?;
            ("tool", Some(name), disable_parallel_tool_use, unknown)
        }
        messages::ToolChoice::None(messages::ToolChoiceNone { unknown }) => ("none", None, None, unknown),
        messages::ToolChoice::Unknown(unknown) => {
            cx.unknown_type(at, &unknown.kind);
            return Ok((None, None));
        }
    };
    cx.unknown(at, &unknown);
    let mut disable = (parallel == Some(true)).then_some(true);
    if disable.is_some() && !family.may_be_claude() {
        cx.hint(at.name("disable_parallel_tool_use"), Code::Unsupported, "only Claude takes this");
        disable = None;
    }
    // Converse refuses a type in both places, and `auto` with a member stands in one place whole.
    let whole = kind == "none" || !declares || kind == "auto" && disable.is_some();
    if whole {
        let kind = Some(kind.to_owned().into());
        let choice = PartialToolChoice { kind, name, disable_parallel_tool_use: disable, ..Default::default() };
        return Ok((None, Some(choice)));
    }
    let partial =
        disable.map(|disable| PartialToolChoice { disable_parallel_tool_use: Some(disable), ..Default::default() });
    let choice = match (kind, name) {
        ("any", _) => converse::ToolChoice::Any(converse::AnyToolChoice::default()),
        (_, Some(name)) => converse::ToolChoice::Tool(converse::SpecificToolChoice { name, ..Default::default() }),
        _ => converse::ToolChoice::Auto(converse::AutoToolChoice::default()),
    };
    Ok((Some(choice), partial))
}

/// A reference of one of the three known forms, with exactly the members that form has.
fn is_reference<L: Leaves>(
    kind: &messages::ToolReferenceType,
    name: Option<&L::Text>,
    server_name: Option<&L::Text>,
) -> bool {
    let fits = |text: &L::Text| (1..=128).contains(&text.decode().chars().count());
    let (name, server_name) = (name.map(fits), server_name.map(fits));
    match kind {
        messages::ToolReferenceType::Tool => (name, server_name) == (Some(true), None),
        messages::ToolReferenceType::McpTool => (name, server_name) == (Some(true), Some(true)),
        messages::ToolReferenceType::McpToolset => (name, server_name) == (None, Some(true)),
        messages::ToolReferenceType::Unknown(_) => false,
    }
}

pub(super) fn change_to_messages<L: Leaves>(
    kind: messages::ToolChangeType,
    tool: converse::ToolReference<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<messages::ContentBlock<L>> {
    let converse::ToolReference { kind: reference, name, server_name, unknown } = tool;
    let at = at.name("tool");
    cx.unknown(at, &unknown);
    let reference = messages::ToolReferenceType::from(&*reference.as_ref().map(Text::decode).unwrap_or_default());
    if !is_reference::<L>(&reference, name.as_ref(), server_name.as_ref()) {
        cx.content(at, Code::Unsupported, "Messages takes references to tools and MCP servers, with their names only");
        return None;
    }
    let tool = messages::ToolReference { kind: reference, name, server_name, ..Default::default() };
    Some(messages::ContentBlock::ToolChange(messages::ToolChangeBlock { kind, tool, ..Default::default() }))
}

/// The change; its cache control is the caller's.
pub(super) fn change_to_converse<L: Leaves>(
    block: messages::ToolChangeBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<converse::ContentBlock<L>> {
    let messages::ToolChangeBlock { kind, tool, cache_control: _, unknown } = block;
    cx.unknown(at, &unknown);
    let messages::ToolReference { kind: reference, name, server_name, unknown } = tool;
    cx.unknown(at.name("tool"), &unknown);
    if !is_reference::<L>(&reference, name.as_ref(), server_name.as_ref()) {
        cx.content(at, Code::Unsupported, "Converse takes references to tools and MCP servers, with their names only");
        return None;
    }
    let kind_text = reference.as_str().to_owned().into();
    let tool = converse::ToolReference { kind: Some(kind_text), name, server_name, ..Default::default() };
    match kind {
        messages::ToolChangeType::Addition => {
            Some(converse::ContentBlock::ToolAddition(converse::ToolAdditionBlock { tool, ..Default::default() }))
        }
        messages::ToolChangeType::Removal => {
            Some(converse::ContentBlock::ToolRemoval(converse::ToolRemovalBlock { tool, ..Default::default() }))
        }
        messages::ToolChangeType::Unknown(kind) => {
            cx.unknown_type(at, &kind);
            None
        }
    }
}
