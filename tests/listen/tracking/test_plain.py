"""Plain calls are written down all at once: whatever clients send, that means what one by one means."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.ledger.formats import Reading
from regard.ledger.models import Batch
from regard.listen.tracking.decoding import read_calls
from regard.listen.tracking.following import Following
from regard.listen.tracking.rows import Scribe

HEARD = datetime(2026, 11, 22, 10, tzinfo=UTC)
IDS = st.sampled_from([None, "", "u1", "u2", " u1 ", 7, 7.0, "a\x01b", "x" * 400])
TIMES = st.sampled_from([
    None, "2026-11-22T09:59:00.123Z", "2026-11-22T09:00:00+01:00", "2026-11-22T09:00:00", "2026-11-22 09:00:00Z",
    "2030-01-01T00:00:00Z", "1969-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "20261122T090000Z",
])  # fmt: skip
OBJECTS = st.sampled_from([
    None, {}, {"a": 1}, {"title": "é \"context\""}, {"context": {"b": 2}}, {"event": "other"}, {"page": {"path": "/"}},
    {"library": {"name": "x"}, "page": {"url": "/y"}}, [1], "text", {"long": "x" * 33_000},
    {"order_id": "4", "total": 5},
])  # fmt: skip
EVENTS = st.sampled_from(
    [
        None,
        "",
        " ",
        "Video Played",
        "video_played",
        "Żółw",
        "x" * 70,
        "!!",
        "Order Completed",
        "Order Shipped",
    ]
)
CALLS = st.fixed_dictionaries(
    {"type": st.sampled_from(["track"] * 6 + ["page", "identify", "alias", "group", "wrong", None])},
    optional={
        "event": EVENTS, "userId": IDS, "anonymousId": IDS, "previousId": IDS, "groupId": IDS,
        "messageId": st.sampled_from([None, "", *(f"m{n}" for n in range(9)), 1, "1", 1.0]), "timestamp": TIMES,
        "originalTimestamp": TIMES, "sentAt": TIMES, "properties": OBJECTS, "traits": OBJECTS, "context": OBJECTS,
        "integrations": OBJECTS,
    },
)  # fmt: skip
PLAIN = st.fixed_dictionaries(
    {
        "type": st.just("track"), "event": st.sampled_from(["Video Played", "Paused"]),
        "messageId": st.uuids().map(str), "userId": IDS, "properties": OBJECTS,
        "context": st.sampled_from([{"library": {}}, {"page": {}}]),
    },
    optional={"anonymousId": IDS, "timestamp": TIMES, "originalTimestamp": TIMES},
)  # fmt: skip
BATCHES = st.fixed_dictionaries(
    {"batch": st.lists(CALLS, max_size=6) | st.lists(PLAIN, max_size=6)},
    optional={"sentAt": TIMES, "context": OBJECTS, "integrations": OBJECTS},
)
SHAPES = st.sampled_from([{}, {"indent": 1}, {"separators": (",", ":")}, {"ensure_ascii": False}])


def read(bodies: Sequence[str], kind: str) -> tuple[Reading, Following]:
    batches = [
        Batch(
            id=n,
            source="shop",
            format=f"tracking/{kind}",
            payload=body.encode(),
            event_count=1,
            created_at=HEARD,
        )
        for n, body in enumerate(bodies)
    ]
    reading = read_calls(batches)
    return reading, reading.follow.args[0]  # type: ignore[attr-defined]


def one_by_one(bodies: Sequence[str], kind: str) -> tuple[Reading, Following]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Scribe, "take_plain", lambda _, calls, __: range(len(calls)))
        return read(bodies, kind)


def said(reading: Reading) -> list[str]:
    return sorted(json.dumps(row, default=str) for row in reading.rows.to_pylist())


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(BATCHES, SHAPES), min_size=1, max_size=3),
    st.sampled_from(["batch", "batch", "import"]),
)
def test_all_at_once_means_what_one_by_one_means(batches: list[tuple[Any, Any]], kind: str) -> None:
    bodies = [json.dumps(batch, **shape) for batch, shape in batches]
    reading, following = read(bodies, kind)
    expected, expected_following = one_by_one(bodies, kind)
    assert said(reading) == said(expected)
    assert reading.unreadable == expected.unreadable
    assert {k: v for k, v in following.met.items() if v} == {
        k: v for k, v in expected_following.met.items() if v
    }
    assert (following.said, following.claims) == (expected_following.said, expected_following.claims)
    assert following.refused == expected_following.refused


def test_nearly_all_that_clients_send_is_taken_at_once() -> None:
    call = {
        "type": "track", "event": "Video Played", "userId": "u1", "timestamp": "2026-11-22T09:00:00.000Z",
        "properties": {"title": "a"}, "context": {"library": {"name": "analytics-node"}, "page": {"path": "/"}},
    }  # fmt: skip
    body = {"batch": [call | {"messageId": f"m{n}"} for n in range(5)], "sentAt": "2026-11-22T09:00:01.000Z"}
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(Scribe, "take")
        reading, following = read([json.dumps(body)], "batch")
    assert reading.rows.num_rows == 5
    assert set(reading.rows["channel"].to_pylist()) == {"web"}
    assert set(reading.rows["occurred_at"].to_pylist()) == {datetime(2026, 11, 22, 9, 59, 59, tzinfo=UTC)}
    assert following.met == {"shop": {"shop:u1"}}
