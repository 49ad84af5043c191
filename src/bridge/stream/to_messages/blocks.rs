//! `contentBlockStart`, `contentBlockDelta`, `contentBlockStop` → theirs

use crate::loss::{Code, Cx, Path};
use crate::wire::{Base64, Indexed, Leaves, Text as _};
use crate::{Error, converse, messages};

use super::super::super::{citation, tool_call};
use super::super::{kept_json, kept_text, number, order};
use super::gather::{Gathered, Line, Out};

/// A block of the source.
#[derive(Clone, Debug)]
enum Block {
    /// It passes through, with this number. The signature of thinking is gathered: Anthropic's SDKs take a signature delta for
    /// the whole signature.
    Passing {
        kind: Kind,
        number: i64,
        signature: Option<String>,
    },
    /// It goes out whole.
    Gathering {
        gathered: Gathered,
        /// In the line.
        place: usize,
    },
    /// It has no place in Messages.
    Lost,
    Closed,
}

impl Block {
    fn passing(kind: Kind, number: i64) -> Self {
        Self::Passing { kind, number, signature: None }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    ToolUse,
}

/// The blocks of the message.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    /// By their indexes in the source.
    list: Indexed<Block>,
    pub(super) line: Line,
}

impl Blocks {
    pub(super) fn open<L: Leaves>(
        &mut self,
        event: converse::ContentBlockStartEvent<L>,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        let converse::ContentBlockStartEvent { start, content_block_index, padding, unknown } = event;
        let event_at = at.name("contentBlockStart");
        cx.unknown_in_event(event_at, padding.as_ref(), &unknown);
        if self.list.contains(content_block_index) {
            return Err(order(at, "this block has begun before"));
        }
        let start_at = event_at.name("start");
        let block = match start {
            converse::ContentBlockStart::ToolUse(start) => {
                let converse::ToolUseBlockStart { tool_use_id, name, kind, unknown } = start;
                let call = converse::ToolUseBlock { tool_use_id, name, kind, unknown, ..Default::default() };
                match tool_call::use_to_messages(call, start_at.name("toolUse"), cx)? {
                    Some(block) => Block::passing(Kind::ToolUse, self.begin(block, out)),
                    None => Block::Lost,
                }
            }
            converse::ContentBlockStart::ToolResult(start) => {
                let converse::ToolResultBlockStart { tool_use_id, kind, status, unknown } = start;
                let result_at = start_at.name("toolResult");
                cx.unknown(result_at, &unknown);
                let known = kind.as_ref().map(|kind| messages::ServerToolResultType::from(&*kind.decode()));
                if matches!(known, None | Some(messages::ServerToolResultType::Unknown(_))) {
                    cx.unsupported(result_at, "toolResult");
                    Block::Lost
                } else {
                    let (tool_use_id, kind) = (kept_text::<L>(&tool_use_id), kind.map(|kind| kept_text::<L>(&kind)));
                    let block = converse::ToolResultBlock { tool_use_id, status, kind, ..Default::default() };
                    let gathered = Gathered::ToolResult { block, begun: number(at), deltas: Vec::new() };
                    Block::Gathering { gathered, place: self.line.hold() }
                }
            }
            converse::ContentBlockStart::Image(_) => {
                cx.unsupported(start_at.name("image"), "image");
                Block::Lost
            }
            converse::ContentBlockStart::Unknown(name, _) => {
                cx.unknown_type(start_at.name(&name), &name);
                Block::Lost
            }
        };
        self.list.push(content_block_index, block);
        Ok(())
    }

    /// Sends the start of a block, and gives its number.
    fn begin<L: Leaves>(&mut self, content_block: messages::ContentBlock<L>, out: &mut Out<'_, L>) -> i64 {
        let index = self.line.number();
        let event = messages::ContentBlockStartEvent { index, content_block, ..Default::default() };
        self.line.send(messages::StreamEvent::ContentBlockStart(Box::new(event)), out);
        index
    }

