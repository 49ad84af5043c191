//! The client: one call, made until it is answered.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use reqwest::Url;

use super::credentials::{Auth, Settings};
use super::error::is_name;
use super::reply::Body;
use super::{Config, Error, ErrorKind, Reply, Timeouts, path, retry, sign};
use crate::{Options, converse};

const REQUEST_ID: &str = "x-amzn-requestid";
const ERROR_TYPE: &str = "x-amzn-errortype";
/// No more of a refusal's body is read.
const LONGEST_REFUSAL: usize = 1 << 20;

/// A client of the Bedrock runtime. A clone shares its connections and its credentials.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    options: Arc<Options>,
}

struct Shared {
    http: reqwest::Client,
    auth: Auth,
    /// Of signatures.
    region: Option<String>,
    base: Url,
    timeouts: Timeouts,
    max_retries: u32,
}

/// An operation of the Bedrock runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// A body in the model's own format.
    InvokeModel,
    /// The same, answered with a stream of `chunk` frames.
    InvokeModelWithResponseStream,
    /// A body in the Converse format.
    Converse,
    /// The same, answered with a stream of event frames.
    ConverseStream,
    /// How many input tokens a request has.
    CountTokens,
}

impl Operation {
    /// The end of the operation's path.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvokeModel => "invoke",
            Self::InvokeModelWithResponseStream => "invoke-with-response-stream",
            Self::Converse => "converse",
            Self::ConverseStream => "converse-stream",
            Self::CountTokens => "count-tokens",
        }
    }

    fn accept(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::InvokeModelWithResponseStream | Self::ConverseStream => "application/vnd.amazon.eventstream",
            Self::InvokeModel | Self::Converse | Self::CountTokens => "application/json",
        })
    }
}

impl Client {
    /// A client of what the environment says.
    ///
    /// # Errors
    /// [`ErrorKind::Config`]: there is no region. Credentials are read at the first call.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), converse_messages::bedrock::Error> {
    /// let client = converse_messages::bedrock::Client::from_env().await?;
    /// # Ok(()) }
    /// ```
    pub async fn from_env() -> Result<Self, Error> {
        Self::new(Config::default()).await
    }

    /// A client of what the configuration says, and the environment where it does not.
    ///
    /// # Errors
    /// [`ErrorKind::Config`]: there is no region, or it is not a name, or the base URL is none. [`ErrorKind::Credentials`]: a
    /// bearer token is not one.
    pub async fn new(config: Config) -> Result<Self, Error> {
        let (http, for_aws) = super::http::clients(config.timeouts.connect)?;
        let Settings { auth, region, base_url, fips } = Settings::load(&config, for_aws).await?;
        let base = match (&base_url, &region) {
            (Some(url), _) => path::base(url)?,
            (None, Some(region)) => path::endpoint(region, fips)?,
            (None, None) => return Err(no_region()),
        };
        if matches!(auth, Auth::SigV4(_)) && region.is_none() {
            return Err(no_region());
        }
        let Config { timeouts, max_retries, options, .. } = config;
        let shared = Shared { http, auth, region, base, timeouts, max_retries };
        Ok(Self { shared: Arc::new(shared), options: Arc::new(options) })
    }

    /// The same client with other options for conversions.
    #[must_use]
    pub fn with_options(&self, options: Options) -> Self {
        Self { shared: Arc::clone(&self.shared), options: Arc::new(options) }
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// Makes a call, bytes in and bytes out: the body is sent as it is, and returned as it comes. This is what a proxy needs;
    /// the other methods make of it what a program needs.
    ///
    /// # Errors
    /// See [the module](super). The response has begun when this returns, and what goes wrong later is an item of
    /// [`Reply::body`].
    ///
    /// ```no_run
    /// use converse_messages::bedrock::{Client, Operation};
    ///
    /// # async fn example() -> Result<(), converse_messages::bedrock::Error> {
    /// let client = Client::from_env().await?;
    /// let body = r#"{"messages": [{"role": "user", "content": [{"text": "Hi"}]}]}"#;
    /// let reply = client.send(Operation::Converse, "us.amazon.nova-lite-v1:0", body).await?;
    /// println!("{} bytes", reply.body.bytes().await?.len());
    /// # Ok(()) }
    /// ```
    pub async fn send(&self, operation: Operation, model_id: &str, body: impl Into<Bytes>) -> Result<Reply, Error> {
        self.send_with_headers(operation, model_id, HeaderMap::new(), body).await
    }

    /// The same with headers, like those of guardrails for `InvokeModel`: `X-Amzn-Bedrock-…`. They are signed too.
    ///
    /// # Errors
    /// As above; and [`ErrorKind::Config`] for a header that is not ASCII.
    pub async fn send_with_headers(
        &self,
        operation: Operation,
        model_id: &str,
        mut headers: HeaderMap,
        body: impl Into<Bytes>,
    ) -> Result<Reply, Error> {
        let url = path::url(&self.shared.base, model_id, operation)?;
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, operation.accept());
        let body = body.into();
        let call = Call { url, headers, digest: self.shared.digest_of(&body), body };
        self.shared.answered(operation, &call).await
    }
}

