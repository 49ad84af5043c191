//! L7: what a transcoder gives does not depend on how its input is cut.

use converse_messages::stream::{Framing, Side, Transcoder};
use converse_messages::{Error, Loss, Options};

/// A source's framing, a target's side and its framing.
pub type Way = (Framing, Side, Framing);

/// All that fit together.
pub fn ways() -> Vec<Way> {
    use Framing::{EventStream, Invoke, Json, Sse};
    let mut ways = Vec::new();
    for from in [Json, Sse, EventStream, Invoke] {
        ways.extend([Json, Sse, Invoke].map(|to| (from, Side::Messages, to)));
        ways.extend([Json, EventStream].map(|to| (from, Side::Converse, to)));
    }
    ways
}

/// Those that a stream of this side can take.
pub fn ways_of(side: Side) -> Vec<Way> {
    let is_of_side = |(from, to, _): &Way| match from {
        Framing::Json => *to != side,
        Framing::EventStream => side == Side::Converse,
        Framing::Sse | Framing::Invoke => side == Side::Messages,
        other => unreachable!("`ways` does not name {other:?}"),
    };
    ways().into_iter().filter(is_of_side).collect()
}

/// The bytes, the losses and the end of a stream.
pub type Transcoded = (Vec<u8>, Vec<Loss>, Result<(), Error>);

/// A stream that comes in these pieces.
pub fn transcode<'p>(
    (from, side, to): Way,
    options: &Options,
    pieces: impl IntoIterator<Item = &'p [u8]>,
) -> Transcoded {
    let mut transcoder = Transcoder::new(from, side, to, options.clone()).expect("these fit together");
    let mut out = Vec::new();
    let pushed = pieces.into_iter().try_for_each(|piece| transcoder.push(piece, &mut out));
    let end = pushed.and_then(|()| transcoder.finish(&mut out));
    if let Err(error) = &end {
        let length = out.len();
        assert_eq!(transcoder.push(b"\n{}\n\n", &mut out).as_ref(), Err(error), "it stays broken");
        assert_eq!(transcoder.finish(&mut out).as_ref(), Err(error), "it stays broken");
        assert_eq!(out.len(), length, "it stays silent");
    }
    (out, transcoder.losses().to_vec(), end)
}

/// Checks that these cuts make no difference, and gives what comes of the whole.
pub fn check(way: Way, options: &Options, bytes: &[u8], cuts: impl IntoIterator<Item = usize>) -> Transcoded {
    let whole = transcode(way, options, [bytes]);
    assert_eq!(transcode(way, options, bytes.chunks(1)), whole, "byte by byte, {way:?}");
    for place in cuts {
        let (first, rest) = bytes.split_at(place.min(bytes.len()));
        assert_eq!(transcode(way, options, [first, rest]), whole, "cut at {place}, {way:?}");
    }
    whole
}

/// Events of a side, one a line, in another framing of this side.
pub fn reframed(lines: &[u8], side: Side, framing: Framing) -> Vec<u8> {
    let events = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let mut out = Vec::new();
    for event in events {
        match (side, framing) {
            (_, Framing::Json) => out.extend([event, b"\n"].concat()),
            (Side::Messages, Framing::Sse) => out.extend([b"data: ", event, b"\n\n"].concat()),
            (Side::Messages, _) => {
                use base64::Engine as _;
                let bytes = base64::engine::general_purpose::STANDARD.encode(event);
                frame("event", "chunk", &serde_json::json!({"bytes": bytes, "p": "abc"}), &mut out);
            }
            (Side::Converse, _) => {
                let event: serde_json::Value = serde_json::from_slice(event).expect("an event is JSON");
                for (name, payload) in event.as_object().into_iter().flatten() {
                    frame(if name.ends_with("Exception") { "exception" } else { "event" }, name, payload, &mut out);
                }
            }
        }
    }
    out
}

fn frame(message_type: &str, name: &str, payload: &serde_json::Value, out: &mut Vec<u8>) {
    use converse_messages::frame::eventstream::{self, Header, Value};
    let header = |name, value| Header { name, value: Value::String(value) };
    let type_header = if message_type == "event" { ":event-type" } else { ":exception-type" };
    let headers = [header(":message-type", message_type), header(type_header, name)];
    // A name can be longer than a header.
    let _ = eventstream::write(&headers, payload.to_string().as_bytes(), out);
}
