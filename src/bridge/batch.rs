//! Records of Bedrock's batch inference jobs ⇄ lines of Anthropic's message batches
//!
//! | Bedrock | Anthropic | |
//! |---|---|---|
//! | `recordId` | `custom_id` | one that does not fit `[a-zA-Z0-9_-]{1,64}` becomes a digest (hint) |
//! | `modelInput`, a body of `Converse` or `InvokeModel` | `params` | the model is the job's: towards Messages [`Options::model`] names it |
//! | `modelOutput`, the same | `result` `succeeded` | |
//! | `error` `errorCode errorMessage` | `result` `errored` | the code is the HTTP status, see [`errors`](super::errors) |
//! | the same | `result` `canceled`, `expired` | 499, 408 (hint) |
//!
//! A record's kind follows from its members. A body is Converse's if it has `inferenceConfig`, `toolConfig`, or a block without
//! `type`; `anthropic_version` means `InvokeModel`.

use crate::loss::{Code, Converted, Cx, Path};
use crate::wire::{FromCompact as _, Leaves, Map, Raw, Text as _, Wire, object};
use crate::{Error, Model, Options, Policy, converse, messages};

use super::rules::{self, invalid};
use super::{capacity_for, errors, invoke, model, request, response};

object! {
    /// A record of either kind.
    pub struct Record {
        /// Bedrock's id.
        optional record_id: L::Text = "recordId",
        /// Bedrock's request.
        optional model_input: L::Json = "modelInput",
        /// Bedrock's response.
        optional model_output: L::Json = "modelOutput",
        /// Bedrock's error.
        optional error: converse::BatchError<L> = "error",
        /// Anthropic's id.
        optional custom_id: L::Text = "custom_id",
        /// Anthropic's request.
        optional params: messages::Request<L> = "params",
        /// Anthropic's response.
        optional result: messages::BatchResult<L> = "result",
    }

    /// What tells a body of Converse from one of `InvokeModel`.
    pub struct Body {
        /// `InvokeModel`'s.
        optional anthropic_version: L::Json = "anthropic_version",
        /// Converse's.
        optional inference_config: L::Json = "inferenceConfig",
        /// Converse's.
        optional tool_config: L::Json = "toolConfig",
        /// Either's.
        optional system: L::Json = "system",
        /// Either's.
        list messages: Turn<L> = "messages",
    }

    /// A turn of either.
    pub struct Turn {
        /// A string or blocks.
        optional content: L::Json = "content",
    }
}

/// What stands on the Messages side of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessagesForm {
    /// Lines of Anthropic's message batches.
    MessageBatch,
    /// Records of Bedrock's, with bodies of `InvokeModel`.
    InvokeModel,
}

/// The operation whose bodies a record of Bedrock's has.
#[derive(Clone, Copy)]
enum Operation {
    Converse,
    InvokeModel,
}

/// What a record holds.
enum Held<L: Leaves> {
    Input(L::Json),
    Output(L::Json),
    Error(converse::BatchError<L>),
    Params(messages::Request<L>),
    Result(messages::BatchResult<L>),
}

/// A record taken apart.
struct Parts<L: Leaves> {
    id: L::Text,
    held: Held<L>,
    /// The members where these two stand.
    id_at: &'static str,
    at: &'static str,
}

/// Converts a record to Messages: to a line of a message batch, or to a record of Bedrock's with a body of `InvokeModel`.
///
/// # Errors
/// Malformed input, what the conversions of requests and responses refuse, and `missing_model` if neither
/// [`Options::model`] nor the record names one.
///
/// ```
/// use converse_messages::batch::{self, MessagesForm};
/// use converse_messages::{Model, Options};
///
/// let options = Options { model: Model::Replace("claude-haiku-4-5".into()), ..Options::default() };
/// let record = br#"{"recordId": "r1", "modelInput":
///     {"messages": [{"role": "user", "content": [{"text": "Hi"}]}], "inferenceConfig": {"maxTokens": 9}}}"#;
/// let line = batch::to_messages_json(record, MessagesForm::MessageBatch, &options)?.value;
/// let expected = r#"{"custom_id":"r1","params":{"model":"claude-haiku-4-5","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}}"#;
/// assert_eq!(line, expected);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_messages_json(record: &[u8], form: MessagesForm, options: &Options) -> Result<Converted<String>, Error> {
    let mut cx = Cx::new(options);
    let parts = read(Record::<Raw>::from_json_within(record, options.max_depth)?, &mut cx)?;
    let capacity = capacity_for(record);
    let json = match form {
        MessagesForm::MessageBatch => anthropic(parts, capacity, &mut cx),
        MessagesForm::InvokeModel => bedrock(parts, Operation::InvokeModel, capacity, &mut cx),
    };
    cx.finish(json?)
}

