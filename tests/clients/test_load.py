"""Many streams at once, slow readers, and readers that go away."""

import asyncio
import base64
import contextlib
import json
import time

import aiohttp
import pytest
from yarl import URL
from botocore.eventstream import EventStreamBuffer

import answers

STREAMS = 1000
# Megabytes that the streams together may need, in a build without optimisation.
MEMORY = 128
# What may be on its way to a reader who does not read, in bytes of the upstream's: the system's buffers of two connections.
HELD = 32 << 20


class Sse:
    """The events of a stream of Messages."""

    def __init__(self):
        self.rest = b""

    def push(self, data):
        *events, self.rest = (self.rest + data).split(b"\n\n")
        for event in events:
            name, data = event.split(b"\n", 1)
            event = json.loads(data.removeprefix(b"data: "))
            assert name == f"event: {event['type']}".encode()
            yield event["type"], event.get("delta", {}).get("text")


class Frames:
    """Those of a stream of Converse, or the chunks of one of InvokeModel, as botocore reads them."""

    def __init__(self):
        self.buffer = EventStreamBuffer()

    def push(self, data):
        self.buffer.add_data(data)
        for event in self.buffer:
            payload, name = json.loads(event.payload), event.headers.get(":event-type", "exception")
            if name == "chunk":
                event = json.loads(base64.b64decode(payload["bytes"]))
                yield event["type"], event.get("delta", {}).get("text")
            else:
                yield name, payload.get("delta", {}).get("text")


def converse(model):
    body = {"messages": [{"role": "user", "content": [{"text": "Go"}]}], "inferenceConfig": {"maxTokens": 9}}
    return f"/model/anthropic.claude-{model}-v1%3A0/converse-stream", body, Frames, "metadata"


def invoke(model):
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [{"role": "user", "content": "Go"}]}
    return f"/model/anthropic.claude-{model}-v1%3A0/invoke-with-response-stream", body, Frames, "message_stop"


def messages(model):
    body = {"model": f"claude-{model}", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "Go"}]}
    return "/v1/messages", body, Sse, "message_stop"


def session():
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=120))


async def said(client, gateway, front, model):
    """All that a stream says, if it comes to its end."""
    address, body, reader, last = front(model)
    reader, text, name = reader(), [], None
    async with client.post(URL(gateway.url + address, encoded=True), json=body) as response:
        assert response.status == 200, await response.text()
        async for data in response.content.iter_any():
            for name, delta in reader.push(data):
                text.append(delta or "")
    assert name == last
    return "".join(text)


@pytest.mark.parametrize("api, fronts", [("messages", (converse, invoke)), ("converse", (messages, invoke))])
def test_a_thousand_streams(api, fronts, start, upstream, capsys):
    """All of them converted: each has a text of its own, and all are open at once."""
    # One that has done nothing else yet: its peak is that of the streams.
    gateway = start(api)
    before = gateway.memory()

    async def main():
        async with session() as client:
            names = [f"load-{number}x{STREAMS}x{gateway.api}" for number in range(STREAMS)]
            calls = (said(client, gateway, fronts[n % 2], name) for n, name in enumerate(names))
            return await asyncio.gather(*calls)

    started = time.monotonic()
    texts = asyncio.run(main())
    for number, text in enumerate(texts):
        assert answers.digest(text) == answers.digest("".join(answers.pieces(number))), f"stream {number} is corrupted"
    assert upstream.state()["peak"]["all"] >= STREAMS
    peak, size = gateway.memory(), sum(len(text.encode()) for text in texts)
    with capsys.disabled():
        print(f"\n{STREAMS} streams at once before {gateway.api}, {size >> 10} KiB of text, {time.monotonic() - started:.0f} s:", end=" ")
        print(f"the gateway's memory was {before:.0f} MB before and {peak:.0f} MB at its peak")
    assert peak - before < MEMORY


def pick(front, gateway, model):
    """A raw connection, which is read only as far as a test does."""
    address, body, *_ = front(model)
    return raw(gateway, address, json.dumps(body).encode())


@contextlib.asynccontextmanager
async def raw(gateway, address, body):
    host, port = gateway.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1 << 16)
    head = f"POST {address} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    try:
        yield reader
    finally:
        writer.transport.abort()


async def until(condition, seconds=5):
    """Waits for what is to come soon."""
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < deadline, "it does not come"
        await asyncio.sleep(0.05)


async def settled(count):
    """The count, once it has not changed for a second."""
    last, since = None, time.monotonic()
    while time.monotonic() - since < 1:
        now = await asyncio.to_thread(count)
        if now == 0 or now != last:
            last, since = now, time.monotonic()
        await asyncio.sleep(0.1)
    return last


@pytest.mark.parametrize("front", [converse, invoke, messages])
def test_a_slow_reader_holds_back_only_itself(front, gateway, upstream):
    """It asks for 64 MB and reads none of it. The upstream has to wait, the gateway holds next to nothing, and others do not notice."""
    tag = f"{front.__name__}{gateway.api}"

    async def main():
        before = gateway.memory("VmRSS")
        async with pick(front, gateway, f"flood-{tag}"), session() as client:
            count = lambda: sum(size for model, size in upstream.state()["written"].items() if f"flood-{tag}" in model)
            held = await settled(count)
            assert 0 < held < HELD
            await asyncio.gather(*(said(client, gateway, front, "text") for _ in range(50)))
            assert await asyncio.to_thread(count) == held
            assert gateway.memory("VmRSS") - before < 16

    asyncio.run(main())


@pytest.mark.parametrize("front", [converse, invoke, messages])
@pytest.mark.parametrize("scenario", ["slow", "drip", "flood"])
def test_a_client_that_goes_away_frees_its_upstream_connection(scenario, front, gateway, upstream):
    """Before the answer begins, while it waits for more, and while more waits for it."""
    open_calls = lambda: upstream.state()["open"]["all"]

    async def main():
        await until(lambda: open_calls() == 0)
        async with contextlib.AsyncExitStack() as clients:
            for _ in range(5):
                reader = await clients.enter_async_context(pick(front, gateway, scenario))
                if scenario != "slow":
                    await reader.readexactly(500)
            await until(lambda: open_calls() == 5)
        await until(lambda: open_calls() == 0)

    asyncio.run(main())
