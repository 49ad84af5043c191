//! Bugs that were found once and must not come back.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use converse_messages::wire::{Json, Raw, Wire as _};
use converse_messages::{ErrorKind, Options, Policy, converse, count_tokens, invoke, messages, request};
use cpu_time::ThreadTime;
use serde_json::{Value, json};

fn allow() -> Options {
    Options { loss: Policy::Allow, ..Options::default() }
}

/// Four times the input takes four times as long; sixteen times, if time grows with its square.
fn in_linear_time(count: usize, source: impl Fn(usize) -> Value) {
    let sources = [count, 4 * count].map(|count| source(count).to_string());
    let mut times = [Duration::MAX; 2];
    // By turns, so that what slows the processor down slows down both; the quickest run counts.
    for _ in 0..5 {
        for (source, time) in sources.iter().zip(&mut times) {
            let run = timed(|| drop(request::to_converse_json(source.as_bytes(), &allow()).unwrap()));
            *time = run.min(*time);
        }
        if times[1] < times[0] * 8 {
            return;
        }
    }
    panic!("{times:?}");
}

/// The processor's time, of which other programs take none.
fn timed(run: impl FnOnce()) -> Duration {
    let start = ThreadTime::now();
    run();
    start.elapsed()
}

/// The shortest of a few runs.
fn quickest(run: impl Fn()) -> Duration {
    (0..5).map(|_| timed(&run)).min().unwrap_or_default()
}

fn to_converse(request: &Value) -> (Value, Vec<String>) {
    let converted = request::to_converse_json(request.to_string().as_bytes(), &allow()).unwrap();
    let paths = converted.losses.into_iter().map(|loss| loss.path).collect();
    (serde_json::from_str(&converted.value).unwrap(), paths)
}

#[test]
fn many_typed_tools_take_linear_time() {
    let tool = json!({"type": "web_search_20250305", "name": "web_search"});
    in_linear_time(
        2000,
        |count| json!({"model": "claude-x", "max_tokens": 1, "messages": [], "tools": vec![tool.clone(); count]}),
    );
}

