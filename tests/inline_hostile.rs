//! Hostile schemas are answered at once; nothing crashes, nothing hangs, nothing grows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use converse_messages::schema::{Options, Recursion, inline_json};
use converse_messages::{Converted, Error};

/// The goal is 50 ms, with optimisations on a machine that does nothing else.
const AT_ONCE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 10_000 } else { 500 });

/// How many definitions a long chain has.
const LONG: usize = if cfg!(debug_assertions) { 10_000 } else { 100_000 };
const LAST: usize = LONG - 1;

fn inline(schema: &str, recursion: Recursion) -> Result<Converted<String>, Error> {
    let start = Instant::now();
    let answer = inline_json(schema.as_bytes(), &Options { recursion, ..Options::default() });
    let took = start.elapsed();
    assert!(took < AT_ONCE, "{took:?} for {}", &schema[..schema.len().min(200)]);
    answer
}

/// Definitions `d0`, `d1`, …, made by a function of their number, and a root that refers to the first.
fn definitions(count: usize, definition: impl Fn(usize) -> String) -> String {
    let mut schema = r##"{"$ref":"#/$defs/d0","$defs":{"##.to_owned();
    for number in 0..count {
        let comma = if number == 0 { "" } else { "," };
        write!(schema, r#"{comma}"d{number}":{}"#, definition(number)).unwrap();
    }
    schema + "}}"
}

fn reference(number: usize) -> String {
    format!(r##"{{"$ref":"#/$defs/d{number}"}}"##)
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

const ALL: [Recursion; 3] = [Recursion::Error, Recursion::UNROLL, Recursion::Keep];

fn assert_refused(schema: &str, kind: &str) {
    for recursion in ALL {
        let error = inline(schema, recursion).unwrap_err();
        assert_eq!(error.kind().as_str(), kind, "{recursion:?}: {error}");
        assert!(error.message().len() < 2_000, "{} bytes of message", error.message().len());
    }
}

#[test]
fn two_to_the_thirtieth_copies_are_refused() {
    for keyword in ["anyOf", "prefixItems"] {
        assert_refused(
            &definitions(31, |n| match n {
                30 => "true".to_owned(),
                _ => format!(r#"{{"{keyword}":[{0},{0}]}}"#, reference(n + 1)),
            }),
            "too_large",
        );
    }
    assert_refused(
        &definitions(41, |n| match n {
            40 => "true".to_owned(),
            _ => format!(r#"{{"properties":{{"a":{0},"b":{0}}},"additionalProperties":{0}}}"#, reference(n + 1)),
        }),
        "too_large",
    );
}

#[test]
fn a_bomb_of_siblings_is_refused() {
    assert_refused(
        &definitions(31, |n| match n {
            30 => r#"{"type":"object"}"#.to_owned(),
            _ => format!(
                r##"{{"$ref":"#/$defs/d{0}","title":"t{n}","minimum":{n},"not":{1}}}"##,
                n + 1,
                reference(n + 1)
            ),
        }),
        "too_large",
    );
}

#[test]
fn a_bomb_whose_numbers_do_not_fit_a_machine_word_is_refused() {
    let bomb = definitions(101, |n| match n {
        100 => "true".to_owned(),
        _ => format!(r#"{{"anyOf":[{0},{0},{0},{0}]}}"#, reference(n + 1)),
    });
    let options = Options { max_depth: usize::MAX, ..Options::default() };
    assert_eq!(inline_json(bomb.as_bytes(), &options).unwrap_err().kind().as_str(), "too_large");
}

#[test]
fn twenty_definitions_that_all_refer_to_each_other_are_answered() {
    let complete = definitions(20, |n| {
        let others: Vec<String> = (0..20).map(|other| format!(r#""p{other}":{}"#, reference(other))).collect();
        format!(r#"{{"title":"d{n}","type":"object","properties":{{{}}}}}"#, others.join(","))
    });
    assert_eq!(inline(&complete, Recursion::Error).unwrap_err().kind().as_str(), "recursive_ref");
    assert_eq!(inline(&complete, Recursion::UNROLL).unwrap_err().kind().as_str(), "too_large");
    let kept = inline(&complete, Recursion::Keep).unwrap().value;
    assert_eq!(kept.matches("\"$ref\"").count(), 21 * 20);
}

#[test]
fn a_long_chain_of_definitions_is_followed() {
    let aliases = definitions(LONG, |n| if n == LAST { r#"{"type":"null"}"#.to_owned() } else { reference(n + 1) });
    for recursion in ALL {
        assert_eq!(inline(&aliases, recursion).unwrap().value, r#"{"type":"null"}"#);
    }
    let deep = definitions(LONG, |n| format!(r#"{{"items":{}}}"#, reference((n + 1).min(LAST))));
    assert_eq!(inline(&deep, Recursion::Error).unwrap_err().kind().as_str(), "recursive_ref");
    assert_eq!(inline(&deep, Recursion::UNROLL).unwrap_err().kind().as_str(), "too_deep");
    let all_of = definitions(LONG, |n| match n {
        LAST => "true".to_owned(),
        _ => format!(r#"{{"allOf":[{}]}}"#, reference(n + 1)),
    });
    assert_refused(&all_of, "too_deep");
    let titled = definitions(LONG, |n| match n {
        LAST => "{}".to_owned(),
        _ => format!(r##"{{"$ref":"#/$defs/d{}","title":"t","x{n}":1}}"##, n + 1),
    });
    assert_refused(&titled, "too_deep");
}

#[test]
fn following_a_long_chain_takes_no_longer_than_to_read_it_a_few_times() {
    let aliases = definitions(LONG, |n| if n == LAST { "true".to_owned() } else { reference(n + 1) });
    let objects = definitions(LONG, |n| match n {
        LAST => "true".to_owned(),
        _ => format!(r#"{{"type":"object","properties":{{"x":{}}}}}"#, reference(n + 1)),
    });
    for chain in [&aliases, &objects] {
        for recursion in ALL {
            // By turns, so that whatever else the machine does slows down both; the quickest run counts.
            let times = (0..5).map(|_| {
                let read = timed(|| drop(serde_json::from_str::<serde_json::Value>(chain).unwrap()));
                (timed(|| drop(inline(chain, recursion))), read)
            });
            let (followed, read): (Vec<_>, Vec<_>) = times.unzip();
            let (followed, read) = (followed.iter().min().unwrap(), read.iter().min().unwrap());
            assert!(*followed < *read * 5, "{recursion:?}: {followed:?} to follow, {read:?} to read");
        }
    }
}

#[test]
fn a_long_cycle_of_definitions_is_found() {
    let ring = definitions(LONG, |n| format!(r#"{{"items":{}}}"#, reference((n + 1) % LONG)));
    let error = inline(&ring, Recursion::Error).unwrap_err();
    assert_eq!(error.kind().as_str(), "recursive_ref");
    assert_eq!(error.path(), format!("/$defs/d{LAST}/items/$ref"));
    assert!(error.message().len() < 2_000);
    assert_eq!(inline(&ring, Recursion::UNROLL).unwrap_err().kind().as_str(), "too_deep");
    assert_refused(&definitions(LONG, |n| reference((n + 1) % LONG)), "recursive_ref");
}

#[test]
fn many_references_to_the_end_of_a_long_chain_are_followed_once() {
    let shared = definitions(LONG / 2, |n| match n {
        0 => {
            let each: Vec<String> = (1..20_000).map(|_| r##"{"$ref":"#/$defs/d1","title":"t"}"##.to_owned()).collect();
            format!(r#"{{"anyOf":[{}]}}"#, each.join(","))
        }
        _ if n == LONG / 2 - 1 => r#"{"type":"null"}"#.to_owned(),
        _ => reference(n + 1),
    });
    assert!(inline(&shared, Recursion::Error).is_ok());
    assert!(inline(&shared, Recursion::UNROLL).is_ok());
}

#[test]
fn many_references_into_wide_objects_and_arrays_are_followed() {
    let wide = definitions(20_000, |n| match n {
        0 => {
            let each: Vec<String> = (1..20_000).map(reference).collect();
            format!(r#"{{"anyOf":[{}]}}"#, each.join(","))
        }
        _ => "true".to_owned(),
    });
    assert!(inline(&wide, Recursion::Error).is_ok());
    let each: Vec<String> = (0..20_000).map(|n| format!(r##"{{"$ref":"#/x/{n}"}}"##)).collect();
    let places = vec!["true"; 20_000];
    let array = format!(r#"{{"anyOf":[{}],"x":[{}]}}"#, each.join(","), places.join(","));
    assert!(inline(&array, Recursion::Error).is_ok());
}

#[test]
fn references_beside_many_siblings_to_wide_definitions_are_measured_at_once() {
    let wide: Vec<String> = (0..20_000).map(|n| format!(r#""x{n}":1"#)).collect();
    let sites: Vec<String> = (0..20_000).map(|n| format!(r##"{{"$ref":"#/$defs/W","x{n}":2,"title":"t"}}"##)).collect();
    let schema = format!(r#"{{"anyOf":[{}],"$defs":{{"W":{{{},"title":"w"}}}}}}"#, sites.join(","), wide.join(","));
    assert_refused(&schema, "too_large");
}

#[test]
fn huge_pointers_and_names_are_answered() {
    let huge = "/a".repeat(1_000_000);
    assert_refused(&format!(r##"{{"$ref":"#{huge}"}}"##), "unresolved_ref");
    assert_refused(&format!(r##"{{"$ref":"#{}"}}"##, "%7e0/~1".repeat(300_000)), "unresolved_ref");
    assert_refused(&format!(r#"{{"$ref":"http://x{huge}"}}"#), "remote_ref");
    let name = "n".repeat(1_000_000);
    let schema = format!(r##"{{"properties":{{"{name}":{{"$ref":"#/properties/{name}"}}}}}}"##);
    assert_refused(&schema, "recursive_ref");
    let base = "b/".repeat(500_000);
    let each: Vec<String> = (0..10_000).map(|n| format!(r#"{{"$id":"i{n}","$ref":"x{n}"}}"#)).collect();
    assert_refused(&format!(r#"{{"$id":"http://x/{base}","anyOf":[{}]}}"#, each.join(",")), "remote_ref");
}

#[test]
fn cuts_with_long_pointers_do_not_grow() {
    let name = "n".repeat(100_000);
    let each: Vec<String> = (0..5_000).map(|_| r##"{"$ref":"#"}"##.to_owned()).collect();
    let schema =
        format!(r#"{{"title":"t","properties":{{"{name}":{{"items":{{"prefixItems":[{}]}}}}}}}}"#, each.join(","));
    assert_eq!(inline(&schema, Recursion::UNROLL).unwrap_err().kind().as_str(), "too_large");
}

#[test]
fn schemas_nested_in_targets_are_reached_once() {
    let mut schema = "true".to_owned();
    for level in 0..120 {
        schema = format!(r##"{{"items":{schema},"contains":{{"$ref":"#{}"}}}}"##, "/items".repeat(120 - level));
    }
    assert_refused(&schema, "too_large");
}

#[test]
fn what_is_no_schema_is_an_error() {
    for (schema, kind) in [
        ("", "invalid_json"),
        ("{", "invalid_json"),
        ("null", "invalid_schema"),
        (r#"{"$ref":null}"#, "invalid_schema"),
        (r#"{"$ref":"\ud800"}"#, "invalid_json"),
        (r##"{"$ref":"#/a","$ref":"#/b"}"##, "duplicate_key"),
        (r##"{"$ref":"#","\u0024ref":"#"}"##, "duplicate_key"),
        (r##"{"\u0024ref":"#"}"##, "recursive_ref"),
    ] {
        assert_refused(schema, kind);
    }
    assert_refused(&"[".repeat(200_000), "too_deep");
    assert_refused(&r#"{"items":"#.repeat(200_000), "too_deep");
}
