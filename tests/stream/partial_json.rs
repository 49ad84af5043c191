//! JSON that comes in pieces.

use std::time::{Duration, Instant};

use converse_messages::ErrorKind;
use converse_messages::wire::{Json, PartialJson};
use proptest::prelude::*;

use crate::generate;

fn after(pieces: &[&str]) -> PartialJson {
    let mut partial = PartialJson::new();
    for piece in pieces {
        partial.push(piece).unwrap();
    }
    partial
}

/// What is complete, and what is shown of it with the string that is open.
fn views(text: &str) -> (String, String) {
    let partial = after(&[text]);
    let shown = |json: Option<Json>| json.map_or_else(String::new, Json::into_string);
    (shown(partial.complete()), shown(partial.with_open_string()))
}

#[test]
fn members_are_seen_as_soon_as_they_are_complete() {
    let cases = [
        ("", "", ""),
        (" \n", "", ""),
        ("{", "{}", "{}"),
        (r#"{"a"#, "{}", "{}"),
        (r#"{"a""#, "{}", "{}"),
        (r#"{"a":"#, "{}", "{}"),
        (r#"{"a": tru"#, "{}", "{}"),
        (r#"{"a": true"#, r#"{"a":true}"#, r#"{"a":true}"#),
        (r#"{"a": 12"#, "{}", "{}"),
        (r#"{"a": 12 "#, r#"{"a":12}"#, r#"{"a":12}"#),
        (r#"{"a": 1.50e+2,"#, r#"{"a":1.50e+2}"#, r#"{"a":1.50e+2}"#),
        (r#"{"a": "b"#, "{}", r#"{"a":"b"}"#),
        (r#"{"a": "b\"#, "{}", r#"{"a":"b"}"#),
        (r#"{"a": "b\u00e"#, "{}", r#"{"a":"b"}"#),
        (r#"{"a": "b\u00e9"#, "{}", r#"{"a":"b\u00e9"}"#),
        (r#"{"a": "\ud83d"#, "{}", r#"{"a":""}"#),
        (r#"{"a": "\ud83d\ude0"#, "{}", r#"{"a":""}"#),
        (r#"{"a": "\ud83d\ude00"#, "{}", r#"{"a":"\ud83d\ude00"}"#),
        (r#"{"a": "b", "c"#, r#"{"a":"b"}"#, r#"{"a":"b"}"#),
        (r#"{"a": [1, {"b": nul"#, r#"{"a":[1,{}]}"#, r#"{"a":[1,{}]}"#),
        (r#"{"a": [[], "x"], "c": "d"#, r#"{"a":[[],"x"]}"#, r#"{"a":[[],"x"],"c":"d"}"#),
        (r#"["a", "é"#, r#"["a"]"#, r#"["a","é"]"#),
        (r#""a"#, "", r#""a""#),
        ("12", "", ""),
        ("null", "null", "null"),
        (r#"{"a": {}} "#, r#"{"a":{}}"#, r#"{"a":{}}"#),
    ];
    for (text, complete, with_open_string) in cases {
        assert_eq!(views(text), (complete.to_owned(), with_open_string.to_owned()), "{text}");
    }
}

#[test]
fn what_is_no_json_is_an_error_that_names_its_place_at_once() {
    let cases = [
        ("]", "", ErrorKind::InvalidJson, "a character that cannot stand here, at byte 0 of the text"),
        (
            r#"{"a": [1, }"#,
            "/a/1",
            ErrorKind::InvalidJson,
            "a character that cannot stand here, at byte 10 of the text",
        ),
        (r#"{"a" 1"#, "/a", ErrorKind::InvalidJson, "a character that cannot stand here, at byte 5 of the text"),
        (r#"{"a": 01"#, "/a", ErrorKind::InvalidJson, "a character that cannot stand here, at byte 7 of the text"),
        (r#"{"a": -}"#, "/a", ErrorKind::InvalidJson, "a character that cannot stand here, at byte 7 of the text"),
        (r#"{"a": 1.e"#, "/a", ErrorKind::InvalidJson, "a character that cannot stand here, at byte 8 of the text"),
        (r#"{"a": trup"#, "/a", ErrorKind::InvalidJson, "a character that cannot stand here, at byte 9 of the text"),
        (r#"{"a": "\x"#, "/a", ErrorKind::InvalidJson, "an escape sequence that does not exist, at byte 8 of the text"),
        (r#"{"a": "\é"#, "/a", ErrorKind::InvalidJson, "an escape sequence that does not exist, at byte 8 of the text"),
        (
            r#"{"a": "\ud83d""#,
            "/a",
            ErrorKind::InvalidJson,
            "half of a surrogate pair without the other, at byte 13 of the text",
        ),
        ("{\"a\": \"\n", "/a", ErrorKind::InvalidJson, "a character that cannot stand here, at byte 7 of the text"),
        (
            r#"{"a": 1, "\u0061""#,
            "/a",
            ErrorKind::DuplicateKey,
            "the object has this member twice, at byte 16 of the text",
        ),
        ("{} {", "", ErrorKind::InvalidJson, "a character that cannot stand here, at byte 3 of the text"),
    ];
    for (text, path, kind, message) in cases {
        let mut partial = PartialJson::new();
        let error = partial.push(text).unwrap_err();
        assert_eq!((error.path(), error.kind(), error.message()), (path, kind, message), "{text}");
        assert_eq!(partial.push("").unwrap_err(), error);
        assert_eq!(partial.finish().unwrap_err(), error);
    }
    assert_eq!(PartialJson::within(2).push("[[[").unwrap_err().kind(), ErrorKind::TooDeep);
    assert_eq!(PartialJson::new().push(&"[".repeat(129)).unwrap_err().kind(), ErrorKind::TooDeep);
}

#[test]
fn a_text_that_ends_too_early_is_an_error_and_what_was_known_stays() {
    for text in ["", " ", "{", r#"{"a"#, r#"{"a": 1"#, "[1,", "-", "1e", "tru", "\"a", r#"["\u00"#] {
        let error = after(&[text]).finish().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidJson, "{text}");
        assert!(error.message().starts_with("the text ends too early, at byte "), "{text}: {error}");
    }
    let mut partial = after(&[r#"{"a": "b", "#]);
    partial.push("]").unwrap_err();
    assert_eq!(partial.complete().unwrap().as_str(), r#"{"a":"b"}"#);
}

#[test]
fn a_text_in_many_pieces_takes_linear_time() {
    let start = Instant::now();
    let mut partial = PartialJson::new();
    partial.push("[").unwrap();
    for _ in 0..300_000 {
        partial.push("{\"a\":").unwrap();
        partial.push("\"\\n").unwrap();
        partial.push("\"},").unwrap();
    }
    partial.push("{").unwrap();
    for name in 0..100_000 {
        partial.push(&format!("\"{name}\":{name},")).unwrap();
    }
    assert!(start.elapsed() < Duration::from_secs(20), "took {:?}", start.elapsed());
}

/// A text cut at some places.
fn pieces(text: &str, places: &[prop::sample::Index]) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut places: Vec<usize> = places.iter().map(|place| place.index(chars.len() + 1)).collect();
    places.sort_unstable();
    let bounds = std::iter::once(0).chain(places.iter().copied()).zip(places.iter().copied().chain([chars.len()]));
    bounds.map(|(from, to)| chars[from..to].iter().collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_pieces_of_a_text_are_the_text(
        value in generate::json(), pretty in any::<bool>(), places in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
        let mut partial = PartialJson::new();
        for piece in pieces(&text, &places) {
            partial.push(&piece).unwrap();
            for view in [partial.complete(), partial.with_open_string()].into_iter().flatten() {
                prop_assert_eq!(Json::parse(view.as_str()).unwrap(), view);
            }
        }
        prop_assert_eq!(partial.finish().unwrap(), Json::parse(&text).unwrap());
    }

    #[test]
    fn a_text_is_refused_in_pieces_exactly_when_it_is_whole(text in r#"[\[\]{}:,"\\ua0-9eE.+\- tfnrlse]{0,12}"#) {
        let mut partial = PartialJson::new();
        let pushed = text.chars().try_for_each(|char| partial.push(char.encode_utf8(&mut [0; 4])));
        let ended = pushed.and_then(|()| partial.finish());
        prop_assert_eq!(ended.is_ok(), Json::parse(&text).is_ok(), "{:?}", ended);
    }
}
