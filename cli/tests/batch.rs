//! What `batch` promises of records, their order, and those that are refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod tool;

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tool::{Run, run};

const GOOD: &str = r#"{"recordId":"r1","modelInput":{"messages":[{"role":"user","content":[{"text":"Hi"}]}],"inferenceConfig":{"maxTokens":9}}}"#;

/// [`GOOD`] as one of Anthropic's.
const CONVERTED: &str =
    r#"{"custom_id":"r1","params":{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}}"#;

/// Has a loss of content.
const LOSS: &str = r#"{"recordId":"r2","modelInput":{"messages":[{"role":"user","content":[{"video":{"format":"mp4","source":{"bytes":"AAAA"}}},{"text":"Hi"}]}],"inferenceConfig":{"maxTokens":9}}}"#;

/// A file for one test.
fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Converts a batch, and gives the run and the errors. The name is the test's.
fn batch(name: &str, arguments: &str, input: impl AsRef<[u8]>) -> (Run, Vec<Value>) {
    let errors = file(name);
    let mut words: Vec<&str> = ["batch"].into_iter().chain(arguments.split_whitespace()).collect();
    words.extend(["--errors", errors.to_str().unwrap()]);
    let run = tool::run_words(&words, input);
    let errors = fs::read_to_string(errors).unwrap();
    (run, errors.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn kinds(errors: &[Value]) -> Vec<(u64, &str)> {
    errors.iter().map(|error| (error["line"].as_u64().unwrap(), error["error"]["kind"].as_str().unwrap())).collect()
}

#[test]
fn records_convert_both_ways() {
    let (there, errors) = batch("both_there", "--to messages --model m", GOOD);
    assert_eq!((there.code, errors), (0, vec![]), "{}", there.err);
    assert_eq!(there.out, format!("{CONVERTED}\n"));
    let (back, errors) = batch("both_back", "--to converse --model x", &there.out);
    assert_eq!((back.code, errors), (0, vec![]), "{}", back.err);
    assert_eq!(back.out, format!("{GOOD}\n"));
}

#[test]
fn the_order_stays_over_many_chunks_and_refused_records_go_to_the_errors_only() {
    let count = 20_000;
    let text = "word ".repeat(30);
    let (mut input, mut ids, mut refused) = (String::new(), Vec::new(), Vec::new());
    for number in 1..=count {
        // Chunks take different times, so that they are done out of order.
        let text = text.repeat(if number % 1_000 == 0 { 2_000 } else { 1 });
        let record = GOOD.replace("r1", &format!("r{number}")).replace("Hi", &text);
        if number % 777 == 0 {
            refused.push((number, "missing_max_tokens"));
            input.push_str(&record.replace(r#""maxTokens":9"#, ""));
        } else {
            ids.push(format!("r{number}"));
            input.push_str(&record);
        }
        input.push('\n');
    }
    let (run, errors) = batch("order", "--to messages --model m --default-max-tokens none", input);
    assert_eq!(run.code, 1);
    let found: Vec<String> = run.lines().iter().map(|line| line["custom_id"].as_str().unwrap().to_owned()).collect();
    assert!(found == ids, "{} of {} in their order", found.len(), ids.len());
    assert_eq!(kinds(&errors), refused);
    let summary = format!("{count} records: {} converted, {} refused", ids.len(), refused.len());
    assert!(run.err.starts_with(&summary), "{}", run.err);
}

#[test]
fn an_error_has_the_line_the_id_and_why() {
    let input = format!("{GOOD}\n\n{LOSS}\n{{\n{{\"recordId\":\"r5\"}}\n{{\"custom_id\":7,\"params\":0}}\n");
    let (run, errors) = batch("errors", "--to messages --model m", input);
    assert_eq!((run.code, run.out), (1, format!("{CONVERTED}\n")));
    assert_eq!(kinds(&errors), [(3, "loss"), (4, "invalid_json"), (5, "invalid_source"), (6, "invalid_source")]);
    for error in &errors {
        let mut keys: Vec<&String> = error.as_object().unwrap().keys().collect();
        keys.sort_unstable();
        assert_eq!(keys, ["error", "id", "line"]);
        assert!(error["error"]["path"].is_string() && error["error"]["message"].is_string(), "{error}");
    }
    assert_eq!(errors[0]["id"], "r2");
    assert_eq!(errors[0]["error"]["path"], "/modelInput/messages/0/content/0/video");
    assert_eq!(errors[0]["error"]["losses"].as_array().unwrap().len(), 1);
    assert_eq!([&errors[1]["id"], &errors[2]["id"], &errors[3]["id"]], [&Value::Null, &json!("r5"), &Value::Null]);
}

#[test]
fn line_ends_blank_lines_and_a_byte_order_mark_make_no_difference() {
    let lines = [GOOD.replace("r1", "a"), GOOD.replace("r1", "b")];
    let [a, b] = [&lines[0], &lines[1]];
    let plain = batch("plain", "--to messages --model m", format!("{a}\n{b}\n")).0.out;
    for input in [
        format!("{a}\n{b}"),
        format!("{a}\r\n{b}\r\n"),
        format!("\u{FEFF}{a}\n{b}\n"),
        format!("\u{FEFF}\n\n  \t\r\n{a}\n\r\n\n{b}\n\n\n"),
        format!("  {a}  \n\t{b}"),
    ] {
        let (run, errors) = batch("line_ends", "--to messages --model m", &input);
        assert_eq!((run.code, errors, run.out), (0, vec![], plain.clone()), "{input:?}");
    }
    // It is one only at the start.
    let (run, errors) = batch("marks", "--to messages --model m", format!("{a}\n\u{FEFF}{b}\n"));
    assert_eq!((run.code, kinds(&errors)), (1, vec![(2, "invalid_json")]));
}

#[test]
fn an_empty_input_gives_an_empty_output() {
    for input in ["", "\n", " \r\n\n", "\u{FEFF}"] {
        let (run, errors) = batch("empty", "--to messages --model m", input);
        assert_eq!((run.code, run.out.as_str(), errors), (0, "", vec![]), "{input:?}");
        assert!(run.err.starts_with("0 records"), "{}", run.err);
        let filter = tool::run("batch --to messages --jsonl", input);
        assert_eq!((filter.code, filter.out.as_str(), filter.err.as_str()), (0, "", ""));
    }
}

#[test]
fn invalid_utf_8_is_refused_and_the_next_line_read() {
    let input = [GOOD.as_bytes(), b"\n{\"recordId\":\"\xFF\"}\n\xFF\xFE\n", GOOD.as_bytes()].concat();
    let (run, errors) = batch("utf_8", "--to messages --model m", input);
    assert_eq!((run.code, run.lines()), (1, vec![parsed(CONVERTED); 2]));
    assert_eq!(kinds(&errors), [(2, "invalid_json"), (3, "invalid_json")]);
}

#[test]
fn a_line_over_64_mib_is_refused_and_the_next_one_read() {
    let long = GOOD.replace("Hi", &"a".repeat(64 << 20));
    let input = format!("{GOOD}\n{long}\n\n{GOOD}\n{long}");
    let (run, errors) = batch("long", "--to messages --model m", &input);
    assert_eq!((run.code, run.lines()), (1, vec![parsed(CONVERTED); 2]));
    assert_eq!(kinds(&errors), [(2, "too_large"), (5, "too_large")]);
    assert_eq!(errors[0]["id"], Value::Null);
    let filter = tool::run("batch --to messages --model m --jsonl", &input);
    let answers: Vec<Value> = filter.lines().iter().map(|line| line["error"]["kind"].clone()).collect();
    assert_eq!((filter.code, answers), (0, vec![json!(null), json!("too_large"), json!(null), json!("too_large")]));
}

#[test]
fn the_longest_line_is_64_mib() {
    let fits = GOOD.replace("Hi", &"a".repeat((64 << 20) - GOOD.len() + 2));
    assert_eq!(fits.len(), 64 << 20);
    for (input, code) in [(format!("{fits}\n"), 0), (format!("{fits} \n"), 1)] {
        assert_eq!(batch("longest", "--to messages --model m", &input).0.code, code);
    }
}

#[test]
fn jsonl_is_a_filter_that_answers_each_line() {
    let input = format!("{GOOD}\n{{\n{LOSS}\n\n{GOOD}");
    let run = run("batch --to messages --model m --jsonl", input);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let lines = run.lines();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0], json!({"value": parsed(CONVERTED), "losses": []}));
    assert_eq!(lines[1]["error"]["kind"], "invalid_json");
    assert_eq!(lines[2]["error"]["kind"], "loss");
    assert_eq!(lines[3], lines[0]);
}

#[test]
fn a_job_s_records_name_no_model_so_that_towards_messages_it_is_asked_for() {
    let (run, errors) = batch("no_model", "--to messages", GOOD);
    assert_eq!((run.code, run.out.as_str(), kinds(&errors)), (1, "", vec![(1, "missing_model")]));
    let (run, _) = batch("model", "--to messages --model claude-x", GOOD);
    assert_eq!(run.value()["params"]["model"], "claude-x");
    // Anthropic's have one, and a job has no place for it.
    let (run, _) = batch("model_back", "--to converse", CONVERTED);
    assert_eq!((run.code, run.value()), (0, parsed(GOOD)));
    assert!(run.err.contains("1 × hint     unsupported  /params/model"), "{}", run.err);
}

#[test]
fn the_messages_side_may_be_the_body_of_invoke_model() {
    let (run, _) = batch("invoke", "--to messages --invoke --model anthropic.claude-x", GOOD);
    let body = json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9,
        "messages": [{"role": "user", "content": "Hi"}]});
    assert_eq!((run.code, run.lines()), (0, vec![json!({"recordId": "r1", "modelInput": body})]));
    let (back, _) = batch("invoke_back", "--to converse --invoke", &run.out);
    assert_eq!((back.code, back.lines()), (0, vec![parsed(GOOD)]));
    // Without the option such a body is a source like any other.
    let (messages, _) = batch("invoke_in", "--to messages --model m", &run.out);
    assert_eq!((messages.code, messages.lines()), (0, vec![parsed(CONVERTED)]));
}

