//! What streams add up to.

use std::time::Instant;

use converse_messages::wire::{Json, Map, Wire as _};
use converse_messages::{ErrorKind, converse, messages};
use cpu_time::ThreadTime;
use serde_json::{Value, json};

use crate::adding_up::{add_up_converse, add_up_messages};

fn converse_stream(events: &[Value]) -> String {
    let start = json!({"messageStart": {"role": "assistant", "p": "ab"}});
    let stop = json!({"messageStop": {"stopReason": "end_turn", "p": "ab"}});
    Value::from([&[start], events, &[stop]].concat()).to_string()
}

fn converse_content(events: &[Value]) -> Value {
    let response = add_up_converse(&converse_stream(events)).unwrap();
    serde_json::to_value(response).unwrap()["output"]["message"]["content"].take()
}

fn delta(index: i64, delta: &Value) -> Value {
    json!({"contentBlockDelta": {"contentBlockIndex": index, "delta": delta, "p": "ab"}})
}

fn stop(index: i64) -> Value {
    json!({"contentBlockStop": {"contentBlockIndex": index}})
}

fn tool(index: i64) -> Value {
    json!({"contentBlockStart": {"contentBlockIndex": index, "start": {"toolUse": {"toolUseId": "t", "name": "n"}}}})
}

#[test]
fn an_index_that_never_began_and_had_no_delta_is_nothing() {
    assert_eq!(converse_content(&[stop(0), delta(1, &json!({"text": ""})), stop(1), stop(7)]), json!([{"text": ""}]));
}

#[test]
fn deltas_of_every_kind_are_joined() {
    let reasoning = |part: Value| json!({"reasoningContent": part});
    let citation = json!({"title": "T", "location": {"web": {"url": "u"}}});
    let result = json!({"contentBlockStart": {"contentBlockIndex": 5, "start": {"toolResult": {"toolUseId": "t", "type": "x_result", "status": "success"}}}});
    let image = json!({"contentBlockStart": {"contentBlockIndex": 6, "start": {"image": {"format": "png"}}}});
    let events = [
        delta(0, &reasoning(json!({"text": "a"}))),
        delta(0, &reasoning(json!({"text": "b"}))),
        delta(0, &reasoning(json!({"signature": "s"}))),
        delta(0, &reasoning(json!({"signature": "t"}))),
        delta(1, &reasoning(json!({"redactedContent": "AQ=="}))),
        delta(1, &reasoning(json!({"redactedContent": "AgM="}))),
        delta(1, &reasoning(json!({"redactedContent": "BAUGBwg="}))),
        delta(2, &json!({ "citation": citation })),
        delta(2, &json!({"text": "c"})),
        delta(3, &json!({"text": "d"})),
        tool(4),
        delta(3, &json!({ "citation": citation })),
        delta(4, &json!({"toolUse": {"input": ""}})),
        delta(4, &json!({"toolUse": {"input": "{\"z\": 1.50, "}})),
        delta(3, &json!({"text": "e"})),
        delta(4, &json!({"toolUse": {"input": "\"a\": []}"}})),
        result,
        delta(5, &json!({"toolResult": [{"text": "f"}]})),
        delta(5, &json!({"toolResult": [{"json": {"g": 1}}, {"text": "h"}]})),
        image,
        delta(6, &json!({"image": {"source": {"bytes": "AQ=="}}})),
        delta(6, &json!({"image": {"source": {"bytes": "Ag=="}}})),
    ];
    let expected = json!([
        {"reasoningContent": {"reasoningText": {"text": "ab", "signature": "st"}}},
        {"reasoningContent": {"redactedContent": "AQIDBAUGBwg="}},
        {"citationsContent": {"content": [{"text": "c"}], "citations": [citation]}},
        {"citationsContent": {"content": [{"text": "de"}], "citations": [citation]}},
        {"toolUse": {"toolUseId": "t", "name": "n", "input": {"z": 1.50, "a": []}}},
        {"toolResult": {"toolUseId": "t", "content": [{"text": "f"}, {"json": {"g": 1}}, {"text": "h"}], "status": "success", "type": "x_result"}},
        {"image": {"format": "png", "source": {"bytes": "AQI="}}},
    ]);
    assert_eq!(converse_content(&events), expected);
}

#[test]
fn what_stands_beside_the_content_stands_beside_it() {
    let metadata = json!({"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}, "metrics": {"latencyMs": 4}, "p": "ab",
        "trace": {"a": 1}, "performanceConfig": {"latency": "optimized"}, "serviceTier": {"type": "flex"}, "novel": 1});
    let last = json!({"messageStop": {"stopReason": "tool_use", "additionalModelResponseFields": {"b": 2}, "p": ""}});
    let events = json!([{"messageStart": {"role": "assistant"}}, last, {"metadata": metadata}]);
    let response = serde_json::to_value(add_up_converse(&events.to_string()).unwrap()).unwrap();
    let expected = json!({"output": {"message": {"role": "assistant", "content": []}}, "stopReason": "tool_use",
        "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}, "metrics": {"latencyMs": 4},
        "additionalModelResponseFields": {"b": 2}, "trace": {"a": 1}, "performanceConfig": {"latency": "optimized"},
        "serviceTier": {"type": "flex"}, "novel": 1});
    assert_eq!(response, expected);
}

