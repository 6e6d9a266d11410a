"""Whole columns made comparable."""

import pyarrow as pa

from regard.know.normalise import normalise_columns


def test_whole_names_and_streets_are_taken_apart() -> None:
    raw = pa.table(
        {"name": ["Dr. Anna von Berg", None], "street": ["Hauptstr. 12a", "High Street"], "other": [1, 2]}
    )
    made = normalise_columns(raw, region="DE").to_pylist()
    assert made[0] == {"name": "anna berg", "given_name": "anna", "family_name": "berg", "title": "dr",
                       "street": "hauptstrasse", "house_number": "12a"}  # fmt: skip
    assert made[1]["street"] == "high street"
    assert made[1]["house_number"] is None
    assert made[1]["name"] is None


def test_given_names_win_over_the_whole_name() -> None:
    raw = pa.table(
        {"name": ["A. Berg", "Bo Chan"], "given_name": ["Anna", None], "family_name": ["Berg", None]}
    )
    made = normalise_columns(raw, region="DE").to_pylist()
    assert [row["given_name"] for row in made] == ["anna", "bo"]
    assert [row["name"] for row in made] == ["anna berg", "bo chan"]


def test_an_organisation_keeps_its_name_whole() -> None:
    raw = pa.table({"kind": ["organisation", "person"], "name": ["Huber Bau GmbH", "Eva Huber"]})
    made = normalise_columns(raw, region="DE").to_pylist()
    assert made[0]["organisation"] == "huber bau"
    assert made[0]["given_name"] is None
    assert made[1]["given_name"] == "eva"


def test_an_ambiguous_birth_date_is_not_guessed_unless_the_column_decides() -> None:
    doubtful = pa.table({"birth_date": ["02/03/1987", "04/05/1990"]})
    assert normalise_columns(doubtful, region="DE")["birth_date"].to_pylist() == [None, None]
    decided = pa.table({"birth_date": ["02/03/1987", "25/05/1990"]})
    assert normalise_columns(decided, region="DE")["birth_date"].to_pylist() == ["1987-03-02", "1990-05-25"]


def test_a_number_without_code_is_dialled_in_the_country_of_its_row() -> None:
    table = pa.table(
        {"phone": ["07409 268460", "0664 2750719", "07409 268460"], "country": ["UK", "Autriche", None]}
    )
    found = normalise_columns(table, region="GB")["phone"].to_pylist()
    assert found == ["+447409268460", "+436642750719", "+447409268460"]
