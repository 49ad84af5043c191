//! Strategies for documents of both APIs, made from the JSON Schemas in `tests/schemas`: whatever a schema knows is generated,
//! every member, every variant of a union, every value of an enumeration.
//!
//! A schema's `examples` are what a member usually is; its pattern and type say what else it may be. The free-form members
//! have strategies of their own, and [`wild`] makes documents that the schemas do not know.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::Union;
use proptest::string::string_regex;
use serde_json::{Map, Value, json};

/// The schema of a Converse request.
pub fn converse_schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| serde_json::from_str(include_str!("../schemas/converse-request.json")).unwrap())
}

/// The schema of a Messages request.
pub fn messages_schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| serde_json::from_str(include_str!("../schemas/messages-request.json")).unwrap())
}

/// Valid Converse requests.
pub fn converse() -> BoxedStrategy<Value> {
    of_both_densities(converse_schema())
}

/// Valid Messages requests.
pub fn messages() -> BoxedStrategy<Value> {
    of_both_densities(messages_schema())
}

/// Mostly documents with few members, which lose little, and some with many.
fn of_both_densities(schema: &'static Value) -> BoxedStrategy<Value> {
    let requests = |density| Grammar::new(schema, density, &WEIGHTS).document();
    prop_oneof![3 => requests(0.08), 1 => requests(0.4)].boxed()
}

/// How often an optional member is there that is not as rare as the others.
const LIKELY: [(&str, f64); 6] = [
    ("messages", 0.95),
    ("inferenceConfig", 0.75),
    ("maxTokens", 0.85),
    ("system", 0.3),
    ("additionalModelResponseFields", 0.4),
    ("cacheDetails", 0.3),
];

