//! Streams of both formats, built from a fuzzer's choices: events in any order, mostly where they belong, often odd.

use arbitrary::Unstructured;
use serde_json::{Value, json};

type Choices<'a> = Unstructured<'a>;

fn below(u: &mut Choices<'_>, end: usize) -> usize {
    usize::from(u.arbitrary::<u8>().unwrap_or_default()) % end
}

fn one_of<'t, T>(u: &mut Choices<'_>, options: &'t [T]) -> &'t T {
    &options[below(u, options.len())]
}

fn piece(u: &mut Choices<'_>) -> Value {
    json!(one_of(
        u,
        &["", "a", "Hi ", "é", "{", "}", "{\"a\":", "[1,2]", "\"b\"", "1", ",", "null", "\n", "{}", "\\u00"]
    ))
}

fn index(u: &mut Choices<'_>) -> i64 {
    *one_of(u, &[0, 0, 0, 1, 1, 2, -1, 7])
}

/// A JSON document that is an array of events already, or events made of the bytes.
pub fn or_parsed(bytes: &[u8], make: impl FnOnce(&mut Choices<'_>) -> Value) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if serde_json::from_str::<Vec<Value>>(text).is_ok() => text.to_owned(),
        _ => make(&mut Unstructured::new(bytes)).to_string(),
    }
}

/// Events of a Converse stream.
pub fn converse(u: &mut Choices<'_>) -> Value {
    let mut events = vec![json!({"messageStart": {"role": "assistant"}})];
    while !u.is_empty() && events.len() < 48 {
        events.push(converse_event(u));
    }
    if below(u, 4) != 0 {
        events.push(json!({"messageStop": {"stopReason": "end_turn"}}));
    }
    events.into()
}

fn converse_event(u: &mut Choices<'_>) -> Value {
    let index = index(u);
    match below(u, 16) {
        0..8 => json!({"contentBlockDelta": {"contentBlockIndex": index, "delta": converse_delta(u), "p": "abc"}}),
        8..11 => json!({"contentBlockStart": {"contentBlockIndex": index, "start": converse_start(u)}}),
        11..14 => json!({"contentBlockStop": {"contentBlockIndex": index}}),
        14 => json!({"messageStop": {"stopReason": one_of(u, &["tool_use", "guardrail_intervened", "novel"]),
            "additionalModelResponseFields": one_of(u, &[json!(null), json!({"stop_sequence": "x", "id": "y"}), json!([])])}}),
        _ => one_of(
            u,
            &[
                json!({"metadata": {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}, "metrics": {"latencyMs": 4}}}),
                json!({"throttlingException": {"message": "no"}}),
                json!({"messageStart": {"role": "user"}}),
                json!({"novel": {}}),
            ],
        )
        .clone(),
    }
}

fn converse_start(u: &mut Choices<'_>) -> Value {
    let tool = |name: &str, kind: Option<&str>| json!({"toolUse": {"toolUseId": "t.1", "name": name, "type": kind}});
    match below(u, 8) {
        0..3 => tool("t", None),
        3 => tool("web_search", Some("server_tool_use")),
        4 => tool("novel", Some(one_of(u, &["server_tool_use", "tool_use", "novel"]))),
        5 => json!({"toolResult": {"toolUseId": "t.1", "type": "web_search_tool_result"}}),
        6 => json!({"toolResult": {"toolUseId": "t.1", "status": "error"}}),
        _ => one_of(u, &[json!({"image": {"format": "png"}}), json!({"novel": {}})]).clone(),
    }
}