fn no_region() -> Error {
    Error::new(ErrorKind::Config, "there is no region: set AWS_REGION, or `region` of the configuration")
}

struct Call {
    url: Url,
    headers: HeaderMap,
    body: Bytes,
    /// The body's, if the call is signed.
    digest: Option<String>,
}

impl Shared {
    fn digest_of(&self, body: &[u8]) -> Option<String> {
        matches!(self.auth, Auth::SigV4(_)).then(|| sign::digest_of(body))
    }

    /// Makes the call until it is answered, or shall not be made again.
    async fn answered(&self, operation: Operation, call: &Call) -> Result<Reply, Error> {
        let operation = operation.as_str();
        let mut attempt = 0;
        loop {
            let error = match self.attempt(call).await {
                Ok(reply) => {
                    let (status, request_id) = (reply.status.as_u16(), reply.request_id.as_deref());
                    tracing::debug!(operation, attempt, status, request_id, "Bedrock answers");
                    return Ok(reply);
                }
                Err(error) => error,
            };
            let Some(wait) = self.wait(&error, attempt).await else {
                tracing::debug!(operation, attempt, %error, "Bedrock does not answer");
                return Err(error);
            };
            tracing::debug!(operation, attempt, %error, ?wait, "Bedrock does not answer: trying again");
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, call: &Call) -> Result<Reply, Error> {
        let mut request = reqwest::Request::new(http::Method::POST, call.url.clone());
        *request.headers_mut() = self.authorised(call).await?;
        *request.body_mut() = Some(call.body.clone().into());
        let response = tokio::time::timeout(self.timeouts.first_byte, self.http.execute(request)).await;
        let response = response
            .map_err(|_| Error::new(ErrorKind::Timeout, "the response did not begin in time"))?
            .map_err(|error| Error::new(ErrorKind::Connection, connection(&error)).because(error.without_url()))?;
        self.reply(response).await
    }

    async fn authorised(&self, call: &Call) -> Result<HeaderMap, Error> {
        let mut headers = call.headers.clone();
        match (&self.auth, &call.digest, &self.region) {
            (Auth::Bearer(token), ..) => {
                headers.insert(header::AUTHORIZATION, token.clone());
            }
            (Auth::SigV4(kept), Some(digest), Some(region)) => {
                sign::add_signature(&call.url, &mut headers, digest, kept.get().await?, region)?;
            }
            (Auth::SigV4(_), ..) => return Err(no_region()),
        }
        Ok(headers)
    }

    async fn reply(&self, response: reqwest::Response) -> Result<Reply, Error> {
        let (status, headers) = (response.status(), response.headers().clone());
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let request_id = text(REQUEST_ID).filter(|id| is_name(id)).map(str::to_owned);
        let mut body = Body::new(response, self.timeouts.idle, request_id.clone());
        if status.is_success() {
            return Ok(Reply { status, request_id, headers, body });
        }
        let mut refusal = Vec::new();
        // Whatever happens to the rest of it, it is a refusal.
        while refusal.len() < LONGEST_REFUSAL
            && let Some(Ok(bytes)) = body.next().await
        {
            refusal.extend_from_slice(&bytes);
        }
        let (name, id) = (text(ERROR_TYPE), request_id.as_deref());
        let exception = converse::Exception::from_http(&refusal, name, id)
            .or_else(|_| converse::Exception::from_http(b"", name, id))
            .unwrap_or_default();
        let retry_after = retry::after(&headers, SystemTime::now());
        Err(Error::service(Some(status.as_u16()), exception).with_retry_after(retry_after))
    }

    /// How long to wait before the call is made again, if it is.
    async fn wait(&self, error: &Error, attempt: u32) -> Option<Duration> {
        if let Auth::SigV4(kept) = &self.auth
            && error.is_expired_token()
        {
            kept.forget().await;
            // The provider may have others by now.
            return (attempt == 0 && self.max_retries > 0).then_some(Duration::ZERO);
        }
        retry::delay(error, attempt, self.max_retries)
    }
}

fn connection(error: &reqwest::Error) -> &'static str {
    match (error.is_connect(), error.is_timeout()) {
        (true, true) => "no connection in time",
        (true, false) => "no connection",
        (false, _) => "the connection broke before the response began",
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.shared.base.as_str())
            .field("region", &self.shared.region)
            .field("timeouts", &self.shared.timeouts)
            .field("max_retries", &self.shared.max_retries)
            .finish_non_exhaustive()
    }
}
