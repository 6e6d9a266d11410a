import threading
from pathlib import Path

import ibis
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from pytest_django.fixtures import Settings

from regard.errors import StoreError
from regard.ledger import bulk, lake, queries, sorting, tending
from regard.ledger.events import EVENT_SCHEMA
from regard.ledger.inbox import rows_of
from tests.ledger.cast import NOON, order

writes = pytest.mark.django_db  # on PostgreSQL the writer's lock is the database's


def people(*keys: str) -> pa.Table:
    return pa.table({"person": list(keys), "customer_id": range(len(keys))}, schema=lake.TABLES["people"])


def events(count: int, *, prefix: str = "e", person: str = "olist_customers_dataset:") -> pa.Table:
    made = [
        order(f"{prefix}-{n}", person=f"{person}{n * 7919 % 1000:08d}", recorded_at=NOON)
        for n in range(count)
    ]
    return rows_of(made)


def persons() -> list[str]:
    return sorted(lake.read("people").person.to_pyarrow().to_pylist())


def views() -> set[str]:
    rows = lake.connection().con.execute("SELECT view_name FROM duckdb_views() WHERE temporary").fetchall()
    return {name for (name,) in rows}


@pytest.mark.parametrize("name", sorted(lake.TABLES))
def test_a_table_is_empty_with_its_columns_before_its_first_row(name: str) -> None:
    table = lake.read(name)
    assert list(table.columns) == lake.TABLES[name].names
    assert lake.fetch(table).num_rows == 0


def test_a_reader_sees_appends_and_overwrites_by_others() -> None:
    lake.append("people", people("a"))
    assert persons() == ["a"]
    writer = threading.Thread(target=lambda: lake.append("people", people("b")))
    writer.start()
    writer.join()
    assert persons() == ["a", "b"]
    lake.overwrite("people", people("c"))
    assert persons() == ["c"]
    lake.overwrite("people", people())
    assert persons() == []


def test_an_expression_keeps_the_version_it_was_built_on() -> None:
    lake.append("people", people("a"))
    before = lake.read("people")
    lake.overwrite("people", people("b", "c"))
    tending.tend(thoroughly=True)
    assert before.person.to_pyarrow().to_pylist() == ["a"]


def test_views_of_versions_that_are_gone_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake, "RETENTION", lake.RETENTION * 0)
    before = views()
    for key in "abc":
        lake.append("people", people(key))
        persons()
    assert len(views() - before) == 1
    assert persons() == ["a", "b", "c"]


def test_every_thread_has_a_connection_of_its_own_to_one_database() -> None:
    lake.append("people", people("a"))
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append((id(lake.connection()), persons()))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [keys for _, keys in found] == [["a"]] * 4


def test_a_query_that_fails_names_its_sql() -> None:
    lake.append("people", people("not a number"))
    wrong = lake.read("people").select(number=ibis._.person.cast("int64"))
    with pytest.raises(StoreError) as failed:
        lake.fetch(wrong)
    assert "not a number" in failed.value.message
    assert "SELECT" in failed.value.hint


def test_a_table_that_cannot_be_opened_is_named(lake: Path) -> None:
    from regard.ledger.lake import open_table

    (lake / "events" / "_delta_log").mkdir(parents=True)
    (lake / "events" / "_delta_log" / "00000000000000000000.json").write_text("no JSON")
    with pytest.raises(StoreError, match="`events`"):
        open_table("events")


def test_no_extension_is_ever_fetched() -> None:
    [[setting]] = (
        lake.connection()
        .con.execute("SELECT value FROM duckdb_settings() WHERE name = 'autoinstall_known_extensions'")
        .fetchall()
    )
    assert setting in {"false", "0"}


