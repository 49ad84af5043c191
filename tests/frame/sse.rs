use converse_messages::ErrorKind;
use converse_messages::frame::sse::{self, DEFAULT_LIMIT, Reader};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::framing::{check_events, cut, events};
use crate::in_linear_time;

/// Data of the events of a stream that ends where it may.
fn data(stream: &str) -> Vec<String> {
    let (events, end) = events(&[stream.as_bytes()], DEFAULT_LIMIT);
    end.unwrap();
    events.into_iter().map(|(_, data, _)| data).collect()
}

fn named(stream: &str) -> Vec<(String, String)> {
    let (events, end) = events(&[stream.as_bytes()], DEFAULT_LIMIT);
    end.unwrap();
    events.into_iter().map(|(name, data, _)| (name, data)).collect()
}

fn error(stream: &[u8]) -> String {
    let error = events(&[stream], DEFAULT_LIMIT).1.unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Framing, ""));
    error.message().to_owned()
}

/// As Anthropic's service sends it, spaces behind the data included.
const TRANSCRIPT: &str = concat!(
    "event: message_start\n",
    r#"data: {"type":"message_start","message":{"id":"msg_1","role":"assistant","content":[]}      }"#,
    "\n\nevent: content_block_start\n",
    r#"data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}  }"#,
    "\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\nevent: content_block_delta\n",
    r#"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Grüße 🦀"}}"#,
    "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"     }\n\n",
);

// Examples of the standard.

#[test]
fn the_lines_of_data_are_joined() {
    assert_eq!(data("data: YHOO\ndata: +2\ndata: 10\n\n"), ["YHOO\n+2\n10"]);
    assert_eq!(
        data("data: This is the second message, it\ndata: has two lines.\n\n"),
        ["This is the second message, it\nhas two lines."]
    );
}

#[test]
fn comments_fire_nothing_and_ids_last() {
    let stream =
        ": test stream\n\ndata: first event\nid: 1\n\ndata: again\n\ndata:second event\nid\n\ndata:  third event\n\n";
    let (events, end) = events(&[stream.as_bytes()], DEFAULT_LIMIT);
    end.unwrap();
    let seen: Vec<_> = events.iter().map(|(_, data, id)| (data.as_str(), id.as_str())).collect();
    assert_eq!(seen, [("first event", "1"), ("again", "1"), ("second event", ""), (" third event", "")]);
}

#[test]
fn data_may_be_empty() {
    let (events, end) = events(&[b"data\n\ndata\ndata\n\ndata:"], DEFAULT_LIMIT);
    assert_eq!(events.iter().map(|(_, data, _)| data.as_str()).collect::<Vec<_>>(), ["", "\n"]);
    assert_eq!(
        end.unwrap_err().to_string(),
        "at byte 22 of the stream: the stream ended within an event of which 5 bytes had come"
    );
}

#[test]
fn one_space_behind_the_colon_means_nothing() {
    assert_eq!(data("data:test\n\ndata: test\n\ndata:  test \n\n"), ["test", "test", " test "]);
}

#[test]
fn events_have_names() {
    let expected = [("add", "73857293"), ("remove", "2153"), ("message", "1"), ("b", "2")];
    let stream =
        "event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent\ndata: 1\n\nevent:a\nevent:b\ndata:2\n\n";
    assert_eq!(named(stream), expected.map(|(name, data)| (name.to_owned(), data.to_owned())));
}

// Line ends, the byte order mark, fields.

#[test]
fn lines_end_with_cr_or_lf_or_both() {
    for [one, two] in [["\n", "\n"], ["\r", "\r"], ["\r\n", "\r\n"], ["\r", "\n"], ["\n", "\r"], ["\r\n", "\r"]] {
        // A CR and the LF of the next line are one line end.
        let blank = if (one, two) == ("\r", "\n") { "\r\n\n" } else { "" };
        let stream = format!("data: 1{one}data: 2{one}{two}{blank}data: 3{two}{two}");
        assert_eq!(data(&stream), ["1\n2", "3"], "{stream:?}");
    }
}