/// How often a variant is chosen, compared with others, by the name of its member or definition, or by its value.
pub type Weights = [(&'static str, u32)];

const WEIGHTS: [(&str, u32); 24] = [
    ("text", 24),
    ("TextBlock", 24),
    ("toolUse", 12),
    ("ToolUseBlock", 12),
    ("toolResult", 12),
    ("ToolResultBlock", 12),
    ("toolSpec", 12),
    ("Tool", 48),
    ("UserMessage", 10),
    ("AssistantMessage", 10),
    ("SystemMessage", 2),
    ("user", 10),
    ("assistant", 10),
    ("system", 2),
    ("video", 1),
    ("audio", 1),
    ("ServerToolUseBlock", 1),
    ("ContainerUploadBlock", 1),
    ("WebSearchToolResultBlock", 1),
    ("WebFetchToolResultBlock", 1),
    ("CodeExecutionToolResultBlock", 1),
    ("BashCodeExecutionToolResultBlock", 1),
    ("TextEditorCodeExecutionToolResultBlock", 1),
    ("ToolSearchToolResultBlock", 1),
];

/// Strategies for what a schema describes. Each definition's is made once.
pub struct Grammar {
    root: &'static Value,
    /// How often an optional member is there.
    density: f64,
    weights: &'static Weights,
    definitions: RefCell<HashMap<String, BoxedStrategy<Value>>>,
}

impl Grammar {
    pub fn new(root: &'static Value, density: f64, weights: &'static Weights) -> Self {
        Self { root, density, weights, definitions: RefCell::default() }
    }

    /// The same, but for one definition.
    pub fn with(self, name: &str, strategy: BoxedStrategy<Value>) -> Self {
        self.definitions.borrow_mut().insert(name.to_owned(), strategy);
        self
    }

    fn weight(&self, name: &str) -> u32 {
        self.weights.iter().find(|(known, _)| *known == name).map_or(4, |(_, weight)| *weight)
    }

    pub fn document(&self) -> BoxedStrategy<Value> {
        self.strategy(self.root)
    }

    pub fn definition(&self, name: &str) -> BoxedStrategy<Value> {
        if let Some(strategy) = self.definitions.borrow().get(name) {
            return strategy.clone();
        }
        let strategy = match name {
            "AdditionalModelRequestFields" => additional(self.density),
            "Document" | "Object" => prop_oneof![3 => object(), 1 => tool_schema()].boxed(),
            "InputSchema" => tool_schema().boxed(),
            _ => self.strategy(&self.root["$defs"][name]),
        };
        self.definitions.borrow_mut().insert(name.to_owned(), strategy.clone());
        strategy
    }

    pub fn strategy(&self, schema: &Value) -> BoxedStrategy<Value> {
        if let Some(name) = referenced(schema) {
            return self.definition(name);
        }
        if let Some(value) = schema.get("const") {
            return Just(value.clone()).boxed();
        }
        if let Some(values) = schema["enum"].as_array() {
            let weighted = |value: &Value| (self.weight(value.as_str().unwrap_or_default()), Just(value.clone()));
            return Union::new_weighted(values.iter().map(weighted).collect()).boxed();
        }
        if let Some(variants) = schema["anyOf"].as_array() {
            let weighted = |variant| (self.weight(referenced(variant).unwrap_or_default()), self.strategy(variant));
            return Union::new_weighted(variants.iter().map(weighted).collect()).boxed();
        }
        let usual = schema["examples"].as_array().map(|examples| select(examples.clone()).boxed());
        match (usual, self.typed(schema)) {
            (Some(usual), Some(strategy)) => prop_oneof![3 => usual, 1 => strategy].boxed(),
            (Some(strategy), None) | (None, Some(strategy)) => strategy,
            (None, None) => json().boxed(),
        }
    }

    /// What the schema's type allows. `None`: nothing but its examples will do.
    fn typed(&self, schema: &Value) -> Option<BoxedStrategy<Value>> {
        let kind = match &schema["type"] {
            Value::String(kind) => kind,
            Value::Array(kinds) if schema.get("examples").is_none() => {
                let variants = kinds.iter().filter_map(|kind| self.typed(&json!({"type": kind})));
                return Some(Union::new(variants).boxed());
            }
            _ => return None,
        };
        let least = |member: &str| schema[member].as_u64().unwrap_or_default();
        Some(match kind.as_str() {
            "object" => self.object(schema),
            "array" => {
                let least = usize::try_from(least("minItems")).unwrap();
                let items = self.strategy(&schema["items"]);
                prop_oneof![1 => vec(items.clone(), least), 9 => vec(items, 1..=3)].prop_map(Value::Array).boxed()
            }
            "integer" if schema.get("examples").is_some() => return None,
            "integer" => (least("minimum")..60).prop_map(Value::from).boxed(),
            "number" => {
                prop_oneof![select(vec![json!(0), json!(1), json!(1.0), json!(0.7)]), (0.0..1.0).prop_map(Value::from)]
                    .boxed()
            }
            "boolean" => any::<bool>().prop_map(Value::from).boxed(),
            "null" => Just(Value::Null).boxed(),
            _ => return Self::string(schema),
        })
    }

    fn string(schema: &Value) -> Option<BoxedStrategy<Value>> {
        if schema.get("contentEncoding").is_some() {
            return Some(base64().prop_map(Value::from).boxed());
        }
        if schema.get("contentMediaType").is_some() {
            return Some(json_text().prop_map(Value::from).boxed());
        }
        if let Some(pattern) = schema["pattern"].as_str() {
            let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
            // The pattern of model ids is too wide to be of use.
            return (pattern.len() < 200).then(|| string_regex(pattern).unwrap().prop_map(Value::from).boxed());
        }
        if schema.get("examples").is_some() {
            return None;
        }
        let blank = schema["minLength"].as_u64().is_none_or(|least| least == 0);
        Some(text().prop_map(move |text| if text.is_empty() && !blank { json!("x") } else { json!(text) }).boxed())
    }

    fn object(&self, schema: &Value) -> BoxedStrategy<Value> {
        if schema["additionalProperties"].is_object() {
            let least = usize::try_from(schema["minProperties"].as_u64().unwrap_or_default()).unwrap();
            let name = match schema.get("propertyNames") {
                Some(names) => {
                    self.strategy(names).prop_map(|name| name.as_str().unwrap_or_default().to_owned()).boxed()
                }
                None => "[a-z]{1,5}".boxed(),
            };
            let members = vec((name, self.strategy(&schema["additionalProperties"])), least..=3);
            return members.prop_map(|members| Value::Object(members.into_iter().collect())).boxed();
        }
        let Some(properties) = schema["properties"].as_object() else {
            return object().boxed();
        };
        if schema["maxProperties"] == 1 {
            let variant = |(name, member): (&String, &Value)| {
                let name = name.clone();
                (
                    self.weight(&name),
                    self.strategy(member).prop_map(move |value| json!({ name.as_str(): value })).boxed(),
                )
            };
            return Union::new_weighted(properties.iter().map(variant).collect()).boxed();
        }
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let members: Vec<_> = properties
            .iter()
            .map(|(name, member)| {
                let likely = LIKELY.iter().find(|(likely, _)| *likely == name).map(|(_, how)| *how);
                let how = if required.contains(&json!(name)) { 1.0 } else { likely.unwrap_or(self.density) };
                present(name, how, self.strategy(member))
            })
            .collect();
        (members, 0..8_usize).prop_map(turned).boxed()
    }
}

/// A member that is there as often as `how` says.
pub fn present(name: &str, how: f64, value: BoxedStrategy<Value>) -> BoxedStrategy<Option<(String, Value)>> {
    let name = name.to_owned();
    let member = value.prop_map(move |value| (name.clone(), value));
    if how < 1.0 { option::weighted(how, member).boxed() } else { member.prop_map(Some).boxed() }
}

/// The members that are there, in their own order or turned around.
pub fn turned((members, by): (Vec<Option<(String, Value)>>, usize)) -> Value {
    let mut members: Vec<_> = members.into_iter().flatten().collect();
    let by = by.saturating_sub(4).min(members.len());
    members.rotate_left(by);
    Value::Object(members.into_iter().collect())
}

fn referenced(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/$defs/")
}

/// What `additionalModelRequestFields` may hold for Claude: members of a Messages request, and their other names. Those that
/// Converse has places for are rare, because they collide.
fn additional(density: f64) -> BoxedStrategy<Value> {
    let messages = Grammar::new(messages_schema(), density, &WEIGHTS);
    let member = |name: &str| messages.strategy(&messages_schema()["properties"][name]);
    let likely = ["thinking", "top_k", "tools", "tool_choice", "output_config", "anthropic_beta"];
    let rare = [
        "anthropic_version",
        "max_tokens",
        "temperature",
        "top_p",
        "stop_sequences",
        "metadata",
        "service_tier",
        "cache_control",
        "container",
        "diagnostics",
        "inference_geo",
        "speed",
        "user_profile_id",
        "workspace_id",
    ];
    let partial_choice = option::weighted(0.8, any::<bool>()).prop_map(|disable| match disable {
        Some(disable) => json!({"disable_parallel_tool_use": disable}),
        None => json!({}),
    });
    let renamed = [
        ("reasoning_config", member("thinking")),
        ("betas", member("anthropic_beta")),
        ("tool_choice", partial_choice.boxed()),
        ("inferenceConfig", (0..500).prop_map(|top_k| json!({"topK": top_k})).boxed()),
    ];
    let members = likely.map(|name| (name, 0.25, member(name))).into_iter();
    let members = members.chain(rare.map(|name| (name, 0.02, member(name))));
    let members = members.chain(renamed.map(|(name, strategy)| (name, 0.08, strategy)));
    let members: Vec<_> = members.map(|(name, how, strategy)| present(name, how, strategy)).collect();
    (members, 0..8_usize).prop_map(turned).boxed()
}

/// Texts: plain, empty, blank, and all that JSON escapes.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-zA-Z0-9 ,.]{1,12}",
        1 => Just(String::new()),
        1 => select(vec![" ", "\n\n", "\u{a0}"]).prop_map(str::to_owned),
        2 => "\\PC{0,6}",
        1 => select(vec!["\0\u{1f}\u{7f}", "\"\\/\u{8}\u{c}\n\r\t", "\u{2028}\u{feff}\u{fffd}", "😀é\u{301}", "{\"a\": 1e2}"]).prop_map(str::to_owned),
    ]
}

