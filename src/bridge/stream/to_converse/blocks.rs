//! `content_block_start`, `content_block_delta`, `content_block_stop` → theirs

use crate::loss::{Code, Cx, Path};
use crate::wire::{FreeForm as _, Indexed, Leaves, Text as _};
use crate::{Error, converse, messages};

use super::super::super::{citation, response_content};
use super::super::{number, order};
use super::Out;

/// A block of the source.
#[derive(Clone, Debug)]
enum Block {
    /// It is open, with this index in Converse.
    Open {
        kind: Kind,
        index: i64,
        has_delta: bool,
        /// What the start of a tool's call holds, and the number of that event: it stands unless deltas come.
        input: Option<(String, usize)>,
    },
    /// It has no place in Converse.
    Lost,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    ToolUse,
    /// It has come whole.
    Whole,
}

impl Kind {
    /// The delta of a block that has begun and holds nothing.
    fn empty<L: Leaves>(self) -> Option<converse::ContentBlockDelta<L>> {
        match self {
            Self::Text => Some(converse::ContentBlockDelta::Text(L::Text::default())),
            Self::Thinking => {
                let delta = converse::ReasoningContentBlockDelta::Text(L::Text::default());
                Some(converse::ContentBlockDelta::ReasoningContent(delta))
            }
            Self::ToolUse | Self::Whole => None,
        }
    }
}

impl Block {
    /// Sends the block's end. Text and thinking without a delta have not begun yet.
    fn end<L: Leaves>(self, out: &mut Out<'_, L>) {
        let Self::Open { kind, index, has_delta, input } = self else { return };
        if let Some((input, _)) = input {
            let delta = converse::ToolUseBlockDelta { input: input.into(), ..Default::default() };
            out(delta_event(index, converse::ContentBlockDelta::ToolUse(delta)));
        }
        if let Some(delta) = kind.empty().filter(|_| !has_delta) {
            out(delta_event(index, delta));
        }
        let event = converse::ContentBlockStopEvent { content_block_index: index, ..Default::default() };
        out(converse::StreamEvent::ContentBlockStop(event));
    }
}

/// The blocks of the message.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    /// By their indexes in the source.
    list: Indexed<Block>,
    /// The index of the next block in Converse.
    next: i64,
    /// How many blocks, from the first on, are not silent any more. Whatever goes out behind a block makes it begin, so that
    /// blocks begin in their order.
    heard: usize,
}

impl Blocks {
    /// Blocks that a message holds from its beginning.
    pub(super) fn whole<L: Leaves>(
        &mut self,
        blocks: Vec<messages::ContentBlock<L>>,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        for (index, block) in blocks.into_iter().enumerate() {
            if let Some(block) = self.begin(block, 0, at.index(index), out, cx)? {
                block.end(out);
            }
        }
        Ok(())
    }

    pub(super) fn open<L: Leaves>(
        &mut self,
        event: messages::ContentBlockStartEvent<L>,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        let messages::ContentBlockStartEvent { index, content_block, unknown } = event;
        cx.unknown(at, &unknown);
        if self.list.contains(index) {
            return Err(order(at, "this block has begun before"));
        }
        let block = self.begin(content_block, number(at), at.name("content_block"), out, cx)?;
        self.list.push(index, block.unwrap_or(Block::Lost));
        Ok(())
    }

