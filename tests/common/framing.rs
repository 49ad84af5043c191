//! Streams that come in pieces, and a second reader of server-sent events to compare the first with.

use converse_messages::frame::{eventstream, sse};
use converse_messages::{Error, ErrorKind};

/// What has been read until the end or until an error.
pub type Read<T> = (Vec<T>, Result<(), Error>);

/// An event: name, data, id.
pub type Event = (String, String, String);

/// A frame: the headers as they are shown, and the payload.
pub type Frame = (Vec<String>, Vec<u8>);

/// The bytes, cut at these places.
pub fn cut(bytes: &[u8], places: impl IntoIterator<Item = usize>) -> Vec<&[u8]> {
    let mut places: Vec<usize> = places.into_iter().map(|place| place.min(bytes.len())).collect();
    places.sort_unstable();
    let (mut pieces, mut from) = (Vec::new(), 0);
    for place in places.into_iter().chain([bytes.len()]) {
        pieces.push(&bytes[from..place]);
        from = place;
    }
    pieces
}

pub fn events(pieces: &[&[u8]], limit: usize) -> Read<Event> {
    let (mut reader, mut events) = (sse::Reader::with_limit(limit), Vec::new());
    for piece in pieces {
        reader.push(piece);
        loop {
            match reader.next_event() {
                Ok(Some(event)) => events.push((event.name.into(), event.data.into(), event.id.into())),
                Ok(None) => break,
                Err(error) => {
                    reader.push(b"\n\ndata: after the error\n\n");
                    assert_eq!(reader.next_event().as_ref(), Err(&error), "the reader stays broken");
                    assert_eq!(reader.finish().as_ref(), Err(&error), "the reader stays broken");
                    return (events, Err(error));
                }
            }
        }
    }
    (events, reader.finish())
}

pub fn frames(pieces: &[&[u8]], limit: usize) -> Read<Frame> {
    let (mut reader, mut frames) = (eventstream::Reader::with_limit(limit), Vec::new());
    for piece in pieces {
        reader.push(piece);
        loop {
            match reader.next_frame() {
                Ok(Some(frame)) => frames.push(shown(&frame)),
                Ok(None) => break,
                Err(error) => {
                    reader.push(b"\0\0\0\x10\0\0\0\0\x05\xc2\x48\xeb\x7d\x98\xc8\xff");
                    assert_eq!(reader.next_frame().as_ref(), Err(&error), "the reader stays broken");
                    assert_eq!(reader.finish().as_ref(), Err(&error), "the reader stays broken");
                    return (frames, Err(error));
                }
            }
        }
    }
    (frames, reader.finish())
}

fn shown(frame: &eventstream::Frame<'_>) -> Frame {
    (frame.headers.iter().map(|header| format!("{header:?}")).collect(), frame.payload.to_vec())
}

/// The standard's algorithm, followed word by word on the whole text; and whether lines other than comments are left.
pub fn reference(text: &str) -> (Vec<Event>, bool) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let (mut events, mut left) = (Vec::new(), false);
    let (mut name, mut data, mut id) = (String::new(), String::new(), String::new());
    let mut lines: Vec<&str> = text.split('\n').collect();
    let unfinished = lines.pop().unwrap_or_default();
    for line in lines {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        left = !line.is_empty() && (left || !line.starts_with(':'));
        match field {
            _ if line.is_empty() => {
                let shown = if name.is_empty() { "message" } else { &name };
                if let Some(data) = data.strip_suffix('\n') {
                    events.push((shown.to_owned(), data.to_owned(), id.clone()));
                }
                name.clear();
                data.clear();
            }
            "event" => value.clone_into(&mut name),
            "data" => data.extend([value, "\n"]),
            "id" if !value.contains('\0') => value.clone_into(&mut id),
            _ => {}
        }
    }
    (events, left || !unfinished.is_empty() && !unfinished.starts_with(':'))
}

/// Checks what is read of a stream of events against the reference.
pub fn check_events(bytes: &[u8], read: &Read<Event>) {
    let (text, fault) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(fault) => (std::str::from_utf8(&bytes[..fault.valid_up_to()]).unwrap_or_default(), Some(fault)),
    };
    let (expected, left) = reference(text);
    assert_eq!(read.0, expected);
    match (fault.and_then(|fault| fault.error_len().map(|_| fault.valid_up_to())), &read.1) {
        (Some(place), Err(error)) => {
            assert_eq!(error.to_string(), format!("at byte {place} of the stream: invalid UTF-8"));
        }
        (Some(_), Ok(())) => panic!("invalid UTF-8 was read"),
        // What is left may also be a character cut off, in a comment or not.
        (None, end) => assert!(fault.is_some() || end.is_err() == left, "{left} {end:?}"),
    }
    if let Err(error) = &read.1 {
        assert_eq!(error.kind(), ErrorKind::Framing);
    }
}
