//! The form of Bedrock's `InvokeModel`, [`messages::InvokeModel`]: `{model_id, stream, headers, body}`
//!
//! | `InvokeModel` | Converse | Messages |
//! |---|---|---|
//! | `model_id` | `modelId` | `model` |
//! | `stream` | the operation | `stream` |
//! | `body` | | all else, with `anthropic_version` |
//! | `X-Amzn-Bedrock-GuardrailIdentifier`, `-GuardrailVersion`, `X-Amzn-Bedrock-Trace` | `guardrailConfig` | |
//! | `X-Amzn-Bedrock-PerformanceConfig-Latency` | `performanceConfig.latency` | |
//! | `X-Amzn-Bedrock-Service-Tier` | `serviceTier.type` | `service_tier` |
//! | `X-Amzn-Bedrock-Request-Metadata` | `requestMetadata` | |

use std::collections::BTreeSet;

use crate::loss::{Code, Converted, Cx, Path};
use crate::wire::{Leaves, Map, Raw, Text, Wire};
use crate::{Error, ErrorKind, Options, converse, messages};

use super::additional::{FIELDS, either};
use super::rules::invalid;
use super::{inline_refs, json_in_string, model, outcome, params, request};

const GUARDRAIL_IDENTIFIER: &str = "X-Amzn-Bedrock-GuardrailIdentifier";
const GUARDRAIL_VERSION: &str = "X-Amzn-Bedrock-GuardrailVersion";
const TRACE: &str = "X-Amzn-Bedrock-Trace";
const LATENCY: &str = "X-Amzn-Bedrock-PerformanceConfig-Latency";
const SERVICE_TIER: &str = "X-Amzn-Bedrock-Service-Tier";
const REQUEST_METADATA: &str = "X-Amzn-Bedrock-Request-Metadata";

/// The version of the Messages API that Bedrock speaks.
const ANTHROPIC_VERSION: &str = "bedrock-2023-05-31";

/// Gives a Messages request the form of `InvokeModel`. Only a service tier that Bedrock does not know is lost.
///
/// # Errors
/// Whatever [`Options`] refuse, and a request without a model.
///
/// ```
/// use converse_messages::{Options, invoke, messages, wire::Wire as _};
///
/// let mut request = messages::Request::new("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 10);
/// request.messages.push(messages::Message::user("Hi"));
/// let invoke = invoke::from_messages(request, &Options::default())?.value;
/// let body = r#"{"anthropic_version":"bedrock-2023-05-31","max_tokens":10,"messages":[{"role":"user","content":"Hi"}]}"#;
/// assert_eq!(invoke.body.to_json(), body);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn from_messages<L: Leaves>(
    mut request: messages::Request<L>,
    options: &Options,
) -> Result<Converted<messages::InvokeModel<L>>, Error> {
    let mut cx = Cx::new(options);
    request.model = Some(model::to_converse::<L>(request.model.take(), Path::Root.name("model"), &mut cx)?);
    inline_refs(&mut request.tools, request.output_config.as_mut(), Path::Root, &mut cx)?;
    let mut headers = Map::default();
    let tier = request.service_tier.take();
    if let Some(tier) = params::tier_to_converse::<L>(tier, Path::Root.name("service_tier"), &mut cx) {
        push(&mut headers, SERVICE_TIER, tier.kind.as_str().to_owned());
    }
    cx.finish(form(request, headers))
}

/// Gives a Messages request the form of `InvokeModel`, JSON to JSON.
///
/// # Errors
/// Malformed input, and what [`from_messages`] refuses.
///
/// ```
/// use converse_messages::{Options, invoke};
///
/// let source = br#"{"model": "m", "max_tokens": 5, "messages": [], "stream": true, "service_tier": "standard_only"}"#;
/// let target = invoke::from_messages_json(source, &Options::default())?;
/// let expected = r#"{"model_id":"m","stream":true,"headers":{"X-Amzn-Bedrock-Service-Tier":"default"},"body":{"anthropic_version":"bedrock-2023-05-31","max_tokens":5,"messages":[]}}"#;
/// assert_eq!(target.value, expected);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn from_messages_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let request = messages::Request::<Raw>::from_json_within(json, options.max_depth)?;
    Ok(from_messages(request, options)?.map(|invoke| outcome(&invoke, json)))
}

