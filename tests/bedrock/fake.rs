//! A Bedrock on loopback that answers what it is told, in order, and keeps what it was asked.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use converse_messages::bedrock::{Client, Config, Credentials};
use converse_messages::frame::eventstream::{self, Header, Value};
use tokio::sync::{Notify, mpsc};

/// What was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: axum::http::Method,
    pub path: String,
    /// The host in the request line, as proxies see it.
    pub by_proxy: Option<String>,
    pub headers: axum::http::HeaderMap,
    pub body: Bytes,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// How an answer ends.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// As it should.
    Whole,
    /// The connection breaks.
    Cut,
    /// It does not, until the client goes away.
    Never,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub parts: Vec<Bytes>,
    pub end: End,
    /// No answer at all: the head never comes.
    pub silent: bool,
}

impl Answer {
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        let headers = vec![("content-type", "application/json".into()), ("x-amzn-requestid", "r-1".into())];
        Self { status, headers, parts: vec![Bytes::from(body.into())], end: End::Whole, silent: false }
    }

    pub fn exception(status: u16, name: &str, message: &str) -> Self {
        let body = serde_json::json!({ "message": message }).to_string();
        Self::json(status, body).header("x-amzn-errortype", &format!("{name}:http://internal.amazon.com/"))
    }

    pub fn stream(frames: Vec<Vec<u8>>, end: End) -> Self {
        let parts = frames.into_iter().map(Bytes::from).collect();
        Self { parts, end, ..Self::json(200, "") }.header("content-type", "application/vnd.amazon.eventstream")
    }

    pub fn silent() -> Self {
        Self { silent: true, ..Self::json(200, "") }
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(own, _)| *own != name);
        self.headers.push((name, value.into()));
        self
    }
}

/// An event's frame.
pub fn event(name: &str, payload: &str) -> Vec<u8> {
    frame("event", ":event-type", name, payload)
}

/// An exception's frame.
pub fn exception(name: &str, payload: &str) -> Vec<u8> {
    frame("exception", ":exception-type", name, payload)
}

/// The frame of an event of Messages, as `InvokeModelWithResponseStream` sends it.
pub fn chunk(event: &str) -> Vec<u8> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.encode(event);
    self::event("chunk", &serde_json::json!({ "bytes": bytes, "p": "abc" }).to_string())
}

fn frame(message_type: &str, type_header: &str, name: &str, payload: &str) -> Vec<u8> {
    let header = |name, value| Header { name, value: Value::String(value) };
    let headers = [header(":message-type", message_type), header(type_header, name)];
    let mut bytes = Vec::new();
    eventstream::write(&headers, payload.as_bytes(), &mut bytes).unwrap();
    bytes
}

#[derive(Default)]
struct State {
    asked: Mutex<Vec<Asked>>,
    answers: Mutex<VecDeque<Answer>>,
    /// A client has gone away before its answer ended.
    left: Notify,
    /// How many parts of bodies have been handed to connections.
    sent: AtomicUsize,
}

pub struct Fake {
    pub address: SocketAddr,
    state: Arc<State>,
}

impl Fake {
    pub async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State { answers: Mutex::new(answers.into_iter().collect()), ..State::default() });
        let shared = Arc::clone(&state);
        let router = axum::Router::new().fallback(move |request| answer(Arc::clone(&shared), request));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, state }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn config(&self) -> Config {
        Config {
            region: Some("us-east-1".into()),
            base_url: Some(self.url()),
            credentials: Credentials::Keys {
                access_key_id: "AKIDEXAMPLE".into(),
                secret_access_key: "very-secret-key".into(),
                session_token: Some("very-secret-session".into()),
            },
            ..Config::default()
        }
    }

    pub async fn client(&self) -> Client {
        Client::new(self.config()).await.unwrap()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.state.asked.lock().unwrap().clone()
    }

    pub fn sent(&self) -> usize {
        self.state.sent.load(Ordering::Relaxed)
    }

    /// Waits until a client goes away before its answer has ended.
    pub async fn left(&self) {
        self.state.left.notified().await;
    }
}

async fn answer(state: Arc<State>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let path = parts.uri.path().to_owned();
    let by_proxy = parts.uri.host().map(str::to_owned);
    state.asked.lock().unwrap().push(Asked { method: parts.method, path, by_proxy, headers: parts.headers, body });
    let answer = state.answers.lock().unwrap().pop_front().expect("an answer is left");
    if answer.silent {
        let _left = Left(state);
        return std::future::pending().await;
    }
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    let (sender, mut receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        for part in answer.parts {
            if sender.send(Ok(part)).await.is_err() {
                state.left.notify_one();
                return;
            }
            state.sent.fetch_add(1, Ordering::Relaxed);
        }
        match answer.end {
            End::Whole => {}
            End::Cut => drop(sender.send(Err(std::io::Error::other("cut"))).await),
            End::Never => {
                sender.closed().await;
                state.left.notify_one();
            }
        }
    });
    response.body(Body::from_stream(futures_util::stream::poll_fn(move |cx| receiver.poll_recv(cx)))).unwrap()
}

/// Tells that a client has gone when its request is dropped.
struct Left(Arc<State>);

impl Drop for Left {
    fn drop(&mut self) {
        self.0.left.notify_one();
    }
}
