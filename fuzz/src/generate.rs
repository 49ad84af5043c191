//! Requests of both formats, built from a fuzzer's choices: every kind of block, mostly valid, often odd.
//!
//! When the choices run out, each is the first and simplest one, so that every input makes a finite request.

use arbitrary::Unstructured;
use serde_json::{Map, Value, json};

type Choices<'a> = Unstructured<'a>;

pub(crate) fn flag(u: &mut Choices<'_>) -> bool {
    u.arbitrary::<u8>().unwrap_or_default() & 1 == 1
}

fn below(u: &mut Choices<'_>, end: usize) -> usize {
    usize::from(u.arbitrary::<u8>().unwrap_or_default()) % end
}

pub(crate) fn one_of<'t>(u: &mut Choices<'_>, options: &[&'t str]) -> &'t str {
    options[below(u, options.len())]
}

pub(crate) fn list(u: &mut Choices<'_>, most: usize, mut item: impl FnMut(&mut Choices<'_>) -> Value) -> Value {
    (0..below(u, most + 1)).map(|_| item(u)).collect()
}

/// Perhaps adds a member.
pub(crate) fn perhaps(u: &mut Choices<'_>, to: &mut Value, name: &str, value: impl FnOnce(&mut Choices<'_>) -> Value) {
    if below(u, 5) == 4 {
        to[name] = value(u);
    }
}

pub(crate) fn text(u: &mut Choices<'_>) -> Value {
    match below(u, 12) {
        0..4 => json!("Hi"),
        4 => json!(""),
        5 => json!(" \n"),
        6 => json!("é \u{1F600} \u{0} \u{2028} \" \\ / \t"),
        7 => json!("a-b"),
        8 => json!("Hello, world"),
        9 => json!("{\"a\": 1}"),
        _ => {
            let length = below(u, 12);
            Value::String(String::from_utf8_lossy(u.bytes(length.min(u.len())).unwrap_or_default()).into_owned())
        }
    }
}

fn base64(u: &mut Choices<'_>) -> Value {
    json!(one_of(u, &["AAAA", "aGk=", "SGVsbG8sIHdvcmxk", "/w==", "77u/aGk="]))
}

fn number(u: &mut Choices<'_>) -> Value {
    let token = one_of(u, &["1", "0", "0.5", "1e-1", "-0", "1.0", "0.25"]);
    serde_json::from_str(token).unwrap_or_default()
}

pub(crate) fn small(u: &mut Choices<'_>) -> Value {
    json!(below(u, 6))
}

pub(crate) fn free_form(u: &mut Choices<'_>, depth: usize) -> Value {
    match below(u, if depth == 0 { 6 } else { 8 }) {
        0 => json!(1),
        1 => text(u),
        2 => Value::Null,
        3 => json!(flag(u)),
        4 => serde_json::from_str("12345678901234567890123").unwrap_or_default(),
        5 => serde_json::from_str("1.50e+2").unwrap_or_default(),
        6 => list(u, 3, |u| free_form(u, depth - 1)),
        _ => free_form_object(u, depth - 1),
    }
}

pub(crate) fn free_form_object(u: &mut Choices<'_>, depth: usize) -> Value {
    let mut object = Map::new();
    for _ in 0..below(u, 4) {
        let name = one_of(u, &["z", "a", "type", "", "text", "cachePoint", "cache_control", "a/b~c", "é"]);
        object.insert(name.to_owned(), free_form(u, depth));
    }
    Value::Object(object)
}

/// A tool's schema that both services take.
fn tool_schema(u: &mut Choices<'_>) -> Value {
    let mut schema = schema(u);
    schema["type"] = json!("object");
    schema
}

fn schema(u: &mut Choices<'_>) -> Value {
    match below(u, 4) {
        0 => json!({"type": "object"}),
        1 => {
            json!({"type": "object", "properties": {"z": {"type": "string"}, "a": {"type": ["null", "integer"]}}, "required": ["a"]})
        }
        2 => json!({"properties": {}}),
        _ => free_form_object(u, 2),
    }
}

fn model(u: &mut Choices<'_>) -> Value {
    json!(one_of(
        u,
        &[
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "claude-opus-4-1",
            "anthropic.claude-3-haiku-20240307-v1:0",
            "amazon.nova-pro-v1:0",
            "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc",
            "",
        ]
    ))
}

