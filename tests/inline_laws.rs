//! The laws of the inliner, as property tests: on random schemas with definitions, references, siblings, anchors, drafts and
//! recursion, and on random instances. The judge is the `jsonschema` crate.
//!
//! `PROPTEST_CASES` sets how many schemas each law is tried on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use converse_messages::schema::{Options, Recursion, inline_json};
use converse_messages::{Converted, Error, ErrorKind};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const DRAFT_07: &str = "http://json-schema.org/draft-07/schema#";
const DRAFT_2019_09: &str = "https://json-schema.org/draft/2019-09/schema";
const DRAFT_2020_12: &str = "https://json-schema.org/draft/2020-12/schema";

/// Decisions taken from a list of numbers, so that proptest can simplify them.
struct Choices<'a>(std::slice::Iter<'a, u32>);

impl Choices<'_> {
    fn below(&mut self, end: u32) -> u32 {
        self.0.next().map_or(0, |number| number % end)
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.below(count) == count - 1
    }

    fn of<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(u32::try_from(options.len()).unwrap()) as usize]
    }
}

const DEFINITIONS: &[&str] = &["A", "B/x", "C~y", "D z"];
const REFERENCES: &[&str] = &["#/$defs/A", "#/$defs/B~1x", "#/$defs/C~0y", "#/$defs/D%20z"];
const NAMES: &[&str] = &["a", "b", "$ref"];

/// What a schema is made of.
struct Generator<'a> {
    choices: Choices<'a>,
    draft: &'static str,
    /// The definition that is being made; references lead to later ones only, unless there is recursion.
    own: usize,
    recursive: bool,
}

impl Generator<'_> {
    fn document(&mut self) -> Value {
        let mut definitions = Map::new();
        for (own, name) in DEFINITIONS.iter().enumerate() {
            self.own = own + 1;
            let mut schema = self.schema(3);
            if let Value::Object(members) = &mut schema {
                let is_anchor = self.draft != DRAFT_07 || !members.contains_key("$ref");
                let (keyword, anchor) = if self.draft == DRAFT_07 { ("$id", "#an") } else { ("$anchor", "an") };
                if is_anchor {
                    members.insert(keyword.to_owned(), format!("{anchor}{own}").into());
                }
            }
            definitions.insert((*name).to_owned(), schema);
        }
        self.own = 0;
        let mut root = match self.schema(3) {
            Value::Object(members) => members,
            other => Map::from_iter([("allOf".to_owned(), json!([other]))]),
        };
        root.insert("$schema".to_owned(), self.draft.into());
        // Draft-07 knows definitions by another name, beside which `$defs` can only be pointed into.
        root.insert("definitions".to_owned(), Value::Object(definitions));
        Value::Object(root)
    }

    fn reference(&mut self) -> Option<Value> {
        let first = if self.recursive { 0 } else { self.own };
        if first >= DEFINITIONS.len() {
            return None;
        }
        if self.recursive && self.choices.one_in(8) {
            return Some("#".into());
        }
        let index = first + self.choices.below(u32::try_from(DEFINITIONS.len() - first).unwrap()) as usize;
        Some(REFERENCES[index].replace("$defs", "definitions").into())
    }

    fn schemas(&mut self, depth: u32) -> Value {
        (0..=self.choices.below(3)).map(|_| self.schema(depth)).collect()
    }

    fn by_name(&mut self, depth: u32) -> Value {
        let names: Vec<&str> = (0..=self.choices.below(2)).map(|_| self.choices.of(NAMES)).collect();
        names.into_iter().map(|name| (name.to_owned(), self.schema(depth))).collect()
    }

    fn schema(&mut self, depth: u32) -> Value {
        if depth == 0 || self.choices.one_in(10) {
            let leaves = [
                json!(true),
                json!(false),
                json!({}),
                json!({"type": "integer"}),
                json!({"type": "object"}),
                json!({"enum": ["x", 1, {"$ref": "#/gone"}]}),
                json!({"const": null}),
            ];
            return leaves[self.choices.below(7) as usize].clone();
        }
        let mut schema = Map::new();
        for _ in 0..=self.choices.below(4) {
            self.keyword(depth - 1, &mut schema);
        }
        Value::Object(schema)
    }

    fn keyword(&mut self, depth: u32, schema: &mut Map<String, Value>) {
        let latest = self.draft == DRAFT_2020_12;
        let since_2019 = self.draft != DRAFT_07;
        let (name, value) = match self.choices.below(30) {
            0..=5 => match self.reference() {
                // What recursion there is mostly steps into the instance.
                Some(reference) if self.recursive && !self.choices.one_in(4) => {
                    ("properties", json!({"a": {"$ref": reference, "title": "own"}}))
                }
                Some(reference) => ("$ref", reference),
                None => return,
            },
            6 => ("type", self.choices.of(&["object", "array", "string", "integer"]).into()),
            7..=9 => ("properties", self.by_name(depth)),
            10 => ("patternProperties", json!({"^a": self.schema(depth)})),
            11 => ("additionalProperties", self.schema(depth)),
            12 => ("propertyNames", self.schema(depth)),
            13 => ("items", self.schema(depth)),
            14 if latest => ("prefixItems", self.schemas(depth)),
            14 => {
                schema.insert("additionalItems".to_owned(), self.schema(depth));
                ("items", self.schemas(depth))
            }
            15 => ("contains", self.schema(depth)),
            16 if since_2019 => ("maxContains", self.choices.of(&[1, 2]).into()),
            17 if since_2019 => ("minContains", self.choices.of(&[0, 1, 2]).into()),
            18 => ("anyOf", self.schemas(depth)),
            19 => ("oneOf", self.schemas(depth)),
            20 => ("allOf", self.schemas(depth)),
            21 => ("not", self.schema(depth)),
            22 => {
                schema.insert("then".to_owned(), self.schema(depth));
                schema.insert("else".to_owned(), self.schema(depth));
                ("if", self.schema(depth))
            }
            23 if since_2019 => ("dependentSchemas", self.by_name(depth)),
            23 => ("dependencies", self.by_name(depth)),
            24 if since_2019 => ("unevaluatedProperties", false.into()),
            25 if since_2019 => ("unevaluatedItems", false.into()),
            26 => ("required", json!([self.choices.of(NAMES)])),
            27 => ("minimum", self.choices.of(&[1, 2]).into()),
            28 => ("title", self.choices.of(&["t", "u"]).into()),
            _ => ("default", json!({"$ref": "#/gone"})),
        };
        schema.insert(name.to_owned(), value);
    }
}

