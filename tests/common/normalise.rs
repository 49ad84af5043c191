//! The normalisation (N) of the laws: requests that mean the same have one normal form.
//!
//! The normal forms are not requests. A Converse request's tool choice, for one, stands in two places, and in one here.

use serde_json::{Map, Value, json};

type Members = Map<String, Value>;

/// The normal form of a Converse request.
pub fn converse(mut request: Value) -> Value {
    type_choice(&mut request);
    prune(&mut request);
    let Some(members) = request.as_object_mut() else {
        return request;
    };
    // The library asks for the stop sequence by itself.
    members.shift_remove("additionalModelResponseFieldPaths");
    if let Some(output) = members.get_mut("outputConfig") {
        drop_if(output, "effort", |effort| effort == "");
    }
    lift_additional(members);
    each(members.get_mut("messages"), |message| each(message.get_mut("content"), converse_block));
    if let Some(list) = members.get_mut("messages") {
        *list = merged(list.take());
    }
    each(members.get_mut("system"), cache_point);
    if members.get("system").is_some_and(|system| *system == json!([{"text": ""}])) {
        members.shift_remove("system");
    }
    let tools = members.get_mut("toolConfig").and_then(|config| config.get_mut("tools"));
    each(tools, |tool| {
        cache_point(tool);
        if let Some(spec) = tool.get_mut("toolSpec") {
            drop_if(spec, "strict", |strict| strict == false);
            drop_if(spec, "description", |text| text == "");
        }
    });
    if let Some(output) = members.get_mut("outputConfig") {
        let schema = output.pointer_mut("/textFormat/structure/jsonSchema/schema");
        if let Some(schema) = schema {
            let parsed = schema.as_str().and_then(|text| serde_json::from_str(text).ok());
            *schema = parsed.unwrap_or(schema.take());
        }
    }
    prune(&mut request);
    request
}

/// The normal form of a Messages request.
pub fn messages(mut request: Value) -> Value {
    prune(&mut request);
    let Some(members) = request.as_object_mut() else {
        return request;
    };
    // What only says how the request is sent.
    members.shift_remove("stream");
    members.shift_remove("anthropic_version");
    messages_parameters(members);
    if let Some(system) = members.get_mut("system") {
        blocks(system);
        each(Some(system), messages_block);
        drop_if(&mut request, "system", |system| *system == json!([{"type": "text", "text": ""}]));
    }
    if let Some(list) = request.get_mut("messages") {
        each(Some(list), |message| {
            if let Some(content) = message.get_mut("content") {
                blocks(content);
                each(Some(content), messages_block);
            }
        });
        *list = merged(list.take());
    }
    prune(&mut request);
    request
}

/// Members whose values are free-form JSON: nothing in them is a default.
const FREE_FORM: [&str; 8] = [
    "input",
    "json",
    "input_schema",
    "schema",
    "input_examples",
    "context_management",
    "trace",
    "amazon-bedrock-trace",
];

/// Absent ≡ null ≡ empty. Numbers are those of JSON, of which 1 and 1.0 are one.
pub fn prune(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(prune),
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if !FREE_FORM.contains(&name.as_str()) {
                    prune(member);
                }
            }
            members.retain(|name, member| {
                let empty = member.is_null() || *member == json!([]) || *member == json!({});
                // The variants of a union that hold nothing; and free-form JSON, which may be empty.
                !empty
                    || ["auto", "any", "citationsContent"].contains(&name.as_str())
                    || FREE_FORM.contains(&name.as_str()) && !member.is_null() && name != "input_examples"
            });
        }
        Value::Number(number) => {
            let whole = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15);
            if let Some(whole) = whole {
                #[allow(clippy::cast_possible_truncation)]
                let whole = whole as i64;
                *value = json!(whole);
            }
        }
        _ => {}
    }
}

pub fn each(list: Option<&mut Value>, change: impl FnMut(&mut Value)) {
    if let Some(Value::Array(items)) = list {
        items.iter_mut().for_each(change);
    }
}

pub fn drop_if(object: &mut Value, name: &str, default: impl Fn(&Value) -> bool) {
    let dropped = object.get(name).is_some_and(default);
    if let (true, Some(members)) = (dropped, object.as_object_mut()) {
        members.shift_remove(name);
    }
}

/// Neighbours of one role are one message; one without content is none.
fn merged(messages: Value) -> Value {
    let Value::Array(messages) = messages else {
        return messages;
    };
    let mut merged: Vec<Value> = Vec::new();
    for message in messages {
        let Some(content) = message["content"].as_array().filter(|content| !content.is_empty()) else {
            continue;
        };
        match merged.last_mut() {
            Some(last) if last["role"] == message["role"] => {
                last["content"].as_array_mut().unwrap().extend(content.iter().cloned());
            }
            _ => merged.push(message),
        }
    }
    merged.into()
}