fn converse_tool_id(u: &mut Choices<'_>) -> Value {
    json!(one_of(u, &["tooluse_1", "toolu_2", "a.b:c", "", "a b", "é"]))
}

fn messages_tool_id(u: &mut Choices<'_>) -> Value {
    json!(one_of(u, &["tooluse_1", "toolu_2", "", "a b", "é"]))
}

fn tool_name(u: &mut Choices<'_>) -> Value {
    json!(one_of(u, &["search", "get_weather", "x-1"]))
}

fn enabled(u: &mut Choices<'_>) -> Value {
    json!({"enabled": flag(u)})
}

fn name_of_document(u: &mut Choices<'_>) -> Value {
    json!(one_of(u, &["report", "Report", "a.b", "document-1", "", "a  b", "Q3 (final) [1]", "é"]))
}

/// A Converse request.
pub fn converse_request(u: &mut Choices<'_>) -> Value {
    let mut request = json!({"modelId": model(u)});
    request["messages"] = list(u, 5, converse_message);
    perhaps(u, &mut request, "system", |u| {
        list(u, 4, |u| match below(u, 5) {
            0..3 => json!({"text": text(u)}),
            3 => cache_point(u),
            _ => json!({"guardContent": guard_content(u)}),
        })
    });
    if below(u, 8) != 7 {
        let mut config = json!({"maxTokens": 1 + below(u, 9)});
        perhaps(u, &mut config, "temperature", number);
        perhaps(u, &mut config, "topP", number);
        perhaps(u, &mut config, "stopSequences", |u| list(u, 2, text));
        request["inferenceConfig"] = config;
    }
    perhaps(u, &mut request, "toolConfig", converse_tools);
    // The fields of another vendor's model mean nothing to Messages.
    if request["modelId"] != "amazon.nova-pro-v1:0" {
        perhaps(u, &mut request, "additionalModelRequestFields", additional_fields);
    }
    perhaps(u, &mut request, "outputConfig", |u| {
        let mut config = json!({});
        perhaps(u, &mut config, "effort", |u| json!(one_of(u, &["low", "high", "max", "", "other"])));
        perhaps(u, &mut config, "textFormat", |u| {
            let mut definition = json!({"schema": schema(u).to_string()});
            perhaps(u, &mut definition, "name", text);
            json!({"type": "json_schema", "structure": {"jsonSchema": definition}})
        });
        config
    });
    perhaps(
        u,
        &mut request,
        "serviceTier",
        |u| json!({"type": one_of(u, &["default", "priority", "flex", "reserved", "other"])}),
    );
    perhaps(u, &mut request, "requestMetadata", |u| {
        let mut labels = json!({});
        perhaps(u, &mut labels, "user_id", text);
        perhaps(u, &mut labels, "team", text);
        labels
    });
    perhaps(u, &mut request, "performanceConfig", |_| json!({"latency": "optimized"}));
    perhaps(
        u,
        &mut request,
        "guardrailConfig",
        |_| json!({"guardrailIdentifier": "g", "guardrailVersion": "1", "trace": "enabled"}),
    );
    perhaps(u, &mut request, "promptVariables", |_| json!({"v": {"text": "x"}}));
    perhaps(u, &mut request, "additionalModelResponseFieldPaths", |u| {
        list(u, 2, |u| json!(one_of(u, &["/stop_sequence", "/delta/stop_sequence", "/x"])))
    });
    request
}

fn converse_message(u: &mut Choices<'_>) -> Value {
    let role = one_of(u, &["user", "assistant", "user", "assistant", "system"]);
    json!({"role": role, "content": list(u, 5, converse_block)})
}

