//! What the command line promises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod tool;

use serde_json::{Value, json};
use tool::{run, run_words};

/// Converts without a loss.
const CONVERSE: &str = r#"{"modelId":"us.anthropic.claude-sonnet-4-5-20250929-v1:0","messages":[{"role":"user","content":[{"text":"Hi"}]}],"inferenceConfig":{"maxTokens":10}}"#;
const MESSAGES: &str = r#"{"model":"us.anthropic.claude-sonnet-4-5-20250929-v1:0","max_tokens":10,"messages":[{"role":"user","content":"Hi"}]}"#;

/// Has a hint, at `/inferenceConfig`.
const HINT: &str = r#"{"modelId":"m","messages":[]}"#;

/// Has a loss of content, at `/messages/0/content/0/video`.
const LOSS: &str = r#"{"modelId":"m","messages":[{"role":"user","content":[{"video":{"format":"mp4","source":{"bytes":"AAAA"}}},{"text":"Hi"}]}],"inferenceConfig":{"maxTokens":10}}"#;

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

/// The names of the members, sorted.
fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn a_request_without_losses_says_nothing_on_standard_error() {
    let there = run("request --to messages", CONVERSE);
    assert_eq!((there.code, there.err.as_str()), (0, ""));
    assert_eq!(there.value(), parsed(MESSAGES));
    let back = run("request --to converse", MESSAGES);
    assert_eq!((back.code, back.err.as_str()), (0, ""));
    assert_eq!(back.value(), parsed(CONVERSE));
}

#[test]
fn the_value_is_indented() {
    let run = run("request --to messages", HINT);
    assert!(run.out.starts_with("{\n  \"model\": \"m\",\n"), "{}", run.out);
    assert!(run.out.ends_with("\n}\n"), "{}", run.out);
}

#[test]
fn losses_go_to_standard_error_with_their_severity_place_and_code() {
    let run = run("request --to messages", HINT);
    assert_eq!(run.code, 0);
    let line = run.err.lines().find(|line| line.contains("/inferenceConfig")).unwrap();
    assert!(line.contains("hint") && line.contains("supplied"), "{line}");
    assert!(!run.out.contains("supplied"));
}

#[test]
fn a_refusal_prints_no_value_and_exits_1_with_the_path() {
    let run = run("request --to messages", LOSS);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("/messages/0/content/0/video"), "{}", run.err);
}

#[test]
fn a_malformed_document_exits_1_with_the_path() {
    let run = run("request --to messages", r#"{"modelId":"m","messages":[{"role":"user"}]}"#);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("/messages/0/content"), "{}", run.err);
}

#[test]
fn an_empty_input_exits_1() {
    for input in ["", " \n", "\u{FEFF}"] {
        let run = run("request --to messages", input);
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{input:?}");
        assert!(!run.err.is_empty());
    }
}

#[test]
fn an_error_never_prints_the_conversation() {
    let secret = r#"{"modelId":"m","messages":[{"role":"user","content":[{"text":"top secret"},{"video":{"format":"top secret","source":{"bytes":"AAAA"}}},{"text":7}]}]}"#;
    for document in [secret.to_owned(), secret.replace(",{\"text\":7}", ""), format!("{secret}top secret")] {
        let run = run("request --to messages", document);
        assert_eq!(run.code, 1);
        assert!(!run.err.contains("secret"), "{}", run.err);
    }
}

#[test]
fn wrong_arguments_exit_2() {
    for arguments in [
        "",
        "nonsense",
        "request",
        "request --to nowhere",
        "request --to messages --loss some",
        "request --to messages --default-max-tokens zero",
        "request --to messages --default-max-tokens 0",
        "request --to messages --default-max-tokens -1",
        "request --to messages --model translate --geo !",
        "request --to messages --no-such-option",
        "request --to messages examples/chat.converse.json more",
        "request --to messages --inline-refs deep",
        "request --to messages --max-depth 0",
        "request --to messages --max-depth -1",
        "request --to messages --max-depth deep",
        "request --to messages --from nowhere",
        "request --to messages --from messages",
        "request --to messages --from invoke --invoke",
        "request --to converse --from converse",
        "request --to converse --from messages --invoke",
        "request --to messages --from invoke --model translate --geo us",
        "response --to messages --from converse",
        "request --to converse --document-text",
        "request --to converse --document-text=",
        "inline --document-text x",
        "inline --max-nodes 0",
        "inline --max-bytes 4M",
        "count-tokens --to messages --invoke",
        "inline --recursion deep",
        "inline --recursion unroll --depth 0",
        "inline --recursion unroll --depth 256",
        "inline --depth 3",
        "inline --to messages",
        "model-id x",
        "model-id --to bedrock",
    ] {
        let run = run(arguments, CONVERSE);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments}: {}", run.err);
        assert!(!run.err.is_empty(), "{arguments}");
    }
}