/// Converts a record to one of Bedrock's with a body of `Converse`. If it is a line of a message batch and the Messages side is
/// [`MessagesForm::InvokeModel`], it goes there: to a record of Bedrock's with a body of `InvokeModel`.
///
/// # Errors
/// Malformed input, and what the conversions of requests and responses refuse.
///
/// ```
/// use converse_messages::batch::{self, MessagesForm};
/// use converse_messages::{Model, Options};
///
/// let options = Options { model: Model::Replace("anthropic.claude-haiku-4-5-20251001-v1:0".into()), ..Options::default() };
/// let line = br#"{"custom_id": "r1", "params":
///     {"model": "claude-haiku-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}}"#;
/// let record = batch::to_converse_json(line, MessagesForm::MessageBatch, &options)?.value;
/// let expected = r#"{"recordId":"r1","modelInput":{"messages":[{"role":"user","content":[{"text":"Hi"}]}],"inferenceConfig":{"maxTokens":9}}}"#;
/// assert_eq!(record, expected);
/// # Ok::<(), converse_messages::Error>(())
/// ```
pub fn to_converse_json(record: &[u8], form: MessagesForm, options: &Options) -> Result<Converted<String>, Error> {
    let mut cx = Cx::new(options);
    let parts = read(Record::<Raw>::from_json_within(record, options.max_depth)?, &mut cx)?;
    let operation = match form {
        MessagesForm::InvokeModel if parts.id_at == "custom_id" => Operation::InvokeModel,
        MessagesForm::InvokeModel | MessagesForm::MessageBatch => Operation::Converse,
    };
    let json = bedrock(parts, operation, capacity_for(record), &mut cx)?;
    cx.finish(json)
}

/// A record's id, whatever else is wrong with it, for a report of what was refused.
///
/// ```
/// use converse_messages::batch;
///
/// assert_eq!(batch::id(br#"{"recordId": "r1", "modelInput": []}"#).as_deref(), Some("r1"));
/// assert_eq!(batch::id(br#"{"modelInput": []}"#), None);
/// ```
#[must_use]
pub fn id(record: &[u8]) -> Option<String> {
    let members = Map::<crate::wire::RawJson<'_>>::from_json(record).ok()?;
    let id = members.get("recordId").or_else(|| members.get("custom_id"))?;
    crate::wire::Raw::parse::<crate::wire::RawText<'_>>(id).ok().map(|id| id.decode().into_owned())
}

fn read<L: Leaves>(record: Record<L>, cx: &mut Cx<'_>) -> Result<Parts<L>, Error> {
    let Record { record_id, model_input, model_output, error, custom_id, params, result, unknown } = record;
    let root = Path::Root;
    cx.unknown(root, &unknown);
    let members = [
        ("result", result.map(Held::Result)),
        ("params", params.map(Held::Params)),
        ("modelOutput", model_output.map(Held::Output)),
        ("error", error.map(Held::Error)),
        ("modelInput", model_input.map(Held::Input)),
    ];
    let mut present = members.into_iter().filter_map(|(name, held)| Some((name, held?)));
    let Some((at, held)) = present.next() else {
        return Err(invalid(root.name("modelInput"), "neither a request nor what came of one"));
    };
    for (name, _) in present {
        cx.hint(root.name(name), Code::Unsupported, "a converted line holds the outcome alone, not its request too");
    }
    let ids = match held {
        Held::Params(_) | Held::Result(_) => [("custom_id", custom_id), ("recordId", record_id)],
        Held::Input(_) | Held::Output(_) | Held::Error(_) => [("recordId", record_id), ("custom_id", custom_id)],
    };
    let [(id_at, id), (other_at, other)] = ids;
    if other.is_some() {
        cx.hint(root.name(other_at), Code::Unsupported, "a line of the target has one id, and it is another");
    }
    let id = id.ok_or_else(|| invalid(root.name(id_at), "a required member is missing"))?;
    Ok(Parts { id, held, id_at, at })
}

