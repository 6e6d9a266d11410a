"""The ASGI entry answers /v1/ as the WSGI entry does."""

import asyncio
import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator

from regard.ledger.models import Batch
from regard.listen.tracking.calls import LARGEST_BODY
from regard.project.asgi import application

pytestmark = pytest.mark.django_db(transaction=True)
TRACK = json.dumps({"userId": "u1", "event": "Played"}).encode()


def ask(
    path: str, *parts: bytes, key: str = "", method: str = "POST"
) -> tuple[int, bytes, dict[bytes, bytes]]:
    """What the entry answers to a body that comes in parts; parts are read no further than it asks."""

    async def asking() -> Any:
        headers = [(b"host", b"localhost")]
        headers += [(b"authorization", b"Basic " + b64encode(f"{key}:".encode()))] if key else []
        scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}
        client = ApplicationCommunicator(application, scope)
        for number, part in enumerate(parts, 1):
            await client.send_input({"type": "http.request", "body": part, "more_body": number < len(parts)})
        start = await client.receive_output(timeout=20)
        body = await client.receive_output(timeout=20)
        return start["status"], body["body"], dict(start["headers"])

    with ThreadPoolExecutor(1) as thread:  # in this one a browser of other tests may keep its event loop
        return thread.submit(asyncio.run, asking()).result()


def test_a_call_is_taken(key: str) -> None:
    status, body, headers = ask("/v1/track", TRACK[:9], TRACK[9:], key=key)
    assert (status, body) == (200, b'{"success": true}')
    assert headers[b"content-length"] == b"17"
    assert Batch.objects.get().source == "shop"


def test_a_call_without_a_key_is_refused() -> None:
    status, body, _ = ask("/v1/track", TRACK)
    assert (status, json.loads(body)["code"]) == (401, "no_key")


def test_a_body_without_end_is_refused(key: str) -> None:
    status, body, _ = ask("/v1/batch", *[b" " * (LARGEST_BODY // 2)] * 8, key=key)
    assert (status, json.loads(body)["code"]) == (400, "bad_input")


def test_other_addresses_are_djangos() -> None:
    assert ask("/sign-in", b"", method="GET")[0] == 200
