//! Any events of Converse: no panic, and what they add up to is the same before and after (L6).
#![no_main]

use converse_messages_fuzz::{adding_up, streams};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = adding_up::from_converse(&streams::or_parsed(bytes, streams::converse)) {
        panic!("{broken}");
    }
});
