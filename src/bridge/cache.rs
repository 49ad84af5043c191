//! `cachePoint` ⇄ `cache_control`
//!
//! Converse puts `{cachePoint: {type: default, ttl?}}` *behind* what it caches, Messages puts
//! `cache_control: {type: ephemeral, ttl?}` *on* it.
//!
//! Towards Messages ([`Cached`]) a point goes on the nearest block before it that can carry one, across messages, then the
//! system prompt, then the tools; on another one than its direct predecessor: hint.
//!
//! Towards Converse ([`Points`]) a point goes behind its block, as far as Bedrock allows: not first in a list, not behind
//! reasoning, not behind a document that is not PDF, none twice in a row, at most four, the ttl never growing along tools,
//! system and messages. One that is not allowed moves to the nearest place before it that is (hint), or is left out (hint).

use crate::loss::{Code, Cx, Path};
use crate::wire::{Leaves, Text};
use crate::{converse, messages};

/// The most cache points of a request.
const MOST: usize = 4;

macro_rules! ttls {
    ($($ttl:ident),+ $(,)?) => {
        fn ttl_to_messages(ttl: &converse::CacheTtl) -> Option<messages::CacheTtl> {
            match ttl {
                $( converse::CacheTtl::$ttl => Some(messages::CacheTtl::$ttl), )+
                converse::CacheTtl::Unknown(_) => None,
            }
        }

        fn ttl_to_converse(ttl: &messages::CacheTtl) -> Option<converse::CacheTtl> {
            match ttl {
                $( messages::CacheTtl::$ttl => Some(converse::CacheTtl::$ttl), )+
                messages::CacheTtl::Unknown(_) => None,
            }
        }
    };
}

ttls! {
    FiveMinutes,
    OneHour,
}

/// Where the last block that can carry a cache control stands.
#[derive(Clone, Copy)]
enum Carrier {
    Tool(usize),
    System(usize),
    Message(usize, usize),
}

/// The parts of a Messages request that can be cached, as they are made in order: tools, system, messages.
pub(super) struct Cached<L: Leaves> {
    pub(super) tools: Vec<messages::CustomTool<L>>,
    pub(super) system: Vec<messages::ContentBlock<L>>,
    pub(super) messages: Vec<messages::Message<L>>,
    carrier: Option<Carrier>,
    /// Whether the carrier comes of the element right before, in the same list.
    direct: bool,
}

impl<L: Leaves> Cached<L> {
    pub(super) fn new() -> Self {
        Self { tools: Vec::new(), system: Vec::new(), messages: Vec::new(), carrier: None, direct: false }
    }

    /// A list begins, or an element has no place in Messages: the last carrier is not right before what follows.
    pub(super) fn break_line(&mut self) {
        self.direct = false;
    }

    pub(super) fn push_tool(&mut self, tool: Option<messages::CustomTool<L>>) {
        self.direct = tool.is_some();
        if let Some(tool) = tool {
            self.carrier = Some(Carrier::Tool(self.tools.len()));
            self.tools.push(tool);
        }
    }

    pub(super) fn push_system(&mut self, block: messages::ContentBlock<L>) {
        self.system.push(block);
        self.direct = self.system.last_mut().is_some_and(carries);
        if self.direct {
            self.carrier = Some(Carrier::System(self.system.len() - 1));
        }
    }

    /// A block of a message that will be the next one in the list of messages.
    pub(super) fn push_block(&mut self, blocks: &mut Vec<messages::ContentBlock<L>>, block: messages::ContentBlock<L>) {
        blocks.push(block);
        self.direct = blocks.last_mut().is_some_and(carries);
        if self.direct {
            self.carrier = Some(Carrier::Message(self.messages.len(), blocks.len() - 1));
        }
    }

    /// A cache point that stands outside of messages.
    pub(super) fn point(&mut self, point: converse::CachePointBlock<L>, at: Path<'_>, cx: &mut Cx<'_>) {
        self.point_in(&mut [], point, at, cx);
    }

    /// A cache point; `blocks` are those of the message it stands in.
    pub(super) fn point_in(
        &mut self,
        blocks: &mut [messages::ContentBlock<L>],
        point: converse::CachePointBlock<L>,
        at: Path<'_>,
        cx: &mut Cx<'_>,
    ) {
        let Some(control) = control_of(point, at, cx) else {
            return;
        };
        let slot = match self.carrier {
            None => None,
            Some(Carrier::Tool(index)) => self.tools.get_mut(index).map(|tool| &mut tool.cache_control),
            Some(Carrier::System(index)) => self.system.get_mut(index).and_then(slot),
            Some(Carrier::Message(message, index)) if message == self.messages.len() => {
                blocks.get_mut(index).and_then(slot)
            }
            Some(Carrier::Message(message, index)) => {
                match self.messages.get_mut(message).map(|message| &mut message.content) {
                    Some(messages::Content::Blocks(blocks)) => blocks.get_mut(index).and_then(slot),
                    _ => None,
                }
            }
        };
        match slot {
            None => cx.hint(at, Code::Dropped, "there is nothing before it that Messages could cache"),
            Some(Some(_)) => cx.hint(at, Code::Dropped, "what stands before it is cached already"),
            Some(slot) => {
                *slot = Some(control);
                if !self.direct {
                    cx.hint(at, Code::Moved, "it goes on the nearest block before it that Messages can cache");
                }
            }
        }
    }
}

