//! `messages`, `system` ⇄ `messages`, `system`
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | a message whose content is one plain text | a message whose content is a string | |
//! | `system: [{text}]` | `system: "…"` | empty ≡ absent |
//! | | neighbours of one role | merged: Converse wants roles to alternate |
//! | a message without blocks | a message without blocks | left out (hint, unless a loss says why) |
//! | | empty text beside other content | left out (hint): Bedrock refuses it |
//! | a document in a message without text | the same | towards Converse: hint, or the option `document_text` |

use crate::loss::{Code, Cx, Path};
use crate::wire::{Leaves, Text};
use crate::{Error, converse, messages};

use super::cache::{self, Cached, Points};
use super::{content, document};

/// The content of a message or of the system prompt: a string where it is one plain text.
fn content_of<L: Leaves>(mut blocks: Vec<messages::ContentBlock<L>>) -> messages::Content<L> {
    match (blocks.pop(), blocks.is_empty()) {
        (Some(messages::ContentBlock::Text(block)), true)
            if block.citations.is_empty() && block.cache_control.is_none() =>
        {
            messages::Content::Text(block.text)
        }
        (last, _) => {
            blocks.extend(last);
            messages::Content::Blocks(blocks)
        }
    }
}

pub(super) fn system_to_messages<L: Leaves>(
    system: Vec<converse::SystemContentBlock<L>>,
    at: Path<'_>,
    cached: &mut Cached<L>,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    cached.break_line();
    for (index, block) in system.into_iter().enumerate() {
        let at = at.index(index);
        match block {
            converse::SystemContentBlock::Text(text) => cached.push_system(content::text_block(text)),
            converse::SystemContentBlock::GuardContent(converse::GuardrailConverseContentBlock::Image(_)) => {
                cx.unsupported(at.name("guardContent"), "image");
                cached.break_line();
            }
            converse::SystemContentBlock::GuardContent(block) => {
                match content::guard_content_to_messages(block, at.name("guardContent"), cx)? {
                    Some(block) => cached.push_system(block),
                    None => cached.break_line(),
                }
            }
            converse::SystemContentBlock::CachePoint(point) => cached.point(point, at.name("cachePoint"), cx),
            converse::SystemContentBlock::Unknown(name, _) => {
                cx.unknown_type(at.name(&name), &name);
                cached.break_line();
            }
        }
    }
    Ok(())
}

/// The system prompt that the blocks make.
pub(super) fn system_of<L: Leaves>(blocks: Vec<messages::ContentBlock<L>>) -> Option<messages::Content<L>> {
    (!blocks.is_empty()).then(|| content_of(blocks))
}

pub(super) fn to_messages<L: Leaves>(
    list: Vec<converse::Message<L>>,
    at: Path<'_>,
    cached: &mut Cached<L>,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    cached.messages.reserve(list.len());
    for (index, message) in list.into_iter().enumerate() {
        let at = at.index(index);
        let converse::Message { role, content: list, unknown } = message;
        cx.unknown(at, &unknown);
        let losses = cx.count();
        let list_at = at.name("content");
        let mut blocks = Vec::with_capacity(list.len());
        cached.break_line();
        for (index, block) in list.into_iter().enumerate() {
            let at = list_at.index(index);
            if let converse::ContentBlock::CachePoint(point) = block {
                cached.point_in(&mut blocks, point, at.name("cachePoint"), cx);
                continue;
            }
            match content::to_messages(block, role, at, cx)? {
                Some(block) => cached.push_block(&mut blocks, block),
                None => cached.break_line(),
            }
        }
        if blocks.is_empty() {
            left_out(losses, at, cx);
            continue;
        }
        cached.messages.push(messages::Message {
            role: role_to_messages(role),
            content: messages::Content::Blocks(blocks),
            ..Default::default()
        });
    }
    Ok(())
}

/// The messages, each with a string for content where it is one plain text. Only now: a cache point may reach back.
pub(super) fn messages_of<L: Leaves>(mut list: Vec<messages::Message<L>>) -> Vec<messages::Message<L>> {
    for message in &mut list {
        if let messages::Content::Blocks(blocks) = &mut message.content {
            message.content = content_of(std::mem::take(blocks));
        }
    }
    list
}

