//! The laws of the conversions of responses and errors, as property tests: both directions, on documents that are valid and on
//! wild ones.
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
#[path = "common/generate_response.rs"]
mod generate_response;
#[path = "common/laws.rs"]
mod laws;
#[path = "common/normalise.rs"]
mod normalise;
#[path = "common/normalise_response.rs"]
mod normalise_response;

use std::sync::OnceLock;

use converse_messages::{Converted, Error, Options, errors, response};
use jsonschema::Validator;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use generate::wild;
use generate_response::{claude, converse, converse_error, messages, messages_error};
use laws::{
    Convert, Direction, a_lossless_conversion_can_be_undone, a_valid_document_gives_a_valid_one, allow,
    any_text_converts_or_is_refused_with_a_path, complaints, config, damaged, errors_and_losses_name_places,
    json_object, no_scalar_is_lost_silently, run, there_and_back_and_there_is_there,
    what_nests_too_deep_is_refused_at_its_place, with_change,
};

const FROM_CONVERSE: Direction = Direction {
    forward: response::to_messages_json,
    back: response::to_converse_json,
    normalise: normalise_response::converse,
    source: converse_validator,
    target: messages_validator,
    compared: std::convert::identity,
    back_departs: false,
    no_departures: &["/stop_reason"],
};

const FROM_MESSAGES: Direction = Direction {
    forward: response::to_converse_json,
    back: response::to_messages_json,
    normalise: normalise_response::messages,
    source: messages_validator,
    target: converse_validator,
    // Of a count per lifetime that is missing, a zero comes back.
    compared: normalise_response::converse,
    back_departs: false,
    no_departures: &["/stopReason"],
};

const FROM_CONVERSE_ERROR: Direction = Direction {
    forward: error_to_messages::<0>,
    back: error_to_converse::<0>,
    normalise: normalise_response::converse_error,
    source: converse_error_validator,
    target: messages_error_validator,
    compared: std::convert::identity,
    back_departs: false,
    no_departures: &[],
};

const FROM_MESSAGES_ERROR: Direction = Direction {
    forward: error_to_converse::<0>,
    back: error_to_messages::<0>,
    normalise: normalise_response::messages_error,
    source: messages_error_validator,
    target: converse_error_validator,
    compared: std::convert::identity,
    back_departs: false,
    no_departures: &[],
};

const ALL: [Convert; 6] = [
    response::to_messages_json,
    response::to_converse_json,
    error_to_messages::<0>,
    error_to_messages::<413>,
    error_to_converse::<0>,
    error_to_converse::<500>,
];

/// The body that an exception becomes. The status 0: none.
fn error_to_messages<const STATUS: u16>(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let status = Some(STATUS).filter(|status| *status != 0);
    Ok(errors::to_messages_json(json, status, options)?.map(|error| error.body))
}

/// The body that an error of the Messages API becomes. The status 0: none.
fn error_to_converse<const STATUS: u16>(json: &[u8], options: &Options) -> Result<Converted<String>, Error> {
    let status = Some(STATUS).filter(|status| *status != 0);
    Ok(errors::to_converse_json(json, status, options)?.map(|error| error.body))
}

fn converse_validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| jsonschema::validator_for(generate_response::converse_schema()).unwrap())
}

fn messages_validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| jsonschema::validator_for(generate_response::messages_schema()).unwrap())
}

fn converse_error_validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| jsonschema::validator_for(generate_response::converse_error_schema()).unwrap())
}

fn messages_error_validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| jsonschema::validator_for(generate_response::messages_error_schema()).unwrap())
}

// L1

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes_give_an_error_or_a_value(text in vec(any::<u8>(), 0..64)) {
        for convert in ALL {
            any_text_converts_or_is_refused_with_a_path(convert, &text)?;
        }
    }

    #[test]
    fn any_json_gives_an_error_or_a_value(document in generate::json()) {
        for convert in ALL {
            any_text_converts_or_is_refused_with_a_path(convert, document.to_string().as_bytes())?;
        }
    }

    #[test]
    fn a_damaged_converse_response_gives_an_error_or_a_value(text in damaged(converse())) {
        any_text_converts_or_is_refused_with_a_path(FROM_CONVERSE.forward, &text)?;
    }

    #[test]
    fn a_damaged_messages_response_gives_an_error_or_a_value(text in damaged(messages())) {
        any_text_converts_or_is_refused_with_a_path(FROM_MESSAGES.forward, &text)?;
    }

    #[test]
    fn a_damaged_error_gives_an_error_or_a_value(exception in damaged(converse_error()), error in damaged(messages_error())) {
        any_text_converts_or_is_refused_with_a_path(FROM_CONVERSE_ERROR.forward, &exception)?;
        any_text_converts_or_is_refused_with_a_path(FROM_MESSAGES_ERROR.forward, &error)?;
    }
}

