//! The blocks of a response
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `text`, `citationsContent` | `text` | empty ones too |
//! | `reasoningContent.reasoningText` | `thinking` | no signature is an empty one |
//! | `reasoningContent.redactedContent` | `redacted_thinking` | |
//! | `toolUse` | `tool_use`, `server_tool_use` | `tool_call`, `server_tool` |
//! | `toolResult` with a `type` | `…_tool_result` | `server_tool` |
//! | `guardContent.text` | `text` | hint |
//! | `cachePoint` | | hint |
//! | | `cache_control` | hint |
//! | anything else | anything else | content |

use crate::loss::{Code, Cx, Path};
use crate::wire::Leaves;
use crate::{Error, converse, messages};

use super::{cache, content, server_tool, tool_call};

/// A block at its union's place. `None`: it has no place in Messages, and why is in the losses.
pub(super) fn to_messages<L: Leaves>(
    block: converse::ContentBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::ContentBlock<L>>, Error> {
    use converse::ContentBlock as Block;
    Ok(match block {
        Block::Text(text) => Some(content::text_block(text)),
        Block::CitationsContent(block) => {
            Some(content::citations_content_to_messages(block, at.name("citationsContent"), cx))
        }
        Block::ReasoningContent(block) => reasoning_to_messages(block, at.name("reasoningContent"), cx),
        Block::ToolUse(block) => tool_call::use_to_messages(block, at.name("toolUse"), cx)?,
        Block::ToolResult(block) if block.kind.is_some() => {
            tool_call::result_to_messages(block, at.name("toolResult"), cx)?
        }
        Block::GuardContent(block @ converse::GuardrailConverseContentBlock::Text(_)) => {
            content::guard_content_to_messages(block, at.name("guardContent"), cx)?
        }
        Block::CachePoint(_) => {
            cx.hint(at.name("cachePoint"), Code::Unsupported, "a response has nothing to cache");
            None
        }
        Block::Unknown(name, _) => {
            cx.unknown_type(at.name(&name), &name);
            None
        }
        other => {
            let name = content::name_of(&other);
            cx.unsupported(at.name(name), name);
            None
        }
    })
}

fn reasoning_to_messages<L: Leaves>(
    block: converse::ReasoningContentBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<messages::ContentBlock<L>> {
    match block {
        converse::ReasoningContentBlock::ReasoningText(converse::ReasoningTextBlock { text, signature, unknown }) => {
            cx.unknown(at.name("reasoningText"), &unknown);
            let signature = signature.unwrap_or_default();
            let block = messages::ThinkingBlock { thinking: text, signature, ..Default::default() };
            Some(messages::ContentBlock::Thinking(block))
        }
        converse::ReasoningContentBlock::RedactedContent(blob) => {
            Some(content::redacted_to_messages(blob, at.name("redactedContent"), cx))
        }
        converse::ReasoningContentBlock::Unknown(name, _) => {
            cx.unknown_type(at.name(&name), &name);
            None
        }
    }
}

/// A block. `None`: it has no place in Converse, and why is in the losses.
pub(super) fn to_converse<L: Leaves>(
    mut block: messages::ContentBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<converse::ContentBlock<L>>, Error> {
    use messages::ContentBlock as Block;
    let cache_control = cache::slot(&mut block).and_then(Option::take);
    let block = match block {
        Block::Text(messages::TextBlock { text, citations, cache_control: _, unknown }) => {
            cx.unknown(at, &unknown);
            content::cited_to_converse(text, citations, at, cx)
        }
        Block::Thinking(messages::ThinkingBlock { thinking, signature, unknown }) => {
            cx.unknown(at, &unknown);
            content::thinking_to_converse(thinking, signature)
        }
        Block::RedactedThinking(messages::RedactedThinkingBlock { data, unknown }) => {
            cx.unknown(at, &unknown);
            content::redacted_to_converse(&data)
        }
        Block::ToolUse(block) => converse::ContentBlock::ToolUse(tool_call::use_to_converse(block, at, cx)?),
        Block::ServerToolUse(block) => converse::ContentBlock::ToolUse(server_tool::use_to_converse(block, at, cx)?),
        Block::ServerToolResult(block) => {
            converse::ContentBlock::ToolResult(server_tool::result_to_converse(block, at, cx))
        }
        Block::Unknown(block) => {
            cx.unknown_type(at, &block.kind);
            return Ok(None);
        }
        other => {
            cx.unsupported(at, content::type_of(&other));
            return Ok(None);
        }
    };
    if cache_control.is_some() {
        cx.hint(at.name("cache_control"), Code::Unsupported, "a response has nothing to cache");
    }
    Ok(Some(block))
}
