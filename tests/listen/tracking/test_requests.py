"""What is taken, what is refused, and how it is said."""

import gzip
import io
import json
from base64 import b64encode
from typing import Any

import pytest
from django.db import connection

from regard.access.rates import forget_leases
from regard.api.tracking import KINDS, answer_request
from regard.ledger import actions, fullness, lake
from regard.ledger.models import Batch
from regard.listen.models import Import, Reject
from regard.listen.tracking import queries
from regard.listen.tracking.actions import make_write_key
from regard.listen.tracking.models import WriteKey
from tests.listen.tracking.sending import post, said

pytestmark = pytest.mark.django_db
TRACK = {"type": "track", "userId": "u1", "event": "Played", "messageId": "m1"}
BODIES = {
    "identify": {"userId": "u1"}, "track": {"userId": "u1", "event": "Played"}, "page": {"anonymousId": "v1"},
    "screen": {"userId": "u1", "name": "Start"}, "group": {"userId": "u1", "groupId": "g"},
    "alias": {"userId": "u1", "previousId": "v1"}, "batch": {"batch": [TRACK]}, "import": {"batch": [TRACK]},
}  # fmt: skip


def held() -> list[dict[str, Any]]:
    while actions.flush_inbox().batches:
        pass
    rows: list[dict[str, Any]] = lake.fetch(lake.read("events")).to_pylist()
    return rows


@pytest.mark.parametrize("path", KINDS)
def test_every_address_takes_its_call(key: str, path: str) -> None:
    answer = post(f"/v1/{path}", BODIES[KINDS[path]], key=key)
    assert (answer.status, answer.body) == (200, b'{"success": true}')
    assert len(held()) == 1


def test_the_key_may_be_in_the_header_or_in_the_body(key: str) -> None:
    assert post("/v1/batch", {"batch": [TRACK], "writeKey": key}).status == 200
    no_colon = {"HTTP_AUTHORIZATION": "Basic " + b64encode(key.encode()).decode()}
    assert post("/v1/track", TRACK, headers=no_colon).status == 200


@pytest.mark.parametrize("header", ["", "Basic !!", "Basic eA==", "Bearer x", "Nonsense"])
def test_a_wrong_key_is_401(key: str, header: str) -> None:
    answer = post("/v1/track", TRACK, headers={"HTTP_AUTHORIZATION": header})
    assert (answer.status, said(answer)["code"]) == (401, "no_key")
    assert not Batch.objects.exists()


def test_a_revoked_key_is_401(key: str) -> None:
    WriteKey.objects.update(revoked_at="2026-01-01T00:00Z")
    assert post("/v1/track", TRACK, key=key).status == 401


