"""A store is lost and the files are imported again: customers come out as if it had been the first time."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from regard.know.actions import notice_new_database
from regard.ledger import lake
from regard.listen import intake
from regard.listen.actions import import_file
from tests.listen.lost import lose_the_database, people

Write = Callable[[str, str], Path]
pytestmark = pytest.mark.django_db

# K1 goes from one address to another and back: only the last of a file is handed on, and the other is never known
SHOP = """order_id,customer_id,email,order_date,total
1,K1,ann@example.org,2026-01-05,10.50
2,K2,bob@example.org,2026-01-06,20.00
3,K1,bob@example.org,2026-01-07,5.25
4,K1,ann@example.org,2026-01-08,7.00
4,K1,ann@example.org,2026-01-08,7.00
5,K3,cy@example.org,2026-01-09,8.00
"""
LATER = """order_id,customer_id,email,order_date,total
5,K3,cy@example.org,2026-01-09,8.00
6,K3,dee@example.org,2026-02-01,1.00
7,K4,dee@example.org,2026-02-02,2.00
"""
CRM = """id,name,email
c1,Ann Lee,ann@example.org
c2,Cy Dow,cy@example.org
"""
VISITS = """visit,customer_id,visited_on
1,K9,2026-01-05
2,K2,2026-01-06
"""


@pytest.fixture
def files(write: Write) -> list[tuple[str, Path]]:
    named = {"shop": SHOP, "later": LATER, "crm": CRM, "visits": VISITS}
    paths = {name: write(f"{name}.csv", text) for name, text in named.items()}
    return [
        ("shop", paths["shop"]), ("crm", paths["crm"]), ("shop", paths["later"]), ("visits", paths["visits"])
    ]  # fmt: skip


@pytest.fixture(params=[2, 262_144], ids=["many parts", "one part"])
def rows_a_part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "CHUNK_ROWS", request.param)


def take_in(files: list[tuple[str, Path]]) -> None:
    for source, path in files:
        import_file(path, source=source, actor="ann")


def events_held() -> list[str]:
    return sorted(lake.read("events").event_id.to_pyarrow().to_pylist())


@pytest.mark.usefixtures("rows_a_part")
def test_after_the_database_was_lost_the_same_files_give_the_same_customers(
    files: list[tuple[str, Path]],
) -> None:
    take_in(files)
    before, held = people(), events_held()
    assert frozenset({"shop:K1", "email:ann@example.org"}) in before
    lose_the_database()
    assert notice_new_database(actor="ann")
    take_in(files)
    assert people() == before
    assert events_held() == held

    take_in(files)  # and once more changes nothing: an older file does not bring an old address back
    assert people() == before
    assert events_held() == held


@pytest.mark.usefixtures("rows_a_part")
def test_after_the_lake_was_lost_the_same_files_give_the_same_customers_and_events(
    files: list[tuple[str, Path]], settings: Settings, tmp_path: Path
) -> None:
    take_in(files)
    before, held = people(), events_held()
    settings.REGARD_LAKE = str(tmp_path / "another lake")  # no process that had the old one open goes on
    take_in(files)
    assert people() == before
    assert events_held() == held


def test_a_database_that_knows_somebody_is_not_new(files: list[tuple[str, Path]]) -> None:
    assert not notice_new_database(actor="ann")
    take_in(files)
    assert not notice_new_database(actor="ann")
