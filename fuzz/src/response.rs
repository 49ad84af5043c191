//! Responses of both formats, built from a fuzzer's choices, with the blocks that requests have, too.

use arbitrary::Unstructured;
use serde_json::{Value, json};

use crate::generate::{
    converse_block, flag, free_form, free_form_object, list, messages_block, one_of, perhaps, small, text,
};

type Choices<'a> = Unstructured<'a>;

/// A Converse response.
pub fn converse(u: &mut Choices<'_>) -> Value {
    let message = json!({"role": "assistant", "content": list(u, 4, converse_block)});
    let reasons = [
        "end_turn",
        "tool_use",
        "stop_sequence",
        "guardrail_intervened",
        "content_filtered",
        "malformed_tool_use",
        "novel",
    ];
    let mut usage = json!({"inputTokens": small(u), "outputTokens": small(u), "totalTokens": small(u)});
    perhaps(u, &mut usage, "cacheReadInputTokens", small);
    perhaps(u, &mut usage, "cacheWriteInputTokens", small);
    perhaps(u, &mut usage, "cacheReadInputTokenCount", small);
    perhaps(u, &mut usage, "cacheDetails", |u| {
        list(u, 3, |u| json!({"ttl": one_of(u, &["5m", "1h", "novel"]), "inputTokens": small(u)}))
    });
    let mut response = json!({"output": {"message": message}, "stopReason": one_of(u, &reasons), "usage": usage, "metrics": {"latencyMs": small(u)}});
    perhaps(u, &mut response, "additionalModelResponseFields", fields);
    perhaps(u, &mut response, "trace", trace);
    perhaps(u, &mut response, "serviceTier", |u| json!({"type": one_of(u, &["default", "priority", "flex"])}));
    response
}

fn fields(u: &mut Choices<'_>) -> Value {
    let mut fields = json!({});
    perhaps(u, &mut fields, "id", |_| json!("msg_01"));
    perhaps(u, &mut fields, "model", |_| json!("claude-opus-4-8"));
    perhaps(u, &mut fields, "stop_sequence", text);
    perhaps(u, &mut fields, "stop_reason", |u| json!(one_of(u, &["end_turn", "pause_turn", "refusal", "tool_use"])));
    perhaps(u, &mut fields, "stop_details", stop_details);
    perhaps(u, &mut fields, "container", container);
    perhaps(u, &mut fields, "usage", |u| {
        let mut usage = json!({});
        further_usage(u, &mut usage);
        usage
    });
    perhaps(u, &mut fields, "delta", |u| json!({"stop_sequence": text(u)}));
    perhaps(u, &mut fields, "novel", |u| free_form(u, 1));
    fields
}

/// A Messages response.
pub fn messages(u: &mut Choices<'_>) -> Value {
    let reasons = ["end_turn", "tool_use", "stop_sequence", "pause_turn", "refusal", "novel"];
    let mut usage = json!({"input_tokens": small(u), "output_tokens": small(u)});
    perhaps(u, &mut usage, "cache_read_input_tokens", small);
    perhaps(u, &mut usage, "cache_creation_input_tokens", small);
    perhaps(
        u,
        &mut usage,
        "cache_creation",
        |u| json!({"ephemeral_1h_input_tokens": small(u), "ephemeral_5m_input_tokens": small(u)}),
    );
    perhaps(u, &mut usage, "service_tier", |u| json!(one_of(u, &["standard", "priority", "batch"])));
    further_usage(u, &mut usage);
    let mut response = json!({"type": "message", "id": "msg_01", "role": "assistant", "model": "claude-opus-4-8",
        "content": list(u, 4, messages_block), "stop_reason": one_of(u, &reasons), "usage": usage});
    perhaps(u, &mut response, "stop_sequence", text);
    perhaps(u, &mut response, "stop_details", stop_details);
    perhaps(u, &mut response, "container", container);
    perhaps(u, &mut response, "amazon-bedrock-guardrailAction", |u| json!(one_of(u, &["NONE", "INTERVENED"])));
    perhaps(u, &mut response, "amazon-bedrock-trace", trace);
    perhaps(u, &mut response, "amazon-bedrock-invocationMetrics", |u| json!({"invocationLatency": small(u)}));
    response
}

fn further_usage(u: &mut Choices<'_>, usage: &mut Value) {
    perhaps(u, usage, "server_tool_use", |u| json!({"web_search_requests": small(u), "web_fetch_requests": small(u)}));
    perhaps(u, usage, "output_tokens_details", |u| json!({"thinking_tokens": small(u)}));
    perhaps(u, usage, "inference_geo", text);
    perhaps(u, usage, "novel", |u| free_form(u, 1));
}

fn stop_details(u: &mut Choices<'_>) -> Value {
    json!({"type": "refusal", "category": one_of(u, &["cyber", "bio"]), "explanation": text(u)})
}

fn container(u: &mut Choices<'_>) -> Value {
    json!({"id": text(u), "expires_at": "2026-01-31T12:00:00Z"})
}

fn trace(u: &mut Choices<'_>) -> Value {
    if flag(u) { json!({"promptRouter": {"invokedModelId": "arn:aws:bedrock:x"}}) } else { free_form_object(u, 2) }
}