/// The form, once the service tier is a header.
pub(super) fn form<L: Leaves>(mut request: messages::Request<L>, headers: Map<L::Text>) -> messages::InvokeModel<L> {
    request.anthropic_version.get_or_insert_with(|| ANTHROPIC_VERSION.to_owned().into());
    request.anthropic_beta = request.take_betas();
    messages::InvokeModel {
        model_id: request.model.take(),
        stream: Some(request.stream.take().unwrap_or_default()),
        headers: Some(headers),
        body: request,
        ..Default::default()
    }
}

fn push<T: From<String>>(headers: &mut Map<T>, name: &str, value: String) {
    headers.push(name, value.into());
}

/// Converts a Converse request straight to the form of `InvokeModel`, which keeps what Messages alone cannot.
///
/// # Errors
/// See [`request::to_messages`].
///
/// ```
/// use converse_messages::{Options, converse, invoke};
///
/// let mut request = converse::Request::new("anthropic.claude-3-haiku-20240307-v1:0");
/// let latency = Some(converse::PerformanceConfigLatency::Optimized);
/// request.performance_config = Some(converse::PerformanceConfiguration { latency, ..Default::default() });
/// let target = invoke::from_converse(request, &Options::default())?;
/// let headers = target.value.headers.unwrap_or_default();
/// assert_eq!(headers.get("X-Amzn-Bedrock-PerformanceConfig-Latency").map(String::as_str), Some("optimized"));
/// assert_eq!(target.losses[0].path, "/inferenceConfig", "max_tokens was supplied");
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn from_converse<L: Leaves>(
    mut request: converse::Request<L>,
    options: &Options,
) -> Result<Converted<messages::InvokeModel<L>>, Error> {
    let mut cx = Cx::new(options);
    // Bedrock takes its own ids in this form too.
    let model = model::to_converse::<L>(request.model_id.take(), Path::Root.name("modelId"), &mut cx)?;
    let request::RequestAndHeaders { mut request, headers, max_tokens_at, top_k_at: _ } =
        request::split_to_messages(model, request, &mut cx)?;
    request::supply_max_tokens(&mut request, max_tokens_at, &mut cx)?;
    let Headers { guardrail_config, performance_config, request_metadata, service_tier } = headers;
    let root = Path::Root;
    let fields_at = root.name(FIELDS);
    let mut headers = Map::default();
    if let Some(guardrail) = guardrail_config {
        guardrail_to_headers(guardrail, &mut headers, &mut cx);
    }
    if let Some(converse::PerformanceConfiguration { latency, unknown }) = performance_config {
        cx.unknown(root.name("performanceConfig"), &unknown);
        if let Some(latency) = latency {
            push(&mut headers, LATENCY, latency.as_str().to_owned());
        }
    }
    let own_tier = params::tier_to_converse::<L>(request.service_tier.take(), fields_at.name("service_tier"), &mut cx);
    if let Some(tier) = either(own_tier, service_tier, "service_tier", "/serviceTier", fields_at)? {
        cx.unknown(root.name("serviceTier"), &tier.unknown);
        match tier.kind {
            converse::ServiceTierType::Unknown(_) => no_such_header(root.name("serviceTier"), &mut cx),
            kind => push(&mut headers, SERVICE_TIER, kind.as_str().to_owned()),
        }
    }
    if let Some(labels) = request_metadata.filter(|labels| !labels.is_empty()) {
        let user_id = params::metadata_to_messages::<L>(&labels, true, root.name("requestMetadata"), &mut cx);
        request::join_user_id(&mut request, user_id, fields_at)?;
        headers.push(REQUEST_METADATA, super::text_of::<L>(&L::free_form(&labels)));
    }
    cx.finish(form(request, headers))
}

