"""What spreadsheets and old systems do to tables: totals, rounded keys, stray blanks, several currencies."""

import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from regard.errors import MappingError
from regard.know.models import Identity
from regard.ledger import lake
from regard.listen.actions import import_file
from regard.listen.asking import look_into, settle_mapping
from regard.listen.mapping import parse_mapping
from regard.listen.mapping_files import stored_mapping
from regard.listen.models import Import, Reject
from regard.listen.pipeline import build
from tests.listen.test_imports import MAPPING, Write, take_in, visible

pytestmark = pytest.mark.django_db
HEADER = "order_id,customer_id,order_date,total\n"


def orders() -> dict[str, dict[str, object]]:
    return {str(event["subject"]): event for event in visible()}


def reasons() -> list[str]:
    return list(Reject.objects.order_by("row_number").values_list("reason", flat=True))


def test_each_amount_keeps_the_currency_it_is_written_with(write: Write) -> None:
    take_in(
        write("orders.csv", HEADER + "1,K1,2026-01-05,$10.50\n2,K1,2026-01-06,€9.25\n3,K1,2026-01-07,8.00\n")
    )
    assert [(e["amount"], e["currency"]) for _, e in sorted(orders().items())] == [
        (Decimal("10.5000"), "USD"), (Decimal("9.2500"), "EUR"), (Decimal("8.0000"), "EUR"),
    ]  # fmt: skip


def test_a_dollar_is_the_companys_own(write: Write, settings: pytest.FixtureRequest) -> None:
    settings.REGARD_CURRENCY = "CAD"  # type: ignore[attr-defined]
    take_in(write("orders.csv", HEADER + "1,K1,2026-01-05,$10.50\n2,K1,2026-01-06,$9.25\n"))
    assert {event["currency"] for event in visible()} == {"CAD"}


def test_a_column_of_currencies_counts_more_than_a_sign(write: Write) -> None:
    take_in(
        write("orders.csv", "order_id,customer_id,order_date,total,currency\n1,K1,2026-01-05,$10.50,aud\n")
    )
    assert [event["currency"] for event in visible()] == ["AUD"]


def test_numbers_that_a_spreadsheet_rounded_overwrite_nothing(write: Write) -> None:
    rows = "".join(f"4.51E+12,K1,2026-01-0{day},{day}.50\n" for day in range(1, 5))
    done = take_in(write("orders.csv", f"{HEADER}77,K1,2026-01-09,1.00\n{rows}"))
    assert (done.rejected_rows, done.events_added, done.details["corrections"]) == (4, 1, 0)
    assert "rounded this number" in reasons()[0]


def test_a_row_of_totals_is_nobody(write: Write) -> None:
    people = "".join(f"K{n};Name {n};n{n}@example.com;{n}00,50\n" for n in range(1, 6))
    done = take_in(
        write(
            "customers.csv",
            f"Customer no;Name;E-mail;Revenue 2025\n{people}Total:;;;1.502,50\n;Summe;;1.502,50\n",
        )
    )
    assert (done.rejected_rows, Identity.objects.count()) == (2, 5)
    assert set(reasons()) == {"this is a row of totals"}


def test_a_header_that_stands_there_again_is_nobody(write: Write) -> None:
    people = "".join(f"K{n},Name {n},n{n}@example.com\n" for n in range(1, 6))
    head = "customer_id,name,email\n"
    done = take_in(write("customers.csv", f"{head}{people}\ufeff{head}K9,Name 9,n9@example.com\n"))
    assert (done.rejected_rows, Identity.objects.count()) == (1, 6)
    assert reasons() == ["this is the header once more"]


