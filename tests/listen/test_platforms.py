"""Exports of LimeSurvey and Delighted are understood by their headers."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from regard.know.models import Identity
from regard.ledger import lake
from regard.ledger.queries import events
from regard.listen.actions import import_file

pytestmark = pytest.mark.django_db
EXPORTS = Path(__file__).parent / "exports"


def taken_in(name: str, tmp_path: Path) -> list[dict[str, Any]]:
    """What an export becomes without anybody saying what it is."""
    file = shutil.copy(EXPORTS / name, tmp_path / name)
    done = import_file(Path(file), source=Path(name).stem, actor="ann")
    assert (done.state, done.rejected_rows) == ("done", 0)
    rows: list[dict[str, Any]] = lake.fetch(events()).to_pylist()
    return rows


def test_a_delighted_export(tmp_path: Path) -> None:
    found = taken_in("delighted.csv", tmp_path)
    answers = {each["person"]: each for each in found if each["name"] == "survey.answered"}
    assert sorted(each["score"] for each in answers.values()) == [3, 7, 9, 10]
    assert {each["instrument"] for each in answers.values()} == {"nps"}
    eva = next(each for each in answers.values() if each["score"] == 9)
    assert eva["text"] == "Quick delivery, friendly driver."
    assert '"tags":"delivery,praise"' in eva["data"].replace(": ", ":")
    assert f"{eva['occurred_at']:%Y-%m-%d %H:%M:%S}" == "2026-03-02 09:14:05"
    assert Identity.objects.get(person=eva["person"]).normal["email"] == "eva.lang@example.org"


@pytest.mark.parametrize("name", ["limesurvey-words.csv", "limesurvey-codes.csv"])
def test_a_limesurvey_export_by_words_and_by_codes(name: str, tmp_path: Path) -> None:
    found = [each for each in taken_in(name, tmp_path) if each["name"] == "survey.answered"]
    scored = Counter(each["instrument"] for each in found if each["score"] is not None)
    lead = "nps" if "words" in name else "rating-10"  # a code does not say what was asked
    assert scored == {lead: 3, "rating-5": 8 if "words" in name else 6}
    leads = {each["score"] for each in found if each["instrument"] == lead and each["score"] is not None}
    assert leads == {3, 7 if "words" in name else 10, 9}
    assert all(each["score"] != 2 or each["instrument"] != lead for each in found)  # never submitted
    texts = {each["text"] for each in found if each["text"]}
    assert "Quick delivery and a friendly driver." in texts
    rated = {each["touchpoint"] for each in found if each["instrument"] == "rating-5"}
    assert rated >= ({"Delivery", "Quality", "Service"} if "words" in name else {"SQ001", "SQ002"})
    eva = next(each for each in found if each["text"] == "Quick delivery and a friendly driver.")
    assert "eva.lang@example.org" in str(Identity.objects.get(person=eva["person"]).normal)


def became(tmp_path: Path, text: str, name: str = "export.csv") -> list[dict[str, Any]]:
    """The events of a file, in order of time and name, when everything proposed is accepted."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    done = import_file(tmp_path / name, source="desk", actor="ann")
    assert done.rejected_rows == 0
    rows: list[dict[str, Any]] = lake.fetch(events()).to_pylist()
    return sorted(rows, key=lambda row: (row["occurred_at"], row["name"]))


def test_a_shopify_export_gives_each_order_once_with_what_became_of_it(tmp_path: Path) -> None:
    found = became(tmp_path, (EXPORTS / "shopify.csv").read_text(encoding="utf-8"))
    assert [(each["name"], each["subject"], each["amount"] and float(each["amount"])) for each in found] == [
        ("order.completed", "order:#1001", 24.9), ("order.shipped", "order:#1001", None),
        ("order.completed", "order:#1002", 30.0), ("order.refunded", "order:#1002", 5.5),
        ("order.cancelled", "order:#1003", None), ("order.completed", "order:#1003", 40.0),
        ("order.completed", "order:#1004", 50.0), ("order.cancelled", "order:#1004", None),
    ]  # fmt: skip
    assert Identity.objects.get(person="email:a@example.com").fields["name"] == "Anna Meier"


