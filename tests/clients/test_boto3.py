"""boto3 through the gateway, before each upstream."""

import hashlib
import json
import os

import pytest
from botocore.exceptions import ClientError, EventStreamError

import answers
from conftest import PRIVATE, bedrock_runtime

TOOLS = {
    "tools": [{"toolSpec": {"name": "get_weather", "inputSchema": {"json": {"type": "object", "properties": {}}}}}]
}
THINKING = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
LIMIT = {"maxTokens": 2000, "temperature": 0.5}


def model(scenario):
    return f"eu.anthropic.claude-{scenario}-v1:0"


def user(*content):
    return {"role": "user", "content": list(content)}


def ask(scenario, *messages, **more):
    """The arguments of a call."""
    messages = list(messages) or [user({"text": f"Grüße, {PRIVATE}"})]
    return {"modelId": model(scenario), "messages": messages, "inferenceConfig": LIMIT, **more}


def gather(response):
    """The response that a stream adds up to."""
    content, parts, result = [], {}, {}
    for event in response["stream"]:
        [(name, value)] = event.items()
        if name == "contentBlockStart":
            parts[value["contentBlockIndex"]] = {"toolUse": value["start"]["toolUse"] | {"input": ""}}
        elif name == "contentBlockDelta":
            add(parts.setdefault(value["contentBlockIndex"], {}), value["delta"])
        elif name == "contentBlockStop":
            content.append(whole(parts[value["contentBlockIndex"]]))
        elif name == "messageStop":
            result["stopReason"] = value["stopReason"]
        elif name == "metadata":
            result |= value
    return result | {"output": {"message": {"role": "assistant", "content": content}}}


def add(block, delta):
    for name, value in delta.items():
        if isinstance(value, dict):
            add(block.setdefault(name, {}), value)
        else:
            block[name] = block.get(name, "") + value


def whole(block):
    if "toolUse" in block:
        return {"toolUse": block["toolUse"] | {"input": json.loads(block["toolUse"]["input"])}}
    if "reasoningContent" in block:
        return {"reasoningContent": {"reasoningText": block["reasoningContent"]}}
    return block


@pytest.fixture(params=["converse", "converse_stream"])
def converse(request, boto):
    if request.param == "converse":
        return boto.converse
    return lambda **arguments: gather(boto.converse_stream(**arguments))


def content(response):
    return response["output"]["message"]["content"]


def test_text(converse):
    response = converse(**ask("text"))
    assert content(response) == [{"text": f'You said: Grüße, {PRIVATE} — "done"\n'}]
    assert response["stopReason"] == "end_turn"
    assert response["usage"]["inputTokens"] == 20 and response["usage"]["outputTokens"] == 12
    assert response["usage"]["totalTokens"] == 32


def test_tools(converse):
    question = user({"text": "The weather?"})
    response = converse(**ask("tools", question, toolConfig=TOOLS))
    text, call = content(response)
    assert text == {"text": "Let me look."} and response["stopReason"] == "tool_use"
    assert call == {"toolUse": {"toolUseId": "toolu_01A", "name": "get_weather", "input": answers.INPUT}}
    result = {"toolUseId": "toolu_01A", "content": [{"text": "sunny"}]}
    turns = [question, response["output"]["message"], user({"toolResult": result})]
    response = converse(**ask("tools", *turns, toolConfig=TOOLS))
    assert content(response) == [{"text": "It is sunny (toolu_01A)."}]


def test_thinking_comes_back_with_its_signature(converse):
    question = user({"text": "6 × 7?"})
    response = converse(**ask("thinking", question, additionalModelRequestFields=THINKING))
    reasoning = {"text": "6 × 7 is 42", "signature": answers.SIGNATURE}
    assert content(response) == [{"reasoningContent": {"reasoningText": reasoning}}, {"text": "42"}]
    turns = [question, response["output"]["message"], user({"text": "Sure?"})]
    response = converse(**ask("thinking", *turns, additionalModelRequestFields=THINKING))
    assert content(response) == [{"text": "signature kept"}]


def test_images(converse):
    image = os.urandom(100_000)
    block = {"image": {"format": "png", "source": {"bytes": image}}}
    response = converse(**ask("images", user(block, {"text": "What is it?"})))
    assert content(response) == [{"text": hashlib.sha256(image).hexdigest()}]


def test_cache_points_and_the_usage_of_the_cache(converse):
    point = {"cachePoint": {"type": "default"}}
    system = [{"text": "Be brief."}, point]
    response = converse(**ask("cache", user({"text": "Hi"}, point), system=system))
    usage = response["usage"]
    assert (usage["cacheReadInputTokens"], usage["cacheWriteInputTokens"]) == (2000, 400)
    assert (usage["inputTokens"], usage["totalTokens"]) == (20, 2432)