/// A line of Anthropic's.
fn anthropic<L: Leaves>(parts: Parts<L>, capacity: usize, cx: &mut Cx<'_>) -> Result<String, Error> {
    let Parts { id, held, id_at, at } = parts;
    let custom_id = custom_id::<L>(id, Path::Root.name(id_at), cx);
    let result = match held {
        Held::Input(body) => {
            let params = part(at, cx, |options| params::<L>(&body, options))?;
            return Ok(request_line(custom_id, params, capacity));
        }
        Held::Params(params) => return Ok(request_line(custom_id, params, capacity)),
        Held::Output(output) => {
            let message = part(at, cx, |options| message_of::<L>(&output, options))?;
            messages::BatchResult::Succeeded(messages::BatchSucceededResult { message, ..Default::default() })
        }
        Held::Error(error) => {
            let error = error_to_messages(error, Path::Root.name(at), cx);
            messages::BatchResult::Errored(messages::BatchErroredResult { error, ..Default::default() })
        }
        Held::Result(result) => result,
    };
    Ok(messages::BatchResponse { custom_id, result, ..Default::default() }.to_json_with_capacity(capacity))
}

fn request_line<L: Leaves>(custom_id: L::Text, params: messages::Request<L>, capacity: usize) -> String {
    messages::BatchRequest { custom_id, params, ..Default::default() }.to_json_with_capacity(capacity)
}

/// A record of Bedrock's, with a body of the operation.
fn bedrock<L: Leaves>(
    parts: Parts<L>,
    operation: Operation,
    capacity: usize,
    cx: &mut Cx<'_>,
) -> Result<String, Error> {
    let Parts { id, held, id_at: _, at } = parts;
    let mut record = converse::BatchRecord { record_id: id, ..Default::default() };
    match held {
        Held::Input(body) => {
            record.model_input = Some(part(at, cx, |options| input_body::<L>(body, operation, options))?);
        }
        Held::Params(params) => {
            record.model_input = Some(part(at, cx, |options| body_of(params, operation, options))?);
        }
        Held::Output(output) => {
            record.model_output = Some(part(at, cx, |options| output_body::<L>(output, operation, options))?);
        }
        Held::Error(error) => record.error = Some(error),
        Held::Result(messages::BatchResult::Succeeded(result)) => {
            let messages::BatchSucceededResult { message, unknown } = result;
            cx.unknown(Path::Root.name(at), &unknown);
            let at = format!("{at}/message");
            record.model_output = Some(part(&at, cx, |options| output_of(message, operation, options))?);
        }
        Held::Result(messages::BatchResult::Errored(messages::BatchErroredResult { error, unknown })) => {
            cx.unknown(Path::Root.name(at), &unknown);
            record.error = Some(error_to_bedrock(error, cx));
        }
        Held::Result(messages::BatchResult::Canceled(messages::BatchCanceledResult { unknown })) => {
            cx.unknown(Path::Root.name(at), &unknown);
            record.error = Some(unsent(499, "canceled", cx));
        }
        Held::Result(messages::BatchResult::Expired(messages::BatchExpiredResult { unknown })) => {
            cx.unknown(Path::Root.name(at), &unknown);
            record.error = Some(unsent(408, "expired", cx));
        }
        Held::Result(messages::BatchResult::Unknown(result)) => {
            cx.unknown_type(Path::Root.name(at), &result.kind);
            record.error = Some(batch_error(500, result.kind.into()));
        }
    }
    Ok(record.to_json_with_capacity(capacity))
}

/// Converts a part of a record by itself, and takes over its losses and errors.
fn part<T>(
    at: &str,
    cx: &mut Cx<'_>,
    convert: impl FnOnce(&Options) -> Result<Converted<T>, Error>,
) -> Result<T, Error> {
    let at = format!("/{at}");
    let options = Options { loss: Policy::Allow, ..cx.options.clone() };
    let Converted { value, losses } = convert(&options).map_err(|error| error.beneath(&at))?;
    cx.adopt(losses, &at);
    Ok(value)
}

fn unchanged<T>(value: T) -> Converted<T> {
    Converted { value, losses: Vec::new() }
}

/// The model of bodies of `InvokeModel` when nothing names one: what the conversion must know of it.
const CLAUDE: &str = "anthropic.claude";

/// A body of Converse as a Messages request.
fn converse_to_messages<L: Leaves>(body: converse::Request<L>, cx: &mut Cx<'_>) -> Result<messages::Request<L>, Error> {
    let why = "only headers of InvokeModel have a place for it, and a batch has no headers";
    request::to_messages_without_headers(body, why, cx)
}