pub(crate) fn converse_block(u: &mut Choices<'_>) -> Value {
    match below(u, 20) {
        0..4 => json!({"text": text(u)}),
        4 => json!({"image": converse_image(u)}),
        5 => json!({"document": converse_document(u)}),
        6 => json!({"video": {"format": "mp4", "source": {"bytes": base64(u)}}}),
        7 => json!({"audio": {"format": "mp3", "source": {"bytes": base64(u)}}}),
        8 | 9 => {
            let mut call =
                json!({"toolUseId": converse_tool_id(u), "name": tool_name(u), "input": free_form_object(u, 2)});
            perhaps(u, &mut call, "type", |u| json!(one_of(u, &["tool_use", "server_tool_use"])));
            json!({"toolUse": call})
        }
        10 | 11 => {
            let mut result = json!({"toolUseId": converse_tool_id(u), "content": list(u, 3, converse_result_part)});
            perhaps(u, &mut result, "status", |u| json!(one_of(u, &["success", "error", "other"])));
            perhaps(u, &mut result, "type", |u| json!(one_of(u, &["web_search_tool_result", "other"])));
            json!({"toolResult": result})
        }
        12 => json!({"guardContent": guard_content(u)}),
        13 => cache_point(u),
        14 => {
            let mut thought = json!({"text": text(u)});
            perhaps(u, &mut thought, "signature", |u| json!(one_of(u, &["c2ln", ""])));
            json!({"reasoningContent": {"reasoningText": thought}})
        }
        15 => json!({"reasoningContent": {"redactedContent": base64(u)}}),
        16 => {
            let mut cited = json!({});
            perhaps(u, &mut cited, "content", |u| list(u, 2, |u| json!({"text": text(u)})));
            perhaps(u, &mut cited, "citations", |u| list(u, 2, converse_citation));
            json!({"citationsContent": cited})
        }
        17 => json!({"searchResult": converse_search_result(u)}),
        18 => {
            let mut tool = json!({});
            let types = ["tool_reference", "mcp_tool_reference", "mcp_toolset_reference", "tool_definition"];
            perhaps(u, &mut tool, "type", |u| json!(one_of(u, &types)));
            perhaps(u, &mut tool, "name", tool_name);
            perhaps(u, &mut tool, "serverName", tool_name);
            let block = one_of(u, &["toolAddition", "toolRemoval"]);
            json!({block: {"tool": tool}})
        }
        _ => json!({"someday": free_form(u, 1)}),
    }
}

fn converse_result_part(u: &mut Choices<'_>) -> Value {
    match below(u, 8) {
        0..2 => json!({"text": text(u)}),
        2 => json!({"json": free_form(u, 2)}),
        3 => json!({"json": free_form_object(u, 2)}),
        4 => json!({"image": converse_image(u)}),
        5 => json!({"document": converse_document(u)}),
        6 => json!({"searchResult": converse_search_result(u)}),
        _ => json!({"video": {"format": "mp4", "source": {"bytes": base64(u)}}}),
    }
}

fn cache_point(u: &mut Choices<'_>) -> Value {
    let mut point = json!({"type": "default"});
    perhaps(u, &mut point, "ttl", |u| json!(one_of(u, &["5m", "1h"])));
    json!({"cachePoint": point})
}

fn guard_content(u: &mut Choices<'_>) -> Value {
    if flag(u) {
        return json!({"image": {"format": "png", "source": {"bytes": base64(u)}}});
    }
    json!({"text": {"text": text(u), "qualifiers": list(u, 1, |_| json!("query"))}})
}

fn converse_image(u: &mut Choices<'_>) -> Value {
    let format = one_of(u, &["png", "jpeg", "gif", "webp", "bmp"]);
    match below(u, 4) {
        0..3 => json!({"format": format, "source": {"bytes": base64(u)}}),
        _ => json!({"format": format, "source": {"s3Location": {"uri": "s3://b/k"}}}),
    }
}

fn converse_document(u: &mut Choices<'_>) -> Value {
    let names = ["report", "Report", "document-1", "Q3 (final) [1]"];
    let mut document = json!({"name": one_of(u, &names)});
    document["source"] = match below(u, 6) {
        0..3 => json!({"bytes": base64(u)}),
        3 => json!({"text": text(u)}),
        4 => json!({"content": list(u, 3, |u| json!({"text": text(u)}))}),
        _ => json!({"s3Location": {"uri": "s3://b/k"}}),
    };
    let formats = ["pdf", "txt", "md", "csv", "html", "docx", "other"];
    perhaps(u, &mut document, "format", |u| json!(one_of(u, &formats)));
    perhaps(u, &mut document, "citations", enabled);
    perhaps(u, &mut document, "context", text);
    document
}

fn converse_search_result(u: &mut Choices<'_>) -> Value {
    let mut result = json!({"source": text(u), "title": text(u)});
    result["content"] = list(u, 3, |u| json!({"text": text(u)}));
    perhaps(u, &mut result, "citations", enabled);
    result
}

