"""What programs post to us: taken only when signed, once, and never more than may be."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.test import Client

from regard.ledger.models import Batch
from regard.ledger.queries import newest_events
from regard.listen.sources.actions import add_source, end_old_keys, rotate_key, set_active
from regard.listen.sources.models import LiveSource
from regard.outside.signing import make_secret, sign

pytestmark = pytest.mark.django_db
PATHS = {"holds": "mentions", "list": "data.reviews", "text": "body", "id": "id", "time": "at", "author": "by.name",
         "stars": "stars"}  # fmt: skip
REVIEW = {"id": 7, "body": "Late again.", "at": "2026-11-20T10:00:00Z", "by": {"name": "Kim"}, "stars": 2}


@pytest.fixture
def source() -> tuple[LiveSource, str]:
    return rotate_key(add_source("webhook", "portal", settings=PATHS, actor="ada").pk, actor="ada")


def post(
    key: str, content: Any, *, name: str = "portal", age: int = 0, message: str = "m1", **more: str
) -> Any:
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    stamp = int(time.time()) - age
    headers = {"webhook-id": message, "webhook-timestamp": str(stamp), **more}
    headers.setdefault("webhook-signature", sign(key, message, stamp, body))
    return Client(enforce_csrf_checks=True).post(
        f"/hooks/{name}", body, content_type="application/json", headers=headers
    )


def test_any_json_with_a_mapping_becomes_reviews(
    source: tuple[LiveSource, str], flushed: Callable[[], int]
) -> None:
    answer = post(source[1], {"data": {"reviews": [REVIEW, {"id": 8, "stars": 9}, "no object"]}})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["taken"], len(told["refused"])) == (1, 2)
    assert "1: stars are 1 to 5" in told["refused"][0]
    flushed()
    (event,) = newest_events()
    assert (event["name"], event["score"], event["text"]) == ("review.written", 2.0, "Late again.")
    assert event["data"]["author"] == "Kim"


def test_events_of_the_catalogue_are_taken_as_they_are(flushed: Callable[[], int]) -> None:
    paths = dict.fromkeys(PATHS, "") | {"holds": "events"}
    _, key = rotate_key(add_source("webhook", "portal", settings=paths, actor="ada").pk, actor="ada")
    event = {
        "name": "complaint.made",
        "person": "shop:1",
        "occurred_at": "2026-11-20T10:00:00Z",
        "text": "No!",
    }
    hostile = {**event, "source": "shop", "recorded_at": "2020-01-01T00:00:00Z", "actor": "ada"}
    answer = post(key, [event, hostile, {**event, "name": "no.such"}, {**event, "score": "x"}, 5])
    assert (answer.json()["taken"], len(answer.json()["refused"])) == (2, 3)
    flushed()
    assert {(one["source"], one["name"]) for one in newest_events()} == {("portal", "complaint.made")}


def test_the_same_message_again_adds_nothing(
    source: tuple[LiveSource, str], flushed: Callable[[], int]
) -> None:
    for message in ("m1", "m1", "m2"):  # replayed, and sent anew by its sender
        assert post(source[1], {"data": {"reviews": [REVIEW]}}, message=message).status_code == 200
    flushed()
    assert len(newest_events()) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"age": 400}, {"age": -400}, {"name": "other"}, {"webhook-signature": "v1,x"}, {"webhook-id": ""}],
)
def test_what_is_not_signed_now_for_this_source_is_refused(
    source: tuple[LiveSource, str], wrong: dict[str, Any]
) -> None:
    assert post(source[1], {"data": {"reviews": [REVIEW]}}, **wrong).status_code == 403
    assert not Batch.objects.exists()


def test_another_key_is_refused(source: tuple[LiveSource, str]) -> None:
    assert post(make_secret(), {}).status_code == 403


def test_keys_change_over(source: tuple[LiveSource, str]) -> None:
    row, old = source
    _, new = rotate_key(row.pk, actor="ada")
    content = {"data": {"reviews": [REVIEW]}}
    assert [post(key, content).status_code for key in (old, new)] == [200, 200]
    end_old_keys(row.pk, actor="ada")
    assert [post(key, content).status_code for key in (old, new)] == [403, 200]


def test_a_stopped_source_takes_nothing(source: tuple[LiveSource, str]) -> None:
    set_active(source[0].pk, False, actor="ada")
    assert post(source[1], {"data": {"reviews": [REVIEW]}}).status_code == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 200_000, b"\xff", b'{"data": {"reviews": [{}]}}'])
def test_what_cannot_be_used_is_refused_with_a_reason(source: tuple[LiveSource, str], body: bytes) -> None:
    answer = post(source[1], body)
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert not Batch.objects.exists()


def test_too_large_a_body_is_refused(source: tuple[LiveSource, str]) -> None:
    assert post(source[1], b" " * (1024 * 1024 + 1)).status_code == 413


def test_too_many_things_are_refused(source: tuple[LiveSource, str]) -> None:
    assert post(source[1], {"data": {"reviews": [REVIEW] * 1001}}).status_code == 400


def test_a_get_says_so(source: tuple[LiveSource, str]) -> None:
    assert Client().get("/hooks/portal").status_code == 405