@pytest.mark.parametrize(
    "headers",
    [{}, {"HTTP_CONTENT_ENCODING": "gzip"}, {"CONTENT_TYPE": "application/x-www-form-urlencoded"}],
)
def test_a_packed_body_is_read_whatever_is_said_about_it(key: str, headers: dict[str, str]) -> None:
    assert (
        post("/v1/b", gzip.compress(json.dumps({"batch": [TRACK]}).encode()), key=key, headers=headers).status
        == 200
    )
    assert len(held()) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"7", b'"x"', b"\xff\xfe", b"\x1f\x8bbroken", b'{"batch": 7}', b'{"batch": {}}',
        gzip.compress(b'{"batch": []}')[:-9], gzip.compress(b" " * 5_000_000), b"[" * 100_000, b" " * 4_300_000,
        json.dumps({"batch": [1] * 2501}).encode(),
    ],
    ids=range(15),
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_400_with_code_and_message(key: str, body: bytes) -> None:
    answer = post("/v1/batch", body, key=key)
    assert answer.status == 400
    assert set(said(answer)) == {"code", "message"}
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    "call",
    [
        {"event": "Played"}, {"userId": "", "event": "Played"}, {"userId": "u1"}, {"userId": "u1", "event": "!?"},
        {"userId": [], "event": "x"}, {"userId": "u\x00", "event": "x"}, {"userId": "u" * 400, "event": "x"},
        {"userId": "u1", "event": "x", "properties": []}, {"userId": "u1", "event": "x", "context": "c"},
        {"userId": "u1", "event": "x", "timestamp": "yesterday"},
        {"userId": "u1", "event": "x", "timestamp": "0001-01-01"},
        {"userId": "u1", "event": "x", "properties": {"text": "a" * 33_000}},
        {"userId": "u1", "event": "Order Completed", "properties": {"total": 3}},
        {"userId": "u1", "event": "Order Completed", "properties": {"order_id": "1", "total": "much"}},
        {"userId": "u1", "event": "Product Reviewed", "properties": {"product_id": "1", "rating": 9}},
    ],
    ids=range(15),
)  # fmt: skip
def test_a_single_call_that_cannot_be_used_is_400_and_in_a_batch_a_reject(
    key: str, call: dict[str, Any]
) -> None:
    answer = post("/v1/track", call, key=key)
    assert (answer.status, said(answer)["code"]) == (400, "bad_input")
    assert post("/v1/batch", {"batch": [TRACK, {"type": "track", **call}]}, key=key).status == 200
    assert [row["name"] for row in held()] == ["custom.played"]
    [reject] = Reject.objects.all()
    assert reject.reason
    assert reject.of_import.source == "shop"
    assert Import.objects.get().rejected_rows == 1


def test_nan_and_half_characters_of_python_clients_are_read(key: str) -> None:
    call = b'{"type": "track", "userId": "u1", "event": "Played", "properties": {"a": NaN, "b": "\\ud83d"}}'
    body = b'{"batch": [' + call + b"]}"
    assert post("/v1/batch", body, key=key).status == 200
    [row] = held()
    assert json.loads(row["data"]) == {"a": None, "b": "?"}


def test_what_is_sent_again_counts_once_at_any_time_and_only_for_its_source(key: str) -> None:
    for _ in range(2):
        post("/v1/track", TRACK, key=key)
        assert len(held()) == 1
    other = make_write_key("app", actor="anna")[1]
    post("/v1/track", TRACK, key=other)
    assert len(held()) == 2


def test_calls_without_message_ids_all_count(key: str) -> None:
    anonymous = {name: value for name, value in TRACK.items() if name != "messageId"}
    post("/v1/batch", {"batch": [anonymous, anonymous]}, key=key)
    post("/v1/track", anonymous, key=key)
    assert len(held()) == 3


def test_what_holds_for_a_batch_holds_for_its_calls(key: str) -> None:
    own = TRACK | {"context": {"locale": "de"}, "properties": {"context": "of its own"}}
    body = {"batch": [own], "context": {"locale": "en", "ip": "203.0.113.9"}, "integrations": {"All": False}}
    post("/v1/batch", body, key=key)
    [row] = held()
    assert json.loads(row["data"]) == {
        "context": {"locale": "de", "ip": "203.0.113.9"}, "integrations": {"All": False},
    }  # fmt: skip


def test_an_order_becomes_an_order_with_its_lines(key: str) -> None:
    products = [{"product_id": "p1", "price": 10, "quantity": 2}, {"sku": "s2", "price": "4.95"}]
    properties = {"order_id": 17, "revenue": "24.95", "currency": "usd", "products": products}
    post("/v1/track", TRACK | {"event": "Order Completed", "properties": properties}, key=key)
    post(
        "/v1/track", TRACK | {"event": "order_refunded", "messageId": "m2", "properties": properties}, key=key
    )
    rows = sorted((row["name"], row["subject"], str(row["amount"])) for row in held())
    assert rows == [
        ("item.bought", "order:17", "20.0000"),
        ("item.bought", "order:17", "4.9500"),
        ("item.returned", "order:17", "None"),
        ("item.returned", "order:17", "None"),
        ("order.completed", "order:17", "24.9500"),
        ("order.refunded", "order:17", "24.9500"),
    ]