fn converse_citation(u: &mut Choices<'_>) -> Value {
    let mut citation = json!({});
    perhaps(u, &mut citation, "title", text);
    perhaps(u, &mut citation, "source", text);
    perhaps(u, &mut citation, "sourceContent", |u| list(u, 2, |u| json!({"text": text(u)})));
    perhaps(u, &mut citation, "location", |u| {
        let kind = one_of(u, &["documentChar", "documentPage", "documentChunk", "searchResultLocation", "web"]);
        let mut location = json!({});
        let (first, second, third) = match kind {
            "web" => {
                perhaps(u, &mut location, "url", text);
                perhaps(u, &mut location, "domain", text);
                return json!({kind: location});
            }
            "searchResultLocation" => ("searchResultIndex", "start", "end"),
            _ => ("documentIndex", "start", "end"),
        };
        for name in [first, second, third] {
            if below(u, 8) != 7 {
                location[name] = small(u);
            }
        }
        json!({kind: location})
    });
    citation
}

fn converse_tools(u: &mut Choices<'_>) -> Value {
    let tools = list(u, 4, |u| match below(u, 6) {
        0..4 => {
            let mut tool = json!({"name": tool_name(u), "inputSchema": {"json": tool_schema(u)}});
            perhaps(u, &mut tool, "description", text);
            perhaps(u, &mut tool, "strict", |u| json!(flag(u)));
            json!({"toolSpec": tool})
        }
        4 => cache_point(u),
        _ => json!({"systemTool": {"name": "nova_grounding"}}),
    });
    let mut config = json!({"tools": tools});
    if config["tools"] == json!([]) {
        return config;
    }
    perhaps(u, &mut config, "toolChoice", |u| match below(u, 3) {
        0 => json!({"auto": {}}),
        1 => json!({"any": {}}),
        _ => json!({"tool": {"name": tool_name(u)}}),
    });
    config
}

fn additional_fields(u: &mut Choices<'_>) -> Value {
    let mut fields = json!({});
    perhaps(u, &mut fields, "thinking", thinking);
    perhaps(u, &mut fields, "reasoning_config", thinking);
    perhaps(u, &mut fields, "top_k", small);
    perhaps(u, &mut fields, "inferenceConfig", |u| json!({"topK": small(u)}));
    perhaps(u, &mut fields, "anthropic_beta", |u| list(u, 2, |u| json!(one_of(u, &["b1", "b2"]))));
    perhaps(u, &mut fields, "tools", |u| list(u, 2, messages_tool));
    perhaps(u, &mut fields, "tool_choice", |u| {
        let mut choice = json!({});
        perhaps(u, &mut choice, "type", |u| json!(one_of(u, &["auto", "none"])));
        perhaps(u, &mut choice, "disable_parallel_tool_use", |u| json!(flag(u)));
        choice
    });
    perhaps(u, &mut fields, "output_config", |u| json!({"task_budget": free_form(u, 1)}));
    perhaps(u, &mut fields, "anthropic_version", |_| json!("bedrock-2023-05-31"));
    perhaps(u, &mut fields, "context_management", |u| free_form_object(u, 1));
    perhaps(u, &mut fields, "someday", |u| free_form(u, 2));
    fields
}

fn thinking(u: &mut Choices<'_>) -> Value {
    match below(u, 3) {
        0 => json!({"type": "enabled", "budget_tokens": 1024}),
        1 => json!({"type": "disabled"}),
        _ => json!({"type": "adaptive"}),
    }
}

