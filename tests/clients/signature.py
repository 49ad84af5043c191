"""Checks who asks: the signature is computed anew by botocore's own signer, from what has arrived."""

import datetime
import hashlib

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from answers import Fault

REGION = "eu-central-1"
CREDENTIALS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "session/token+EXAMPLE==")
BEARER = "bedrock-api-key-EXAMPLE"
REFUSED = (401, "authentication_error", 403)


def check(method, url, headers, body):
    """Refuses what is not signed right. `url` has the path as it was sent, and `headers` lower-case names."""
    authorization = headers.get("authorization", "")
    if authorization == f"Bearer {BEARER}":
        return
    if not authorization.startswith("AWS4-HMAC-SHA256 "):
        raise Fault(*REFUSED, "MissingAuthenticationTokenException", "Missing Authentication Token")
    parts = dict(part.split("=", 1) for part in authorization.split(" ", 1)[1].replace(" ", "").split(","))
    signed = parts["SignedHeaders"].split(";")
    if not {"host", "x-amz-date", "x-amz-security-token"} <= set(signed):
        raise invalid("host, date and token must be signed")
    if headers["x-amz-security-token"] != CREDENTIALS.token:
        raise Fault(*REFUSED, "UnrecognizedClientException", "The security token included in the request is invalid.")
    declared = headers.get("x-amz-content-sha256")
    if declared not in (None, hashlib.sha256(body).hexdigest()):
        raise invalid("the body is not the one that was signed")
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    if abs(now - datetime.datetime.strptime(headers["x-amz-date"], SIGV4_TIMESTAMP)) > datetime.timedelta(minutes=5):
        raise invalid("Signature expired")

    request = AWSRequest(method, url, {name: headers[name] for name in signed}, body)
    request.context["timestamp"] = headers["x-amz-date"]
    signer = SigV4Auth(CREDENTIALS, "bedrock", REGION)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    if parts["Credential"] != signer.scope(request) or parts["Signature"] != signer.signature(text, request):
        raise invalid("The request signature we calculated does not match the signature you provided.")


def invalid(message):
    return Fault(*REFUSED, "InvalidSignatureException", message)
