//! Neither errors nor logs hold credentials or what a conversation says.

use std::error::Error as _;
use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex};

use converse_messages::bedrock::{Client, Config, Credentials, Error, Operation};
use converse_messages::{converse, messages};

use crate::fake::{Answer, End, Fake, chunk, event, exception};

const SAID: &str = "the patient's secret diagnosis";
const SECRETS: [&str; 4] = [SAID, "very-secret-key", "very-secret-session", "very-secret-token"];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// All that an error says, in every form.
fn told(error: &Error) -> String {
    let mut texts = vec![error.to_string(), format!("{error:?}"), format!("{error:#?}")];
    let mut source = error.source();
    while let Some(error) = source {
        texts.push(format!("{error} {error:?}"));
        source = error.source();
    }
    texts.join("\n")
}

fn assert_discreet(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret:?} is in: {text}");
    }
}

fn debugged(value: &impl Debug) {
    assert_discreet(&format!("{value:?} {value:#?}"));
}

fn request() -> converse::Request {
    let mut request = converse::Request::new("m");
    request.messages.push(converse::Message::user(SAID));
    request
}

fn messages_request() -> messages::Request {
    let mut request = messages::Request::new("m", 9);
    request.messages.push(messages::Message::user(SAID));
    request
}

/// What a service that quotes all it gets may answer.
fn answers() -> Vec<Answer> {
    let quoted = format!("{SAID} very-secret-key very-secret-session very-secret-token");
    let message = serde_json::json!({ "message": quoted }).to_string();
    let answer = format!(
        r#"{{"output": {{"message": {{"role": "assistant", "content": [{{"text": "{SAID}"}}]}}}}, "stopReason": "#
    );
    vec![
        Answer::exception(403, "InvalidSignatureException", &quoted),
        Answer::json(400, message.clone()).header("x-amzn-errortype", &quoted).header("x-amzn-requestid", &quoted),
        Answer::json(400, quoted.clone()),
        Answer::json(200, answer.clone() + "7}"),
        Answer::json(200, answer.clone()),
        Answer::json(200, answer + r#""end_turn", "usage": {"inputTokens": -1, "outputTokens": 1, "totalTokens": 1}}"#),
        Answer { end: End::Cut, ..Answer::json(200, quoted.clone()) },
        Answer::stream(vec![exception("validationException", &message)], End::Whole),
        Answer::stream(vec![exception(&quoted, &message)], End::Whole),
        Answer::stream(vec![event("contentBlockDelta", &format!(r#"{{"delta": "{SAID}"}}"#))], End::Whole),
        Answer::stream(vec![event(&quoted, "{}")], End::Whole),
        Answer::stream(
            vec![chunk(&format!(r#"{{"type": "error", "error": {{"type": "x", "message": "{SAID}"}}}}"#))],
            End::Whole,
        ),
        Answer::stream(vec![chunk(&format!(r#"{{"type": "message_delta", "delta": "{SAID}"}}"#))], End::Whole),
    ]
}

#[tokio::test]
async fn neither_errors_nor_logs_hold_secrets() {
    let log = Log::default();
    let writer = {
        let log = log.clone();
        move || log.clone()
    };
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(writer).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    tracing_log::LogTracer::init().unwrap();

    for credentials in [None, Some(Credentials::Bearer("very-secret-token".into()))] {
        let count = answers().len();
        for number in 0..count {
            let answer = || answers().swap_remove(number);
            let fake = Fake::new((0..4).map(|_| answer())).await;
            let config = fake.config();
            let credentials = credentials.clone().unwrap_or(config.credentials.clone());
            let config = Config { credentials, max_retries: 0, ..config };
            debugged(&config);
            let client = Client::new(config).await.unwrap();
            debugged(&client);
            let mut errors = vec![
                client.converse(request()).await.err(),
                client.messages_via_converse(messages_request()).await.err(),
            ];
            errors.push(match client.converse_stream(request()).await {
                Ok(stream) => {
                    debugged(&stream);
                    stream.final_message().await.err()
                }
                Err(error) => Some(error),
            });
            errors.push(match client.messages_stream(messages_request()).await {
                Ok(stream) => stream.final_message().await.err(),
                Err(error) => Some(error),
            });
            assert!(errors.iter().flatten().count() >= 2, "answer {number} is hardly an error");
            errors.iter().flatten().for_each(|error| assert_discreet(&told(error)));
        }
    }
    let fake = Fake::new([Answer::json(200, SAID)]).await;
    let reply = fake.client().await.send(Operation::Converse, "m", SAID).await.unwrap();
    debugged(&reply);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for target in ["converse_messages::bedrock", "hyper", "reqwest"] {
        assert!(log.contains(target), "the log does not hear {target}");
    }
    assert_discreet(&log);
}