def test_an_answer_that_was_only_asked_for_is_no_bad_one(tmp_path: Path) -> None:
    head = "Id,Requester,Requester email,Subject,Assignee,Created at,Solved at,Satisfaction Score\n"
    words = ["Offered", "Good", "Bad", "Offered", "Unoffered", "Good"]
    rows = "".join(f"{n},Name {n},n{n}@example.com,Late,Ann,2026-03-0{n + 1} 09:00,2026-03-0{n + 1} 12:00,{word}\n"
                   for n, word in enumerate(words))  # fmt: skip
    found = became(tmp_path, head + rows)
    assert [each["score"] for each in found if each["name"] == "survey.answered"] == [1, 0, 1]
    assert sum(each["name"] == "case.opened" for each in found) == 6
    assert sum(each["name"] == "case.resolved" for each in found) == 6


def test_a_form_that_asks_for_a_recommendation_in_words_is_nps(tmp_path: Path) -> None:
    asked = (
        "How likely are you to recommend us to a friend or colleague?,What is the main reason for your score?"
    )
    rows = "".join(
        f"1/{n + 14}/2026 8:15:00,n{n}@example.com,{n},Quick and friendly it was\n" for n in range(11)
    )
    found = became(tmp_path, f"Timestamp,Email Address,{asked}\n{rows}")
    assert {(each["name"], each["instrument"]) for each in found} == {("survey.answered", "nps")}
    assert sorted(each["score"] for each in found) == list(range(11))
    assert found[0]["text"] == "Quick and friendly it was"


@pytest.mark.parametrize(
    ("word", "name"),
    [("Failed", "order.cancelled"), ("wc-cancelled", "order.cancelled"), ("voided", "order.cancelled"),
     ("wc-refunded", "order.refunded")],
)  # fmt: skip
def test_an_order_that_came_to_nothing_is_no_revenue(tmp_path: Path, word: str, name: str) -> None:
    rows = "".join(f"{n},C{n},2026-03-0{n},{n}.50,{word if n == 3 else 'paid'}\n" for n in range(1, 7))
    found = became(tmp_path, f"Order ID,Customer ID,Order date,Total,Status\n{rows}")
    assert [each["subject"] for each in found if each["name"] == name] == ["order:3"]


def test_refunds_without_a_day_count_at_the_orders_and_none_is_made_of_zero(tmp_path: Path) -> None:
    rows = "".join(f"{n},C{n},2026-03-0{n},10.50,{'2.25' if n == 3 else '0.00'}\n" for n in range(1, 7))
    found = became(tmp_path, f"Order ID,Customer ID,Order date,Total,Amount Refunded\n{rows}")
    assert [
        (each["subject"], float(each["amount"])) for each in found if each["name"] == "order.refunded"
    ] == [("order:3", 2.25)]


def test_a_table_of_another_source_is_read_as_this_file_is_written(tmp_path: Path) -> None:
    head = "order_id,customer_id,order_date,total\n"
    (tmp_path / "a.csv").write_text(head + "1,K1,2026-01-05,10.50\n2,K2,2026-01-06,20.25\n")
    import_file(tmp_path / "a.csv", source="till", actor="ann")
    (tmp_path / "b.csv").write_text(head + '3,K3,25.01.2026,"1.210,50"\n4,K4,26.01.2026,"20,25"\n')
    assert import_file(tmp_path / "b.csv", source="shop", actor="ann").rejected_rows == 0
    found = {each["subject"]: each for each in lake.fetch(events()).to_pylist()}
    assert float(found["order:3"]["amount"]) == 1210.5
    assert f"{found['order:4']['occurred_at']:%Y-%m-%d}" == "2026-01-26"


def test_billing_columns_of_a_german_shop_are_the_customers(tmp_path: Path) -> None:
    head = "Bestellnummer;Bestelldatum;Vorname (Rechnung);Nachname (Rechnung);E-Mail (Rechnung);"
    head += "Gesamtsumme der Bestellung"
    rows = "".join(
        f"{n};0{n}.03.2026 14:00;Anna;Meier {n};n{n}@example.com;1{n},90 CHF\n" for n in range(1, 6)
    )
    found = became(tmp_path, f"{head}\n{rows}")
    assert [(float(each["amount"]), each["currency"]) for each in found][:1] == [(11.9, "CHF")]
    assert Identity.objects.get(person="email:n1@example.com").fields["family_name"] == "Meier 1"
