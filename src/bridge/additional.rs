//! `additionalModelRequestFields` ⇄ the members of a Messages request that Converse has no place for
//!
//! Towards Messages each member goes to the top level; one that Converse has a place for collides with that place, or stands
//! for it when that place is empty. Towards Converse only members without a place go here.

use crate::loss::{Code, Cx, Path};
use crate::wire::{FreeForm as _, Kind, Leaves, Map, object};
use crate::{Error, ErrorKind, messages};

use super::inline_refs;

/// The member of a Converse request for what Converse itself does not have.
pub(super) const FIELDS: &str = "additionalModelRequestFields";

object! {
    /// What `additionalModelRequestFields` may hold for Claude.
    pub struct Additional {
        /// Always an error: Converse has its own.
        optional model: L::Json = "model",
        /// Always an error: Converse has its own.
        optional messages: L::Json = "messages",
        /// Always an error: Converse has its own.
        optional system: L::Json = "system",
        /// Always an error: the operation decides.
        optional stream: L::Json = "stream",
        /// Dropped: `InvokeModel` sets it.
        optional anthropic_version: L::Json = "anthropic_version",
        /// Beta features.
        list anthropic_beta: L::Text = "anthropic_beta",
        /// Beta features, as the SDKs name them.
        list betas: L::Text = "betas",
        /// `inferenceConfig.maxTokens`
        optional max_tokens: i64 = "max_tokens",
        /// `inferenceConfig.temperature`
        optional temperature: L::Number = "temperature",
        /// `inferenceConfig.topP`
        optional top_p: L::Number = "top_p",
        /// No place in Converse.
        optional top_k: i64 = "top_k",
        /// `inferenceConfig.stopSequences`
        list stop_sequences: L::Text = "stop_sequences",
        /// Tools that a `toolSpec` cannot say.
        list tools: messages::Tool<L> = "tools",
        /// What a `toolChoice` cannot say.
        optional tool_choice: PartialToolChoice<L> = "tool_choice",
        /// No place in Converse.
        optional thinking: messages::ThinkingConfig<L> = "thinking",
        /// Another name of `thinking`.
        optional reasoning_config: messages::ThinkingConfig<L> = "reasoning_config",
        /// What `outputConfig` cannot say.
        optional output_config: messages::OutputConfig<L> = "output_config",
        /// A cache point at the end.
        optional cache_control: messages::CacheControl<L> = "cache_control",
        /// `requestMetadata`
        optional metadata: messages::Metadata<L> = "metadata",
        /// `serviceTier`
        optional service_tier: messages::ServiceTier = "service_tier",
        /// No place in Converse.
        optional context_management: L::Json = "context_management",
        /// Bedrock refuses it.
        optional container: L::Json = "container",
        /// Bedrock refuses it.
        optional mcp_servers: L::Json = "mcp_servers",
        /// Bedrock refuses it.
        optional diagnostics: L::Json = "diagnostics",
        /// Bedrock refuses it.
        optional inference_geo: L::Text = "inference_geo",
        /// Bedrock refuses it.
        optional speed: messages::Speed = "speed",
        /// Bedrock refuses it.
        optional user_profile_id: L::Text = "user_profile_id",
        /// Bedrock refuses it.
        optional workspace_id: L::Text = "workspace_id",
        /// Amazon Nova's: `topK` is `top_k`.
        optional inference_config: Map<L::Json> = "inferenceConfig",
    }

    /// A tool choice that may leave out its type, where `toolChoice` says it.
    pub struct PartialToolChoice {
        /// The type.
        optional kind: L::Text = "type",
        /// The tool's name.
        optional name: L::Text = "name",
        /// At most one tool call.
        optional disable_parallel_tool_use: bool = "disable_parallel_tool_use",
    }
}

/// The fields as members of a Messages request.
pub(super) struct Fields<L: Leaves> {
    pub(super) request: messages::Request<L>,
    /// May be a part of one.
    pub(super) tool_choice: Option<PartialToolChoice<L>>,
    /// Where `top_k` stands.
    pub(super) top_k_at: &'static str,
}

const TOP_K: &str = "/additionalModelRequestFields/top_k";
const NOVAS_TOP_K: &str = "/additionalModelRequestFields/inferenceConfig/topK";

