//! What clients see: the routes of the APIs, and a request's way through the gateway and back.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, post};
use converse_messages::messages::ErrorType;
use converse_messages::model_id::{self, Geo};
use converse_messages::{Converted, Loss, Model, Options, Policy};
use futures_util::StreamExt as _;

use crate::convert::{self, Api, Asked, Call};
use crate::failure::Failure;
use crate::stream;
use crate::upstream::{Reply, Upstream};

/// The upstream, and how requests get there.
pub struct Gateway {
    pub upstream: Upstream,
    /// Which losses of a request are refused.
    pub loss: Policy,
    /// Where Bedrock runs the models that Messages clients name.
    pub geo: Option<Geo>,
    /// The largest request, in bytes.
    pub limit: usize,
}

pub fn router(gateway: Arc<Gateway>) -> Router {
    Router::new()
        .route("/model/{id}/converse", ask(Api::Converse, Call::Answer))
        .route("/model/{id}/converse-stream", ask(Api::Converse, Call::Stream))
        .route("/model/{id}/invoke", ask(Api::Invoke, Call::Answer))
        .route("/model/{id}/invoke-with-response-stream", ask(Api::Invoke, Call::Stream))
        .route("/model/{id}/count-tokens", ask(Api::Converse, Call::Count))
        // Whether it streams is in the body.
        .route("/v1/messages", ask(Api::Messages, Call::Answer))
        .route("/v1/messages/count_tokens", ask(Api::Messages, Call::Count))
        .fallback(nowhere)
        .method_not_allowed_fallback(nowhere)
        .with_state(gateway)
}

async fn nowhere(address: Uri) -> Response {
    let api = if address.path().starts_with("/v1/") { Api::Messages } else { Api::Converse };
    Failure::new(StatusCode::NOT_FOUND, ErrorType::NotFound, "there is no such operation").into_response(api)
}

/// The parameters of an address, decoded.
type Parameters = Result<Path<Vec<(String, String)>>, PathRejection>;

fn ask(api: Api, call: Call) -> MethodRouter<Arc<Gateway>> {
    post(async move |State(gateway): State<Arc<Gateway>>, parameters: Parameters, request: Request| {
        let started = Instant::now();
        let response = match gateway.exchange(api, call, parameters, request).await {
            Ok(response) => response,
            Err(failure) => failure.into_response(api),
        };
        tracing::info!(?api, ?call, status = response.status().as_u16(), time = ?started.elapsed());
        response
    })
}

impl Gateway {
    /// There and back.
    async fn exchange(
        &self,
        api: Api,
        call: Call,
        parameters: Parameters,
        request: Request,
    ) -> Result<Response, Failure> {
        let Path(parameters) = parameters.map_err(|rejection| Failure::invalid(rejection.body_text()))?;
        let model = parameters.into_iter().next().map(|(_, id)| id);
        let (parts, body) = request.into_parts();
        let headers = convert::meaningful(api, &parts.headers);
        let asked = Asked { call, model, headers, body: read(body, self.limit).await? };

        let (upstream, options) = (self.upstream.api, self.options(api));
        let question = unhurried(asked.body.len(), || convert::question(asked, api, upstream, &options));
        let Converted { value: question, losses } = question.map_err(|error| Failure::unconvertible(&error))?;
        let (call, model, started) = (question.call, question.model.clone(), Instant::now());

        let reply = self.upstream.send(question).await?;
        let options = answer_options(&reply.headers, upstream, model, started);
        let mut response = answer(reply, api, upstream, call, options).await?;
        let headers = response.headers_mut();
        if let Some(id) = headers.remove(upstream.request_id()) {
            headers.insert(api.request_id(), id);
        }
        report("request", &losses, headers);
        Ok(response)
    }

