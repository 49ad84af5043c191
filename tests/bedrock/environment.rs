//! Who calls, and where to: from the environment, each time in a process of its own.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use axum::http::Method;
use converse_messages::bedrock::{Client, Config, Credentials, Operation};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::fake::{Answer, Asked, Fake};

/// What the processes run.
#[tokio::test]
#[ignore = "needs the environment that the other tests give it"]
async fn call_once() {
    let credentials = std::env::var("TEST_PROFILE").map_or(Credentials::Environment, Credentials::Profile);
    let client = match Client::new(Config { credentials, ..Config::default() }).await {
        Ok(client) => client,
        Err(error) => return println!("RESULT {:?}", error.kind()),
    };
    match client.send(Operation::Converse, "m", "{}").await {
        Ok(_) => println!("RESULT ok"),
        Err(error) => println!("RESULT {:?}", error.kind()),
    }
}

struct World {
    fake: Fake,
    home: tempfile::TempDir,
    env: HashMap<&'static str, String>,
}

impl World {
    /// An environment that knows nothing but where the service is.
    async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let fake = Fake::new(answers).await;
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
        let env = HashMap::from([
            ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", fake.url()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_CONFIG_FILE", path("config")),
            ("AWS_SHARED_CREDENTIALS_FILE", path("credentials")),
            ("HOME", path("")),
            ("PATH", std::env::var("PATH").unwrap()),
        ]);
        Self { fake, home, env }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.env.insert(name, value.to_owned());
        self
    }

    fn without(mut self, name: &'static str) -> Self {
        self.env.remove(name);
        self
    }

    fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.home.path().join(name), text).unwrap();
        self
    }

    /// What came of a call, and what the service was asked.
    async fn call(self) -> (String, Vec<Asked>) {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["environment::call_once", "--exact", "--ignored", "--nocapture"]).env_clear().envs(&self.env);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let result = text.split_once("RESULT ").map(|(_, rest)| rest.lines().next().unwrap_or_default().to_owned());
        let errors = String::from_utf8_lossy(&output.stderr);
        (result.unwrap_or_else(|| panic!("{text}{errors}")), self.fake.asked())
    }
}

/// The access key and the region of a signature.
fn signer(asked: &Asked) -> (&str, &str) {
    let scope = asked.header("authorization").unwrap().split_once("Credential=").unwrap().1;
    let mut parts = scope.split('/');
    (parts.next().unwrap(), parts.nth(1).unwrap())
}

fn ok() -> Answer {
    Answer::json(200, "{}")
}

const SHARED: &str = "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = s\n\
    [work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = s\naws_session_token = t\n";

#[tokio::test]
async fn keys_of_the_environment_sign() {
    let world = World::new([ok()]).await.with("AWS_REGION", "eu-west-3");
    let world =
        world.with("AWS_ACCESS_KEY_ID", "AKIDENV").with("AWS_SECRET_ACCESS_KEY", "s").with("AWS_SESSION_TOKEN", "t");
    let (result, asked) = world.call().await;
    assert_eq!((&*result, signer(&asked[0])), ("ok", ("AKIDENV", "eu-west-3")));
    assert_eq!(asked[0].header("x-amz-security-token"), Some("t"));
}

#[tokio::test]
async fn a_bearer_token_comes_before_keys() {
    let world = World::new([ok()]).await.with("AWS_BEARER_TOKEN_BEDROCK", "token").with("AWS_REGION", "us-east-1");
    let world = world.with("AWS_ACCESS_KEY_ID", "AKIDENV").with("AWS_SECRET_ACCESS_KEY", "s");
    let (result, asked) = world.call().await;
    assert_eq!((&*result, asked[0].header("authorization")), ("ok", Some("Bearer token")));
}

#[tokio::test]
async fn a_profile_of_the_environment_tells_keys_region_and_endpoint() {
    let world = World::new([ok()]).await.without("AWS_ENDPOINT_URL_BEDROCK_RUNTIME").with("AWS_PROFILE", "work");
    let config = format!("[profile work]\nregion = sa-east-1\nendpoint_url = {}\n", world.fake.url());
    let (result, asked) = world.file("credentials", SHARED).file("config", &config).call().await;
    assert_eq!((&*result, signer(&asked[0])), ("ok", ("AKIDWORK", "sa-east-1")));
    assert_eq!(asked[0].header("x-amz-security-token"), Some("t"));
}

#[tokio::test]
async fn a_profile_that_is_asked_for_comes_before_the_environment() {
    let world = World::new([ok()]).await.with("AWS_REGION", "us-east-1").with("TEST_PROFILE", "work");
    let world = world.with("AWS_ACCESS_KEY_ID", "AKIDENV").with("AWS_SECRET_ACCESS_KEY", "s");
    let (result, asked) = world.file("credentials", SHARED).call().await;
    assert_eq!((&*result, signer(&asked[0]).0), ("ok", "AKIDWORK"));
}