fn converse_delta(u: &mut Choices<'_>) -> Value {
    match below(u, 12) {
        0..3 => json!({"text": piece(u)}),
        3..6 => json!({"toolUse": {"input": piece(u)}}),
        6 => json!({"reasoningContent": {"text": piece(u)}}),
        7 => json!({"reasoningContent": {"signature": piece(u)}}),
        8 => json!({"reasoningContent": {"redactedContent": one_of(u, &["", "QQ==", "w6k=", "w6", "w6kK", "/w=="])}}),
        9 => json!({"toolResult": one_of(u, &[json!([]), json!([{"json": {"content": []}}]), json!([{"text": "a"}])])}),
        10 => json!({"citation": one_of(u, &[json!({}), json!({"title": "T", "sourceContent": [{"text": "a"}],
            "location": {"documentChar": {"documentIndex": 0, "start": 0, "end": 1}}})])}),
        _ => one_of(
            u,
            &[
                json!({"image": {"source": {"bytes": "AAAA"}}}),
                json!({"novel": 1}),
                json!({"reasoningContent": {"novel": 1}}),
            ],
        )
        .clone(),
    }
}

/// Events of a Messages stream.
pub fn messages(u: &mut Choices<'_>) -> Value {
    let content = one_of(u, &[json!([]), json!([]), json!([]), json!([{"type": "text", "text": "Hi"}])]).clone();
    let mut events = vec![
        json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "m",
        "content": content, "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 1, "output_tokens": 1, "service_tier": "batch"}}}),
    ];
    while !u.is_empty() && events.len() < 48 {
        events.push(messages_event(u));
    }
    if below(u, 4) != 0 {
        events.push(json!({"type": "message_stop"}));
    }
    events.into()
}

fn messages_event(u: &mut Choices<'_>) -> Value {
    let index = index(u);
    match below(u, 16) {
        0..6 => json!({"type": "content_block_delta", "index": index, "delta": messages_delta(u)}),
        6..10 => json!({"type": "content_block_start", "index": index, "content_block": messages_block(u)}),
        10..13 => json!({"type": "content_block_stop", "index": index}),
        13 => {
            json!({"type": "message_delta", "delta": {"stop_reason": one_of(u, &[json!(null), json!("end_turn"), json!("novel")]), "novel": 1},
            "usage": {"output_tokens": 7, "input_tokens": one_of(u, &[json!(null), json!(0), json!(-1)])}, "amazon-bedrock-guardrailAction": "INTERVENED"})
        }
        14 => json!({"type": "ping"}),
        _ => one_of(
            u,
            &[
                json!({"type": "message_stop", "amazon-bedrock-invocationMetrics": {"invocationLatency": 5}}),
                json!({"type": "error", "error": {"type": "overloaded_error", "message": "no"}}),
                json!({"type": "novel"}),
            ],
        )
        .clone(),
    }
}

fn messages_block(u: &mut Choices<'_>) -> Value {
    match below(u, 8) {
        0..2 => json!({"type": "text", "text": piece(u)}),
        2 => json!({"type": "thinking", "thinking": piece(u), "signature": piece(u)}),
        3 => json!({"type": "redacted_thinking", "data": piece(u)}),
        4 => json!({"type": "tool_use", "id": "toolu_1", "name": "t", "input": {}}),
        5 => json!({"type": "tool_use", "id": "toolu_1", "name": "t", "input": {"a": 1}}),
        6 => json!({"type": "server_tool_use", "id": "x.1", "name": "web_search", "input": {}}),
        _ => one_of(
            u,
            &[
                json!({"type": "web_search_tool_result", "tool_use_id": "x", "content": []}),
                json!({"type": "container_upload", "file_id": "f"}),
                json!({"type": "mcp_tool_use", "id": "x", "name": "y", "server_name": "z", "input": {}}),
            ],
        )
        .clone(),
    }
}

fn messages_delta(u: &mut Choices<'_>) -> Value {
    match below(u, 8) {
        0..2 => json!({"type": "text_delta", "text": piece(u)}),
        2..4 => json!({"type": "input_json_delta", "partial_json": piece(u)}),
        4 => json!({"type": "thinking_delta", "thinking": piece(u)}),
        5 => json!({"type": "signature_delta", "signature": piece(u)}),
        6 => {
            json!({"type": "citations_delta", "citation": {"type": one_of(u, &["novel", "web_search_result_location"]),
            "cited_text": "a", "encrypted_index": "", "title": null, "url": "u"}})
        }
        _ => json!({"type": "novel"}),
    }
}
