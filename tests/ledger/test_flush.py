import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from pytest_django.fixtures import Settings

from regard.errors import ConflictError, InputError, NotFoundError, StoreError
from regard.ledger import actions, inbox, lake, queries
from regard.ledger.models import Batch, DeadLetter, Flush
from tests.ledger.cast import NOON, order

pytestmark = pytest.mark.django_db


def record(*event_ids: str) -> Batch:
    return actions.record_events([order(one) for one in event_ids], source="shop", actor="anna")


def held() -> list[str]:
    return sorted(lake.read("events").event_id.to_pyarrow().to_pylist())


def test_what_was_recorded_is_in_the_lake_after_a_flush_and_gone_from_the_inbox() -> None:
    sent = order("a", text="Größe passt nicht 👟", data={"product": "SKU-1"}, actor=None, score=4.5)
    actions.record_events([sent], source="shop", actor="anna")
    assert actions.flush_inbox() == actions.Flushed(batches=1, events=1, duplicates=0, set_aside=0)
    [row] = queries.events_of(["shop:1"])
    assert row["amount"] == Decimal("19.9")
    assert (row["text"], row["data"], row["score"]) == ("Größe passt nicht 👟", {"product": "SKU-1"}, 4.5)
    assert (row["occurred_at"], row["actor"]) == (NOON, "anna")
    assert isinstance(row["recorded_at"], datetime)
    assert Batch.objects.count() == 0


def test_flushing_an_empty_inbox_does_nothing() -> None:
    assert actions.flush_inbox() == actions.Flushed(0, 0, 0, 0)
    assert lake.open_table("events") is None


def test_an_event_sent_again_adds_nothing_at_any_later_time() -> None:
    record("a", "b", "a")
    actions.flush_inbox()
    record("b", "c")
    flushed = actions.flush_inbox()
    assert (flushed.events, flushed.duplicates) == (1, 1)
    actions.compact_lake(thoroughly=True)
    record("a", "b", "c")
    assert actions.flush_inbox().duplicates == 3
    assert held() == ["a", "b", "c"]


def test_a_flush_takes_the_oldest_batches_up_to_its_limit() -> None:
    for one in ("a", "b", "c"):
        record(one)
    first = actions.flush_inbox(limit=2)
    assert (first.batches, first.more) == (2, True)
    assert held() == ["a", "b"]
    second = actions.flush_inbox(limit=2)
    assert (second.batches, second.more) == (1, False)


def test_a_flush_is_bounded_by_events_but_takes_at_least_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MOST_EVENTS", 2)
    record("a", "b", "c")
    record("d")
    first, second = actions.flush_inbox(), actions.flush_inbox()
    assert (first.batches, first.more) == (1, True)
    assert (second.batches, second.more) == (1, False)


def test_a_flusher_that_died_after_the_lake_had_all_is_taken_up_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record("a", "b")
    with monkeypatch.context() as patch:
        patch.setattr(inbox, "finish", lambda _: 0)
        actions.flush_inbox()
    record("c")
    flushed = actions.flush_inbox()
    assert (flushed.batches, flushed.events, flushed.duplicates) == (2, 1, 0)
    assert held() == ["a", "b", "c"]
    assert (Batch.objects.count(), Flush.objects.count()) == (0, 0)


def test_a_flusher_that_died_before_the_lake_had_anything_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record("a", "b")
    with monkeypatch.context() as patch:
        patch.setattr(inbox, "carry", lambda _: inbox._NOTHING)
        actions.flush_inbox()
    assert Flush.objects.count() == 1
    assert actions.flush_inbox().events == 2
    assert (Batch.objects.count(), Flush.objects.count()) == (0, 0)


def test_a_large_payload_lies_packed_and_says_the_same() -> None:
    body = b'[{"name": "one of many"}]' * 100
    actions.keep_payload(body, source="shop", form="test", event_count=1)
    batch = Batch.objects.get()
    assert batch.body == body
    assert len(bytes(batch.payload)) < len(body) / 4 < batch.unpacked_size == len(body)


