//! Strategies for responses and errors of both APIs, made from the JSON Schemas in `tests/schemas` as those for requests are.

use std::sync::OnceLock;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use serde_json::{Value, json};

use crate::generate::{self, Grammar, Weights};

/// A schema, and the definitions of another file's that it names.
fn joined(schema: &str, file: &str, definitions: &Value) -> Value {
    let mut schema: Value = serde_json::from_str(&schema.replace(&format!("\"{file}#"), "\"#")).unwrap();
    let own = schema["$defs"].as_object_mut().unwrap();
    for (name, definition) in definitions["$defs"].as_object().unwrap() {
        own.entry(name).or_insert_with(|| definition.clone());
    }
    schema
}

/// The schema of a Converse response.
pub fn converse_schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    let schema = include_str!("../schemas/converse-response.json");
    SCHEMA.get_or_init(|| joined(schema, "converse-request.json", generate::converse_schema()))
}

/// The schema of a Messages response.
pub fn messages_schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    let schema = include_str!("../schemas/messages-response.json");
    SCHEMA.get_or_init(|| joined(schema, "messages-request.json", generate::messages_schema()))
}

/// The schema of an exception of the Bedrock runtime.
pub fn converse_error_schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| serde_json::from_str(include_str!("../schemas/converse-error.json")).unwrap())
}

/// The schema of an error of the Messages API.
pub fn messages_error_schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| serde_json::from_str(include_str!("../schemas/messages-error.json")).unwrap())
}

/// Valid exceptions of the Bedrock runtime.
pub fn converse_error() -> BoxedStrategy<Value> {
    Grammar::new(converse_error_schema(), 0.2, &[]).document()
}

/// Valid errors of the Messages API.
pub fn messages_error() -> BoxedStrategy<Value> {
    Grammar::new(messages_error_schema(), 0.2, &[]).document()
}

/// Blocks that a response may hold come before those that it has no place for.
const WEIGHTS: &Weights = &[
    ("text", 24),
    ("TextBlock", 24),
    ("citationsContent", 12),
    ("reasoningContent", 12),
    ("toolUse", 12),
    ("toolResult", 8),
    ("ThinkingBlock", 8),
    ("RedactedThinkingBlock", 8),
    ("ToolUseBlock", 8),
    ("ServerToolUseBlock", 8),
    ("image", 1),
    ("document", 1),
    ("video", 1),
    ("audio", 1),
    ("guardContent", 1),
    ("cachePoint", 1),
    ("searchResult", 1),
    ("toolAddition", 1),
    ("toolRemoval", 1),
    ("ContainerUploadBlock", 1),
    ("assistant", 90),
    ("user", 1),
    ("system", 1),
    ("end_turn", 12),
];

/// Valid Converse responses.
pub fn converse() -> BoxedStrategy<Value> {
    let responses = |density| {
        let messages = Grammar::new(messages_schema(), density, WEIGHTS);
        let plain = Grammar::new(converse_schema(), density, WEIGHTS);
        let tool_use = prop_oneof![3 => plain.definition("ToolUseBlock"), 1 => server_tool_use(&plain)];
        let tool_result = prop_oneof![1 => plain.definition("ToolResultBlock"), 6 => server_tool_result(&messages)];
        let grammar = Grammar::new(converse_schema(), density, WEIGHTS)
            .with("ToolUseBlock", tool_use.boxed())
            .with("ToolResultBlock", tool_result.boxed())
            .with("AdditionalModelResponseFields", additional(&messages))
            .with("ConverseTrace", trace());
        (grammar.document(), option::weighted(0.8, any::<bool>()))
            .prop_map(|(response, cached)| totalled(response, cached))
    };
    prop_oneof![3 => responses(0.08), 1 => responses(0.4)].prop_map(with_a_named_model).boxed()
}

