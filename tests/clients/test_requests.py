"""Requests as no client sends them, and the size of requests."""

import json
import socket
import urllib.error
import urllib.request

import pytest

import signature
from conftest import PRIVATE, UPSTREAMS, bedrock_runtime

MB = 1 << 20
ADDRESSES = {
    "converse": "/model/anthropic.claude-text-v1:0/converse",
    "converse_stream": "/model/anthropic.claude-text-v1:0/converse-stream",
    "invoke": "/model/anthropic.claude-text-v1:0/invoke",
    "messages": "/v1/messages",
    "count": "/v1/messages/count_tokens",
}


def post(gateway, address, body, **headers):
    """The status, the headers and the body."""
    headers = {"content-type": "application/json", **headers}
    request = urllib.request.Request(gateway.url + address, body, headers)
    try:
        response = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:
        response = error
    return response.status, response.headers, response.read()


def check_error(front, response, status, kind, name):
    """The error is in the form of the API that was asked; gives its message."""
    found, headers, body = response
    assert found == status and headers["content-type"] == "application/json"
    body = json.loads(body)
    if front in ("messages", "count"):
        assert body["type"] == "error" and body["error"]["type"] == kind
        return body["error"]["message"]
    assert headers["x-amzn-errortype"] == name and list(body) == ["message"]
    return body["message"]


# What needs no conversion is passed on if it is JSON: of its members the upstream judges.
ALL = [(front, api) for front in ADDRESSES for api in UPSTREAMS]
CONVERTED = [(front, api) for front, api in ALL if api not in front and (front, api) != ("count", "messages")]


def check_malformed(front, gateway, body, path):
    response = post(gateway, ADDRESSES[front], body)
    message = check_error(front, response, 400, "invalid_request_error", "ValidationException")
    assert message.startswith(f"{path}: " if path else "")


@pytest.mark.parametrize("front, gateway", CONVERTED, indirect=["gateway"])
@pytest.mark.parametrize(
    "body, path",
    [
        (b'{"messages": [{"role": "user", "content": 7}]}', "/messages/0/content"),
        (b'{"messages": [{"role": 7, "content": []}]}', "/messages/0/role"),
    ],
)
def test_malformed_requests(front, gateway, body, path):
    check_malformed(front, gateway, body, path)


@pytest.mark.parametrize("front, gateway", ALL, indirect=["gateway"])
@pytest.mark.parametrize(
    "body, path",
    [
        (b'{"messages": [], "messages": []}', "/messages"),
        (b'{"messages": [{"role": "user", "content": [{"text": "\\ud800"}]}]}', "/messages/0/content/0/text"),
        (b'{"messages": [', ""),
        (b"\xff", ""),
    ],
)
def test_requests_that_are_not_json(front, gateway, body, path):
    check_malformed(front, gateway, body, path)


def messages(text):
    body = {"model": "claude-large", "max_tokens": 9, "messages": [{"role": "user", "content": text}]}
    return json.dumps(body).encode()


def test_requests_of_20_mb_pass_and_larger_ones_than_the_limit_do_not(gateway):
    image = bytes(15 * MB)
    boto = bedrock_runtime(gateway)
    content = [{"image": {"format": "png", "source": {"bytes": image}}}, {"text": "x"}]
    question = {"role": "user", "content": content}
    answer = boto.converse(modelId="anthropic.claude-images-v1:0", messages=[question])
    assert len(answer["output"]["message"]["content"][0]["text"]) == 64
    status, _, body = post(gateway, "/v1/messages", messages("a" * 20 * MB))
    assert status == 200 and json.loads(body)["content"][0]["text"] == str(20 * MB)

    for front, address in ADDRESSES.items():
        response = post(gateway, address, messages("a" * 33 * MB))
        message = check_error(front, response, 413, "request_too_large", "ValidationException")
        assert str(32 * MB) in message


QUESTIONS = {
    "converse": {"messages": [{"role": "user", "content": [{"text": "Hi"}]}], "inferenceConfig": {"maxTokens": 9}},
    "invoke": {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]},
    "messages": {"model": "claude-text", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]},
    "count": {"model": "claude-text", "messages": [{"role": "user", "content": "Hi"}]},
}


@pytest.mark.parametrize("front", QUESTIONS)
def test_headers_that_the_upstream_does_not_need_stay_behind(front, gateway):
    """It refuses them, and all that strangers say of themselves."""
    names = ["Authorization", "Cookie", "Origin", "User-Agent", "X-Api-Key", "X-Forwarded-For", "X-Amz-Security-Token"]
    body = json.dumps(QUESTIONS[front]).encode()
    status, _, body = post(gateway, ADDRESSES[front], body, **{name: "stranger" for name in names})
    assert status == 200, body


