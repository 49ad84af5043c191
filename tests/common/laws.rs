//! The laws, as checks of one document or one change of it: those of requests, of responses and of errors are the same.

use converse_messages::{Code, Converted, Error, ErrorKind, Loss, Options, Policy};
use jsonschema::Validator;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::generate;

pub type Convert = fn(&[u8], &Options) -> Result<Converted<String>, Error>;

/// One direction: from an API's documents to the other's.
pub struct Direction {
    pub forward: Convert,
    pub back: Convert,
    pub normalise: fn(Value) -> Value,
    pub source: fn() -> &'static Validator,
    pub target: fn() -> &'static Validator,
    /// What of a value is compared when it has gone there and back. Neighbours of one role are kept apart in Messages and are
    /// one in Converse, so of a Messages request it is the normal form.
    pub compared: fn(Value) -> Value,
    /// Whether the way back follows the rules of Bedrock's service, and may depart from what was there if it reports it.
    pub back_departs: bool,
    /// The places of what the way back reports though it leads back: that it asks for the stop sequence, and why the model
    /// stopped, where one API has no such reason and says it beside.
    pub no_departures: &'static [&'static str],
}

pub fn allow() -> Options {
    Options { loss: Policy::Allow, ..Options::default() }
}

pub fn run(convert: Convert, document: &Value) -> Result<Converted<Value>, Error> {
    let converted = convert(document.to_string().as_bytes(), &allow())?;
    Ok(converted.map(|json| serde_json::from_str(&json).expect("a conversion gives JSON")))
}

pub fn config() -> ProptestConfig {
    // A failure is kept as a test of its own, not as a seed.
    ProptestConfig { failure_persistence: None, max_shrink_iters: 4096, ..ProptestConfig::default() }
}

