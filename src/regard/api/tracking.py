"""The tracking API, as the clients of Segment and RudderStack speak it: `POST /v1/track` and its like.

It stands in front of Django: hundreds of requests a second come here, and none of them needs sessions, pages or
middleware. Each answer is one write of a few bytes.
"""

import base64
import binascii
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
from django.conf import settings
from django.db import InterfaceError, OperationalError

from regard.access.rates import count_request
from regard.api.refusals import KeyMissingError, when_to_come_back
from regard.errors import AccessError, InputError, NotFoundError, RegardError, StoreError
from regard.listen.tracking import calls
from regard.listen.tracking.actions import receive
from regard.listen.tracking.queries import KnownKey, is_origin_of_any_key, key_of

PREFIX = "/v1/"
KINDS = {name: name for name in (*calls.TYPES, *calls.SEVERAL)} | {
    "i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": "batch",
}  # fmt: skip
PACKED = ("gzip", "x-gzip")
DAY = "86400"
REASONS = {
    200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed",
    429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip

logger = logging.getLogger(__name__)
Environ = dict[str, Any]


class StartResponse(Protocol):
    def __call__(self, status: str, headers: list[tuple[str, str]], /) -> Any: ...


Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class MethodError(RegardError):
    code = "wrong_method"
    http_status = 405


@dataclass
class Answer:
    """What goes back."""

    status: int = 200
    body: bytes = b'{"success": true}'
    headers: list[tuple[str, str]] = field(default_factory=list)


def track_first(otherwise: Application) -> Application:
    """An application that answers /v1/ itself and leaves everything else to another."""

    def application(environ: Environ, start: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(PREFIX):
            return otherwise(environ, start)
        answer = answer_request(environ)
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer.body)))]
        start(f"{answer.status} {REASONS[answer.status]}", headers + answer.headers)
        return [answer.body]

    return application


def answer_request(environ: Environ) -> Answer:
    """Answer whatever comes to an address below /v1/; clients try 5xx again for hours, so it is kept for stores."""
    try:
        answer = _answer(environ)
    except RegardError as error:
        answer = _refusal(error)
    except (OperationalError, InterfaceError) as error:
        logger.warning("the database is away: %s", error)
        answer = _refusal(StoreError("The database is busy or away.", hint="Try again."))
    except Exception:
        logger.exception("the tracking API broke")
        answer = _refusal(RegardError("Something broke here; it is written down."))
    origin = environ.get("HTTP_ORIGIN")
    if origin and answer.status != 403:
        answer.headers += [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")]
    return answer


def _answer(environ: Environ) -> Answer:
    name = environ["PATH_INFO"][len(PREFIX) :].rstrip("/")
    method = environ["REQUEST_METHOD"]
    if method == "OPTIONS":
        return _preflight(environ.get("HTTP_ORIGIN", ""))
    if name.startswith("projects/") and name.endswith("/settings"):
        return _settings(name.removeprefix("projects/").removesuffix("/settings"), environ)
    kind = KINDS.get(name)
    if kind is None:
        raise NotFoundError("There is no such address.", hint="docs/tracking.md lists them.")
    if method != "POST":
        raise MethodError("Calls are sent with POST.")
    packed = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower() in PACKED
    body = calls.tidy(calls.unpack(_body(environ), packed=packed))
    text = _key_in_header(environ.get("HTTP_AUTHORIZATION", "")) or calls.key_within(body)
    key = _allowed(text, environ.get("HTTP_ORIGIN", ""))
    count_request("write-key", str(key.number), limit=settings.REGARD_TRACKING_KEY_LIMIT)
    receive(kind, body, source=key.source)
    return Answer()


def _body(environ: Environ) -> bytes:
    """The body as sent, refused before it is read where it says that it is too large."""
    length = environ.get("CONTENT_LENGTH") or ""
    limit = calls.LARGEST_BODY + 1
    if length.isdigit():
        limit = min(limit, int(length))
        if int(length) > calls.LARGEST_BODY:
            raise calls.too_large()
    body: bytes = environ["wsgi.input"].read(limit)
    if length.isdigit() and len(body) < int(length):
        raise InputError("The body ends too early.")
    return body


def _key_in_header(header: str) -> str:
    """The write key: the user of Basic (some clients leave out the colon after it), or a Bearer's token."""
    scheme, _, said = header.strip().partition(" ")
    if scheme.lower() == "bearer":
        return said.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(said.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _allowed(text: str, origin: str) -> KnownKey:
    """The key, if it is in force and this page may use it."""
    key = key_of(text) if text else None
    if key is None:
        raise KeyMissingError(
            "No valid write key came with the request.", hint="Keys are made under Settings, Tracking."
        )
    if not key.allows(origin):
        raise AccessError(
            f"Pages of {origin[:100]} may not send with this key.",
            hint="Add the origin to the key under Settings, Tracking.",
        )
    return key


def _preflight(origin: str) -> Answer:
    """May a page send here? Which key it has, a browser says only afterwards."""
    if not origin or not is_origin_of_any_key(origin):
        raise AccessError(
            "Pages of this origin may not send.", hint="Add it to a key under Settings, Tracking."
        )
    return Answer(
        204,
        b"",
        [
            ("Access-Control-Allow-Methods", "POST, GET, OPTIONS"),
            ("Access-Control-Allow-Headers", "Authorization, Content-Type, Content-Encoding, X-Retry-Count"),
            ("Access-Control-Max-Age", DAY),
        ],
    )


def _settings(text: str, environ: Environ) -> Answer:
    """What analytics-next asks for before it sends: where to, and no other destination."""
    _allowed(text, environ.get("HTTP_ORIGIN", ""))
    there = f"{environ.get('HTTP_HOST', 'localhost')}{PREFIX.rstrip('/')}"
    said = {
        "integrations": {
            "Segment.io": {"apiKey": text, "apiHost": there, "versionSettings": {"version": "4.4.7"}}
        },
        "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }
    return Answer(body=msgspec.json.encode(said))


def _refusal(error: RegardError) -> Answer:
    body = msgspec.json.encode({"code": error.code, "message": str(error)})
    return Answer(error.http_status, body, list(when_to_come_back(error).items()))