/// Converts a Converse request to the form of `InvokeModel`, JSON to JSON.
///
/// # Errors
/// Malformed input, and what [`from_converse`] refuses.
///
/// ```
/// use converse_messages::{Options, invoke};
///
/// let source = br#"{"modelId": "anthropic.claude-3-haiku-20240307-v1:0", "messages": [], "inferenceConfig": {"maxTokens": 5},
///     "guardrailConfig": {"guardrailIdentifier": "g1", "guardrailVersion": "DRAFT", "trace": "enabled"}}"#;
/// let target = invoke::from_converse_json(source, &Options::default())?;
/// assert!(target.value.contains(r#""X-Amzn-Bedrock-Trace":"ENABLED""#));
/// assert!(target.losses.is_empty());
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn from_converse_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let request = converse::Request::<Raw>::from_json_within(json, options.max_depth)?;
    Ok(from_converse(request, options)?.map(|invoke| outcome(&invoke, json)))
}

fn guardrail_to_headers<L: Leaves>(
    guardrail: converse::GuardrailConfiguration<L>,
    headers: &mut Map<L::Text>,
    cx: &mut Cx<'_>,
) {
    let converse::GuardrailConfiguration {
        guardrail_identifier,
        guardrail_version,
        trace,
        stream_processing_mode,
        unknown,
    } = guardrail;
    let root = Path::Root;
    let at = root.name("guardrailConfig");
    cx.unknown(at, &unknown);
    for (name, value) in [(GUARDRAIL_IDENTIFIER, guardrail_identifier), (GUARDRAIL_VERSION, guardrail_version)] {
        headers.extend(value.map(|value| (name.to_owned(), value)));
    }
    match trace {
        None => {}
        Some(converse::GuardrailTrace::Unknown(_)) => no_such_header(at.name("trace"), cx),
        Some(trace) => push(headers, TRACE, trace.as_str().to_ascii_uppercase()),
    }
    if stream_processing_mode.is_some() {
        cx.hint(at.name("streamProcessingMode"), Code::Unsupported, "InvokeModel has no header for it");
    }
}

/// What the headers of the form say: members of a Converse request, of which Messages has at most a part.
pub(super) struct Headers<L: Leaves> {
    pub(super) guardrail_config: Option<converse::GuardrailConfiguration<L>>,
    pub(super) performance_config: Option<converse::PerformanceConfiguration<L>>,
    pub(super) service_tier: Option<converse::ServiceTier<L>>,
    pub(super) request_metadata: Option<Map<L::Text>>,
}

fn read_headers<L: Leaves>(headers: Option<Map<L::Text>>, at: Path<'_>, cx: &mut Cx<'_>) -> Result<Headers<L>, Error> {
    let mut guardrail = converse::GuardrailConfiguration::<L>::default();
    let (mut performance_config, mut service_tier, mut request_metadata) = (None, None, None);
    for (name, value) in distinct(headers, at)? {
        let at = at.name(&name);
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is(GUARDRAIL_IDENTIFIER) {
            guardrail.guardrail_identifier = Some(value);
        } else if is(GUARDRAIL_VERSION) {
            guardrail.guardrail_version = Some(value);
        } else if is(TRACE) {
            match converse::GuardrailTrace::from(&*value.decode().to_ascii_lowercase()) {
                converse::GuardrailTrace::Unknown(_) => no_such_value(at, cx),
                trace => guardrail.trace = Some(trace),
            }
        } else if is(LATENCY) {
            match converse::PerformanceConfigLatency::from(&*value.decode()) {
                converse::PerformanceConfigLatency::Unknown(_) => no_such_value(at, cx),
                latency => {
                    let latency = Some(latency);
                    performance_config = Some(converse::PerformanceConfiguration { latency, ..Default::default() });
                }
            }
        } else if is(SERVICE_TIER) {
            match converse::ServiceTierType::from(&*value.decode()) {
                converse::ServiceTierType::Unknown(_) => no_such_value(at, cx),
                kind => service_tier = Some(converse::ServiceTier { kind, ..Default::default() }),
            }
        } else if is(REQUEST_METADATA) {
            let json = json_in_string::<L>(value.decode().as_bytes(), cx.options)
                .map_err(|error| invalid(at, format!("not a JSON text: {}", error.message())))?;
            let labels = L::parse::<Map<L::Text>>(&json);
            request_metadata = Some(labels.map_err(|error| invalid(at, error.message().to_owned()))?);
        } else {
            cx.hint(at, Code::UnknownMember, "not a header this library knows");
        }
    }
    let guarded = guardrail != converse::GuardrailConfiguration::default();
    Ok(Headers { guardrail_config: guarded.then_some(guardrail), performance_config, service_tier, request_metadata })
}