fn instance(choices: &mut Choices<'_>, depth: u32) -> Value {
    match choices.below(if depth == 0 { 6 } else { 12 }) {
        0 => json!(1),
        1 => json!(2),
        2 => json!("x"),
        3 => json!(null),
        4 => json!({}),
        5 => json!([]),
        6..=9 => {
            let names: Vec<&str> = (0..=choices.below(3)).map(|_| choices.of(&["a", "b", "$ref", "c"])).collect();
            names.into_iter().map(|name| (name.to_owned(), instance(choices, depth - 1))).collect()
        }
        _ => (0..=choices.below(2)).map(|_| instance(choices, depth - 1)).collect(),
    }
}

/// The instance with one value in it replaced.
fn mutated(choices: &mut Choices<'_>, whole: Value) -> Value {
    if choices.one_in(3) {
        return instance(choices, 1);
    }
    let pick = |choices: &mut Choices<'_>, count: usize| choices.below(u32::try_from(count).unwrap().max(1)) as usize;
    match whole {
        Value::Object(members) => {
            let picked = pick(choices, members.len());
            let change = |(at, (name, value))| (name, if at == picked { mutated(choices, value) } else { value });
            members.into_iter().enumerate().map(change).collect()
        }
        Value::Array(items) => {
            let picked = pick(choices, items.len());
            let change = |(at, value)| if at == picked { mutated(choices, value) } else { value };
            items.into_iter().enumerate().map(change).collect()
        }
        _ => instance(choices, 1),
    }
}

fn document(recursive: bool) -> impl Strategy<Value = Value> {
    let draft = prop_oneof![Just(DRAFT_07), Just(DRAFT_2019_09), Just(DRAFT_2020_12)];
    (vec(any::<u32>(), 0..300), draft).prop_map(move |(numbers, draft)| {
        Generator { choices: Choices(numbers.iter()), draft, own: 0, recursive }.document()
    })
}

fn instances() -> impl Strategy<Value = Vec<Value>> {
    vec(vec(any::<u32>(), 0..40), 1..12).prop_map(|lists| {
        let both = lists.iter().flat_map(|numbers| {
            let mut choices = Choices(numbers.iter());
            let whole = instance(&mut choices, 4);
            [whole.clone(), mutated(&mut choices, whole)]
        });
        both.collect()
    })
}

