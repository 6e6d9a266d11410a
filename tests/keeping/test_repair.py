"""What doctor finds in damaged stores, and what repair makes of it."""

import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from pytest_django.fixtures import Settings

from regard.errors import StoreError
from regard.keeping.examining import examine
from regard.keeping.repairing import repair
from regard.know.actions import notice_new_database, refresh_people
from regard.know.models import Customer, Identity, Unheard
from regard.know.queries import known_persons
from regard.ledger import inbox, keys, lake
from regard.ledger.actions import flush_inbox, record_events
from regard.ledger.models import Batch, Flush
from regard.listen.actions import import_file
from regard.listen.models import Import
from regard.simulate.company import write_company
from tests.ledger.cast import order
from tests.listen.lost import lose_the_database, people

pytestmark = pytest.mark.django_db

ORDERS = """order_id,customer_id,email,order_date,total
1,K1,ann@example.org,2026-01-05,10.50
2,K2,bob@example.org,2026-01-06,20.00
"""


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    settings.REGARD_HOME = home
    return home


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    import_file(path, source="shop", actor="ann")
    return path


def found() -> list[str]:
    return [trouble.name for trouble in examine()]


def held() -> list[str]:
    return sorted(lake.read("events").event_id.to_pyarrow().to_pylist())


def record(*event_ids: str) -> None:
    record_events([order(event_id, person="shop:K1") for event_id in event_ids], source="shop", actor="test")


def test_sound_stores_have_nothing_wrong_and_repair_changes_nothing(orders: Path) -> None:
    refresh_people()
    before, events = people(), held()
    assert found() == []
    assert repair(actor="ann") == []
    assert (people(), held(), found()) == (before, events, [])


def test_people_whom_only_the_lake_knows_are_found_and_on_request_registered_by_their_keys(
    orders: Path,
) -> None:
    lose_the_database()
    assert found() == ["people"]
    assert "knows nobody" in str(examine()[0])
    assert "counts as new" in repair(actor="ann")[0]
    assert Unheard.objects.get().after is None
    assert (found(), Identity.objects.count()) == (["people"], 0)
    assert repair(actor="ann", people=True) == ["2 people were registered by their keys, without names."]
    assert found() == []
    assert set(Identity.objects.values_list("person", "source")) == {("shop:K1", "shop"), ("shop:K2", "shop")}
    assert repair(actor="ann", people=True) == []
    assert Unheard.objects.count() == 1


def test_of_an_older_database_only_what_came_after_it_is_heard_again(orders: Path, tmp_path: Path) -> None:
    later = tmp_path / "later.csv"
    later.write_text(ORDERS.replace("1,K1,ann", "3,K3,cy").replace("2,K2,bob@", "4,K1,new@"))
    import_file(later, source="shop", actor="ann")
    now = people()
    gone = Identity.objects.get(person="shop:K3")  # as it was before that file
    gone.delete()
    Customer.objects.filter(pk=gone.customer_id).delete()
    Identity.objects.filter(person="shop:K1").update(fields={"email": "ann@example.org"})
    assert found() == ["people"]
    repair(actor="ann")
    assert Unheard.objects.get().after is not None
    again = import_file(orders, source="shop", actor="ann")
    assert (again.attribute_rows, again.duplicate_rows) == (0, 2)
    import_file(later, source="shop", actor="ann")
    assert {key: shown for key, (shown, _) in people().items()} == {
        key: shown for key, (shown, _) in now.items()
    }


def test_visitors_and_things_are_no_strangers() -> None:
    record_events(
        [order("v", person="anon:f00"), order("t", person="ref:order:7")], source="shop", actor="test"
    )
    flush_inbox()
    assert found() == []


@pytest.mark.slow
@pytest.mark.parametrize("first", [lambda: notice_new_database(actor="ann"), lambda: repair(actor="ann")])
def test_a_company_whose_database_was_lost_is_what_it_was_once_its_files_are_imported_again(
    first: Callable[[], object], tmp_path: Path
) -> None:
    folder = tmp_path / "company"
    folder.mkdir()
    write_company(folder, customers=300, seed=5, as_of=date(2026, 11, 21))
    files = [path for path in sorted(folder.iterdir()) if path.name.split(".")[0] not in ("truth", "changes")]
    files = [path for path in files if not path.name.startswith("truth")]
    for path in files:
        import_file(path, source=path.stem, actor="ann")
    before, events = people(), held()
    lose_the_database()
    assert first()
    for path in files:
        import_file(path, source=path.stem, actor="ann")
    assert people() == before
    assert held() == events
    assert found() == []


