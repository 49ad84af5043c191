//! Walks `tests/inline/<concept>.json`: each file is a list of rules, each with a schema that shows it.
//!
//! | member | means |
//! |---|---|
//! | `rule` | the rule, a sentence |
//! | `schema` | the source |
//! | `recursion`, `depth` | `error` (default), `unroll` or `keep`; how deep to unroll |
//! | `limits` | `max_nodes`, `max_bytes`, `max_depth` |
//! | `value`, `text` | the result; to the byte |
//! | `error` | instead: `kind`, `path` and perhaps `message` |
//! | `cuts` | the pointers of all cuts; there are none if it is absent |
//! | `valid`, `invalid` | instances that source and result judge so; the judge is the `jsonschema` crate |
//! | `widened` | instances that the source refuses and, because of a cut, the result accepts |

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::fs;
use std::path::Path;

use converse_messages::schema::{Options, Recursion, inline_json};
use converse_messages::{Code, Severity};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names of the members")]
struct Rule {
    rule: String,
    schema: Box<RawValue>,
    recursion: Option<String>,
    depth: Option<u8>,
    #[serde(default)]
    limits: Limits,
    value: Option<Value>,
    text: Option<String>,
    error: Option<Expected>,
    #[serde(default)]
    cuts: Vec<String>,
    #[serde(default)]
    valid: Vec<Value>,
    #[serde(default)]
    invalid: Vec<Value>,
    #[serde(default)]
    widened: Vec<Value>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names of the options")]
struct Limits {
    max_nodes: Option<usize>,
    max_bytes: Option<usize>,
    max_depth: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    kind: String,
    path: String,
    message: Option<String>,
}

impl Rule {
    fn options(&self) -> Options {
        let recursion = match self.recursion.as_deref() {
            None | Some("error") => Recursion::Error,
            Some("unroll") => self.depth.map_or(Recursion::UNROLL, Recursion::Unroll),
            Some("keep") => Recursion::Keep,
            Some(other) => panic!("`{other}` is no way to treat recursion"),
        };
        let Limits { max_nodes, max_bytes, max_depth } = self.limits;
        let default = Options::default();
        Options {
            recursion,
            max_nodes: max_nodes.unwrap_or(default.max_nodes),
            max_bytes: max_bytes.unwrap_or(default.max_bytes),
            max_depth: max_depth.unwrap_or(default.max_depth),
        }
    }

    /// All that is wrong.
    fn check(&self) -> Vec<String> {
        let source = self.schema.get();
        let converted = match (inline_json(source.as_bytes(), &self.options()), &self.error) {
            (Err(error), Some(Expected { kind, path, message })) => {
                let mut wrong = Vec::new();
                if error.kind().as_str() != kind || error.path() != path {
                    wrong.push(format!("the error is {} at `{}`", error.kind(), error.path()));
                }
                if message.as_ref().is_some_and(|message| message != error.message()) {
                    wrong.push(format!("the message is {}", error.message()));
                }
                return wrong;
            }
            (Err(error), None) => return vec![format!("an error: {error}")],
            (Ok(converted), Some(_)) => return vec![format!("no error, but {}", converted.value)],
            (Ok(converted), None) => converted,
        };
        let mut wrong = Vec::new();
        let value: Value = serde_json::from_str(&converted.value).expect("the result is JSON");
        let is_wrong = self.value.as_ref().is_some_and(|expected| *expected != value);
        if is_wrong || self.text.as_ref().is_some_and(|expected| *expected != converted.value) {
            wrong.push(format!("the result is {}", converted.value));
        }
        let cuts: Vec<&str> = converted.losses.iter().map(|loss| loss.path.as_str()).collect();
        if cuts != self.cuts {
            wrong.push(format!("the cuts are {cuts:?}"));
        }
        for loss in &converted.losses {
            assert_eq!((loss.code, loss.severity), (Code::Cut, Severity::Hint));
        }
        wrong.extend(self.judge(&value));
        wrong
    }

    fn judge(&self, result: &Value) -> Vec<String> {
        let [valid, invalid, widened] = [&self.valid, &self.invalid, &self.widened];
        if valid.is_empty() && invalid.is_empty() && widened.is_empty() {
            return Vec::new();
        }
        let source: Value = serde_json::from_str(self.schema.get()).unwrap();
        let [source, result] = [&source, result].map(|schema| jsonschema::validator_for(schema).expect("a schema"));
        let mut wrong = Vec::new();
        for (instances, before, after) in [(valid, true, true), (invalid, false, false), (widened, false, true)] {
            for instance in instances {
                for (judge, expected, which) in [(&source, before, "source"), (&result, after, "result")] {
                    if judge.is_valid(instance) != expected {
                        wrong.push(format!("the {which} {} {instance}", if expected { "refuses" } else { "accepts" }));
                    }
                }
            }
        }
        wrong
    }
}

fn check(concept: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/inline/{concept}.json"));
    let rules: Vec<Rule> =
        serde_json::from_slice(&fs::read(&file).unwrap()).unwrap_or_else(|error| panic!("{concept}: {error}"));
    assert!(!rules.is_empty());
    let failures: Vec<String> = rules
        .iter()
        .map(|rule| (rule, rule.check()))
        .filter(|(_, wrong)| !wrong.is_empty())
        .map(|(rule, wrong)| format!("{}\n    {}", rule.rule, wrong.join("\n    ")))
        .collect();
    assert!(failures.is_empty(), "{concept}: {} failures\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn references_lead_where_the_specification_says() {
    check("references");
}

#[test]
fn schemas_stand_where_the_specification_says() {
    check("positions");
}

#[test]
fn siblings_of_a_reference_mean_the_same_as_before() {
    check("siblings");
}

#[test]
fn recursion_is_refused_cut_or_kept() {
    check("recursion");
}

#[test]
fn limits_hold_to_the_value_the_byte_and_the_level() {
    check("limits");
}

#[test]
fn schemas_of_generators_are_inlined() {
    check("generators");
}
