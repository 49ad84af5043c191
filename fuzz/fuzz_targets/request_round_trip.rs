//! Requests there and back: what loses nothing comes back (L3), and what comes back goes there again (L8).
#![no_main]

use arbitrary::Unstructured;
use converse_messages_fuzz::generate;
use converse_messages_fuzz::law::{CONVERSE, MESSAGES};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Unstructured::new(bytes);
    let kept = if choices.arbitrary().unwrap_or_default() {
        MESSAGES.check(&generate::messages_request(&mut choices))
    } else {
        CONVERSE.check(&generate::converse_request(&mut choices))
    };
    if let Err(broken) = kept {
        panic!("{broken}");
    }
});
