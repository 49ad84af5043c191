//! The one upstream behind the gateway.

use std::env;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use converse_messages::bedrock::{self, Client, Config, ErrorKind, Operation};
use converse_messages::converse::{self, ExceptionName as Name};
use converse_messages::messages::ErrorResponse;
use converse_messages::wire::Wire as _;

use crate::convert::{Api, Asked, Call};
use crate::failure::{Failure, Said};

/// Who answers.
pub struct Upstream {
    pub api: Api,
    client: Behind,
}

enum Behind {
    Bedrock(Client),
    Messages(Messages),
}

/// What has come back when all went well: some headers, and the body as it comes.
pub struct Reply {
    pub headers: HeaderMap,
    pub body: Body,
}

impl Upstream {
    /// What the environment says of the upstream with this API.
    pub async fn from_env(api: Api) -> Result<Self> {
        let client = if api.is_bedrock() {
            // Clients try again themselves, and know how often.
            Behind::Bedrock(Client::new(Config { max_retries: 0, ..Config::default() }).await?)
        } else {
            Behind::Messages(Messages::from_env()?)
        };
        Ok(Self { api, client })
    }

    /// Sends a request in the upstream's own form.
    pub async fn send(&self, asked: Asked) -> Result<Reply, Failure> {
        match &self.client {
            Behind::Bedrock(client) => send_to_bedrock(client, self.api, asked).await,
            Behind::Messages(messages) => messages.send(asked).await,
        }
    }
}

async fn send_to_bedrock(client: &Client, api: Api, asked: Asked) -> Result<Reply, Failure> {
    let operation = match (asked.call, api) {
        (Call::Count, _) => Operation::CountTokens,
        (Call::Answer, Api::Converse) => Operation::Converse,
        (Call::Stream, Api::Converse) => Operation::ConverseStream,
        (Call::Answer, _) => Operation::InvokeModel,
        (Call::Stream, _) => Operation::InvokeModelWithResponseStream,
    };
    let model = asked.model.unwrap_or_default();
    let reply = client
        .send_with_headers(operation, &model, asked.headers, asked.body)
        .await
        .map_err(|error| refused(&error))?;
    Ok(Reply { headers: kept(&reply.headers), body: Body::from_stream(reply.body) })
}

fn refused(error: &bedrock::Error) -> Failure {
    let (Some(status), Some(exception)) = (error.status(), error.exception()) else {
        return match error.kind() {
            ErrorKind::ModelId => Failure::invalid(error.to_string()),
            ErrorKind::Timeout => Failure::timed_out(error.to_string()),
            _ => Failure::upstream(error.to_string()),
        };
    };
    let mut exception = exception.clone();
    if let Some(Name::UnrecognizedClient | Name::ExpiredToken | Name::InvalidSignature) = error.exception_name() {
        // It may quote the gateway's own token.
        exception.message = Some("the gateway's credentials were refused".to_owned());
    }
    Failure::answered(status, Said::Bedrock(exception), error.retry_after().map(|time| time.as_secs().into()))
}

/// The Messages API.
struct Messages {
    http: reqwest::Client,
    base_url: String,
    key: HeaderValue,
}

impl Messages {
    fn from_env() -> Result<Self> {
        let key = env::var("ANTHROPIC_API_KEY").context("ANTHROPIC_API_KEY is not set")?;
        let mut key = HeaderValue::try_from(key).context("ANTHROPIC_API_KEY is not fit for a header")?;
        key.set_sensitive(true);
        let base_url = env::var("ANTHROPIC_BASE_URL").unwrap_or_else(|_| "https://api.anthropic.com".to_owned());
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            // Between two reads: a whole answer begins when the model has ended.
            .read_timeout(Duration::from_secs(600))
            // A redirect would take the key elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { http, base_url: base_url.trim_end_matches('/').to_owned(), key })
    }

    async fn send(&self, Asked { call, mut headers, body, .. }: Asked) -> Result<Reply, Failure> {
        // Later versions refuse the sampling parameters that Converse has.
        headers.entry("anthropic-version").or_insert(HeaderValue::from_static("2023-06-01"));
        let path = if call == Call::Count { "/v1/messages/count_tokens" } else { "/v1/messages" };
        let request = self.http.post(format!("{}{path}", self.base_url)).headers(headers).body(body);
        let request = request.header("x-api-key", &self.key).header(header::CONTENT_TYPE, "application/json");
        let response = request.send().await.map_err(|error| unreachable(&error))?;
        if response.status().is_success() {
            return Ok(Reply { headers: kept(response.headers()), body: Body::from_stream(response.bytes_stream()) });
        }
        let status = response.status().as_u16();
        let retry_after = response.headers().get(header::RETRY_AFTER).cloned();
        let body = response.bytes().await.unwrap_or_default();
        let said = match ErrorResponse::from_json(&body) {
            Ok(error) => Said::Messages(error),
            // The status tells the class.
            Err(_) => Said::Bedrock(converse::Exception {
                message: Some(format!("the upstream answered {status}")),
                ..Default::default()
            }),
        };
        Err(Failure::answered(status, said, retry_after))
    }
}

/// What is said of it names neither the address nor what was sent.
fn unreachable(error: &reqwest::Error) -> Failure {
    let timed_out = error.is_timeout();
    if timed_out {
        Failure::timed_out("the upstream has not answered in time")
    } else {
        Failure::upstream("the upstream cannot be reached")
    }
}

/// The headers of a reply that mean something to whoever asked.
fn kept(headers: &HeaderMap) -> HeaderMap {
    let names = [header::CONTENT_TYPE, Api::Messages.request_id(), Api::Converse.request_id()];
    names.into_iter().filter_map(|name| Some((name.clone(), headers.get(&name)?.clone()))).collect()
}
