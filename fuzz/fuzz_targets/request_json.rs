//! Any bytes, through every JSON function: a value or an error, never a panic, and the value is JSON.
#![no_main]

use converse_messages::{Converted, ErrorKind, Options, Policy, Severity, count_tokens, invoke, request};
use converse_messages_fuzz::law::Convert;
use libfuzzer_sys::fuzz_target;
use serde::Deserialize as _;
use serde_json::Value;

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
        let [allow, content, deny] = [Policy::Allow, Policy::Content, Policy::Deny]
            .map(|loss| convert(document, &Options { loss, ..Options::default() }));
        match &allow {
            Ok(Converted { value, losses }) => {
                parsed(value.as_bytes()).expect("a value is JSON");
                let source = parsed(document).expect("what converts is JSON");
                for loss in losses {
                    assert!(loss.path.starts_with('/'), "a loss names its place: {loss:?}");
                    let parent = loss.path.rsplit_once('/').map_or("", |(parent, _)| parent);
                    assert!(source.pointer(parent).is_some(), "a loss names a place in the source: {loss:?}");
                }
                let of_content = losses.iter().any(|loss| loss.severity == Severity::Content);
                assert_eq!(content.is_err(), of_content, "the policy `content` refuses losses of content, only");
                assert_eq!(deny.is_err(), !losses.is_empty(), "the policy `deny` refuses every loss, only losses");
                for refusal in [&content, &deny] {
                    match refusal {
                        Ok(converted) => assert_eq!(converted.value, *value, "a policy does not change the value"),
                        Err(error) => {
                            assert_eq!(error.kind(), ErrorKind::Loss);
                            assert_eq!(error.losses(), losses.as_slice(), "a refusal names all losses");
                        }
                    }
                }
            }
            Err(error) => {
                assert_ne!(error.kind(), ErrorKind::Loss, "the policy `allow` never refuses");
                assert!(content.is_err() && deny.is_err(), "what `allow` cannot convert, nobody can");
            }
        }
    }
});

/// A value may nest a little deeper than its source may.
fn parsed(json: &[u8]) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    deserializer.disable_recursion_limit();
    let value = Value::deserialize(&mut deserializer)?;
    deserializer.end().map(|()| value)
}
