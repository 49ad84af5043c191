"""An upstream on loopback that answers like the wire: the Messages API and the Bedrock runtime.

Run as a program it prints its address and serves until it is stopped. `GET /state` tells what it sees.
"""

import asyncio
import base64
import collections
import json
import sys
import urllib.parse

import botocore.loaders
import botocore.model
from aiohttp import web
from botocore.validate import ParamValidator

import forms
import signature
from answers import INVALID, THROTTLED, Answer, Fault, Text, answer, pieces, scenario

KEY = "sk-ant-EXAMPLE-of-a-key"
REQUEST_ID = "3f1d6c6e-0c4e-4a55-9d21-6a2f7d1c2b3a"
# What a request may bring along. Anything else was forwarded without need.
HEADERS = {"host", "content-type", "content-length", "accept", "accept-encoding", "user-agent", "transfer-encoding"}
MESSAGES_HEADERS = HEADERS | {"x-api-key", "anthropic-version", "anthropic-beta"}
BEDROCK_HEADERS = HEADERS | {"authorization"}
SERVICE = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("bedrock-runtime", "service-2"))


class State:
    """What tests ask for."""

    def __init__(self):
        self.open = collections.Counter()
        self.peak = collections.Counter()
        self.asked = collections.Counter()
        self.written = collections.Counter()
        self.here = {}

    def show(self):
        return {name: getattr(self, name) for name in ("open", "peak", "asked", "written")}


STATE = State()


# Who asks what


async def messages(request, body):
    headers = {name.lower(): value for name, value in request.headers.items()}
    if headers.get("x-api-key") != KEY:
        raise Fault(401, "authentication_error", 403, "AccessDeniedException", "invalid x-api-key")
    forms.check_version(headers.get("anthropic-version"), "2023-06-01", body)
    only(headers, headers.keys() - MESSAGES_HEADERS)
    if not isinstance(body.get("model"), str) or not body.get("messages"):
        raise Fault(*INVALID, "model, messages: Field required")
    if "anthropic_beta" in body or "betas" in body or "anthropic_version" in body:
        raise Fault(*INVALID, "betas and version are headers")
    return body["model"]


async def bedrock(request, raw):
    headers = {name.lower(): value for name, value in request.headers.items()}
    # The path as it was sent, not as it was understood.
    url = f"http://{request.host}{request.raw_path}"
    signature.check(request.method, url, headers, raw)
    only(headers, {name for name in headers.keys() - BEDROCK_HEADERS if not name.startswith(("x-amz-", "x-amzn-bedrock-"))})
    return urllib.parse.unquote(request.raw_path.split("/")[2])


def only(headers, unexpected):
    """Whatever clients say of themselves to a gateway has `stranger` in it."""
    unexpected = unexpected | {name for name, value in headers.items() if "stranger" in value.lower()}
    if unexpected:
        raise Fault(*INVALID, f"headers that nobody needs: {sorted(unexpected)}")


def check_shape(operation, parameters):
    """By the model of the service that botocore has."""
    report = ParamValidator().validate(parameters, SERVICE.operation_model(operation).input_shape)
    if report.has_errors():
        raise Fault(*INVALID, report.generate_report())


# What they get


async def play(request, model, question):
    """The answer of a scenario, once its time has come."""
    name, tag = scenario(model)
    if name == "headers":
        headers = {name.lower(): value for name, value in request.headers.items()}
        own = {name: value for name, value in headers.items() if name.startswith("x-amzn-bedrock-")}
        return Answer([Text([json.dumps(own)])])
    if name == "model":
        return Answer([Text([model])])
    if name == "throttle":
        STATE.asked[tag] += 1
        if STATE.asked[tag] <= 2:
            raise Fault(*THROTTLED, "Too many requests, please wait before trying again.", "1")
        return Answer([Text(["third ", "time"])])
    if name == "slow":
        await asyncio.sleep(600)
    if name == "load":
        return Answer([Text(pieces(int(tag.split("x")[0])))])
    if name == "flood":
        return Answer([Text(["x" * 65536] * 1024)])
    if name == "drip":
        return Answer([Text(["drip "] * 3000)])
    if name == "large":
        return Answer([Text([str(len(question.text))])])
    return answer(name, question)


async def stream(request, model, played, events, fault_event, content_type):
    """Writes the events. Many streams together wait for each other in the middle, so that all are open at once."""
    name, tag = scenario(model)
    response = web.StreamResponse(headers=ids() | {"Content-Type": content_type})
    await response.prepare(request)
    middle = len(events) // 2
    for number, event in enumerate(events):
        if number == middle:
            if played.cut:
                await asyncio.sleep(0.05)
                request.transport.abort()
                return response
            if played.fault:
                await response.write(fault_event(played.fault))
                return response
            if name == "load":
                await all_together(tag)
        if name == "drip":
            await asyncio.sleep(0.02)
        await response.write(event)
        STATE.written[model] += len(event)
    return response