@pytest.mark.parametrize(
    "scenario, name, status, message",
    [
        ("invalid", "ValidationException", 400, "prompt is too long: 200001 tokens > 200000 maximum"),
        ("denied", "AccessDeniedException", 403, "You don't have access to the model."),
        ("throttled", "ThrottlingException", 429, "Too many requests, please wait."),
    ],
)
def test_errors(converse, scenario, name, status, message):
    with pytest.raises(ClientError) as raised:
        converse(**ask(scenario))
    response = raised.value.response
    assert (response["Error"]["Code"], response["Error"]["Message"]) == (name, message)
    metadata = response["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == status and metadata["RequestId"]
    assert metadata["HTTPHeaders"].get("retry-after") == ("17" if scenario == "throttled" else None)


def test_a_throttled_request_is_tried_again(gateway):
    boto = bedrock_runtime(gateway, attempts=3)
    response = boto.converse(**ask(f"throttle-boto{gateway.api}"))
    assert content(response) == [{"text": "third time"}]
    assert response["ResponseMetadata"]["RetryAttempts"] == 2


def test_a_stream_that_breaks_off(boto, gateway):
    said = []
    # A stream of the same form is passed on as it is, and breaks off as it does.
    with pytest.raises(Exception if gateway.api == "converse" else EventStreamError):
        for event in boto.converse_stream(**ask("cut"))["stream"]:
            said.append(event)
    assert 1 < len(said) < 8


def test_an_error_within_a_stream(boto):
    with pytest.raises(EventStreamError) as raised:
        for _ in boto.converse_stream(**ask("fault"))["stream"]:
            pass
    error = raised.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("serviceUnavailableException", "Overloaded, sorry")


def test_an_answer_that_breaks_off(boto):
    with pytest.raises(Exception):
        boto.converse(**ask("cut"))


def test_token_counts(boto):
    counted = {"messages": [user({"text": "12345"})]}
    assert boto.count_tokens(modelId=model("text"), input={"converse": counted})["inputTokens"] == 5
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 1}
    body["messages"] = [{"role": "user", "content": "1234567"}]
    counted = {"body": json.dumps(body).encode()}
    assert boto.count_tokens(modelId=model("text"), input={"invokeModel": counted})["inputTokens"] == 7


INVOKE = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 100, "messages": [{"role": "user", "content": "Hi"}]}


def test_invoke_model(boto):
    response = boto.invoke_model(modelId=model("text"), body=json.dumps(INVOKE))
    message = json.loads(response["body"].read())
    assert message["content"] == [{"type": "text", "text": 'You said: Hi — "done"\n'}]
    assert message["stop_reason"] == "end_turn" and message["usage"]["output_tokens"] == 12


def test_invoke_model_as_a_stream(boto):
    response = boto.invoke_model_with_response_stream(modelId=model("text"), body=json.dumps(INVOKE))
    events = [json.loads(event["chunk"]["bytes"]) for event in response["body"]]
    text = "".join(event["delta"]["text"] for event in events if event["type"] == "content_block_delta")
    assert text == 'You said: Hi — "done"\n'
    assert (events[0]["type"], events[-1]["type"]) == ("message_start", "message_stop")


def test_a_model_named_by_an_arn(boto):
    arn = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-text-v1:0"
    response = boto.converse(**ask("text") | {"modelId": arn})
    assert content(response)[0]["text"].startswith("You said")


def test_losses_are_told_and_those_of_content_refused(boto, gateway):
    headers = boto.converse(**ask("text", requestMetadata={"team": "blue"}))["ResponseMetadata"]["HTTPHeaders"]
    lost = [] if gateway.api != "messages" else ["request hint unsupported /requestMetadata/team"]
    told = headers.get("x-converse-messages-loss", "")
    assert all(loss in told for loss in lost)
    assert (int(headers["x-converse-messages-losses"]) >= len(lost)) and bool(told) == bool(
        int(headers["x-converse-messages-losses"])
    )
    guarded = ask("text", guardrailConfig={"guardrailIdentifier": "g1", "guardrailVersion": "1"})
    if gateway.api != "messages":
        boto.converse(**guarded)
        return
    with pytest.raises(ClientError) as raised:
        boto.converse(**guarded)
    error = raised.value.response["Error"]
    assert error["Code"] == "ValidationException" and error["Message"].startswith("/guardrailConfig: would be lost")