/// Whether `prefix` is `pointer`, or the pointer to something that holds it.
fn holds(prefix: &str, pointer: &str) -> bool {
    pointer.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a pointer names something of a document, or the first absent member on the way.
fn names_a_place(document: &Value, pointer: &str) -> bool {
    let (parent, _) = pointer.rsplit_once('/').unwrap_or_default();
    document.pointer(pointer).is_some() || document.pointer(parent).is_some_and(Value::is_object)
}

// L1

pub fn any_text_converts_or_is_refused_with_a_path(convert: Convert, text: &[u8]) -> Result<(), TestCaseError> {
    for loss in [Policy::Content, Policy::Allow, Policy::Deny] {
        match convert(text, &Options { loss, ..Options::default() }) {
            // Not a `Value`, which has no place for a number beyond those of f64.
            Ok(converted) => {
                serde_json::from_str::<IgnoredAny>(&converted.value).expect("a conversion gives JSON");
            }
            Err(error) => prop_assert!(error.path().is_empty() || error.path().starts_with('/'), "{error}"),
        }
    }
    Ok(())
}

/// What is repeated until it is nested too deep is refused where it is: at the 129th level, to which these steps lead.
pub fn what_nests_too_deep_is_refused_at_its_place(convert: Convert, opening: &str, steps: &str) {
    let place = steps.repeat(128 / steps.matches('/').count());
    for count in [129, 100_000] {
        let error = convert(opening.repeat(count).as_bytes(), &allow()).unwrap_err();
        assert_eq!((error.kind(), error.path()), (ErrorKind::TooDeep, &*place));
    }
}

/// A JSON text with some bytes changed, or cut off.
pub fn damaged(documents: BoxedStrategy<Value>) -> impl Strategy<Value = Vec<u8>> {
    (documents, vec((any::<Index>(), any::<u8>(), 0..4_u8), 1..4)).prop_map(|(document, changes)| {
        let mut text = document.to_string().into_bytes();
        for (place, byte, change) in changes {
            let place = place.index(text.len().max(1)).min(text.len());
            match change {
                0 => text.truncate(place),
                1 => text.insert(place, byte),
                _ if place == text.len() => {}
                2 => text[place] = byte,
                _ => drop(text.remove(place)),
            }
        }
        text
    })
}

// Errors and losses name places of the source.

pub fn errors_and_losses_name_places(direction: &Direction, source: &Value) -> Result<(), TestCaseError> {
    match run(direction.forward, source) {
        Err(error) => prop_assert!(names_a_place(source, error.path()), "{error}"),
        Ok(converted) => {
            for loss in converted.losses {
                prop_assert!(!loss.path.is_empty() && names_a_place(source, &loss.path), "{loss:?}");
            }
        }
    }
    Ok(())
}

// L2

#[derive(Clone, Copy, Debug)]
pub enum Change {
    Remove,
    Append,
    Alter,
    Empty,
}

/// A document, and one of its scalars' places, and what to do there.
pub fn with_change(documents: BoxedStrategy<Value>) -> impl Strategy<Value = (Value, Index, Change)> {
    let change = prop_oneof![Just(Change::Remove), Just(Change::Append), Just(Change::Alter), Just(Change::Empty)];
    (documents, any::<Index>(), change)
}

/// Another scalar.
fn changed(value: &Value, change: Change) -> Option<Value> {
    Some(match (value, change) {
        (Value::Bool(bool), _) => json!(!bool),
        (Value::Number(number), _) => match number.as_i64() {
            Some(number) => json!(number.wrapping_add(1)),
            None => json!(number.as_f64()? / 2.0),
        },
        (Value::String(text), Change::Append) => json!(format!("{text}x")),
        (Value::String(text), Change::Alter) => {
            let first = text.chars().next()?;
            let other = if first == 'a' { 'b' } else { 'a' };
            json!(format!("{other}{}", &text[first.len_utf8()..]))
        }
        (Value::String(text), _) if !text.is_empty() => json!(""),
        _ => return None,
    })
}

pub fn no_scalar_is_lost_silently(
    direction: &Direction,
    (source, place, change): (Value, Index, Change),
) -> Result<(), TestCaseError> {
    let places = generate::pointers(&source);
    let is_scalar =
        |pointer: &&String| source.pointer(pointer).is_some_and(|value| !value.is_object() && !value.is_array());
    let scalars: Vec<_> = places.iter().filter(is_scalar).collect();
    if scalars.is_empty() {
        return Ok(());
    }
    let pointer = scalars[place.index(scalars.len())];
    let mut other = source.clone();
    match change {
        Change::Remove => drop(generate::remove(&mut other, pointer)),
        change => match changed(source.pointer(pointer).unwrap(), change) {
            Some(value) => *other.pointer_mut(pointer).unwrap() = value,
            None => return Ok(()),
        },
    }
    let (Ok(before), Ok(after)) = (run(direction.forward, &source), run(direction.forward, &other)) else {
        return Ok(());
    };
    if before.value != after.value {
        return Ok(());
    }
    let reported = before.losses.iter().chain(&after.losses).any(|loss| holds(&loss.path, pointer));
    // What may stand in several places is missed in one of them.
    let missed = |loss: &Loss| other.pointer(&loss.path).is_none() && !before.losses.contains(loss);
    // What was dropped because something stood before it stands in its place.
    let stays = |loss: &Loss| source.pointer(&loss.path).is_some_and(|value| other.pointer(&loss.path) == Some(value));
    let takes_over = |loss: &Loss| loss.code == Code::Dropped && stays(loss) && !after.losses.contains(loss);
    let reported = reported || after.losses.iter().any(missed) || before.losses.iter().any(takes_over);
    if reported || (direction.normalise)(source.clone()) == (direction.normalise)(other) {
        return Ok(());
    }
    Err(TestCaseError::fail(format!("{change:?} at {pointer} goes unseen: {source}\nlosses: {:?}", before.losses)))
}

// L3

/// The document without what its conversion refuses or loses. `None`: too little is left of it.
fn lossless(direction: &Direction, mut document: Value) -> Option<(Value, Value)> {
    if document.get("modelId").is_some() {
        let config = document.as_object_mut()?.entry("inferenceConfig").or_insert(json!({}));
        config.as_object_mut()?.entry("maxTokens").or_insert(json!(100));
    }
    for _ in 0..64 {
        let path = match run(direction.forward, &document) {
            Ok(converted) => match converted.losses.first() {
                None => return Some((document, converted.value)),
                Some(loss) => loss.path.clone(),
            },
            Err(error) => error.path().to_owned(),
        };
        let mut smaller = document.clone();
        if !(generate::remove(&mut smaller, &path) && run(direction.forward, &smaller).is_ok()) {
            // What is required goes with the item that requires it.
            smaller = document;
            if !generate::remove(&mut smaller, innermost_item(&path)?) {
                return None;
            }
        }
        document = smaller;
    }
    None
}

/// The part of a JSON pointer up to its last index.
fn innermost_item(pointer: &str) -> Option<&str> {
    let mut item = pointer;
    loop {
        let (parent, last) = item.rsplit_once('/')?;
        if last.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(item);
        }
        item = parent;
    }
}

