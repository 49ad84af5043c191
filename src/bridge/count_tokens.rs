//! `CountTokens` ⇄ `messages.count_tokens`
//!
//! | Converse | Messages | |
//! |---|---|---|
//! | `modelId` | `model` | |
//! | `input.converse` `messages system toolConfig additionalModelRequestFields` | `messages system tools tool_choice`, and what is carried | no `max_tokens` |
//! | `input.invokeModel.body` | all members, as base64 of `InvokeModel`'s body | `max_tokens: 1` supplied |
//! | | sampling, metadata, … | hint: they do not count |

use crate::loss::{Code, Converted, Cx, Path};
use crate::wire::{Base64, Leaves, Map, Raw, Text, Wire};
use crate::{Error, Options, converse, messages, model_id};

use super::additional::FIELDS;
use super::exchange::{self, InConverse};
use super::{inline_refs, invoke, json_in_string, model, outcome, request, rules};

/// Converts a request to count a conversation's tokens.
///
/// # Errors
/// See [`request::to_messages`].
///
/// ```
/// use converse_messages::{Options, converse, count_tokens, messages};
///
/// let counted = converse::ConverseTokensRequest { messages: vec![converse::Message::user("Hi")], ..Default::default() };
/// let input = converse::CountTokensInput::Converse(counted);
/// let source = converse::CountTokensRequest { model_id: Some("m".into()), input, ..Default::default() };
/// let target = count_tokens::to_messages(source, &Options::default())?.value;
/// assert_eq!(target.messages, [messages::Message::user("Hi")]);
/// assert_eq!(target.max_tokens, None, "a token count has none");
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_messages<L: Leaves>(
    request: converse::CountTokensRequest<L>,
    options: &Options,
) -> Result<Converted<messages::Request<L>>, Error> {
    let mut cx = Cx::new(options);
    let root = Path::Root;
    let converse::CountTokensRequest { model_id, input, unknown } = request;
    cx.unknown(root, &unknown);
    let input_at = root.name("input");
    let model = model::to_messages::<L>(model_id.clone(), root.name("modelId"), &mut cx)?;
    let value = match input {
        converse::CountTokensInput::Converse(converse::ConverseTokensRequest {
            messages,
            system,
            tool_config,
            additional_model_request_fields,
            unknown,
        }) => {
            let at = input_at.name("converse").pointer();
            cx.unknown(input_at.name("converse"), &unknown);
            let request = converse::Request {
                messages,
                system,
                tool_config,
                additional_model_request_fields,
                ..Default::default()
            };
            let mut inner = Cx::new(options);
            let request::RequestAndHeaders { mut request, headers: _, max_tokens_at: _, top_k_at } =
                request::split_to_messages(model, request, &mut inner).map_err(|error| error.beneath(&at))?;
            keep_counted(&mut request, Path::Root.name(FIELDS), top_k_at, &mut inner);
            cx.adopt(inner.into_losses(), &at);
            request
        }
        converse::CountTokensInput::InvokeModel(converse::InvokeModelTokensRequest { body, unknown }) => {
            let at = input_at.name("invokeModel");
            cx.unknown(at, &unknown);
            let at = at.name("body");
            let mut inner = Cx::new(options);
            let mut request =
                body_to_messages(&body.decode(), &mut inner).map_err(|error| error.encoded(at.pointer()))?;
            cx.adopt_encoded(inner.into_losses(), at);
            invoke::one(model_id, request.model.take(), &at.pointer(), "/modelId")?;
            request.model = Some(model);
            request
        }
        converse::CountTokensInput::Unknown(name, _) => {
            return Err(rules::invalid(input_at.name(&name), "neither `converse` nor `invokeModel`"));
        }
    };
    cx.finish(value)
}

/// The body of `InvokeModel` as what is to be counted.
fn body_to_messages<L: Leaves>(body: &[u8], cx: &mut Cx<'_>) -> Result<messages::Request<L>, Error> {
    let mut request: messages::Request<L> = L::parse(&json_in_string::<L>(body, cx.options)?)?;
    request.max_tokens = request.max_tokens.filter(|max_tokens| *max_tokens != 1);
    request.anthropic_version = None;
    inline_refs(&mut request.tools, request.output_config.as_mut(), Path::Root, cx)?;
    keep_counted(&mut request, Path::Root, TOP_K, cx);
    Ok(request)
}

