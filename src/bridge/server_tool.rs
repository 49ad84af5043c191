//! `toolUse` ⇄ `server_tool_use`, `toolResult` ⇄ `…_tool_result`: tools that the provider runs
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `toolUse` `type: server_tool_use` | `server_tool_use` | towards Messages when the name is one of Anthropic's tools, else content |
//! | `toolResult` `type: …` `content: [{json: {content}}]` | `…_tool_result` `content` | towards Messages when type and content are Anthropic's, else content |
//! | | `caller` other than direct | hint |
//!
//! A request's blocks of this kind have no place in Converse, see `content`.

use crate::loss::{Code, Cx, Path};
use crate::wire::{Leaves, Map, Text};
use crate::{Error, converse, messages};

use super::rules::{self, Side};
use super::tool_call::{caller_lost, input};

pub(super) fn use_to_messages<L: Leaves>(
    tool_use_id: L::Text,
    name: &L::Text,
    value: L::Json,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::ContentBlock<L>>, Error> {
    let name = messages::ServerToolName::from(&*name.decode());
    if let messages::ServerToolName::Unknown(_) = name {
        cx.content(at, Code::Unsupported, "not one of the tools that Anthropic's servers run");
        return Ok(None);
    }
    let id = rules::tool_id::<L>(tool_use_id, Side::Messages, at.name("toolUseId"), cx);
    let input = input::<L>(value, at.name("input"), cx)?;
    let block = messages::ServerToolUseBlock { id, name, input, ..Default::default() };
    Ok(Some(messages::ContentBlock::ServerToolUse(block)))
}

pub(super) fn use_to_converse<L: Leaves>(
    block: messages::ServerToolUseBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<converse::ToolUseBlock<L>, Error> {
    let messages::ServerToolUseBlock { id, name, input: value, caller, cache_control: _, unknown } = block;
    cx.unknown(at, &unknown);
    caller_lost(caller, at, cx);
    if let messages::ServerToolName::Unknown(_) = name {
        cx.hint(at.name("name"), Code::UnknownValue, "passed on, but not a tool this library knows");
    }
    let name = name.as_str().to_owned().into();
    rules::tool_name::<L>(&name, Side::Converse, at.name("name"))?;
    Ok(converse::ToolUseBlock {
        tool_use_id: rules::tool_id::<L>(id, Side::Converse, at.name("id"), cx),
        name,
        input: input::<L>(value, at.name("input"), cx)?,
        kind: Some(converse::ToolUseType::ServerToolUse),
        ..Default::default()
    })
}

pub(super) fn result_to_messages<L: Leaves>(
    tool_use_id: L::Text,
    kind: &L::Text,
    mut content: Vec<converse::ToolResultContentBlock<L>>,
    is_error: Option<bool>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<messages::ContentBlock<L>> {
    let kind = messages::ServerToolResultType::from(&*kind.decode());
    if let messages::ServerToolResultType::Unknown(_) = kind {
        cx.content(at, Code::Unsupported, "not a result of the tools that Anthropic's servers run");
        return None;
    }
    let answer = match (content.pop(), content.is_empty(), is_error) {
        (Some(converse::ToolResultContentBlock::Json(json)), true, None) => only_content::<L>(&json),
        _ => None,
    };
    let Some(content) = answer.filter(|content| is_answer_of::<L>(&kind, content)) else {
        cx.content(at, Code::Unsupported, "not the content of a result of Anthropic's servers");
        return None;
    };
    let block = messages::ServerToolResultBlock { kind, tool_use_id, content, ..Default::default() };
    Some(messages::ContentBlock::ServerToolResult(block))
}

pub(super) fn result_to_converse<L: Leaves>(
    block: messages::ServerToolResultBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> converse::ToolResultBlock<L> {
    let messages::ServerToolResultBlock { kind, tool_use_id, content, caller, cache_control: _, unknown } = block;
    cx.unknown(at, &unknown);
    caller_lost(caller, at, cx);
    if !is_answer_of::<L>(&kind, &content) {
        cx.hint(at.name("content"), Code::UnknownType, "passed on, but not an answer this library knows");
    }
    let json = L::free_form(&Map::from_iter([("content".to_owned(), content)]));
    converse::ToolResultBlock {
        tool_use_id: rules::tool_id::<L>(tool_use_id, Side::Converse, at.name("tool_use_id"), cx),
        content: vec![converse::ToolResultContentBlock::Json(json)],
        kind: Some(kind.as_str().to_owned().into()),
        ..Default::default()
    }
}

/// The one member `content` of an object.
fn only_content<L: Leaves>(json: &L::Json) -> Option<L::Json> {
    let mut members = L::parse::<Map<L::Json>>(json).ok()?.into_iter();
    match (members.next(), members.next()) {
        (Some((name, content)), None) if name == "content" => Some(content),
        _ => None,
    }
}

/// Whether a fetched page comes in one of the forms that it has in a response.
fn is_fetched<L: Leaves>(source: &messages::DocumentSource<L>) -> bool {
    matches!(source, messages::DocumentSource::Base64(_) | messages::DocumentSource::Text(_))
}

/// Whether this tool of Anthropic's answers in this form.
fn is_answer_of<L: Leaves>(kind: &messages::ServerToolResultType, content: &L::Json) -> bool {
    use messages::ServerToolResult as Answer;
    use messages::ServerToolResultType as Kind;
    let answer = match L::parse(content) {
        Ok(messages::ServerToolAnswer::WebSearch(_)) => return *kind == Kind::WebSearch,
        Ok(messages::ServerToolAnswer::<L>::Other(answer)) => answer,
        Err(_) => return false,
    };
    match answer {
        Answer::Error(error) => error.kind.as_str().strip_suffix("_error") == Some(kind.as_str()),
        Answer::WebFetch(page) => *kind == Kind::WebFetch && is_fetched(&page.content.source),
        Answer::CodeExecution(_) | Answer::EncryptedCodeExecution(_) => *kind == Kind::CodeExecution,
        Answer::BashCodeExecution(_) => *kind == Kind::BashCodeExecution,
        Answer::TextEditorView(_) | Answer::TextEditorCreate(_) | Answer::TextEditorStrReplace(_) => {
            *kind == Kind::TextEditorCodeExecution
        }
        Answer::ToolSearch(_) => *kind == Kind::ToolSearch,
        Answer::Unknown(_) => false,
    }
}
