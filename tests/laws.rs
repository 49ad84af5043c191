//! The laws of the conversions of requests, as property tests: both directions, on documents that are valid and on wild ones.
//!
//! `PROPTEST_CASES` sets how many documents each law is tried on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    dead_code,
    missing_docs
)]

#[path = "common/generate.rs"]
mod generate;
#[path = "common/laws.rs"]
mod laws;
#[path = "common/normalise.rs"]
mod normalise;

use std::sync::OnceLock;

use converse_messages::request;
use jsonschema::Validator;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use laws::{
    Direction, a_lossless_conversion_can_be_undone, a_valid_document_gives_a_valid_one, allow,
    any_text_converts_or_is_refused_with_a_path, complaints, config, damaged, errors_and_losses_name_places,
    json_object, no_scalar_is_lost_silently, there_and_back_and_there_is_there,
    what_nests_too_deep_is_refused_at_its_place, with_change,
};

const FROM_CONVERSE: Direction = Direction {
    forward: request::to_messages_json,
    back: request::to_converse_json,
    normalise: normalise::converse,
    source: converse_validator,
    target: messages_validator,
    compared: normalise::messages,
    back_departs: true,
    no_departures: &[],
};

const FROM_MESSAGES: Direction = Direction {
    forward: request::to_converse_json,
    back: request::to_messages_json,
    normalise: normalise::messages,
    source: messages_validator,
    target: converse_validator,
    compared: std::convert::identity,
    back_departs: false,
    no_departures: &["/additionalModelResponseFieldPaths"],
};

fn converse_validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| jsonschema::validator_for(generate::converse_schema()).unwrap())
}

fn messages_validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| jsonschema::validator_for(generate::messages_schema()).unwrap())
}

// L1

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes_give_an_error_or_a_value(text in vec(any::<u8>(), 0..64)) {
        any_text_converts_or_is_refused_with_a_path(request::to_messages_json, &text)?;
        any_text_converts_or_is_refused_with_a_path(request::to_converse_json, &text)?;
    }

    #[test]
    fn any_json_gives_an_error_or_a_value(document in generate::json()) {
        any_text_converts_or_is_refused_with_a_path(request::to_messages_json, document.to_string().as_bytes())?;
        any_text_converts_or_is_refused_with_a_path(request::to_converse_json, document.to_string().as_bytes())?;
    }

    #[test]
    fn a_damaged_converse_request_gives_an_error_or_a_value(text in damaged(generate::converse())) {
        any_text_converts_or_is_refused_with_a_path(request::to_messages_json, &text)?;
    }

    #[test]
    fn a_damaged_messages_request_gives_an_error_or_a_value(text in damaged(generate::messages())) {
        any_text_converts_or_is_refused_with_a_path(request::to_converse_json, &text)?;
    }
}

#[test]
fn deep_nesting_is_an_error_that_names_a_place() {
    for convert in [request::to_messages_json, request::to_converse_json] {
        for (opening, steps) in [
            ("[", "/0"),
            ("{\"messages\":", "/messages"),
            ("{\"a\":[", "/a/0"),
            ("{\"additionalModelRequestFields\":", "/additionalModelRequestFields"),
        ] {
            what_nests_too_deep_is_refused_at_its_place(convert, opening, steps);
        }
    }
}

// Errors and losses name places of the source.

proptest! {
    #![proptest_config(config())]

    #[test]
    fn errors_and_losses_of_converse_requests_name_places(source in generate::wild(generate::converse())) {
        errors_and_losses_name_places(&FROM_CONVERSE, &source)?;
    }

    #[test]
    fn errors_and_losses_of_messages_requests_name_places(source in generate::wild(generate::messages())) {
        errors_and_losses_name_places(&FROM_MESSAGES, &source)?;
    }
}

// L2

proptest! {
    #![proptest_config(config())]

    #[test]
    fn nothing_of_a_converse_request_is_lost_silently(change in with_change(generate::converse())) {
        no_scalar_is_lost_silently(&FROM_CONVERSE, change)?;
    }

    #[test]
    fn nothing_of_a_messages_request_is_lost_silently(change in with_change(generate::messages())) {
        no_scalar_is_lost_silently(&FROM_MESSAGES, change)?;
    }

    #[test]
    fn nothing_of_a_wild_converse_request_is_lost_silently(change in with_change(generate::wild(generate::converse()))) {
        no_scalar_is_lost_silently(&FROM_CONVERSE, change)?;
    }

    #[test]
    fn nothing_of_a_wild_messages_request_is_lost_silently(change in with_change(generate::wild(generate::messages()))) {
        no_scalar_is_lost_silently(&FROM_MESSAGES, change)?;
    }
}

// L3

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_lossless_conversion_of_a_converse_request_can_be_undone(source in generate::converse()) {
        a_lossless_conversion_can_be_undone(&FROM_CONVERSE, source)?;
    }

    #[test]
    fn a_lossless_conversion_of_a_messages_request_can_be_undone(source in generate::messages()) {
        a_lossless_conversion_can_be_undone(&FROM_MESSAGES, source)?;
    }

    #[test]
    fn a_lossless_conversion_of_a_wild_converse_request_can_be_undone(source in generate::wild(generate::converse())) {
        a_lossless_conversion_can_be_undone(&FROM_CONVERSE, source)?;
    }

    #[test]
    fn a_lossless_conversion_of_a_wild_messages_request_can_be_undone(source in generate::wild(generate::messages())) {
        a_lossless_conversion_can_be_undone(&FROM_MESSAGES, source)?;
    }
}

