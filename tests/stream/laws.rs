//! The laws of streams, as property tests.

use proptest::prelude::*;
use serde_json::Value;

use crate::{adding_up, generate, streams};

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, max_shrink_iters: 2048, ..ProptestConfig::default() }
}

/// Streams in every condition.
fn any_converse() -> BoxedStrategy<Value> {
    let valid = streams::converse;
    prop_oneof![
        4 => valid(),
        2 => streams::interleaved(valid()),
        2 => streams::broken(streams::interleaved(valid()), streams::exceptions()),
        2 => generate::wild(valid()),
    ]
    .boxed()
}

fn any_messages() -> BoxedStrategy<Value> {
    let valid = streams::messages;
    prop_oneof![
        4 => valid(),
        1 => streams::with_content(valid()),
        2 => streams::interleaved(valid()),
        2 => streams::broken(streams::interleaved(valid()), streams::errors()),
        2 => generate::wild(streams::with_content(valid())),
        2 => generate::wild(valid()),
    ]
    .boxed()
}

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
