//! Strategies for streams of both APIs, as arrays of events: in order, interleaved, and ended early.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::generate::{json, text};

/// Valid Converse streams: one block after the other.
pub fn converse() -> BoxedStrategy<Value> {
    (vec(converse_block(), 0..5), converse_end())
        .prop_map(|(blocks, end)| {
            let blocks = blocks.into_iter().enumerate().flat_map(|(index, block)| placed(block, index));
            let events = [json!({"messageStart": {"role": "assistant"}})].into_iter().chain(blocks);
            events.chain(end).collect()
        })
        .prop_flat_map(padded)
        .boxed()
}

/// Valid Messages streams: one block after the other.
pub fn messages() -> BoxedStrategy<Value> {
    (message_start(), vec(messages_block(), 0..5), messages_end(), vec(any::<Index>(), 0..3))
        .prop_map(|(start, blocks, end, pings)| {
            let blocks = blocks.into_iter().enumerate().flat_map(|(index, block)| placed(block, index));
            let mut events: Vec<Value> = [start].into_iter().chain(blocks).chain(end).collect();
            for place in pings {
                events.insert(1 + place.index(events.len() - 1), json!({"type": "ping"}));
            }
            events.into()
        })
        .boxed()
}

/// A stream whose blocks, that keep the order of their own events, are mixed with each other.
pub fn interleaved(streams: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    (streams, vec(any::<Index>(), 40))
        .prop_map(|(stream, places)| {
            let mut events = stream.as_array().cloned().unwrap_or_default();
            for (swap, place) in places.iter().enumerate() {
                let at = place.index(events.len().max(2) - 1);
                let (first, second) = (index_of(&events[at]), events.get(at + 1).and_then(index_of));
                if let (Some(first), Some(second)) = (first, second)
                    && first != second
                    && swap % 3 != 2
                {
                    events.swap(at, at + 1);
                }
            }
            events.into()
        })
        .boxed()
}

/// A stream that ends early, or with an error of the service, or goes on when it should not.
pub fn broken(streams: BoxedStrategy<Value>, failures: Vec<Value>) -> BoxedStrategy<Value> {
    (streams, any::<Index>(), option::of(select(failures)), any::<bool>())
        .prop_map(|(stream, place, failure, goes_on)| {
            let mut events = stream.as_array().cloned().unwrap_or_default();
            let rest = events.split_off(place.index(events.len() + 1));
            events.extend(failure);
            events.extend(rest.into_iter().filter(|_| goes_on));
            events.into()
        })
        .boxed()
}

/// The exceptions of a Converse stream.
pub fn exceptions() -> Vec<Value> {
    let names =
        ["internalServer", "modelStreamError", "modelTimeout", "serviceUnavailable", "throttling", "validation"];
    names.map(|name| json!({format!("{name}Exception"): {"message": "no"}})).to_vec()
}

/// Errors of a Messages stream.
pub fn errors() -> Vec<Value> {
    let kinds = ["overloaded_error", "api_error", "rate_limit_error", "invalid_request_error", "timeout_error"];
    kinds.map(|kind| json!({"type": "error", "error": {"type": kind, "message": "no"}})).to_vec()
}

fn index_of(event: &Value) -> Option<i64> {
    let converse = |event: &Value| event.as_object()?.values().next()?.get("contentBlockIndex")?.as_i64();
    event.get("index").and_then(Value::as_i64).or_else(|| converse(event))
}

/// The events of a block, at its index.
fn placed(mut events: Vec<Value>, index: usize) -> Vec<Value> {
    for event in &mut events {
        if event.get("type").is_some() {
            event["index"] = json!(index);
        } else if let Some(event) = event.as_object_mut().and_then(|event| event.values_mut().next()) {
            event["contentBlockIndex"] = json!(index);
        }
    }
    events
}