fn inlined(schema: &Value, recursion: Recursion) -> Result<Converted<String>, Error> {
    inline_json(schema.to_string().as_bytes(), &Options { recursion, ..Options::default() })
}

fn judge(schema: &Value) -> jsonschema::Validator {
    jsonschema::validator_for(schema).unwrap_or_else(|error| panic!("{error}: {schema}"))
}

/// What a validator says of an instance. `None`: it panics, as this version of the crate does on a recursive schema in some tens
/// of thousands.
fn verdict(judge: &jsonschema::Validator, instance: &Value) -> Option<bool> {
    catch_unwind(AssertUnwindSafe(|| judge.is_valid(instance)))
        .map_err(|panic| match panic.downcast_ref::<String>().map(String::as_str) {
            Some("pending schema target dropped") => {}
            _ => resume_unwind(panic),
        })
        .ok()
}

/// Errors that random schemas can have.
fn expected(error: &Error) -> bool {
    use ErrorKind::{RecursiveRef, TooDeep, TooLarge};
    assert!(matches!(error.kind(), RecursiveRef | TooDeep | TooLarge), "{error}");
    false
}

/// Whether result and source judge alike; if something was cut, whether nothing is refused that was accepted.
fn same(source: &Value, converted: &Converted<String>, instances: &[Value]) -> Result<(), TestCaseError> {
    let result: Value = serde_json::from_str(&converted.value).expect("the result is JSON");
    let (before, after) = (judge(source), judge(&result));
    for instance in instances {
        let (Some(was), Some(is)) = (verdict(&before, instance), verdict(&after, instance)) else { continue };
        let widened = is && !converted.losses.is_empty();
        prop_assert!(was == is || widened, "{instance} was {was}\n{source}\n{result}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_schema_without_recursion_means_the_same(source in document(false), instances in instances()) {
        match inlined(&source, Recursion::Error) {
            Ok(converted) => {
                prop_assert!(converted.losses.is_empty());
                same(&source, &converted, &instances)?;
            }
            Err(error) => prop_assert!(matches!(error.kind(), ErrorKind::TooLarge | ErrorKind::TooDeep), "{error}"),
        }
    }

    #[test]
    fn an_unrolled_schema_refuses_nothing_that_was_accepted(
        source in document(true), instances in instances(), depth in 1_u8..5,
    ) {
        match inlined(&source, Recursion::Unroll(depth)) {
            Ok(converted) => {
                same(&source, &converted, &instances)?;
                for loss in &converted.losses {
                    prop_assert!(source.pointer(&loss.path).is_some_and(Value::is_string), "{}", loss.path);
                }
            }
            Err(error) => prop_assert!(!expected(&error)),
        }
    }

    #[test]
    fn a_schema_that_keeps_its_recursion_means_the_same(source in document(true), instances in instances()) {
        match inlined(&source, Recursion::Keep) {
            Ok(converted) => {
                prop_assert!(converted.losses.is_empty());
                same(&source, &converted, &instances)?;
            }
            Err(error) => prop_assert!(!expected(&error)),
        }
    }

    #[test]
    fn what_is_inlined_is_inlined(source in document(true)) {
        for recursion in [Recursion::UNROLL, Recursion::Keep] {
            if let Ok(once) = inlined(&source, recursion) {
                let twice = inline_json(once.value.as_bytes(), &Options { recursion, ..Options::default() }).unwrap();
                prop_assert!(twice.losses.is_empty());
                prop_assert_eq!(twice.value.len(), once.value.len());
            }
        }
    }

    #[test]
    fn limits_are_decided_as_the_result_says(source in document(true)) {
        let Ok(converted) = inlined(&source, Recursion::Keep) else { return Ok(()) };
        let value: Value = serde_json::from_str(&converted.value).unwrap();
        let exact = Options {
            recursion: Recursion::Keep,
            max_nodes: nodes(&value),
            max_bytes: converted.value.len(),
            ..Options::default()
        };
        let less = [
            Options { max_nodes: exact.max_nodes - 1, ..exact.clone() },
            Options { max_bytes: exact.max_bytes - 1, ..exact.clone() },
        ];
        let source = source.to_string();
        prop_assert_eq!(inline_json(source.as_bytes(), &exact).unwrap(), converted);
        for options in less {
            prop_assert_eq!(inline_json(source.as_bytes(), &options).unwrap_err().kind(), ErrorKind::TooLarge);
        }
    }
}

fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(nodes).sum::<usize>(),
        _ => 1,
    }
}