def test_a_client_that_listens_only_when_it_has_sent_all_hears_why(start):
    gateway = start("messages", GATEWAY_MAX_REQUEST=str(16 * MB))
    assert post(gateway, "/v1/messages", messages("a" * 31 * MB))[0] == 413


def test_the_limit_can_be_set(start):
    gateway = start("messages", GATEWAY_MAX_REQUEST="1000")
    assert post(gateway, "/v1/messages", messages("a" * 800))[0] == 200
    assert post(gateway, "/v1/messages", messages("a" * 1000))[0] == 413
    # Without a length.
    assert b" 413 " in chunked(gateway, messages("a" * 1000))


def chunked(gateway, body):
    host, port = gateway.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        head = f"POST /v1/messages HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode() + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        return connection.recv(4096)


def test_nothing_else_is_served(gateway):
    for address, front in [("/v1/models", "messages"), ("/model/m/chat", "converse"), ("/", "converse")]:
        response = post(gateway, address, b"{}")
        check_error(front, response, 404, "not_found_error", "ResourceNotFoundException")


def test_an_address_that_is_no_text(gateway):
    response = post(gateway, "/model/%FF/converse", b"{}")
    check_error("converse", response, 400, "invalid_request_error", "ValidationException")


def test_the_policy_can_be_set(start):
    body = {"messages": [{"role": "user", "content": [{"text": "Hi"}]}]}
    guarded = body | {"guardrailConfig": {"guardrailIdentifier": "g", "guardrailVersion": "1"}}
    limited = body | {"inferenceConfig": {"maxTokens": 9}}

    def status(gateway, body):
        # This id has nothing to lose.
        response = post(gateway, "/model/claude-text/converse", json.dumps(body).encode())
        return response[0], int(response[1].get("x-converse-messages-losses") or 0)

    content = start("messages")
    assert [status(content, body) for body in (body, guarded, limited)] == [(200, 1), (400, 0), (200, 0)]
    allow = start("messages", GATEWAY_LOSS="allow")
    assert [status(allow, body) for body in (body, guarded, limited)] == [(200, 1), (200, 2), (200, 0)]
    deny = start("messages", GATEWAY_LOSS="deny")
    assert [status(deny, body) for body in (body, guarded, limited)] == [(400, 0), (400, 0), (200, 0)]


def test_an_upstream_that_is_not_there(start):
    for api in ("converse", "messages"):
        nowhere = "http://127.0.0.1:9"
        gateway = start(api, AWS_ENDPOINT_URL_BEDROCK_RUNTIME=nowhere, ANTHROPIC_BASE_URL=nowhere)
        response = post(gateway, ADDRESSES["messages"], messages("Hi"))
        assert "127.0.0.1" not in check_error("messages", response, 500, "api_error", "")


def test_credentials_that_are_refused(start):
    gateway = start("converse", AWS_SESSION_TOKEN=PRIVATE)
    message = check_error("messages", post(gateway, "/v1/messages", messages("Hi")), 401, "authentication_error", "")
    assert message == "the gateway's credentials were refused"
    gateway = start("messages", ANTHROPIC_API_KEY="sk-other")
    address = "/model/anthropic.claude-text-v1:0/converse"
    body = json.dumps({"messages": [{"role": "user", "content": [{"text": "Hi"}]}]}).encode()
    check_error("converse", post(gateway, address, body), 403, "", "AccessDeniedException")


def test_a_bearer_token_instead_of_keys(start):
    gateway = start("converse", AWS_BEARER_TOKEN_BEDROCK=signature.BEARER)
    status, _, body = post(gateway, "/v1/messages", messages("Hi").replace(b"large", b"text"))
    assert status == 200 and b"You said: Hi" in body


def test_the_geography_of_models(start):
    gateway = start("converse", GATEWAY_GEO="eu")
    status, headers, body = post(gateway, "/v1/messages", messages("Hi").replace(b"large", b"model"))
    body = json.loads(body)
    assert status == 200 and body["content"][0]["text"] == "eu.anthropic.claude-model"
    assert body["model"] == "claude-model" and headers["x-converse-messages-losses"] == "0"


def test_guardrails_reach_invoke_model_as_headers(start):
    gateway = start("invoke")
    guardrail = {"guardrailIdentifier": "g1", "guardrailVersion": "7", "trace": "enabled"}
    body = {"messages": [{"role": "user", "content": [{"text": "Hi"}]}], "guardrailConfig": guardrail}
    status, _, body = post(gateway, "/model/anthropic.claude-headers-v1:0/converse", json.dumps(body).encode())
    assert status == 200, body
    said = json.loads(body)["output"]["message"]["content"][0]["text"]
    assert json.loads(said) == {
        "x-amzn-bedrock-guardrailidentifier": "g1",
        "x-amzn-bedrock-guardrailversion": "7",
        "x-amzn-bedrock-trace": "ENABLED",
    }