/// The headers, whose names have no case, each of which stands there once.
fn distinct<V>(headers: Option<Map<V>>, at: Path<'_>) -> Result<Map<V>, Error> {
    let headers = headers.unwrap_or_default();
    let mut seen = BTreeSet::new();
    for (name, _) in headers.iter() {
        if !seen.insert(name.to_ascii_lowercase()) {
            let message = "another header has this name in other letters";
            return Err(Error::new(ErrorKind::Collision, at.name(name).pointer(), message));
        }
    }
    Ok(headers)
}

fn no_such_header(at: Path<'_>, cx: &mut Cx<'_>) {
    cx.content(at, Code::UnknownValue, "not a value that InvokeModel's header has");
}

fn no_such_value(at: Path<'_>, cx: &mut Cx<'_>) {
    cx.content(at, Code::UnknownValue, "not a value that Converse has");
}

/// Converts the form of `InvokeModel` to a Converse request.
///
/// # Errors
/// See [`request::to_converse`].
///
/// ```
/// use converse_messages::{Options, converse, invoke, messages, wire::Map};
///
/// let mut body = messages::Request { max_tokens: Some(10), ..Default::default() };
/// body.messages.push(messages::Message::user("Hi"));
/// let headers = Map::from_iter([("X-Amzn-Bedrock-Trace".to_owned(), "ENABLED".to_owned())]);
/// let source = messages::InvokeModel { model_id: Some("m".into()), headers: Some(headers), body, ..Default::default() };
/// let request = invoke::to_converse(source, &Options::default())?.value;
/// assert_eq!(request.messages, [converse::Message::user("Hi")]);
/// assert_eq!(request.guardrail_config.and_then(|guardrail| guardrail.trace), Some(converse::GuardrailTrace::Enabled));
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_converse<L: Leaves>(
    invoke: messages::InvokeModel<L>,
    options: &Options,
) -> Result<Converted<converse::Request<L>>, Error> {
    let mut cx = Cx::new(options);
    let root = Path::Root;
    let messages::InvokeModel { model_id, stream, headers, mut body, unknown } = invoke;
    cx.unknown(root, &unknown);
    let model_id = one(model_id, body.model.take(), "/body/model", "/model_id")?;
    let model_id = model::to_converse::<L>(model_id, root.name("model_id"), &mut cx)?;
    body.stream = one(stream, body.stream, "/body/stream", "/stream")?;
    let Headers { guardrail_config, performance_config, service_tier, request_metadata } =
        read_headers(headers, root.name("headers"), &mut cx)?;
    let mut inner = Cx::new(options);
    let mut request = request::whole_to_converse(model_id, body, &mut inner).map_err(|error| error.beneath("/body"))?;
    cx.adopt(inner.into_losses(), "/body");
    request.guardrail_config = guardrail_config;
    request.performance_config = performance_config;
    request.service_tier = one(service_tier, request.service_tier, "/body/service_tier", "the header")?;
    request.request_metadata = match (request_metadata, request.request_metadata) {
        (Some(mut labels), Some(own)) => {
            for (name, value) in own {
                match labels.get(&name) {
                    None => labels.push(name, value),
                    Some(label) if *label == value => {}
                    Some(_) => cx.hint_at("/body/metadata/user_id", Code::Dropped, "the header says another thing"),
                }
            }
            Some(labels)
        }
        (labels, own) => labels.or(own),
    };
    cx.finish(request)
}

/// A value that may stand in two places, if they say the same.
pub(super) fn one<T: PartialEq>(
    outer: Option<T>,
    body: Option<T>,
    body_at: &str,
    outer_at: &str,
) -> Result<Option<T>, Error> {
    if outer.is_some() && body.is_some() && outer != body {
        return Err(Error::new(ErrorKind::Collision, body_at, format!("says another thing than {outer_at}")));
    }
    Ok(outer.or(body))
}

