"""Whatever is sent: the answer is 200 or 400, and the flush goes through."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.errors import InputError
from regard.ledger import actions, lake
from regard.ledger.catalogue import CUSTOM_NAME
from regard.ledger.models import Batch, DeadLetter
from regard.listen.tracking import calls
from regard.listen.tracking.clock import happened_at
from regard.listen.tracking.names import custom_name
from tests.listen.tracking.sending import post

RECEIVED = datetime(2026, 11, 22, 12, tzinfo=UTC)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    ["type", "userId", "anonymousId", "messageId", "event", "name", "timestamp", "sentAt", "originalTimestamp",
     "properties", "traits", "context", "groupId", "previousId", "integrations", "writeKey", "batch"]
)  # fmt: skip
likely = st.sampled_from(
    [
        "track",
        "identify",
        "alias",
        "u1",
        "Order Completed",
        "2026-11-22T11:00:00Z",
        {"order_id": "1", "total": 3},
        {},
    ]
)
call = st.dictionaries(names, likely | json_values, max_size=9)


@pytest.mark.django_db(transaction=False)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(call | json_values, max_size=4), around=st.dictionaries(names, json_values, max_size=3))
def test_any_batch_is_taken_or_refused_and_never_stuck(
    key: str, calls: list[Any], around: dict[str, Any]
) -> None:
    answer = post("/v1/batch", json.dumps({**around, "batch": calls}).encode(), key=key)
    assert answer.status in (200, 400), answer.body
    for one in calls:
        assert post("/v1/track", json.dumps(one).encode(), key=key).status in (200, 400)
    while actions.flush_inbox().batches:
        pass
    assert not Batch.objects.exists()
    assert not DeadLetter.objects.exists(), DeadLetter.objects.first().reason  # type: ignore[union-attr]
    for data in lake.fetch(lake.read("events"))["data"].to_pylist():
        assert data is None or isinstance(json.loads(data), dict)


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=60))
@pytest.mark.django_db
def test_any_bytes_are_400(body: bytes) -> None:
    assert post("/v1/batch", body, key="x").status in (400, 401)


moments = st.datetimes(timezones=st.none() | st.just(UTC))
skews = st.timedeltas(timedelta(days=-4000), timedelta(days=4000))


@given(said=moments, sent=st.none() | moments)
def test_nothing_happens_after_it_was_heard_of(said: datetime, sent: datetime | None) -> None:
    assert happened_at(RECEIVED, said=said, sent=sent) <= RECEIVED


@given(skew=skews, ago=st.timedeltas(timedelta(0), timedelta(days=3000)))
def test_a_clients_wrong_clock_makes_no_difference(skew: timedelta, ago: timedelta) -> None:
    clock = RECEIVED + skew
    assert happened_at(RECEIVED, said=clock - ago, sent=clock) == RECEIVED - ago


@given(st.text(max_size=100))
def test_any_name_is_a_custom_name_or_refused(name: str) -> None:
    try:
        assert CUSTOM_NAME.fullmatch(custom_name(name))
    except InputError:
        assert not any(letter.isascii() and letter.isalnum() for letter in name)


def test_things_within_things_without_end_are_refused_with_a_sentence() -> None:
    deep = (
        b'{"type":"track","userId":"1","event":"x","properties":{"a":' + b"[" * 12_000 + b"]" * 12_000 + b"}}"
    )
    assert calls.key_within(deep) == ""
    assert calls.calls_in(b'{"batch":[' + deep + b"]}") is None
    for read in (calls.tidy, calls.call_in, calls.several_in):
        with pytest.raises(InputError):
            read(deep)
