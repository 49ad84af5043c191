//! Any bytes, and any events in every framing, through every transcoder: the same output however they are cut.
#![no_main]

use converse_messages::stream::{Framing, Side};
use converse_messages::{Options, Policy};
use converse_messages_fuzz::{streams, transcoding};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, u16, &[u8])| {
    let (choice, policy, place, bytes) = input;
    let ways = transcoding::ways();
    let way = ways[usize::from(choice) % ways.len()];
    let loss = [Policy::Allow, Policy::Content, Policy::Deny][usize::from(policy) % 3];
    let options = Options { loss, ..Options::streaming() };
    drop(transcoding::check(way, &options, bytes, [place.into()]));
    for stream in [framed(way.0, Side::Converse, bytes), framed(way.0, Side::Messages, bytes)].into_iter().flatten() {
        drop(transcoding::check(way, &options, &stream, [place.into(), usize::from(place) * 7 % (stream.len() + 1)]));
    }
});

/// Events of a side, framed so; none when this side's are not.
fn framed(framing: Framing, side: Side, bytes: &[u8]) -> Option<Vec<u8>> {
    let events = match side {
        Side::Converse => streams::or_parsed(bytes, streams::converse),
        Side::Messages => streams::or_parsed(bytes, streams::messages),
    };
    let events: Vec<serde_json::Value> = serde_json::from_str(&events).ok()?;
    let lines: String = events.iter().map(|event| format!("{event}\n")).collect();
    match (framing, side) {
        (Framing::Json, _) => Some(lines.into_bytes()),
        (Framing::EventStream, Side::Converse) | (Framing::Sse | Framing::Invoke, Side::Messages) => {
            // What makes a frame of an event is tested too: a transcoder that only changes the framing.
            Some(transcoding::reframed(lines.as_bytes(), side, framing))
        }
        _ => None,
    }
}