#[test]
fn an_event_that_ends_with_cr_is_given_before_the_lf() {
    let mut reader = Reader::new();
    reader.push(b"data: 1\r\n\r");
    assert_eq!(reader.next_event().unwrap().unwrap().data, "1");
    assert!(reader.next_event().unwrap().is_none());
    reader.finish().unwrap();
    reader.push(b"\n");
    assert!(reader.next_event().unwrap().is_none());
    reader.finish().unwrap();
}

#[test]
fn a_byte_order_mark_is_passed_over_at_the_beginning_only() {
    assert_eq!(data("\u{feff}data: 1\n\n\u{feff}data: 2\n\ndata: 3\n\n"), ["1", "3"]);
    assert_eq!(data("\u{feff}"), [""; 0]);
    assert_eq!(data("\u{feff}\u{feff}data: 1\n\n"), [""; 0]);
    assert!(error(b"\xef\xbb").contains("2 bytes"));
}

#[test]
fn names_without_data_and_unknown_fields_fire_nothing() {
    assert_eq!(data("event: a\n\nDATA: 1\n\ndata : 1\n\n data: 1\n\ndatum\n\n\n\ndata: 2\n\n"), ["2"]);
}

#[test]
fn a_retry_is_digits_and_an_id_has_no_null() {
    let mut reader = Reader::new();
    reader.push(
        b"retry: 2500\nid: a\nid: b\0\ndata\n\nretry: +1\nretry: 1s\nretry:\nretry: 99999999999999999999\ndata\n\n",
    );
    assert_eq!(reader.next_event().unwrap().unwrap().id, "a");
    assert_eq!(reader.next_event().unwrap().unwrap().id, "a");
    assert_eq!(reader.retry(), Some(2500));
}

// The end, and what is no stream of events.

#[test]
fn a_stream_ends_between_events() {
    for whole in ["", "\n", "\r", ": comment", ": comment\n", "data: 1\n\n", "data: 1\r\r", "data: 1\n\n\n: x\n:"] {
        assert_eq!(events(&[whole.as_bytes()], DEFAULT_LIMIT).1, Ok(()), "{whole:?}");
    }
    for cut in ["d", "data", "data: 1", "data: 1\n", "event: x\n", "data: 1\n\nid: 3\n", "x\n: y", "data: 1\n:"] {
        assert!(error(cut.as_bytes()).contains("ended within an event"), "{cut:?}");
    }
}

#[test]
fn invalid_utf_8_is_an_error_that_names_its_place() {
    for (stream, place) in [
        (&b"data: \xff\n\n"[..], 6),
        (b"\xef\xbb\xbfdata: 1\n\ndata: \xe2\x82A\n\n", 18),
        (b": \xc0\n", 2),
        (b"data: \xed\xa0\x80\n\n", 6),
    ] {
        assert_eq!(error(stream), format!("at byte {place} of the stream: invalid UTF-8"));
    }
}

#[test]
fn what_came_before_an_error_is_given_first() {
    let (events, end) = events(&[b"data: 1\n\ndata: 2\n\ndata: \xff"], DEFAULT_LIMIT);
    assert_eq!(events.len(), 2);
    assert!(end.is_err());
}

#[test]
fn an_event_that_is_too_large_is_refused_as_soon_as_it_is() {
    let mut reader = Reader::with_limit(100);
    reader.push(&[b'\n'; 1000]);
    reader.push(&b": comments and\n\ndata: small events do not add up\n\n".repeat(100));
    while reader.next_event().unwrap().is_some() {}
    reader.push(b"data: ");
    reader.push(&[b'x'; 94]);
    assert!(reader.next_event().unwrap().is_none());
    reader.push(b"x");
    let error = reader.next_event().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert_eq!(error.to_string(), "at byte 6100 of the stream: an event is larger than 100 bytes");
}

#[test]
fn an_event_of_one_line_that_comes_byte_by_byte_takes_linear_time() {
    in_linear_time(|| {
        let mut reader = Reader::new();
        reader.push(b"data: ");
        for _ in 0..2 << 20 {
            reader.push(b"x");
            assert!(reader.next_event().unwrap().is_none());
        }
        reader.push(b"\n\n");
        assert_eq!(reader.next_event().unwrap().unwrap().data.len(), 2 << 20);
    });
}

