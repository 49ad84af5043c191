//! Any bytes as a JSON Schema: a result or an error, both soon and small, and no `$ref` where a schema stands.
#![no_main]

use converse_messages::ErrorKind;
use converse_messages::schema::{Options, Recursion, inline_json};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Small, so that a result that is larger than the limits is soon found.
const LIMITS: Options = Options { recursion: Recursion::Error, max_nodes: 2_000, max_bytes: 40_000, max_depth: 100 };

fuzz_target!(|schema: &[u8]| {
    for recursion in [Recursion::Error, Recursion::Unroll(1), Recursion::UNROLL, Recursion::Keep] {
        let options = Options { recursion, ..LIMITS };
        match inline_json(schema, &options) {
            Ok(inlined) => {
                assert!(inlined.value.len() <= options.max_bytes);
                let value: Value = serde_json::from_str(&inlined.value).expect("a result is JSON");
                let source: Value = serde_json::from_slice(schema).expect("what is inlined is JSON");
                assert!(nodes(&value) <= options.max_nodes);
                assert!(inlined.losses.is_empty() || matches!(recursion, Recursion::Unroll(_)));
                for loss in &inlined.losses {
                    assert!(source.pointer(&loss.path).is_some_and(Value::is_string), "a cut is a `$ref`: {loss:?}");
                }
                if recursion != Recursion::Keep {
                    assert!(!has_reference(&value), "{value}");
                }
            }
            Err(error) => {
                assert_ne!(error.kind(), ErrorKind::Loss);
                let kept = recursion == Recursion::Keep && error.kind() == ErrorKind::RecursiveRef;
                assert!(!kept || error.message().contains("same instance"), "{error}");
            }
        }
    }
});

fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(nodes).sum::<usize>(),
        _ => 1,
    }
}

/// Whether there is a `$ref` in a schema, as the keywords of every draft have it.
fn has_reference(schema: &Value) -> bool {
    let Value::Object(members) = schema else { return false };
    let any = |schemas: &Value| match schemas {
        Value::Array(schemas) => schemas.iter().any(has_reference),
        Value::Object(schemas) => schemas.values().any(has_reference),
        _ => false,
    };
    members.iter().any(|(keyword, value)| match keyword.as_str() {
        "$ref" => true,
        "allOf" | "anyOf" | "oneOf" | "properties" | "patternProperties" => any(value),
        "items" if value.is_array() => any(value),
        "not" | "if" | "then" | "else" | "additionalProperties" | "propertyNames" | "contains" | "items" => {
            has_reference(value)
        }
        _ => false,
    })
}