/// A string is one text block.
fn blocks(content: &mut Value) {
    if content.is_string() {
        *content = json!([{"type": "text", "text": content.take()}]);
    }
}

// Converse

pub fn converse_block(block: &mut Value) {
    cache_point(block);
    let Some((name, value)) = block.as_object_mut().and_then(|block| block.iter_mut().next()) else {
        return;
    };
    match name.as_str() {
        "document" => converse_document(value),
        "searchResult" => uncited(value),
        "toolUse" => drop_if(value, "type", |kind| kind == "tool_use"),
        "toolResult" => {
            drop_if(value, "status", |status| status == "success");
            each(value.get_mut("content"), converse_block);
        }
        "reasoningContent" => {
            if let Some(text) = value.get_mut("reasoningText") {
                drop_if(text, "signature", |signature| signature == "");
            }
        }
        "citationsContent" => {
            each(value.get_mut("citations"), |citation| {
                if citation.get("sourceContent").is_some() {
                    citation["sourceContent"] = joined(&citation["sourceContent"]);
                }
                drop_if(citation, "sourceContent", |text| text == "");
            });
            value["content"] = joined(&value["content"]);
            if value.get("citations").is_none() {
                *block = json!({"text": value["content"]});
            }
        }
        _ => {}
    }
}

/// The texts of a list of `{text}`.
fn joined(texts: &Value) -> Value {
    let texts = texts.as_array().into_iter().flatten();
    texts.filter_map(|text| text["text"].as_str()).collect::<String>().into()
}

fn cache_point(block: &mut Value) {
    if let Some(point) = block.get_mut("cachePoint") {
        drop_if(point, "ttl", |ttl| ttl == "5m");
    }
}

fn uncited(block: &mut Value) {
    drop_if(block, "citations", |citations| citations["enabled"] != true);
}

fn converse_document(document: &mut Value) {
    use base64::Engine as _;
    uncited(document);
    if document["format"] != "txt" {
        return;
    }
    let source = &mut document["source"];
    if let Some(bytes) = source.get("bytes").and_then(Value::as_str) {
        let bytes = base64::engine::general_purpose::STANDARD.decode(bytes).unwrap_or_default();
        match String::from_utf8(bytes) {
            Ok(text) => *source = json!({"text": text}),
            Err(_) => return,
        }
    }
    drop_if(document, "format", |_| true);
}

/// A tool choice that says something but no type is `auto`, unless `toolChoice` says the type.
fn type_choice(request: &mut Value) {
    let says = |value: &Value| !value.is_null();
    let elsewhere = request.pointer("/toolConfig/toolChoice").is_some_and(says);
    if let Some(Value::Object(choice)) = request.pointer_mut("/additionalModelRequestFields/tool_choice")
        && !elsewhere
        && choice.values().any(says)
        && !choice.get("type").is_some_and(says)
    {
        choice.insert("type".to_owned(), json!("auto"));
    }
}

/// Puts the members of `additionalModelRequestFields` that have a place in Converse to that place.
fn lift_additional(members: &mut Members) {
    let mut fields = match members.shift_remove("additionalModelRequestFields") {
        Some(Value::Object(fields)) => fields,
        Some(other) => {
            members.insert("additionalModelRequestFields".to_owned(), other);
            Members::new()
        }
        None => Members::new(),
    };
    fields.shift_remove("anthropic_version");
    rename(&mut fields, "reasoning_config", "thinking");
    if let Some(top_k) =
        fields.get_mut("inferenceConfig").and_then(|config| config.as_object_mut()?.shift_remove("topK"))
    {
        fields.insert("top_k".to_owned(), top_k);
    }
    messages_parameters(&mut fields);
    lift_tools(members, &mut fields);
    let places = [
        ("max_tokens", "inferenceConfig", "maxTokens"),
        ("temperature", "inferenceConfig", "temperature"),
        ("top_p", "inferenceConfig", "topP"),
        ("stop_sequences", "inferenceConfig", "stopSequences"),
    ];
    for (name, place, member) in places {
        lift(members, place, member, fields.shift_remove(name));
    }
    if let Some(Value::Object(output)) = fields.get_mut("output_config") {
        lift(members, "outputConfig", "effort", output.shift_remove("effort"));
        let format = output.shift_remove("format").map(|format| {
            let definition = json!({"schema": format["schema"].to_string()});
            json!({"type": "json_schema", "structure": {"jsonSchema": definition}})
        });
        lift(members, "outputConfig", "textFormat", format);
    }
    if let Some(Value::Object(metadata)) = fields.get_mut("metadata") {
        lift(members, "requestMetadata", "user_id", metadata.shift_remove("user_id"));
    }
    if fields.get("service_tier").is_some_and(|tier| tier == "standard_only") {
        fields.shift_remove("service_tier");
        lift(members, "serviceTier", "type", Some(json!("default")));
    }
    members.insert("additional".to_owned(), fields.into());
}

