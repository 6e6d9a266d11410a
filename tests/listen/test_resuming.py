"""Imports that a dead process left behind, and parts that go to the lake beside the next."""

from collections.abc import Callable
from pathlib import Path

import pytest

from regard.errors import StoreError
from regard.ledger.queries import events
from regard.listen import intake
from regard.listen.actions import import_file, receive_file, resume_imports, run_import
from regard.listen.mapping import parse_mapping
from regard.listen.mapping_files import hold_source
from regard.listen.models import Import
from tests.listen.test_imports import MAPPING, ORDERS

Write = Callable[[str, str], Path]
pytestmark = pytest.mark.django_db

# the second row twice; the first one again with another total, in a later chunk than at first
LATER = ORDERS + "2,K2,2026-01-06 11:30,20.00\n4,K3,2026-01-08 09:15,1.00\n1,K1,2026-01-05 10:00,11.00\n"


def resume(**more: object) -> tuple[list[int], list[int]]:
    run: list[int] = []
    look: list[int] = []
    resume_imports(run=run.append, look=look.append, **more)  # type: ignore[arg-type]
    return run, look


def standing() -> list[tuple[object, ...]]:
    rows = events().select("event_id", "name", "person", "amount", "occurred_at").to_pyarrow().to_pylist()
    return sorted((tuple(row.values()) for row in rows), key=str)


def test_what_was_agreed_to_is_run_and_what_was_not_is_looked_into(write: Write) -> None:
    asked = receive_file(write("a.csv", ORDERS), source="a", actor="ann")
    agreed = receive_file(write("b.csv", ORDERS), source="b", actor="ann", agreed=True)
    running = Import.objects.create(source="c", path="c", actor="ann", state="running")
    Import.objects.create(source="d", path="d", actor="ann", state="done")
    assert resume() == ([agreed.pk, running.pk], [asked.pk])


def test_what_another_process_or_the_queue_has_is_left_to_it(write: Write) -> None:
    queued = receive_file(write("a.csv", ORDERS), source="a", actor="ann")
    receive_file(write("b.csv", ORDERS), source="b", actor="ann")
    with hold_source("b"):
        assert resume(queued={queued.pk}) == ([], [])


def test_an_import_that_failed_halfway_is_carried_on_with_its_mapping(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, calls = intake.append_events, []

    def fail_once(*rows: object, **more: object) -> object:
        calls.append(rows)
        if len(calls) == 2:
            raise StoreError("The lake is away.")
        return append(*rows, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "CHUNK_ROWS", 2)
    monkeypatch.setattr(intake, "append_events", fail_once)
    path = write("orders.csv", LATER)
    with pytest.raises(StoreError):
        import_file(path, source="shop", actor="ann", mapping=parse_mapping(MAPPING))
    job = Import.objects.get()
    assert (job.state, job.rows_read) == ("failed", 2)
    Import.objects.update(state="running")  # as a process that was killed leaves it
    assert resume() == ([job.pk], [])
    done = run_import(job.pk)
    assert (done.state, done.rows_read, done.event_rows, done.duplicate_rows) == ("done", 6, 5, 1)
    assert {name for _, name, *_ in standing()} == {"order.completed"}
    assert sorted(float(row[3]) for row in standing()) == [1.0, 5.25, 11.0, 20.0]


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
def test_the_size_of_chunks_changes_nothing(write: Write, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(intake, "CHUNK_ROWS", rows)
    done = import_file(write("orders.csv", LATER), source="shop", actor="ann", mapping=parse_mapping(MAPPING))
    assert (done.event_rows, done.duplicate_rows, done.details["corrections"]) == (5, 1, 1)
    assert sorted(float(row[3]) for row in standing()) == [1.0, 5.25, 11.0, 20.0]


@pytest.mark.parametrize("rows", [2, 100])
def test_a_dry_run_counts_what_the_import_then_counts(
    write: Write, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(intake, "CHUNK_ROWS", rows)
    path = write("orders.csv", LATER)
    dry = import_file(path, source="shop", actor="ann", mapping=parse_mapping(MAPPING), dry_run=True)
    real = import_file(path, source="shop", actor="ann", mapping=parse_mapping(MAPPING))
    for count in ("rows_read", "event_rows", "duplicate_rows", "events_added"):
        assert getattr(dry, count) == getattr(real, count)
