//! `ConverseResponse` ⇄ `Message`
//!
//! | Converse | Messages | see |
//! |---|---|---|
//! | `output.message.content` | `content` | `response_content` |
//! | `stopReason` | `stop_reason`, `amazon-bedrock-guardrailAction` | `stop_reason` |
//! | `usage`, `serviceTier` | `usage` | `usage` |
//! | `metrics.latencyMs` | `amazon-bedrock-invocationMetrics.invocationLatency` | 0 ≡ absent |
//! | `trace` | `amazon-bedrock-trace` | as it is |
//! | `additionalModelResponseFields` | `id`, `model`, `stop_sequence` and every other member | `carried` |
//! | | `id`, `model` | from there, else from [`Options`], else (the model) from the prompt router's trace, else `msg_converse`, `unknown` |
//! | `performanceConfig` | | hint |

use crate::loss::{Code, Converted, Cx, Path};
use crate::wire::{FreeForm as _, Kind, Leaves, Map, Raw, Text as _, Wire};
use crate::{Error, Options, converse, messages};

use super::carried::{self, Carried, DEFAULT_ID, DEFAULT_MODEL};
use super::{drop_padding, outcome, present, response_content, stop_reason, usage};

/// Converts a Converse response to a Messages response.
///
/// # Errors
/// Malformed members, names that Messages refuses, and whatever [`Options`] refuse.
///
/// ```
/// use converse_messages::{Options, converse, messages, response};
///
/// let source = converse::Response::new(vec!["21".into()], converse::StopReason::EndTurn);
/// let options = Options { message_id: Some("msg_1".into()), response_model: Some("claude-opus-4-8".into()), ..Options::default() };
/// let target = response::to_messages(source, &options)?.value;
/// assert_eq!((&*target.id, &*target.model), ("msg_1", "claude-opus-4-8"));
/// assert_eq!(target.content, ["21".into()]);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_messages<L: Leaves>(
    response: converse::Response<L>,
    options: &Options,
) -> Result<Converted<messages::Response<L>>, Error> {
    let mut cx = Cx::new(options);
    let root = Path::Root;
    let converse::Response {
        output,
        stop_reason,
        usage,
        metrics,
        additional_model_response_fields,
        trace,
        performance_config,
        service_tier,
        mut unknown,
    } = response;
    drop_padding(&mut unknown);
    cx.unknown(root, &unknown);
    if performance_config.is_some() {
        cx.hint(root.name("performanceConfig"), Code::Unsupported, "Messages has no place for it");
    }
    let fields_at = root.name(FIELDS);
    let Carried {
        id,
        model,
        stop_reason: carried_reason,
        stop_sequence,
        stop_details,
        container,
        diagnostics,
        usage: carried_usage,
        unknown: _,
    } = carried::to_messages::<L>(additional_model_response_fields, fields_at, &mut cx);
    let content = output_to_messages(output, root.name("output"), &mut cx)?;
    let (stop_reason, guardrail_action) = stop_reason::to_messages(
        stop_reason.as_ref(),
        root.name("stopReason"),
        carried_reason,
        fields_at.name("stop_reason"),
        &mut cx,
    );
    let mut usage = usage::to_messages(usage, carried_usage.unwrap_or_default(), root.name("usage"), &mut cx)?;
    usage.service_tier = usage::tier_to_messages(service_tier, root.name("serviceTier"), &mut cx);
    let target = messages::Response {
        id: id_of::<L>(id, options),
        role: messages::Role::Assistant,
        model: model_of::<L>(model, trace.as_ref(), options),
        content,
        stop_reason: Some(stop_reason),
        stop_sequence,
        stop_details,
        container,
        diagnostics,
        usage,
        guardrail_action,
        trace,
        invocation_metrics: metrics_to_messages(metrics, root.name("metrics"), &mut cx),
        ..Default::default()
    };
    cx.finish(target)
}