#[test]
fn deep_nesting_is_an_error_that_names_a_place() {
    for convert in ALL {
        for (opening, steps) in [
            ("[", "/0"),
            ("{\"content\":", "/content"),
            ("{\"a\":[", "/a/0"),
            ("{\"additionalModelResponseFields\":", "/additionalModelResponseFields"),
            ("{\"trace\":[", "/trace/0"),
            ("{\"Error\":", "/Error"),
        ] {
            what_nests_too_deep_is_refused_at_its_place(convert, opening, steps);
        }
    }
}

// Errors and losses name places of the source.

proptest! {
    #![proptest_config(config())]

    #[test]
    fn errors_and_losses_of_converse_responses_name_places(source in wild(converse())) {
        errors_and_losses_name_places(&FROM_CONVERSE, &source)?;
    }

    #[test]
    fn errors_and_losses_of_messages_responses_name_places(source in wild(messages())) {
        errors_and_losses_name_places(&FROM_MESSAGES, &source)?;
    }

    #[test]
    fn errors_and_losses_of_errors_name_places(exception in wild(converse_error()), error in wild(messages_error())) {
        errors_and_losses_name_places(&FROM_CONVERSE_ERROR, &exception)?;
        errors_and_losses_name_places(&FROM_MESSAGES_ERROR, &error)?;
    }
}

// L2

proptest! {
    #![proptest_config(config())]

    #[test]
    fn nothing_of_a_converse_response_is_lost_silently(change in with_change(converse())) {
        no_scalar_is_lost_silently(&FROM_CONVERSE, change)?;
    }

    #[test]
    fn nothing_of_a_messages_response_is_lost_silently(change in with_change(messages())) {
        no_scalar_is_lost_silently(&FROM_MESSAGES, change)?;
    }

    #[test]
    fn nothing_of_a_wild_converse_response_is_lost_silently(change in with_change(wild(converse()))) {
        no_scalar_is_lost_silently(&FROM_CONVERSE, change)?;
    }

    #[test]
    fn nothing_of_a_wild_messages_response_is_lost_silently(change in with_change(wild(messages()))) {
        no_scalar_is_lost_silently(&FROM_MESSAGES, change)?;
    }

    #[test]
    fn nothing_of_an_error_is_lost_silently(
        exception in with_change(wild(converse_error())), error in with_change(wild(messages_error())),
    ) {
        no_scalar_is_lost_silently(&FROM_CONVERSE_ERROR, exception)?;
        no_scalar_is_lost_silently(&FROM_MESSAGES_ERROR, error)?;
    }
}

// L3

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_lossless_conversion_of_a_converse_response_can_be_undone(source in converse()) {
        a_lossless_conversion_can_be_undone(&FROM_CONVERSE, source)?;
    }

    #[test]
    fn a_lossless_conversion_of_a_messages_response_can_be_undone(source in messages()) {
        a_lossless_conversion_can_be_undone(&FROM_MESSAGES, source)?;
    }

    #[test]
    fn a_lossless_conversion_of_a_wild_converse_response_can_be_undone(source in wild(converse())) {
        a_lossless_conversion_can_be_undone(&FROM_CONVERSE, source)?;
    }

    #[test]
    fn a_lossless_conversion_of_a_wild_messages_response_can_be_undone(source in wild(messages())) {
        a_lossless_conversion_can_be_undone(&FROM_MESSAGES, source)?;
    }

    #[test]
    fn a_lossless_conversion_of_an_error_can_be_undone(exception in wild(converse_error()), error in wild(messages_error())) {
        a_lossless_conversion_can_be_undone(&FROM_CONVERSE_ERROR, exception)?;
        a_lossless_conversion_can_be_undone(&FROM_MESSAGES_ERROR, error)?;
    }

    #[test]
    fn what_claude_says_through_invoke_model_comes_back_from_converse_as_it_was(source in claude()) {
        let there = run(FROM_MESSAGES.forward, &source).unwrap();
        // Converse has no reason like this one. It comes back all the same.
        let lost: Vec<_> = there.losses.iter().map(|loss| loss.path.as_str()).collect();
        prop_assert!(lost == if source["stop_reason"] == "pause_turn" { vec!["/stop_reason"] } else { vec![] }, "{source}: {lost:?}");
        let back = run(FROM_MESSAGES.back, &there.value).unwrap();
        prop_assert!(back.losses.is_empty(), "{}: {:?}", there.value, back.losses);
        let (expected, found) = (normalise_response::messages(source), normalise_response::messages(back.value));
        prop_assert!(expected == found, "{expected}\ncame back as\n{found}");
    }
}

