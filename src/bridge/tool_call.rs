//! `toolUse` ⇄ `tool_use`, `toolResult` ⇄ `tool_result`
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `toolUseId` | `id`, `tool_use_id` | one that does not fit becomes a digest (hint) |
//! | `name` | `name` | one that does not fit: error |
//! | `input` | `input` | null and `""` become `{}` (hint), other non-objects: error |
//! | | `caller` other than direct, `toolset_name` | hint |
//! | `status: error` | `is_error: true` | |
//! | `content[].text image document searchResult` | the same | `json` becomes text (hint), `video` content |
//! | | `tool_reference`, others | content |
//! | `toolUse`, `toolResult` with a `type` | `server_tool_use`, `…_tool_result` | `server_tool` |

use crate::loss::{Code, Cx, Path};
use crate::wire::{FreeForm, Kind, Leaves};
use crate::{Error, converse, messages};

use super::rules::{self, Side, invalid};
use super::{content, document, image, server_tool, text_of};

/// The input of a call: an object.
pub(super) fn input<L: Leaves>(input: L::Json, at: Path<'_>, cx: &mut Cx<'_>) -> Result<L::Json, Error> {
    match input.kind() {
        Kind::Object => return Ok(input),
        Kind::Null => {}
        Kind::String if input.text() == "\"\"" => {}
        _ => return Err(invalid(at, "the input of a tool is an object")),
    }
    cx.hint(at, Code::Rewritten, "the empty input of a tool is an empty object");
    Ok(L::Json::default())
}

