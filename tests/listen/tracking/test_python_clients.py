"""The clients that companies have, unmodified, against a real server."""

import json
import sqlite3
import time
import uuid
from typing import Any

import pytest
import requests

from tests.listen.tracking.server import Running, wait_until

segment = pytest.importorskip("segment.analytics.client", reason="segment-analytics-python is not installed")
rudder = pytest.importorskip("rudderstack.analytics.client", reason="rudder-sdk-python is not installed")

pytestmark = pytest.mark.slow  # a real server takes seconds to start


def talk(client: Any, user: str) -> None:
    """What a shop tells through a client, whichever it is."""
    visitor = f"visitor-{user}"
    client.page(anonymous_id=visitor, name="Start", properties={"path": "/"})
    client.identify(user, {"email": f"{user}@example.org", "firstName": "Ada"}, anonymous_id=visitor)
    client.track(user, "Video Played", {"seconds": 7})
    client.track(user, "Order Completed", {"order_id": user, "total": 19.9, "currency": "EUR",
                 "products": [{"product_id": "p1", "price": 9.95, "quantity": 2}]})  # fmt: skip
    client.group(user, "acme", {"name": "Acme"})
    client.flush()


def expect(server: Running, user: str) -> None:
    expected = {
        "custom.identified", "custom.video_played", "order.completed", "item.bought", "custom.grouped",
    }  # fmt: skip
    found = server.wait_for(5, person=f"shop:{user}")
    assert {event["name"] for event in found} >= expected
    wait_until(lambda: server.ask(f"customers/shop:{user}").get("email") == f"{user}@example.org")


@pytest.mark.parametrize("packed", [False, True])
def test_segments_python_client_works_as_it_is(server: Running, packed: bool) -> None:
    errors: list[object] = []
    client = segment.Client(
        server.write_key, host=server.address, gzip=packed, on_error=lambda *e: errors.append(e)
    )
    user = f"segment{packed}".lower()
    talk(client, user)
    client.shutdown()
    assert not errors
    expect(server, user)


def test_rudderstacks_python_client_works_as_it_is(server: Running) -> None:
    errors: list[object] = []
    client = rudder.Client(server.write_key, host=server.address, on_error=lambda *e: errors.append(e))
    talk(client, "rudder")
    client.shutdown()
    assert not errors
    expect(server, "rudder")


def test_a_wrong_key_is_told_to_the_client(server: Running) -> None:
    errors: list[Any] = []
    client = rudder.Client(
        "wrong", host=server.address, max_retries=1, on_error=lambda e, _: errors.append(e)
    )
    client.track("u", "Played")
    client.shutdown()
    assert errors[0].status == 401
    assert errors[0].code == "no_key"


def test_an_event_is_on_the_customers_page_within_five_seconds(server: Running) -> None:
    user = uuid.uuid4().hex
    call = {"userId": user, "event": "Chair Sat On", "messageId": user, "writeKey": server.write_key}
    started = time.monotonic()
    assert send(server, call).text == '{"success": true}'
    with requests.Session() as browser:
        browser.get(f"{server.address}/sign-in", timeout=10)
        form = {"username": "ada", "password": "correct horse battery"}
        form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
        browser.post(f"{server.address}/sign-in", data=form, timeout=10)
        address = f"{server.address}/customers/shop:{user}"
        while "chair sat on" not in (page := browser.get(address, timeout=10).text.lower()):
            assert time.monotonic() - started < 5, page[:500]
            time.sleep(0.1)


def send(server: Running, call: dict[str, Any]) -> requests.Response:
    return requests.post(f"{server.address}/v1/track", data=json.dumps(call), timeout=30)


def test_a_locked_database_is_503_and_passes_by_itself(server: Running) -> None:
    call = {"userId": "u", "event": "Played", "writeKey": server.write_key}
    holder = sqlite3.connect(server.home / "regard.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        answer = send(server, call)
    finally:
        holder.rollback()
        holder.close()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert send(server, call).status_code == 200