def test_pages_send_only_from_the_origins_of_the_key(key: str) -> None:
    answer = post("/v1/t", TRACK | {"writeKey": key}, origin="https://shop.example")
    assert (answer.status, dict(answer.headers)["Access-Control-Allow-Origin"]) == (
        200,
        "https://shop.example",
    )
    answer = post("/v1/t", TRACK, key=key, origin="https://evil.example")
    assert (answer.status, answer.headers) == (403, [])


@pytest.mark.parametrize(("origin", "status"), [("https://shop.example", 204), ("https://evil.example", 403)])
def test_a_browser_may_ask_beforehand(key: str, origin: str, status: int) -> None:
    answer = answer_request({"REQUEST_METHOD": "OPTIONS", "PATH_INFO": "/v1/t", "HTTP_ORIGIN": origin})
    assert answer.status == status
    assert ("Access-Control-Allow-Origin" in dict(answer.headers)) == (status == 204)


def test_analytics_next_finds_its_settings(key: str) -> None:
    asked = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": f"/v1/projects/{key}/settings",
        "HTTP_HOST": "regard.example",
    }
    answer = answer_request(asked)
    assert said(answer)["integrations"]["Segment.io"]["apiHost"] == "regard.example/v1"
    assert answer_request(asked | {"PATH_INFO": "/v1/projects/wrong/settings"}).status == 401


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "track", 405), ("POST", "nothing", 404)])
def test_other_addresses_and_methods_are_refused(key: str, method: str, path: str, status: int) -> None:
    asked = {"REQUEST_METHOD": method, "PATH_INFO": f"/v1/{path}", "wsgi.input": io.BytesIO()}
    assert answer_request(asked).status == status


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's way to be full")
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_is_503_with_retry_after_and_passes(key: str) -> None:
    queries.key_of(key)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    large = {"batch": [TRACK | {"properties": {"text": "a" * 30_000}}] * 100}
    answer = post("/v1/batch", large, key=key)
    assert (answer.status, dict(answer.headers)["Retry-After"]) == (503, "5")
    assert not Batch.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1073741823")
    assert post("/v1/batch", large, key=key).status == 200


def test_a_lake_that_is_away_keeps_what_comes_until_it_is_back(
    key: str, settings: Any, tmp_path: Any
) -> None:
    there = settings.REGARD_LAKE
    (tmp_path / "file").write_text("in the way")
    settings.REGARD_LAKE = str(tmp_path / "file" / "lake")
    assert post("/v1/track", TRACK, key=key).status == 200
    with pytest.raises(Exception, match="lake table"):
        actions.flush_inbox()
    settings.REGARD_LAKE = there
    assert len(held()) == 1


def test_who_sends_faster_than_is_stored_is_told_to_wait_and_taken_again_afterwards(
    key: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(fullness, "LOOK_EVERY", 0.0)
    settings.REGARD_INBOX_LIMIT = 2
    body = {"batch": [TRACK | {"messageId": f"m{n}"} for n in range(3)]}
    assert post("/v1/batch", body, key=key).status == 200
    refused = post("/v1/track", BODIES["track"], key=key)
    assert (refused.status, said(refused)["code"]) == (429, "too_often")
    assert ("Retry-After", "5") in refused.headers
    assert Batch.objects.count() == 1
    assert len(held()) == 3
    assert post("/v1/track", BODIES["track"], key=key).status == 200


def test_a_key_that_sends_too_often_is_429_and_told_when_to_come_back(key: str, settings: Any) -> None:
    settings.REGARD_TRACKING_KEY_LIMIT = 3
    forget_leases()
    answers = [post("/v1/track", TRACK, key=key) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert said(answers[-1])["code"] == "too_often"
    assert 1 <= int(dict(answers[-1].headers)["Retry-After"]) <= 60
    assert Batch.objects.count() == 3
    other = make_write_key("shop", actor="anna")[1]
    assert post("/v1/track", TRACK, key=other).status == 200
    forget_leases()
