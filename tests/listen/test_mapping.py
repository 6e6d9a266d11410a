"""A mapping as a person reads, writes and mends it."""

from pathlib import Path

import pytest

from regard.errors import MappingError
from regard.listen.mapping import format_mapping, parse_mapping, read_mapping, write_mapping
from regard.listen.mapping.words import meanings_of, slug, thing_of_id, words_of

WHOLE = """source = "shop"

[[table]]
name = "orders"
headers = ["Nr", "Kunde", "Datum", "Summe", "Stufe", "Art", "Note \\"x\\""]
files = ["orders*.csv"]
kind = { column = "Art" }
identity_when = { column = "Art", not_ends = ["x"] }
person = [
  { via = "id", columns = ["Kunde"], namespace = "crm" },
  { via = "email", columns = ["Art"], outside = ["@us.example"] },
  { via = "row" },
]
[table.read]
date_order = "dmy"
decimal_comma = true
missing = ["?"]
[table.identity]
name = "Kunde"
[table.identity.ids]
crm = "Nr"
[table.attributes]
stufe = "Stufe"
summe = { column = "Summe", as = "number" }
[table.dates]
Datum = "d.m.yyyy"
[table.values.Art]
Firma = "organisation"
[[table.event]]
name = "order.completed"
id = ["Nr"]
separate = true
scope = "orders"
at = "Datum"
when = { column = "Stufe", in = ["a", "b"], not = ["c"], ends = ["d"] }
subject = { kind = "order", column = "Nr" }
amount = "Summe"
currency = "CHF"
data.stage = "Stufe"
data.due = { column = "Datum", as = "date" }
data.kind = { value = "delivery" }
[[table.event]]
name = "survey.answered"
id = ["Nr"]
snapshot = 2026-01-02
instrument = "csat-5"
score = "Note \\"x\\""
score_missing = ["0"]
touchpoint = { column = "Stufe" }
[[table.event]]
name = "payment.made"
id = ["Nr"]
at_event = "order.completed"
subject = { kind = "order", column = "Nr" }
amount = "Summe"
"""


def test_what_is_written_reads_back_the_same() -> None:
    mapping = parse_mapping(WHOLE)
    assert parse_mapping(format_mapping(mapping)) == mapping


def test_new_tables_are_added_and_a_persons_comments_stay(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text("# mine\n" + WHOLE)
    known = read_mapping(path)
    more = parse_mapping(WHOLE.replace('name = "orders"', 'name = "returns"'))
    both = type(known)("shop", known.tables + more.tables)
    write_mapping(both, path)
    assert path.read_text().startswith("# mine\n")
    assert read_mapping(path) == both


@pytest.mark.parametrize(
    ("written", "instead", "line", "why"),
    [
        ('amount = "Summe"', 'ammount = "Summe"', 38, "`ammount` is not known here"),
        ('at = "Datum"', 'at = "Tag"', 35, "no column `Tag`"),
        ("snapshot = 2026-01-02", 'snapshot = "soon"', 46, "an event needs one of"),
        ('"order.completed"\nid', '"order.complete"\nid', 31, "the catalogue has no event"),
        ('date_order = "dmy"', 'date_order = "dym"', 15, "no date order"),
        ('id = ["Nr"]\nseparate', "separate", 30, "`id` is missing"),
        ('via = "email"', 'via = "mail"', 11, "leads to nobody"),
    ],
)
def test_a_mistake_is_named_with_its_line(written: str, instead: str, line: int, why: str) -> None:
    with pytest.raises(MappingError, match=why) as refused:
        parse_mapping(WHOLE.replace(written, instead, 1), name="shop.toml")
    told = int(str(refused.value).split("line ")[1].split(":")[0])
    assert abs(told - line) <= 2, str(refused.value)


def test_toml_that_cannot_be_read_is_named_with_its_line() -> None:
    with pytest.raises(MappingError, match=r"shop\.toml: .*line 2"):
        parse_mapping('source = "a"\n[[table\n', name="shop.toml")


@pytest.mark.parametrize(
    ("header", "thing"),
    [("Customer ID", "customer"), ("KundenNr.", "customer"), ("numero de client", "customer"), ("CaseID", "case"),
     ("Bestellnummer", "order"), ("order_item_id", "line"), ("id", "id"), ("customer_zip_code_prefix", ""),
     ("pay_pk", ""), ("Preis", "")],
)  # fmt: skip
def test_ids_name_things(header: str, thing: str) -> None:
    assert thing_of_id(header) == thing


@pytest.mark.parametrize(
    ("header", "meaning"),
    [("E-Mail-Adresse", "email"), ("Straße", "street"), ("PLZ", "postcode"), ("Date de commande", "order_date"),
     ("fecha entrega", "delivered_date"), ("Zugesagt am", "promised_date"), ("Prénom", "given_name"),
     ("dollar_value", "amount"), ("Churn Label", "churn")],
)  # fmt: skip
def test_headers_mean_the_same_in_several_languages(header: str, meaning: str) -> None:
    assert meanings_of(header)[meaning] == 1.0


def test_words_are_told_apart_however_a_header_is_written() -> None:
    assert words_of("OrderDate") == words_of("order_date") == words_of(" Order-Date ") == ("order", "date")
    assert slug("Zip Code") == "zip_code"
