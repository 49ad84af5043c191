"""What the fake upstream answers, apart from any API's form: the model's id names a scenario, `claude-<scenario>[-<tag>]`."""

import hashlib
import random
import re
from dataclasses import dataclass, field

SIGNATURE = "EqoBCkgIARABGAIiQL+/a1=="
INPUT = {"city": "Zürich", "days": 2, "exact": [1, 2.5, None, "\\u00e9\n"]}


@dataclass
class Question:
    """What matters of a request."""

    text: str = ""
    images: list[bytes] = field(default_factory=list)
    results: list[tuple[str, str]] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    cached: int = 0


@dataclass
class Text:
    pieces: list[str]


@dataclass
class Thinking:
    pieces: list[str]
    signature: str


@dataclass
class Tool:
    id: str
    name: str
    input: dict


@dataclass
class Answer:
    blocks: list
    stop: str = "end_turn"
    tokens: int = 12
    cache_read: int = 0
    cache_write: int = 0
    # The stream breaks off, or tells of an error, behind the first half of its events.
    cut: bool = False
    fault: "Fault | None" = None


@dataclass
class Fault(Exception):
    """An error in the words of both APIs."""

    status: int
    kind: str
    bedrock_status: int
    bedrock: str
    message: str
    retry_after: str | None = None


INVALID = (400, "invalid_request_error", 400, "ValidationException")
DENIED = (403, "permission_error", 403, "AccessDeniedException")
THROTTLED = (429, "rate_limit_error", 429, "ThrottlingException")
OVERLOADED = (529, "overloaded_error", 503, "ServiceUnavailableException")


def scenario(model):
    """The scenario's name and its tag."""
    found = re.search(r"claude-([a-z]+)(?:-([0-9a-z]+))?", model)
    if not found:
        raise Fault(*INVALID, "The provided model identifier is invalid.")
    name, tag = found.groups()
    return name, "" if tag in (None, "v1") else tag


def pieces(seed, count=40):
    """The text of one of many streams: another one for each seed, with all that needs care in JSON."""
    chance = random.Random(seed)
    alphabet = 'abcdefghij klmnop "\\/\n\t{}[]:,éß漢字🙂\u2028'
    return ["".join(chance.choices(alphabet, k=chance.randint(1, 60))) for _ in range(count)]


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def answer(name, question):
    """The answer to those scenarios that need no server."""
    if name == "text":
        return Answer([Text(["You said: ", *question.text, " — ", '"done"\n'])])
    if name == "tools":
        if question.tools != ["get_weather"]:
            raise Fault(*INVALID, "no tool")
        if question.results:
            return Answer([Text([f"It is {result} ({id})." for id, result in question.results])])
        return Answer([Text(["Let me ", "look."]), Tool("toolu_01A", "get_weather", INPUT)], stop="tool_use")
    if name == "thinking":
        if not question.signatures:
            return Answer([Thinking(["6 × 7 ", "is 42"], SIGNATURE), Text(["42"])])
        if question.signatures != [SIGNATURE]:
            raise Fault(*INVALID, "Invalid `signature` in `thinking` block")
        return Answer([Text(["signature kept"])])
    if name == "images":
        return Answer([Text([hashlib.sha256(image).hexdigest() for image in question.images])])
    if name == "cache":
        return Answer([Text(["cached"])], cache_read=1000 * question.cached, cache_write=200 * question.cached)
    if name == "cut":
        return Answer([Text(["one ", "two ", "three ", "four"])], cut=True)
    if name == "fault":
        return Answer([Text(["one ", "two ", "three ", "four"])], fault=Fault(*OVERLOADED, "Overloaded, sorry"))
    if name == "invalid":
        raise Fault(*INVALID, "prompt is too long: 200001 tokens > 200000 maximum")
    if name == "denied":
        raise Fault(*DENIED, "You don't have access to the model.")
    if name == "throttled":
        raise Fault(*THROTTLED, "Too many requests, please wait.", "17")
    raise Fault(*INVALID, f"no scenario {name}")
