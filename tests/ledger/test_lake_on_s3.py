"""The lake in an object store: Delta commits there, Arrow reads for DuckDB, and nothing of it lies in the home."""

import threading
from pathlib import Path

import pyarrow as pa
import pytest
from pytest_django.fixtures import Settings

from regard.errors import StoreError
from regard.ledger import lake, queries, sorting, tending
from regard.ledger.actions import append_events
from regard.ledger.inbox import rows_of
from tests.ledger.cast import NOON, order


def people(*keys: str) -> pa.Table:
    return pa.table({"person": list(keys), "customer_id": range(len(keys))}, schema=lake.TABLES["people"])


def events(count: int, *, prefix: str = "e") -> pa.Table:
    made = [
        order(f"{prefix}-{n}", person=f"shop:{n % 10}", days=n / 100, recorded_at=NOON) for n in range(count)
    ]
    return rows_of(made)


def test_rows_are_appended_overwritten_and_read_by_others(s3_lake: str, tmp_path: Path) -> None:
    assert lake.fetch(lake.read("people")).num_rows == 0
    lake.append("people", people("a"))
    lake.append("people", people("b"), transaction=("writer", 7))
    assert sorted(lake.read("people").person.to_pyarrow().to_pylist()) == ["a", "b"]
    assert lake.holds("people", "writer", 7)
    writer = threading.Thread(target=lambda: lake.overwrite("people", people("c")))
    writer.start()
    writer.join()
    assert lake.select("people", "WHERE person = ?", ["c"]).num_rows == 1
    assert not (tmp_path / "lake").exists()


@pytest.mark.django_db
def test_an_event_comes_once_and_compacting_keeps_every_row(s3_lake: str) -> None:
    assert append_events(events(200)).added == 200
    again = append_events(events(250))
    assert (again.added, again.duplicates) == (50, 200)
    timeline = queries.events_of(["shop:3"])
    assert len(timeline) == 25
    assert tending.tend(thoroughly=True).sorted == ("events",)
    assert queries.events_of(["shop:3"]) == timeline
    table = lake.open_table("events")
    assert table is not None
    assert len(sorting.files_of(table)) == 1


@pytest.mark.django_db
def test_two_writers_at_once_lose_and_double_nothing(s3_lake: str) -> None:
    lake.append("people", people("first"))
    writers = [
        threading.Thread(target=lambda n=n: [lake.append("people", people(f"{n}-{i}")) for i in range(4)])
        for n in range(3)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    persons = lake.read("people").person.to_pyarrow().to_pylist()
    assert len(persons) == len(set(persons)) == 13


def test_a_bucket_that_is_not_there_is_named(s3_lake: str, settings: Settings) -> None:
    settings.REGARD_LAKE = "s3://no-such-bucket/regard"
    with pytest.raises(StoreError, match="no-such-bucket"):
        lake.append("people", people("a"))