pub(super) fn use_to_messages<L: Leaves>(
    block: converse::ToolUseBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::ContentBlock<L>>, Error> {
    let converse::ToolUseBlock { tool_use_id, name, input: value, kind, unknown } = block;
    cx.unknown(at, &unknown);
    match kind {
        None | Some(converse::ToolUseType::ToolUse) => {
            rules::tool_name::<L>(&name, Side::Messages, at.name("name"))?;
            let id = rules::tool_id::<L>(tool_use_id, Side::Messages, at.name("toolUseId"), cx);
            let input = input::<L>(value, at.name("input"), cx)?;
            let block = messages::ToolUseBlock { id, name, input, ..Default::default() };
            Ok(Some(messages::ContentBlock::ToolUse(block)))
        }
        Some(converse::ToolUseType::ServerToolUse) => server_tool::use_to_messages(tool_use_id, &name, value, at, cx),
        Some(converse::ToolUseType::Unknown(_)) => {
            cx.content(at, Code::UnknownValue, "a tool use of this type has no place in Messages");
            Ok(None)
        }
    }
}

/// The call; its cache control is the caller's.
pub(super) fn use_to_converse<L: Leaves>(
    block: messages::ToolUseBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<converse::ToolUseBlock<L>, Error> {
    let messages::ToolUseBlock { id, name, input: value, caller, toolset_name, cache_control: _, unknown } = block;
    cx.unknown(at, &unknown);
    rules::tool_name::<L>(&name, Side::Converse, at.name("name"))?;
    caller_lost(caller, at, cx);
    toolset_name_lost::<L>(toolset_name.as_ref(), at, cx);
    let tool_use_id = rules::tool_id::<L>(id, Side::Converse, at.name("id"), cx);
    let input = input::<L>(value, at.name("input"), cx)?;
    Ok(converse::ToolUseBlock { tool_use_id, name, input, ..Default::default() })
}

pub(super) fn caller_lost<L: Leaves>(caller: Option<messages::Caller<L>>, at: Path<'_>, cx: &mut Cx<'_>) {
    match caller {
        None => {}
        Some(messages::Caller::Direct(messages::DirectCaller { unknown })) => cx.unknown(at.name("caller"), &unknown),
        Some(_) => cx.hint(at.name("caller"), Code::Unsupported, "Converse has no place for a tool's caller"),
    }
}

fn toolset_name_lost<L: Leaves>(toolset_name: Option<&L::Text>, at: Path<'_>, cx: &mut Cx<'_>) {
    if toolset_name.is_some() {
        cx.hint(at.name("toolset_name"), Code::Unsupported, "Converse has no place for a tool's toolset");
    }
}

pub(super) fn result_to_messages<L: Leaves>(
    block: converse::ToolResultBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::ContentBlock<L>>, Error> {
    let converse::ToolResultBlock { tool_use_id, content, status, kind, unknown } = block;
    cx.unknown(at, &unknown);
    let tool_use_id = rules::tool_id::<L>(tool_use_id, Side::Messages, at.name("toolUseId"), cx);
    let is_error = match status {
        None | Some(converse::ToolResultStatus::Success) => None,
        Some(converse::ToolResultStatus::Error) => Some(true),
        Some(converse::ToolResultStatus::Unknown(_)) => {
            cx.content(at.name("status"), Code::UnknownValue, "Messages knows of a tool only whether it failed");
            None
        }
    };
    if let Some(kind) = kind {
        return Ok(server_tool::result_to_messages(tool_use_id, &kind, content, is_error, at, cx));
    }
    let list_at = at.name("content");
    let mut blocks = Vec::with_capacity(content.len());
    for (index, part) in content.into_iter().enumerate() {
        blocks.extend(part_to_messages(part, list_at.index(index), cx)?);
    }
    let content = Some(messages::Content::Blocks(blocks));
    let block = messages::ToolResultBlock { tool_use_id, content, is_error, ..Default::default() };
    Ok(Some(messages::ContentBlock::ToolResult(block)))
}

fn part_to_messages<L: Leaves>(
    part: converse::ToolResultContentBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::ContentBlock<L>>, Error> {
    use converse::ToolResultContentBlock as Part;
    Ok(match part {
        Part::Text(text) => Some(content::text_block(text)),
        Part::Json(json) => {
            cx.hint(at.name("json"), Code::Rewritten, "the JSON is passed on as text");
            Some(content::text_block(text_of::<L>(&json)))
        }
        Part::Image(block) => image::to_messages(block, at.name("image"), cx)?.map(messages::ContentBlock::Image),
        Part::Document(block) => {
            document::to_messages(block, at.name("document"), cx)?.map(messages::ContentBlock::Document)
        }
        Part::SearchResult(block) => {
            let block = document::search_result::to_messages(block, at.name("searchResult"), cx);
            Some(messages::ContentBlock::SearchResult(block))
        }
        Part::Video(_) => {
            cx.unsupported(at.name("video"), "video");
            None
        }
        Part::Unknown(name, _) => {
            cx.unknown_type(at.name(&name), &name);
            None
        }
    })
}

/// The result; its cache control, and that of the blocks in it, is the caller's.
pub(super) fn result_to_converse<L: Leaves>(
    block: messages::ToolResultBlock<L>,
    at: Path<'_>,
    names: &mut document::Names,
    cx: &mut Cx<'_>,
) -> Result<converse::ToolResultBlock<L>, Error> {
    let messages::ToolResultBlock { tool_use_id, content, is_error, toolset_name, cache_control: _, unknown } = block;
    cx.unknown(at, &unknown);
    toolset_name_lost::<L>(toolset_name.as_ref(), at, cx);
    let list_at = at.name("content");
    let blocks = content.map(messages::Content::into_blocks).unwrap_or_default();
    let mut parts = Vec::with_capacity(blocks.len());
    for (index, block) in blocks.into_iter().enumerate() {
        parts.extend(part_to_converse(block, list_at.index(index), names, cx)?);
    }
    Ok(converse::ToolResultBlock {
        tool_use_id: rules::tool_id::<L>(tool_use_id, Side::Converse, at.name("tool_use_id"), cx),
        content: parts,
        status: is_error.unwrap_or_default().then_some(converse::ToolResultStatus::Error),
        ..Default::default()
    })
}

fn part_to_converse<L: Leaves>(
    block: messages::ContentBlock<L>,
    at: Path<'_>,
    names: &mut document::Names,
    cx: &mut Cx<'_>,
) -> Result<Option<converse::ToolResultContentBlock<L>>, Error> {
    use converse::ToolResultContentBlock as Part;
    use messages::ContentBlock as Block;
    Ok(match block {
        Block::Text(messages::TextBlock { text, citations, cache_control: _, unknown }) => {
            cx.unknown(at, &unknown);
            content::uncited(&citations, at, cx);
            Some(Part::Text(text))
        }
        Block::Image(messages::ImageBlock { source, transformations, cache_control: _, unknown }) => {
            cx.unknown(at, &unknown);
            image::to_converse(source, transformations.as_ref(), at, cx)?.map(Part::Image)
        }
        Block::Document(block) => document::to_converse(block, at, names, cx)?.map(Part::Document),
        Block::SearchResult(block) => Some(Part::SearchResult(document::search_result::to_converse(block, at, cx))),
        Block::Unknown(block) => {
            cx.unknown_type(at, &block.kind);
            None
        }
        other => {
            cx.unsupported(at, content::type_of(&other));
            None
        }
    })
}