/// Converts a Converse response, JSON to JSON. What no rule needs to read is copied as it is.
///
/// # Errors
/// Malformed input, and what [`to_messages`] refuses.
///
/// ```
/// use converse_messages::{Options, response};
///
/// let source = br#"{"output": {"message": {"role": "assistant", "content": [{"text": "21"}]}}, "stopReason": "end_turn",
///     "usage": {"inputTokens": 8, "outputTokens": 2, "totalTokens": 10}, "metrics": {"latencyMs": 0}}"#;
/// let target = response::to_messages_json(source, &Options::default())?;
/// let expected = r#"{"type":"message","id":"msg_converse","role":"assistant","model":"unknown","content":[{"type":"text","text":"21"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":8,"output_tokens":2}}"#;
/// assert_eq!(target.value, expected);
/// assert!(target.losses.is_empty());
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_messages_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let response = converse::Response::<Raw>::from_json_within(json, options.max_depth)?;
    Ok(to_messages(response, options)?.map(|response| outcome(&response, json)))
}

/// Converts a Messages response to a Converse response.
///
/// # Errors
/// Malformed members, names that Converse refuses, and whatever [`Options`] refuse.
///
/// ```
/// use converse_messages::{Options, converse, messages, response};
///
/// let source = messages::Response::new("msg_01", "claude-opus-4-8", vec!["21".into()], messages::StopReason::EndTurn);
/// let target = response::to_converse(source.clone(), &Options::default())?;
/// assert_eq!(target.value.stop_reason, Some(converse::StopReason::EndTurn));
/// // Ids, models and whatever else Converse does not have are carried, and come back.
/// assert!(target.losses.is_empty());
/// assert_eq!(response::to_messages(target.value, &Options::default())?.value, source);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_converse<L: Leaves>(
    response: messages::Response<L>,
    options: &Options,
) -> Result<Converted<converse::Response<L>>, Error> {
    let mut cx = Cx::new(options);
    let root = Path::Root;
    let messages::Response {
        id,
        role,
        model,
        content,
        stop_reason,
        stop_sequence,
        stop_details,
        container,
        diagnostics,
        usage,
        guardrail_action,
        trace,
        invocation_metrics,
        unknown,
    } = response;
    cx.unknown(root, &unknown);
    if role != messages::Role::Assistant {
        cx.hint(root.name("role"), Code::Rewritten, "a response is the assistant's");
    }
    let content_at = root.name("content");
    let mut blocks = Vec::with_capacity(content.len());
    for (index, block) in content.into_iter().enumerate() {
        blocks.extend(response_content::to_converse(block, content_at.index(index), &mut cx)?);
    }
    let (stop_reason, carried_reason) = stop_reason::to_converse(
        stop_reason,
        root.name("stop_reason"),
        guardrail_action.as_ref(),
        root.name("amazon-bedrock-guardrailAction"),
        &mut cx,
    );
    let usage::UsageAndTier { usage, service_tier, carried: carried_usage } =
        usage::to_converse(usage, root.name("usage"), &mut cx)?;
    // What the way back finds by itself need not be carried.
    let routed = trace.as_ref().and_then(invoked_model::<L>);
    let carried = Carried {
        id: Some(id).filter(|id| id.decode() != DEFAULT_ID),
        model: Some(model).filter(|model| model.decode() != DEFAULT_MODEL && Some(model) != routed.as_ref()),
        stop_reason: carried_reason,
        stop_sequence,
        stop_details,
        container,
        diagnostics,
        usage: Some(carried_usage),
        unknown: present(unknown),
    };
    let metrics_at = root.name("amazon-bedrock-invocationMetrics");
    let target = converse::Response {
        usage,
        metrics: metrics_to_converse(invocation_metrics, metrics_at, &mut cx),
        additional_model_response_fields: carried::to_converse(carried),
        trace,
        service_tier,
        ..converse::Response::new(blocks, stop_reason)
    };
    cx.finish(target)
}