// L4

proptest! {
    #![proptest_config(config())]

    #[test]
    fn generated_requests_are_valid(converse in generate::converse(), messages in generate::messages()) {
        prop_assert_eq!(complaints(converse_validator(), &converse), "");
        prop_assert_eq!(complaints(messages_validator(), &messages), "");
    }

    #[test]
    fn a_valid_converse_request_gives_a_valid_messages_request(source in generate::converse()) {
        a_valid_document_gives_a_valid_one(&FROM_CONVERSE, &source)?;
    }

    #[test]
    fn a_valid_messages_request_gives_a_valid_converse_request(source in generate::messages()) {
        a_valid_document_gives_a_valid_one(&FROM_MESSAGES, &source)?;
    }
}

// L5

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_conversion_gives_the_same_text_each_time(converse in generate::converse(), messages in generate::messages()) {
        let (converse, messages) = (converse.to_string(), messages.to_string());
        for _ in 0..2 {
            let once = request::to_messages_json(converse.as_bytes(), &allow());
            prop_assert_eq!(once, request::to_messages_json(converse.as_bytes(), &allow()));
            let once = request::to_converse_json(messages.as_bytes(), &allow());
            prop_assert_eq!(once, request::to_converse_json(messages.as_bytes(), &allow()));
        }
    }

    #[test]
    fn free_form_json_of_a_converse_request_is_kept_to_the_digit(
        input in json_object(), schema in json_object(), field in json_object(), json in json_object(), output in json_object(),
    ) {
        let [json_schema, output_text] = [&json, &output].map(|text| json!(text).to_string());
        let source = format!(
            r#"{{"modelId":"anthropic.claude-x","messages":[
                {{"role":"assistant","content":[{{"toolUse":{{"toolUseId":"1","name":"t","input":{input}}}}}]}},
                {{"role":"user","content":[{{"toolResult":{{"toolUseId":"1","content":[{{"json":{json}}}]}}}}]}}],
            "toolConfig":{{"tools":[{{"toolSpec":{{"name":"t","inputSchema":{{"json":{schema}}}}}}}]}},
            "additionalModelRequestFields":{{"novel":{field}}},
            "outputConfig":{{"textFormat":{{"type":"json_schema","structure":{{"jsonSchema":{{"schema":{output_text}}}}}}}}}}}"#
        );
        let value = request::to_messages_json(source.as_bytes(), &allow()).unwrap().value;
        let kept = [
            format!("\"input\":{input}"),
            format!("\"input_schema\":{schema}"),
            format!("\"novel\":{field}"),
            format!("\"schema\":{output}"),
            json_schema,
        ];
        for kept in kept {
            prop_assert!(value.contains(&kept), "{kept} is not in {value}");
        }
    }

    #[test]
    fn free_form_json_of_a_messages_request_is_kept_to_the_digit(
        input in json_object(), schema in json_object(), field in json_object(), example in json_object(), output in json_object(),
    ) {
        let schema = format!(r#"{{"z":{schema},"type":"object","a":1e2}}"#);
        let source = format!(
            r#"{{"model":"claude-x","max_tokens":1,"messages":[
                {{"role":"assistant","content":[{{"type":"tool_use","id":"1","name":"t","input":{input}}}]}}],
            "tools":[{{"name":"t","input_schema":{schema}}},{{"name":"u","input_schema":{schema},"input_examples":[{example}]}}],
            "novel":{field},"output_config":{{"format":{{"type":"json_schema","schema":{output}}}}}}}"#
        );
        let value = request::to_converse_json(source.as_bytes(), &allow()).unwrap().value;
        let kept = [
            format!("\"input\":{input}"),
            format!("\"json\":{schema}"),
            format!("\"input_schema\":{schema}"),
            format!("\"input_examples\":[{example}]"),
            format!("\"novel\":{field}"),
            format!("\"schema\":{}", json!(output)),
        ];
        for kept in kept {
            prop_assert!(value.contains(&kept), "{kept} is not in {value}");
        }
    }
}

// L8

proptest! {
    #![proptest_config(config())]

    #[test]
    fn from_converse_there_and_back_and_there_is_there(source in generate::converse()) {
        there_and_back_and_there_is_there(&FROM_CONVERSE, &source)?;
    }

    #[test]
    fn from_messages_there_and_back_and_there_is_there(source in generate::messages()) {
        there_and_back_and_there_is_there(&FROM_MESSAGES, &source)?;
    }

    #[test]
    fn from_wild_converse_there_and_back_and_there_is_there(source in generate::wild(generate::converse())) {
        there_and_back_and_there_is_there(&FROM_CONVERSE, &source)?;
    }

    #[test]
    fn from_wild_messages_there_and_back_and_there_is_there(source in generate::wild(generate::messages())) {
        there_and_back_and_there_is_there(&FROM_MESSAGES, &source)?;
    }
}
