//! Any bytes, through every JSON function for responses and errors: a value or an error, never a panic, and the value is JSON.
#![no_main]

use converse_messages::{Converted, Error, errors, response};
use converse_messages_fuzz::law::{Convert, check_bytes};
use libfuzzer_sys::fuzz_target;

const CONVERSIONS: &[Convert] = &[
    response::to_messages_json,
    response::to_converse_json,
    |json, options| body(errors::to_messages_json(json, None, options)),
    |json, options| body(errors::to_messages_json(json, Some(413), options)),
    |json, options| body(errors::to_converse_json(json, Some(500), options)),
];

fn body(error: Result<Converted<errors::HttpError<String>>, Error>) -> Result<Converted<String>, Error> {
    error.map(|converted| converted.map(|error| error.body))
}

fuzz_target!(|document: &[u8]| {
    for convert in CONVERSIONS {
        check_bytes(*convert, document);
    }
});