/// Converts a request to count a conversation's tokens, or the response (a document with `inputTokens`), JSON to JSON.
///
/// # Errors
/// Malformed input, and what [`to_messages`] refuses.
///
/// ```
/// use converse_messages::{Options, count_tokens};
///
/// let source = br#"{"modelId": "m", "input": {"converse": {"messages": [{"role": "user", "content": [{"text": "Hi"}]}]}}}"#;
/// let target = count_tokens::to_messages_json(source, &Options::default())?;
/// assert_eq!(target.value, r#"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_messages_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    match converse::CountTokensRequest::<Raw>::from_json_within(json, options.max_depth) {
        Ok(request) => Ok(to_messages(request, options)?.map(|request| outcome(&request, json))),
        Err(_) if is_response(json, "inputTokens", options)? => {
            let response = converse::CountTokensResponse::<Raw>::from_json_within(json, options.max_depth)?;
            Ok(response_to_messages(response, options)?.map(|count| count.to_json()))
        }
        Err(error) => Err(error),
    }
}

const TOP_K: &str = "/top_k";

/// Takes out the members that `messages.count_tokens` does not have.
fn keep_counted<L: Leaves>(request: &mut messages::Request<L>, at: Path<'_>, top_k_at: &str, cx: &mut Cx<'_>) {
    const WHY: &str = "a token count has no such member, and it does not count";
    if request.top_k.take().is_some() {
        cx.hint_at(top_k_at, Code::Unsupported, WHY);
    }
    let uncounted = [
        ("max_tokens", request.max_tokens.take().is_some()),
        ("temperature", request.temperature.take().is_some()),
        ("top_p", request.top_p.take().is_some()),
        ("stop_sequences", !std::mem::take(&mut request.stop_sequences).is_empty()),
        ("metadata", request.metadata.take().is_some()),
        ("service_tier", request.service_tier.take().is_some()),
        ("stream", request.stream.take().is_some()),
        ("container", request.container.take().is_some()),
        ("diagnostics", request.diagnostics.take().is_some()),
        ("inference_geo", request.inference_geo.take().is_some()),
        ("user_profile_id", request.user_profile_id.take().is_some()),
        ("workspace_id", request.workspace_id.take().is_some()),
    ];
    cx.unsupported_members(at, uncounted, WHY);
}

/// Converts a request to count a conversation's tokens, into the form of Converse.
///
/// # Errors
/// See [`request::to_converse`].
///
/// ```
/// use converse_messages::{Options, count_tokens, messages};
///
/// let mut source = messages::Request::new("m", 1024);
/// source.messages.push(messages::Message::user("Hi"));
/// let target = count_tokens::to_converse(source, &Options::default())?;
/// assert_eq!(target.value.model_id.as_deref(), Some("m"));
/// assert_eq!(target.losses[0].path, "/max_tokens");
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_converse<L: Leaves>(
    mut request: messages::Request<L>,
    options: &Options,
) -> Result<Converted<converse::CountTokensRequest<L>>, Error> {
    let mut cx = Cx::new(options);
    let root = Path::Root;
    keep_counted(&mut request, root, TOP_K, &mut cx);
    inline_refs(&mut request.tools, request.output_config.as_mut(), root, &mut cx)?;
    let refused = [("mcp_servers", request.mcp_servers.is_some()), ("speed", request.speed.is_some())];
    cx.unsupported_members(root, refused, "Bedrock refuses it");
    let model_id = model::to_converse::<L>(request.model.take(), root.name("model"), &mut cx)?;
    let family = model_id::family(&model_id.decode());
    let (InConverse { messages, system, tool_config }, fields) = exchange::to_converse(request, family, &mut cx)?;
    let input = converse::ConverseTokensRequest {
        messages,
        system,
        tool_config,
        additional_model_request_fields: fields,
        ..Default::default()
    };
    cx.finish(converse::CountTokensRequest {
        model_id: Some(model_id),
        input: converse::CountTokensInput::Converse(input),
        ..Default::default()
    })
}

/// Converts a request to count a conversation's tokens into the form of Converse, or the response (a document with
/// `input_tokens`), JSON to JSON.
///
/// # Errors
/// Malformed input, and what [`to_converse`] refuses.
///
/// ```
/// use converse_messages::{Options, count_tokens};
///
/// let source = br#"{"model": "m", "messages": [{"role": "user", "content": "Hi"}]}"#;
/// let target = count_tokens::to_converse_json(source, &Options::default())?;
/// let expected = r#"{"modelId":"m","input":{"converse":{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}}}"#;
/// assert_eq!(target.value, expected);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_converse_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    match messages::Request::<Raw>::from_json_within(json, options.max_depth) {
        Ok(request) => Ok(to_converse(request, options)?.map(|request| outcome(&request, json))),
        Err(_) if is_response(json, "input_tokens", options)? => {
            let response = messages::MessageTokensCount::<Raw>::from_json_within(json, options.max_depth)?;
            Ok(response_to_converse(response, options)?.map(|count| count.to_json()))
        }
        Err(error) => Err(error),
    }
}