/// A Messages request.
pub fn messages_request(u: &mut Choices<'_>) -> Value {
    let mut request = json!({"model": model(u), "max_tokens": 1 + below(u, 9)});
    request["messages"] = list(u, 5, |u| {
        let role = one_of(u, &["user", "assistant", "user", "assistant", "system"]);
        json!({"role": role, "content": content(u, |u| messages_block(u))})
    });
    perhaps(u, &mut request, "system", |u| {
        content(u, |u| if below(u, 8) == 7 { messages_block(u) } else { text_block(u) })
    });
    perhaps(u, &mut request, "temperature", number);
    perhaps(u, &mut request, "top_p", number);
    perhaps(u, &mut request, "top_k", small);
    perhaps(u, &mut request, "stop_sequences", |u| list(u, 2, text));
    perhaps(u, &mut request, "tools", |u| list(u, 4, messages_tool));
    perhaps(u, &mut request, "tool_choice", |u| {
        let kind = one_of(u, &["auto", "any", "tool", "none", "other"]);
        let mut choice = json!({"type": kind});
        if kind == "tool" {
            choice["name"] = tool_name(u);
        }
        perhaps(u, &mut choice, "disable_parallel_tool_use", |u| json!(flag(u)));
        choice
    });
    perhaps(u, &mut request, "thinking", thinking);
    perhaps(u, &mut request, "output_config", |u| {
        let mut config = json!({});
        perhaps(u, &mut config, "effort", |u| json!(one_of(u, &["low", "max", "other", ""])));
        perhaps(u, &mut config, "format", |u| json!({"type": "json_schema", "schema": schema(u)}));
        perhaps(u, &mut config, "task_budget", |u| free_form(u, 1));
        config
    });
    perhaps(u, &mut request, "metadata", |u| {
        let mut metadata = json!({});
        perhaps(u, &mut metadata, "user_id", text);
        metadata
    });
    perhaps(u, &mut request, "service_tier", |u| json!(one_of(u, &["auto", "standard_only", "other"])));
    perhaps(u, &mut request, "stream", |u| json!(flag(u)));
    perhaps(u, &mut request, "cache_control", cache_control);
    perhaps(u, &mut request, "anthropic_beta", |u| list(u, 2, |u| json!(one_of(u, &["b1", "b2"]))));
    perhaps(u, &mut request, "betas", |u| list(u, 2, |u| json!(one_of(u, &["b1", "b3"]))));
    perhaps(u, &mut request, "anthropic_version", |_| json!("bedrock-2023-05-31"));
    perhaps(u, &mut request, "context_management", |u| free_form_object(u, 1));
    perhaps(u, &mut request, "container", |_| json!("c_1"));
    perhaps(u, &mut request, "mcp_servers", |u| list(u, 1, |u| free_form_object(u, 1)));
    perhaps(u, &mut request, "someday", |u| free_form(u, 2));
    request
}

fn content(u: &mut Choices<'_>, block: impl FnMut(&mut Choices<'_>) -> Value) -> Value {
    if flag(u) { list(u, 5, block) } else { text(u) }
}

fn cache_control(u: &mut Choices<'_>) -> Value {
    let mut control = json!({"type": "ephemeral"});
    perhaps(u, &mut control, "ttl", |u| json!(one_of(u, &["5m", "1h"])));
    control
}

fn text_block(u: &mut Choices<'_>) -> Value {
    let mut block = json!({"type": "text", "text": text(u)});
    perhaps(u, &mut block, "citations", |u| list(u, 2, messages_citation));
    perhaps(u, &mut block, "cache_control", cache_control);
    block
}

pub(crate) fn messages_block(u: &mut Choices<'_>) -> Value {
    let mut block = match below(u, 20) {
        0..4 => return text_block(u),
        4 | 5 => messages_image(u),
        6 | 7 => messages_document(u),
        8 => messages_search_result(u),
        9 => return json!({"type": "thinking", "thinking": text(u), "signature": one_of(u, &["c2ln", ""])}),
        10 => return json!({"type": "redacted_thinking", "data": text(u)}),
        11 | 12 => {
            let mut call = json!({"type": "tool_use", "id": messages_tool_id(u), "name": tool_name(u)});
            call["input"] = match below(u, 8) {
                6 => Value::Null,
                7 => json!(""),
                _ => free_form_object(u, 2),
            };
            perhaps(u, &mut call, "caller", |_| json!({"type": "direct"}));
            call
        }
        13 | 14 => {
            let mut result = json!({"type": "tool_result", "tool_use_id": messages_tool_id(u)});
            perhaps(u, &mut result, "content", |u| content(u, messages_result_part));
            perhaps(u, &mut result, "is_error", |u| json!(flag(u)));
            result
        }
        15 => {
            json!({"type": "server_tool_use", "id": messages_tool_id(u), "name": "web_search", "input": free_form_object(u, 1)})
        }
        16 => {
            json!({"type": "web_search_tool_result", "tool_use_id": messages_tool_id(u), "content": list(u, 1, |u| free_form(u, 1))})
        }
        17 => json!({"type": "container_upload", "file_id": "f"}),
        18 => {
            let mut tool =
                json!({"type": one_of(u, &["tool_reference", "mcp_tool_reference", "mcp_toolset_reference"])});
            perhaps(u, &mut tool, "name", tool_name);
            perhaps(u, &mut tool, "server_name", tool_name);
            json!({"type": one_of(u, &["tool_addition", "tool_removal"]), "tool": tool})
        }
        _ => json!({"type": "someday", "value": free_form(u, 1)}),
    };
    perhaps(u, &mut block, "cache_control", cache_control);
    block
}

