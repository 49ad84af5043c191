//! The blocks of a message, one by one. Cache points and cache control are the turn's, see `cache`.
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `text`; `citationsContent` | `text`; `text` with `citations` | texts are joined |
//! | `image`, `document`, `searchResult` | `image`, `document`, `search_result` | `image`, `document` |
//! | `toolUse`, `toolResult` | `tool_use`, `tool_result`, and the server's | `tool_call` |
//! | `reasoningContent.reasoningText` | `thinking` | unsigned: towards Messages left out (hint), towards Converse without signature (hint) |
//! | `reasoningContent.redactedContent` | `redacted_thinking` | the blob is the UTF-8 of the data |
//! | `guardContent` | text, image | hint |
//! | `toolAddition`, `toolRemoval` | `tool_addition`, `tool_removal` | references only |
//! | `video`, `audio` | | content |
//! | | `container_upload`, `tool_reference`, … | content |

use crate::loss::{Code, Cx, Path};
use crate::wire::{Base64, Leaves, Text};
use crate::{Error, converse, messages};

use super::{citation, document, image, tool, tool_call};

/// The texts as one.
pub(super) fn joined<L: Leaves>(mut texts: Vec<L::Text>, separator: &str) -> L::Text {
    match texts.len() {
        0 => L::Text::default(),
        1 => texts.swap_remove(0),
        _ => L::Text::join(&texts, separator),
    }
}

/// A text block that has nothing but its text.
pub(super) fn text_block<L: Leaves>(text: L::Text) -> messages::ContentBlock<L> {
    messages::ContentBlock::Text(messages::TextBlock { text, ..Default::default() })
}

/// The text of a block that stands where neither citations nor cache control have a place.
pub(super) fn bare_text<L: Leaves>(block: messages::TextBlock<L>, at: Path<'_>, cx: &mut Cx<'_>) -> L::Text {
    let messages::TextBlock { text, citations, cache_control, unknown } = block;
    cx.unknown(at, &unknown);
    uncited(&citations, at, cx);
    if cache_control.is_some() {
        cx.hint(at.name("cache_control"), Code::Unsupported, "Converse has no cache points here");
    }
    text
}

/// Citations that stand where Converse has none.
pub(super) fn uncited<L: Leaves>(citations: &[messages::Citation<L>], at: Path<'_>, cx: &mut Cx<'_>) {
    if !citations.is_empty() {
        cx.hint(at.name("citations"), Code::Unsupported, "Converse has no citations here");
    }
}

/// What a system message may hold in both APIs.
fn fits_system_message<L: Leaves>(block: &converse::ContentBlock<L>) -> bool {
    matches!(
        block,
        converse::ContentBlock::Text(_)
            | converse::ContentBlock::GuardContent(converse::GuardrailConverseContentBlock::Text(_))
            | converse::ContentBlock::ToolAddition(_)
            | converse::ContentBlock::ToolRemoval(_)
            | converse::ContentBlock::Unknown(..)
    )
}

/// The name of a union's member.
pub(super) fn name_of<L: Leaves>(block: &converse::ContentBlock<L>) -> &str {
    use converse::ContentBlock as Block;
    match block {
        Block::Text(_) => "text",
        Block::Image(_) => "image",
        Block::Document(_) => "document",
        Block::Video(_) => "video",
        Block::Audio(_) => "audio",
        Block::ToolUse(_) => "toolUse",
        Block::ToolResult(_) => "toolResult",
        Block::GuardContent(_) => "guardContent",
        Block::CachePoint(_) => "cachePoint",
        Block::ReasoningContent(_) => "reasoningContent",
        Block::CitationsContent(_) => "citationsContent",
        Block::SearchResult(_) => "searchResult",
        Block::ToolAddition(_) => "toolAddition",
        Block::ToolRemoval(_) => "toolRemoval",
        Block::Unknown(name, _) => name,
    }
}

/// The `type` of a block.
pub(super) fn type_of<L: Leaves>(block: &messages::ContentBlock<L>) -> &str {
    use messages::ContentBlock as Block;
    match block {
        Block::Text(_) => "text",
        Block::Image(_) => "image",
        Block::Document(_) => "document",
        Block::SearchResult(_) => "search_result",
        Block::Thinking(_) => "thinking",
        Block::RedactedThinking(_) => "redacted_thinking",
        Block::ToolUse(_) => "tool_use",
        Block::ToolResult(_) => "tool_result",
        Block::ServerToolUse(_) => "server_tool_use",
        Block::ServerToolResult(block) => block.kind.as_str(),
        Block::ContainerUpload(_) => "container_upload",
        Block::ToolReference(_) => "tool_reference",
        Block::ToolChange(block) => block.kind.as_str(),
        Block::Unknown(block) => &block.kind,
    }
}