/// Valid Messages responses, of Anthropic's API and of Bedrock's `InvokeModel`.
pub fn messages() -> BoxedStrategy<Value> {
    let responses = |density| Grammar::new(messages_schema(), density, WEIGHTS).with("Trace", trace()).document();
    prop_oneof![3 => responses(0.08), 1 => responses(0.4)].prop_map(with_a_named_model).boxed()
}

/// Messages responses as Claude gives them, without what Converse has no place for.
pub fn claude() -> BoxedStrategy<Value> {
    messages().prop_map(representable).boxed()
}

/// The total is a sum of the other counts. `None`: it is as it was.
fn totalled(mut response: Value, cached: Option<bool>) -> Value {
    let count = |name: &str| response["usage"][name].as_u64().unwrap_or_default();
    let uncached = count("inputTokens") + count("outputTokens");
    let all = uncached + count("cacheReadInputTokens") + count("cacheWriteInputTokens");
    if let Some(cached) = cached {
        response["usage"]["totalTokens"] = json!(if cached { all } else { uncached });
    }
    response
}

/// Where a trace names the model, the response does not say that it is `unknown`.
fn with_a_named_model(mut response: Value) -> Value {
    for (model, trace) in [("/model", "/amazon-bedrock-trace"), ("/additionalModelResponseFields/model", "/trace")] {
        let named = response.pointer(&format!("{trace}/promptRouter")).is_some();
        if let (true, Some(model)) = (named, response.pointer_mut(model).filter(|model| *model == "unknown")) {
            *model = json!("claude-opus-4-8");
        }
    }
    response
}

fn trace() -> BoxedStrategy<Value> {
    let filter =
        json!({"type": "HATE", "confidence": "HIGH", "filterStrength": "HIGH", "action": "BLOCKED", "detected": true});
    let units = json!({"topicPolicyUnits": 1, "contentPolicyUnits": 1, "wordPolicyUnits": 0, "sensitiveInformationPolicyUnits": 0,
        "sensitiveInformationPolicyFreeUnits": 0, "contextualGroundingPolicyUnits": 0});
    let metrics = json!({"guardrailProcessingLatency": 311, "usage": units});
    let topic = json!({"topics": [{"name": "n", "type": "DENY", "action": "BLOCKED"}]});
    let assessment =
        json!({"topicPolicy": topic, "contentPolicy": {"filters": [filter]}, "invocationMetrics": metrics});
    let guardrail = json!({"modelOutput": ["x"], "inputAssessment": {"gr1": assessment}, "outputAssessments": {"gr1": [assessment]}});
    let router = json!({"promptRouter": {"invokedModelId": "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"}});
    let masked = json!({"guardrail": {"actionReason": "No action."}});
    select(vec![json!({"guardrail": guardrail}), router, masked, json!({})]).boxed()
}

/// The use of a tool that a server runs, Anthropic's or another's.
fn server_tool_use(converse: &Grammar) -> BoxedStrategy<Value> {
    let names = select(vec!["web_search", "code_execution", "tool_search_tool_bm25", "nova_code_interpreter"]);
    (converse.definition("ToolUseId"), names, generate::object())
        .prop_map(|(id, name, input)| json!({"toolUseId": id, "name": name, "input": input, "type": "server_tool_use"}))
        .boxed()
}

const SERVER_TOOL_RESULTS: [&str; 6] = [
    "WebSearchToolResultBlock",
    "WebFetchToolResultBlock",
    "CodeExecutionToolResultBlock",
    "BashCodeExecutionToolResultBlock",
    "TextEditorCodeExecutionToolResultBlock",
    "ToolSearchToolResultBlock",
];

/// What a tool that a server runs has answered, mostly in Anthropic's form.
fn server_tool_result(messages: &Grammar) -> BoxedStrategy<Value> {
    let blocks = Union::new(SERVER_TOOL_RESULTS.map(|name| messages.definition(name)));
    (blocks, 0..12_u8, generate::json())
        .prop_map(|(block, form, other)| {
            let id: String = block["tool_use_id"].as_str().unwrap().chars().take(64).collect();
            let content = json!([{"json": {"content": block["content"]}}]);
            let mut result = json!({"toolUseId": id, "type": block["type"], "content": content});
            match form {
                0 => result["content"] = json!([]),
                1 => result["content"] = json!([{"json": {"content": other}}]),
                2 => result["content"] = json!([{"json": other}]),
                3 => result["type"] = json!("nova_grounding_result"),
                4 => result["status"] = json!("success"),
                5 => result["content"].as_array_mut().unwrap().push(json!({"text": "x"})),
                _ => {}
            }
            result
        })
        .boxed()
}