#[test]
fn many_titles_that_begin_alike_take_linear_time() {
    let block = |title: String| json!({"type": "document", "title": title, "source": {"type": "text", "media_type": "text/plain", "data": "x"}});
    let source = |count| {
        let titles = (0..count).map(|number| format!("{}{number:04}", "a".repeat(196)));
        let blocks: Vec<_> = titles.flat_map(|title| [block(title.clone()), block(title)]).collect();
        json!({"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": blocks}]})
    };
    in_linear_time(100, source);
    let (value, _) = to_converse(&source(1000));
    let blocks = value["messages"][0]["content"].as_array().unwrap();
    let names: std::collections::BTreeSet<_> =
        blocks.iter().map(|block| block["document"]["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 2000);
    assert!(names.iter().all(|name| name.len() <= 200));
}

#[test]
fn many_betas_under_both_names_take_linear_time() {
    let betas = |prefix: &str, count| (0..count).map(|number| format!("{prefix}{number}")).collect::<Vec<_>>();
    in_linear_time(
        500,
        |count| json!({"model": "claude-x", "max_tokens": 1, "messages": [], "anthropic_beta": betas("a", count), "betas": betas("b", count)}),
    );
}

#[test]
fn a_cache_point_that_had_only_tools_to_stand_behind_is_reported_when_they_are_left_out() {
    let source = json!({
        "model": "amazon.nova-pro-v1:0", "max_tokens": 1, "tool_choice": {"type": "none"},
        "tools": [{"name": "t", "input_schema": {"type": "object"}}],
        "messages": [{"role": "user", "content": [
            {"type": "document", "title": "d", "source": {"type": "text", "media_type": "text/plain", "data": "x"}, "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": "t"}]}],
    });
    let (value, losses) = to_converse(&source);
    assert!(!value.to_string().contains("cachePoint"));
    assert!(losses.contains(&"/messages/0/content/0/cache_control".to_owned()), "{losses:?}");
}

#[test]
fn a_request_with_a_token_count_in_it_is_still_a_request() {
    let source = br#"{"model": "m", "messages": [{"role": "user", "content": "Hi"}], "input_tokens": 5}"#;
    let converted = count_tokens::to_converse_json(source, &allow()).unwrap();
    assert!(converted.value.contains(r#""messages":[{"role":"user""#), "{}", converted.value);
}

#[test]
fn deep_types_are_refused_whatever_the_option_allows() {
    let (open, close) = (r#"[{"type":"tool_result","tool_use_id":"a","content":"#, "}]");
    let content = format!("{}\"x\"{}", open.repeat(100_000), close.repeat(100_000));
    let source = format!(r#"{{"model":"m","max_tokens":1,"messages":[{{"role":"user","content":{content}}}]}}"#);
    let options = Options { max_depth: 1_000_000, ..allow() };
    let error = request::to_converse_json(source.as_bytes(), &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooDeep);
}

#[test]
fn deep_free_form_json_is_taken_when_the_option_allows_it() {
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let source = format!(r#"{{"modelId":"claude-x","messages":[],"additionalModelRequestFields":{{"deep":{deep}}}}}"#);
    assert_eq!(request::to_messages_json(source.as_bytes(), &allow()).unwrap_err().kind(), ErrorKind::TooDeep);
    let options = Options { max_depth: 1000, ..allow() };
    assert!(request::to_messages_json(source.as_bytes(), &options).unwrap().value.contains(&deep));
}

#[test]
fn texts_of_losses_show_only_names_that_are_names() {
    let source = br#"{"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": [{"type": "my secret \u001b[31m diary"}]}]}"#;
    let converted = request::to_converse_json(source, &allow()).unwrap();
    assert!(converted.losses.iter().all(|loss| !loss.message.contains("secret")));
}

#[test]
fn a_number_that_json_does_not_have_is_refused_and_never_written() {
    let mut source = converse::Request::new("m");
    source.inference_config =
        Some(converse::InferenceConfiguration { temperature: Some(f64::NAN), ..Default::default() });
    let error = request::to_messages(source, &Options::default()).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::OutOfRange, "/inferenceConfig/temperature"));
}

#[test]
fn thinking_under_both_of_its_names_comes_back() {
    let thinking = json!({"type": "enabled", "budget_tokens": 1024});
    let source = json!({"model": "claude-x", "max_tokens": 1, "messages": [], "thinking": thinking, "reasoning_config": thinking});
    let (value, losses) = to_converse(&source);
    assert_eq!(losses, ["/reasoning_config"]);
    assert!(request::to_messages_json(value.to_string().as_bytes(), &allow()).is_ok());
}

#[test]
fn the_types_read_and_write_through_serde_too() {
    let text =
        r#"{"role":"user","content":[{"type":"tool_use","id":"a","name":"t","input":{"z":1,"a":[1.5,null,true]}}]}"#;
    let message: messages::Message = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&message).unwrap(), text);
    assert_eq!(serde_json::from_value::<messages::Message>(serde_json::to_value(&message).unwrap()).unwrap(), message);
    assert!(
        serde_json::from_str::<messages::Message>(r#"{"role":"user"}"#).unwrap_err().to_string().contains("content")
    );
}

#[test]
fn exact_numbers_survive_serde_json_on_the_way_out() {
    let json: Json = r#"{"a":12345678901234567890123,"b":1e2,"c":1.0,"d":-0}"#.parse().unwrap();
    assert_eq!(serde_json::to_string(&json).unwrap(), json.as_str());
}

/// Arrays around a value.
fn nested(levels: usize, value: &str) -> Json {
    let json = format!("{}{value}{}", "[".repeat(levels), "]".repeat(levels));
    Json::from_json_within(json.as_bytes(), usize::MAX).unwrap()
}

#[test]
fn free_form_json_that_nests_deep_is_an_error_for_serde_not_an_overflow() {
    assert_eq!(serde_json::to_string(&nested(128, "")).unwrap(), nested(128, "").as_str());
    for levels in [129, 100_000] {
        let error = serde_json::to_string(&nested(levels, "")).unwrap_err();
        assert_eq!(error.to_string(), "nested deeper than 128 levels");
    }
    let value = |levels| (1..levels).fold(json!([]), |value, _| json!([value]));
    assert_eq!(serde_json::from_value::<Json>(value(128)).unwrap(), nested(128, ""));
    let error = serde_json::from_value::<Json>(value(129)).unwrap_err();
    assert_eq!(error.to_string(), "nested deeper than 128 levels");
}

#[test]
fn free_form_json_takes_serde_as_long_at_the_top_as_deep_down() {
    let numbers = json!(vec![12.5; 20_000]).to_string();
    let times = [1, 120].map(|levels| {
        let json = nested(levels, &numbers);
        quickest(|| drop(serde_json::to_string(&json).unwrap()))
    });
    assert!(times[1] < times[0] * 3, "{times:?}");
}

#[test]
fn text_that_looks_like_json_survives_serde_json() {
    let json: Json = r#"{"\"":"\u00e9\\\"","[":["]",{},[],""," , : "],"null":null,"t":[true,false]}"#.parse().unwrap();
    let written = serde_json::to_string(&json).unwrap();
    assert_eq!(written, json.as_str().replace("\\u00e9", "é"));
    assert_eq!(serde_json::to_value(&json).unwrap(), json.to_value().unwrap());
}

#[test]
fn borrowed_leaves_made_by_a_conversion_can_be_converted_again() {
    let source = br#"{"model":"claude-x","max_tokens":1,"messages":[],"thinking":{"type":"disabled"},"top_k":5}"#;
    let source = messages::Request::<Raw>::from_json(source).unwrap();
    let there = request::to_converse(source.clone(), &allow()).unwrap().value;
    assert_eq!(request::to_messages(there, &allow()).unwrap().value, source);
}

#[test]
fn a_header_in_two_spellings_is_a_collision_towards_both_formats() {
    let source = br#"{"model_id": "m", "headers": {"X-Amzn-Bedrock-Service-Tier": "default", "x-amzn-bedrock-service-tier": "flex"},
        "body": {"max_tokens": 1, "messages": []}}"#;
    let read = || messages::InvokeModel::<Raw>::from_json(source).unwrap();
    let errors =
        [invoke::to_messages(read(), &allow()).unwrap_err(), invoke::to_converse(read(), &allow()).unwrap_err()];
    for error in errors {
        assert_eq!((error.kind(), error.path()), (ErrorKind::Collision, "/headers/x-amzn-bedrock-service-tier"));
    }
}