/// A Bedrock body as a Messages request with a model.
fn params<L: Leaves>(body: &L::Json, options: &Options) -> Result<Converted<messages::Request<L>>, Error> {
    let mut cx = Cx::new(options);
    if let Operation::Converse = operation_of_input::<L>(body) {
        let request = converse_to_messages(L::parse(body)?, &mut cx)?;
        return cx.finish(request);
    }
    let mut request: messages::Request<L> = L::parse(body)?;
    request.model = Some(model::to_messages::<L>(request.model, Path::Root.name("model"), &mut cx)?);
    request.anthropic_version = None;
    if request.max_tokens.is_none() {
        return Err(invalid(Path::Root.name("max_tokens"), "a required member is missing"));
    }
    cx.finish(request)
}

/// A Bedrock body as one of the operation.
fn input_body<L: Leaves>(body: L::Json, to: Operation, options: &Options) -> Result<Converted<L::Json>, Error> {
    let model = match &options.model {
        Model::Replace(id) => id.clone(),
        Model::Keep | Model::Translate(_) => CLAUDE.to_owned(),
    };
    let options = Options { model: Model::Replace(model), ..options.clone() };
    match (operation_of_input::<L>(&body), to) {
        (Operation::Converse, Operation::InvokeModel) => {
            let mut cx = Cx::new(&options);
            let body: converse::Request<L> = L::parse(&body)?;
            let own_tier = body.service_tier.is_some();
            let mut request = converse_to_messages(body, &mut cx)?;
            let tier_at = if own_tier { "/serviceTier" } else { "/additionalModelRequestFields/service_tier" };
            drop_tier(&mut request, tier_at, &mut cx);
            cx.finish(L::free_form(&invoke::form(request, Map::default()).body))
        }
        (Operation::InvokeModel, Operation::Converse) => {
            Ok(request::to_converse(L::parse(&body)?, &options)?.map(converse_body))
        }
        (Operation::Converse, Operation::Converse) | (Operation::InvokeModel, Operation::InvokeModel) => {
            Ok(unchanged(body))
        }
    }
}

/// `InvokeModel` has the service tier in a header.
fn drop_tier<L: Leaves>(request: &mut messages::Request<L>, at: &str, cx: &mut Cx<'_>) {
    if request.service_tier.take().is_some_and(|tier| tier != messages::ServiceTier::Auto) {
        cx.hint_at(at, Code::Unsupported, "a batch has no place for it");
    }
}

fn converse_body<L: Leaves>(mut request: converse::Request<L>) -> L::Json {
    request.model_id = None;
    L::free_form(&request)
}

/// Anthropic's request as a Bedrock body.
fn body_of<L: Leaves>(
    mut params: messages::Request<L>,
    operation: Operation,
    options: &Options,
) -> Result<Converted<L::Json>, Error> {
    let mut cx = Cx::new(options);
    let root = Path::Root;
    if params.model.is_some() && !matches!(options.model, Model::Replace(_)) {
        cx.hint(root.name("model"), Code::Unsupported, "a job has one model for all its records");
    }
    let Converted { value, losses } = match operation {
        Operation::InvokeModel => {
            drop_tier(&mut params, "/service_tier", &mut cx);
            invoke::from_messages(params, options)?.map(|form| L::free_form(&form.body))
        }
        Operation::Converse => request::to_converse(params, options)?.map(converse_body),
    };
    cx.adopt(losses, "");
    cx.finish(value)
}

/// The job's model is the one that has answered.
fn answered_by_job(options: &Options) -> Options {
    let job = match &options.model {
        Model::Replace(model) => Some(model.clone()),
        Model::Keep | Model::Translate(_) => None,
    };
    Options { response_model: options.response_model.clone().or(job), ..options.clone() }
}

/// A Bedrock output as a Messages response.
fn message_of<L: Leaves>(output: &L::Json, options: &Options) -> Result<Converted<messages::Response<L>>, Error> {
    match operation_of_output::<L>(output) {
        Operation::Converse => response::to_messages(L::parse(output)?, &answered_by_job(options)),
        Operation::InvokeModel => Ok(unchanged(L::parse(output)?)),
    }
}