    pub(super) fn delta<L: Leaves>(
        &mut self,
        event: converse::ContentBlockDeltaEvent<L>,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        use converse::ContentBlockDelta as Delta;
        use converse::ReasoningContentBlockDelta as Reasoning;
        let converse::ContentBlockDeltaEvent { delta, content_block_index: index, padding, unknown } = event;
        let event_at = at.name("contentBlockDelta");
        cx.unknown_in_event(event_at, padding.as_ref(), &unknown);
        let delta_at = event_at.name("delta");
        let begun = match self.list.get_mut(index) {
            Some(Block::Closed) => return Err(order(at, "this block has ended before")),
            Some(Block::Lost) => {
                cx.content(event_at, Code::Unsupported, "its block has no place in Messages");
                return Ok(());
            }
            Some(Block::Passing { kind, number, .. }) => Some((*kind, *number)),
            Some(Block::Gathering { .. }) | None => None,
        };
        let passed = match delta {
            Delta::Text(text) => {
                let index = self.passing(index, begun, Kind::Text, at, out)?;
                (index, messages::ContentBlockDelta::Text(messages::TextDelta { text, ..Default::default() }))
            }
            Delta::Citation(citation) => {
                let index = self.passing(index, begun, Kind::Text, at, out)?;
                let citation_at = delta_at.name("citation");
                let list_at = citation_at.name("sourceContent");
                for (index, part) in citation.source_content.iter().enumerate() {
                    cx.unknown(list_at.index(index), &part.unknown);
                }
                let Some(citation) = citation::to_messages((*citation).into(), citation_at, cx) else {
                    return Ok(());
                };
                let delta = messages::CitationsDelta { citation, ..Default::default() };
                (index, messages::ContentBlockDelta::Citations(Box::new(delta)))
            }
            Delta::ReasoningContent(Reasoning::Text(thinking)) => {
                let index = self.passing(index, begun, Kind::Thinking, at, out)?;
                let delta = messages::ThinkingDelta { thinking, ..Default::default() };
                (index, messages::ContentBlockDelta::Thinking(delta))
            }
            Delta::ReasoningContent(Reasoning::Signature(part)) => {
                self.passing(index, begun, Kind::Thinking, at, out)?;
                if let Some(Block::Passing { signature, .. }) = self.list.get_mut(index) {
                    signature.get_or_insert_default().push_str(&part.decode());
                }
                return Ok(());
            }
            Delta::ReasoningContent(Reasoning::RedactedContent(blob)) => {
                return self.redacted(index, &blob, at);
            }
            Delta::ToolUse(converse::ToolUseBlockDelta { input, unknown }) => {
                let index = self.passing(index, begun, Kind::ToolUse, at, out)?;
                cx.unknown(delta_at.name("toolUse"), &unknown);
                let delta = messages::InputJsonDelta { partial_json: input, ..Default::default() };
                (index, messages::ContentBlockDelta::InputJson(delta))
            }
            Delta::ToolResult(parts) => return self.result(index, parts, at, cx),
            Delta::Image(_) => return Err(order(at, "a delta of an image that has not begun")),
            Delta::ReasoningContent(Reasoning::Unknown(name, _)) => {
                cx.unknown_type(delta_at.name("reasoningContent").name(&name), &name);
                return Ok(());
            }
            Delta::Unknown(name, _) => {
                cx.unknown_type(delta_at.name(&name), &name);
                return Ok(());
            }
        };
        let (index, delta) = passed;
        let event = messages::ContentBlockDeltaEvent { index, delta, ..Default::default() };
        self.line.send(messages::StreamEvent::ContentBlockDelta(event), out);
        Ok(())
    }

    /// The number of the block that a delta of this kind belongs to. Text and thinking begin with it.
    fn passing<L: Leaves>(
        &mut self,
        index: i64,
        begun: Option<(Kind, i64)>,
        kind: Kind,
        at: Path<'_>,
        out: &mut Out<'_, L>,
    ) -> Result<i64, Error> {
        match begun {
            Some((own, number)) if own == kind => return Ok(number),
            None if !self.list.contains(index) => {}
            _ => return Err(order(at, "a delta of another kind than its block")),
        }
        let block = match kind {
            Kind::Text => messages::ContentBlock::Text(messages::TextBlock::default()),
            Kind::Thinking => messages::ContentBlock::Thinking(messages::ThinkingBlock::default()),
            Kind::ToolUse => return Err(order(at, "a delta of a tool's input that has not begun")),
        };
        let number = self.begin(block, out);
        self.list.push(index, Block::passing(kind, number));
        Ok(number)
    }

