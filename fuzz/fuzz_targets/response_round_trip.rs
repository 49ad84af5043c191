//! Responses there and back: what loses nothing comes back (L3), and what comes back goes there again (L8).
#![no_main]

use arbitrary::Unstructured;
use converse_messages_fuzz::law::{CONVERSE_RESPONSE, MESSAGES_RESPONSE};
use converse_messages_fuzz::response;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Unstructured::new(bytes);
    let kept = if choices.arbitrary().unwrap_or_default() {
        MESSAGES_RESPONSE.check(&response::messages(&mut choices))
    } else {
        CONVERSE_RESPONSE.check(&response::converse(&mut choices))
    };
    if let Err(broken) = kept {
        panic!("{broken}");
    }
});
