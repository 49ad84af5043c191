//! What services answer: responses, errors and token counts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod tool;

use serde_json::{Value, json};
use tool::run;

const CONVERSE: &str = r#"{"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":1,"totalTokens":4},"metrics":{"latencyMs":310}}"#;
const MESSAGES: &str = r#"{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[{"type":"text","text":"Hi"}],"stop_reason":"max_tokens","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}"#;

/// The one line that this document is answered by.
fn answer(arguments: &str, document: &str) -> Value {
    let run = run(&format!("{arguments} --jsonl"), document);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{arguments} {document}");
    let [line] = <[Value; 1]>::try_from(run.lines()).unwrap();
    line
}

#[test]
fn a_response_converts_and_comes_back() {
    let there = run("response --to messages --message-id msg_1 --response-model claude-x --loss deny", CONVERSE);
    assert_eq!((there.code, there.err.as_str()), (0, ""));
    assert_eq!(there.value()["content"], json!([{"type": "text", "text": "Hi"}]));
    let back = run("response --to converse --loss deny", MESSAGES);
    assert_eq!((back.code, back.err.as_str()), (0, ""));
    assert_eq!(back.value()["stopReason"], "max_tokens");
    let again = run("response --to messages --loss deny", &back.out);
    assert_eq!((again.value()["id"].as_str(), again.value()["model"].as_str()), (Some("msg_1"), Some("claude-x")));
}

#[test]
fn the_caller_says_what_a_response_does_not_carry() {
    let there = answer("response --to messages --message-id msg_7 --response-model claude-y", CONVERSE);
    assert_eq!((&there["value"]["id"], &there["value"]["model"]), (&json!("msg_7"), &json!("claude-y")));
    let back = answer("response --to converse --latency-ms 42", MESSAGES);
    assert_eq!(back["value"]["metrics"], json!({"latencyMs": 42}));
}

#[test]
fn an_unknown_block_of_a_response_is_refused_or_named() {
    let unknown = CONVERSE.replace(r#"{"text":"Hi"}"#, r#"{"text":"Hi"},{"someday":{}}"#);
    let refused = run("response --to messages", &unknown);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    let place = "/output/message/content/1/someday";
    assert!(refused.err.contains(place), "{}", refused.err);
    let allowed = answer("response --to messages --loss allow", &unknown);
    assert_eq!((&allowed["losses"][0]["path"], &allowed["losses"][0]["severity"]), (&json!(place), &json!("content")));
}

#[test]
fn a_malformed_response_exits_1_with_the_path() {
    let run = run("response --to messages", CONVERSE.replace("\"inputTokens\":3", "\"inputTokens\":-3"));
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("/usage/inputTokens"), "{}", run.err);
}

#[test]
fn a_bedrock_error_names_itself_in_many_ways() {
    for document in [
        r#"{"__type":"ThrottlingException","message":"m"}"#,
        r#"{"__type":"com.amazon.coral#ThrottlingException","Message":"m"}"#,
        r#"{"__type":"ThrottlingException:http://internal.amazon.com/","message":"m"}"#,
        r#"{"code":"throttlingException","message":"m"}"#,
        r#"{"name":"ThrottlingException","message":"m"}"#,
        r#"{"Error":{"Code":"ThrottlingException"},"message":"m"}"#,
        r#"{"throttlingException":{"message":"m"}}"#,
    ] {
        let answer = answer("error --to messages", document);
        let expected = json!({"type": "error", "error": {"type": "rate_limit_error", "message": "m"}});
        assert_eq!(answer, json!({"value": expected, "losses": []}), "{document}");
    }
}

#[test]
fn a_result_line_has_the_target_s_status_if_the_source_s_is_given() {
    let bare = r#"{"message":"m"}"#;
    let classed = answer("error --to messages --status 429", bare);
    assert_eq!((&classed["value"]["error"]["type"], &classed["status"]), (&json!("rate_limit_error"), &json!(429)));
    let unclassed = answer("error --to messages", bare);
    assert_eq!((&unclassed["value"]["error"]["type"], unclassed.get("status")), (&json!("api_error"), None));
    let overloaded = r#"{"type":"error","error":{"type":"overloaded_error","message":"m"}}"#;
    let back = answer("error --to converse --status 529", overloaded);
    assert_eq!(
        back,
        json!({"value": {"__type": "ServiceUnavailableException", "message": "m"}, "losses": [], "status": 503})
    );
    assert_eq!(run("error --to converse --status 529", overloaded).value(), back["value"], "only lines have a status");
}

#[test]
fn a_request_id_is_the_caller_s_to_say() {
    let document = r#"{"__type":"ThrottlingException","message":"m"}"#;
    assert_eq!(answer("error --to messages --request-id req_1", document)["value"]["request_id"], "req_1");
}

#[test]
fn token_counts_are_told_from_requests_by_their_members() {
    for (to, source, target) in
        [("messages", r#"{"inputTokens":7}"#, "input_tokens"), ("converse", r#"{"input_tokens":7}"#, "inputTokens")]
    {
        let run = run(&format!("count-tokens --to {to} --loss deny"), source);
        assert_eq!((run.code, run.err.as_str()), (0, ""));
        assert_eq!(run.value(), json!({target: 7}));
        assert_eq!(answer(&format!("count-tokens --to {to}"), source), json!({"value": {target: 7}, "losses": []}));
    }
}

#[test]
fn wrong_arguments_exit_2() {
    for arguments in [
        "response",
        "response --to messages --invoke",
        "response --to converse --latency-ms soon",
        "response --to messages --status 200",
        "error --to messages --status 42",
        "error --to messages --status many",
        "error --to messages --errors x",
    ] {
        let run = run(arguments, CONVERSE);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments}: {}", run.err);
    }
}