    fn redacted<L: Leaves>(&mut self, index: i64, blob: &Base64<L>, at: Path<'_>) -> Result<(), Error> {
        if !self.list.contains(index) {
            let gathered = Gathered::Redacted { bytes: Vec::new(), begun: number(at) };
            self.list.push(index, Block::Gathering { gathered, place: self.line.hold() });
        }
        let Some(Block::Gathering { gathered: Gathered::Redacted { bytes, .. }, .. }) = self.list.get_mut(index) else {
            return Err(order(at, "a delta of another kind than its block"));
        };
        bytes.extend(blob.decode());
        Ok(())
    }

    fn result<L: Leaves>(
        &mut self,
        index: i64,
        parts: Vec<converse::ToolResultBlockDelta<L>>,
        at: Path<'_>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        use converse::{ToolResultBlockDelta as Delta, ToolResultContentBlock as Part};
        let list_at = at.name("contentBlockDelta");
        let list_at = list_at.name("delta");
        let list_at = list_at.name("toolResult");
        let Some(Block::Gathering { gathered: Gathered::ToolResult { block, deltas, .. }, .. }) =
            self.list.get_mut(index)
        else {
            return Err(order(at, "a delta of a tool's result that has not begun"));
        };
        deltas.push(number(at));
        for (index, part) in parts.into_iter().enumerate() {
            match part {
                Delta::Text(text) => block.content.push(Part::Text(kept_text::<L>(&text))),
                Delta::Json(json) => block.content.push(Part::Json(kept_json::<L>(&json))),
                Delta::Unknown(name, _) => cx.unknown_type(list_at.index(index).name(&name), &name),
            }
        }
        Ok(())
    }

    pub(super) fn close<L: Leaves>(
        &mut self,
        event: &converse::ContentBlockStopEvent<L>,
        at: Path<'_>,
        out: &mut Out<'_, L>,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        let converse::ContentBlockStopEvent { content_block_index, padding, unknown } = event;
        cx.unknown_in_event(at.name("contentBlockStop"), padding.as_ref(), unknown);
        match self.list.get_mut(*content_block_index).map(|block| std::mem::replace(block, Block::Closed)) {
            Some(Block::Closed) => Err(order(at, "this block has ended before")),
            Some(block) => self.end(block, out, cx),
            // One that never began and had no delta is no block.
            None => {
                self.list.push(*content_block_index, Block::Closed);
                Ok(())
            }
        }
    }

    fn end<L: Leaves>(&mut self, block: Block, out: &mut Out<'_, L>, cx: &mut Cx<'_>) -> Result<(), Error> {
        match block {
            Block::Passing { number: index, signature, .. } => {
                self.sign(index, signature, out);
                let event = messages::ContentBlockStopEvent { index, ..Default::default() };
                self.line.send(messages::StreamEvent::ContentBlockStop(event), out);
                Ok(())
            }
            Block::Gathering { gathered, place } => {
                let block = gathered.whole(cx)?;
                self.line.release(place, block.as_ref(), out)
            }
            Block::Lost | Block::Closed => Ok(()),
        }
    }

    /// The message has stopped, and so have its blocks.
    pub(super) fn close_all<L: Leaves>(&mut self, out: &mut Out<'_, L>, cx: &mut Cx<'_>) -> Result<(), Error> {
        self.list.take().try_for_each(|block| self.end(block, out, cx))
    }

    /// The stream has failed: what is gathered never goes out.
    pub(super) fn abandon<L: Leaves>(&mut self, out: &mut Out<'_, L>, cx: &mut Cx<'_>) -> Result<(), Error> {
        for block in self.list.take() {
            match block {
                Block::Passing { number, signature, .. } => self.sign(number, signature, out),
                Block::Gathering { gathered, place } => {
                    gathered.lose(cx);
                    self.line.release(place, None, out)?;
                }
                Block::Lost | Block::Closed => {}
            }
        }
        Ok(())
    }

    /// Sends the signature of a block that ends, if it has one.
    fn sign<L: Leaves>(&mut self, index: i64, signature: Option<String>, out: &mut Out<'_, L>) {
        if let Some(signature) = signature {
            let delta = messages::SignatureDelta { signature: signature.into(), ..Default::default() };
            let delta = messages::ContentBlockDelta::Signature(delta);
            let event = messages::ContentBlockDeltaEvent { index, delta, ..Default::default() };
            self.line.send(messages::StreamEvent::ContentBlockDelta(event), out);
        }
    }
}