    /// Sends what a block holds when it begins. `None`: it has no place in Converse, and why is in the losses.
    fn begin<L: Leaves>(
        &mut self,
        block: messages::ContentBlock<L>,
        number: usize,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<Option<Block>, Error> {
        use converse::ContentBlock as Whole;
        use converse::ContentBlockDelta as Delta;
        let Some(block) = response_content::to_converse(block, at, cx)? else {
            return Ok(None);
        };
        let index = self.next;
        let mut held = None;
        let (start, deltas, kind) = match block {
            Whole::Text(text) => (None, text_deltas(text, Vec::new()), Kind::Text),
            Whole::CitationsContent(converse::CitationsContentBlock { content, citations, unknown: _ }) => {
                let texts = content.into_iter().filter_map(|part| match part {
                    converse::CitationGeneratedContent::Text(text) => Some(text),
                    converse::CitationGeneratedContent::Unknown(..) => None,
                });
                (None, text_deltas(L::Text::join(&texts.collect::<Vec<_>>(), ""), citations), Kind::Text)
            }
            Whole::ReasoningContent(converse::ReasoningContentBlock::ReasoningText(block)) => {
                let converse::ReasoningTextBlock { text, signature, unknown: _ } = block;
                let text = Some(text).filter(|text| !text.is_empty());
                let deltas = [
                    text.map(converse::ReasoningContentBlockDelta::Text),
                    signature.map(converse::ReasoningContentBlockDelta::Signature),
                ];
                (None, deltas.into_iter().flatten().map(Delta::ReasoningContent).collect(), Kind::Thinking)
            }
            Whole::ReasoningContent(converse::ReasoningContentBlock::RedactedContent(blob)) => {
                let delta = converse::ReasoningContentBlockDelta::RedactedContent(blob);
                (None, vec![Delta::ReasoningContent(delta)], Kind::Whole)
            }
            Whole::ToolUse(converse::ToolUseBlock { tool_use_id, name, input, kind, unknown: _ }) => {
                let start = converse::ToolUseBlockStart { tool_use_id, name, kind, ..Default::default() };
                held = Some(input.text().into_owned()).filter(|input| input != "{}");
                (Some(converse::ContentBlockStart::ToolUse(start)), Vec::new(), Kind::ToolUse)
            }
            Whole::ToolResult(converse::ToolResultBlock { tool_use_id, content, status, kind, unknown: _ }) => {
                let start = converse::ToolResultBlockStart { tool_use_id, kind, status, ..Default::default() };
                let parts = content.into_iter().filter_map(|part| match part {
                    converse::ToolResultContentBlock::Json(json) => Some(converse::ToolResultBlockDelta::Json(json)),
                    converse::ToolResultContentBlock::Text(text) => Some(converse::ToolResultBlockDelta::Text(text)),
                    _ => None,
                });
                let delta = Delta::ToolResult(parts.collect());
                (Some(converse::ContentBlockStart::ToolResult(start)), vec![delta], Kind::Whole)
            }
            _ => return Ok(None),
        };
        self.next += 1;
        if start.is_some() || !deltas.is_empty() {
            self.break_silence(self.list.len(), out);
        }
        if let Some(start) = start {
            let event = converse::ContentBlockStartEvent { start, content_block_index: index, ..Default::default() };
            out(converse::StreamEvent::ContentBlockStart(Box::new(event)));
        }
        let has_delta = !deltas.is_empty();
        for delta in deltas {
            out(delta_event(index, delta));
        }
        let input = held.map(|input| (input, number));
        Ok(Some(Block::Open { kind, index, has_delta, input }))
    }

    pub(super) fn delta<L: Leaves>(
        &mut self,
        event: messages::ContentBlockDeltaEvent<L>,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        use messages::ContentBlockDelta as Delta;
        let messages::ContentBlockDeltaEvent { index, delta, unknown } = event;
        cx.unknown(at, &unknown);
        let delta_at = at.name("delta");
        let Some((place, block)) = self.list.find(index) else {
            return Err(order(at, "a delta of a block that has not begun"));
        };
        let (kind, target, has_delta, input) = match block {
            Block::Closed => return Err(order(at, "this block has ended before")),
            Block::Lost => {
                cx.content(delta_at, Code::Unsupported, "its block has no place in Converse");
                return Ok(());
            }
            Block::Open { kind, index, has_delta, input } => (*kind, *index, has_delta, input),
        };
        let expect = |expected| {
            if kind == expected { Ok(()) } else { Err(order(at, "a delta of another kind than its block")) }
        };
        let delta = match delta {
            Delta::Text(messages::TextDelta { text, unknown }) => {
                expect(Kind::Text)?;
                cx.unknown(delta_at, &unknown);
                converse::ContentBlockDelta::Text(text)
            }
            Delta::Citations(delta) => {
                expect(Kind::Text)?;
                let messages::CitationsDelta { citation, unknown } = *delta;
                cx.unknown(delta_at, &unknown);
                let Some(citation) = citation::to_converse(citation, delta_at.name("citation"), cx) else {
                    return Ok(());
                };
                converse::ContentBlockDelta::Citation(Box::new(citation.into()))
            }
            Delta::Thinking(messages::ThinkingDelta { thinking, unknown }) => {
                expect(Kind::Thinking)?;
                cx.unknown(delta_at, &unknown);
                let delta = converse::ReasoningContentBlockDelta::Text(thinking);
                converse::ContentBlockDelta::ReasoningContent(delta)
            }
            Delta::Signature(messages::SignatureDelta { signature, unknown }) => {
                expect(Kind::Thinking)?;
                cx.unknown(delta_at, &unknown);
                let delta = converse::ReasoningContentBlockDelta::Signature(signature);
                converse::ContentBlockDelta::ReasoningContent(delta)
            }
            Delta::InputJson(messages::InputJsonDelta { partial_json, unknown }) => {
                expect(Kind::ToolUse)?;
                cx.unknown(delta_at, &unknown);
                if let Some((_, begun)) = input.take_if(|_| !partial_json.is_empty()) {
                    let at = Path::Root.index(begun);
                    let at = at.name("content_block");
                    cx.hint(at.name("input"), Code::Dropped, "the deltas stand in its place");
                }
                let delta = converse::ToolUseBlockDelta { input: partial_json, ..Default::default() };
                converse::ContentBlockDelta::ToolUse(delta)
            }
            Delta::Unknown(delta) => {
                cx.unknown_type(delta_at, &delta.kind);
                return Ok(());
            }
        };
        *has_delta = true;
        self.break_silence(place, out);
        out(delta_event(target, delta));
        Ok(())
    }

    pub(super) fn close<L: Leaves>(
        &mut self,
        event: &messages::ContentBlockStopEvent<L>,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        let messages::ContentBlockStopEvent { index, unknown } = event;
        cx.unknown(at, unknown);
        let (place, block) = match self.list.find(*index) {
            None => return Err(order(at, "the end of a block that has not begun")),
            Some((_, Block::Closed)) => return Err(order(at, "this block has ended before")),
            Some((place, block)) => (place, std::mem::replace(block, Block::Closed)),
        };
        if let Block::Open { .. } = block {
            self.break_silence(place, out);
        }
        block.end(out);
        Ok(())
    }

    /// Lets the silent blocks before this place begin, each with an empty delta.
    fn break_silence<L: Leaves>(&mut self, before: usize, out: &mut Out<'_, L>) {
        for block in self.list.at_mut(self.heard..before) {
            if let Block::Open { kind, index, has_delta: has_delta @ false, .. } = block {
                *has_delta = true;
                if let Some(delta) = kind.empty() {
                    out(delta_event(*index, delta));
                }
            }
        }
        self.heard = self.heard.max(before);
    }

    /// The message has stopped, and so have its blocks.
    pub(super) fn close_all<L: Leaves>(&mut self, out: &mut Out<'_, L>) {
        self.break_silence(self.list.len(), out);
        for block in self.list.take() {
            block.end(out);
        }
    }
}

fn text_deltas<L: Leaves>(text: L::Text, citations: Vec<converse::Citation<L>>) -> Vec<converse::ContentBlockDelta<L>> {
    let text = Some(text).filter(|text| !text.is_empty()).map(converse::ContentBlockDelta::Text);
    let citations =
        citations.into_iter().map(|citation| converse::ContentBlockDelta::Citation(Box::new(citation.into())));
    text.into_iter().chain(citations).collect()
}

fn delta_event<L: Leaves>(content_block_index: i64, delta: converse::ContentBlockDelta<L>) -> converse::StreamEvent<L> {
    let event = converse::ContentBlockDeltaEvent { content_block_index, delta, ..Default::default() };
    converse::StreamEvent::ContentBlockDelta(event)
}
