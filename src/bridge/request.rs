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
use crate::wire::{FreeForm, Leaves, Raw, Text, Wire};
use crate::{Error, ErrorKind, Options, converse, messages};

use super::additional::{self, FIELDS, Fields, either, either_list};
use super::exchange::{self, InConverse};
use super::invoke::Headers;
use super::{inline_refs, model, outcome, params};

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
    request: converse::Request<L>,
    options: &Options,
) -> Result<Converted<messages::Request<L>>, Error> {
    let mut cx = Cx::new(options);
    let request = to_messages_without_headers(request, "Messages has no place for it; InvokeModel has", &mut cx)?;
    cx.finish(request)
}

/// A Converse request as a Messages request, and why the members are lost that only `InvokeModel`'s headers can keep.
pub(super) fn to_messages_without_headers<L: Leaves>(
    mut request: converse::Request<L>,
    why: &'static str,
    cx: &mut Cx<'_>,
) -> Result<messages::Request<L>, Error> {
    let model = model::to_messages::<L>(request.model_id.take(), Path::Root.name("modelId"), cx)?;
    let RequestAndHeaders { mut request, headers, max_tokens_at, top_k_at: _ } = split_to_messages(model, request, cx)?;
    supply_max_tokens(&mut request, max_tokens_at, cx)?;
    let root = Path::Root;
    let Headers { guardrail_config, performance_config, request_metadata, service_tier } = headers;
    cx.unsupported_contents(root, &[("guardrailConfig", guardrail_config.is_some())], why);
    cx.unsupported_members(root, [("performanceConfig", performance_config.is_some())], why);
    let fields_at = root.name(FIELDS);
    let labels = request_metadata.unwrap_or_default();
    let user_id = params::metadata_to_messages::<L>(&labels, false, root.name("requestMetadata"), cx);
    join_user_id(&mut request, user_id, fields_at)?;
    let tier = params::tier_to_messages(service_tier, root.name("serviceTier"), cx);
    request.service_tier = either(request.service_tier, tier, "service_tier", "/serviceTier", fields_at)?;
    Ok(request)
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

/// A Converse request as a Messages request, and the members that only `InvokeModel`'s headers can keep.
pub(super) struct RequestAndHeaders<L: Leaves> {
    pub(super) request: messages::Request<L>,
    pub(super) headers: Headers<L>,
    /// The first absent member on the way to `maxTokens`, if it is absent.
    pub(super) max_tokens_at: &'static str,
    pub(super) top_k_at: &'static str,
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

pub(super) fn split_to_messages<L: Leaves>(
    model: L::Text,
    request: converse::Request<L>,
    cx: &mut Cx<'_>,
) -> Result<RequestAndHeaders<L>, Error> {
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
    let Fields { mut request, tool_choice, top_k_at } =
        additional::to_messages(additional_model_request_fields, fields_at, cx)?;
    request.model = Some(model);
    request.stream = stream.then_some(true);
    exchange::to_messages(InConverse { messages, system, tool_config }, tool_choice, &mut request, cx)?;
    let max_tokens_at = match &inference_config {
        Some(_) => "/inferenceConfig/maxTokens",
        None => "/inferenceConfig",
    };
    let inference = inference_config.unwrap_or_default();
    let inference_at = root.name("inferenceConfig");
    cx.unknown(inference_at, &inference.unknown);
    params::finite(
        [("temperature", inference.temperature.as_ref()), ("topP", inference.top_p.as_ref())],
        inference_at,
    )?;
    let output = params::output_to_messages(output_config, root.name("outputConfig"), cx)?;
    join_output(&mut request, output, fields_at)?;
    join_inference(&mut request, inference, fields_at)?;
    let headers = Headers { guardrail_config, performance_config, service_tier, request_metadata };
    Ok(RequestAndHeaders { request, headers, max_tokens_at, top_k_at })
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
    request: &mut messages::Request<L>,
    mapped: messages::OutputConfig<L>,
    fields_at: Path<'_>,
) -> Result<(), Error> {
    let at = fields_at.name("output_config");
    let messages::OutputConfig { format, effort, unknown } = request.output_config.take().unwrap_or_default();
    let joined = messages::OutputConfig {
        format: either(format, mapped.format, "format", "/outputConfig/textFormat", at)?,
        effort: either(effort, mapped.effort, "effort", "/outputConfig/effort", at)?,
        unknown,
    };
    request.output_config = (joined != messages::OutputConfig::default()).then_some(joined);
    Ok(())
}

/// The members of `inferenceConfig` out of both places.
fn join_inference<L: Leaves>(
    request: &mut messages::Request<L>,
    mapped: converse::InferenceConfiguration<L>,
    at: Path<'_>,
) -> Result<(), Error> {
    let converse::InferenceConfiguration { max_tokens, temperature, top_p, stop_sequences, unknown: _ } = mapped;
    request.max_tokens = either(request.max_tokens, max_tokens, "max_tokens", "/inferenceConfig/maxTokens", at)?;
    request.temperature =
        either(request.temperature.take(), temperature, "temperature", "/inferenceConfig/temperature", at)?;
    request.top_p = either(request.top_p.take(), top_p, "top_p", "/inferenceConfig/topP", at)?;
    let own = std::mem::take(&mut request.stop_sequences);
    request.stop_sequences = either_list(own, stop_sequences, "stop_sequences", "/inferenceConfig/stopSequences", at)?;
    Ok(())
}

/// The Converse request to a model, under the rules of the service.
pub(super) fn whole_to_converse<L: Leaves>(
    model_id: L::Text,
    mut request: messages::Request<L>,
    cx: &mut Cx<'_>,
) -> Result<converse::Request<L>, Error> {
    let root = Path::Root;
    let family = model_id::family(&model_id.decode());
    let inference_config = params::inference_to_converse(&mut request, cx)?;
    refused_by_bedrock(&mut request, cx);
    inline_refs(&mut request.tools, request.output_config.as_mut(), root, cx)?;
    let output_config = params::output_to_converse(&mut request.output_config, root.name("output_config"), cx)?;
    let (metadata, service_tier) = (request.metadata.take(), request.service_tier.take());
    let stream = request.stream.take() == Some(true);
    let (InConverse { messages, system, tool_config }, fields) = exchange::to_converse(request, family, cx)?;
    let stop_sequence_returns = !inference_config.stop_sequences.is_empty() && family == Family::Claude;
    let returned = stop_sequence_returns.then_some(if stream { "/delta/stop_sequence" } else { "/stop_sequence" });
    Ok(converse::Request {
        model_id: Some(model_id),
        messages,
        system,
        inference_config: Some(inference_config),
        tool_config,
        additional_model_request_fields: fields,
        additional_model_response_field_paths: returned.map(|path| path.to_owned().into()).into_iter().collect(),
        request_metadata: params::metadata_to_converse(metadata, root.name("metadata"), cx),
        service_tier: params::tier_to_converse(service_tier, root.name("service_tier"), cx),
        output_config,
        stream,
        ..Default::default()
    })
}

/// Takes out the members that Bedrock refuses.
fn refused_by_bedrock<L: Leaves>(request: &mut messages::Request<L>, cx: &mut Cx<'_>) {
    let why = "Bedrock refuses it";
    let hints = [
        ("diagnostics", request.diagnostics.take().is_some()),
        ("inference_geo", request.inference_geo.take().is_some()),
        ("speed", request.speed.take().is_some()),
        ("user_profile_id", request.user_profile_id.take().is_some()),
        ("workspace_id", request.workspace_id.take().is_some()),
    ];
    cx.unsupported_members(Path::Root, hints, why);
    let has_servers = request.mcp_servers.take().is_some_and(|servers| servers.text() != "[]");
    let contents = [("container", request.container.take().is_some()), ("mcp_servers", has_servers)];
    cx.unsupported_contents(Path::Root, &contents, why);
}