/// A text in pieces, some of them empty.
fn pieces(text: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<String>> {
    (text, vec(any::<Index>(), 0..4)).prop_map(|(text, places)| {
        let mut places: Vec<usize> = places.iter().map(|place| place.index(text.chars().count() + 1)).collect();
        places.sort_unstable();
        let chars: Vec<char> = text.chars().collect();
        let bounds = std::iter::once(0).chain(places.iter().copied()).zip(places.iter().copied().chain([chars.len()]));
        bounds.map(|(from, to)| chars[from..to].iter().collect()).collect()
    })
}

/// The JSON text of a tool's input, in pieces; or none.
fn input() -> impl Strategy<Value = Vec<String>> {
    let input = || vec(("[a-z]{1,3}", json()), 0..4).prop_map(|members| Value::Object(members.into_iter().collect()));
    let compact = input().prop_map(|input| input.to_string());
    let pretty = input().prop_map(|input| serde_json::to_string_pretty(&input).unwrap());
    let blank = Just(String::new());
    prop_oneof![4 => pieces(compact), 2 => pieces(pretty), 1 => pieces(blank), 1 => Just(Vec::new())]
}

fn signature() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![3 => pieces("[A-Za-z0-9+/]{4,12}"), 1 => Just(Vec::new())]
}

fn tool_id() -> impl Strategy<Value = String> {
    prop_oneof![4 => "tool(u|use)_[a-zA-Z0-9]{4}", 1 => "[a-z]\\.[:a-z]"]
}

fn server_tool() -> impl Strategy<Value = String> {
    select(vec!["web_search", "web_fetch", "code_execution"]).prop_map(str::to_owned)
}

fn server_result() -> impl Strategy<Value = (&'static str, Value)> {
    let found = json!([{"type": "web_search_result", "title": "T", "url": "https://a.b", "encrypted_content": "x", "page_age": null}]);
    select(vec![
        ("web_search_tool_result", json!([])),
        ("web_search_tool_result", found),
        ("web_search_tool_result", json!({"type": "web_search_tool_result_error", "error_code": "unavailable"})),
        (
            "code_execution_tool_result",
            json!({"type": "code_execution_result", "content": [], "return_code": 0, "stderr": "", "stdout": "1\n"}),
        ),
    ])
}

// Converse

fn converse_delta(delta: impl Into<Value>) -> Value {
    json!({"contentBlockDelta": {"delta": delta.into()}})
}

fn converse_stop() -> Value {
    json!({"contentBlockStop": {}})
}

fn converse_block() -> BoxedStrategy<Vec<Value>> {
    let texts = || pieces(text()).prop_map(|texts| texts.into_iter().map(|text| converse_delta(json!({"text": text}))));
    let plain = texts().prop_map(|texts| texts.chain([converse_stop()]).collect());
    let cited = (texts(), vec((any::<Index>(), converse_citation()), 1..3)).prop_map(|(texts, citations)| {
        let mut events: Vec<Value> = texts.collect();
        for (place, citation) in citations {
            events.insert(place.index(events.len() + 1), converse_delta(json!({"citation": citation})));
        }
        events.push(converse_stop());
        events
    });
    let thinking = (pieces(text()), signature()).prop_map(|(texts, signature)| {
        let reasoning = |part: Value| converse_delta(json!({"reasoningContent": part}));
        let texts = texts.into_iter().map(|text| reasoning(json!({"text": text})));
        let signature = signature.into_iter().map(|part| reasoning(json!({"signature": part})));
        texts.chain(signature).chain([converse_stop()]).collect()
    });
    let redacted = vec(blob(), 1..4).prop_map(|parts| {
        let parts =
            parts.into_iter().map(|part| converse_delta(json!({"reasoningContent": {"redactedContent": part}})));
        parts.chain([converse_stop()]).collect()
    });
    let kinds = select(vec![None, Some("tool_use"), Some("server_tool_use")]);
    let tool = (tool_id(), "[a-z_]{1,8}", server_tool(), kinds, input()).prop_map(|(id, name, server, kind, input)| {
        let name = if kind == Some("server_tool_use") { server } else { name };
        let mut start = json!({"toolUseId": id, "name": name});
        if let Some(kind) = kind {
            start["type"] = json!(kind);
        }
        let start = json!({"contentBlockStart": {"start": {"toolUse": start}}});
        let input = input.into_iter().map(|input| converse_delta(json!({"toolUse": {"input": input}})));
        [start].into_iter().chain(input).chain([converse_stop()]).collect()
    });
    let result = (tool_id(), server_result()).prop_map(|(id, (kind, content))| {
        let start = json!({"contentBlockStart": {"start": {"toolResult": {"toolUseId": id, "type": kind}}}});
        vec![start, converse_delta(json!({"toolResult": [{"json": {"content": content}}]})), converse_stop()]
    });
    prop_oneof![
        6 => plain,
        2 => cited,
        3 => thinking,
        2 => redacted,
        4 => tool,
        1 => result,
        1 => converse_lost(),
        1 => Just(vec![converse_stop()]),
    ]
    .boxed()
}