/// A message that has lost all its blocks, or had none.
fn left_out(losses: usize, at: Path<'_>, cx: &mut Cx<'_>) {
    if cx.count() == losses {
        cx.hint(at, Code::EmptyMessage, "a message without content is left out");
    }
}

fn role_to_messages(role: converse::ConversationRole) -> messages::Role {
    match role {
        converse::ConversationRole::User => messages::Role::User,
        converse::ConversationRole::Assistant => messages::Role::Assistant,
        converse::ConversationRole::System => messages::Role::System,
    }
}

fn role_to_converse(role: messages::Role) -> converse::ConversationRole {
    match role {
        messages::Role::User => converse::ConversationRole::User,
        messages::Role::Assistant => converse::ConversationRole::Assistant,
        messages::Role::System => converse::ConversationRole::System,
    }
}

pub(super) fn system_to_converse<L: Leaves>(
    system: Option<messages::Content<L>>,
    at: Path<'_>,
    points: &mut Points,
    cx: &mut Cx<'_>,
) -> Vec<converse::SystemContentBlock<L>> {
    points.begin(cache::SYSTEM);
    let blocks = match system {
        None => return Vec::new(),
        Some(messages::Content::Text(text)) if text.is_empty() => return Vec::new(),
        Some(messages::Content::Text(text)) => {
            points.element(true);
            return vec![converse::SystemContentBlock::Text(text)];
        }
        Some(messages::Content::Blocks(blocks)) => blocks,
    };
    let mut system = Vec::with_capacity(blocks.len());
    for (index, mut block) in blocks.into_iter().enumerate() {
        let at = at.index(index);
        let point = cache::wish(cache::slot(&mut block).and_then(Option::take), at, cx);
        match block {
            messages::ContentBlock::Text(messages::TextBlock { text, citations, cache_control: _, unknown }) => {
                cx.unknown(at, &unknown);
                content::uncited(&citations, at, cx);
                if text.is_empty() {
                    cx.hint(at, Code::Dropped, "Converse takes no empty text in the system prompt");
                    points.skip();
                } else {
                    system.push(converse::SystemContentBlock::Text(text));
                    points.element(true);
                }
            }
            messages::ContentBlock::Unknown(block) => {
                cx.unknown_type(at, &block.kind);
                points.skip();
            }
            other => {
                cx.unsupported(at, content::type_of(&other));
                points.skip();
            }
        }
        points.point(point);
    }
    system
}

/// The messages of a Converse request as they are made: neighbours of one role become one.
struct Turns<L: Leaves> {
    done: Vec<converse::Message<L>>,
    /// The places of the open message's empty texts, held back until it is known whether other content stands beside them.
    held: Vec<String>,
    /// The open message's first document, and whether it has a text.
    document: Option<String>,
    has_text: bool,
}

impl<L: Leaves> Turns<L> {
    /// Sees to it that the open message has this role.
    fn open(&mut self, role: converse::ConversationRole, points: &mut Points, cx: &mut Cx<'_>) {
        if self.done.last().is_none_or(|last| last.role != role) {
            self.close(cx);
            points.begin(cache::MESSAGES + self.done.len());
            self.done.push(converse::Message::new(role, Vec::new()));
        }
    }

    fn push(&mut self, block: converse::ContentBlock<L>, at: Path<'_>, points: &mut Points, cx: &mut Cx<'_>) {
        let Some(message) = self.done.last_mut() else {
            return;
        };
        match &block {
            converse::ContentBlock::Text(text) if text.is_empty() => {
                points.skip();
                self.held.push(at.pointer());
                return;
            }
            converse::ContentBlock::Text(_) | converse::ContentBlock::CitationsContent(_) => self.has_text = true,
            converse::ContentBlock::Document(_) => {
                self.document.get_or_insert_with(|| at.pointer());
            }
            _ => {}
        }
        points.element(may_be_cached(&block));
        message.content.push(block);
        self.drop_held(0, cx);
    }

    /// Leaves out the held texts behind the first `kept`.
    fn drop_held(&mut self, kept: usize, cx: &mut Cx<'_>) {
        for path in self.held.drain(..).skip(kept) {
            cx.hint_at(path, Code::Dropped, "Bedrock refuses an empty text beside other content");
        }
    }

