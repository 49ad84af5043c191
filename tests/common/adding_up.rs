//! L6: what a converted stream adds up to is what the stream adds up to, converted.

use converse_messages::wire::{Owned, Wire};
use converse_messages::{Converted, Error, ErrorKind, Options, Severity, converse, messages, response, stream};
use serde_json::{Value, json};

use crate::normalise;

/// What a Converse stream adds up to.
pub fn add_up_converse(events: &str) -> Result<converse::Response, Error> {
    let mut accumulator = converse::Accumulator::new();
    for event in Vec::<converse::StreamEvent>::from_json(events.as_bytes())? {
        accumulator.push(event)?;
    }
    accumulator.finish()
}

/// What a Messages stream adds up to.
pub fn add_up_messages(events: &str) -> Result<messages::Response, Error> {
    let mut accumulator = messages::Accumulator::new();
    for event in Vec::<messages::StreamEvent>::from_json(events.as_bytes())? {
        accumulator.push(event)?;
    }
    accumulator.finish()
}

/// L6 from Converse.
///
/// # Errors
/// How the law is broken.
pub fn from_converse(events: &str) -> Result<(), String> {
    let converted = stream::to_messages_json(events.as_bytes(), &Options::streaming());
    let added = add_up_converse(events);
    let whole = added.clone().and_then(|added| response::to_messages(added, &Options::streaming()));
    check(events, converted, added.map(drop), whole, add_up_messages, messages_form)
}

/// L6 from Messages.
///
/// # Errors
/// How the law is broken.
pub fn from_messages(events: &str) -> Result<(), String> {
    let converted = stream::to_converse_json(events.as_bytes(), &Options::streaming());
    let added = add_up_messages(events);
    let whole = added.clone().and_then(|added| response::to_converse(added, &Options::streaming()));
    check(events, converted, added.map(drop), whole, add_up_converse, converse_form)
}

fn check<T: Wire<Owned>>(
    source: &str,
    converted: Result<Converted<String>, Error>,
    added: Result<(), Error>,
    whole: Result<Converted<T>, Error>,
    add_up: impl Fn(&str) -> Result<T, Error>,
    form: impl Fn(&str) -> Value,
) -> Result<(), String> {
    let is_order = |error: &Error| error.kind() == ErrorKind::StreamOrder;
    let loses = |converted: &Converted<String>| converted.losses.iter().any(|loss| loss.severity == Severity::Content);
    let converted = match (converted, &added) {
        // A block that has no place in the target takes its deltas with it, whatever they are.
        (Ok(converted), Err(error))
            if loses(&converted) && (is_order(error) || error.kind() == ErrorKind::InvalidJson) =>
        {
            return Ok(());
        }
        (Ok(converted), Err(error)) if is_order(error) => {
            return Err(format!("converts but does not add up: {error}\n{source}\n{}", converted.value));
        }
        (Err(error), Ok(())) if is_order(&error) => {
            return Err(format!("adds up but does not convert: {error}\n{source}"));
        }
        (Err(_), _) => return Ok(()),
        (Ok(converted), _) => converted.value,
    };
    match (add_up(&converted), added, whole) {
        (Err(error), Err(own), _) if error.kind() == own.kind() => Ok(()),
        (Err(error), own, _) => Err(format!("does not add up: {error} but {own:?}\n{source}\n{converted}")),
        (Ok(_), Err(own), _) => Err(format!("does not add up before: {own}\n{source}\n{converted}")),
        // A whole response is refused for what only shows when all of it is there, such as a tool's input that is no object.
        (Ok(_), Ok(()), Err(_)) => Ok(()),
        (Ok(events), Ok(()), Ok(whole)) => {
            let (events, whole) = (form(&events.to_json()), form(&whole.value.to_json()));
            if events == whole {
                return Ok(());
            }
            Err(format!("{source}\nconverted {converted}\nadds up to {events}\nwhole     {whole}"))
        }
    }
}

/// A Messages response as far as its streams can tell it.
fn messages_form(json: &str) -> Value {
    let mut response: Value = serde_json::from_str(json).expect("a response is JSON");
    let told = ["content", "role", "stop_reason", "stop_sequence", "stop_details", "container", "usage"];
    let counts = [
        "input_tokens",
        "output_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
        "output_tokens_details",
        "server_tool_use",
    ];
    let members = response.as_object_mut().expect("a response is an object");
    members.retain(|name, value| (told.contains(&&**name) || name.starts_with("amazon-")) && !value.is_null());
    let usage = members["usage"].as_object_mut().expect("a usage is an object");
    usage.retain(|name, _| counts.contains(&&**name));
    members["content"] = normalise::messages(message(&members["content"]))["messages"].take();
    response
}

fn converse_form(json: &str) -> Value {
    let mut response: Value = serde_json::from_str(json).expect("a response is JSON");
    let content = &mut response["output"]["message"]["content"];
    *content = normalise::converse(message(content))["messages"].take();
    response
}

fn message(content: &Value) -> Value {
    let mut content = content.clone();
    for block in content.as_array_mut().into_iter().flatten() {
        for place in ["/input", "/toolUse/input"] {
            // A whole response's conversion puts an empty object there; a stream's does not read the deltas.
            if let Some(input) = block.pointer_mut(place).filter(|input| input.is_null() || **input == "") {
                *input = json!({});
            }
        }
    }
    json!({"messages": [{"role": "assistant", "content": content}]})
}
