//! The laws of streams, as property tests.

use std::sync::OnceLock;

use converse_messages::stream::{self, Framing, Side};
use converse_messages::{Options, converse, messages};
use jsonschema::Validator;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::laws::{self, Direction, config};
use crate::{adding_up, generate, normalise, normalise_response, streams, transcoding};

const FROM_CONVERSE: Direction = Direction {
    forward: stream::to_messages_json,
    back: stream::to_converse_json,
    normalise: normalised,
    source: anything,
    target: anything,
    compared: std::convert::identity,
    back_departs: false,
    no_departures: &[],
};

const FROM_MESSAGES: Direction = Direction {
    forward: stream::to_converse_json,
    back: stream::to_messages_json,
    normalise: normalised,
    source: anything,
    target: anything,
    compared: std::convert::identity,
    back_departs: false,
    no_departures: &[],
};

fn anything() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| jsonschema::validator_for(&json!({})).unwrap())
}

/// A stream without what says nothing: padding, and indexes, which only tell blocks apart; and its end as that of a response.
fn normalised(mut events: Value) -> Value {
    let mut end = json!({});
    for event in events.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        event.shift_remove("index");
        for (name, payload) in event.iter_mut() {
            let Some(payload) = payload.as_object_mut() else { continue };
            payload.shift_remove("p");
            payload.shift_remove("contentBlockIndex");
            if name == "messageStop" || name == "metadata" {
                end.as_object_mut().unwrap().append(payload);
            }
        }
    }
    for event in events.as_array_mut().into_iter().flatten() {
        for place in ["/contentBlockStart/start", "/content_block"] {
            let Some(block) = event.pointer_mut(place).filter(|block| block.is_object()) else { continue };
            if place == "/content_block" { normalise::messages_block(block) } else { normalise::converse_block(block) }
        }
        if let Some(citation) = event.pointer_mut("/contentBlockDelta/delta/citation") {
            let mut block = json!({"citationsContent": {"content": [], "citations": [citation.take()]}});
            normalise::converse_block(&mut block);
            *citation = block;
        }
    }
    let mut last = Last::default();
    for event in events.as_array_mut().into_iter().flatten().rev() {
        last.take(event);
    }
    let mut told = Value::Object(last.0);
    // Where nothing says why the message stopped, the hint is at the first event that could have.
    normalise::drop_if(&mut told, "/stop_reason", |reason| reason == "end_turn");
    normalise::prune(&mut events);
    normalise::prune(&mut told);
    json!([events, told, normalise_response::converse(end)])
}

/// What has been told of the message and its end: of each member the last, whichever event told it.
#[derive(Default)]
struct Last(serde_json::Map<String, Value>);

impl Last {
    /// Takes what an event tells, unless a later one has told it anew. Null tells nothing.
    fn take(&mut self, event: &mut Value) {
        for place in ["", "/message", "/delta", "/usage", "/message/usage"] {
            let is_end = event["type"] == "message_delta" || event["type"] == "message_stop";
            let Some(members) = event.pointer_mut(place).and_then(Value::as_object_mut) else { continue };
            if !(is_end || place.starts_with("/message")) {
                continue;
            }
            let within = place.strip_prefix("/message").unwrap_or(place);
            let within = within.strip_prefix("/delta").unwrap_or(within);
            members.retain(|name, value| {
                if ["type", "usage", "delta", "message"].contains(&name.as_str()) {
                    return true;
                }
                if !value.is_null() {
                    self.0.entry(format!("{within}/{name}")).or_insert(value.take());
                }
                false
            });
        }
    }
}

/// Streams that mostly come to their end.
fn whole_converse() -> BoxedStrategy<Value> {
    let valid = streams::converse;
    prop_oneof![4 => valid(), 2 => streams::interleaved(valid()), 2 => generate::wild(valid())].boxed()
}

/// Streams in every condition.
fn any_converse() -> BoxedStrategy<Value> {
    let broken = streams::broken(streams::interleaved(streams::converse()), streams::exceptions());
    prop_oneof![4 => whole_converse(), 1 => broken].boxed()
}

fn whole_messages() -> BoxedStrategy<Value> {
    let (valid, with_content) = (streams::messages, || streams::with_content(streams::messages()));
    prop_oneof![
        4 => valid(),
        1 => with_content(),
        2 => streams::interleaved(valid()),
        2 => generate::wild(with_content()),
        2 => generate::wild(valid()),
    ]
    .boxed()
}

fn any_messages() -> BoxedStrategy<Value> {
    let broken = streams::broken(streams::interleaved(streams::messages()), streams::errors());
    prop_oneof![4 => whole_messages(), 1 => broken].boxed()
}

