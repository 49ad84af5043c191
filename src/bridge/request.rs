//! `ConverseRequest` ⇄ `MessageCreateParams`
//!
//! | Converse | Messages | see |
//! |---|---|---|
//! | `modelId` | `model` | kept, or as [`Options::model`] asks |
//! | `messages`, `system` | the same | `turn`, `content` |
//! | `inferenceConfig`, `outputConfig`, `requestMetadata`, `serviceTier` | `max_tokens`, … | `params` |
//! | `toolConfig` | `tools`, `tool_choice` | `tool` |
//! | `additionalModelRequestFields` | every other member | `additional` |
//! | `guardrailConfig` | | content; [`invoke`](super::invoke) keeps it |
//! | `performanceConfig` | | hint; [`invoke`](super::invoke) keeps it |
//! | `promptVariables` | | content |
//! | `additionalModelResponseFieldPaths` | | hint; towards Converse `/stop_sequence` is asked for |
//! | `stream`, which is the operation's | `stream` | |

use crate::loss::{Code, Converted, Cx, Path};
use crate::model_id::{self, Family};
use crate::wire::{FreeForm, Leaves, Map, Raw, Text, Wire};
use crate::{Error, ErrorKind, Options, converse, messages};

use super::additional::{self, Additional, either, either_list};
use super::cache::Cached;
use super::exchange::{self, Exchange, Exchanged};
use super::{inline_refs, model, outcome, params, tool, turn};

/// Converts a Converse request to a Messages request.
///
/// # Errors
/// Members that contradict each other, names that Messages refuses, and whatever [`Options`] refuse.
///
/// ```
/// use converse_messages::{Options, converse, messages, request};
///
/// let mut source = converse::Request::new("us.anthropic.claude-sonnet-4-5-20250929-v1:0");
/// source.system.push(converse::SystemContentBlock::Text("Be brief.".into()));
/// source.messages.push(converse::Message::user("What is 2 + 2?"));
/// let target = request::to_messages(source, &Options::default())?.value;
/// assert_eq!(target.system, Some(messages::Content::Text("Be brief.".into())));
/// assert_eq!(target.messages, [messages::Message::user("What is 2 + 2?")]);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_messages<L: Leaves>(
    mut request: converse::Request<L>,
    options: &Options,
) -> Result<Converted<messages::Request<L>>, Error> {
    let mut cx = Cx::new(options);
    let model = model::to_messages::<L>(request.model_id.take(), Path::Root.name("modelId"), &mut cx)?;
    let Split { mut request, headers, max_tokens_at } = split_to_messages(model, request, &mut cx)?;
    supply_max_tokens(&mut request, max_tokens_at, &mut cx)?;
    let root = Path::Root;
    let HeaderMembers { guardrail_config, performance_config, request_metadata, service_tier } = headers;
    if guardrail_config.is_some() {
        cx.content(root.name("guardrailConfig"), Code::Unsupported, "Messages has no guardrails; InvokeModel has");
    }
    if performance_config.is_some() {
        cx.hint(root.name("performanceConfig"), Code::Unsupported, "Messages has no place for it; InvokeModel has");
    }
    let fields_at = root.name(FIELDS);
    let labels = request_metadata.unwrap_or_default();
    let user_id = params::metadata_to_messages::<L>(&labels, false, root.name("requestMetadata"), &mut cx);
    join_user_id(&mut request, user_id, fields_at)?;
    let tier = params::tier_to_messages(service_tier, root.name("serviceTier"), &mut cx);
    request.service_tier = either(request.service_tier, tier, "service_tier", "/serviceTier", fields_at)?;
    cx.finish(request)
}

/// Converts a Converse request, JSON to JSON. What no rule needs to read is copied as it is.
///
/// # Errors
/// Malformed input, and what [`to_messages`] refuses.
///
/// ```
/// use converse_messages::{Options, request};
///
/// let source = br#"{"modelId": "anthropic.claude-sonnet-4-5-20250929-v1:0",
///     "messages": [{"role": "user", "content": [{"text": "Hello"}]}], "inferenceConfig": {"maxTokens": 100}}"#;
/// let target = request::to_messages_json(source, &Options::default())?;
/// let expected = r#"{"model":"anthropic.claude-sonnet-4-5-20250929-v1:0","max_tokens":100,"messages":[{"role":"user","content":"Hello"}]}"#;
/// assert_eq!(target.value, expected);
/// assert!(target.losses.is_empty());
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_messages_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let request = converse::Request::<Raw>::from_json_within(json, options.max_depth)?;
    Ok(to_messages(request, options)?.map(|request| outcome(&request, json)))
}