pub(super) fn to_messages<L: Leaves>(
    fields: Option<L::Json>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<Fields<L>, Error> {
    let (additional, top_k_at) = read(fields, at, cx)?;
    let Additional {
        model: _,
        messages: _,
        system: _,
        stream: _,
        anthropic_version: _,
        anthropic_beta,
        betas,
        max_tokens,
        temperature,
        top_p,
        top_k,
        stop_sequences,
        tools,
        tool_choice,
        thinking,
        reasoning_config: _,
        output_config,
        cache_control,
        metadata,
        service_tier,
        context_management,
        container,
        mcp_servers,
        diagnostics,
        inference_geo,
        speed,
        user_profile_id,
        workspace_id,
        inference_config: _,
        unknown,
    } = additional;
    let request = messages::Request {
        anthropic_beta: messages::united(anthropic_beta, betas),
        max_tokens,
        temperature,
        top_p,
        top_k,
        stop_sequences,
        tools,
        thinking,
        output_config,
        cache_control,
        metadata,
        service_tier,
        context_management,
        container,
        mcp_servers,
        diagnostics,
        inference_geo,
        speed,
        user_profile_id,
        workspace_id,
        unknown,
        ..Default::default()
    };
    Ok(Fields { request, tool_choice, top_k_at })
}

/// Reads the fields, and refuses those that always collide. Two names of one member become one: where `top_k` stands is told.
fn read<L: Leaves>(
    fields: Option<L::Json>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> Result<(Additional<L>, &'static str), Error> {
    let mut top_k_at = TOP_K;
    let Some(fields) = fields else {
        return Ok((Additional::default(), top_k_at));
    };
    if fields.kind() != Kind::Object {
        cx.content(at, Code::Unsupported, "only an object's members have places in Messages");
        return Ok((Additional::default(), top_k_at));
    }
    let mut additional: Additional<L> = L::parse(&fields).map_err(|error| error.beneath(&at.pointer()))?;
    inline_refs(&mut additional.tools, additional.output_config.as_mut(), at, cx)?;
    let forbidden = [
        ("model", additional.model.take(), "/modelId"),
        ("messages", additional.messages.take(), "/messages"),
        ("system", additional.system.take(), "/system"),
        ("stream", additional.stream.take(), "the operation"),
    ];
    for (name, value, place) in forbidden {
        unique(value.as_ref(), Some(()), name, place, at)?;
    }
    let (renamed, thinking) = (additional.reasoning_config.take(), additional.thinking.take());
    additional.thinking = either(renamed, thinking, "reasoning_config", "/additionalModelRequestFields/thinking", at)?;
    for (name, value) in additional.inference_config.take().unwrap_or_default() {
        let config_at = at.name("inferenceConfig");
        if name != "topK" {
            cx.hint(config_at.name(&name), Code::Unsupported, "Messages has no place for it");
            continue;
        }
        if value.kind() == Kind::Null {
            continue;
        }
        let value: i64 = L::parse(&value).map_err(|error| error.beneath(&config_at.name("topK").pointer()))?;
        additional.top_k = unique(additional.top_k.as_ref(), Some(value), "top_k", NOVAS_TOP_K, at)?;
        top_k_at = NOVAS_TOP_K;
    }
    Ok((additional, top_k_at))
}

/// The mapped value, unless `additionalModelRequestFields` has the member too.
pub(super) fn unique<T, U>(
    additional: Option<&U>,
    mapped: Option<T>,
    name: &str,
    place: &str,
    at: Path<'_>,
) -> Result<Option<T>, Error> {
    if additional.is_some() && mapped.is_some() {
        let message = format!("claims the same place as {place}");
        return Err(Error::new(ErrorKind::Collision, at.name(name).pointer(), message));
    }
    Ok(mapped)
}

/// The one of the two that is there.
pub(super) fn either<T>(
    additional: Option<T>,
    mapped: Option<T>,
    name: &str,
    place: &str,
    at: Path<'_>,
) -> Result<Option<T>, Error> {
    let mapped = unique(additional.as_ref(), mapped, name, place, at)?;
    Ok(mapped.or(additional))
}

/// The one of the two lists that is not empty.
pub(super) fn either_list<T>(
    additional: Vec<T>,
    mapped: Vec<T>,
    name: &str,
    place: &str,
    at: Path<'_>,
) -> Result<Vec<T>, Error> {
    let present = |list: Vec<T>| (!list.is_empty()).then_some(list);
    Ok(either(present(additional), present(mapped), name, place, at)?.unwrap_or_default())
}
