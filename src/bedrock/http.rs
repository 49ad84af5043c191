//! The HTTP client, for calls and for AWS's credentials.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use super::{Error, ErrorKind};

const KEEPALIVE: Duration = Duration::from_secs(60);

/// The clients of calls, and of what AWS's own crates ask to find credentials and regions.
pub(super) fn clients(connect: Duration) -> Result<(reqwest::Client, ForAws), Error> {
    let tls = tls()?;
    let build = |builder: reqwest::ClientBuilder| {
        let error = |source| Error::new(ErrorKind::Config, "no HTTP client").because(source);
        builder
            .tls_backend_preconfigured(tls.clone())
            // A signature holds for one address only.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(connect)
            .tcp_nodelay(true)
            // A model may think for longer than a NAT gateway remembers a silent connection (350 s).
            .tcp_keepalive(KEEPALIVE)
            .user_agent(concat!("converse-messages/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(error)
    };
    let client = build(reqwest::Client::builder())?;
    let direct = build(reqwest::Client::builder().no_proxy())?;
    Ok((client.clone(), ForAws { https: client, http: direct, timeout: None }))
}

/// By rustls with ring, trusting what the platform trusts.
fn tls() -> Result<rustls::ClientConfig, Error> {
    let error = |message: &'static str| Error::new(ErrorKind::Config, message);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = rustls_platform_verifier::Verifier::new(Arc::clone(&provider))
        .map_err(|source| error("no certificates that the platform trusts").because(source))?;
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|source| error("no TLS").because(source))?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

/// The same connections for AWS's own crates.
#[derive(Clone, Debug)]
pub(super) struct ForAws {
    https: reqwest::Client,
    /// For the metadata of the container or the instance, which no proxy reaches.
    http: reqwest::Client,
    timeout: Option<Duration>,
}

impl ForAws {
    async fn answer(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let client = if request.uri().scheme_str() == Some("http") { self.http } else { self.https };
        let (parts, body) = request.into_parts();
        let body = body.bytes().map(bytes::Bytes::copy_from_slice);
        let body = body.ok_or_else(|| ConnectorError::user("a streamed body".into()))?;
        let request = reqwest::Request::try_from(http::Request::from_parts(parts, body));
        let request = request.map_err(|error| ConnectorError::user(error.without_url().into()))?;
        let answer = async {
            let response = client.execute(request).await?;
            let (status, headers) = (response.status(), response.headers().clone());
            Ok((status, headers, response.bytes().await?))
        };
        let answer = match self.timeout {
            None => answer.await,
            Some(timeout) => {
                tokio::time::timeout(timeout, answer).await.map_err(|error| ConnectorError::timeout(error.into()))?
            }
        };
        let (status, headers, body) = answer.map_err(failed)?;
        let mut response = http::Response::new(SdkBody::from(body));
        (*response.status_mut(), *response.headers_mut()) = (status, headers);
        response.try_into().map_err(|error: aws_smithy_runtime_api::http::HttpError| ConnectorError::user(error.into()))
    }
}

fn failed(error: reqwest::Error) -> ConnectorError {
    let error = error.without_url();
    if error.is_timeout() { ConnectorError::timeout(error.into()) } else { ConnectorError::io(error.into()) }
}

impl HttpConnector for ForAws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().answer(request))
    }
}

impl HttpClient for ForAws {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        let read = settings.read_timeout();
        let timeout = read.map(|read| read + settings.connect_timeout().unwrap_or_default());
        SharedHttpConnector::new(Self { timeout, ..self.clone() })
    }
}