async def all_together(tag):
    """The tag: which stream, of how many, in which run."""
    _, count, run = tag.split("x")
    here = STATE.here.setdefault(run, [0, asyncio.Event()])
    here[0] += 1
    if here[0] == int(count):
        here[1].set()
    await asyncio.wait_for(here[1].wait(), 120)


def ids():
    return {"request-id": "req_011CSHoEeqs5C35K2UUqR7Fy", "x-amzn-RequestId": REQUEST_ID, "Server": "fake", "X-Inner": "1"}


async def whole(request, document, cut):
    text = json.dumps(document, ensure_ascii=False).encode()
    if not cut:
        return web.Response(body=text, content_type="application/json", headers=ids())
    response = web.StreamResponse(headers=ids() | {"Content-Type": "application/json", "Content-Length": str(len(text))})
    await response.prepare(request)
    await response.write(text[: len(text) // 2])
    request.transport.close()
    return response


# Operations


async def create_message(request, raw):
    body = json.loads(raw)
    model = await messages(request, body)
    if not isinstance(body.get("max_tokens"), int):
        raise Fault(*INVALID, "max_tokens: Field required")
    played = await play(request, model, forms.question_of_messages(body))
    if not body.get("stream"):
        return await whole(request, forms.message(played, model), played.cut)
    events = [forms.sse(event) for event in forms.message_events(played, model)]
    fault = lambda fault: forms.sse(forms.messages_error(fault) | {"type": "error"})
    return await stream(request, model, played, events, fault, "text/event-stream; charset=utf-8")


async def count_message(request, raw):
    body = json.loads(raw)
    await messages(request, body)
    if "max_tokens" in body:
        raise Fault(*INVALID, "max_tokens: Extra inputs are not permitted")
    return web.json_response({"input_tokens": len(forms.question_of_messages(body).text)}, headers=ids())


async def converse(request, raw):
    model = await bedrock(request, raw)
    body = json.loads(raw)
    streams = request.path.endswith("-stream")
    check_shape("ConverseStream" if streams else "Converse", body | {"modelId": model})
    played = await play(request, model, forms.question_of_converse(body))
    if not streams:
        return await whole(request, forms.converse(played), played.cut)
    events = [forms.event_frame(*event, number) for number, event in enumerate(forms.converse_events(played))]
    return await stream(request, model, played, events, forms.exception_frame, "application/vnd.amazon.eventstream")


async def invoke(request, raw):
    model = await bedrock(request, raw)
    body = forms.invoke_body(json.loads(raw))
    played = await play(request, model, forms.question_of_messages(body))
    if not request.path.endswith("-stream"):
        return await whole(request, forms.message(played, model), played.cut)
    events = forms.message_events(played, model, bedrock=True)
    events = [forms.chunk_frame(event, number) for number, event in enumerate(events)]
    return await stream(request, model, played, events, forms.exception_frame, "application/vnd.amazon.eventstream")


async def count_tokens(request, raw):
    model = await bedrock(request, raw)
    body = json.loads(raw)
    check_shape("CountTokens", body | {"modelId": model})
    if "converse" in body["input"]:
        question = forms.question_of_converse(body["input"]["converse"])
    else:
        inner = forms.invoke_body(json.loads(base64.b64decode(body["input"]["invokeModel"]["body"], validate=True)))
        question = forms.question_of_messages(inner)
    return web.json_response({"inputTokens": len(question.text)}, headers=ids())


def operation(serve, is_bedrock):
    async def served(request):
        raw = await request.read()
        STATE.open["all"] += 1
        STATE.peak["all"] = max(STATE.peak["all"], STATE.open["all"])
        try:
            return await serve(request, raw)
        except Fault as fault:
            return refusal(fault, is_bedrock)
        except ConnectionResetError:
            # Whoever asked has gone.
            return web.Response()
        except ValueError:
            return refusal(Fault(*INVALID, "not JSON"), is_bedrock)
        finally:
            STATE.open["all"] -= 1

    return served


def refusal(fault, is_bedrock):
    headers = ids() | ({"Retry-After": fault.retry_after} if fault.retry_after else {})
    if not is_bedrock:
        return web.json_response(forms.messages_error(fault), status=fault.status, headers=headers)
    headers["x-amzn-ErrorType"] = f"{fault.bedrock}:http://internal.amazon.com/coral/com.amazon.bedrock/"
    return web.json_response({"message": fault.message}, status=fault.bedrock_status, headers=headers)


async def state(_):
    return web.json_response(STATE.show())


async def main():
    app = web.Application(client_max_size=1 << 30)
    app.router.add_get("/state", state)
    app.router.add_post("/v1/messages", operation(create_message, False))
    app.router.add_post("/v1/messages/count_tokens", operation(count_message, False))
    for name, serve in [("converse", converse), ("converse-stream", converse), ("invoke", invoke)]:
        app.router.add_post(f"/model/{{id}}/{name}", operation(serve, True))
    app.router.add_post("/model/{id}/invoke-with-response-stream", operation(invoke, True))
    app.router.add_post("/model/{id}/count-tokens", operation(count_tokens, True))
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
    await site.start()
    print(f"listening on http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