#[test]
fn an_event_of_many_lines_that_comes_byte_by_byte_takes_linear_time() {
    in_linear_time(|| {
        let stream = "data: x\r\n:\n".repeat(50_000) + "\n";
        let bytes = stream.as_bytes();
        let (events, end) = events(&cut(bytes, 0..bytes.len()), DEFAULT_LIMIT);
        end.unwrap();
        assert_eq!(events[0].1.len(), 99_999);
    });
}

#[test]
fn taking_fewer_events_than_come_takes_linear_time() {
    in_linear_time(|| {
        let mut reader = Reader::new();
        reader.push("data: x\n\n".repeat(1_000_000).as_bytes());
        for _ in 0..1_000_000 {
            reader.push(b"\n");
            assert!(reader.next_event().unwrap().is_some());
        }
    });
}

// Cuts.

#[test]
fn a_transcript_gives_the_same_events_wherever_it_is_cut() {
    let endings = ["\n", "\r", "\r\n"].map(|end| "\u{feff}:\n".to_owned() + &TRANSCRIPT.replace('\n', end));
    for stream in endings {
        let bytes = stream.as_bytes();
        let whole = events(&[bytes], DEFAULT_LIMIT);
        check_events(bytes, &whole);
        assert_eq!((whole.0.len(), &whole.1), (5, &Ok(())));
        assert_eq!(events(&cut(bytes, 0..bytes.len()), DEFAULT_LIMIT), whole);
        for place in 0..bytes.len() {
            assert_eq!(events(&cut(bytes, [place]), DEFAULT_LIMIT), whole, "cut at {place}");
            let part = &bytes[..place];
            check_events(part, &events(&[part], DEFAULT_LIMIT));
        }
    }
}

/// Bytes that are likely to be lines of events.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&[u8]> = vec![
        b"data",
        b"event",
        b"id",
        b"retry",
        b":",
        b": ",
        b" ",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"x",
        b"12",
        b"\0",
        b"data: y\n",
        "é".as_bytes(),
        "\u{feff}".as_bytes(),
        "🦀".as_bytes(),
        b"\xff",
        b"\xe2\x82",
    ];
    // Mostly valid: the last two words are rarely taken.
    let last = words.len() - 2;
    let word = prop_oneof![40 => 0..last, 1 => last..last + 2];
    vec(word.prop_map(move |word| words[word]), 0..40).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn any_bytes_give_what_the_standard_says(stream in streams()) {
        check_events(&stream, &events(&[&stream], DEFAULT_LIMIT));
    }

    #[test]
    fn any_bytes_give_the_same_events_wherever_they_are_cut(
        stream in streams(), places in vec(0..120_usize, 0..12), limit in prop_oneof![Just(DEFAULT_LIMIT), 0..60_usize],
    ) {
        let whole = events(&[&stream], limit);
        prop_assert_eq!(&events(&cut(&stream, places), limit), &whole);
        prop_assert_eq!(&events(&cut(&stream, 0..stream.len()), limit), &whole);
    }

    #[test]
    fn what_is_written_is_read(written in vec(("[^\r\n]{0,8}", "([^\r\n]|\r\n?|\n){0,20}"), 0..6)) {
        let mut bytes = Vec::new();
        for (name, data) in &written {
            sse::write(name, data, &mut bytes).unwrap();
        }
        let expected = written.into_iter().map(|(name, data)| {
            let name = if name.is_empty() { "message".to_owned() } else { name };
            (name, data.replace("\r\n", "\n").replace('\r', "\n"), String::new())
        });
        prop_assert_eq!(events(&[&bytes], DEFAULT_LIMIT), (expected.collect(), Ok(())));
    }
}

#[test]
fn a_name_with_a_line_break_is_not_written() {
    for name in ["a\nb", "a\r", "\n"] {
        let mut bytes = b"before".to_vec();
        let error = sse::write(name, "", &mut bytes).unwrap_err();
        assert_eq!((error.kind(), bytes.as_slice()), (ErrorKind::Framing, &b"before"[..]));
    }
}
