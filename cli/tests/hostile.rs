//! Hostile documents are answered by errors; nothing crashes and nothing hangs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod tool;

use std::time::{Duration, Instant};

use serde_json::Value;
use tool::run;

/// Every conversion of documents.
const CONVERSIONS: &[&str] = &[
    "request --to messages",
    "request --to converse",
    "request --to messages --invoke",
    "request --to converse --invoke",
    "request --from messages --to messages --invoke",
    "request --from invoke --to messages",
    "count-tokens --to messages",
    "count-tokens --to converse",
    "count-tokens --to converse --invoke",
    "inline",
];

/// The kind and the path of the error that a document is answered by.
fn answer(arguments: &str, document: &[u8]) -> (String, String) {
    let run = run(&format!("{arguments} --jsonl --loss allow"), document);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let lines = run.lines();
    assert_eq!(lines.len(), 1);
    let error = &lines[0]["error"];
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{}", lines[0])).to_owned();
    (text(&error["kind"]), text(&error["path"]))
}

/// All conversions answer the document by this kind of error; and, as the one document, with exit code 1.
fn assert_refused(document: &[u8], kind: &str) {
    for conversion in CONVERSIONS {
        assert_eq!(answer(conversion, document).0, kind, "{conversion}");
        let whole = run(&format!("{conversion} --loss allow"), document);
        assert_eq!((whole.code, whole.out.as_str()), (1, ""), "{conversion}");
    }
}

#[test]
fn deep_nesting_is_an_error() {
    assert_refused("[".repeat(200_000).as_bytes(), "too_deep");
    assert_refused(format!("{{\"unknown\":{}", "[".repeat(200_000)).as_bytes(), "too_deep");
    assert_refused("{\"a\":".repeat(200_000).as_bytes(), "too_deep");
}

#[test]
fn deep_nesting_in_free_form_json_is_an_error_at_its_place() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let converse = format!(r#"{{"modelId":"m","additionalModelRequestFields":{{"a":{deep}}}}}"#);
    let (kind, path) = answer("request --to messages", converse.as_bytes());
    assert_eq!(kind, "too_deep");
    assert!(path.starts_with("/additionalModelRequestFields"), "{}", &path[..path.len().min(200)]);
    let messages = format!(
        r#"{{"model":"m","max_tokens":1,"messages":[{{"role":"assistant","content":[{{"type":"tool_use","id":"a","name":"b","input":{{"a":{deep}}}}}]}}]}}"#
    );
    let (kind, path) = answer("request --to converse", messages.as_bytes());
    assert_eq!(kind, "too_deep");
    assert!(path.starts_with("/messages/0/content/0/input"), "{}", &path[..path.len().min(200)]);
}