@writes
def test_sorting_keeps_every_row_and_transaction_and_puts_persons_in_order() -> None:
    rows = events(2000)
    lake.append("events", rows.slice(0, 1000), transaction=("inbox", 7))
    lake.append("events", rows.slice(1000))
    assert tending.tend(thoroughly=True).sorted == ("events",)
    table = DeltaTable(lake.location("events"))
    assert len(table.file_uris()) == 1
    found = lake.read("events").to_pyarrow()
    assert found["person"].to_pylist() == sorted(rows["person"].to_pylist())
    assert found.sort_by("event_id").cast(EVENT_SCHEMA) == rows.sort_by("event_id")
    assert lake.holds("events", "inbox", 7)
    assert tending.tend(thoroughly=True).sorted == ()


@writes
def test_sorting_pays_off_only_when_a_fifth_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tending, "FEWEST_ROWS", 10)
    lake.append("events", events(100))
    assert tending.tend().sorted == ("events",)
    lake.append("events", events(19, prefix="f"))
    assert tending.tend().sorted == ()
    lake.append("events", events(1, prefix="g"))
    assert tending.tend().sorted == ("events",)


@writes
def test_many_small_files_become_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tending, "MANY_FILES", 5)
    for number in range(5):
        lake.append("events", events(3, prefix=str(number)))
    assert tending.tend().merged == ("events",)
    assert len(DeltaTable(lake.location("events")).file_uris()) == 1
    assert lake.read("events").count().to_pyarrow().as_py() == 15


@writes
def test_appends_during_a_rewrite_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    lake.append("events", events(10))
    write = sorting._write_sorted

    def write_while_others_append(*arguments: object) -> object:
        lake.append("events", events(5, prefix="late"))
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sorting, "_write_sorted", write_while_others_append)
    assert tending.tend(thoroughly=True).sorted == ("events",)
    assert lake.read("events").event_id.nunique().to_pyarrow().as_py() == 15
    assert lake.read("events").count().to_pyarrow().as_py() == 15


@writes
def test_of_two_rewrites_at_once_one_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    lake.append("events", events(10))
    write = sorting._write_sorted

    def write_while_another_rewrites(*arguments: object) -> object:
        monkeypatch.setattr(sorting, "_write_sorted", write)
        assert tending.tend(thoroughly=True).sorted == ("events",)
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sorting, "_write_sorted", write_while_another_rewrites)
    assert tending.tend(thoroughly=True).sorted == ()
    assert lake.read("events").count().to_pyarrow().as_py() == 10


@writes
def test_old_files_are_removed_once_no_reader_can_hold_them(
    monkeypatch: pytest.MonkeyPatch, lake: Path
) -> None:
    from regard.ledger import lake as lakes

    lakes.append("events", events(10))
    lakes.append("events", events(10, prefix="f"))
    tending.tend(thoroughly=True)
    assert len(list((lake / "events").glob("*.parquet"))) == 3
    monkeypatch.setattr(lakes, "RETENTION", lakes.RETENTION * 0)
    assert tending.tend().removed_files == 2
    assert len(list((lake / "events").glob("*.parquet"))) == 1


@pytest.mark.django_db
def test_a_lake_that_is_no_local_folder_is_read_and_rewritten_through_arrow(settings: Settings) -> None:
    settings.REGARD_LAKE = f"file://{settings.REGARD_LAKE}"  # an address, as s3://bucket/prefix is one
    rows = events(10)
    assert bulk.append_once(rows, None) == bulk.Appended(10, 0)
    assert bulk.append_once(rows, None) == bulk.Appended(0, 10)
    assert tending.tend(thoroughly=True).sorted == ("events",)
    assert bulk.append_once(rows, None) == bulk.Appended(0, 10)
    table = lake.read("events")
    one = table.filter(table.event_id == "e-3")
    assert lake.fetch(one).cast(EVENT_SCHEMA).to_pylist() == rows.slice(3, 1).to_pylist()
    assert [row["event_id"] for row in queries.events_of(rows["person"].to_pylist()[3:4])] == ["e-3"]
