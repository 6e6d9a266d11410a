import threading
from collections.abc import Iterator

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.errors import InputError, StoreError
from regard.ledger import actions, bulk, keys, lake
from regard.ledger.events import EVENT_SCHEMA
from regard.ledger.inbox import rows_of
from tests.ledger.cast import NOON, order

pytestmark = pytest.mark.django_db


def rows(*event_ids: str) -> pa.Table:
    return rows_of([msgspec.structs.replace(order(one), recorded_at=NOON) for one in event_ids])


def held() -> list[str]:
    return sorted(lake.read("events").event_id.to_pyarrow().to_pylist())


def test_appending_twice_adds_nothing() -> None:
    assert actions.append_events(rows("a", "b", "a")) == actions.Appended(2, 1)
    assert actions.append_events(rows("a", "b")) == actions.Appended(0, 2)
    assert actions.append_events(rows("a", "b", "c")) == actions.Appended(1, 2)
    assert held() == ["a", "b", "c"]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6), max_size=5), st.integers(1, 4))
def test_any_sequence_of_appends_and_rewrites_holds_each_id_once(
    tmp_path_factory: pytest.TempPathFactory, appends: list[list[str]], chunk: int
) -> None:
    from django.conf import settings as django_settings

    django_settings.REGARD_LAKE = str(tmp_path_factory.mktemp("lake"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "CHUNK_ROWS", chunk)
        expected: set[str] = set()
        for number, ids in enumerate(appends):
            reader = pa.RecordBatchReader.from_batches(EVENT_SCHEMA, rows(*ids).to_batches(max_chunksize=1))
            appended = actions.append_events(reader)
            assert appended.added == len(set(ids) - expected)
            assert appended.added + appended.duplicates == len(ids)
            expected |= set(ids)
            if number % 2:
                actions.compact_lake(thoroughly=True)
        assert held() == sorted(expected)


def test_an_append_carries_its_transaction_even_when_nothing_is_new() -> None:
    assert not lake.holds("events", "import:1", 1)
    actions.append_events(rows("a"), transaction=("import:1", 1))
    actions.append_events(rows("a"), transaction=("import:1", 2))
    actions.compact_lake(thoroughly=True)
    assert lake.holds("events", "import:1", 2)
    assert not lake.holds("events", "import:1", 3)
    assert not lake.holds("events", "import:2", 1)


def test_rows_that_are_no_events_are_refused_and_nothing_is_appended(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="lack the column `person`"):
        actions.append_events(rows("a").drop_columns(["person"]))
    nameless = rows("a").set_column(1, "name", pa.array([None], pa.string()))
    with pytest.raises(InputError, match="'name' with null values"):
        actions.append_events(nameless.cast(pa.schema([field.with_nullable(True) for field in EVENT_SCHEMA])))
    unknown = rows("b").set_column(1, EVENT_SCHEMA.field("name"), pa.array(["order.dreamt"]))
    with pytest.raises(InputError, match=r"no event `order\.dreamt`"):
        actions.append_events(unknown)
    monkeypatch.setattr(bulk, "CHUNK_ROWS", 1)  # the refusal now comes while the first chunk is being written
    with pytest.raises(InputError, match=r"no event `order\.dreamt`"):
        actions.append_events(pa.concat_tables([rows("a"), unknown]))
    assert held() == []


def test_a_source_that_breaks_while_being_read_adds_nothing() -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield rows("a").to_batches()[0]
        raise OSError("the file is gone")

    with pytest.raises((StoreError, OSError), match="the file is gone"):
        actions.append_events(pa.RecordBatchReader.from_batches(EVENT_SCHEMA, broken()))
    assert held() == []


def test_appends_at_the_same_time_hold_each_id_once() -> None:
    appended: list[actions.Appended] = []
    threads = [
        threading.Thread(target=lambda: appended.append(actions.append_events(rows("a", "b", "c"))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.added for one in appended) == [0, 0, 0, 3]
    assert held() == ["a", "b", "c"]


def test_the_digest_index_is_only_a_cache() -> None:
    actions.append_events(rows("a", "b"))
    for path in keys._folder("events").glob("*"):
        path.unlink()
    assert actions.append_events(rows("a", "c")) == actions.Appended(1, 1)


def test_digest_files_of_files_that_are_gone_are_removed() -> None:
    for one in "abc":
        actions.append_events(rows(one))
    actions.append_events(rows("a"))
    actions.compact_lake(thoroughly=True)
    assert len(list(keys._folder("events").glob("*.npy"))) == 1


@given(
    st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3))),
    st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3))),
)
def test_digests_are_found_by_both_halves(known: set[tuple[int, int]], wanted: set[tuple[int, int]]) -> None:
    found = keys.found_in(_digests(known), _digests(wanted))
    assert list(found) == [one in known for one in sorted(wanted)]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3))))
def test_digests_are_sorted_by_both_halves(pairs: list[tuple[int, int]]) -> None:
    digests = np.array(pairs, dtype=np.uint64).reshape(-1, 2).T
    assert keys.sort_digests(digests).T.tolist() == [list(pair) for pair in sorted(pairs)]


def _digests(pairs: set[tuple[int, int]]) -> keys.Digests:
    return np.array(sorted(pairs), dtype=np.uint64).reshape(-1, 2).T


def test_ids_that_are_held_are_told_whichever_file_has_them() -> None:
    assert keys.held_events(rows("a")["event_id"]).to_pylist() == [False]
    actions.append_events(rows("a", "b"))
    actions.append_events(rows("c"))
    asked = rows("x", "c", "a", "y", "a")["event_id"]
    assert keys.held_events(asked).to_pylist() == [False, True, True, False, True]
