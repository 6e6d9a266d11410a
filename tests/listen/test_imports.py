"""Importing small files: what they become, twice, longer, corrected, broken."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from regard.errors import AmbiguousError, ConflictError, MappingError
from regard.know.models import Identity
from regard.ledger import lake
from regard.ledger.queries import events
from regard.listen import intake
from regard.listen.actions import cancel_import, import_file, receive_file
from regard.listen.mapping import parse_mapping
from regard.listen.mapping_files import hold_source, mapping_path
from regard.listen.models import Import, Reject
from regard.listen.reading import Hints

Write = Callable[[str, str], Path]
pytestmark = pytest.mark.django_db

ORDERS = """order_id,customer_id,order_date,total
1,K1,2026-01-05 10:00,10.50
2,K2,2026-01-06 11:30,20.00
3,K1,2026-01-07 09:15,5.25
"""
MAPPING = """source = "shop"
[[table]]
name = "orders"
headers = ["order_id", "customer_id", "order_date", "total"]
person = [{ via = "id", columns = ["customer_id"] }]
[table.dates]
order_date = "yyyy-mm-dd h:mm"
[[table.event]]
name = "order.completed"
id = ["order_id"]
at = "order_date"
subject = { kind = "order", column = "order_id" }
amount = "total"
"""


def take_in(path: Path, **more: object) -> Import:
    more.setdefault("source", "shop")
    done = import_file(path, actor="ann", **more)  # type: ignore[arg-type]
    assert done.rows_read == (
        done.event_rows + done.attribute_rows + done.duplicate_rows + done.rejected_rows
    )
    return done


def visible() -> list[dict[str, object]]:
    """Events as they stand, in an order of their own."""
    return sorted(events().drop("recorded_at").to_pyarrow().to_pylist(), key=lambda e: str(e["event_id"]))


def test_an_order_becomes_an_event_an_identity_and_a_count(write: Write) -> None:
    done = take_in(write("orders.csv", ORDERS), mapping=parse_mapping(MAPPING))
    assert (done.state, done.rows_read, done.event_rows, done.events_added) == ("done", 3, 3, 3)
    first = next(event for event in visible() if event["subject"] == "order:1")
    assert first["person"] == "shop:K1"
    assert first["amount"] == Decimal("10.5000")
    assert first["currency"] == "EUR"
    assert first["occurred_at"] == datetime(2026, 1, 5, 9, tzinfo=UTC)  # 10:00 in Berlin
    assert set(Identity.objects.values_list("person", flat=True)) == {"shop:K1", "shop:K2"}


def test_importing_the_same_file_twice_adds_nothing(write: Write) -> None:
    path = write("orders.csv", ORDERS)
    take_in(path)
    before = visible()
    again = take_in(path)
    assert (again.duplicate_rows, again.event_rows, again.events_added) == (3, 0, 0)
    assert visible() == before


def test_rows_that_say_nothing_new_hand_nobody_on(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(write("orders.csv", ORDERS))
    handed_on: list[list[str]] = []

    def note(rows: pa.Table, *, source: str, actor: str) -> None:
        handed_on.append(rows["person"].to_pylist())

    monkeypatch.setattr(intake, "register_identities", note)
    take_in(write("orders.csv", ORDERS))
    take_in(write("orders.csv", ORDERS + "4,K3,2026-01-08 10:00,1.00\n"))
    assert handed_on == [["shop:K3"]]


def test_a_longer_file_adds_the_difference(write: Write) -> None:
    take_in(write("orders.csv", ORDERS))
    done = take_in(write("orders.csv", ORDERS + "4,K3,2026-01-08 10:00,1.00\n"))
    assert (done.event_rows, done.duplicate_rows, done.events_added) == (1, 3, 1)


def test_a_changed_amount_is_a_correction(write: Write) -> None:
    take_in(write("orders.csv", ORDERS))
    done = take_in(write("orders.csv", ORDERS.replace("20.00", "25.00")))
    assert (done.event_rows, done.duplicate_rows, done.details["corrections"]) == (1, 2, 1)
    assert [e["amount"] for e in visible() if e["subject"] == "order:2"] == [Decimal("25.0000")]
    older = take_in(write("orders.csv", ORDERS))  # the old file handed in again overrules nothing
    assert older.duplicate_rows == 3
    assert [e["amount"] for e in visible() if e["subject"] == "order:2"] == [Decimal("25.0000")]


def test_the_last_of_two_versions_in_one_file_counts(write: Write) -> None:
    path = write("orders.csv", ORDERS + "1,K1,2026-01-05 10:00,11.00\n")
    assert take_in(path, mapping=parse_mapping(MAPPING)).event_rows == 4
    assert [e["amount"] for e in visible() if e["subject"] == "order:1"] == [Decimal("11.0000")]
    assert take_in(path, mapping=parse_mapping(MAPPING)).duplicate_rows == 4


def test_equal_rows_without_a_number_are_purchases_of_their_own(write: Write) -> None:
    text = "customer_id,date,amount\nK1,2026-01-05,10.5\nK1,2026-01-05,10.5\nK2,2026-01-05,3\n"
    assert take_in(write("sales.csv", text)).events_added == 3
    longer = take_in(write("sales.csv", text + "K1,2026-01-05,10.5\n"))
    assert (longer.events_added, longer.duplicate_rows) == (1, 3)


def test_a_row_that_cannot_be_used_is_kept_with_its_reason(write: Write) -> None:
    text = ORDERS + "4,,2026-01-08 10:00,1\n5,K5,soon,2\n6,K6,2026-01-09 10:00,much\n,K7,2026-01-09 10:00,3\n"
    done = take_in(write("orders.csv", text), mapping=parse_mapping(MAPPING))
    assert (done.event_rows, done.rejected_rows) == (3, 4)
    reasons = dict(Reject.objects.values_list("row_number", "reason"))
    assert sorted(reasons) == [4, 5, 6, 7]
    assert "`customer_id`" in reasons[4]
    assert reasons[5].startswith("`order_date`")
    assert reasons[6].startswith("`total`")
    assert "order_id" in reasons[7]
    assert Reject.objects.get(row_number=5).row == {
        "order_id": "5", "customer_id": "K5", "order_date": "soon", "total": "2"
    }  # fmt: skip


def test_one_wide_row_gives_several_events(write: Write) -> None:
    text = (
        "Bestellnummer;Kundennummer;Bestelldatum;Liefertermin;Geliefert am;Betrag\n"
        "B1;4711;03.01.2026;08.01.2026;13.01.2026;1.234,50\nB2;4712;14.01.2026;20.01.2026;;9,99\n"
    )
    assert take_in(write("bestellungen.csv", text)).events_added == 5
    found = {(e["name"], e["subject"]): e for e in visible()}
    assert found["order.completed", "order:B1"]["amount"] == Decimal("1234.5000")
    assert '"due_at":"2026-01-20T22:59:59Z"' in str(found["promise.made", "order:B2"]["data"])
    assert '"promised_at":"2026-01-08T22:59:59Z"' in str(found["order.delivered", "order:B1"]["data"])


def test_an_ambiguous_date_order_is_asked_not_guessed(write: Write) -> None:
    path = write("orders.csv", ORDERS.replace("2026-01-0", "01/0").replace(" ", "/2026 "))
    with pytest.raises(AmbiguousError, match="day first or month first"):
        take_in(path)
    assert not mapping_path("shop").exists()
    take_in(path, hints=Hints(date_order="mdy"))
    assert min(str(e["occurred_at"]) for e in visible()).startswith("2026-01-05")


def test_attributes_come_once_and_change_when_they_change(write: Write) -> None:
    text = "customer_id,name,email,plan\n1,Ann Lee,ann@example.org,gold\n2,Bo Li,bo@example.org,free\n"
    assert take_in(write("crm.csv", text), source="crm").attribute_rows == 2
    assert take_in(write("crm.csv", text), source="crm").duplicate_rows == 2
    changed = take_in(write("crm.csv", text.replace("free", "gold")), source="crm")
    assert (changed.attribute_rows, changed.duplicate_rows) == (1, 1)
    assert Identity.objects.get(person="crm:1").fields["email"] == "ann@example.org"
    assert lake.read("attributes").count().execute() == 3


def test_a_dry_run_changes_nothing_but_tells_the_counts(write: Write) -> None:
    path = write("orders.csv", ORDERS + "1,K1,2026-01-05 10:00,10.50\n")
    done = take_in(path, mapping=parse_mapping(MAPPING), dry_run=True)
    assert (done.event_rows, done.duplicate_rows, done.events_added) == (3, 1, 3)
    assert not Import.objects.exists()
    assert not Identity.objects.exists()
    assert lake.open_table("events") is None


def test_two_imports_of_one_source_do_not_run_at_once(write: Write) -> None:
    with hold_source("shop"), pytest.raises(ConflictError, match="Another import"):
        take_in(write("orders.csv", ORDERS))


def test_a_cancelled_import_says_so_and_can_be_done_again(write: Write) -> None:
    path = write("orders.csv", ORDERS)
    job = receive_file(path, source="shop", actor="ann")
    cancel_import(job.pk, actor="bob")
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "Cancelled by bob.")
    assert take_in(path).events_added == 3


def test_a_mapping_that_does_not_fit_says_what_is_missing(write: Write) -> None:
    with pytest.raises(MappingError, match="needs also: customer_id"):
        take_in(write("orders.csv", ORDERS.replace("customer_id", "who")), mapping=parse_mapping(MAPPING))
    assert Import.objects.get().state == "failed"


def test_items_take_the_date_of_their_order(write: Write) -> None:
    take_in(write("orders.csv", ORDERS))
    items = "order_id,order_item_id,product_id,price\n1,1,P1,4\n1,2,P2,6.5\n2,1,P1,20\n9,1,P1,1\n"
    done = take_in(write("items.csv", items))
    assert (done.event_rows, done.rejected_rows) == (3, 1)
    assert "no order.completed of this order is known yet" in Reject.objects.get().reason
    bought = [e for e in visible() if e["name"] == "item.bought" and e["subject"] == "order:1"]
    assert [e["occurred_at"] for e in bought] == [datetime(2026, 1, 5, 9, tzinfo=UTC)] * 2
    assert {e["person"] for e in bought} == {"ref:order:1"}


def test_numbers_that_another_source_uses_are_the_same_customers(write: Write) -> None:
    take_in(write("orders.csv", ORDERS))
    tickets = "ticket,customer_no,opened,text\n" + "".join(
        f"T{n},K{n},2026-02-0{n} 10:00,Where is my parcel number {n} please tell me soon?\n"
        for n in (1, 2, 3)
    )
    done = take_in(write("tickets.csv", tickets), source="helpdesk")
    assert done.event_rows == 3
    assert {e["person"] for e in visible() if e["name"] == "case.opened"} == {"shop:K1", "shop:K2", "shop:K3"}


def test_an_order_of_one_row_carries_its_product_and_is_one_event(write: Write) -> None:
    orders = "order_id,customer_id,order_date,article,total\n" + "".join(
        f"{n},K{n},2026-01-0{n} 10:00,FJ-1{n},10.50\n" for n in range(1, 6)
    )
    assert take_in(write("orders.csv", orders)).events_added == 5
    assert {(e["name"], e["data"]) for e in visible()} == {
        ("order.completed", f'{{"product":"FJ-1{n}"}}') for n in range(1, 6)
    }


THOUSANDS = ORDERS.replace("10.50", '"1,234"').replace("20.00", '"5,678"').replace("5.25", '"2,500"')


def test_a_mark_before_three_digits_is_asked_in_amounts_and_never_guessed(write: Write) -> None:
    for text in (THOUSANDS, THOUSANDS.replace('"', "").replace(",2,500", ",2.500").replace("1,234", "1.234")
                 .replace("5,678", "5.678")):  # fmt: skip
        with pytest.raises(AmbiguousError, match="--decimal-mark comma or point"):
            take_in(write("orders.csv", text))
    assert not events().count().execute()
    with pytest.raises(AmbiguousError, match="decimal-mark"):
        take_in(write("orders.csv", THOUSANDS), mapping=parse_mapping(MAPPING))
    take_in(write("orders.csv", THOUSANDS), hints=Hints(decimal_comma=False))
    assert {event["amount"] for event in visible()} == {Decimal(1234), Decimal(5678), Decimal(2500)}


def test_the_answer_about_the_mark_is_kept_for_the_next_file(write: Write) -> None:
    take_in(write("orders.csv", THOUSANDS), hints=Hints(decimal_comma=True))
    take_in(write("orders2.csv", THOUSANDS.replace("\n1,", "\n11,")))
    assert {event["amount"] for event in visible()} == {
        Decimal("1.234"),
        Decimal("5.678"),
        Decimal("2.5"),
    }
    assert "decimal_comma = true" in mapping_path("shop").read_text("utf-8")


def test_a_number_cell_of_a_typed_format_is_never_asked_about(write: Write) -> None:
    rows = "".join(
        f'{{"order_id": {n}, "customer_id": "K{n}", "order_date": "2026-01-0{n}", "total": {n}.234}}\n'
        for n in (1, 2, 3)
    )
    take_in(write("orders.ndjson", rows))
    assert {event["amount"] for event in visible()} == {Decimal(f"{n}.234") for n in (1, 2, 3)}