/// Blocks that have no place in Messages.
fn converse_lost() -> impl Strategy<Value = Vec<Value>> {
    let image = json!({"contentBlockStart": {"start": {"image": {"format": "png"}}}});
    let bytes = ["AAAA", "aGk="].map(|bytes| converse_delta(json!({"image": {"source": {"bytes": bytes}}})));
    let nova = |kind: Value| json!({"contentBlockStart": {"start": {"toolResult": {"toolUseId": "tooluse_1", "type": kind, "status": "success"}}}});
    let output = converse_delta(json!({"toolResult": [{"text": "a"}, {"json": {"exitCode": 0}}]}));
    select(vec![
        [vec![image], bytes.to_vec(), vec![converse_stop()]].concat(),
        vec![nova(json!("nova_code_interpreter_result")), output.clone(), converse_stop()],
        vec![nova(json!("web_search_tool_result")), output.clone(), output, converse_stop()],
    ])
}

fn blob() -> impl Strategy<Value = String> {
    use base64::Engine as _;
    let bytes = prop_oneof![3 => "[A-Za-z0-9+/=é]{1,8}".prop_map(String::into_bytes), 1 => vec(any::<u8>(), 1..5)];
    bytes.prop_map(|bytes| base64::engine::general_purpose::STANDARD.encode(bytes))
}

fn converse_citation() -> impl Strategy<Value = Value> {
    let range = json!({"documentIndex": 0, "start": 1, "end": 5});
    let locations = vec![
        json!({"documentChar": range}),
        json!({"documentPage": range}),
        json!({"documentChunk": range}),
        json!({"searchResultLocation": {"searchResultIndex": 1, "start": 0, "end": 2}}),
        json!({"web": {"url": "https://a.b", "domain": "a.b"}}),
        json!(null),
        json!({"documentChar": {"start": 1}}),
    ];
    (select(locations), option::of(text()), option::of(text())).prop_map(|(location, title, cited)| {
        let mut citation = json!({"location": location, "title": title});
        if let Some(text) = cited {
            citation["sourceContent"] = json!([{"text": text}]);
        }
        if let Some(members) = citation.as_object_mut() {
            members.retain(|_, member| !member.is_null());
        }
        citation
    })
}