// L4

/// The names of the exceptions that the operations for a conversation may raise.
const EXCEPTIONS: [&str; 7] = [
    "AccessDeniedException",
    "InternalServerException",
    "ModelTimeoutException",
    "ResourceNotFoundException",
    "ServiceUnavailableException",
    "ThrottlingException",
    "ValidationException",
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn generated_responses_and_errors_are_valid(
        converse in converse(), messages in messages(), claude in claude(), exception in converse_error(), error in messages_error(),
    ) {
        prop_assert_eq!(complaints(converse_validator(), &converse), "");
        prop_assert_eq!(complaints(messages_validator(), &messages), "");
        prop_assert_eq!(complaints(messages_validator(), &claude), "");
        prop_assert_eq!(complaints(converse_error_validator(), &exception), "");
        prop_assert_eq!(complaints(messages_error_validator(), &error), "");
    }

    #[test]
    fn a_valid_converse_response_gives_a_valid_messages_response(source in converse()) {
        a_valid_document_gives_a_valid_one(&FROM_CONVERSE, &source)?;
    }

    #[test]
    fn a_valid_messages_response_gives_a_valid_converse_response(source in messages()) {
        a_valid_document_gives_a_valid_one(&FROM_MESSAGES, &source)?;
    }

    #[test]
    fn a_valid_error_gives_a_valid_error(exception in converse_error(), error in messages_error()) {
        a_valid_document_gives_a_valid_one(&FROM_CONVERSE_ERROR, &exception)?;
        a_valid_document_gives_a_valid_one(&FROM_MESSAGES_ERROR, &error)?;
        let value = run(FROM_MESSAGES_ERROR.forward, &error).unwrap().value;
        prop_assert!(EXCEPTIONS.contains(&value["__type"].as_str().unwrap()), "{value}");
    }
}

// L5

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_conversion_gives_the_same_text_each_time(converse in converse(), messages in messages()) {
        let [converse, messages] = [converse, messages].map(|document| document.to_string());
        for (convert, text) in [(FROM_CONVERSE.forward, converse), (FROM_MESSAGES.forward, messages)] {
            let once = convert(text.as_bytes(), &allow());
            prop_assert_eq!(once, convert(text.as_bytes(), &allow()));
        }
    }

    #[test]
    fn free_form_json_of_a_converse_response_is_kept_to_the_digit(
        input in json_object(), server_input in json_object(), error in json_object(), trace in json_object(), usage in json_object(),
    ) {
        let source = format!(
            r#"{{"output":{{"message":{{"role":"assistant","content":[
                {{"toolUse":{{"toolUseId":"1","name":"t","input":{input}}}}},
                {{"toolUse":{{"toolUseId":"2","name":"web_search","type":"server_tool_use","input":{server_input}}}}},
                {{"toolResult":{{"toolUseId":"2","type":"web_search_tool_result","content":[{{"json":{{"content":
                    {{"type":"web_search_tool_result_error","error_code":"unavailable","novel":{error}}}}}}}]}}}}]}}}},
            "stopReason":"end_turn","usage":{{"inputTokens":1,"outputTokens":1,"totalTokens":2}},"metrics":{{"latencyMs":1}},
            "trace":{trace},"additionalModelResponseFields":{{"usage":{{"novel":{usage}}}}}}}"#
        );
        let value = response::to_messages_json(source.as_bytes(), &allow()).unwrap().value;
        let kept = [
            format!("\"input\":{input}"),
            format!("\"input\":{server_input}"),
            format!("\"novel\":{error}"),
            format!("\"amazon-bedrock-trace\":{trace}"),
            format!("\"novel\":{usage}"),
        ];
        for kept in kept {
            prop_assert!(value.contains(&kept), "{kept} is not in {value}");
        }
    }

    #[test]
    fn free_form_json_of_a_messages_response_is_kept_to_the_digit(
        input in json_object(), error in json_object(), trace in json_object(), member in json_object(), usage in json_object(),
    ) {
        let source = format!(
            r#"{{"type":"message","id":"m","model":"claude-x","role":"assistant","content":[
                {{"type":"tool_use","id":"1","name":"t","input":{input}}},
                {{"type":"web_search_tool_result","tool_use_id":"2","content":
                    {{"type":"web_search_tool_result_error","error_code":"unavailable","novel":{error}}}}}],
            "stop_reason":"end_turn","usage":{{"input_tokens":1,"output_tokens":1,"novel":{usage}}},
            "amazon-bedrock-trace":{trace},"container":{{"id":"c","expires_at":"2026-01-31T12:00:00Z","novel":{member}}}}}"#
        );
        let value = response::to_converse_json(source.as_bytes(), &allow()).unwrap().value;
        let kept = [
            format!("\"input\":{input}"),
            format!("\"novel\":{error}"),
            format!("\"trace\":{trace}"),
            format!("\"novel\":{member}"),
            format!("\"novel\":{usage}"),
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
    fn from_converse_there_and_back_and_there_is_there(source in converse()) {
        there_and_back_and_there_is_there(&FROM_CONVERSE, &source)?;
    }

    #[test]
    fn from_messages_there_and_back_and_there_is_there(source in messages()) {
        there_and_back_and_there_is_there(&FROM_MESSAGES, &source)?;
    }

    #[test]
    fn from_wild_converse_there_and_back_and_there_is_there(source in wild(converse())) {
        there_and_back_and_there_is_there(&FROM_CONVERSE, &source)?;
    }

    #[test]
    fn from_wild_messages_there_and_back_and_there_is_there(source in wild(messages())) {
        there_and_back_and_there_is_there(&FROM_MESSAGES, &source)?;
    }

    #[test]
    fn errors_there_and_back_and_there_are_there(exception in wild(converse_error()), error in wild(messages_error())) {
        there_and_back_and_there_is_there(&FROM_CONVERSE_ERROR, &exception)?;
        there_and_back_and_there_is_there(&FROM_MESSAGES_ERROR, &error)?;
    }
}