#[test]
fn what_came_of_requests_converts_both_ways() {
    let output = r#"{"recordId":"r1","modelOutput":{"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":1,"totalTokens":4},"metrics":{"latencyMs":310}}}"#;
    let error = r#"{"recordId":"r2","error":{"errorCode":400,"errorMessage":"no"}}"#;
    let arguments = "--to messages --loss deny --message-id msg_1 --response-model m";
    let (there, errors) = batch("results", arguments, format!("{output}\n{error}"));
    assert_eq!((there.code, errors), (0, vec![]));
    let lines = there.lines();
    assert_eq!((&lines[0]["result"]["type"], &lines[1]["result"]["type"]), (&json!("succeeded"), &json!("errored")));
    assert_eq!(lines[0]["result"]["message"]["id"], "msg_1");
    assert_eq!(lines[1]["result"]["error"]["error"]["type"], "invalid_request_error");
    let gone = r#"{"custom_id":"r3","result":{"type":"expired"}}"#;
    let (back, errors) = batch("results_back", "--to converse", format!("{}{gone}", there.out));
    assert_eq!((back.code, errors), (0, vec![]));
    let lines = back.lines();
    assert_eq!(lines[0]["modelOutput"]["output"], parsed(output)["modelOutput"]["output"]);
    assert_eq!(lines[1], parsed(error));
    assert_eq!(lines[2], json!({"recordId": "r3", "error": {"errorCode": 408, "errorMessage": "expired"}}));
}