fn converse_end() -> impl Strategy<Value = Vec<Value>> {
    let reasons = vec![
        "end_turn",
        "tool_use",
        "max_tokens",
        "stop_sequence",
        "guardrail_intervened",
        "content_filtered",
        "malformed_model_output",
        "malformed_tool_use",
        "model_context_window_exceeded",
    ];
    let fields = vec![
        json!({"stop_sequence": "END"}),
        json!({"delta": {"stop_sequence": "END"}}),
        json!({"id": "msg_1", "model": "claude-x", "stop_reason": "pause_turn"}),
        json!({"usage": {"output_tokens_details": {"thinking_tokens": 3}, "server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 0}, "novel": 1}}),
        json!({"stop_details": {"type": "refusal", "category": "cyber", "explanation": "no"}, "novel": [1]}),
        json!([1]),
    ];
    let counts = (0..99_i64, 0..99_i64, option::of(0..9_i64), option::of(0..9_i64), any::<bool>());
    let extras = vec![
        ("trace", json!({"guardrail": {"inputAssessment": {}}})),
        ("trace", json!({"promptRouter": {"invokedModelId": "anthropic.claude-x"}})),
        ("serviceTier", json!({"type": "priority"})),
        ("performanceConfig", json!({"latency": "optimized"})),
        ("cacheDetails", json!([{"ttl": "1h", "inputTokens": 4}])),
    ];
    let latency = prop_oneof![Just(0), 1..999_i64];
    (select(reasons), option::weighted(0.3, select(fields)), counts, latency, vec(select(extras), 0..3)).prop_map(
        |(reason, fields, (input, output, read, written, all), latency, extras)| {
            let mut stop = json!({"stopReason": reason});
            if let Some(fields) = fields {
                stop["additionalModelResponseFields"] = fields;
            }
            let cached = if all { read.unwrap_or(0) + written.unwrap_or(0) } else { 0 };
            let mut usage =
                json!({"inputTokens": input, "outputTokens": output, "totalTokens": input + output + cached});
            if let Some(read) = read {
                usage["cacheReadInputTokens"] = json!(read);
            }
            if let Some(written) = written {
                usage["cacheWriteInputTokens"] = json!(written);
            }
            let mut metadata = json!({"usage": usage, "metrics": {"latencyMs": latency}});
            for (name, value) in extras {
                let place = if name == "cacheDetails" { &mut metadata["usage"] } else { &mut metadata };
                place[name] = value;
            }
            vec![json!({"messageStop": stop}), json!({"metadata": metadata})]
        },
    )
}

/// The same events with padding, as the service sends them, or without.
fn padded(events: Value) -> impl Strategy<Value = Value> {
    prop_oneof![Just(false), Just(true)].prop_map(move |pad| {
        let mut events = events.clone();
        for (number, event) in events.as_array_mut().into_iter().flatten().enumerate().filter(|_| pad) {
            for payload in event.as_object_mut().into_iter().flat_map(|event| event.values_mut()) {
                payload["p"] = json!("abcdefghijklmnopqrstuvwxyz"[..number % 26]);
            }
        }
        events
    })
}

// Messages

fn message_start() -> impl Strategy<Value = Value> {
    let usages = vec![
        json!({"input_tokens": 9, "output_tokens": 1}),
        json!({"input_tokens": 9, "output_tokens": 1, "cache_creation_input_tokens": 5, "cache_read_input_tokens": 7, "service_tier": "standard",
            "cache_creation": {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 0}, "inference_geo": "us"}),
    ];
    select(usages).prop_map(|usage| {
        json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-4-5",
            "content": [], "stop_reason": null, "stop_sequence": null, "usage": usage}})
    })
}

/// The same with content in `message_start`.
pub fn with_content(streams: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let blocks = vec![
        json!({"type": "text", "text": "Hi", "citations": null}),
        json!({"type": "text", "text": ""}),
        json!({"type": "thinking", "thinking": "", "signature": "c2ln"}),
        json!({"type": "thinking", "thinking": "hm", "signature": ""}),
        json!({"type": "tool_use", "id": "toolu_1", "name": "t", "input": {"a": [1]}}),
        json!({"type": "redacted_thinking", "data": "x=="}),
        json!({"type": "novel", "x": 1}),
    ];
    (streams, vec(select(blocks), 1..3), option::of(Just("end_turn")))
        .prop_map(|(mut stream, blocks, reason)| {
            stream[0]["message"]["content"] = blocks.into();
            stream[0]["message"]["stop_reason"] = json!(reason);
            stream
        })
        .boxed()
}

fn messages_block_events(start: &Value, deltas: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let start = json!({"type": "content_block_start", "content_block": start});
    let deltas = deltas.into_iter().map(|delta| json!({"type": "content_block_delta", "delta": delta}));
    [start].into_iter().chain(deltas).chain([json!({"type": "content_block_stop"})]).collect()
}