/// A block of a request's message, at its union's place. `None`: it has no place in Messages, and why is in the losses.
pub(super) fn to_messages<L: Leaves>(
    block: converse::ContentBlock<L>,
    role: converse::ConversationRole,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::ContentBlock<L>>, Error> {
    use converse::ContentBlock as Block;
    if role == converse::ConversationRole::System && !fits_system_message(&block) {
        let name = name_of(&block);
        cx.unsupported(at.name(name), name);
        return Ok(None);
    }
    Ok(match block {
        Block::Text(text) => Some(text_block(text)),
        Block::Image(block) => image::to_messages(block, at.name("image"), cx)?.map(messages::ContentBlock::Image),
        Block::Document(block) => {
            document::to_messages(block, at.name("document"), cx)?.map(messages::ContentBlock::Document)
        }
        Block::ToolUse(block) => tool_call::use_to_messages(block, at.name("toolUse"), cx)?,
        Block::ToolResult(block) => tool_call::result_to_messages(block, at.name("toolResult"), cx)?,
        Block::GuardContent(block) => guard_content_to_messages(block, at.name("guardContent"), cx)?,
        Block::ReasoningContent(block) => reasoning_to_messages(block, at.name("reasoningContent"), cx),
        Block::CitationsContent(block) => Some(citations_content_to_messages(block, at.name("citationsContent"), cx)),
        Block::SearchResult(block) => {
            let block = document::search_result::to_messages(block, at.name("searchResult"), cx);
            Some(messages::ContentBlock::SearchResult(block))
        }
        Block::ToolAddition(converse::ToolAdditionBlock { tool, unknown }) => {
            let at = at.name("toolAddition");
            cx.unknown(at, &unknown);
            tool::change::to_messages(messages::ToolChangeType::Addition, tool, at, cx)
        }
        Block::ToolRemoval(converse::ToolRemovalBlock { tool, unknown }) => {
            let at = at.name("toolRemoval");
            cx.unknown(at, &unknown);
            tool::change::to_messages(messages::ToolChangeType::Removal, tool, at, cx)
        }
        Block::Video(_) | Block::Audio(_) | Block::CachePoint(_) => {
            let name = name_of(&block);
            cx.unsupported(at.name(name), name);
            None
        }
        Block::Unknown(name, _) => {
            cx.unknown_type(at.name(&name), &name);
            None
        }
    })
}

pub(super) fn guard_content_to_messages<L: Leaves>(
    block: converse::GuardrailConverseContentBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Option<messages::ContentBlock<L>>, Error> {
    let block = match block {
        converse::GuardrailConverseContentBlock::Text(converse::GuardrailConverseTextBlock {
            text,
            qualifiers: _,
            unknown,
        }) => {
            cx.unknown(at.name("text"), &unknown);
            Some(text_block(text))
        }
        converse::GuardrailConverseContentBlock::Image(block) => {
            image::guarded_to_messages(block, at.name("image"), cx)?.map(messages::ContentBlock::Image)
        }
        converse::GuardrailConverseContentBlock::Unknown(name, _) => {
            cx.unknown_type(at.name(&name), &name);
            return Ok(None);
        }
    };
    cx.hint(at, Code::Unmarked, "the content is no longer marked for the guardrail");
    Ok(block)
}

fn reasoning_to_messages<L: Leaves>(
    block: converse::ReasoningContentBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<messages::ContentBlock<L>> {
    match block {
        converse::ReasoningContentBlock::ReasoningText(converse::ReasoningTextBlock { text, signature, unknown }) => {
            let at = at.name("reasoningText");
            cx.unknown(at, &unknown);
            let Some(signature) = signature.filter(|signature| !signature.is_empty()) else {
                cx.hint(at, Code::Dropped, "Messages takes no unsigned thinking in a request, and does not miss it");
                return None;
            };
            let block = messages::ThinkingBlock { thinking: text, signature, ..Default::default() };
            Some(messages::ContentBlock::Thinking(block))
        }
        converse::ReasoningContentBlock::RedactedContent(blob) => {
            Some(redacted_to_messages(blob, at.name("redactedContent"), cx))
        }
        converse::ReasoningContentBlock::Unknown(name, _) => {
            cx.unknown_type(at.name(&name), &name);
            None
        }
    }
}

/// The blob's bytes are the UTF-8 of the data.
pub(super) fn redacted_to_messages<L: Leaves>(
    blob: Base64<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> messages::ContentBlock<L> {
    let data = if let Ok(data) = String::from_utf8(blob.decode()) {
        data.into()
    } else {
        cx.hint(at, Code::Rewritten, "the bytes are not UTF-8: their base64 stands for the data");
        blob.into_text()
    };
    messages::ContentBlock::RedactedThinking(messages::RedactedThinkingBlock { data, ..Default::default() })
}

pub(super) fn redacted_to_converse<L: Leaves>(data: &L::Text) -> converse::ContentBlock<L> {
    let blob = Base64::encode(data.decode().as_bytes());
    converse::ContentBlock::ReasoningContent(converse::ReasoningContentBlock::RedactedContent(blob))
}

pub(super) fn thinking_to_converse<L: Leaves>(thinking: L::Text, signature: L::Text) -> converse::ContentBlock<L> {
    let signature = (!signature.is_empty()).then_some(signature);
    let block = converse::ReasoningTextBlock { text: thinking, signature, ..Default::default() };
    converse::ContentBlock::ReasoningContent(converse::ReasoningContentBlock::ReasoningText(block))
}

pub(super) fn citations_content_to_messages<L: Leaves>(
    block: converse::CitationsContentBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> messages::ContentBlock<L> {
    let converse::CitationsContentBlock { content, citations, unknown } = block;
    cx.unknown(at, &unknown);
    let content_at = at.name("content");
    if content.len() > 1 {
        cx.hint(content_at, Code::Rewritten, "the texts are joined into one");
    }
    let mut texts = Vec::with_capacity(content.len());
    for (index, part) in content.into_iter().enumerate() {
        match part {
            converse::CitationGeneratedContent::Text(text) => texts.push(text),
            converse::CitationGeneratedContent::Unknown(name, _) => {
                cx.unknown_type(content_at.index(index).name(&name), &name);
            }
        }
    }
    let list_at = at.name("citations");
    let citations = citations
        .into_iter()
        .enumerate()
        .filter_map(|(index, citation)| citation::to_messages(citation, list_at.index(index), cx))
        .collect();
    messages::ContentBlock::Text(messages::TextBlock { text: joined::<L>(texts, ""), citations, ..Default::default() })
}

/// A block of a request's message. `None`: it has no place in Converse, and why is in the losses.
pub(super) fn to_converse<L: Leaves>(
    block: messages::ContentBlock<L>,
    role: messages::Role,
    at: Path<'_>,
    names: &mut document::Names,
    cx: &mut Cx<'_>,
) -> Result<Option<converse::ContentBlock<L>>, Error> {
    use messages::ContentBlock as Block;
    let system = role == messages::Role::System;
    if system && !matches!(block, Block::Text(_) | Block::ToolChange(_) | Block::Unknown(_)) {
        cx.unsupported(at, type_of(&block));
        return Ok(None);
    }
    Ok(match block {
        Block::Text(messages::TextBlock { text, citations, cache_control: _, unknown }) => {
            cx.unknown(at, &unknown);
            if system {
                uncited(&citations, at, cx);
                return Ok(Some(converse::ContentBlock::Text(text)));
            }
            Some(cited_to_converse(text, citations, at, cx))
        }
        Block::Image(messages::ImageBlock { source, transformations, cache_control: _, unknown }) => {
            cx.unknown(at, &unknown);
            image::to_converse(source, transformations.as_ref(), at, cx)?.map(converse::ContentBlock::Image)
        }
        Block::Document(block) => document::to_converse(block, at, names, cx)?.map(converse::ContentBlock::Document),
        Block::SearchResult(block) => {
            Some(converse::ContentBlock::SearchResult(document::search_result::to_converse(block, at, cx)))
        }
        Block::Thinking(messages::ThinkingBlock { thinking, signature, unknown }) => {
            cx.unknown(at, &unknown);
            if signature.is_empty() {
                cx.hint(at.name("signature"), Code::Dropped, "an empty signature is none to Converse");
            }
            Some(thinking_to_converse(thinking, signature))
        }
        Block::RedactedThinking(messages::RedactedThinkingBlock { data, unknown }) => {
            cx.unknown(at, &unknown);
            Some(redacted_to_converse(&data))
        }
        Block::ToolUse(block) => Some(converse::ContentBlock::ToolUse(tool_call::use_to_converse(block, at, cx)?)),
        Block::ToolResult(block) => {
            Some(converse::ContentBlock::ToolResult(tool_call::result_to_converse(block, at, names, cx)?))
        }
        Block::ToolChange(block) => tool::change::to_converse(block, at, cx),
        Block::ServerToolUse(_) | Block::ServerToolResult(_) | Block::ContainerUpload(_) | Block::ToolReference(_) => {
            cx.unsupported(at, type_of(&block));
            None
        }
        Block::Unknown(block) => {
            cx.unknown_type(at, &block.kind);
            None
        }
    })
}

/// Text with its citations; those without a place in Converse are left out.
pub(super) fn cited_to_converse<L: Leaves>(
    text: L::Text,
    citations: Vec<messages::Citation<L>>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> converse::ContentBlock<L> {
    if citations.is_empty() {
        return converse::ContentBlock::Text(text);
    }
    let list_at = at.name("citations");
    let citations = citations
        .into_iter()
        .enumerate()
        .filter_map(|(index, citation)| citation::to_converse(citation, list_at.index(index), cx))
        .collect::<Vec<_>>();
    if citations.is_empty() {
        return converse::ContentBlock::Text(text);
    }
    converse::ContentBlock::CitationsContent(converse::CitationsContentBlock {
        content: vec![converse::CitationGeneratedContent::Text(text)],
        citations,
        ..Default::default()
    })
}