#[test]
fn help_and_version_exit_0() {
    for arguments in
        ["--help", "--version", "request --help", "count-tokens --help", "inline --help", "model-id --help"]
    {
        let run = run(arguments, "");
        assert_eq!(run.code, 0, "{arguments}");
        assert!(!run.out.is_empty(), "{arguments}");
    }
}

#[test]
fn the_document_is_a_file_or_standard_input() {
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/chat.converse.json")).unwrap();
    let from_file = run("request --to messages examples/chat.converse.json", "");
    assert_eq!(from_file.code, 0, "{}", from_file.err);
    assert_eq!(from_file.out, run("request --to messages -", &file).out);
    assert_eq!(from_file.out, run("request --to messages", &file).out);
}

#[test]
fn a_file_that_is_not_there_exits_1_and_is_named() {
    for arguments in ["request --to messages no-such-file", "request --to messages --jsonl no-such-file"] {
        let run = run(arguments, "");
        assert_eq!((run.code, run.out.as_str()), (1, ""));
        assert!(run.err.contains("no-such-file"), "{}", run.err);
    }
}

#[test]
fn a_byte_order_mark_at_the_start_is_ignored() {
    let marked = format!("\u{FEFF}{CONVERSE}");
    assert_eq!(run("request --to messages", &marked).value(), parsed(MESSAGES));
    assert_eq!(run("request --to messages --jsonl", &marked).lines()[0]["value"], parsed(MESSAGES));
}

#[test]
fn the_examples_convert() {
    for (to, file) in [("messages", "agent.converse"), ("messages", "chat.converse"), ("converse", "agent.messages")] {
        let run = run(&format!("request --to {to} examples/{file}.json"), "");
        assert_eq!(run.code, 0, "{file}: {}", run.err);
        assert!(run.value().is_object());
    }
}

#[test]
fn the_policies_refuse_content_nothing_or_all() {
    for (loss, document, code) in [
        ("content", HINT, 0),
        ("content", LOSS, 1),
        ("allow", HINT, 0),
        ("allow", LOSS, 0),
        ("deny", CONVERSE, 0),
        ("deny", HINT, 1),
        ("deny", LOSS, 1),
    ] {
        let run = run(&format!("request --to messages --loss {loss}"), document);
        assert_eq!(run.code, code, "{loss} {document}: {}", run.err);
    }
}

#[test]
fn a_converse_request_without_max_tokens_gets_the_default_or_is_refused() {
    assert_eq!(run("request --to messages", HINT).value()["max_tokens"], 4096);
    assert_eq!(run("request --to messages --default-max-tokens 7", HINT).value()["max_tokens"], 7);
    let refused = run("request --to messages --default-max-tokens none --jsonl", HINT);
    assert_eq!(refused.code, 0);
    let error = &refused.lines()[0]["error"];
    assert_eq!((&error["kind"], &error["path"]), (&json!("missing_max_tokens"), &json!("/inferenceConfig")));
    assert_eq!(run("request --to messages --default-max-tokens none", HINT).code, 1);
    assert_eq!(run("request --to messages --default-max-tokens none", CONVERSE).value()["max_tokens"], 10);
}