fn control_of<L: Leaves>(
    point: converse::CachePointBlock<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<messages::CacheControl<L>> {
    let converse::CachePointBlock { kind, ttl, unknown } = point;
    cx.unknown(at, &unknown);
    if let converse::CachePointType::Unknown(_) = kind {
        cx.content(at, Code::UnknownValue, "Messages has no cache of this type");
        return None;
    }
    let known = ttl.as_ref().and_then(ttl_to_messages);
    if ttl.is_some() && known.is_none() {
        cx.content(at.name("ttl"), Code::UnknownValue, "Messages has no cache that lives as long");
    }
    Some(messages::CacheControl { ttl: known, ..Default::default() })
}

/// Whether a block can be a carrier: Anthropic refuses a cache control on empty text.
fn carries<L: Leaves>(block: &mut messages::ContentBlock<L>) -> bool {
    !matches!(block, messages::ContentBlock::Text(block) if block.text.is_empty()) && slot(block).is_some()
}

/// The cache control of a block that has a place for one. Thinking has none.
pub(super) fn slot<L: Leaves>(block: &mut messages::ContentBlock<L>) -> Option<&mut Option<messages::CacheControl<L>>> {
    use messages::ContentBlock as Block;
    match block {
        Block::Text(block) => Some(&mut block.cache_control),
        Block::Image(block) => Some(&mut block.cache_control),
        Block::Document(block) => Some(&mut block.cache_control),
        Block::SearchResult(block) => Some(&mut block.cache_control),
        Block::ToolUse(block) => Some(&mut block.cache_control),
        Block::ToolResult(block) => Some(&mut block.cache_control),
        Block::ServerToolUse(block) => Some(&mut block.cache_control),
        Block::ServerToolResult(block) => Some(&mut block.cache_control),
        Block::ContainerUpload(block) => Some(&mut block.cache_control),
        Block::ToolReference(block) => Some(&mut block.cache_control),
        Block::ToolChange(block) => Some(&mut block.cache_control),
        Block::Thinking(_) | Block::RedactedThinking(_) | Block::Unknown(_) => None,
    }
}

/// A place for a cache point: behind this many elements of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    list: usize,
    behind: usize,
}

/// A cache control that asks to become a cache point.
pub(super) struct Wish {
    path: String,
    ttl: Option<converse::CacheTtl>,
    /// Why it stands elsewhere in any case.
    displaced: Option<&'static str>,
}

