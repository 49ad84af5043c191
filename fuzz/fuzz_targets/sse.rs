//! Any bytes as server-sent events: what the standard says, wherever they are cut; and what is read is written and read again.
#![no_main]

use converse_messages::frame::sse::{self, DEFAULT_LIMIT};
use converse_messages_fuzz::framing::{check_events, cut, events};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, &[u8])| {
    let (place, stream) = input;
    let whole = events(&[stream], DEFAULT_LIMIT);
    check_events(stream, &whole);
    for limit in [DEFAULT_LIMIT, usize::from(place) / 2] {
        let whole = events(&[stream], limit);
        assert_eq!(events(&cut(stream, [place.into()]), limit), whole, "cut once");
        assert_eq!(events(&cut(stream, 0..stream.len()), limit), whole, "byte by byte");
    }
    let mut written = Vec::new();
    for (name, data, _) in &whole.0 {
        sse::write(name, data, &mut written).expect("no line of an event holds a line break");
    }
    let unnamed = |events: Vec<(String, String, String)>| {
        events.into_iter().map(|(name, data, _)| (name, data)).collect::<Vec<_>>()
    };
    let (again, end) = events(&[&written], usize::MAX);
    assert_eq!((unnamed(again), end), (unnamed(whole.0), Ok(())));
});