@pytest.mark.parametrize("written", ["4711.0", " 4711", "4711 ", "4711\u00a0", "\u200b4711", "\ufeff4711"])
def test_the_same_number_is_the_same_customer_however_it_is_padded(write: Write, written: str) -> None:
    take_in(write("orders.csv", f'{HEADER}1,4711,2026-01-05,1.50\n"2.0","{written}",2026-01-06,2.50\n'))
    assert {event["person"] for event in visible()} == {"shop:4711"}
    assert set(orders()) == {"order:1", "order:2"}
    assert set(Identity.objects.values_list("person", flat=True)) == {"shop:4711"}


def test_times_under_a_heading_that_says_utc_are_utc(write: Write, settings: pytest.FixtureRequest) -> None:
    settings.TIME_ZONE = "Europe/Berlin"  # type: ignore[attr-defined]
    take_in(write("orders.csv", "order_id,customer_id,Order date (UTC),total\n1,K1,2026-01-05 10:00,1.50\n"))
    assert [event["occurred_at"] for event in visible()] == [datetime(2026, 1, 5, 10, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("day", "end"), [("2026-10-25", "22:59:59"), ("2026-03-29", "21:59:59"), ("2026-01-05", "22:59:59")]
)
def test_what_is_due_on_a_day_is_due_until_its_last_second(
    write: Write, settings: pytest.FixtureRequest, day: str, end: str
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"  # type: ignore[attr-defined]
    rows = "".join(f"{n},K{n},2026-01-0{n},{day},5.50\n" for n in range(1, 4))
    take_in(write("orders.csv", f"order_id,customer_id,order_date,promised_date,total\n{rows}"))
    (due,) = {str(event["data"]) for event in visible() if event["name"] == "promise.made"}
    assert f'"due_at":"{day}T{end}Z"' in due


def test_a_mapping_cannot_carry_sql(write: Write) -> None:
    evil = MAPPING.replace("[table.dates]", '[table.identity]\n"name, 1 AS x" = "customer_id"\n[table.dates]')
    with pytest.raises(MappingError, match="is no field of a person"):
        parse_mapping(evil)


def test_a_mapping_of_another_source_is_refused(write: Write) -> None:
    path, other = write("orders.csv", f"{HEADER}1,K1,2026-01-05,1.50\n"), parse_mapping(MAPPING)
    with pytest.raises(MappingError, match="is of `shop`"):
        import_file(path, source="till", mapping=other, actor="ann")
    from regard.listen.actions import receive_file

    job = receive_file(path, source="till", actor="ann")
    look_into(job.pk)
    with pytest.raises(MappingError, match="is of `shop`"):
        settle_mapping(job.pk, other)


def test_an_import_that_breaks_is_not_left_running(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_md5", lambda parts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        import_file(write("orders.csv", f"{HEADER}1,K1,2026-01-05,1.50\n"), source="shop", actor="ann")
    job = Import.objects.get()
    assert (job.state, "ZeroDivisionError" in job.error) == ("failed", True)


def test_the_lake_does_not_claim_a_first_part_that_it_never_got(tmp_path: Path) -> None:
    assert not lake.holds("events", "import-1", 0)


def test_subtotals_that_name_nobody_are_nobody(write: Write) -> None:
    rows = "Nord;K1;10,5\nNord;K2;20,5\nTotal Nord;;31,0\nSüd;K3;5,5\nSumme Süd;;5,5\nTotal;;36,5\n"
    done = take_in(write("regions.csv", f"Region;Customer no;Revenue\n{rows}"))
    assert (done.rejected_rows, Identity.objects.count()) == (3, 3)


def test_the_files_of_an_archive_that_are_one_table_have_one_mapping(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "year.zip", "w") as archive:
        for month in range(1, 10):
            archive.writestr(f"orders-2026-0{month}.csv", f"{HEADER}{month},K1,2026-0{month}-05,1.50\n")
    done = import_file(tmp_path / "year.zip", source="shop", actor="ann")
    assert (done.rows_read, done.events_added) == (9, 9)
    mapping = stored_mapping("shop")
    assert mapping is not None
    assert len(mapping.tables) == 1