def test_an_index_that_does_not_fit_the_lake_is_found_and_made_anew(orders: Path) -> None:
    record("a", "b")
    flush_inbox()
    folder = keys._folder("events")
    kept = {path.name: path.read_bytes() for path in folder.glob("*.npy")}
    assert len(kept) == 2
    short, cut = sorted(folder.glob("*.npy"))
    np.save(short, np.zeros((2, 1), np.uint64))
    cut.write_bytes(cut.read_bytes()[:-8])
    assert found() == ["index"]
    assert "made anew" in repair(actor="ann")[0]
    assert {path.name: path.read_bytes() for path in folder.glob("*.npy")} == kept
    record("a", "b")
    assert flush_inbox().duplicates == 2


def test_an_index_with_other_ids_is_found_by_repair(orders: Path) -> None:
    (path,) = keys._folder("events").glob("*.npy")
    np.save(path, np.sort(np.load(path) + np.uint64(1)))
    assert "made anew" in repair(actor="ann")[0]


def test_batches_that_reached_the_lake_unmarked_are_flushed_again_and_not_doubled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record("a", "b")
    with monkeypatch.context() as patch:
        patch.setattr(inbox, "finish", lambda readings: 0)
        flush_inbox()
    Batch.objects.update(created_at="2026-01-01T00:00:00Z")
    record("c")
    assert "stamps" in found()
    repair(actor="ann")
    assert (held(), Batch.objects.count(), Flush.objects.count()) == (["a", "b", "c"], 0, 0)


def test_a_stamp_that_the_lake_knows_of_another_flush_loses_nothing() -> None:
    """As after an older database was put beside a newer lake: the number is taken, by other events."""
    record("a")
    flush_inbox()
    record("b")
    Flush.objects.create(number=1, batch_ids=list(Batch.objects.values_list("id", flat=True)))
    repair(actor="ann")
    assert held() == ["a", "b"]


def test_temporary_files_of_the_dead_go_and_those_of_the_living_stay(home: Path) -> None:
    old, young = home / "secret.77", home / "secret.78"
    uploaded = home / "files" / "x" / "secret.79"
    uploaded.parent.mkdir(parents=True)
    for path in (old, young, uploaded):
        path.write_text("")
    os.utime(old, (time.time() - 7200,) * 2)
    os.utime(uploaded, (time.time() - 7200,) * 2)
    assert found() == ["leftovers"]
    assert repair(actor="ann") == ["1 temporary files are gone."]
    assert [path.exists() for path in (old, young, uploaded)] == [False, True, True]


def test_damaged_files_are_named_and_only_on_request_gone_on_without(orders: Path, lake: Path) -> None:
    record("a", "b")
    flush_inbox()
    (file,) = [path for path in (lake / "events").glob("*.parquet") if path.stat().st_mtime_ns == max(
        each.stat().st_mtime_ns for each in (lake / "events").glob("*.parquet"))]  # fmt: skip
    file.write_bytes(file.read_bytes()[:100])
    assert found() == ["damaged"]
    assert repair(actor="ann") == []
    assert found() == ["damaged"]
    done = repair(actor="ann", forget_damaged=True)
    assert done[0] == "The lake table `events` goes on without 1 damaged files."
    assert found() == []
    assert len(held()) == 2
    record("a", "b")
    assert flush_inbox().events == 2


def test_a_log_that_cannot_be_read_is_told_not_raised(
    orders: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.REGARD_LAKE = str(tmp_path / "broken")
    log = tmp_path / "broken" / "events" / "_delta_log"
    log.mkdir(parents=True)
    (log / f"{0:020}.json").write_text("nonsense")
    assert found() == ["log"]
    assert repair(actor="ann") == []
    with pytest.raises(StoreError):
        held()


def test_a_lost_lake_is_told_and_unfinished_imports_begin_anew(
    orders: Path, settings: Settings, tmp_path: Path
) -> None:
    job = Import.objects.create(
        source="shop", file_name="x.csv", path="x.csv", state="running", rows_read=5, event_rows=5,
        details={"parts_done": 3},
    )  # fmt: skip
    before = people()
    settings.REGARD_LAKE = str(tmp_path / "empty")
    assert found() == ["lost lake"]
    assert repair(actor="ann") == [f"Import {job.pk} of x.csv begins anew."]
    job.refresh_from_db()
    assert (job.rows_read, job.details["parts_done"]) == (0, 0)
    import_file(orders, source="shop", actor="ann")
    assert people() == before
    assert known_persons(["shop:K1"]) == {"shop:K1"}
    assert found() == []
