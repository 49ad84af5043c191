"""The Anthropic SDK through the gateway, before each upstream: as a client of Anthropic's and as one of Bedrock."""

import asyncio
import base64
import hashlib
import os

import anthropic
import pytest

import answers
from conftest import PRIVATE, settings

TOOLS = [{"name": "get_weather", "input_schema": {"type": "object", "properties": {}}}]
THINKING = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
KINDS = [anthropic.Anthropic, anthropic.AnthropicBedrock]
ASYNC_KINDS = [anthropic.AsyncAnthropic, anthropic.AsyncAnthropicBedrock]


def ask(client, scenario, *messages, **more):
    """The arguments of a call."""
    bedrock = isinstance(client, (anthropic.AnthropicBedrock, anthropic.AsyncAnthropicBedrock))
    model = f"eu.anthropic.claude-{scenario}-v1:0" if bedrock else f"claude-{scenario}"
    messages = list(messages) or [user(f"Grüße, {PRIVATE}")]
    return {"model": model, "max_tokens": 2000, "messages": messages, **more}


def user(content):
    return {"role": "user", "content": content}


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.__name__)
def client(request, gateway):
    with request.param(**settings(request.param, gateway)) as client:
        yield client


@pytest.fixture(params=["create", "stream"])
def create(request, client):
    if request.param == "create":
        return client.messages.create

    def stream(**arguments):
        with client.messages.stream(**arguments) as stream:
            return stream.get_final_message()

    return stream


def content(message):
    return [block.model_dump(exclude_none=True) for block in message.content]


def test_text(client, create):
    message = create(**ask(client, "text"))
    assert content(message) == [{"type": "text", "text": f'You said: Grüße, {PRIVATE} — "done"\n'}]
    assert (message.role, message.stop_reason, message.type) == ("assistant", "end_turn", "message")
    assert message.id.startswith("msg_") and "claude-text" in message.model
    # Converse tells the input's tokens at the end of a stream, when the message has long started.
    assert (message.usage.input_tokens, message.usage.output_tokens) == (20, 12)


def test_tools(client, create):
    message = create(**ask(client, "tools", user("The weather?"), tools=TOOLS))
    text, call = content(message)
    assert text["text"] == "Let me look." and message.stop_reason == "tool_use"
    assert (call["id"], call["name"], call["input"]) == ("toolu_01A", "get_weather", answers.INPUT)
    result = {"type": "tool_result", "tool_use_id": call["id"], "content": "sunny"}
    turns = [user("The weather?"), {"role": "assistant", "content": [text, {**call, "type": "tool_use"}]}, user([result])]
    turns[1]["content"] = [{key: value for key, value in block.items() if key != "caller"} for block in turns[1]["content"]]
    message = create(**ask(client, "tools", *turns, tools=TOOLS))
    assert content(message)[0]["text"] == "It is sunny (toolu_01A)."


def test_thinking_comes_back_with_its_signature(client, create):
    message = create(**ask(client, "thinking", user("6 × 7?"), **THINKING))
    thinking, text = content(message)
    assert thinking == {"type": "thinking", "thinking": "6 × 7 is 42", "signature": answers.SIGNATURE}
    turns = [user("6 × 7?"), {"role": "assistant", "content": [thinking, text]}, user("Sure?")]
    message = create(**ask(client, "thinking", *turns, **THINKING))
    assert content(message)[0]["text"] == "signature kept"


def test_images(client, create):
    image = os.urandom(100_000)
    source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(image).decode()}
    question = user([{"type": "image", "source": source}, {"type": "text", "text": "What is it?"}])
    message = create(**ask(client, "images", question))
    assert content(message)[0]["text"] == hashlib.sha256(image).hexdigest()


def test_cache_points_and_the_usage_of_the_cache(client, create):
    cached = {"cache_control": {"type": "ephemeral"}}
    system = [{"type": "text", "text": "Be brief.", **cached}]
    question = user([{"type": "text", "text": "Hi", **cached}])
    usage = create(**ask(client, "cache", question, system=system)).usage
    assert (usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (2000, 400)
    assert usage.input_tokens == 20


@pytest.mark.parametrize(
    "scenario, error, kind, message",
    [
        ("invalid", anthropic.BadRequestError, "invalid_request_error", "prompt is too long: 200001 tokens"),
        ("denied", anthropic.PermissionDeniedError, "permission_error", "You don't have access to the model."),
        ("throttled", anthropic.RateLimitError, "rate_limit_error", "Too many requests, please wait."),
    ],
)
def test_errors(client, create, scenario, error, kind, message):
    with pytest.raises(error) as raised:
        create(**ask(client, scenario))
    error = raised.value
    if isinstance(client, anthropic.Anthropic):
        assert error.body["error"]["type"] == kind and error.request_id
    assert message in str(error)
    assert error.response.headers.get("retry-after") == ("17" if scenario == "throttled" else None)


def test_a_throttled_request_is_tried_again(client, gateway):
    scenario = f"throttle-{type(client).__name__.lower()}{gateway.api}"
    message = client.with_options(max_retries=2).messages.create(**ask(client, scenario))
    assert content(message)[0]["text"] == "third time"


@pytest.mark.parametrize("scenario", ["cut", "fault"])
def test_a_stream_that_fails(client, scenario):
    said = ""
    with pytest.raises(Exception) as raised:
        with client.messages.stream(**ask(client, scenario)) as stream:
            for text in stream.text_stream:
                said += text
    assert not isinstance(raised.value, AssertionError)
    assert said and "four" not in said


def test_token_counts(client):
    question = {"model": "claude-text", "messages": [user("12345")]}
    if isinstance(client, anthropic.Anthropic):
        assert client.messages.count_tokens(**question).input_tokens == 5
    else:
        with pytest.raises(anthropic.AnthropicError):
            client.messages.count_tokens(**question)


def test_betas_travel(client):
    message = client.beta.messages.create(**ask(client, "text"), betas=["context-1m-2025-08-07"])
    assert message.content[0].text.startswith("You said")


@pytest.mark.parametrize("gateway", ["converse"], indirect=True)
def test_losses_of_content_are_refused(client):
    source = {"type": "url", "url": f"https://example.com/{PRIVATE}.png"}
    question = user([{"type": "image", "source": source}, {"type": "text", "text": "What is it?"}])
    with pytest.raises(anthropic.BadRequestError) as raised:
        client.messages.create(**ask(client, "text", question))
    assert "/messages/0/content/0: would be lost" in str(raised.value) and PRIVATE not in str(raised.value)


@pytest.mark.parametrize("kind", ASYNC_KINDS, ids=lambda kind: kind.__name__)
def test_many_at_once(kind, gateway):
    async def main():
        async with kind(**settings(kind, gateway)) as client:
            async def stream(number):
                async with client.messages.stream(**ask(client, "text", user(str(number)))) as stream:
                    return await stream.get_final_text()

            async def create(number):
                return content(await client.messages.create(**ask(client, "text", user(str(number)))))[0]["text"]

            said = await asyncio.gather(*(ask(number) for number in range(20) for ask in (stream, create)))
            assert said == [f'You said: {number} — "done"\n' for number in range(20) for _ in range(2)]

    asyncio.run(main())
