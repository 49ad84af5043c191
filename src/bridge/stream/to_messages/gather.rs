//! Blocks that go out whole, and the line of events behind them.
//!
//! Messages has no deltas for encrypted thinking and for the results of server tools. Such a block is gathered, and what other
//! blocks send meanwhile waits behind it, so that blocks begin in the order of their indexes.

use std::collections::VecDeque;

use crate::loss::{Code, Cx, Path};
use crate::wire::{Base64, FromCompact as _, Leaves};
use crate::{Error, converse, messages};

use super::super::super::{content, tool_call};
use super::super::{Kept, text_of};

/// Where events go.
pub(super) type Out<'o, L> = dyn FnMut(messages::StreamEvent<L>) + 'o;

/// What is gathered of a block.
#[derive(Clone, Debug)]
pub(super) enum Gathered {
    /// Encrypted thinking. The number is that of its first event.
    Redacted { bytes: Vec<u8>, begun: usize },
    /// A result of a server's tool. The numbers are those of the event that began it and of its deltas.
    ToolResult { block: converse::ToolResultBlock<Kept>, begun: usize, deltas: Vec<usize> },
}

impl Gathered {
    /// The block. `None`: it has no place in Messages, and why is in the losses.
    pub(super) fn whole(self, cx: &mut Cx<'_>) -> Result<Option<messages::ContentBlock<Kept>>, Error> {
        match self {
            Self::Redacted { bytes, begun } => {
                let at = Path::Root.index(begun);
                let at = at.name("contentBlockDelta");
                let at = at.name("delta");
                let at = at.name("reasoningContent");
                let blob = Base64::encode(&bytes);
                Ok(Some(content::redacted_to_messages(blob, at.name("redactedContent"), cx)))
            }
            Self::ToolResult { block, begun, deltas } => {
                let at = Path::Root.index(begun);
                let at = at.name("contentBlockStart");
                let at = at.name("start");
                let block = tool_call::result_to_messages(block, at.name("toolResult"), cx)?;
                if block.is_none() {
                    lose_deltas(&deltas, "its block has no place in Messages", cx);
                }
                Ok(block)
            }
        }
    }

    /// The block never ended.
    pub(super) fn lose(self, cx: &mut Cx<'_>) {
        let why = "the stream has failed before the end of this block";
        match self {
            Self::Redacted { begun, .. } => lose_deltas(&[begun], why, cx),
            Self::ToolResult { begun, deltas, .. } => {
                cx.content(Path::Root.index(begun).name("contentBlockStart"), Code::Dropped, why);
                lose_deltas(&deltas, why, cx);
            }
        }
    }
}

fn lose_deltas(deltas: &[usize], why: &'static str, cx: &mut Cx<'_>) {
    for delta in deltas {
        cx.content(Path::Root.index(*delta).name("contentBlockDelta"), Code::Dropped, why);
    }
}

/// The line in which events go out.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// How many blocks have begun, and those among them that turned out to have no place, in order. The index of a block in
    /// Messages is its number among the others; its events have its number among all until they go out.
    begun: i64,
    lost: Vec<i64>,
    waiting: VecDeque<Waiting>,
    /// How many have waited and gone.
    gone: usize,
}

#[derive(Clone, Debug)]
enum Waiting {
    /// For the end of the block of this number.
    Block(i64),
    /// A gathered block that has ended behind others that have not: its JSON, if it has a place in Messages.
    Whole { number: i64, block: Option<String> },
    /// An event that is ready, as JSON.
    Event(String),
}

impl Line {
    /// The number of a block that begins.
    pub(super) fn number(&mut self) -> i64 {
        let number = self.begun;
        self.begun += 1;
        number
    }

    /// The place in the line of a block that begins and is gathered.
    pub(super) fn hold(&mut self) -> usize {
        let number = self.number();
        self.waiting.push_back(Waiting::Block(number));
        self.gone + self.waiting.len() - 1
    }

    /// Sends an event, once it is its turn.
    pub(super) fn send<L: Leaves>(&mut self, mut event: messages::StreamEvent<L>, out: &mut Out<'_, L>) {
        if self.waiting.is_empty() {
            self.number_finally(&mut event);
            out(event);
        } else {
            self.waiting.push_back(Waiting::Event(text_of::<L>(&event)));
        }
    }

    /// Gives an event that goes out the index of its block among those that have a place.
    fn number_finally<L: Leaves>(&self, event: &mut messages::StreamEvent<L>) {
        if self.lost.is_empty() {
            return;
        }
        let index = match event {
            messages::StreamEvent::ContentBlockStart(event) => Some(&mut event.index),
            messages::StreamEvent::ContentBlockDelta(event) => Some(&mut event.index),
            messages::StreamEvent::ContentBlockStop(event) => Some(&mut event.index),
            _ => None,
        };
        if let Some(index) = index {
            let before = self.lost.partition_point(|lost| *lost < *index);
            *index -= i64::try_from(before).unwrap_or_default();
        }
    }

    /// Sends a gathered block, if it has a place, once it is its turn, and what has waited for it.
    pub(super) fn release<L: Leaves>(
        &mut self,
        place: usize,
        block: Option<&messages::ContentBlock<Kept>>,
        out: &mut Out<'_, L>,
    ) -> Result<(), Error> {
        if let Some(waiting) = self.waiting.get_mut(place - self.gone)
            && let Waiting::Block(number) = *waiting
        {
            *waiting = Waiting::Whole { number, block: block.map(text_of::<Kept>) };
        }
        while let Some(first) = self.waiting.front_mut() {
            match first {
                Waiting::Block(_) => return Ok(()),
                Waiting::Event(event) => {
                    let mut event = L::parse(&L::Json::from_compact(std::mem::take(event)))?;
                    self.number_finally(&mut event);
                    out(event);
                }
                Waiting::Whole { number, block: Some(block) } => {
                    let (number, block) = (*number, std::mem::take(block));
                    self.send_whole(number, block, out)?;
                }
                Waiting::Whole { number, block: None } => self.lost.push(*number),
            }
            self.waiting.pop_front();
            self.gone += 1;
        }
        Ok(())
    }

    fn send_whole<L: Leaves>(&self, index: i64, block: String, out: &mut Out<'_, L>) -> Result<(), Error> {
        let content_block = L::parse(&L::Json::from_compact(block))?;
        let start = messages::ContentBlockStartEvent { index, content_block, ..Default::default() };
        let stop = messages::ContentBlockStopEvent { index, ..Default::default() };
        let start = messages::StreamEvent::ContentBlockStart(Box::new(start));
        for mut event in [start, messages::StreamEvent::ContentBlockStop(stop)] {
            self.number_finally(&mut event);
            out(event);
        }
        Ok(())
    }
}