    /// Ends the open message.
    fn close(&mut self, cx: &mut Cx<'_>) {
        let (document, has_text) = (self.document.take(), std::mem::take(&mut self.has_text));
        let Some(message) = self.done.last_mut() else {
            return;
        };
        if let (Some(path), false) = (document, has_text) {
            if let Some(text) = &cx.options.document_text {
                message.content.push(converse::ContentBlock::Text(text.clone().into()));
                cx.hint_at(path, Code::Supplied, "a message with a document needs a text: the option's was added");
            } else {
                let why = "Converse refuses a document in a message without text (the option `document_text` adds one)";
                cx.hint_at(path, Code::ServiceRule, why);
            }
        }
        let kept = usize::from(message.content.is_empty() && !self.held.is_empty());
        if kept == 1 {
            message.content.push(converse::ContentBlock::Text(L::Text::default()));
        }
        self.drop_held(kept, cx);
        if self.done.last().is_some_and(|message| message.content.is_empty()) {
            self.done.pop();
        }
    }
}

/// Whether Bedrock takes a cache point behind a block.
fn may_be_cached<L: Leaves>(block: &converse::ContentBlock<L>) -> bool {
    match block {
        converse::ContentBlock::ReasoningContent(_) => false,
        // Messages has no cache control on empty text, so the point could not come back.
        converse::ContentBlock::CitationsContent(block) => block
            .content
            .iter()
            .any(|part| !matches!(part, converse::CitationGeneratedContent::Text(text) if text.is_empty())),
        converse::ContentBlock::Document(document) => document.format == Some(converse::DocumentFormat::Pdf),
        _ => true,
    }
}

pub(super) fn to_converse<L: Leaves>(
    list: Vec<messages::Message<L>>,
    at: Path<'_>,
    points: &mut Points,
    cx: &mut Cx<'_>,
) -> Result<Vec<converse::Message<L>>, Error> {
    let mut names = document::Names::default();
    let mut turns = Turns { done: Vec::with_capacity(list.len()), held: Vec::new(), document: None, has_text: false };
    for (index, message) in list.into_iter().enumerate() {
        let at = at.index(index);
        let messages::Message { role, content: blocks, unknown } = message;
        cx.unknown(at, &unknown);
        let losses = cx.count();
        let content_at = at.name("content");
        let converse_role = role_to_converse(role);
        let blocks = match blocks {
            messages::Content::Text(text) => {
                turns.open(converse_role, points, cx);
                turns.push(converse::ContentBlock::Text(text), content_at, points, cx);
                continue;
            }
            messages::Content::Blocks(blocks) => blocks,
        };
        let mut empty = true;
        for (index, mut block) in blocks.into_iter().enumerate() {
            let at = content_at.index(index);
            let own = cache::wish(cache::slot(&mut block).and_then(Option::take), at, cx);
            let inner = inner_point(&mut block, own.is_some(), at, cx);
            match content::to_converse(block, role, at, &mut names, cx)? {
                None => points.skip(),
                Some(block) => {
                    empty = false;
                    turns.open(converse_role, points, cx);
                    turns.push(block, at, points, cx);
                }
            }
            points.displaced_point(inner, "it stands behind the whole tool result");
            points.point(own);
        }
        if empty {
            left_out(losses, at, cx);
        }
    }
    turns.close(cx);
    Ok(turns.done)
}

/// The last cache control inside a tool's result: Converse has cache points only behind the whole, which may have its own.
fn inner_point<L: Leaves>(
    block: &mut messages::ContentBlock<L>,
    has_own: bool,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<cache::Wish> {
    let messages::ContentBlock::ToolResult(result) = block else {
        return None;
    };
    let Some(messages::Content::Blocks(blocks)) = &mut result.content else {
        return None;
    };
    let list_at = at.name("content");
    let mut last: Option<cache::Wish> = None;
    for (index, block) in blocks.iter_mut().enumerate() {
        let next = cache::wish(cache::slot(block).and_then(Option::take), list_at.index(index), cx);
        if let (Some(earlier), true) = (&last, next.is_some()) {
            earlier.repeated(cx);
        }
        last = next.or(last);
    }
    if has_own {
        if let Some(last) = &last {
            last.repeated(cx);
        }
        return None;
    }
    last
}