#[test]
fn a_tools_input_that_is_not_json_is_told_at_the_end_with_its_block() {
    let events = [tool(0), delta(0, &json!({"toolUse": {"input": "{\"a\": [1, }"}})), stop(0), tool(1), stop(1)];
    let error = add_up_converse(&converse_stream(&events)).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::InvalidJson, "/1/contentBlockStart/start/toolUse"));
    assert_eq!(error.message(), "/a/1: a character that cannot stand here, at byte 10 of the text");
    let events = messages_stream(
        json!([]),
        &[
            block(3, &json!({"type": "server_tool_use", "id": "t", "name": "web_search", "input": {}})),
            input(3, "{\"a\": tru"),
            json!({"type": "content_block_stop", "index": 3}),
        ],
    );
    let error = add_up_messages(&events).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::InvalidJson, "/1/content_block"));
    assert_eq!(error.message(), "/a: the text ends too early, at byte 9 of the text");
}

#[test]
fn the_response_so_far_is_seen_after_every_event() {
    let mut accumulator = converse::Accumulator::new();
    let events = [
        json!({"messageStart": {"role": "assistant"}}),
        delta(0, &json!({"text": "Hel"})),
        tool(1),
        delta(1, &json!({"toolUse": {"input": "{\"a\": 1, \"b\": \"c"}})),
    ];
    for event in &events {
        accumulator.push(serde_json::from_value(event.clone()).unwrap()).unwrap();
    }
    assert!(
        accumulator
            .response()
            .to_json()
            .contains(r#"[{"text":"Hel"},{"toolUse":{"toolUseId":"t","name":"n","input":{}}}]"#)
    );
    assert!(accumulator.input(0).is_none() && accumulator.input(2).is_none());
    let input = accumulator.input(1).unwrap();
    assert_eq!(input.complete().map(Json::into_string).as_deref(), Some(r#"{"a":1}"#));
    assert_eq!(input.with_open_string().map(Json::into_string).as_deref(), Some(r#"{"a":1,"b":"c"}"#));
    let end = serde_json::from_value(delta(1, &json!({"toolUse": {"input": "\"}"}}))).unwrap();
    accumulator.push(end).unwrap();
    accumulator.push(serde_json::from_value(stop(1)).unwrap()).unwrap();
    assert!(accumulator.input(1).is_none());
    assert!(accumulator.response().to_json().contains(r#""input":{"a":1,"b":"c"}"#));
}

#[test]
fn an_error_of_the_service_is_an_error_that_stays() {
    let event = json!({"throttlingException": {"message": "secret"}});
    let events = json!([{"messageStart": {"role": "assistant"}}, event]).to_string();
    let error = add_up_converse(&events).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::StreamFailed, "/1/throttlingException"));
    assert!(!error.to_string().contains("secret"));
    let mut accumulator = messages::Accumulator::new();
    let event = json!({"type": "error", "error": {"type": "overloaded_error", "message": "secret"}});
    let error = accumulator.push(serde_json::from_value(event).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "/0: the service has ended the stream with this: overloaded_error");
    assert_eq!(accumulator.push(messages::StreamEvent::Ping(messages::PingEvent::default())).unwrap_err(), error);
    assert_eq!(accumulator.finish().unwrap_err(), error);
}

#[test]
fn a_stream_without_its_end_is_an_error() {
    for events in ["[]", r#"[{"messageStart": {"role": "assistant"}}]"#] {
        assert_eq!(add_up_converse(events).unwrap_err().kind(), ErrorKind::StreamOrder);
    }
    let events = messages_stream(json!([]), &[]);
    let cut = events.replace(r#",{"type":"message_stop"}"#, "");
    assert_eq!(add_up_messages(&cut).unwrap_err().kind(), ErrorKind::StreamOrder);
    add_up_messages(&events).unwrap();
}

fn messages_stream(content: Value, events: &[Value]) -> String {
    let start = json!({"type": "message_start", "message": {"id": "m", "type": "message", "role": "assistant", "model": "c",
        "content": content, "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 9, "output_tokens": 8}}});
    Value::from([&[start], events, &[json!({"type": "message_stop"})]].concat()).to_string()
}

fn block(index: i64, block: &Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn input(index: i64, part: &str) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": {"type": "input_json_delta", "partial_json": part}})
}

#[test]
fn usage_is_cumulative_and_may_go_down() {
    let told = |usage: Value| json!({"type": "message_delta", "delta": {"stop_reason": null, "stop_sequence": null}, "usage": usage});
    let events = [
        told(json!({"output_tokens": 20, "cache_read_input_tokens": 5})),
        told(json!({"output_tokens": 3, "input_tokens": 0})),
    ];
    let usage = add_up_messages(&messages_stream(json!([]), &events)).unwrap().usage;
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens), (0, 3, Some(5)));
}

#[test]
fn blocks_stand_behind_those_of_the_start_and_a_tools_input_is_that_of_its_deltas() {
    let tool = |input: Value| json!({"type": "tool_use", "id": "t", "name": "n", "input": input});
    let mcp = json!({"type": "mcp_tool_use", "id": "t", "name": "n", "server_name": "s", "input": {}});
    let events = [
        block(0, &tool(json!({"a": 1}))),
        block(1, &tool(json!({"a": 1}))),
        input(1, " \n"),
        block(2, &tool(json!({"a": 1}))),
        input(2, "{\"b\": 2}"),
        block(3, &mcp),
        input(3, "{\"c\": 3}"),
    ];
    let response = add_up_messages(&messages_stream(json!([{"type": "text", "text": "Hi"}]), &events)).unwrap();
    let content = serde_json::to_value(response).unwrap()["content"].take();
    let inputs: Vec<&Value> = content.as_array().unwrap().iter().map(|block| &block["input"]).collect();
    assert_eq!(inputs, [&json!(null), &json!({"a": 1}), &json!({"a": 1}), &json!({"b": 2}), &json!({"c": 3})]);
}

#[test]
fn what_is_told_again_keeps_its_place() {
    let told = |delta: Value, usage: Value| json!({"type": "message_delta", "delta": delta, "usage": usage});
    let events = [
        told(json!({"a": 1, "b": 2, "c": 3}), json!({"output_tokens": 1, "x": 1, "y": 2})),
        told(json!({"d": 4, "b": 5, "id": "other"}), json!({"output_tokens": 1, "x": 3})),
        told(json!({"c": 6, "a": 7}), json!({"output_tokens": 1, "z": 4})),
    ];
    let response = add_up_messages(&messages_stream(json!([]), &events)).unwrap();
    let members =
        |map: &Map<Json>| map.iter().map(|(name, value)| format!("{name} {}", value.as_str())).collect::<Vec<_>>();
    assert_eq!(members(&response.unknown), ["a 7", "b 5", "c 6", "d 4"]);
    assert_eq!(members(&response.usage.unknown), ["x 3", "y 2", "z 4"]);
}

/// Tells that many members, of the delta and of the usage, twice: in two events, or each in an event of its own.
fn members_told(count: usize, at_once: bool) -> Vec<messages::StreamEvent> {
    let event = |numbers: std::ops::Range<usize>| {
        let members: Map<Json> = numbers.map(|number| (format!("m{number}"), Json::parse("1").unwrap())).collect();
        let delta = messages::MessageDelta { unknown: members.clone(), ..Default::default() };
        let usage = messages::MessageDeltaUsage { unknown: members, ..Default::default() };
        let event = messages::MessageDeltaEvent { delta, usage, ..Default::default() };
        messages::StreamEvent::MessageDelta(Box::new(event))
    };
    let once: Vec<_> =
        if at_once { vec![event(0..count)] } else { (0..count).map(|number| event(number..number + 1)).collect() };
    [once.clone(), once].concat()
}

#[test]
fn members_that_nobody_knows_add_up_in_linear_time() {
    let added = |events: &[messages::StreamEvent]| {
        let mut accumulator = messages::Accumulator::new();
        accumulator.push(messages::StreamEvent::MessageStart(Box::default())).unwrap();
        let events = events.to_vec();
        let start = ThreadTime::now();
        for event in events {
            accumulator.push(event).unwrap();
        }
        start.elapsed()
    };
    for at_once in [true, false] {
        let (few, many) = (members_told(10_000, at_once), members_told(40_000, at_once));
        // By turns, so that what slows the processor down slows down both; the quickest run counts.
        let (few, many): (Vec<_>, Vec<_>) = (0..5).map(|_| (added(&few), added(&many))).unzip();
        let (few, many) = (few.iter().min().unwrap(), many.iter().min().unwrap());
        assert!(*many < *few * 9, "{few:?} for some, {many:?} for four times as many, at once: {at_once}");
    }
}

#[test]
fn a_long_stream_adds_up_in_linear_time() {
    let start = Instant::now();
    let mut accumulator = converse::Accumulator::new();
    accumulator.push(serde_json::from_value(json!({"messageStart": {"role": "assistant"}})).unwrap()).unwrap();
    accumulator.push(serde_json::from_value(tool(1)).unwrap()).unwrap();
    let mut deltas = vec![delta(1, &json!({"toolUse": {"input": "["}}))];
    deltas.extend(
        [json!({"text": "a"}), json!({"reasoningContent": {"redactedContent": "AQ=="}})]
            .iter()
            .enumerate()
            .map(|(place, part)| delta(i64::try_from(place).unwrap() * 2, part)),
    );
    deltas.push(delta(1, &json!({"toolUse": {"input": "1,"}})));
    let deltas: Vec<converse::StreamEvent> = serde_json::from_value(deltas.into()).unwrap();
    accumulator.push(deltas[0].clone()).unwrap();
    for _ in 0..200_000 {
        for delta in &deltas[1..] {
            accumulator.push(delta.clone()).unwrap();
        }
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(20), "took {:?}", start.elapsed());
}