#[test]
fn deep_nesting_of_blocks_is_an_error() {
    let (open, close) = (r#"{"type":"tool_result","tool_use_id":"a","content":["#, "]}");
    let nested = format!("{}{}", open.repeat(50_000), close.repeat(50_000));
    let document = format!(r#"{{"model":"m","max_tokens":1,"messages":[{{"role":"user","content":[{nested}]}}]}}"#);
    assert_eq!(answer("request --to converse", document.as_bytes()).0, "too_deep");
}

#[test]
fn nesting_inside_a_string_that_holds_json_is_an_error() {
    let schema = "[".repeat(200_000);
    let document = format!(
        r#"{{"modelId":"m","outputConfig":{{"textFormat":{{"type":"json_schema","structure":{{"jsonSchema":{{"schema":"{schema}"}}}}}}}}}}"#
    );
    let (_, path) = answer("request --to messages", document.as_bytes());
    assert_eq!(path, "/outputConfig/textFormat/structure/jsonSchema/schema");
}

#[test]
fn long_strings_pass() {
    let long = "a\\n\u{E9}".repeat(2_500_000);
    let start = Instant::now();
    let document = format!(
        r#"{{"modelId":"m","messages":[{{"role":"user","content":[{{"text":"{long}"}}]}}],"inferenceConfig":{{"maxTokens":1}}}}"#
    );
    let there = run("request --to messages", &document);
    assert_eq!(there.code, 0);
    assert_eq!(there.value()["messages"][0]["content"].as_str().unwrap().len(), 10_000_000);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn many_small_parts_take_linear_time() {
    let time = |count: usize| {
        let block = r#"{"text":"a"},{"cachePoint":{"type":"default"}},{"document":{"name":"d","format":"txt","source":{"bytes":"aGk="}}}"#;
        let blocks = vec![block; count].join(",");
        let document = format!(r#"{{"modelId":"m","messages":[{{"role":"user","content":[{blocks}]}}]}}"#);
        let there = run("request --to messages --jsonl", &document);
        let start = Instant::now();
        let back = run("request --to converse --jsonl --loss allow", there.lines()[0]["value"].to_string());
        assert!(back.lines()[0]["value"].is_object());
        start.elapsed()
    };
    let (few, many) = (time(2_000), time(20_000));
    assert!(many < few * 40 + Duration::from_secs(1), "{few:?} for some, {many:?} for ten times as many");
}

#[test]
fn duplicate_keys_are_errors_wherever_they_stand_and_however_they_are_written() {
    for (document, place) in [
        (r#"{"modelId":"m","modelId":"n"}"#, "/modelId"),
        (r#"{"modelId":"m","model\u0049d":"n"}"#, "/modelId"),
        (r#"{"modelId":"m","unknown":{"a":1,"a":2}}"#, "/unknown/a"),
        (
            r#"{"modelId":"m","additionalModelRequestFields":{"x":[{"a~/":1,"a~\/":2}]}}"#,
            "/additionalModelRequestFields/x/0/a~0~1",
        ),
        (
            r#"{"modelId":"m","messages":[{"role":"user","content":[{"text":"a","text":"b"}]}]}"#,
            "/messages/0/content/0/text",
        ),
    ] {
        assert_eq!(
            answer("request --to messages", document.as_bytes()),
            ("duplicate_key".into(), place.into()),
            "{document}"
        );
    }
    assert_eq!(
        answer("request --to converse", br#"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":"a","type":"text"}]}]}"#),
        ("duplicate_key".into(), "/messages/0/content/0/type".into())
    );
}

#[test]
fn lone_surrogates_are_errors() {
    for escape in [r"\ud800", r"\udc00", r"\ud800\u0041", r"\udc00\ud800", r"\ud83dx"] {
        for document in [
            format!(r#"{{"modelId":"{escape}"}}"#),
            format!(r#"{{"{escape}":1}}"#),
            format!(r#"{{"modelId":"m","additionalModelRequestFields":{{"a":"{escape}"}}}}"#),
        ] {
            assert_eq!(answer("request --to messages", document.as_bytes()).0, "invalid_json", "{document}");
        }
    }
    let pair = run("request --to messages --jsonl", r#"{"modelId":"\ud83d\ude00"}"#);
    assert_eq!(pair.lines()[0]["value"]["model"], "\u{1F600}");
}

#[test]
fn what_is_not_json_is_an_error() {
    for value in [
        "NaN",
        "Infinity",
        "-Infinity",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "'a'",
        "tru",
        "undefined",
        "\"a\tb\"",
        "\"\\x41\"",
        "[1,]",
        "{\"a\":1,}",
        "/* */1",
        "1 2",
        "\"a",
        "\u{A0}1",
    ] {
        for document in [
            format!(r#"{{"inferenceConfig":{{"temperature":{value}}}}}"#),
            format!(r#"{{"additionalModelRequestFields":{{"a":{value}}}}}"#),
            format!(r#"{{"unknown":{value}}}"#),
        ] {
            let (kind, _) = answer("request --to messages", document.as_bytes());
            let mistyped = document.starts_with("{\"inf") && kind == "invalid_source";
            assert!(kind == "invalid_json" || mistyped, "{kind}: {document}");
        }
    }
    for document in ["{}{}", "{} x", "{", "}", "\"", "{\"a\"}", "{1:2}", "{\"a\":1 \"b\":2}", "{,}"] {
        assert_eq!(answer("request --to messages", document.as_bytes()).0, "invalid_json", "{document}");
    }
}

#[test]
fn numbers_beyond_all_measure_are_kept_where_anything_goes_and_refused_elsewhere() {
    let number = format!("1{}", "0".repeat(100_000));
    let kept = run(
        "request --to messages --jsonl",
        format!(r#"{{"modelId":"m","additionalModelRequestFields":{{"someday":{number}}}}}"#),
    );
    assert!(kept.out.contains(&number));
    for number in [number.as_str(), "1e999", "9223372036854775808", "1.5", "1e2"] {
        let document = format!(r#"{{"modelId":"m","inferenceConfig":{{"maxTokens":{number}}}}}"#);
        let (kind, path) = answer("request --to messages", document.as_bytes());
        assert_eq!((kind.as_str(), path.as_str()), ("invalid_source", "/inferenceConfig/maxTokens"));
    }
    let document = br#"{"modelId":"m","inferenceConfig":{"temperature":1e999}}"#;
    assert_eq!(answer("request --to messages", document).1, "/inferenceConfig/temperature");
}

#[test]
fn invalid_utf_8_is_an_error() {
    for bytes in [
        &b"{\"modelId\":\"\xFF\"}"[..],
        b"{\"modelId\":\"\xC0\x80\"}",
        b"{\"modelId\":\"\xED\xA0\x80\"}",
        b"\xFF\xFE{\0}\0",
    ] {
        assert_refused(bytes, "invalid_json");
    }
}