/// Converts a Messages request to a Converse request that Bedrock takes.
///
/// # Errors
/// Members that Converse refuses, and whatever [`Options`] refuse.
///
/// ```
/// use converse_messages::{Options, converse, messages, request};
///
/// let mut source = messages::Request::new("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 1024);
/// source.messages.push(messages::Message::user("Hello"));
/// source.stream = Some(true);
/// let target = request::to_converse(source, &Options::default())?.value;
/// assert_eq!(target.messages, [converse::Message::user("Hello")]);
/// assert!(target.stream, "call ConverseStream");
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_converse<L: Leaves>(
    mut request: messages::Request<L>,
    options: &Options,
) -> Result<Converted<converse::Request<L>>, Error> {
    let mut cx = Cx::new(options);
    let model_id = model::to_converse::<L>(request.model.take(), Path::Root.name("model"), &mut cx)?;
    let request = whole_to_converse(model_id, request, &mut cx)?;
    cx.finish(request)
}

/// Converts a Messages request, JSON to JSON. What no rule needs to read is copied as it is.
///
/// Whether the request asks for a stream is not in Converse's body but in the operation; read the request with
/// [`Wire::from_json`] and convert it with [`to_converse`] to learn it from the same pass.
///
/// # Errors
/// Malformed input, and what [`to_converse`] refuses.
///
/// ```
/// use converse_messages::{Options, request};
///
/// let source = br#"{"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}"#;
/// let target = request::to_converse_json(source, &Options::default())?;
/// let expected = r#"{"modelId":"claude-sonnet-4-5","messages":[{"role":"user","content":[{"text":"Hi"}]}],"inferenceConfig":{"maxTokens":9}}"#;
/// assert_eq!(target.value, expected);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_converse_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let request = messages::Request::<Raw>::from_json_within(json, options.max_depth)?;
    Ok(to_converse(request, options)?.map(|request| outcome(&request, json)))
}

/// The member of a Converse request for what Converse itself does not have.
pub(super) const FIELDS: &str = "additionalModelRequestFields";

/// Members of a Converse request that `InvokeModel` has headers for and Messages has not.
pub(super) struct HeaderMembers<L: Leaves> {
    pub(super) guardrail_config: Option<converse::GuardrailConfiguration<L>>,
    pub(super) performance_config: Option<converse::PerformanceConfiguration<L>>,
    pub(super) request_metadata: Option<Map<L::Text>>,
    pub(super) service_tier: Option<converse::ServiceTier<L>>,
}

/// A Converse request as a Messages request, and what is left of it.
pub(super) struct Split<L: Leaves> {
    pub(super) request: messages::Request<L>,
    pub(super) headers: HeaderMembers<L>,
    /// The first absent member on the way to `maxTokens`, if it is absent.
    pub(super) max_tokens_at: &'static str,
}

/// Puts the user's id in its place.
pub(super) fn join_user_id<L: Leaves>(
    request: &mut messages::Request<L>,
    user_id: Option<L::Text>,
    fields_at: Path<'_>,
) -> Result<(), Error> {
    if user_id.is_none() {
        return Ok(());
    }
    let metadata = request.metadata.get_or_insert_default();
    let at = fields_at.name("metadata");
    metadata.user_id = either(metadata.user_id.take(), user_id, "user_id", "/requestMetadata/user_id", at)?;
    Ok(())
}

