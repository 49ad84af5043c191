//! Any bytes, through every JSON function for requests: a value or an error, never a panic, and the value is JSON.
#![no_main]

use converse_messages::{count_tokens, invoke, request};
use converse_messages_fuzz::law::{Convert, check_bytes};
use libfuzzer_sys::fuzz_target;

const CONVERSIONS: &[Convert] = &[
    request::to_messages_json,
    request::to_converse_json,
    invoke::from_converse_json,
    invoke::from_messages_json,
    invoke::to_converse_json,
    count_tokens::to_messages_json,
    count_tokens::to_converse_json,
];

fuzz_target!(|document: &[u8]| {
    for convert in CONVERSIONS {
        check_bytes(*convert, document);
    }
});