#[test]
fn model_ids_are_kept_translated_or_replaced() {
    let model = |options: &str| run(&format!("request --to messages {options}"), CONVERSE).value()["model"].clone();
    assert_eq!(model(""), "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
    assert_eq!(model("--model keep"), "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
    assert_eq!(model("--model translate"), "claude-sonnet-4-5-20250929");
    assert_eq!(model("--model claude-x"), "claude-x");
    let first_party = MESSAGES.replace("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929");
    let model =
        |options: &str| run(&format!("request --to converse {options}"), &first_party).value()["modelId"].clone();
    assert_eq!(model("--model translate"), "anthropic.claude-sonnet-4-5-20250929-v1:0");
    assert_eq!(model("--model translate --geo eu"), "eu.anthropic.claude-sonnet-4-5-20250929-v1:0");
}

#[test]
fn a_document_without_a_text_beside_it_gets_the_one_asked_for() {
    let document = json!({"model": "m", "max_tokens": 10, "messages": [{"role": "user", "content": [
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjc="}},
    ]}]});
    let asked = ["request", "--to", "converse", "--document-text", "See above."];
    let supplied = run_words(&asked, document.to_string());
    assert_eq!(supplied.code, 0, "{}", supplied.err);
    assert_eq!(supplied.value()["messages"][0]["content"][1], json!({"text": "See above."}));
    assert!(supplied.err.contains("supplied"), "{}", supplied.err);
    let plain = run("request --to converse", document.to_string());
    assert_eq!(plain.value()["messages"][0]["content"].as_array().unwrap().len(), 1);
    assert!(plain.err.contains("service_rule"), "{}", plain.err);
}

#[test]
fn documents_nest_as_deep_as_they_may() {
    let tower = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let document = |levels: usize| {
        CONVERSE.replace(
            r#""messages":"#,
            &format!(r#""additionalModelRequestFields":{{"deep":{}}},"messages":"#, tower(levels)),
        )
    };
    // Two levels stand above the tower.
    for (levels, options, code) in
        [(126, "", 0), (127, "", 1), (500, "--max-depth 502", 0), (500, "--max-depth 501", 1)]
    {
        let whole = run(&format!("request --to messages {options}"), document(levels));
        assert_eq!(whole.code, code, "{levels} {options}: {}", whole.err);
        let line = run(&format!("request --to messages --jsonl {options}"), document(levels));
        assert_eq!((line.code, line.out.contains("too_deep")), (0, code == 1), "{levels} {options}");
    }
}

#[test]
fn a_limit_of_depth_holds_for_schemas_that_are_inlined_and_for_the_events_of_a_stream() {
    let nested = |levels: usize| r#"{"items":"#.repeat(levels) + r##"{"$ref":"#/$defs/A"}"## + &"}".repeat(levels);
    let schema = format!(r#"{{"properties":{{"a":{}}},"$defs":{{"A":{{"type":"string"}}}}}}"#, nested(300));
    let tool = format!(r#"{{"toolSpec":{{"name":"t","inputSchema":{{"json":{schema}}}}}}}"#);
    let request = CONVERSE.replace(r#""messages":"#, &format!(r#""toolConfig":{{"tools":[{tool}]}},"messages":"#));
    let inlined = "request --to messages --inline-refs error --loss allow";
    assert_eq!(run(inlined, &request).code, 1);
    let deep = run(&format!("{inlined} --max-depth 400"), &request);
    assert_eq!((deep.code, deep.out.contains("$ref")), (0, false), "{}", deep.err);

    let event = format!(
        r#"{{"messageStop":{{"stopReason":"end_turn","additionalModelResponseFields":{{"deep":{request}}}}}}}"#
    );
    let stream = format!("{{\"messageStart\":{{\"role\":\"assistant\"}}}}\n{event}\n");
    assert_eq!(run("stream --to messages", &stream).code, 1);
    let passed = run("stream --to messages --max-depth 400", &stream);
    assert_eq!(passed.code, 0, "{}", passed.err);
}

#[test]
fn the_limits_of_the_inliner_can_be_set() {
    let schema = r##"{"items":{"$ref":"#/$defs/A"},"$defs":{"A":{"type":"string"}}}"##;
    // Two objects and a string, 27 bytes as compact JSON.
    let limits = [("max-nodes", 3, "too_large"), ("max-bytes", 27, "too_large"), ("max-depth", 2, "too_deep")];
    for (limit, least, kind) in limits {
        assert_eq!(run(&format!("inline --{limit} {least}"), schema).code, 0, "{limit}");
        let refused = run(&format!("inline --{limit} {}", least - 1), schema);
        assert_eq!(refused.code, 1, "{limit}");
        assert!(refused.err.contains(kind), "{}", refused.err);
    }
}

#[test]
fn what_nests_deep_is_not_indented_without_end() {
    let tower = "[".repeat(50_000) + &"]".repeat(50_000);
    let document = CONVERSE
        .replace(r#""messages":"#, &format!(r#""additionalModelRequestFields":{{"deep":{tower}}},"messages":"#));
    let run = run("request --to messages --max-depth 100000", document);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.len() < 50_000 * 2 * 300, "{} bytes", run.out.len());
}

#[test]
fn model_id_prints_one_line_or_exits_1() {
    for (arguments, id) in [
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0 --to anthropic", "claude-sonnet-4-5-20250929\n"),
        ("claude-sonnet-4-5-20250929 --to bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0\n"),
        ("claude-sonnet-4-5-20250929 --to bedrock --geo us", "us.anthropic.claude-sonnet-4-5-20250929-v1:0\n"),
    ] {
        let run = run(&format!("model-id {arguments}"), "");
        assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, id, ""), "{arguments}");
    }
    let unknown = run("model-id amazon.nova-pro-v1:0 --to anthropic", "");
    assert_eq!((unknown.code, unknown.out.as_str()), (1, ""));
    assert!(!unknown.err.is_empty());
}

#[test]
fn the_invoke_form_is_an_address_headers_and_a_body_and_comes_back() {
    let there = run("request --to messages --invoke", CONVERSE);
    assert_eq!(there.code, 0, "{}", there.err);
    let form = there.value();
    assert_eq!(form["model_id"], "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
    assert_eq!(form["stream"], false);
    assert_eq!(form["body"]["anthropic_version"], "bedrock-2023-05-31");
    for outside in ["model", "stream", "service_tier"] {
        assert_eq!(form["body"].get(outside), None, "{outside}");
    }
    let back = run("request --to converse --invoke", &there.out);
    assert_eq!((back.code, back.value()), (0, parsed(CONVERSE)), "{}", back.err);
}

#[test]
fn a_messages_request_takes_the_invoke_form_and_comes_out_of_it() {
    let tiered = MESSAGES.replace(r#""max_tokens":10"#, r#""max_tokens":10,"service_tier":"standard_only""#);
    let there = run("request --from messages --to messages --invoke --loss deny", &tiered);
    assert_eq!(there.code, 0, "{}", there.err);
    let form = there.value();
    assert_eq!(form["model_id"], "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
    assert_eq!(form["headers"], json!({"X-Amzn-Bedrock-Service-Tier": "default"}));
    assert_eq!(form["body"]["anthropic_version"], "bedrock-2023-05-31");
    let back = run("request --from invoke --to messages --loss deny", &there.out);
    assert_eq!((back.code, back.value()), (0, parsed(&tiered)), "{}", back.err);
    let line = run("request --from invoke --to messages --jsonl", form.to_string());
    assert_eq!(line.lines(), [json!({"value": parsed(&tiered), "losses": []})]);
}

#[test]
fn what_messages_lacks_of_the_invoke_form_is_lost() {
    let form = r#"{"model_id":"m","headers":{"X-Amzn-Bedrock-GuardrailIdentifier":"g"},"body":{"max_tokens":1,"messages":[]}}"#;
    let refused = run("request --from invoke --to messages", form);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    assert!(refused.err.contains("/headers/X-Amzn-Bedrock-GuardrailIdentifier"), "{}", refused.err);
    assert_eq!(run("request --from invoke --to messages --loss allow", form).code, 0);
}

#[test]
fn the_source_may_be_named_where_it_goes_without_saying() {
    for (named, plain, source) in [
        ("--from converse --to messages", "--to messages", CONVERSE),
        ("--from converse --to messages --invoke", "--to messages --invoke", CONVERSE),
        ("--from messages --to converse", "--to converse", MESSAGES),
    ] {
        let named = run(&format!("request {named}"), source);
        assert_eq!((named.code, named.out), (0, run(&format!("request {plain}"), source).out), "{plain}");
    }
    let form = run("request --to messages --invoke", CONVERSE).out;
    for arguments in ["--from invoke --to converse", "--from invoke --to converse --invoke"] {
        assert_eq!(run(&format!("request {arguments}"), &form).value(), parsed(CONVERSE), "{arguments}");
    }
}

#[test]
fn a_count_of_tokens_takes_the_body_of_invoke_model_and_comes_back() {
    let messages = r#"{"model":"anthropic.claude-x","messages":[{"role":"user","content":"Hi"}],"speed":"fast"}"#;
    let there = run("count-tokens --to converse --invoke --loss deny", messages);
    assert_eq!(there.code, 0, "{}", there.err);
    let form = there.value();
    assert_eq!(form["modelId"], "anthropic.claude-x");
    assert_eq!(keys(&form["input"]), ["invokeModel"]);
    let back = run("count-tokens --to messages --loss deny", &there.out);
    assert_eq!((back.code, back.value()), (0, parsed(messages)), "{}", back.err);
    let line = run("count-tokens --to converse --invoke --jsonl", messages);
    assert_eq!(line.lines(), [json!({"value": form, "losses": []})]);
}

#[test]
fn token_counts_convert_both_ways_and_supply_no_max_tokens() {
    let messages = r#"{"model":"anthropic.claude-x","messages":[{"role":"user","content":"Hi"}]}"#;
    let there = run("count-tokens --to converse --loss deny", messages);
    assert_eq!(there.code, 0, "{}", there.err);
    assert_eq!(there.value()["input"]["converse"]["messages"][0]["content"][0]["text"], "Hi");
    let back = run("count-tokens --to messages --loss deny", &there.out);
    assert_eq!((back.code, back.value()), (0, parsed(messages)), "{}", back.err);
}

#[test]
fn a_line_in_is_a_line_out_in_order_with_exactly_the_promised_keys() {
    let input = [CONVERSE, "[", LOSS, HINT].join("\n");
    let run = run("request --to messages --jsonl", input);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let lines = run.lines();
    assert_eq!(lines.len(), 4);
    assert_eq!(keys(&lines[0]), ["losses", "value"]);
    assert_eq!(lines[0], json!({"value": parsed(MESSAGES), "losses": []}));
    assert_eq!(keys(&lines[1]), ["error"]);
    assert_eq!(keys(&lines[1]["error"]), ["kind", "message", "path"]);
    assert_eq!(keys(&lines[2]), ["error"]);
    assert_eq!(keys(&lines[2]["error"]), ["kind", "losses", "message", "path"]);
    assert_eq!(lines[2]["error"]["kind"], "loss");
    assert_eq!(lines[2]["error"]["path"], "/messages/0/content/0/video");
    assert_eq!(keys(&lines[3]["losses"][0]), ["code", "message", "path", "severity"]);
    assert_eq!(lines[3]["losses"][0]["path"], "/inferenceConfig");
    assert_eq!(lines[3]["losses"][0]["severity"], "hint");
    assert!(run.out.starts_with("{\"value\":"), "the value comes first");
}

#[test]
fn a_refusal_names_all_losses_and_its_path_is_the_first_refused_one() {
    let document = json!({"modelId": "m", "messages": [{"role": "user", "content": [
        {"video": {"format": "mp4", "source": {"bytes": "AAAA"}}}, {"text": "Hi"}, {"someday": 1},
    ]}]});
    let run = run("request --to messages --jsonl", document.to_string());
    let error = &run.lines()[0]["error"];
    assert_eq!(error["path"], "/messages/0/content/0/video");
    let mut paths: Vec<&str> =
        error["losses"].as_array().unwrap().iter().map(|loss| loss["path"].as_str().unwrap()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["/inferenceConfig", "/messages/0/content/0/video", "/messages/0/content/2/someday"]);
}

#[test]
fn a_bad_line_is_answered_and_the_next_one_read() {
    let input =
        b"{\"modelId\":\"m\nnull\n7\n\xFF\xFE\n{\"modelId\":\"m\",\"modelId\":\"m\"}\n{\"modelId\":7}\n".to_vec();
    let run = run("request --to messages --jsonl", [input, CONVERSE.as_bytes().to_vec()].concat());
    assert_eq!(run.code, 0);
    let answers: Vec<(String, String)> = run.lines()[..6]
        .iter()
        .map(|line| {
            (line["error"]["kind"].as_str().unwrap().to_owned(), line["error"]["path"].as_str().unwrap().to_owned())
        })
        .collect();
    let expected = [
        ("invalid_json", ""),
        ("invalid_source", ""),
        ("invalid_source", ""),
        ("invalid_json", ""),
        ("duplicate_key", "/modelId"),
        ("invalid_source", "/modelId"),
    ];
    assert_eq!(answers, expected.map(|(kind, path)| (kind.to_owned(), path.to_owned())));
    assert_eq!(run.lines()[6]["value"], parsed(MESSAGES));
}

#[test]
fn blank_lines_are_skipped_and_line_ends_may_be_crlf_or_missing() {
    let input = format!("\r\n\n{CONVERSE}\r\n  \t\r\n\n{CONVERSE}\n\n{CONVERSE}");
    let run = run("request --to messages --jsonl", input);
    assert_eq!(run.code, 0);
    assert_eq!(run.lines(), vec![json!({"value": parsed(MESSAGES), "losses": []}); 3]);
    assert_eq!(tool::run("request --to messages --jsonl", "").out, "");
    assert_eq!(tool::run("request --to messages --jsonl", "\n\n").out, "");
}

#[test]
fn lines_are_answered_before_the_input_ends() {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::{Command, Stdio};

    let mut child = Command::new(env!("CARGO_BIN_EXE_converse-messages"))
        .args(["request", "--to", "messages", "--jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for _ in 0..2 {
        writeln!(input, "{CONVERSE}").unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(parsed(&line)["value"], parsed(MESSAGES));
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}