/// Tools that a `toolSpec` can say, and the tool choice, whose parts stand in two places.
fn lift_tools(members: &mut Members, fields: &mut Members) {
    if let Some(Value::Array(tools)) = fields.get_mut("tools") {
        let plain = |tool: &mut Value| {
            let members = ["name", "description", "input_schema", "strict", "cache_control"];
            tool.as_object().is_some_and(|tool| tool.keys().all(|name| members.contains(&name.as_str())))
        };
        for mut tool in tools.extract_if(.., plain).collect::<Vec<_>>() {
            let point = tool.as_object_mut().and_then(|tool| tool.shift_remove("cache_control"));
            let mut spec = tool.clone();
            spec["inputSchema"] = json!({"json": tool["input_schema"]});
            drop_if(&mut spec, "input_schema", |_| true);
            let list = members.entry("toolConfig").or_insert(json!({}));
            if list.get("tools").is_none() {
                list["tools"] = json!([]);
            }
            let list = list["tools"].as_array_mut().unwrap();
            list.push(json!({"toolSpec": spec}));
            list.extend(point.map(|point| json!({"cachePoint": {"type": "default", "ttl": point["ttl"]}})));
        }
    }
    let choice = members.get_mut("toolConfig").and_then(|config| config.as_object_mut()?.shift_remove("toolChoice"));
    let partial = fields.shift_remove("tool_choice").unwrap_or(json!({}));
    let mut whole = match choice.as_ref().and_then(|choice| choice.as_object()?.iter().next()) {
        Some((kind, choice)) => json!({"type": kind, "name": choice["name"]}),
        None => json!({}),
    };
    for (name, value) in partial.as_object().into_iter().flatten() {
        whole[name] = value.clone();
    }
    members.insert("choice".to_owned(), whole);
}

fn lift(members: &mut Members, place: &str, member: &str, value: Option<Value>) {
    if let Some(value) = value {
        let place = members.entry(place).or_insert(json!({}));
        if place.get(member).is_none() {
            place[member] = value;
        }
    }
}

fn rename(members: &mut Members, name: &str, other: &str) {
    if let Some(value) = members.shift_remove(name) {
        members.insert(other.to_owned(), value);
    }
}

// Messages

/// What a Messages request holds beside messages and system.
fn messages_parameters(members: &mut Members) {
    let betas = ["anthropic_beta", "betas"].map(|name| members.shift_remove(name));
    let mut united: Vec<Value> = Vec::new();
    for beta in betas.into_iter().flatten().filter_map(|betas| betas.as_array().cloned()).flatten() {
        if !united.contains(&beta) {
            united.push(beta);
        }
    }
    if !united.is_empty() {
        members.insert("anthropic_beta".to_owned(), united.into());
    }
    each(members.get_mut("tools"), |tool| {
        messages_block(tool);
        drop_if(tool, "type", |kind| kind == "custom");
        drop_if(tool, "description", |text| text == "");
        for name in ["strict", "defer_loading", "eager_input_streaming"] {
            drop_if(tool, name, |value| value == false);
        }
    });
    if let Some(choice) = members.get_mut("tool_choice") {
        drop_if(choice, "disable_parallel_tool_use", |value| value == false);
    }
    if let Some(output) = members.get_mut("output_config") {
        drop_if(output, "effort", |effort| effort == "");
    }
    if members.get("service_tier").is_some_and(|tier| tier == "auto") {
        members.shift_remove("service_tier");
    }
    if let Some(control) = members.get_mut("cache_control") {
        drop_if(control, "ttl", |ttl| ttl == "5m");
    }
}

/// A block, and the blocks in it.
pub fn messages_block(block: &mut Value) {
    if let Some(control) = block.get_mut("cache_control") {
        drop_if(control, "ttl", |ttl| ttl == "5m");
    }
    drop_if(block, "is_error", |is_error| is_error == false);
    drop_if(block, "caller", |caller| *caller == json!({"type": "direct"}));
    if block["type"] == "document" || block["type"] == "search_result" {
        uncited(block);
    }
    let is_document = block["type"] == "document";
    if let (true, Some(content)) = (is_document, block.pointer_mut("/source/content")) {
        blocks(content);
    }
    let is_result = block["type"] == "tool_result";
    if let (true, Some(content)) = (is_result, block.get_mut("content")) {
        blocks(content);
        each(Some(content), messages_block);
    }
}