def test_a_request_with_one_wrong_event_is_refused_as_a_whole() -> None:
    with pytest.raises(InputError, match="`amount` is required"):
        actions.record_events([order("a"), order("b", amount=None)], source="shop", actor="anna")
    with pytest.raises(InputError, match="came from `crm`"):
        actions.record_events([order("a")], source="crm", actor="anna")
    with pytest.raises(InputError, match="no event"):
        actions.record_events([], source="shop", actor="anna")
    with pytest.raises(InputError, match="cannot be written down"):
        actions.record_events([order("a", text="\ud800")], source="shop", actor="anna")
    assert Batch.objects.count() == 0


def test_a_batch_that_cannot_be_read_is_kept_with_its_reason_and_the_rest_goes_on() -> None:
    record("a")
    Batch.objects.create(source="shop", payload=b'[{"name": 7}]', event_count=1)
    record("b")
    assert actions.flush_inbox().set_aside == 1
    assert held() == ["a", "b"]
    [letter] = queries.dead_letters()
    assert (letter.kind, letter.source, letter.payload) == ("batch", "shop", '[{"name": 7}]')
    assert "event_id" in letter.reason or "name" in letter.reason
    assert Batch.objects.count() == 0


def test_a_dead_batch_that_is_mended_can_be_replayed_once() -> None:
    mended = record("a")
    payload = bytes(mended.payload)
    mended.delete()
    letter = DeadLetter.objects.create(kind="batch", source="shop", payload=b"broken", reason="broken")
    with pytest.raises(InputError, match="still cannot be read"):
        actions.replay_dead_letter(letter.id, actor="anna")
    letter.refresh_from_db()
    assert (letter.attempts, letter.replayed_at) == (2, None)
    DeadLetter.objects.update(payload=payload)
    actions.replay_dead_letter(letter.id, actor="anna")
    assert queries.dead_letters() == []
    actions.flush_inbox()
    assert held() == ["a"]
    with pytest.raises(ConflictError, match="already"):
        actions.replay_dead_letter(letter.id, actor="anna")
    with pytest.raises(NotFoundError):
        actions.replay_dead_letter(letter.id + 1, actor="anna")


def test_a_lake_that_is_away_loses_nothing(settings: Settings, tmp_path: Path) -> None:
    there = settings.REGARD_LAKE
    record("a")
    (tmp_path / "file").write_text("in the way")
    settings.REGARD_LAKE = str(tmp_path / "file" / "lake")
    with pytest.raises(StoreError, match="lake table `events`"):
        actions.flush_inbox()
    settings.REGARD_LAKE = there
    assert actions.flush_inbox().events == 1
    assert held() == ["a"]


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond 200 bytes, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_loses_nothing() -> None:
    record("a")
    actions.flush_inbox()
    record("b")
    with full_disk(), pytest.raises(StoreError):
        actions.flush_inbox()
    assert held() == ["a"]
    assert actions.flush_inbox().events == 1
    assert held() == ["a", "b"]


def test_a_database_that_is_locked_is_a_store_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_arguments: object, **_named: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(Batch.objects, "create", locked)
        with pytest.raises(StoreError, match="database is locked"):
            record("a")
    assert Batch.objects.count() == 0
    assert connection.vendor in {"sqlite", "postgresql"}


def test_an_event_that_the_catalogue_no_longer_has_holds_no_other_up() -> None:
    record("a")
    payload = bytes(Batch.objects.get().body).replace(b"order.completed", b"order.forgotten")
    Batch.objects.all().delete()
    Batch.objects.create(source="shop", payload=payload, event_count=1)
    record("b")
    assert actions.flush_inbox() == actions.Flushed(batches=1, events=1, duplicates=0, set_aside=1)
    assert held() == ["b"]
    assert "order.forgotten" in DeadLetter.objects.get().reason