/// Converts the form of `InvokeModel` to a Converse request, JSON to JSON.
///
/// # Errors
/// Malformed input, and what [`to_converse`] refuses.
///
/// ```
/// use converse_messages::{Options, invoke};
///
/// let source = br#"{"model_id": "m", "headers": {"X-Amzn-Bedrock-Service-Tier": "flex", "X-Other": "1"},
///     "body": {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 5, "messages": []}}"#;
/// let target = invoke::to_converse_json(source, &Options::default())?;
/// let expected = r#"{"modelId":"m","inferenceConfig":{"maxTokens":5},"serviceTier":{"type":"flex"}}"#;
/// assert_eq!(target.value, expected);
/// assert_eq!(target.losses[0].path, "/headers/X-Other");
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_converse_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let invoke = messages::InvokeModel::<Raw>::from_json_within(json, options.max_depth)?;
    Ok(to_converse(invoke, options)?.map(|request| outcome(&request, json)))
}

/// Takes a Messages request out of the form of `InvokeModel`.
///
/// # Errors
/// Whatever [`Options`] refuse, and a form without a model.
///
/// ```
/// use converse_messages::{Options, invoke, messages, wire::Map};
///
/// let body = messages::Request { max_tokens: Some(10), ..Default::default() };
/// let headers = Map::from_iter([("X-Amzn-Bedrock-PerformanceConfig-Latency".to_owned(), "optimized".to_owned())]);
/// let source = messages::InvokeModel { model_id: Some("m".into()), headers: Some(headers), body, ..Default::default() };
/// let target = invoke::to_messages(source, &Options::default())?;
/// assert_eq!(target.value, messages::Request::new("m", 10));
/// assert_eq!(target.losses[0].path, "/headers/X-Amzn-Bedrock-PerformanceConfig-Latency");
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_messages<L: Leaves>(
    invoke: messages::InvokeModel<L>,
    options: &Options,
) -> Result<Converted<messages::Request<L>>, Error> {
    let mut cx = Cx::new(options);
    let root = Path::Root;
    let messages::InvokeModel { model_id, stream, headers, body: mut request, unknown } = invoke;
    cx.unknown(root, &unknown);
    let headers_at = root.name("headers");
    let mut tier = None;
    for (name, value) in distinct(headers, headers_at)? {
        let at = headers_at.name(&name);
        let is = |known: &[&str]| known.iter().any(|known| name.eq_ignore_ascii_case(known));
        if is(&[SERVICE_TIER]) {
            tier = params::tier_kind_to_messages(&converse::ServiceTierType::from(&*value.decode()), at, &mut cx);
        } else if is(&[GUARDRAIL_IDENTIFIER, GUARDRAIL_VERSION, TRACE]) {
            cx.content(at, Code::Unsupported, "Messages has no guardrails");
        } else {
            cx.hint(at, Code::Unsupported, "Messages has no place for it");
        }
    }
    request.service_tier = one(tier, request.service_tier, "/body/service_tier", "the header")?;
    request.stream = one(stream, request.stream, "/body/stream", "/stream")?.filter(|stream| *stream);
    request.anthropic_version = None;
    let model_id = one(model_id, request.model, "/body/model", "/model_id")?;
    request.model = Some(model::to_messages::<L>(model_id, root.name("model_id"), &mut cx)?);
    cx.finish(request)
}

/// Takes a Messages request out of the form of `InvokeModel`, JSON to JSON.
///
/// # Errors
/// Malformed input, and what [`to_messages`] refuses.
///
/// ```
/// use converse_messages::{Options, invoke};
///
/// let source = br#"{"model_id": "m", "stream": true, "headers": {"X-Amzn-Bedrock-Service-Tier": "default"},
///     "body": {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 5, "messages": []}}"#;
/// let target = invoke::to_messages_json(source, &Options::default())?;
/// assert_eq!(target.value, r#"{"model":"m","max_tokens":5,"messages":[],"service_tier":"standard_only","stream":true}"#);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_messages_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let invoke = messages::InvokeModel::<Raw>::from_json_within(json, options.max_depth)?;
    Ok(to_messages(invoke, options)?.map(|request| outcome(&request, json)))
}