/// The Messages request, apart from the members that only `InvokeModel`'s headers can keep.
pub(super) fn split_to_messages<L: Leaves>(
    model: L::Text,
    request: converse::Request<L>,
    cx: &mut Cx<'_>,
) -> Result<Split<L>, Error> {
    let converse::Request {
        model_id: _,
        messages,
        system,
        inference_config,
        tool_config,
        guardrail_config,
        additional_model_request_fields,
        prompt_variables,
        additional_model_response_field_paths,
        request_metadata,
        performance_config,
        service_tier,
        output_config,
        stream,
        unknown,
    } = request;
    let root = Path::Root;
    cx.unknown(root, &unknown);
    if prompt_variables.is_some_and(|variables| !variables.is_empty()) {
        cx.content(root.name("promptVariables"), Code::Unsupported, "Messages has no prompts with variables");
    }
    if !additional_model_response_field_paths.is_empty() {
        let at = root.name("additionalModelResponseFieldPaths");
        cx.hint(at, Code::Unsupported, "a Messages response has all its fields");
    }
    let fields_at = root.name(FIELDS);
    let mut fields = additional::read(additional_model_request_fields, fields_at, cx)?;

    let (tools, choice) = match tool_config {
        None => (Vec::new(), None),
        Some(converse::ToolConfiguration { tools, tool_choice, unknown }) => {
            cx.unknown(root.name("toolConfig"), &unknown);
            (tools, tool_choice)
        }
    };
    let config_at = root.name("toolConfig");
    let choice_at = config_at.name("toolChoice");
    let partial_at = fields_at.name("tool_choice");
    let tool_choice = tool::choice_to_messages(choice, fields.tool_choice.take(), choice_at, partial_at, cx)?;
    let mut cached = Cached::new();
    tool::to_messages(tools, config_at.name("tools"), &mut cached, cx)?;
    turn::system_to_messages(system, root.name("system"), &mut cached, cx)?;
    turn::to_messages(messages, root.name("messages"), &mut cached, cx)?;

    let max_tokens_at = match &inference_config {
        Some(_) => "/inferenceConfig/maxTokens",
        None => "/inferenceConfig",
    };
    let converse::InferenceConfiguration { max_tokens, temperature, top_p, stop_sequences, unknown } =
        inference_config.unwrap_or_default();
    let inference_at = root.name("inferenceConfig");
    cx.unknown(inference_at, &unknown);
    params::finite([("temperature", temperature.as_ref()), ("topP", top_p.as_ref())], inference_at)?;
    let output = params::output_to_messages(output_config, root.name("outputConfig"), cx)?;
    let output_config = join_output(fields.output_config.take(), output, fields_at)?;

    let mut tools: Vec<_> = cached.tools.into_iter().map(messages::Tool::Custom).collect();
    tools.append(&mut fields.tools);
    let request = messages::Request {
        model: Some(model),
        anthropic_version: None,
        anthropic_beta: messages::united(fields.anthropic_beta, fields.betas),
        betas: Vec::new(),
        max_tokens: either(fields.max_tokens, max_tokens, "max_tokens", "/inferenceConfig/maxTokens", fields_at)?,
        system: turn::system_of(cached.system),
        messages: turn::messages_of(cached.messages),
        tools,
        tool_choice,
        thinking: fields.thinking,
        temperature: either(fields.temperature, temperature, "temperature", "/inferenceConfig/temperature", fields_at)?,
        top_p: either(fields.top_p, top_p, "top_p", "/inferenceConfig/topP", fields_at)?,
        top_k: fields.top_k,
        stop_sequences: either_list(
            fields.stop_sequences,
            stop_sequences,
            "stop_sequences",
            "/inferenceConfig/stopSequences",
            fields_at,
        )?,
        output_config,
        cache_control: fields.cache_control,
        metadata: fields.metadata,
        service_tier: fields.service_tier,
        stream: stream.then_some(true),
        context_management: fields.context_management,
        container: fields.container,
        mcp_servers: fields.mcp_servers,
        diagnostics: fields.diagnostics,
        inference_geo: fields.inference_geo,
        speed: fields.speed,
        user_profile_id: fields.user_profile_id,
        workspace_id: fields.workspace_id,
        unknown: fields.unknown,
    };
    let headers = HeaderMembers { guardrail_config, performance_config, request_metadata, service_tier };
    Ok(Split { request, headers, max_tokens_at })
}

/// Sees to `max_tokens`, which Messages requires and Converse does not.
pub(super) fn supply_max_tokens<L: Leaves>(
    request: &mut messages::Request<L>,
    at: &str,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    if request.max_tokens.is_some() {
        return Ok(());
    }
    request.max_tokens = cx.options.default_max_tokens;
    let Some(default) = request.max_tokens else {
        let message = "Messages requires max_tokens, and no default is set";
        return Err(Error::new(ErrorKind::MissingMaxTokens, at, message));
    };
    cx.hint_at(at, Code::Supplied, format!("Messages requires max_tokens: {default} was supplied"));
    Ok(())
}

