"""Single values made comparable."""

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regard.errors import InputError
from regard.know.normalise import date_order_of, normalise


@pytest.mark.parametrize(
    ("field", "raw", "expected"),
    [
        ("email", " Anna.Mueller+Shop@GoogleMail.com ", "annamueller@gmail.com"),
        ("email", "Anna.Mueller@Example.org", "anna.mueller@example.org"),
        ("email", "Anna <anna@müller.de>", "anna@xn--mller-kva.de"),
        ("email", "anna at example", None),
        ("phone", "0151 / 234 567 89", "+4915123456789"),
        ("phone", "0049 (0)151 23456789", "+4915123456789"),
        ("phone", "+49 151 23456789", "+4915123456789"),
        ("phone", "+33 6 12 34 56 78", "+33612345678"),
        ("phone", "030 123456 ext. 7", "+4930123456"),
        ("phone", "12", None),
        ("phone", "call me", None),
        ("name", "Müller, Anna", "anna mueller"),
        ("name", "Dr. med. Anna Müller", "anna mueller"),
        ("name", "MÜLLER Anna", "anna mueller"),
        ("name", "Mme Claire de la Tour", "claire tour"),
        ("name", "Herr Müller", "mueller"),
        ("name", "Юлия Иванова", "yuliya ivanova"),
        ("name", "J.R. Smith Jr.", "j r smith"),
        ("given_name", "Anna-Maria", "anna maria"),
        ("family_name", "von der Leyen", "leyen"),
        ("family_name", "De", "de"),
        ("family_name", "O'Brien", "obrien"),
        ("organisation", "Bäckerei Huber GmbH & Co. KG", "baeckerei huber"),
        ("street", "Hauptstr.", "hauptstrasse"),
        ("street", "St Andrews Rd", "st andrews road"),
        ("house_number", "12 A", "12a"),
        ("postcode", "D-01234", "01234"),
        ("postcode", "sw1a 1aa", "SW1A1AA"),
        ("country", "Österreich", "AT"),
        ("gender", "Weiblich", "f"),
        ("birth_date", "1987-03-02", "1987-03-02"),
        ("birth_date", "19870302", "1987-03-02"),
        ("birth_date", "2.3.1987", "1987-03-02"),
        ("birth_date", "2. März 1987", "1987-03-02"),
        ("birth_date", "March 2, 1987", "1987-03-02"),
        ("birth_date", "2 juillet 1987", "1987-07-02"),
        ("birth_date", "1987-03-02 00:00:00", "1987-03-02"),
        ("birth_date", "25/03/1987", "1987-03-25"),
        ("birth_date", "02/03/1987", None),
        ("birth_date", "03/03/1987", "1987-03-03"),
        ("birth_date", "1900-01-01", None),
        ("birth_date", "31.02.1987", None),
        ("ids", '{"B": 7, "a": " x "}', '{"a":"x","b":"7"}'),
        ("city", "n/a", None),
        ("city", "São Paulo", "sao paulo"),
    ],
)
def test_a_value_becomes_comparable(field: str, raw: str, expected: str | None) -> None:
    assert normalise(field, raw, region="DE") == expected


def test_a_column_decides_the_order_of_day_and_month() -> None:
    assert date_order_of(["02/03/1987", "25/03/1987"]) == "dmy"
    assert date_order_of(["02/03/1987", "03/25/1987"]) == "mdy"
    assert date_order_of(["25/03/1987", "03/25/1987"]) is None
    assert normalise("birth_date", "02/03/1987", region="DE", date_order="mdy") == "1987-02-03"


def test_further_ids_that_are_no_object_are_refused() -> None:
    with pytest.raises(InputError):
        normalise("ids", "[1]", region="DE")


@pytest.mark.parametrize("region", ["DE", "FR", "US", "GB", "IT", "AT"])
def test_the_short_way_to_a_phone_number_agrees_with_the_library(region: str) -> None:
    for kind in range(11):
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        expected = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        for shape in (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
            raw = phonenumbers.format_number(example, shape)
            assert normalise("phone", raw, region=region) == expected, raw


@pytest.mark.parametrize("field", ["email", "phone", "name", "given_name", "family_name", "street", "postcode",
                                   "birth_date", "organisation", "country", "title"])  # fmt: skip
@given(raw=st.text(max_size=60))
def test_any_text_is_survived(field: str, raw: str) -> None:
    value = normalise(field, raw, region="DE")
    assert value is None or value


@example(raw="+430010000")
@given(raw=st.from_regex(r"\+?[0-9 ()/-]{6,18}", fullmatch=True))
def test_normalising_a_phone_number_twice_changes_nothing(raw: str) -> None:
    once = normalise("phone", raw, region="DE")
    assert normalise("phone", once, region="DE") == once


@pytest.mark.parametrize(
    ("raw", "same"),
    [("jose\u0301@example.com", "jos\u00e9@example.com"), (" anna@example.com\u200b", "anna@example.com"),
     ("\u202aanna@example.com\u202c", "anna@example.com"),
     ("\uff41\uff4e\uff4e\uff41@example.com", "anna@example.com")],
)  # fmt: skip
def test_one_address_however_its_letters_are_put_together(raw: str, same: str) -> None:
    assert normalise("email", raw, region="DE") == normalise("email", same, region="DE")


def test_a_name_from_a_mac_is_the_same_name() -> None:
    assert normalise("family_name", "Ju\u0308rgens", region="DE") == normalise(
        "family_name", "J\u00fcrgens", region="DE"
    )
