"""What a column holds is told from all of it, and what cannot be told is said."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from regard.listen.reading import ColumnProfile, Hints, profile_sheet, read_file
from regard.listen.reading import profile as module


def profiles(
    folder: Path, columns: dict[str, Sequence[object]], hints: Hints | None = None
) -> dict[str, ColumnProfile]:
    path = folder / "table.tsv"
    lines = ["\t".join(columns), *("\t".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n")
    hints = hints or Hints()
    (sheet,) = read_file(path, hints=Hints(delimiter="\t", header=True))
    return {profile.name: profile for profile in profile_sheet(sheet, hints=hints)}


def profile(folder: Path, name: str, values: Sequence[object], hints: Hints | None = None) -> ColumnProfile:
    return profiles(folder, {name: values, "filler": range(len(values))}, hints)[name]


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("e", ["a@b.de", "c@d.com"], "email"),
        ("web", ["https://a.b", "www.c.d/x"], "url"),
        ("Telefon", ["030 123456", "0171/5551234"], "phone"),
        ("contact_no", ["+49 30 123456", "+49 (171) 5551234"], "phone"),
        ("number", ["+33 6 11 31 80 03", "0049151150336", "0151/19673917"], "phone"),
        ("Telefonnummer", ["030123456", "0301234567"], "phone"),
        ("Kundennummer", ["K100001", "K100002"], "id"),
        ("message_id", ["1.a@mail.example.com", "2.b@mail.example.com"], "id"),
        ("amount", ["1 234 567", "12 345 678"], "decimal"),
        ("Vorname", ["Anna", "Bo"], "name"),
        ("surname", ["O'Hara", "de la Cruz"], "name"),
        ("PLZ", ["01067", "10115"], "postcode"),
        ("postcode", ["SW1A 1AA", "EC1A 1BB"], "postcode"),
        ("active", ["yes", "no"], "boolean"),
        ("aktiv", ["Ja", "Nein"], "boolean"),
        ("flag", ["0", "1"], "boolean"),
        ("duration", ["12:30", "1:05"], "time"),
        ("price", ["€ 12,50", "€ 7,00"], "currency"),
        ("price", ["12.50 USD", "7.00 USD"], "currency"),
        ("price", ["12.50", "7.00"], "decimal"),
        ("quantity", ["1", "2"], "integer"),
        ("order_id", ["4711", "4712"], "id"),
        ("orderId", ["A-4711", "A-4712"], "id"),
        ("number", ["00017", "00018"], "id"),
        ("hash", ["0005aefbb696d34b3424dccd0a0e9fd0", "0018c09f333634ca9c80d9ff46e43e9c"], "id"),
        ("comment", [f"I liked the {i}th of them very much." for i in range(9)], "text"),
        ("nothing", ["", ""], "empty"),
        ("d", ["20240131", "20231224"], "date"),
        ("d", ["2024-01-31T10:11:12Z", "2024-02-01T10:11:12+02:00"], "datetime"),
        ("d", ["31.1.2024", "1.2.2024"], "date"),
        ("d", ["3 Oct 2017", "12 Nov 2018"], "date"),
        ("created_at", ["1700000000", "1700000001"], "datetime"),
        ("created_at", ["1700000000000", "1700000001000"], "datetime"),
    ],
)
def test_kinds(tmp_path: Path, name: str, values: list[str], kind: str) -> None:
    assert profile(tmp_path, name, values * 10 if kind not in ("id", "text") else values).kind == kind


def test_categories_repeat_and_texts_do_not(tmp_path: Path) -> None:
    assert profile(tmp_path, "plan", ["Month to month", "One year", "Two years"] * 10).kind == "category"
    assert profile(tmp_path, "plan", [f"thing {chr(97 + i)}" for i in range(20)]).kind == "text"


def test_ratings_are_small_scales_that_are_used_throughout(tmp_path: Path) -> None:
    assert profile(tmp_path, "Seat comfort", [1, 2, 3, 4, 5, 4, 4, 3] * 5).kind == "rating"
    assert profile(tmp_path, "nps", [0, 10, 9, 9, 8, 10, 10, 6]).kind == "rating"
    assert profile(tmp_path, "number_of_cds", [1, 1, 1, 2, 3, 5, 4, 1] * 5).kind == "integer"
    assert profile(tmp_path, "pieces", [1, 1, 1, 1, 1, 2, 3, 5] * 5).kind == "integer"


def test_zero_beside_a_scale_from_one_means_not_applicable(tmp_path: Path) -> None:
    found = profile(tmp_path, "Wifi service", [0, *[1, 2, 3, 4, 5] * 8])
    assert (found.kind, found.missing_words, found.minimum) == ("rating", ["0"], "1")
    assert "not applicable" in found.evidence
    nps = profile(tmp_path, "nps", [*range(11)] * 4)
    assert (nps.missing_words, nps.minimum) == ([], "0")


def test_missing_words_are_found_and_left_out(tmp_path: Path) -> None:
    found = profile(tmp_path, "age", ["12", "N/A", "?", "", "-", "33", "40", "18"])
    assert (found.kind, found.missing_words, found.null_share) == ("integer", ["-", "?", "N/A"], 0.5)
    assert (found.minimum, found.maximum, found.distinct) == ("12", "40", 4)


def test_none_is_a_value_of_a_category_and_missing_among_numbers(tmp_path: Path) -> None:
    assert profile(tmp_path, "offer", ["None", "A", "B", "A"] * 5).missing_words == []
    assert profile(tmp_path, "amount", ["None", "1", "2.5", "3"] * 5).missing_words == ["None"]


def test_minus_99_is_missing_where_nothing_else_is_below_zero(tmp_path: Path) -> None:
    assert profile(tmp_path, "age", [12, -99, 33, 44] * 5).missing_words == ["-99"]
    assert profile(tmp_path, "delta", [12, -99, -3, 44] * 5).missing_words == []
    assert profile(tmp_path, "q1", [1, 2, 3, 4, 5, -99] * 5).kind == "rating"


def test_missing_words_can_be_told(tmp_path: Path) -> None:
    found = profile(tmp_path, "offer", ["None", "A", "B", "?"] * 5, Hints(missing_words=("None",)))
    assert found.missing_words == ["None"]


@pytest.mark.parametrize(
    ("values", "format", "evidence"),
    [
        (["1/2/2020", "3/4/2020", "25/4/2020"], "d/m/yyyy", "first part beyond 12"),
        (["1/2/2020 0:00", "3/14/2020 10:11"], "m/d/yyyy h:mm", "second part beyond 12"),
        (["1.2.2020", "3.4.2020"], "d.m.yyyy", "points"),
        (["1/1/2020", "2/2/2020"], "d/m/yyyy", "equal in every value"),
        (["97-01-02", "98-02-03"], "yy-m-d", "beyond 31"),
    ],
)
def test_the_order_of_day_and_month_is_decided_from_the_column(
    tmp_path: Path, values: list[str], format: str, evidence: str
) -> None:
    found = profile(tmp_path, "d", values)
    assert (found.date_format, found.date_order_certain) == (format, True)
    assert evidence in found.evidence


def test_the_order_is_found_in_the_last_of_many_rows(tmp_path: Path) -> None:
    values = [f"{1 + i % 12}/{1 + (i * 7) % 12}/2020" for i in range(20_000)]
    assert not profile(tmp_path, "d", values).date_order_certain
    assert profile(tmp_path, "d", [*values, "12/13/2020"]).date_format == "m/d/yyyy"
    assert profile(tmp_path, "d", [*values, "13/12/2020"]).date_format == "d/m/yyyy"


def test_an_order_that_nothing_shows_is_not_guessed(tmp_path: Path) -> None:
    found = profile(tmp_path, "d", ["1/2/2020", "3/4/2020", "2/1/2020"])
    assert not found.date_order_certain
    assert "no value shows" in found.evidence
    assert profile(tmp_path, "d", ["1/2/2020", "3/4/2020"], Hints(date_order="mdy")).date_format == "m/d/yyyy"


def test_orders_that_contradict_each_other_are_not_settled(tmp_path: Path) -> None:
    found = profile(tmp_path, "d", ["25/1/2020", "1/25/2020", "26/1/2020"])
    assert (found.date_order_certain, found.date_format) == (False, "d/m/yyyy")
    assert "only month first" in found.evidence


def test_rows_in_order_of_time_show_the_order(tmp_path: Path) -> None:
    values = [f"{month}/{day}/2020" for month in range(1, 13) for day in (1, 5, 11)]
    found = profile(tmp_path, "d", values)
    assert (found.date_format, found.date_order_certain) == ("m/d/yyyy", True)
    assert "in order of time" in found.evidence


def test_a_silent_column_is_read_as_its_telling_neighbour(tmp_path: Path) -> None:
    found = profiles(tmp_path, {"ordered": ["1/25/2020", "3/14/2020"], "sent": ["2/1/2020", "3/4/2020"]})
    assert (found["sent"].date_format, found["sent"].date_order_certain) == ("m/d/yyyy", True)
    assert found["sent"].evidence.startswith("as ordered")


@pytest.mark.parametrize(
    ("values", "comma", "certain"),
    [
        (["1,5", "2,25"], True, True),
        (["1.234,56", "12"], True, True),
        (["1,234.56", "12"], False, True),
        (["1.5", "1,234"], False, True),
        (["1,234", "5,678"], False, False),
        (["0,125", "3,500"], True, True),
        (["1.234.567", "2"], True, True),
        (["1,5", "2.5", "3,5"], True, False),
        (["1.234", "5.678"], False, False),
        (["1.234", "5.67"], False, True),
        (["1.234", "0.125"], False, True),
    ],
)
def test_the_decimal_mark_is_decided_from_the_column(
    tmp_path: Path, values: list[str], comma: bool, certain: bool
) -> None:
    found = profile(tmp_path, "amount", values)
    assert (found.decimal_comma, found.number_certain) == (comma, certain)


def test_other_columns_show_what_the_comma_is(tmp_path: Path) -> None:
    comma = profiles(tmp_path, {"a": ["1,5", "2,5"], "b": ["1,234", "5,678"], "c": ["1.234", "5.678"]})
    assert [(comma[name].decimal_comma, comma[name].number_certain) for name in "abc"] == [(True, True)] * 3
    assert comma["c"].maximum == "5678"
    point = profiles(tmp_path, {"a": ["1.5", "2.5"], "b": ["1,234", "5,678"]})
    assert (point["b"].decimal_comma, point["b"].number_certain, point["b"].maximum) == (False, True, "5678")


def test_the_decimal_mark_can_be_told(tmp_path: Path) -> None:
    found = profile(tmp_path, "amount", ["1,234", "5,678"], Hints(decimal_comma=True))
    assert (found.maximum, found.number_certain) == ("5.678", True)


def test_the_currency_is_told_when_it_is_one(tmp_path: Path) -> None:
    assert profile(tmp_path, "x", ["€ 1,50", "2,00 EUR"]).currency == "EUR"
    assert profile(tmp_path, "x", ["$1.50", "€2.00"]).currency is None


def test_kinds_can_be_told(tmp_path: Path) -> None:
    assert profile(tmp_path, "x", ["1", "2"], Hints(kinds={"x": "category"})).kind == "category"
    assert profile(tmp_path, "x", ["45000", "45001"], Hints(kinds={"x": "date"})).kind == "text"


def test_unreadable_values_are_counted(tmp_path: Path) -> None:
    found = profile(tmp_path, "d", [*(f"{day}.1.2020" for day in range(1, 31)), "soon"])
    assert (found.kind, found.minimum, found.maximum) == ("date", "2020-01-01", "2020-01-30")
    assert "1 different values cannot be read" in found.evidence


def test_a_sheet_without_rows_has_empty_columns(tmp_path: Path) -> None:
    assert profile(tmp_path, "x", []).kind == "empty"


def test_unlike_values_are_counted(tmp_path: Path) -> None:
    found = profiles(tmp_path, {"id": range(50), "kind": [i % 3 for i in range(50)]})
    assert (found["id"].unique, found["id"].distinct) == (True, 50)
    assert (found["kind"].unique, found["kind"].distinct) == (False, 3)


def test_different_values_are_counted_alike_however_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = {
        "id": [f"A{n}" for n in range(200)],
        "kind": list("abcd") * 50,
        "day": ["2026-01-02", ""] * 100,
    }
    few = profiles(tmp_path, columns)
    monkeypatch.setattr(module, "MANY", 50)
    many = profiles(tmp_path, columns)
    for name in columns:
        assert (many[name].distinct, many[name].unique) == (few[name].distinct, few[name].unique)
        assert (many[name].kind, many[name].minimum) == (few[name].kind, few[name].minimum)