/// The way back. `None`: it refuses a value, which it may when that value or the source it came of is not valid.
fn back(direction: &Direction, source: &Value, value: &Value) -> Result<Option<Converted<Value>>, TestCaseError> {
    match run(direction.back, value) {
        Ok(back) => Ok(Some(back)),
        Err(_) if !is_valid_both_ways(direction, source, value) => Ok(None),
        // Among the free-form fields of a Converse request stands what Converse itself would not take, such as 0 `max_tokens`.
        Err(error) if direction.back_departs && error.kind() == ErrorKind::OutOfRange => Ok(None),
        Err(error) => Err(TestCaseError::fail(format!("{source} became {value}: {error}"))),
    }
}

fn is_valid_both_ways(direction: &Direction, source: &Value, value: &Value) -> bool {
    (direction.source)().is_valid(source) && (direction.target)().is_valid(value)
}

/// Whether the way back reports that it departs from what was there.
fn departs(direction: &Direction, back: &Converted<Value>) -> bool {
    back.losses.iter().any(|loss| !direction.no_departures.contains(&loss.path.as_str()))
}

pub fn a_lossless_conversion_can_be_undone(direction: &Direction, source: Value) -> Result<(), TestCaseError> {
    let Some((source, value)) = lossless(direction, source) else {
        return Ok(());
    };
    let Some(back) = back(direction, &source, &value)? else {
        return Ok(());
    };
    if departs(direction, &back) && (direction.back_departs || !is_valid_both_ways(direction, &source, &value)) {
        return Ok(());
    }
    let (expected, found) = ((direction.normalise)(source.clone()), (direction.normalise)(back.value));
    prop_assert!(expected == found, "{source}\nbecame {value}\n{expected}\ncame back as\n{found}");
    Ok(())
}

// L4

pub fn complaints(validator: &Validator, document: &Value) -> String {
    let errors = validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path()));
    errors.collect::<Vec<_>>().join("\n")
}

pub fn a_valid_document_gives_a_valid_one(direction: &Direction, source: &Value) -> Result<(), TestCaseError> {
    if let Ok(converted) = run(direction.forward, source) {
        let complaints = complaints((direction.target)(), &converted.value);
        prop_assert!(complaints.is_empty(), "{source}\ngives {}\n{complaints}", converted.value);
    }
    Ok(())
}

// L5

/// Free-form JSON as a compact text, with keys in any order and numbers that a float would not keep.
pub fn json_object() -> impl Strategy<Value = String> {
    let numbers = ["1e2", "1.0", "-0", "0.10", "1E+5", "12345678901234567890123", "1e400", "6.02e-23", "7"];
    let leaf = prop_oneof![
        proptest::sample::select(numbers.to_vec()).prop_map(str::to_owned),
        generate::text().prop_map(|text| json!(text).to_string()),
        Just("null".to_owned()),
        Just(r#""\u0041\/""#.to_owned()),
    ];
    let object = |inner: BoxedStrategy<String>| {
        vec(("[a-z]{1,3}", inner), 0..4).prop_map(|members| {
            let mut seen = Vec::new();
            let mut parts = Vec::new();
            for (name, value) in members {
                if !seen.contains(&name) {
                    parts.push(format!("\"{name}\":{value}"));
                    seen.push(name);
                }
            }
            format!("{{{}}}", parts.join(","))
        })
    };
    let inner = leaf.prop_recursive(2, 8, 3, move |inner| {
        prop_oneof![object(inner.clone().boxed()), vec(inner, 0..3).prop_map(|items| format!("[{}]", items.join(",")))]
    });
    object(inner.boxed())
}

// L8

pub fn there_and_back_and_there_is_there(direction: &Direction, source: &Value) -> Result<(), TestCaseError> {
    let Ok(there) = run(direction.forward, source) else {
        return Ok(());
    };
    let Some(mut back) = back(direction, source, &there.value)? else {
        return Ok(());
    };
    // Some rules of one direction undo what those of the other do: unsigned thinking is kept one way only.
    if departs(direction, &back) {
        return Ok(());
    }
    // That it streams is not in a Converse request but in the operation.
    if source["stream"] == true {
        back.value["stream"] = json!(true);
    }
    let again = run(direction.forward, &back.value);
    let again = again.map_err(|error| TestCaseError::fail(format!("{source}\nand back {}: {error}", back.value)))?;
    let [there, again] = [there.value, again.value].map(direction.compared);
    prop_assert_eq!(there, again, "{}\nand back\n{}", source, back.value);
    Ok(())
}