    /// How a request is converted.
    fn options(&self, api: Api) -> Options {
        let model = match (api.is_bedrock(), self.upstream.api.is_bedrock()) {
            (true, false) => Model::Translate(None),
            (false, true) => Model::Translate(self.geo.clone()),
            (true, true) | (false, false) => Model::Keep,
        };
        Options { loss: self.loss, model, ..Options::default() }
    }
}

/// How an answer is converted: what its own form does not say, and no loss refused, for it has been paid for.
fn answer_options(headers: &HeaderMap, upstream: Api, model: Option<String>, started: Instant) -> Options {
    let request_id = headers.get(upstream.request_id()).and_then(|id| id.to_str().ok());
    Options {
        message_id: request_id.map(|id| format!("msg_{}", id.replace('-', ""))),
        response_model: model.map(|id| model_id::to_anthropic(&id).unwrap_or(id)),
        latency_ms: i64::try_from(started.elapsed().as_millis()).ok(),
        request_id: request_id.map(str::to_owned),
        ..Options::streaming()
    }
}

/// The upstream's reply as the API that was asked has it.
async fn answer(reply: Reply, api: Api, upstream: Api, call: Call, options: Options) -> Result<Response, Failure> {
    let Reply { mut headers, body } = reply;
    if api.answers_like(upstream, call) {
        return Ok((headers, body).into_response());
    }
    if call == Call::Stream {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(api.stream_type()));
        let transcoded =
            stream::transcoded(body, upstream, api, options).map_err(|error| Failure::of_upstream(&error))?;
        return Ok((headers, Body::from_stream(transcoded)).into_response());
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let body = whole(body).await?;
    let answer = unhurried(body.len(), || convert::answer(&body, api, call, &options));
    let Converted { value, losses } = answer.map_err(|error| Failure::of_upstream(&error))?;
    report("response", &losses, &mut headers);
    Ok((headers, value).into_response())
}

/// The whole of a request's body. What is too large is read on for a while, and dropped: a client that listens only when it has
/// sent all would otherwise not hear why.
async fn read(body: Body, limit: usize) -> Result<Bytes, Failure> {
    let (mut body, mut read, mut size) = (body.into_data_stream(), Vec::new(), 0);
    while let Some(bytes) = body.next().await {
        let bytes = bytes.map_err(|_| Failure::invalid("the request has ended too early"))?;
        size += bytes.len();
        match size {
            _ if size <= limit => read.extend_from_slice(&bytes),
            _ if size <= limit.saturating_mul(2) => read = Vec::new(),
            _ => break,
        }
    }
    if size > limit { Err(Failure::too_large(limit)) } else { Ok(read.into()) }
}

/// The most that a whole answer may have, far beyond what models say.
const LONGEST_ANSWER: usize = 64 << 20;

async fn whole(body: Body) -> Result<Bytes, Failure> {
    let body = axum::body::to_bytes(body, LONGEST_ANSWER).await;
    body.map_err(|_| Failure::upstream("the upstream's answer has broken off, or is too large"))
}

/// Does what takes a while for large bodies, so that other requests need not wait for it.
fn unhurried<T>(size: usize, work: impl FnOnce() -> T) -> T {
    if size > 256 << 10 { tokio::task::block_in_place(work) } else { work() }
}

/// Says in the headers what was lost.
fn report(of: &str, losses: &[Loss], headers: &mut HeaderMap) {
    const REPORTED: usize = 16;
    const LONGEST_PATH: usize = 256;
    let before = headers.get("x-converse-messages-losses").and_then(|count| count.to_str().ok()?.parse().ok());
    headers.insert("x-converse-messages-losses", (before.unwrap_or(0) + losses.len()).into());
    for Loss { path, severity, code, .. } in losses.iter().take(REPORTED) {
        let path: String = path.chars().flat_map(char::escape_default).take(LONGEST_PATH).collect();
        let loss = HeaderValue::try_from(format!("{of} {severity} {code} {path}"));
        headers.extend(loss.ok().map(|loss| (header::HeaderName::from_static("x-converse-messages-loss"), loss)));
    }
}
