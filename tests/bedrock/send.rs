//! Bytes in, bytes out: addresses, signatures, retries, timeouts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use converse_messages::bedrock::{Client, Config, Credentials, ErrorKind, Operation, Timeouts};
use converse_messages::converse::ExceptionName;
use tokio::time::Instant;

use crate::fake::{Answer, Asked, End, Fake, event};

const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

#[tokio::test]
async fn a_call_is_signed_and_its_bytes_come_back() {
    let fake = Fake::new([Answer::json(200, r#"{"ok":true}"#)]).await;
    let reply = fake.client().await.send(Operation::Converse, MODEL, r#"{"a":1}"#).await.unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(reply.request_id.as_deref(), Some("r-1"));
    assert_eq!(reply.body.bytes().await.unwrap(), r#"{"ok":true}"#);
    let asked = fake.asked().remove(0);
    assert_eq!(asked.path, "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse");
    assert_eq!(asked.body, r#"{"a":1}"#);
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert_eq!(asked.header("host"), Some(&*fake.address.to_string()));
    assert_eq!(asked.header("x-amz-security-token"), Some("very-secret-session"));
    let authorization = asked.header("authorization").unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{authorization}");
    assert!(authorization.contains("/us-east-1/bedrock/aws4_request, "), "{authorization}");
    assert!(
        authorization.contains("SignedHeaders=accept;content-type;host;x-amz-date;x-amz-security-token, "),
        "{authorization}"
    );
}

#[tokio::test]
async fn a_bearer_token_stands_in_the_place_of_a_signature() {
    let fake = Fake::new([Answer::json(200, "{}")]).await;
    let config = Config { region: None, credentials: Credentials::Bearer("api-key".into()), ..fake.config() };
    let client = Client::new(config).await.unwrap();
    client.send(Operation::CountTokens, "m", "{}").await.unwrap();
    let asked = fake.asked().remove(0);
    assert_eq!(asked.header("authorization"), Some("Bearer api-key"));
    assert_eq!(asked.header("x-amz-date"), None);
}

#[tokio::test]
async fn headers_of_the_caller_go_along_and_are_signed() {
    let fake = Fake::new([Answer::json(200, "{}")]).await;
    let headers = [("x-amzn-bedrock-guardrailidentifier".parse().unwrap(), "g1".parse().unwrap())];
    let client = fake.client().await;
    client.send_with_headers(Operation::InvokeModel, "m", headers.into_iter().collect(), "{}").await.unwrap();
    let asked = fake.asked().remove(0);
    assert_eq!(asked.header("x-amzn-bedrock-guardrailidentifier"), Some("g1"));
    assert!(asked.header("authorization").unwrap().contains(";x-amzn-bedrock-guardrailidentifier"));
}

#[tokio::test(start_paused = true)]
async fn throttling_is_tried_again_as_often_as_allowed() {
    let throttled = || Answer::exception(429, "ThrottlingException", "slow down");
    let fake = Fake::new([throttled(), throttled(), Answer::json(200, "{}")]).await;
    fake.client().await.send(Operation::Converse, "m", "{}").await.unwrap();
    assert_eq!(fake.asked().len(), 3);

    let fake = Fake::new((0..4).map(|_| throttled())).await;
    let error = fake.client().await.send(Operation::Converse, "m", "{}").await.unwrap_err();
    assert_eq!(fake.asked().len(), 3);
    assert_eq!(error.kind(), ErrorKind::Service);
    assert_eq!(error.status(), Some(429));
    assert_eq!(error.request_id(), Some("r-1"));
    assert_eq!(error.exception_name(), Some(ExceptionName::Throttling));
    assert_eq!(error.exception().unwrap().message.as_deref(), Some("slow down"));
    assert!(error.is_retryable());
    assert_eq!(error.to_string(), "the service answered ThrottlingException, status 429, request id r-1");
}

#[tokio::test(start_paused = true)]
async fn the_service_s_wish_to_wait_is_respected() {
    let throttled = Answer::exception(503, "ServiceUnavailableException", "x").header("retry-after", "9");
    let fake = Fake::new([throttled, Answer::json(200, "{}")]).await;
    let client = fake.client().await;
    let start = Instant::now();
    client.send(Operation::Converse, "m", "{}").await.unwrap();
    assert!((Duration::from_secs(9)..Duration::from_secs(10)).contains(&start.elapsed()), "{:?}", start.elapsed());

    let throttled = Answer::exception(429, "ThrottlingException", "x").header("retry-after", "3600");
    let fake = Fake::new([throttled]).await;
    let error = fake.client().await.send(Operation::Converse, "m", "{}").await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_will_not_change_is_not_tried_again() {
    for (status, name) in [(400, "ValidationException"), (403, "AccessDeniedException"), (424, "ModelErrorException")] {
        let fake = Fake::new([Answer::exception(status, name, "x")]).await;
        let error = fake.client().await.send(Operation::Converse, "m", "{}").await.unwrap_err();
        assert_eq!(error.exception_name(), Some(ExceptionName::of(name)));
        assert!(!error.is_retryable());
        assert_eq!(fake.asked().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_is_no_json_is_still_typed_by_its_status() {
    let proxy = Answer { headers: Vec::new(), ..Answer::json(502, "<html>Bad gateway</html>") };
    let fake = Fake::new([proxy]).await;
    let client = Client::new(Config { max_retries: 0, ..fake.config() }).await.unwrap();
    let error = client.send(Operation::Converse, "m", "{}").await.unwrap_err();
    assert_eq!((error.status(), error.exception_name(), error.request_id()), (Some(502), None, None));
    assert!(error.is_retryable());
    assert_eq!(error.to_string(), "the service refused, status 502");
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_is_tried_again_then_told() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = Some(format!("http://{}", listener.local_addr().unwrap()));
    drop(listener);
    let fake = Fake::new([]).await;
    let client = Client::new(Config { base_url, ..fake.config() }).await.unwrap();
    let error = client.send(Operation::Converse, "m", "{}").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert_eq!(error.to_string(), "no connection");
    // Why, is in its sources and for developers.
    assert!(std::error::Error::source(&error).is_some());
    assert!(format!("{error:?}").contains("refused"), "{error:?}");
    assert!(error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_come_is_given_up() {
    // Whoever is behind a full queue of connections waits.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    let connect = || tokio::time::timeout(Duration::from_secs(1), tokio::net::TcpStream::connect(address));
    while let Ok(connection) = connect().await {
        queue.push(connection.unwrap());
        assert!(queue.len() < 64, "the queue is never full");
    }
    let fake = Fake::new([]).await;
    let timeouts = Timeouts { connect: Duration::from_secs(3), ..Timeouts::default() };
    let base_url = Some(format!("http://{address}"));
    let client = Client::new(Config { base_url, timeouts, max_retries: 1, ..fake.config() }).await.unwrap();
    let start = Instant::now();
    let error = client.send(Operation::Converse, "m", "{}").await.unwrap_err();
    assert_eq!((error.kind(), &*error.to_string()), (ErrorKind::Connection, "no connection in time"));
    // Twice three seconds, and up to half a second between.
    assert!((Duration::from_secs(6)..Duration::from_millis(6600)).contains(&start.elapsed()), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_response_is_tried_again() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = Some(format!("http://{}", listener.local_addr().unwrap()));
    let broken = tokio::spawn(async move {
        for _ in 0..2 {
            let (stream, _) = listener.accept().await.unwrap();
            stream.readable().await.unwrap();
        }
    });
    let fake = Fake::new([]).await;
    let client = Client::new(Config { base_url, max_retries: 1, ..fake.config() }).await.unwrap();
    let error = client.send(Operation::Converse, "m", "{}").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert_eq!(error.to_string(), "the connection broke before the response began");
    broken.await.unwrap();
}

#[tokio::test]
async fn expired_credentials_are_read_again_once() {
    let expired = || Answer::exception(403, "ExpiredTokenException", "x");
    let fake = Fake::new([expired(), Answer::json(200, "{}"), expired(), expired()]).await;
    let provider = Counting::default();
    let credentials = Credentials::Provider(SharedCredentialsProvider::new(provider.clone()));
    let client = Client::new(Config { credentials, ..fake.config() }).await.unwrap();
    let token = |asked: &Asked| asked.header("x-amz-security-token").unwrap().to_owned();
    let ids = || fake.asked().iter().map(token).collect::<Vec<_>>();
    client.send(Operation::Converse, "m", "{}").await.unwrap();
    assert_eq!(ids(), ["0", "1"]);
    let error = client.send(Operation::Converse, "m", "{}").await.unwrap_err();
    assert_eq!(error.exception_name(), Some(ExceptionName::ExpiredToken));
    assert_eq!(ids(), ["0", "1", "1", "2"]);
}

/// A provider whose session token says how often it was asked.
#[derive(Clone, Debug, Default)]
struct Counting(Arc<AtomicUsize>);

impl ProvideCredentials for Counting {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let count = self.0.fetch_add(1, Ordering::Relaxed).to_string();
        future::ProvideCredentials::ready(Ok(aws_credential_types::Credentials::new(
            "a",
            "s",
            Some(count),
            None,
            "test",
        )))
    }
}

#[tokio::test(start_paused = true)]
async fn a_response_that_does_not_begin_is_given_up_and_not_asked_for_twice() {
    let fake = Fake::new([Answer::silent()]).await;
    let timeouts = Timeouts { first_byte: Duration::from_secs(30), ..Timeouts::default() };
    let client = Client::new(Config { timeouts, ..fake.config() }).await.unwrap();
    let start = Instant::now();
    let error = client.send(Operation::Converse, "m", "{}").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!((30..31).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    fake.left().await;
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_stands_still_is_given_up() {
    let fake = Fake::new([Answer::stream(vec![event("messageStart", "{}")], End::Never)]).await;
    let client = fake.client().await;
    let mut body = client.send(Operation::ConverseStream, "m", "{}").await.unwrap().body;
    body.next().await.unwrap().unwrap();
    // A reader that takes its time is no idle stream.
    tokio::time::sleep(Duration::from_secs(3600)).await;
    let start = Instant::now();
    let error = body.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.request_id(), Some("r-1"));
    assert_eq!(start.elapsed().as_secs(), Timeouts::default().idle.as_secs());
    assert!(body.next().await.is_none());
    fake.left().await;
}

#[tokio::test]
async fn a_body_that_is_cut_is_an_error_and_no_end() {
    let fake = Fake::new([Answer { end: End::Cut, ..Answer::json(200, "half") }]).await;
    let mut body = fake.client().await.send(Operation::Converse, "m", "{}").await.unwrap().body;
    assert_eq!(body.next().await.unwrap().unwrap(), "half");
    let error = body.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert!(body.next().await.is_none());
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test]
async fn a_dropped_body_frees_its_connection() {
    let fake = Fake::new([Answer::stream(vec![event("messageStart", "{}")], End::Never)]).await;
    let mut body = fake.client().await.send(Operation::ConverseStream, "m", "{}").await.unwrap().body;
    body.next().await.unwrap().unwrap();
    drop(body);
    tokio::time::timeout(Duration::from_secs(5), fake.left()).await.unwrap();
}

#[tokio::test]
async fn twenty_megabytes_pass_both_ways() {
    let large = "x".repeat(20 << 20);
    let fake = Fake::new([Answer::json(200, large.clone())]).await;
    let reply = fake.client().await.send(Operation::InvokeModel, "m", large.clone()).await.unwrap();
    assert!(reply.body.bytes().await.unwrap() == large);
    assert!(fake.asked()[0].body == large);
}