/// `output_config` out of both places: its members merge.
fn join_output<L: Leaves>(
    additional: Option<messages::OutputConfig<L>>,
    mapped: messages::OutputConfig<L>,
    fields_at: Path<'_>,
) -> Result<Option<messages::OutputConfig<L>>, Error> {
    let at = fields_at.name("output_config");
    let messages::OutputConfig { format, effort, unknown } = additional.unwrap_or_default();
    let joined = messages::OutputConfig {
        format: either(format, mapped.format, "format", "/outputConfig/textFormat", at)?,
        effort: either(effort, mapped.effort, "effort", "/outputConfig/effort", at)?,
        unknown,
    };
    Ok((joined != messages::OutputConfig::default()).then_some(joined))
}

/// The Converse request to a model, under the rules of the service.
pub(super) fn whole_to_converse<L: Leaves>(
    model_id: L::Text,
    request: messages::Request<L>,
    cx: &mut Cx<'_>,
) -> Result<converse::Request<L>, Error> {
    let messages::Request {
        model: _,
        anthropic_version: _,
        anthropic_beta,
        betas,
        max_tokens,
        system,
        messages,
        mut tools,
        tool_choice,
        thinking,
        temperature,
        top_p,
        top_k,
        stop_sequences,
        output_config,
        cache_control,
        metadata,
        service_tier,
        stream,
        context_management,
        container,
        mcp_servers,
        diagnostics,
        inference_geo,
        speed,
        user_profile_id,
        workspace_id,
        unknown,
    } = request;
    let root = Path::Root;
    let family = model_id::family(&model_id.decode());
    let inference_config = params::inference_to_converse(max_tokens, temperature, top_p, stop_sequences, cx)?;
    let refused = [
        ("diagnostics", diagnostics.is_some()),
        ("inference_geo", inference_geo.is_some()),
        ("speed", speed.is_some()),
        ("user_profile_id", user_profile_id.is_some()),
        ("workspace_id", workspace_id.is_some()),
    ];
    cx.unsupported_members(root, refused, "Bedrock refuses it");
    let has_servers = mcp_servers.is_some_and(|servers| servers.text() != "[]");
    let refused = [("container", container.is_some()), ("mcp_servers", has_servers)];
    cx.unsupported_contents(root, &refused, "Bedrock refuses it");
    let mut output = output_config.unwrap_or_default();
    inline_refs(&mut tools, Some(&mut output), root, cx)?;
    let more_output = std::mem::take(&mut output.unknown);
    let output_config = params::output_to_converse(output, root.name("output_config"), cx)?;
    let carried = Additional {
        anthropic_beta,
        betas,
        thinking,
        top_k,
        context_management,
        output_config: (!more_output.is_empty())
            .then_some(messages::OutputConfig { unknown: more_output, ..Default::default() }),
        unknown,
        ..Default::default()
    };
    let exchange = Exchange { messages, system, tools, tool_choice, cache_control };
    let Exchanged { messages, system, tool_config, fields } = exchange::to_converse(exchange, carried, family, cx)?;
    let stop_sequence_returns = !inference_config.stop_sequences.is_empty() && family == Family::Claude;
    let streams = stream == Some(true);
    let returned = if streams { "/delta/stop_sequence" } else { "/stop_sequence" };
    Ok(converse::Request {
        model_id: Some(model_id),
        messages,
        system,
        inference_config: Some(inference_config),
        tool_config,
        guardrail_config: None,
        additional_model_request_fields: fields,
        prompt_variables: None,
        additional_model_response_field_paths: stop_sequence_returns
            .then(|| returned.to_owned().into())
            .into_iter()
            .collect(),
        request_metadata: params::metadata_to_converse(metadata, root.name("metadata"), cx),
        performance_config: None,
        service_tier: params::tier_to_converse(service_tier, root.name("service_tier"), cx),
        output_config,
        stream: streams,
        unknown: Map::new(),
    })
}