/// Canonical base64, of a text as often as not.
fn base64() -> impl Strategy<Value = String> {
    use base64::Engine as _;
    let bytes = prop_oneof!["[a-z é]{1,9}".prop_map(String::into_bytes), vec(any::<u8>(), 1..9)];
    bytes.prop_map(|bytes| base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// Any JSON.
pub fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9..99_i64).prop_map(Value::from),
        select(vec![json!(0.5), json!(-1e-7), json!(u64::MAX), json!(1e21)]),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::Array),
            vec((key(), inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A name of a member of free-form JSON, in no order, some of them such as the two APIs give a meaning to.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{1,3}",
        1 => select(vec!["type", "cachePoint", "cache_control", "", "a/b", "~0", "é\"\\"]).prop_map(str::to_owned),
    ]
}

/// A JSON object.
pub fn object() -> impl Strategy<Value = Value> {
    vec((key(), json()), 0..4).prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// A schema of a tool's input, mostly with a type at its root.
fn tool_schema() -> impl Strategy<Value = Value> {
    let property =
        select(vec![json!({"type": "string"}), json!({"enum": ["b", "a", 1.5]}), json!({"$ref": "#"}), json!(true)]);
    (vec((key(), property), 0..3), option::weighted(0.8, Just("object"))).prop_map(|(properties, kind)| {
        let required: Vec<_> = properties.iter().map(|(name, _)| name.clone()).rev().collect();
        let mut schema = json!({"required": required, "properties": properties.into_iter().collect::<Map<_, _>>()});
        if let (Some(kind), Some(schema)) = (kind, schema.as_object_mut()) {
            schema.insert("type".to_owned(), json!(kind));
        }
        schema
    })
}

/// A schema as a JSON text in a string, compact or not.
fn json_text() -> impl Strategy<Value = String> {
    (tool_schema(), any::<bool>()).prop_map(|(schema, compact)| {
        if compact { schema.to_string() } else { serde_json::to_string_pretty(&schema).unwrap() }
    })
}

/// A change of a document that its schema does not foresee.
#[derive(Clone, Debug)]
pub enum Edit {
    Replace(Value),
    Insert(&'static str, Value),
    Rename(&'static str),
    Retype(&'static str),
    Remove,
    Repeat,
}

fn edit() -> impl Strategy<Value = Edit> {
    let names = vec![
        "unknown",
        "type",
        "cachePoint",
        "cache_control",
        "context_management",
        "betas",
        "mcp_servers",
        "top_k",
        "ttl",
        "name",
        "streamProcessingMode",
        "format",
        "status",
        "file_id",
        "domain",
        "caller",
        "toolset_name",
        "signature",
        "strict",
        "p",
        "cacheReadInputTokenCount",
        "serverToolUsage",
        "delta",
        "stop_sequence",
        "stop_reason",
        "message",
        "code",
        "originalMessage",
        "amazon-bedrock-invocationMetrics",
    ];
    let types = vec![
        "novel",
        "tool_use",
        "mcp_tool_use",
        "image/jpg",
        "data:image/png;base64,AAAA",
        "",
        "toolu.1",
        "10m",
        "pause_turn",
        "guardrail_intervened",
        "nova_grounding_result",
    ];
    let plain =
        select(vec![json!(null), json!(""), json!([]), json!({}), json!(0), json!(-1), json!(1.5), json!(false)]);
    prop_oneof![
        2 => plain.prop_map(Edit::Replace),
        1 => json().prop_map(Edit::Replace),
        3 => (select(names), json()).prop_map(|(name, value)| Edit::Insert(name, value)),
        1 => select(vec!["novel", "text", "type", "toolUse"]).prop_map(Edit::Rename),
        3 => select(types).prop_map(Edit::Retype),
        2 => Just(Edit::Remove),
        1 => Just(Edit::Repeat),
    ]
}

/// Documents with a few changes that their schema does not foresee: unknown members, types and values, nulls, holes.
pub fn wild(documents: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    (documents, vec((any::<Index>(), edit()), 1..4))
        .prop_map(|(mut document, edits)| {
            for (place, edit) in edits {
                let places = pointers(&document);
                apply(&mut document, &places[place.index(places.len())], edit);
            }
            document
        })
        .boxed()
}

fn apply(document: &mut Value, pointer: &str, edit: Edit) {
    if matches!(edit, Edit::Remove) {
        remove(document, pointer);
        return;
    }
    match (document.pointer_mut(pointer).unwrap(), edit) {
        (value, Edit::Replace(other)) => *value = other,
        (Value::Object(members), Edit::Insert(name, value)) => drop(members.insert(name.to_owned(), value)),
        (Value::Object(members), Edit::Rename(name)) => {
            if let Some((_, value)) = members.shift_remove_entry(&members.keys().next().cloned().unwrap_or_default()) {
                members.insert(name.to_owned(), value);
            }
        }
        (Value::Object(members), Edit::Retype(kind)) if members.contains_key("type") => {
            members.insert("type".to_owned(), json!(kind));
        }
        (Value::String(text), Edit::Retype(other)) => other.clone_into(text),
        (Value::Array(items), Edit::Repeat) => items.extend(items.first().cloned()),
        _ => {}
    }
}

/// The JSON pointers to every value in a document but itself.
pub fn pointers(document: &Value) -> Vec<String> {
    fn walk(value: &Value, pointer: &str, found: &mut Vec<String>) {
        found.push(pointer.to_owned());
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    walk(item, &format!("{pointer}/{index}"), found);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    walk(member, &format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(document, "", &mut found);
    found
}

/// Removes what a JSON pointer points to from the array or object that holds it. Whether there was anything.
pub fn remove(document: &mut Value, pointer: &str) -> bool {
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        return false;
    };
    match document.pointer_mut(parent) {
        Some(Value::Array(items)) => {
            let index = last.parse().ok().filter(|index| *index < items.len());
            index.map(|index| items.remove(index)).is_some()
        }
        Some(Value::Object(members)) => members.shift_remove(&last.replace("~1", "/").replace("~0", "~")).is_some(),
        _ => false,
    }
}