/// Gives a request to count a conversation's tokens the form of `InvokeModel`, whose body keeps all members but `stream`
/// and `service_tier`.
///
/// # Errors
/// Whatever [`Options`] refuse, and a request without a model.
///
/// ```
/// use converse_messages::{Options, converse, count_tokens, messages};
///
/// let mut source = messages::Request { model: Some("m".into()), ..Default::default() };
/// source.messages.push(messages::Message::user("Hi"));
/// let target = count_tokens::to_invoke(source, &Options::default())?.value;
/// let converse::CountTokensInput::InvokeModel(input) = target.input else { unreachable!() };
/// let body = br#"{"anthropic_version":"bedrock-2023-05-31","max_tokens":1,"messages":[{"role":"user","content":"Hi"}]}"#;
/// assert_eq!(input.body.decode(), body);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_invoke<L: Leaves>(
    mut request: messages::Request<L>,
    options: &Options,
) -> Result<Converted<converse::CountTokensRequest<L>>, Error> {
    let mut cx = Cx::new(options);
    let root = Path::Root;
    let model_id = model::to_converse::<L>(request.model.take(), root.name("model"), &mut cx)?;
    let lost = [("stream", request.stream.is_some()), ("service_tier", request.service_tier.take().is_some())];
    cx.unsupported_members(root, lost, "a token count has no such member, and it does not count");
    request.max_tokens.get_or_insert(1);
    inline_refs(&mut request.tools, request.output_config.as_mut(), root, &mut cx)?;
    let body = invoke::form(request, Map::default()).body;
    let input =
        converse::InvokeModelTokensRequest { body: Base64::encode(body.to_json().as_bytes()), ..Default::default() };
    cx.finish(converse::CountTokensRequest {
        model_id: Some(model_id),
        input: converse::CountTokensInput::InvokeModel(input),
        ..Default::default()
    })
}

/// Gives a request to count a conversation's tokens the form of `InvokeModel`, JSON to JSON.
///
/// # Errors
/// Malformed input, and what [`to_invoke`] refuses.
///
/// ```
/// use converse_messages::{Options, count_tokens};
///
/// let source = br#"{"model": "m", "messages": [{"role": "user", "content": "Hi"}]}"#;
/// let target = count_tokens::to_invoke_json(source, &Options::default())?;
/// assert!(target.value.starts_with(r#"{"modelId":"m","input":{"invokeModel":{"body":"eyJ"#));
/// assert!(target.losses.is_empty());
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_invoke_json(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let request = messages::Request::<Raw>::from_json_within(json, options.max_depth)?;
    Ok(to_invoke(request, options)?.map(|request| request.to_json()))
}

/// Whether an object has the member of a response.
fn is_response(json: &[u8], member: &str, options: &Options) -> Result<bool, Error> {
    let members = Map::<crate::wire::RawJson<'_>>::from_json_within(json, options.max_depth)?;
    Ok(members.iter().any(|(name, _)| name == member))
}

/// Converts the number of tokens: `inputTokens` ⇄ `input_tokens`.
///
/// # Errors
/// A negative number, and whatever [`Options`] refuse.
///
/// ```
/// use converse_messages::{Options, converse, count_tokens};
///
/// let source: converse::CountTokensResponse = converse::CountTokensResponse { input_tokens: 9, ..Default::default() };
/// let target = count_tokens::response_to_messages(source, &Options::default())?;
/// assert_eq!(target.value.input_tokens, 9);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn response_to_messages<L: Leaves>(
    response: converse::CountTokensResponse<L>,
    options: &Options,
) -> Result<Converted<messages::MessageTokensCount<L>>, Error> {
    let mut cx = Cx::new(options);
    let converse::CountTokensResponse { input_tokens, unknown } = response;
    cx.unknown(Path::Root, &unknown);
    rules::count(input_tokens, Path::Root.name("inputTokens"))?;
    cx.finish(messages::MessageTokensCount { input_tokens, ..Default::default() })
}

/// Converts the number of tokens: `input_tokens` ⇄ `inputTokens`.
///
/// # Errors
/// A negative number, and whatever [`Options`] refuse.
///
/// ```
/// use converse_messages::{Options, count_tokens, messages};
///
/// let source: messages::MessageTokensCount = messages::MessageTokensCount { input_tokens: -1, ..Default::default() };
/// let error = count_tokens::response_to_converse(source, &Options::default()).unwrap_err();
/// assert_eq!(error.path(), "/input_tokens");
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn response_to_converse<L: Leaves>(
    response: messages::MessageTokensCount<L>,
    options: &Options,
) -> Result<Converted<converse::CountTokensResponse<L>>, Error> {
    let mut cx = Cx::new(options);
    let messages::MessageTokensCount { input_tokens, unknown } = response;
    cx.unknown(Path::Root, &unknown);
    rules::count(input_tokens, Path::Root.name("input_tokens"))?;
    cx.finish(converse::CountTokensResponse { input_tokens, ..Default::default() })
}
