"""The forms of the APIs on the wire: requests read, answers written."""

import base64
import binascii
import json
import struct

from answers import Fault, INVALID, Question, Text, Thinking, Tool


def halves(text):
    """A text in pieces, as a stream would bring it."""
    middle = max(1, len(text) // 2)
    return [text[:middle], text[middle:]]


# Requests


def question_of_messages(body):
    question = Question(tools=[tool["name"] for tool in body.get("tools", [])])
    question.cached = json.dumps(body).count('"cache_control"')
    for message in body["messages"]:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for block in blocks:
            kind = block["type"]
            if kind == "text" and message["role"] == "user":
                question.text = block["text"]
            elif kind == "image":
                question.images.append(base64.b64decode(block["source"]["data"], validate=True))
            elif kind == "thinking":
                question.signatures.append(block["signature"])
            elif kind == "tool_result":
                content = block["content"]
                text = content if isinstance(content, str) else "".join(part["text"] for part in content)
                question.results.append((block["tool_use_id"], text))
    return question


def question_of_converse(body):
    tools = body.get("toolConfig", {}).get("tools", [])
    question = Question(tools=[tool["toolSpec"]["name"] for tool in tools if "toolSpec" in tool])
    question.cached = json.dumps(body).count('"cachePoint"')
    for message in body["messages"]:
        for block in message["content"]:
            if "text" in block and message["role"] == "user":
                question.text = block["text"]
            elif "image" in block:
                question.images.append(base64.b64decode(block["image"]["source"]["bytes"], validate=True))
            elif "reasoningContent" in block:
                question.signatures.append(block["reasoningContent"]["reasoningText"]["signature"])
            elif "toolResult" in block:
                result = block["toolResult"]
                question.results.append((result["toolUseId"], "".join(part["text"] for part in result["content"])))
    return question


# Messages


def messages_usage(answer):
    return {
        "input_tokens": 20,
        "cache_creation_input_tokens": answer.cache_write,
        "cache_read_input_tokens": answer.cache_read,
        "cache_creation": {"ephemeral_5m_input_tokens": answer.cache_write, "ephemeral_1h_input_tokens": 0},
        "output_tokens": answer.tokens,
        "service_tier": "standard",
    }


def message(answer, model):
    content = []
    for block in answer.blocks:
        match block:
            case Text(pieces):
                content.append({"type": "text", "text": "".join(pieces)})
            case Thinking(pieces, signature):
                content.append({"type": "thinking", "thinking": "".join(pieces), "signature": signature})
            case Tool(id, name, input):
                content.append({"type": "tool_use", "id": id, "name": name, "input": input})
    return {
        "model": model,
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
        "type": "message",
        "role": "assistant",
        "content": content,
        "stop_reason": answer.stop,
        "stop_sequence": None,
        "usage": messages_usage(answer),
    }


def message_events(answer, model, bedrock=False):
    start = message(answer, model) | {"content": [], "stop_reason": None}
    start["usage"] = start["usage"] | {"output_tokens": 1}
    yield {"type": "message_start", "message": start}
    for index, block in enumerate(answer.blocks):
        match block:
            case Text(pieces):
                first = {"type": "text", "text": ""}
                deltas = [{"type": "text_delta", "text": piece} for piece in pieces]
            case Thinking(pieces, signature):
                first = {"type": "thinking", "thinking": "", "signature": ""}
                deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
                deltas.append({"type": "signature_delta", "signature": signature})
            case Tool(id, name, input):
                first = {"type": "tool_use", "id": id, "name": name, "input": {}}
                deltas = [{"type": "input_json_delta", "partial_json": part} for part in ["", *halves(json.dumps(input))]]
        yield {"type": "content_block_start", "index": index, "content_block": first}
        if index == 0 and not bedrock:
            yield {"type": "ping"}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    usage = {name: value for name, value in messages_usage(answer).items() if isinstance(value, int)}
    yield {"type": "message_delta", "delta": {"stop_reason": answer.stop, "stop_sequence": None}, "usage": usage}
    metrics = {"inputTokenCount": 20, "outputTokenCount": answer.tokens, "invocationLatency": 512, "firstByteLatency": 99}
    yield {"type": "message_stop"} | ({"amazon-bedrock-invocationMetrics": metrics} if bedrock else {})


def sse(event):
    data = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return f"event: {event['type']}\ndata: {data}\n\n".encode()


def messages_error(fault):
    error = {"type": fault.kind, "message": fault.message}
    return {"type": "error", "error": error, "request_id": "req_011CSHoEeqs5C35K2UUqR7Fy"}


# Converse


def converse_usage(answer):
    usage = {"inputTokens": 20, "outputTokens": answer.tokens, "serverToolUsage": {}}
    for name, tokens in [("Read", answer.cache_read), ("Write", answer.cache_write)]:
        usage |= {f"cache{name}InputTokens": tokens, f"cache{name}InputTokenCount": tokens}
    return usage | {"totalTokens": 20 + answer.tokens + answer.cache_read + answer.cache_write}


def converse(answer):
    content = []
    for block in answer.blocks:
        match block:
            case Text(pieces):
                content.append({"text": "".join(pieces)})
            case Thinking(pieces, signature):
                reasoning = {"text": "".join(pieces), "signature": signature}
                content.append({"reasoningContent": {"reasoningText": reasoning}})
            case Tool(id, name, input):
                content.append({"toolUse": {"toolUseId": id, "name": name, "input": input}})
    return {
        "metrics": {"latencyMs": 512},
        "output": {"message": {"content": content, "role": "assistant"}},
        "stopReason": answer.stop,
        "usage": converse_usage(answer),
    }


def converse_events(answer):
    """Pairs of the event's name and its payload."""
    yield "messageStart", {"role": "assistant"}
    for index, block in enumerate(answer.blocks):
        match block:
            case Text(pieces):
                deltas = [{"text": piece} for piece in pieces]
            case Thinking(pieces, signature):
                deltas = [{"reasoningContent": {"text": piece}} for piece in pieces]
                deltas.append({"reasoningContent": {"signature": signature}})
            case Tool(id, name, input):
                start = {"toolUse": {"toolUseId": id, "name": name}}
                yield "contentBlockStart", {"contentBlockIndex": index, "start": start}
                deltas = [{"toolUse": {"input": part}} for part in ["", *halves(json.dumps(input))]]
        for delta in deltas:
            yield "contentBlockDelta", {"contentBlockIndex": index, "delta": delta}
        yield "contentBlockStop", {"contentBlockIndex": index}
    yield "messageStop", {"stopReason": answer.stop}
    yield "metadata", {"metrics": {"latencyMs": 512}, "usage": converse_usage(answer)}


# application/vnd.amazon.eventstream


def frame(headers, payload):
    block = b""
    for name, value in headers.items():
        block += struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", 7, len(value)) + value.encode()
    prelude = struct.pack("!II", 16 + len(block) + len(payload), len(block))
    framed = prelude + struct.pack("!I", binascii.crc32(prelude)) + block + payload
    return framed + struct.pack("!I", binascii.crc32(framed))


def event_frame(name, payload, number=0):
    """With padding of a length that varies, as the service sends it."""
    payload = payload | {"p": "abcdefghijklmnopqrstuvwxyz"[: number * 7 % 27]}
    headers = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, json.dumps(payload, separators=(",", ":")).encode())


def chunk_frame(event, number=0):
    return event_frame("chunk", {"bytes": base64.b64encode(json.dumps(event).encode()).decode()}, number)


def exception_frame(fault):
    name = fault.bedrock[0].lower() + fault.bedrock[1:]
    headers = {":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, json.dumps({"message": fault.message}).encode())


def invoke_body(body):
    """Checks what is particular to InvokeModel."""
    check_version(body.get("anthropic_version"), "bedrock-2023-05-31", body)
    if unknown := body.keys() & {"model", "stream"}:
        raise Fault(*INVALID, f"{unknown}: Extra inputs are not permitted")
    return body


def check_version(version, old, body):
    """The new version of the API, which the SDK asks for, has fewer members than the old one."""
    if version not in (old, "2026-10-21"):
        raise Fault(*INVALID, f"anthropic_version: {version}")
    if version != old and (unknown := body.keys() & {"temperature", "top_p", "top_k"}):
        raise Fault(*INVALID, f"{unknown}: Extra inputs are not permitted")