// The statuses of errors.

/// The table of errors: the type, its status, the exception that it becomes, that one's status, and whether it comes back.
const ERRORS: [(&str, u16, &str, u16, bool); 11] = [
    ("invalid_request_error", 400, "ValidationException", 400, true),
    ("authentication_error", 401, "AccessDeniedException", 403, false),
    ("billing_error", 402, "AccessDeniedException", 403, false),
    ("permission_error", 403, "AccessDeniedException", 403, true),
    ("not_found_error", 404, "ResourceNotFoundException", 404, true),
    ("conflict_error", 409, "ValidationException", 400, false),
    ("request_too_large", 413, "ValidationException", 400, false),
    ("rate_limit_error", 429, "ThrottlingException", 429, true),
    ("api_error", 500, "InternalServerException", 500, true),
    ("overloaded_error", 529, "ServiceUnavailableException", 503, true),
    ("timeout_error", 504, "ModelTimeoutException", 408, true),
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_error_and_its_status_come_back((kind, status, name, exception_status, comes_back) in select(ERRORS.to_vec()), text in generate::text()) {
        let source = json!({"type": "error", "error": {"type": kind, "message": text}});
        let there = errors::to_converse_json(source.to_string().as_bytes(), Some(status), &allow()).unwrap();
        let body: Value = serde_json::from_str(&there.value.body).unwrap();
        prop_assert_eq!(&body, &json!({"__type": name, "message": text}));
        prop_assert_eq!(there.value.status, exception_status);
        let lost: Vec<_> = there.losses.iter().map(|loss| loss.path.as_str()).collect();
        prop_assert_eq!(lost, if comes_back { vec![] } else { vec!["/error/type"] });
        if comes_back {
            let back = errors::to_messages_json(body.to_string().as_bytes(), Some(exception_status), &allow()).unwrap();
            prop_assert_eq!(back.value.status, status);
            prop_assert_eq!(serde_json::from_str::<Value>(&back.value.body).unwrap(), source);
            prop_assert!(back.losses.is_empty());
        }
    }

    #[test]
    fn an_error_of_an_unknown_name_is_classed_by_its_status(status in 100..600_u16, name in "[A-Z][a-z]{3,9}Fault") {
        let exception = json!({"__type": name, "message": "m"}).to_string();
        let there = errors::to_messages_json(exception.as_bytes(), Some(status), &allow()).unwrap();
        let kind = serde_json::from_str::<Value>(&there.value.body).unwrap()["error"]["type"].clone();
        prop_assert_eq!(&there.losses[0].path, "/__type");
        if let Some((known, ..)) = ERRORS.iter().find(|(_, known, ..)| *known == status) {
            prop_assert_eq!(kind, *known);
        }
        let error = json!({"type": "error", "error": {"type": name, "message": "m"}}).to_string();
        let there = errors::to_converse_json(error.as_bytes(), Some(status), &allow()).unwrap();
        prop_assert_eq!(&there.losses[0].path, "/error/type");
    }
}