fn messages_result_part(u: &mut Choices<'_>) -> Value {
    match below(u, 7) {
        0..3 => text_block(u),
        3 => messages_image(u),
        4 => messages_document(u),
        5 => messages_search_result(u),
        _ => json!({"type": "tool_reference", "tool_name": tool_name(u)}),
    }
}

fn messages_image(u: &mut Choices<'_>) -> Value {
    let source = match below(u, 6) {
        0..4 => {
            let media_type =
                one_of(u, &["image/png", "image/jpeg", "image/gif", "image/webp", "image/jpg", "image/bmp"]);
            json!({"type": "base64", "media_type": media_type, "data": base64(u)})
        }
        4 => json!({"type": "url", "url": "https://example.com/a.png"}),
        _ => json!({"type": "file", "file_id": "f"}),
    };
    json!({"type": "image", "source": source})
}

fn messages_document(u: &mut Choices<'_>) -> Value {
    let source = match below(u, 7) {
        0..2 => json!({"type": "base64", "media_type": "application/pdf", "data": base64(u)}),
        2..4 => json!({"type": "text", "media_type": "text/plain", "data": text(u)}),
        4 => json!({"type": "content", "content": content(u, text_block)}),
        5 => json!({"type": "url", "url": "https://example.com/a.pdf"}),
        _ => json!({"type": "file", "file_id": "f"}),
    };
    let mut document = json!({"type": "document", "source": source});
    perhaps(u, &mut document, "title", name_of_document);
    perhaps(u, &mut document, "context", text);
    perhaps(u, &mut document, "citations", enabled);
    document
}

fn messages_search_result(u: &mut Choices<'_>) -> Value {
    let mut result = json!({"type": "search_result", "source": text(u), "title": text(u)});
    result["content"] = list(u, 3, text_block);
    perhaps(u, &mut result, "citations", enabled);
    result
}

fn messages_citation(u: &mut Choices<'_>) -> Value {
    let titled = if flag(u) { text(u) } else { Value::Null };
    let cited = text(u);
    let (from, to) = (small(u), small(u));
    match below(u, 5) {
        0 => json!({"type": "char_location", "cited_text": cited, "document_index": 0, "document_title": titled,
            "start_char_index": from, "end_char_index": to}),
        1 => json!({"type": "page_location", "cited_text": cited, "document_index": 0, "document_title": titled,
            "start_page_number": from, "end_page_number": to}),
        2 => {
            json!({"type": "content_block_location", "cited_text": cited, "document_index": 0, "document_title": titled,
            "start_block_index": from, "end_block_index": to})
        }
        3 => json!({"type": "search_result_location", "cited_text": cited, "search_result_index": 0, "source": text(u),
            "title": titled, "start_block_index": from, "end_block_index": to}),
        _ => json!({"type": "web_search_result_location", "cited_text": cited, "title": titled, "url": text(u),
            "encrypted_index": one_of(u, &["", "e"])}),
    }
}

fn messages_tool(u: &mut Choices<'_>) -> Value {
    let mut tool = match below(u, 5) {
        0..3 => {
            let mut tool = json!({"name": tool_name(u), "input_schema": tool_schema(u)});
            perhaps(u, &mut tool, "type", |_| json!("custom"));
            perhaps(u, &mut tool, "description", text);
            perhaps(u, &mut tool, "strict", |u| json!(flag(u)));
            perhaps(u, &mut tool, "defer_loading", |u| json!(flag(u)));
            perhaps(u, &mut tool, "eager_input_streaming", |u| json!(flag(u)));
            perhaps(u, &mut tool, "input_examples", |u| list(u, 1, |u| free_form_object(u, 1)));
            tool
        }
        3 => json!({"type": "web_search_20250305", "name": "web_search", "max_uses": 3}),
        _ => json!({"type": "bash_20250124", "name": "bash"}),
    };
    if below(u, 4) == 3 {
        tool["cache_control"] = cache_control(u);
    }
    tool
}
