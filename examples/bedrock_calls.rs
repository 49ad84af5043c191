//! Every call of the Bedrock transport once, each result as a line of JSON.
//!
//! ```sh
//! cargo run --features bedrock --example bedrock_calls -- [--base-url URL] [MODEL…]
//! ```
//!
//! Region and credentials come from the environment. A line is `{"call", "model", "request_id", "losses", "value"}` or
//! `{"call", "model", "error": {"kind", "message", "status", "request_id", "exception", "retryable"}}`; a stream's value is what its
//! events add up to, and `"events"` says how many there were.

use std::fmt::Debug;
use std::process::ExitCode;

use converse_messages::bedrock::{Answer, Client, Config, Error, Event, EventStream};
use converse_messages::{Options, converse, count_tokens, messages};
use serde::Serialize;
use serde_json::{Value, json};

const DEFAULT_MODEL: &str = "us.anthropic.claude-haiku-4-5-20251001-v1:0";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut config = Config::default();
    let mut models = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match &*argument {
            "--base-url" => config.base_url = arguments.next(),
            _ => models.push(argument),
        }
    }
    if models.is_empty() {
        models.push(DEFAULT_MODEL.to_owned());
    }
    let client = match Client::new(config).await {
        Ok(client) => client,
        Err(error) => {
            eprintln!("bedrock_calls: {error}");
            return ExitCode::FAILURE;
        }
    };
    for model in &models {
        calls(&client, model).await;
    }
    ExitCode::SUCCESS
}

async fn calls(client: &Client, model: &str) {
    let messages = || {
        let mut request = messages::Request::new(model, 64);
        request.messages.push(messages::Message::user("What is 2 + 2?"));
        request
    };
    let converse = || {
        let mut request = converse::Request::new(model);
        request.messages.push(converse::Message::user("What is 2 + 2?"));
        request
    };
    let print = |call: &str, result: Result<Value, Error>| {
        let mut line = json!({ "call": call, "model": model });
        let result = result.unwrap_or_else(|error| json!({ "error": told(&error) }));
        if let (Value::Object(line), Value::Object(result)) = (&mut line, result) {
            line.extend(result);
        }
        println!("{line}");
    };
    print("messages", client.messages(messages()).await.map(answer));
    print("messages_stream", whole(client.messages_stream(messages()).await).await);
    print("converse", client.converse(converse()).await.map(answer));
    print("converse_stream", whole(client.converse_stream(converse()).await).await);
    print("messages_count_tokens", client.messages_count_tokens(messages()).await.map(answer));
    match count_tokens::to_converse(messages(), &Options::default()) {
        Ok(request) => print("count_tokens", client.count_tokens(request.value).await.map(answer)),
        Err(error) => eprintln!("bedrock_calls: count_tokens: {error}"),
    }
    print("messages_via_converse", client.messages_via_converse(messages()).await.map(answer));
    print("messages_via_converse_stream", whole(client.messages_via_converse_stream(messages()).await).await);
    print("converse_via_messages", client.converse_via_messages(converse()).await.map(answer));
    print("converse_via_messages_stream", whole(client.converse_via_messages_stream(converse()).await).await);
}

fn answer<T: Serialize + Debug>(answer: Answer<T>) -> Value {
    let losses = [answer.request_losses, answer.response_losses].concat();
    json!({ "request_id": answer.request_id, "losses": losses, "value": answer.value })
}

async fn whole<E: Event>(stream: Result<EventStream<E>, Error>) -> Result<Value, Error>
where
    E::Message: Serialize,
{
    let mut stream = stream?;
    let mut events = 0;
    while let Some(event) = stream.next().await {
        event?;
        events += 1;
    }
    let request_id = stream.request_id().map(str::to_owned);
    let losses = [stream.request_losses(), stream.response_losses()].concat();
    let value = stream.final_message().await?;
    Ok(json!({ "request_id": request_id, "events": events, "losses": losses, "value": value }))
}

fn told(error: &Error) -> Value {
    json!({
        "kind": format!("{:?}", error.kind()),
        "message": error.to_string(),
        "status": error.status(),
        "request_id": error.request_id(),
        "exception": error.exception_name().map(|name| name.as_str().to_owned()),
        "retryable": error.is_retryable(),
    })
}