/// A Bedrock output as one of the operation.
fn output_body<L: Leaves>(output: L::Json, to: Operation, options: &Options) -> Result<Converted<L::Json>, Error> {
    match (operation_of_output::<L>(&output), to) {
        (Operation::Converse, Operation::InvokeModel) => {
            Ok(message_of::<L>(&output, options)?.map(|message| L::free_form(&message)))
        }
        (Operation::InvokeModel, Operation::Converse) => output_of(L::parse(&output)?, to, options),
        (Operation::Converse, Operation::Converse) | (Operation::InvokeModel, Operation::InvokeModel) => {
            Ok(unchanged(output))
        }
    }
}

/// Anthropic's response as a Bedrock output.
fn output_of<L: Leaves>(
    message: messages::Response<L>,
    operation: Operation,
    options: &Options,
) -> Result<Converted<L::Json>, Error> {
    Ok(match operation {
        Operation::InvokeModel => unchanged(L::free_form(&message)),
        Operation::Converse => response::to_converse(message, options)?.map(|response| L::free_form(&response)),
    })
}

/// Whose body of Bedrock's it is.
fn operation_of_input<L: Leaves>(body: &L::Json) -> Operation {
    let Ok(Body { anthropic_version, inference_config, tool_config, system, messages, unknown: _ }) =
        L::parse::<Body<L>>(body)
    else {
        return Operation::InvokeModel;
    };
    let untyped = |list: &L::Json| {
        let blocks = L::parse::<Vec<L::Json>>(list).unwrap_or_default();
        blocks.iter().any(|block| matches!(L::tag(block), Ok(None)))
    };
    let is_converse = || {
        inference_config.is_some()
            || tool_config.is_some()
            || system.iter().chain(messages.iter().filter_map(|turn| turn.content.as_ref())).any(untyped)
    };
    if anthropic_version.is_none() && is_converse() { Operation::Converse } else { Operation::InvokeModel }
}

/// Whose output of Bedrock's it is.
fn operation_of_output<L: Leaves>(output: &L::Json) -> Operation {
    let is_converse = L::parse::<Map<L::Json>>(output).is_ok_and(|members| members.get("output").is_some());
    if is_converse { Operation::Converse } else { Operation::InvokeModel }
}

/// `[a-zA-Z0-9_-]{1,64}`
fn custom_id<L: Leaves>(id: L::Text, at: Path<'_>, cx: &mut Cx<'_>) -> L::Text {
    let decoded = id.decode();
    if decoded.len() <= 64 && rules::is_words(&decoded) {
        return id;
    }
    cx.hint(at, Code::Renamed, "the id does not fit Anthropic's form: a digest of it stands for it");
    rules::digest("record_", &decoded).into()
}

/// Bedrock's error: its code is an HTTP status, or an exception's name.
fn error_to_messages<L: Leaves>(
    error: converse::BatchError<L>,
    at: Path<'_>,
    cx: &mut Cx<'_>,
) -> messages::ErrorResponse<L> {
    let converse::BatchError { error_code, error_message, unknown } = error;
    cx.unknown(at, &unknown);
    let kind = errors::kind_of_code::<L>(&error_code, at.name("errorCode"), cx);
    let message = error_message.unwrap_or_else(|| {
        cx.hint(at.name("errorMessage"), Code::Supplied, "the error has no message: its type stands for it");
        kind.as_str().to_owned().into()
    });
    let error = messages::ErrorObject { kind, message, ..Default::default() };
    messages::ErrorResponse { error, ..Default::default() }
}

fn error_to_bedrock<L: Leaves>(error: messages::ErrorResponse<L>, cx: &mut Cx<'_>) -> converse::BatchError<L> {
    let mut inner = Cx::new(cx.options);
    let errors::HttpError { status, body } = errors::exception(error, None, &mut inner);
    if body.request_id.is_some() {
        inner.hint(Path::Root.name("request_id"), Code::Unsupported, "Bedrock's error has no place for it");
    }
    cx.adopt(inner.into_losses(), "/result/error");
    batch_error(status, body.message.unwrap_or_default())
}

/// The error of a record that was never sent to the model.
fn unsent<L: Leaves>(status: u16, why: &str, cx: &mut Cx<'_>) -> converse::BatchError<L> {
    let at = Path::Root.name("result");
    cx.hint(at.name("type"), Code::Rewritten, "Bedrock has no such result: an error stands for it");
    batch_error(status, why.to_owned().into())
}

fn batch_error<L: Leaves>(status: u16, message: L::Text) -> converse::BatchError<L> {
    let error_code = L::Json::from_compact(status.to_string());
    converse::BatchError { error_code, error_message: Some(message), ..Default::default() }
}
