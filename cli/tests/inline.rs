//! What the command line promises about schemas.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod tool;

use serde_json::{Value, json};
use tool::run;

const SCHEMA: &str =
    r##"{"$ref":"#/$defs/Id","title":"User","$defs":{"Id":{"type":"integer","maximum":12345678901234567890123}}}"##;
const INLINED: &str = r#"{"type":"integer","maximum":12345678901234567890123,"title":"User"}"#;

/// Refers to itself.
const TREE: &str = r##"{"type":"object","properties":{"left":{"$ref":"#"}}}"##;
const AT: &str = "/properties/left/$ref";

#[test]
fn an_inlined_schema_goes_to_standard_output() {
    let run = run("inline", SCHEMA);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(
        run.out,
        "{\n  \"type\": \"integer\",\n  \"maximum\": 12345678901234567890123,\n  \"title\": \"User\"\n}\n"
    );
}

#[test]
fn schemas_are_answered_line_by_line() {
    let input = format!("{SCHEMA}\r\n\n7\nnot json\n{TREE}");
    let out = run("inline --jsonl", input);
    assert_eq!((out.code, out.err.as_str()), (0, ""));
    assert_eq!(out.out.lines().next().unwrap(), format!(r#"{{"value":{INLINED},"losses":[]}}"#));
    let errors: Vec<Value> = out.lines()[1..].iter().map(|line| line["error"].clone()).collect();
    let places: Vec<_> =
        errors.iter().map(|error| (error["kind"].as_str().unwrap(), error["path"].as_str().unwrap())).collect();
    assert_eq!(places, [("invalid_schema", ""), ("invalid_json", ""), ("recursive_ref", AT)]);
    assert!(errors[2]["message"].as_str().unwrap().ends_with("# -> properties.left -> #"), "{}", errors[2]);
}

#[test]
fn a_recursive_schema_is_refused_with_its_cycle_and_advice() {
    let run = run("inline", TREE);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.starts_with("error[recursive_ref]: /properties/left/$ref: "), "{}", run.err);
    assert!(run.err.contains("# -> properties.left -> #") && run.err.contains("unroll"), "{}", run.err);
}

#[test]
fn a_recursive_schema_is_unrolled_as_deep_as_asked_and_each_cut_is_a_hint() {
    let stub = r#"{"type":"object"}"#.to_owned();
    let wrap = |inner: String| format!(r#"{{"type":"object","properties":{{"left":{inner}}}}}"#);
    for (options, depth) in [("", 3), ("--depth 1", 1), ("--depth 2", 2), ("--depth 5", 5)] {
        let run = run(&format!("inline --jsonl --recursion unroll {options}"), TREE);
        let expected = (0..depth).fold(stub.clone(), |inner, _| wrap(inner));
        let line = &run.lines()[0];
        assert_eq!(line["value"], serde_json::from_str::<Value>(&expected).unwrap(), "{options}");
        assert_eq!(line["losses"].as_array().unwrap().len(), 1);
        let loss = &line["losses"][0];
        assert_eq!((&loss["path"], &loss["severity"], &loss["code"]), (&json!(AT), &json!("hint"), &json!("cut")));
    }
    let table = run("inline --recursion unroll", TREE);
    assert_eq!(table.code, 0);
    assert!(table.err.contains(AT) && table.err.contains("cut"), "{}", table.err);
}

#[test]
fn a_cut_is_refused_by_the_policy_deny_only() {
    for (loss, code) in [("content", 0), ("allow", 0), ("deny", 1)] {
        assert_eq!(run(&format!("inline --recursion unroll --loss {loss}"), TREE).code, code, "{loss}");
    }
    let refused = run("inline --recursion unroll --loss deny --jsonl", TREE);
    let error = &refused.lines()[0]["error"];
    assert_eq!((&error["kind"], &error["path"]), (&json!("loss"), &json!(AT)));
    assert_eq!(error["losses"].as_array().unwrap().len(), 1);
}

#[test]
fn a_recursive_schema_can_be_kept() {
    let kept = run("inline --recursion keep", TREE);
    assert_eq!((kept.code, kept.err.as_str()), (0, ""));
    assert_eq!(kept.value(), serde_json::from_str::<Value>(TREE).unwrap());
}

#[test]
fn the_schema_of_a_tool_is_inlined_on_request() {
    let request = format!(
        r#"{{"modelId":"m","messages":[],"inferenceConfig":{{"maxTokens":9}},"toolConfig":{{"tools":[{{"toolSpec":{{"name":"t","inputSchema":{{"json":{TREE}}}}}}}]}}}}"#
    );
    let schema = |options: &str| {
        run(&format!("request --to messages {options}"), &request).value()["tools"][0]["input_schema"].clone()
    };
    let tree: Value = serde_json::from_str(TREE).unwrap();
    assert_eq!(schema(""), tree);
    assert_eq!(schema("--inline-refs keep"), tree);
    assert_eq!(schema("--inline-refs unroll"), run("inline --recursion unroll", TREE).value());
    let refused = run("request --to messages --inline-refs error --jsonl", &request);
    let at = format!("/toolConfig/tools/0/toolSpec/inputSchema/json{AT}");
    assert_eq!(refused.lines()[0]["error"]["path"], at);
    let count = format!(r#"{{"model":"m","messages":[],"tools":[{{"name":"t","input_schema":{TREE}}}]}}"#);
    let counted = run("count-tokens --to converse --inline-refs unroll --jsonl", count);
    let loss = &counted.lines()[0]["losses"][0];
    assert_eq!((&loss["path"], &loss["code"]), (&json!(format!("/tools/0/input_schema{AT}")), &json!("cut")));
}