#[tokio::test]
async fn a_profile_may_ask_a_process() {
    let world = World::new([ok()]).await.with("AWS_REGION", "us-east-1");
    let keys = json!({"Version": 1, "AccessKeyId": "AKIDPROCESS", "SecretAccessKey": "s"});
    let answer = world.home.path().join("keys.json");
    let config = format!("[default]\ncredential_process = cat {}\n", Path::new(&answer).display());
    let (result, asked) = world.file("keys.json", &keys.to_string()).file("config", &config).call().await;
    assert_eq!((&*result, signer(&asked[0]).0), ("ok", "AKIDPROCESS"));
}

fn role(name: &str) -> Answer {
    let role = json!({"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": name, "SecretAccessKey": "s", "Token": "t",
        "LastUpdated": "2020-01-01T00:00:00Z", "Expiration": "2099-01-01T00:00:00Z"});
    Answer::json(200, role.to_string())
}

#[tokio::test]
async fn a_container_s_role_signs() {
    let world = World::new([role("AKIDCONTAINER"), ok()]).await.with("AWS_REGION", "us-east-1");
    let url = format!("{}/role", world.fake.url());
    let (result, asked) = world.with("AWS_CONTAINER_CREDENTIALS_FULL_URI", &url).call().await;
    assert_eq!((&*asked[0].path, &asked[0].method), ("/role", &Method::GET));
    assert_eq!((&*result, signer(&asked[1]).0), ("ok", "AKIDCONTAINER"));
}

#[tokio::test]
async fn calls_go_by_the_proxy_and_what_the_container_says_does_not() {
    let world = World::new([role("AKIDCONTAINER"), ok()]).await.with("AWS_REGION", "us-east-1");
    let url = world.fake.url();
    let world = world.with("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("{url}/role"));
    let world = world.with("HTTP_PROXY", &url).with("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://bedrock.example");
    let (result, asked) = world.call().await;
    assert_eq!(result, "ok");
    assert_eq!(asked[0].by_proxy, None);
    assert_eq!(asked[1].by_proxy.as_deref(), Some("bedrock.example"));
    assert_eq!(asked[1].path, "/model/m/converse");
}

#[tokio::test]
async fn an_instance_s_role_signs() {
    let token = Answer::json(200, "metadata-token").header("x-aws-ec2-metadata-token-ttl-seconds", "600");
    let world = World::new([token, Answer::json(200, "my-role"), role("AKIDINSTANCE"), ok()]).await;
    let url = world.fake.url();
    let world = world.with("AWS_REGION", "us-east-1").with("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url);
    let (result, asked) = world.without("AWS_EC2_METADATA_DISABLED").call().await;
    assert_eq!((&*asked[0].path, &asked[0].method), ("/latest/api/token", &Method::PUT));
    assert_eq!(asked[2].header("x-aws-ec2-metadata-token"), Some("metadata-token"));
    assert_eq!((&*result, signer(&asked[3]).0), ("ok", "AKIDINSTANCE"));
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let (result, asked) = World::new([]).await.with("AWS_REGION", "us-east-1").call().await;
    assert_eq!((&*result, asked.len()), ("Credentials", 0));
}

#[tokio::test]
async fn without_a_region_there_is_no_client() {
    // But a bearer token and a URL need none.
    let (result, asked) = World::new([ok()]).await.with("AWS_BEARER_TOKEN_BEDROCK", "token").call().await;
    assert_eq!((&*result, asked.len()), ("ok", 1));
    let world = World::new([]).await.without("AWS_ENDPOINT_URL_BEDROCK_RUNTIME");
    let (result, asked) = world.with("AWS_BEARER_TOKEN_BEDROCK", "token").call().await;
    assert_eq!((&*result, asked.len()), ("Config", 0));
}

/// A service behind TLS that answers one call, and its certificate.
async fn behind_tls() -> (String, String) {
    let rcgen::CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = builder.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        loop {
            let Ok(mut stream) = acceptor.accept(listener.accept().await.unwrap().0).await else { continue };
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
            stream.flush().await.unwrap();
        }
    });
    (url, cert.pem())
}

#[tokio::test]
async fn certificates_must_be_trusted_by_the_platform() {
    let (url, certificate) = behind_tls().await;
    let world = || async {
        let world = World::new([]).await.with("AWS_BEARER_TOKEN_BEDROCK", "token");
        world.with("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", &url).file("ca.pem", &certificate)
    };
    let trusting = world().await;
    let path = trusting.home.path().join("ca.pem").to_str().unwrap().to_owned();
    assert_eq!(trusting.with("SSL_CERT_FILE", &path).call().await.0, "ok");
    assert_eq!(world().await.call().await.0, "Connection");
}
