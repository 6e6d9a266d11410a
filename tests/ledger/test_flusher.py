import threading
import time

import pytest
from django.db import connection

from regard.errors import StoreError
from regard.ledger import actions, flusher, lake
from regard.ledger.models import Batch
from tests.ledger.cast import order


@pytest.fixture
def stopped_after(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    monkeypatch.setattr(flusher, "close_old_connections", lambda: None)
    return threading.Event()


def test_the_loop_flushes_until_it_is_stopped(
    monkeypatch: pytest.MonkeyPatch, stopped_after: threading.Event
) -> None:
    limits: list[int] = []

    def flush(*, limit: int) -> actions.Flushed:
        limits.append(limit)
        if len(limits) == 3:
            stopped_after.set()
        return actions.Flushed(0, 0, 0, 0)

    monkeypatch.setattr(actions, "flush_inbox", flush)
    flusher.run_flusher(stopped_after, interval=0.001)
    assert limits == [flusher.BATCHES] * 3


def test_a_flush_that_left_some_is_followed_by_the_next_at_once(
    monkeypatch: pytest.MonkeyPatch, stopped_after: threading.Event
) -> None:
    calls: list[float] = []

    def flush(*, limit: int) -> actions.Flushed:
        calls.append(time.monotonic())
        if len(calls) == 5:
            stopped_after.set()
        return actions.Flushed(3, 3, 0, 0, more=True)

    monkeypatch.setattr(actions, "flush_inbox", flush)
    flusher.run_flusher(stopped_after, interval=60)
    assert calls[-1] - calls[0] < 5


def test_a_store_that_is_away_slows_the_loop_down_but_does_not_end_it(
    monkeypatch: pytest.MonkeyPatch, stopped_after: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[float] = []

    def flush(*, limit: int) -> actions.Flushed:
        calls.append(time.monotonic())
        if len(calls) < 4:
            raise StoreError("the lake is away")
        stopped_after.set()
        return actions.Flushed(0, 0, 0, 0)

    monkeypatch.setattr(actions, "flush_inbox", flush)
    flusher.run_flusher(stopped_after, interval=0.01)
    assert calls[-1] - calls[0] >= 0.01 * (2 + 4 + 8)
    assert "the lake is away" in caplog.text


def test_the_lake_is_tended_while_the_loop_runs(
    monkeypatch: pytest.MonkeyPatch, stopped_after: threading.Event
) -> None:
    tended = threading.Event()

    def compact() -> actions.Tended:
        tended.set()
        stopped_after.set()
        return actions.Tended(("events",), (), 0)

    monkeypatch.setattr(actions, "flush_inbox", lambda *, limit: actions.Flushed(0, 0, 0, 0))
    monkeypatch.setattr(actions, "compact_lake", compact)
    flusher.run_flusher(stopped_after, interval=0.01, tending_interval=0.01)
    assert tended.is_set()


@pytest.mark.django_db(transaction=True)
def test_what_is_recorded_arrives_within_moments() -> None:
    stop = threading.Event()
    worker = threading.Thread(target=_flush_here, args=(stop,))
    actions.record_events([order("a")], source="shop", actor="test")
    worker.start()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not lake.open_table("events"):
        time.sleep(0.02)
    stop.set()
    worker.join()
    assert lake.read("events").event_id.to_pyarrow().to_pylist() == ["a"]
    assert Batch.objects.count() == 0


def _flush_here(stop: threading.Event) -> None:
    flusher.run_flusher(stop, interval=0.05)
    connection.close()


def test_what_nobody_foresaw_does_not_end_the_loop(
    monkeypatch: pytest.MonkeyPatch, stopped_after: threading.Event
) -> None:
    calls: list[int] = []

    def flush(*, limit: int) -> actions.Flushed:
        calls.append(limit)
        if len(calls) > 1:
            stopped_after.set()
            return actions.Flushed(0, 0, 0, 0)
        raise ValueError("nobody foresaw this")

    monkeypatch.setattr(actions, "flush_inbox", flush)
    flusher.run_flusher(stopped_after, interval=0.001)
    assert len(calls) == 2
