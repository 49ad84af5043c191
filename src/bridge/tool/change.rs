//! `toolAddition`, `toolRemoval` ⇄ `tool_addition`, `tool_removal`
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `tool` `type name serverName` | `tool` `type name server_name` | a reference of another form: content |

use crate::loss::{Code, Cx, Path};
use crate::wire::{Leaves, Text};
use crate::{converse, messages};

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

pub(in crate::bridge) fn to_messages<L: Leaves>(
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
pub(in crate::bridge) fn to_converse<L: Leaves>(
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
