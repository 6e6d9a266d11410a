"""What a backup holds, and when it is taken."""

import sqlite3
import threading
from pathlib import Path

import pytest
from deltalake import DeltaTable
from django.db import connection
from pytest_django.fixtures import Settings

from regard.errors import ConflictError, InputError, StoreError
from regard.keeping.archive import open_archive
from regard.keeping.backing_up import back_up
from regard.keeping.moment import hold_moment
from regard.keeping.restoring import settle
from regard.keeping.unpacking import unpack
from regard.ledger import lake
from regard.ledger.actions import flush_inbox, record_events
from regard.ledger.lock import hold_writer
from regard.ledger.models import Flush
from tests.ledger.cast import order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    if connection.vendor == "postgresql":
        pytest.skip("test_under_load.py backs up PostgreSQL")
    home = tmp_path / "a home"
    for name, text in {
        "regard.toml": "", "secret.key": "s", "sources/shop.toml": "x", "sources/shop.lock": "",
        "sources/.shop.toml.12": "", "files/ab/orders.csv": "a,b\n1,2\n", "keys/1/x.npy": "", "jobs.sqlite3": "",
    }.items():  # fmt: skip
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    settings.REGARD_HOME = home
    settings.REGARD_LAKE = str(home / "lake")
    return home


def record(*event_ids: str) -> None:
    record_events([order(event_id) for event_id in event_ids], source="shop", actor="test")


def taken_out(path: Path, folder: Path) -> Path:
    with open_archive(path) as archive:
        unpack(archive, folder, lambda name, size: None)
    return folder


def test_a_backup_holds_stores_settings_mappings_uploads_and_no_caches(tmp_path: Path) -> None:
    record("a", "b")
    flush_inbox()
    record("c")
    made = back_up(tmp_path / "b.tar")
    assert made.manifest.counts == {"events": 2, "customers": 0, "waiting events": 1}
    folder = taken_out(made.path, tmp_path / "out")
    names = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert {name for name in names if not name.startswith("lake/")} == {
        "regard.toml", "secret.key", "sources/shop.toml", "files/ab/orders.csv", "regard.sqlite3",
    }  # fmt: skip
    with sqlite3.connect(folder / "regard.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM ledger_batch").fetchone() == (1,)
    assert DeltaTable(folder / "lake" / "events").version() == lake.open_table("events").version()  # type: ignore[union-attr]
    assert not [each for each in tmp_path.iterdir() if each.name.endswith(".part")]


def test_a_folder_gets_a_named_file_and_uploads_can_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    made = back_up(tmp_path / "kept", with_files=False)
    assert made.path.match("kept/regard-20*.tar")
    assert not [part for part in made.manifest.parts if part.name.startswith("files/")]
    with pytest.raises(ConflictError):
        back_up(made.path)
    with pytest.raises(InputError):
        back_up(tmp_path / "nowhere" / "b.tar")


def test_a_table_is_kept_from_its_last_checkpoint_on(tmp_path: Path) -> None:
    for number in range(3):
        record(f"early-{number}")
        flush_inbox()
    table = lake.open_table("events")
    assert table is not None
    table.create_checkpoint()
    record("late")
    flush_inbox()
    with hold_moment() as moment:
        assert moment.tables["events"].rows == 4
        assert sorted(moment.tables["events"].log) == [
            f"{2:020}.checkpoint.parquet", f"{2:020}.json", f"{3:020}.json",
        ]  # fmt: skip
    folder = taken_out(back_up(tmp_path / "b.tar").path, tmp_path / "out")
    kept = DeltaTable(folder / "lake" / "events")
    assert (kept.version(), kept.count(), kept.transaction_version("inbox")) == (3, 4, 4)


def test_a_backup_waits_for_a_flush_that_is_between_the_stores(tmp_path: Path) -> None:
    record("a")
    begun = threading.Event()
    backup = threading.Thread(target=lambda: (begun.set(), back_up(tmp_path / "b.tar")))
    with hold_writer("attributes"):
        backup.start()
        begun.wait()
        backup.join(0.3)
        assert backup.is_alive()
    backup.join(20)
    assert (tmp_path / "b.tar").exists()


def test_a_lake_that_lacks_a_file_is_not_kept(tmp_path: Path, home: Path) -> None:
    record("a")
    flush_inbox()
    (file,) = (home / "lake" / "events").glob("*.parquet")
    file.unlink()
    with pytest.raises(StoreError, match="lacks its file"):
        back_up(tmp_path / "b.tar")
    assert [each.name for each in tmp_path.iterdir()] == ["a home"]


def test_a_restored_lake_goes_where_the_settings_want_it_and_counts_are_compared(
    tmp_path: Path, settings: Settings
) -> None:
    record("a", "b")
    flush_inbox()
    made = back_up(tmp_path / "b.tar")
    folder = taken_out(made.path, tmp_path / "out")
    settings.REGARD_LAKE = str(tmp_path / "lake elsewhere")
    Flush.objects.create(number=1, batch_ids=[77])
    record("c")
    done = settle(folder, made.manifest)
    assert done.counts == {"events": 2, "customers": 0, "waiting events": 1}
    assert done.differs == ["waiting events"]
    assert not (folder / "lake").exists()
    assert not Flush.objects.exists()
    flush_inbox()
    assert sorted(lake.read("events").event_id.to_pyarrow().to_pylist()) == ["a", "b", "c"]
    with pytest.raises(ConflictError, match="There is a lake at"):
        settle(taken_out(made.path, tmp_path / "again"), made.manifest)
