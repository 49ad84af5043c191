"""Our own client of Bedrock, against an upstream that verifies each signature. `BEDROCK_CALLS` names the program that calls."""

import collections
import json
import os
import subprocess

import pytest

import signature
from conftest import PRIVATE, aws

STREAMS = {"messages_stream", "converse_stream", "messages_via_converse_stream", "converse_via_messages_stream"}
COUNTS = {"messages_count_tokens", "count_tokens"}
CALLS = STREAMS | COUNTS | {"messages", "converse", "messages_via_converse", "converse_via_messages"}


def call(upstream, *models, **environment):
    """What came of each call."""
    environment = {**aws(upstream.url), **environment}
    program = [os.environ["BEDROCK_CALLS"], *models]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120, env=environment)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    for secret in (signature.CREDENTIALS.secret_key, signature.CREDENTIALS.token, signature.BEARER, PRIVATE):
        assert secret not in done.stdout
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert collections.Counter(result["call"] for result in results) == {name: len(models) for name in CALLS}
    return results


def text(result):
    value = result["value"]
    content = value["output"]["message"]["content"] if "output" in value else value["content"]
    return "".join(block["text"] for block in content)


def check_answers(results, expected):
    for result in results:
        assert "error" not in result, result
        if result["call"] in COUNTS:
            assert result["value"] in ({"inputTokens": 14}, {"input_tokens": 14})
        else:
            assert text(result) == expected


def test_every_call_is_signed(upstream):
    models = [
        "eu.anthropic.claude-text-v1:0",
        "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-text-v1:0",
        "anthropic.claude-text-v1:0 %2F+ä;=&?#~'()*!@$,",
    ]
    check_answers(call(upstream, *models), 'You said: What is 2 + 2? — "done"\n')


def test_a_bearer_token_instead_of_keys(upstream):
    results = call(upstream, "anthropic.claude-text-v1:0", AWS_BEARER_TOKEN_BEDROCK=signature.BEARER)
    check_answers(results, 'You said: What is 2 + 2? — "done"\n')


@pytest.mark.parametrize(
    "environment",
    [
        {"AWS_SECRET_ACCESS_KEY": PRIVATE},
        {"AWS_SESSION_TOKEN": PRIVATE},
        {"AWS_REGION": "us-east-1"},
        {"AWS_BEARER_TOKEN_BEDROCK": PRIVATE},
    ],
    ids=lambda environment: next(iter(environment)),
)
def test_what_is_signed_wrong_is_refused(upstream, environment):
    for result in call(upstream, "anthropic.claude-text-v1:0", **environment):
        assert result["error"]["status"] == 403 and not result["error"]["retryable"]


def test_a_throttled_call_is_made_again(upstream):
    before = upstream.state()["asked"].get("ours", 0)
    check_answers(call(upstream, "anthropic.claude-throttle-ours-v1:0"), "third time")
    # The two that were refused, and each of the calls but the counts.
    assert upstream.state()["asked"]["ours"] - before == 2 + len(CALLS - COUNTS)


@pytest.mark.parametrize(
    "scenario, status, exception",
    [("invalid", 400, "ValidationException"), ("denied", 403, "AccessDeniedException")],
)
def test_refusals(upstream, scenario, status, exception):
    for result in call(upstream, f"anthropic.claude-{scenario}-v1:0"):
        if result["call"] not in COUNTS:
            error = result["error"]
            assert (error["kind"], error["status"], error["exception"]) == ("Service", status, exception)
            assert error["request_id"] and not error["retryable"]


def test_an_error_within_a_stream(upstream):
    for result in call(upstream, "anthropic.claude-fault-v1:0"):
        if result["call"] in STREAMS:
            assert result["error"]["exception"] == "ServiceUnavailableException" and result["error"]["retryable"]
        else:
            assert "error" not in result


def test_a_connection_that_breaks_off(upstream):
    for result in call(upstream, "anthropic.claude-cut-v1:0"):
        if result["call"] in COUNTS:
            assert "error" not in result
        else:
            assert result["error"]["kind"] == "Interrupted" and result["error"]["retryable"]


def test_tools_thinking_and_the_usage_of_the_cache(upstream):
    """What the types read, by way of either API."""
    for result in call(upstream, "anthropic.claude-cache-v1:0"):
        if result["call"] not in COUNTS:
            usage = result["value"]["usage"]
            assert usage.get("input_tokens", usage.get("inputTokens")) == 20
    for result in call(upstream, "anthropic.claude-thinking-v1:0"):
        if result["call"] not in COUNTS:
            value = result["value"]
            content = value["output"]["message"]["content"] if "output" in value else value["content"]
            reasoning = content[0].get("reasoningContent", {}).get("reasoningText") or content[0]
            assert reasoning["signature"] == "EqoBCkgIARABGAIiQL+/a1=="
            assert reasoning.get("thinking", reasoning.get("text")) == "6 × 7 is 42"
