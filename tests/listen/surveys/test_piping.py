"""Facts in texts: known ones, tamed; fallbacks otherwise."""

from hypothesis import given
from hypothesis import strategies as st

from regard.listen.surveys.languages import accepted, direction, fitting
from regard.listen.surveys.piping import fill, trouble_in


def test_a_fact_or_its_fallback_stands_in_the_text() -> None:
    assert fill("Hello {given_name|there}.", {"given_name": "Ada"}) == "Hello \u2068Ada\u2069."
    assert fill("Hello {given_name|there}.", {}) == "Hello there."
    assert fill("{secret|none}", {"secret": "x"}) == "none"
    assert trouble_in("Hello {given_name|there}.") == ""


@given(st.text(max_size=200))
def test_a_fact_cannot_break_out_of_its_place(name: str) -> None:
    said = fill("A {name|x} B {order|y} C", {"name": name, "order": "7"})
    assert said.startswith("A ")
    assert said.endswith(" B \u20687\u2069 C")
    inner = said[2 : -len(" B \u20687\u2069 C")].strip("\u2068\u2069")
    assert len(inner) <= 80
    assert not any(each in inner for each in "\n\r\u202e\u2066\u2067\u2068\u2069")


@given(st.text(max_size=300))
def test_any_header_gives_a_language_that_is_offered(header: str) -> None:
    assert fitting(["en", "de"], accepted(header)) in ("en", "de")


def test_arabic_and_hebrew_run_from_right_to_left() -> None:
    assert (direction("ar"), direction("he"), direction("en"), direction("ar-eg")) == (
        "rtl",
        "rtl",
        "ltr",
        "rtl",
    )