/// What a cache control asks for.
pub(super) fn wish<L: Leaves>(
    control: Option<messages::CacheControl<L>>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<Wish> {
    let messages::CacheControl { kind, ttl, unknown } = control?;
    let at = at.name("cache_control");
    cx.unknown(at, &unknown);
    if let messages::CacheControlType::Unknown(_) = kind {
        cx.content(at, Code::UnknownValue, "Converse has no cache of this type");
        return None;
    }
    let known = ttl.as_ref().and_then(ttl_to_converse);
    if ttl.is_some() && known.is_none() {
        cx.content(at.name("ttl"), Code::UnknownValue, "Converse has no cache that lives as long");
    }
    Some(Wish { path: at.pointer(), ttl: known, displaced: None })
}

impl Wish {
    /// It is left out, because a later one stands for the same element.
    pub(super) fn repeated(&self, cx: &mut Cx<'_>) {
        let message = "a later cache point of the same tool result stands for it";
        cx.hint_at(&self.path, Code::Dropped, message);
    }
}

/// A cache point, and the place that was found for it.
struct Point {
    wish: Wish,
    natural: Place,
    place: Place,
}

/// The list of the tools and of the system prompt; those of the messages follow.
pub(super) const TOOLS: usize = 0;
pub(super) const SYSTEM: usize = 1;
pub(super) const MESSAGES: usize = 2;

/// The cache points of a Converse request, while its lists are made in order: tools, system, messages.
#[derive(Default)]
pub(super) struct Points {
    /// Where the next element goes.
    next: Place,
    /// The places, up to here, where a cache point may stand.
    legal: Vec<Place>,
    wanted: Vec<Point>,
    /// Whether the next point's own element is not there.
    orphaned: bool,
    /// How many points there are besides, in tools that are carried whole.
    carried: usize,
}

impl Default for Place {
    fn default() -> Self {
        Self { list: TOOLS, behind: 0 }
    }
}

impl Points {
    /// Begins a list.
    pub(super) fn begin(&mut self, list: usize) {
        self.next = Place { list, behind: 0 };
    }

    /// An element was added to the list; whether a cache point may stand behind it.
    pub(super) fn element(&mut self, legal: bool) {
        self.next.behind += 1;
        self.orphaned = false;
        if legal {
            self.legal.push(self.next);
        }
    }

    /// An element has no place in Converse.
    pub(super) fn skip(&mut self) {
        self.orphaned = true;
    }

    /// A cache point behind the last element.
    pub(super) fn point(&mut self, wish: Option<Wish>) {
        let Some(wish) = wish else { return };
        // An element that is not there was nowhere: its point has no place of its own either.
        let natural = if self.orphaned { Place { list: usize::MAX, behind: 0 } } else { self.next };
        // Until a place is found: the last legal one, if any.
        let place = self.legal.last().copied().unwrap_or_default();
        self.wanted.push(Point { wish, natural, place });
    }

    /// The same, where it is a hint in any case that it stands there.
    pub(super) fn displaced_point(&mut self, wish: Option<Wish>, message: &'static str) {
        self.point(wish.map(|wish| Wish { displaced: Some(message), ..wish }));
    }

    /// A cache control that stays where it is, and counts.
    pub(super) fn carried(&mut self) {
        self.carried += 1;
    }

    /// The tools are left out as a whole, which is reported: so are the cache points among them.
    pub(super) fn forget_tools(&mut self) {
        self.legal.retain(|place| place.list != TOOLS);
        self.wanted.retain(|point| point.natural.list != TOOLS);
        for point in self.wanted.iter_mut().filter(|point| point.place.list == TOOLS) {
            // No place.
            point.place = Place::default();
        }
    }

    /// Decides where the points stand, and puts them there.
    pub(super) fn place<L: Leaves>(
        self,
        tools: &mut Vec<converse::Tool<L>>,
        system: &mut Vec<converse::SystemContentBlock<L>>,
        messages: &mut [converse::Message<L>],
        cx: &mut Cx<'_>,
    ) {
        // From the last place to the first, so that the earlier ones stay where they are.
        for Point { wish, place, .. } in self.settle(cx).into_iter().rev() {
            let point = converse::CachePointBlock { ttl: wish.ttl, ..Default::default() };
            let behind = place.behind;
            match place.list {
                TOOLS => insert(tools, behind, converse::Tool::CachePoint(point)),
                SYSTEM => insert(system, behind, converse::SystemContentBlock::CachePoint(point)),
                list => {
                    if let Some(message) = messages.get_mut(list - MESSAGES) {
                        insert(&mut message.content, behind, converse::ContentBlock::CachePoint(point));
                    }
                }
            }
        }
    }

    /// The points that stay, in order, each at its place.
    fn settle(self, cx: &mut Cx<'_>) -> Vec<Point> {
        let mut drop = |point: Point, message: &'static str| cx.hint_at(point.wish.path, Code::Dropped, message);
        let mut points: Vec<Point> = Vec::new();
        for point in self.wanted {
            if point.place.behind == 0 {
                drop(point, "Converse has no place for a cache point before it");
            } else if points.last().is_some_and(|last| last.place == point.place) {
                drop(point, "a cache point stands there already");
            } else {
                points.push(point);
            }
        }
        let over = (points.len() + self.carried).saturating_sub(MOST).min(points.len());
        for point in points.drain(..over) {
            drop(point, "Converse takes four cache points at most, and later ones cache more");
        }
        let mut settled: Vec<Point> = Vec::new();
        for mut point in points {
            // What lives longer stands before all that lives shorter.
            let shorter = if is_long(&point) { settled.iter().position(|other| !is_long(other)) } else { None };
            let Some(at) = shorter else {
                settled.push(point);
                continue;
            };
            let bound = settled.get(at).map_or(Place::default(), |other| other.place);
            let free = |place: &&Place| **place < bound && settled.iter().all(|other| other.place != **place);
            let after = settled.get(..at).and_then(<[_]>::last).map(|other| other.place);
            match self.legal.iter().rev().find(free).filter(|place| after.is_none_or(|after| after < **place)) {
                Some(place) => {
                    point.place = *place;
                    settled.insert(at, point);
                }
                None => drop(point, "a cache point that lives longer cannot stand behind one that lives shorter"),
            }
        }
        for Point { wish, natural, place } in &settled {
            let moved =
                (place != natural).then_some("it stands at the nearest place before it where Bedrock allows one");
            if let Some(message) = wish.displaced.or(moved) {
                cx.hint_at(&wish.path, Code::Moved, message);
            }
        }
        settled
    }
}

fn insert<T>(list: &mut Vec<T>, at: usize, item: T) {
    list.insert(at.min(list.len()), item);
}

fn is_long(point: &Point) -> bool {
    point.wish.ttl == Some(converse::CacheTtl::OneHour)
}