/// What `additionalModelResponseFields` may hold: members of a Messages response, where they fit and where they do not, others,
/// and no object at all.
fn additional(messages: &Grammar) -> BoxedStrategy<Value> {
    let member = |name: &str| {
        let fitting = messages.strategy(&messages_schema()["properties"][name]);
        prop_oneof![9 => fitting, 1 => unfitting()].boxed()
    };
    let carried = ["id", "model", "stop_sequence", "stop_reason", "stop_details", "container", "diagnostics"];
    let others = ["role", "type", "content", "novel"];
    let delta = select(vec![
        json!({"stop_sequence": "x"}),
        json!({"stop_sequence": null}),
        json!({"stop_sequence": "x", "novel": 1}),
        json!({"stop_sequence": 1}),
        json!({}),
    ]);
    let parts = carried.map(|name| generate::present(name, 0.2, member(name))).into_iter();
    let parts = parts.chain(others.map(|name| generate::present(name, 0.04, generate::json().boxed())));
    let parts = parts.chain([
        generate::present("usage", 0.25, carried_usage(messages)),
        generate::present("delta", 0.1, delta.boxed()),
    ]);
    let object = (parts.collect::<Vec<_>>(), 0..8_usize).prop_map(generate::turned);
    prop_oneof![24 => object, 1 => unfitting()].boxed()
}

fn carried_usage(messages: &Grammar) -> BoxedStrategy<Value> {
    let properties = messages_schema()["$defs"]["Usage"]["properties"].as_object().unwrap();
    let part = |(name, schema): (&String, &'static Value)| {
        let carried = ["output_tokens_details", "server_tool_use", "inference_geo", "speed"].contains(&name.as_str());
        let value = prop_oneof![9 => messages.strategy(schema), 1 => unfitting()];
        generate::present(name, if carried { 0.4 } else { 0.04 }, value.boxed())
    };
    (properties.iter().map(part).collect::<Vec<_>>(), 0..8_usize).prop_map(generate::turned).boxed()
}

/// What none of Anthropic's members is.
fn unfitting() -> BoxedStrategy<Value> {
    prop_oneof![Just(json!(0.5)), vec(Just(json!(1)), 1..3).prop_map(Value::from), Just(json!(true))].boxed()
}

/// The response without what is lost on its way to Converse, or is not Claude's but Bedrock's.
fn representable(mut response: Value) -> Value {
    let response_members = response.as_object_mut().unwrap();
    response_members.retain(|name, _| !name.starts_with("amazon-bedrock-"));
    if response_members.get("stop_reason").is_none_or(Value::is_null) {
        response_members.insert("stop_reason".to_owned(), json!("end_turn"));
    }
    if response["usage"]["service_tier"] == "batch" {
        response["usage"]["service_tier"] = json!("standard");
    }
    let blocks = response["content"].as_array_mut().unwrap();
    blocks.retain(|block| block["type"] != "container_upload");
    for block in blocks {
        let block = block.as_object_mut().unwrap();
        block.retain(|name, _| name != "caller" && name != "toolset_name");
        for name in ["id", "tool_use_id"] {
            if let Some(Value::String(id)) = block.get_mut(name) {
                id.truncate(64);
            }
        }
        for citation in block.get_mut("citations").and_then(Value::as_array_mut).into_iter().flatten() {
            let citation = citation.as_object_mut().unwrap();
            citation.shift_remove("file_id");
            if let Some(index) = citation.get_mut("encrypted_index") {
                *index = json!("");
            }
        }
    }
    response
}
