//! The normalisation (N) of the laws, for responses and errors: those that mean the same have one normal form.

use serde_json::{Value, json};

use crate::normalise::{converse_block, drop_if, each, messages_block, prune};

/// The normal form of a Converse response.
pub fn converse(mut response: Value) -> Value {
    prune(&mut response);
    drop_if(&mut response, "p", Value::is_string);
    each(response.pointer_mut("/output/message/content"), converse_block);
    converse_usage(&mut response);
    if let Some(fields) = response.get_mut("additionalModelResponseFields") {
        lift_stop_sequence(fields);
        drop_if(fields, "id", |id| id == "msg_converse");
        drop_if(fields, "model", |model| model == "unknown");
    }
    lift_stop_reason(&mut response);
    // The model that the prompt router names needs no other place.
    if let Some(invoked) = response.pointer("/trace/promptRouter/invokedModelId").cloned()
        && let Some(fields) = response.get_mut("additionalModelResponseFields")
    {
        drop_if(fields, "model", |model| *model == invoked);
    }
    prune(&mut response);
    response
}

fn converse_usage(response: &mut Value) {
    let Some(usage) = response.get_mut("usage") else {
        return;
    };
    for name in ["cacheReadInputTokens", "cacheWriteInputTokens"] {
        drop_if(usage, name, |count| *count == 0);
    }
    let names = ["inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens"];
    let [input, output, read, written] = names.map(|name| usage.get(name).and_then(Value::as_i64).unwrap_or_default());
    let uncached = input.wrapping_add(output);
    let all = uncached.wrapping_add(read).wrapping_add(written);
    drop_if(usage, "totalTokens", |total| *total == uncached || *total == all);
    drop_if(usage, "p", Value::is_string);
    for (name, repeated) in [("cacheReadInputTokenCount", read), ("cacheWriteInputTokenCount", written)] {
        drop_if(usage, name, |count| *count == repeated);
    }
    if let Some(Value::Array(details)) = usage.get_mut("cacheDetails") {
        details.retain(|detail| detail["inputTokens"] != 0);
        details.sort_by_key(|detail| detail["ttl"].to_string());
    }
}

/// Anthropic's own reason need not be said where `stopReason` says it, nor `stopReason` where that one is.
fn lift_stop_reason(response: &mut Value) {
    let Some(own) = response.pointer("/additionalModelResponseFields/stop_reason").cloned() else {
        return;
    };
    if response.get("stopReason").is_none() {
        response["stopReason"] = match own.as_str() {
            Some("refusal") => json!("content_filtered"),
            Some("tool_use" | "max_tokens" | "stop_sequence" | "model_context_window_exceeded") => own.clone(),
            _ => json!("end_turn"),
        };
    }
    let named = match response["stopReason"].as_str() {
        Some("content_filtered") => json!("refusal"),
        Some(named @ ("tool_use" | "max_tokens" | "stop_sequence" | "model_context_window_exceeded")) => json!(named),
        _ => json!("end_turn"),
    };
    drop_if(&mut response["additionalModelResponseFields"], "stop_reason", |own| *own == named);
}

/// A stream's `delta.stop_sequence` is `stop_sequence`.
fn lift_stop_sequence(fields: &mut Value) {
    let Some(sequence) = fields.pointer("/delta/stop_sequence").cloned() else {
        return;
    };
    if fields.get("stop_sequence").is_none_or(|own| *own == sequence) {
        fields["stop_sequence"] = sequence;
        drop_if(&mut fields["delta"], "stop_sequence", |_| true);
    }
}

/// The normal form of a Messages response.
pub fn messages(mut response: Value) -> Value {
    prune(&mut response);
    each(response.get_mut("content"), messages_block);
    drop_if(&mut response, "amazon-bedrock-guardrailAction", |action| action == "NONE");
    if let Some(metrics) = response.get_mut("amazon-bedrock-invocationMetrics") {
        drop_if(metrics, "invocationLatency", |latency| *latency == 0);
    }
    if let Some(usage) = response.get_mut("usage") {
        for name in ["cache_read_input_tokens", "cache_creation_input_tokens"] {
            drop_if(usage, name, |count| *count == 0);
        }
        if let Some(creation) = usage.get_mut("cache_creation") {
            for name in ["ephemeral_1h_input_tokens", "ephemeral_5m_input_tokens"] {
                drop_if(creation, name, |count| *count == 0);
            }
        }
    }
    prune(&mut response);
    response
}

/// The normal form of an exception: its name, in whatever member and however long, and its message.
pub fn converse_error(mut exception: Value) -> Value {
    prune(&mut exception);
    drop_if(&mut exception, "p", Value::is_string);
    let stream = exception.as_object().filter(|members| members.len() == 1).and_then(|members| members.iter().next());
    if let Some((name, Value::Object(inner))) = stream
        && name.ends_with("Exception")
    {
        let mut inner = inner.clone();
        inner.insert("__type".to_owned(), json!(name));
        exception = Value::Object(inner);
        drop_if(&mut exception, "p", Value::is_string);
    }
    let others = [
        ("", "code", "__type"),
        ("", "name", "__type"),
        ("/Error", "Code", "__type"),
        ("", "Message", "message"),
        ("/Error", "Message", "message"),
    ];
    for (holder, name, member) in others {
        let Some(value) = exception.pointer(holder).and_then(|holder| holder.get(name)).cloned() else { continue };
        if exception.get(member).is_none_or(|first| *first == value) {
            drop_if(exception.pointer_mut(holder).unwrap(), name, |_| true);
            exception[member] = value;
        }
    }
    if let Some(Value::String(name)) = exception.get_mut("__type") {
        let (_, short) = name.split_once('#').unwrap_or(("", name));
        let short = short.split(':').next().unwrap_or_default().trim();
        let (first, rest) = short.split_at_checked(1).unwrap_or((short, ""));
        *name = format!("{}{rest}", first.to_ascii_uppercase());
    }
    prune(&mut exception);
    exception
}

/// The normal form of an error of the Messages API.
pub fn messages_error(mut error: Value) -> Value {
    prune(&mut error);
    error
}