#[test]
fn the_summary_counts_losses_by_their_kind_and_place() {
    let (run, _) = batch("summary", "--to messages --model m --loss allow", [LOSS; 12].join("\n"));
    assert_eq!(run.code, 0);
    let expected = "12 records: 12 converted, 0 refused\n         12 × content  unsupported  /modelInput/messages/*/content/*/video\n";
    assert_eq!(run.err, expected);
}

#[test]
fn wrong_arguments_exit_2() {
    for arguments in [
        "batch",
        "batch --to messages",
        "batch --to messages --errors",
        "batch --errors x",
        "batch --to messages --errors x --geo us",
        "batch --to messages --errors x --status 400",
    ] {
        let run = run(arguments, GOOD);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments}: {}", run.err);
    }
}

#[test]
fn files_that_cannot_be_read_or_written_exit_1_and_are_named() {
    for (arguments, name) in [
        ("batch --to messages --errors no/such/folder/errors", "no/such/folder/errors"),
        ("batch --to messages --errors examples", "examples"),
        ("batch --to messages --errors unused no-such-file", "no-such-file"),
        ("batch --to messages --jsonl examples", "cannot read the input"),
        ("request --to messages examples", "cannot read the input"),
    ] {
        let run = run(arguments, GOOD);
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{arguments}");
        assert!(run.err.contains(name), "{}", run.err);
    }
}

#[test]
fn a_lost_guardrail_is_told_without_advice_that_does_not_hold_in_a_batch() {
    let guarded = r#"{"recordId":"r1","modelInput":{"inferenceConfig":{"maxTokens":9},"guardrailConfig":{}}}"#;
    for (name, arguments) in [("guarded", "--to messages --model m"), ("guarded_invoke", "--to messages --invoke")] {
        let (_, errors) = batch(name, arguments, guarded);
        let message = errors[0]["error"]["message"].as_str().unwrap();
        assert!(message.ends_with("and a batch has no headers"), "{arguments}: {message}");
    }
}

#[test]
fn the_input_is_not_overwritten_by_its_errors() {
    let input = file("input");
    fs::write(&input, GOOD).unwrap();
    let path = input.to_str().unwrap();
    let run = tool::run_words(&["batch", "--to", "messages", "--errors", path, path], "");
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("the file of errors is the input"), "{}", run.err);
    assert_eq!(fs::read_to_string(input).unwrap(), GOOD);
}

#[test]
fn nothing_of_a_progress_bar_appears_on_a_pipe() {
    let (run, _) = batch("no_bar", "--to messages --model m", format!("{GOOD}\n").repeat(10_000));
    assert_eq!(run.err, "10000 records: 10000 converted, 0 refused\n");
}
