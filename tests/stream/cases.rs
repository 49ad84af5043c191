//! The streams of `tests/cases/stream`, by the laws: cut everywhere, in every framing, and added up.

use std::fs;
use std::path::Path;

use converse_messages::stream::{Framing, Side};
use converse_messages::{Options, Policy};
use serde_json::Value;

use crate::{adding_up, transcoding};

/// The streams of a side, as lines, each with the name of its case.
fn streams(side: Side) -> Vec<(String, String)> {
    let file = match side {
        Side::Converse => "converse.json",
        Side::Messages => "messages.json",
    };
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/stream");
    let mut streams = Vec::new();
    for case in fs::read_dir(cases).unwrap() {
        let case = case.unwrap();
        let Ok(text) = fs::read_to_string(case.path().join(file)) else { continue };
        let events: Vec<Value> = serde_json::from_str(&text).unwrap();
        let lines = events.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
        streams.push((case.file_name().into_string().unwrap(), lines));
    }
    assert!(streams.len() > 20, "there are cases");
    streams
}

fn array(lines: &str) -> String {
    format!("[{}]", lines.trim_end().replace('\n', ","))
}

#[test]
fn a_stream_adds_up_to_the_same_before_and_after() {
    for (name, lines) in streams(Side::Converse) {
        adding_up::from_converse(&array(&lines)).unwrap_or_else(|broken| panic!("{name}: {broken}"));
    }
    for (name, lines) in streams(Side::Messages) {
        adding_up::from_messages(&array(&lines)).unwrap_or_else(|broken| panic!("{name}: {broken}"));
    }
}

fn check_everywhere(side: Side) {
    for (name, lines) in streams(side) {
        let mut of_framing = std::collections::BTreeMap::new();
        for way @ (from, to, framing) in transcoding::ways_of(side) {
            let bytes = transcoding::reframed(lines.as_bytes(), side, from);
            // What is read does not depend on what is written.
            let everywhere = framing == Framing::Json && to != side;
            let step = if everywhere { 1 + bytes.len() / 400 } else { 97 };
            let whole = transcoding::check(way, &Options::streaming(), &bytes, (0..bytes.len()).step_by(step));
            let end = whole.2.as_ref().map_err(|error| (error.kind(), error.path().to_owned()));
            let end = format!("{end:?} {:?}", if to == side { &[] } else { whole.1.as_slice() });
            let first = of_framing.entry(to == side).or_insert_with(|| end.clone());
            assert!(*first == end, "{name} {way:?}: {first} here {end}");
            for loss in [Policy::Content, Policy::Deny] {
                let options = Options { loss, ..Options::streaming() };
                drop(transcoding::check(way, &options, &bytes, []));
            }
        }
    }
}

#[test]
fn a_converse_stream_is_the_same_however_it_is_cut_and_framed() {
    check_everywhere(Side::Converse);
}

#[test]
fn a_messages_stream_is_the_same_however_it_is_cut_and_framed() {
    check_everywhere(Side::Messages);
}

#[test]
fn the_first_event_goes_out_when_the_first_comes_in() {
    for side in [Side::Converse, Side::Messages] {
        for (name, lines) in streams(side) {
            let first = lines.split_inclusive('\n').next().unwrap();
            if !first.contains("messageStart") && !first.contains("message_start") {
                continue;
            }
            for way @ (from, ..) in transcoding::ways_of(side) {
                let bytes = transcoding::reframed(first.as_bytes(), side, from);
                let out = transcoding::transcode(way, &Options::streaming(), [&*bytes]).0;
                assert!(!out.is_empty(), "{name} {way:?}");
            }
        }
    }
}
