"""The fake upstream, and a gateway before it for each of its APIs. `GATEWAY` names the gateway's program."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import anthropic
import boto3
import pytest
from botocore.config import Config

import fake
import signature

HERE = Path(__file__).parent
UPSTREAMS = ["converse", "invoke", "messages"]
# What must never stand in a log: it is said in tests, or it is a secret.
PRIVATE = "private-marker-7f3a"


class Server:
    """A process that says where it listens."""

    def __init__(self, command, environment, log):
        self.log = log
        with open(log, "wb") as output:
            environment = {"PATH": os.environ["PATH"], **environment}
            self.process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        deadline = time.monotonic() + 30
        while not (found := re.search(r"listening on (http://\S+)\n", log.read_text())):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command} does not listen:\n{log.read_text()}")
            time.sleep(0.02)
        self.url = found[1]

    def memory(self, which="VmHWM"):
        """The most memory that the process has had so far (or `VmRSS`: has now), in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(which)) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="session")
def logs(tmp_path_factory):
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session")
def upstream(logs):
    server = Server([sys.executable, HERE / "fake.py"], {}, logs / "fake")
    server.state = lambda: json.load(urllib.request.urlopen(f"{server.url}/state"))
    yield server
    server.stop()
    assert "Traceback" not in server.log.read_text()


@pytest.fixture(scope="session")
def start(upstream, logs):
    """Starts a gateway before the upstream."""
    started = []

    def start(api, **environment):
        environment = aws(upstream.url) | {
            "GATEWAY_UPSTREAM": api,
            "GATEWAY_ADDRESS": "127.0.0.1:0",
            "GATEWAY_LOG": "trace",
            "ANTHROPIC_BASE_URL": upstream.url,
            "ANTHROPIC_API_KEY": fake.KEY,
            **environment,
        }
        server = Server([os.environ["GATEWAY"]], environment, logs / f"gateway-{len(started)}")
        server.api = api
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()
        log = server.log.read_text()
        for secret in (PRIVATE, fake.KEY, signature.CREDENTIALS.secret_key, signature.CREDENTIALS.token):
            assert secret not in log
        assert "panicked" not in log


def aws(url):
    return {
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
        "AWS_REGION": signature.REGION,
        "AWS_ACCESS_KEY_ID": signature.CREDENTIALS.access_key,
        "AWS_SECRET_ACCESS_KEY": signature.CREDENTIALS.secret_key,
        "AWS_SESSION_TOKEN": signature.CREDENTIALS.token,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture(scope="session", params=UPSTREAMS)
def gateway(request, start):
    return start(request.param)


# What clients bring along themselves is theirs: the gateway does not forward it.
STRANGER = {"aws_access_key_id": "AKIDSTRANGER", "aws_secret_access_key": "strange", "aws_session_token": "stranger"}


@pytest.fixture(scope="session")
def boto(gateway):
    return bedrock_runtime(gateway)


def bedrock_runtime(gateway, attempts=1):
    retries = {"total_max_attempts": attempts, "mode": "standard"}
    config = Config(retries=retries, read_timeout=30, max_pool_connections=4)
    return boto3.client("bedrock-runtime", endpoint_url=gateway.url, region_name="us-west-2", config=config, **STRANGER)


def settings(kind, gateway, **more):
    """The arguments of an Anthropic client."""
    if kind in (anthropic.Anthropic, anthropic.AsyncAnthropic):
        return {"api_key": "sk-stranger", "base_url": gateway.url, "max_retries": 0, "timeout": 30, **more}
    own = {"aws_access_key": "AKIDSTRANGER", "aws_secret_key": "strange", "aws_region": "us-west-2"}
    return {**own, "base_url": gateway.url, "max_retries": 0, "timeout": 30, **more}