// L1, L2

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_damaged_converse_stream_gives_an_error_or_events(text in laws::damaged(any_converse())) {
        laws::any_text_converts_or_is_refused_with_a_path(stream::to_messages_json, &text)?;
    }

    #[test]
    fn a_damaged_messages_stream_gives_an_error_or_events(text in laws::damaged(any_messages())) {
        laws::any_text_converts_or_is_refused_with_a_path(stream::to_converse_json, &text)?;
    }

    #[test]
    fn errors_and_losses_of_converse_streams_name_places(source in any_converse()) {
        laws::errors_and_losses_name_places(&FROM_CONVERSE, &source)?;
    }

    #[test]
    fn errors_and_losses_of_messages_streams_name_places(source in any_messages()) {
        laws::errors_and_losses_name_places(&FROM_MESSAGES, &source)?;
    }

    #[test]
    fn nothing_of_a_converse_stream_is_lost_silently(change in laws::with_change(whole_converse())) {
        laws::no_scalar_is_lost_silently(&FROM_CONVERSE, change)?;
    }

    #[test]
    fn nothing_of_a_messages_stream_is_lost_silently(change in laws::with_change(whole_messages())) {
        laws::no_scalar_is_lost_silently(&FROM_MESSAGES, change)?;
    }
}

// What a machine has refused it refuses from then on, and what is added up is never in another order than the events.

fn any_leaf_is_the_same(events: &Value) {
    if let Ok(events) = serde_json::from_value::<Vec<converse::StreamEvent>>(events.clone()) {
        let (mut machine, mut failed) = (stream::ToMessages::default(), None);
        for event in events {
            let converted = machine.push(event);
            assert!(failed.is_none() || converted.as_ref().err() == failed.as_ref());
            failed = converted.err();
        }
    }
    if let Ok(events) = serde_json::from_value::<Vec<messages::StreamEvent>>(events.clone()) {
        let (mut machine, mut failed) = (stream::ToConverse::default(), None);
        for event in events {
            let converted = machine.push(event);
            assert!(failed.is_none() || converted.as_ref().err() == failed.as_ref());
            failed = converted.err();
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_a_machine_has_refused_it_refuses_from_then_on(converse in any_converse(), messages in any_messages()) {
        any_leaf_is_the_same(&converse);
        any_leaf_is_the_same(&messages);
    }
}

// L6

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_converse_stream_adds_up_to_the_same_before_and_after(events in any_converse()) {
        adding_up::from_converse(&events.to_string()).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn a_messages_stream_adds_up_to_the_same_before_and_after(events in any_messages()) {
        adding_up::from_messages(&events.to_string()).map_err(TestCaseError::fail)?;
    }
}

// L7

fn cut_anywhere(events: &Value, side: Side, way: Index, places: &[Index]) {
    let lines = events.as_array().into_iter().flatten().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let ways = transcoding::ways_of(side);
    let way @ (from, ..) = ways[way.index(ways.len())];
    // What is no event has no frame of its own.
    let framing =
        if events.as_array().is_some_and(|events| events.iter().all(Value::is_object)) { from } else { Framing::Json };
    let bytes = transcoding::reframed(lines.as_bytes(), side, framing);
    drop(transcoding::check(
        way,
        &Options::streaming(),
        &bytes,
        places.iter().map(|place| place.index(bytes.len() + 1)),
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: config().cases / 4, ..config() })]

    #[test]
    fn a_converse_stream_may_be_cut_anywhere(
        events in any_converse(), way in any::<Index>(), places in prop::collection::vec(any::<Index>(), 4),
    ) {
        cut_anywhere(&events, Side::Converse, way, &places);
    }

    #[test]
    fn a_messages_stream_may_be_cut_anywhere(
        events in any_messages(), way in any::<Index>(), places in prop::collection::vec(any::<Index>(), 4),
    ) {
        cut_anywhere(&events, Side::Messages, way, &places);
    }
}

#[test]
fn a_block_keeps_its_place_when_a_later_one_sends_first() {
    let start =
        |index: i64, block: Value| json!({"type": "content_block_start", "index": index, "content_block": block});
    let stop = |index: i64| json!({"type": "content_block_stop", "index": index});
    let events = json!([
        {"type": "message_start", "message": {"id": "m", "type": "message", "role": "assistant", "model": "c", "content": [],
            "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 1, "output_tokens": 1}}},
        start(0, json!({"type": "text", "text": ""})),
        start(1, json!({"type": "redacted_thinking", "data": "x"})),
        stop(1),
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}},
        stop(0),
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": 2}},
        {"type": "message_stop"},
    ]);
    adding_up::from_messages(&events.to_string()).unwrap();
}