fn messages_block() -> BoxedStrategy<Vec<Value>> {
    let texts = || {
        let none = Just(Vec::new());
        let texts = prop_oneof![5 => pieces(text()), 1 => none];
        texts.prop_map(|texts| texts.into_iter().map(|text| json!({"type": "text_delta", "text": text})))
    };
    let plain = texts().prop_map(|texts| messages_block_events(&json!({"type": "text", "text": ""}), texts));
    let cited = (texts(), vec((any::<Index>(), messages_citation()), 1..3)).prop_map(|(texts, citations)| {
        let mut deltas: Vec<Value> = texts.collect();
        for (place, citation) in citations {
            deltas.insert(place.index(deltas.len() + 1), json!({"type": "citations_delta", "citation": citation}));
        }
        messages_block_events(&json!({"citations": [], "type": "text", "text": ""}), deltas)
    });
    let thinking =
        (prop_oneof![3 => pieces(text()), 1 => Just(Vec::new())], signature()).prop_map(|(texts, signature)| {
            let texts = texts.into_iter().map(|text| json!({"type": "thinking_delta", "thinking": text}));
            let signature = signature.into_iter().map(|part| json!({"type": "signature_delta", "signature": part}));
            let start = json!({"type": "thinking", "thinking": "", "signature": ""});
            messages_block_events(&start, texts.chain(signature))
        });
    let redacted =
        text().prop_map(|data| messages_block_events(&json!({"type": "redacted_thinking", "data": data}), []));
    let tool = (tool_id(), "[a-z_]{1,8}", server_tool(), any::<bool>(), input()).prop_map(
        |(id, name, server_name, is_server, input)| {
            let (kind, name) = if is_server { ("server_tool_use", server_name) } else { ("tool_use", name) };
            let id = id.replace(['.', ':'], "-");
            let start = json!({"type": kind, "id": id, "name": name, "input": {}});
            let input = input.into_iter().map(|part| json!({"type": "input_json_delta", "partial_json": part}));
            messages_block_events(&start, input)
        },
    );
    let known = json().prop_map(|input| {
        messages_block_events(&json!({"type": "tool_use", "id": "toolu_1", "name": "t", "input": {"a": input}}), [])
    });
    let result = server_result().prop_map(|(kind, content)| {
        messages_block_events(&json!({"type": kind, "tool_use_id": "srvtoolu_1", "content": content}), [])
    });
    let lost = Just(messages_block_events(&json!({"type": "container_upload", "file_id": "file_1"}), []));
    prop_oneof![6 => plain, 2 => cited, 3 => thinking, 1 => redacted, 4 => tool, 1 => known, 1 => result, 1 => lost]
        .boxed()
}

fn messages_citation() -> impl Strategy<Value = Value> {
    select(vec![
        json!({"type": "char_location", "cited_text": "a", "document_index": 0, "document_title": "T", "start_char_index": 0, "end_char_index": 1, "file_id": null}),
        json!({"type": "page_location", "cited_text": "", "document_index": 0, "document_title": null, "start_page_number": 1, "end_page_number": 2, "file_id": null}),
        json!({"type": "web_search_result_location", "cited_text": "a", "encrypted_index": "x", "title": "T", "url": "https://a.b"}),
        json!({"type": "search_result_location", "cited_text": "a", "search_result_index": 0, "source": "s", "title": null, "start_block_index": 0, "end_block_index": 1}),
    ])
}

fn messages_end() -> impl Strategy<Value = Vec<Value>> {
    let reasons = vec![
        ("end_turn", None),
        ("tool_use", None),
        ("max_tokens", None),
        ("stop_sequence", Some("END")),
        ("pause_turn", None),
        ("refusal", None),
        ("model_context_window_exceeded", None),
    ];
    let usages = vec![
        json!({"output_tokens": 20}),
        json!({"output_tokens": 20, "input_tokens": 4, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}),
        json!({"output_tokens": 0, "server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 0}}),
        json!({"output_tokens": 20, "output_tokens_details": {"thinking_tokens": 4}}),
    ];
    let bedrock = vec![
        json!({}),
        json!({"amazon-bedrock-invocationMetrics": {"invocationLatency": 120, "inputTokenCount": 9, "outputTokenCount": 20, "firstByteLatency": 9}}),
        json!({"amazon-bedrock-trace": {"guardrail": {}}, "amazon-bedrock-guardrailAction": "INTERVENED"}),
    ];
    let bedrock = prop_oneof![3 => Just(json!({})), 1 => select(bedrock)];
    let first = option::weighted(0.2, select(usages.clone()));
    (select(reasons), first, select(usages), bedrock, any::<bool>()).prop_map(
        |((reason, sequence), first, usage, bedrock, on_stop)| {
            let first = first.map(|usage| {
                json!({"type": "message_delta", "delta": {"stop_reason": null, "stop_sequence": null}, "usage": usage})
            });
            let delta = json!({"stop_reason": reason, "stop_sequence": sequence});
            let mut delta = json!({"type": "message_delta", "delta": delta, "usage": usage});
            let mut stop = json!({"type": "message_stop"});
            for (name, value) in bedrock.as_object().into_iter().flatten() {
                let event = if on_stop { &mut stop } else { &mut delta };
                event[name] = value.clone();
            }
            first.into_iter().chain([delta, stop]).collect()
        },
    )
}