/// Converts a Messages response, JSON to JSON. What no rule needs to read is copied as it is.
///
/// # Errors
/// Malformed input, and what [`to_converse`] refuses.
///
/// ```
/// use converse_messages::{Options, response};
///
/// let source = br#"{"id": "msg_converse", "type": "message", "role": "assistant", "model": "unknown", "content": [{"type": "text", "text": "21"}],
///     "stop_reason": "refusal", "stop_sequence": null, "usage": {"input_tokens": 8, "output_tokens": 2, "service_tier": "batch"}}"#;
/// let target = response::to_converse_json(source, &Options::default())?;
/// let expected = r#"{"output":{"message":{"role":"assistant","content":[{"text":"21"}]}},"stopReason":"content_filtered","usage":{"inputTokens":8,"outputTokens":2,"totalTokens":10},"metrics":{"latencyMs":0}}"#;
/// assert_eq!(target.value, expected);
/// assert_eq!(target.losses[0].path, "/usage/service_tier");
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_converse_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let response = messages::Response::<Raw>::from_json_within(json, options.max_depth)?;
    Ok(to_converse(response, options)?.map(|response| outcome(&response, json)))
}

/// The member of a Converse response for what Converse itself does not have.
const FIELDS: &str = "additionalModelResponseFields";

fn output_to_messages<L: Leaves>(
    output: converse::Output<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Vec<messages::ContentBlock<L>>, Error> {
    let converse::Message { role, content, unknown } = match output {
        converse::Output::Message(message) => message,
        converse::Output::Unknown(name, _) => {
            cx.unknown_type(at.name(&name), &name);
            return Ok(Vec::new());
        }
    };
    let at = at.name("message");
    cx.unknown(at, &unknown);
    if role != converse::ConversationRole::Assistant {
        cx.hint(at.name("role"), Code::Rewritten, "a response is the assistant's");
    }
    let list_at = at.name("content");
    let mut blocks = Vec::with_capacity(content.len());
    for (index, block) in content.into_iter().enumerate() {
        blocks.extend(response_content::to_messages(block, list_at.index(index), cx)?);
    }
    Ok(blocks)
}

fn id_of<L: Leaves>(carried: Option<L::Text>, options: &Options) -> L::Text {
    carried.unwrap_or_else(|| options.message_id.as_deref().unwrap_or(DEFAULT_ID).to_owned().into())
}

fn model_of<L: Leaves>(carried: Option<L::Text>, trace: Option<&L::Json>, options: &Options) -> L::Text {
    let context = || options.response_model.clone().map(L::Text::from);
    let default = || L::Text::from(DEFAULT_MODEL.to_owned());
    carried.or_else(context).or_else(|| invoked_model::<L>(trace?)).unwrap_or_else(default)
}

/// `promptRouter.invokedModelId` of a trace.
fn invoked_model<L: Leaves>(trace: &L::Json) -> Option<L::Text> {
    let member = |json: &L::Json, name: &str| L::parse::<Map<L::Json>>(json).ok()?.remove(name);
    L::parse(&member(&member(trace, "promptRouter")?, "invokedModelId")?).ok()
}

fn metrics_to_messages<L: Leaves>(
    metrics: converse::Metrics<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Option<messages::InvocationMetrics<L>> {
    let converse::Metrics { latency_ms, unknown } = metrics;
    cx.unknown(at, &unknown);
    let invocation_latency = Some(latency_ms).filter(|latency| *latency != 0)?;
    Some(messages::InvocationMetrics { invocation_latency: Some(invocation_latency), ..Default::default() })
}

fn metrics_to_converse<L: Leaves>(
    metrics: Option<messages::InvocationMetrics<L>>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> converse::Metrics<L> {
    let messages::InvocationMetrics { invocation_latency, unknown } = metrics.unwrap_or_default();
    let members = unknown.iter().map(|(name, value)| (name, value.kind() != Kind::Null));
    cx.unsupported_members(at, members, "Converse has no place for it");
    let latency_ms = invocation_latency.or(cx.options.latency_ms).unwrap_or_default();
    converse::Metrics { latency_ms, ..Default::default() }
}
