"""Beside each score: when it changed, and what it would be had everybody answered who was asked."""

from typing import Any

import pytest

from regard.understand.doors.score_notes import NO_TRAITS, NOBODY_ASKED, score_notes
from regard.understand.facts import held_facts
from regard.understand.traits import customer_traits, low_cardinality
from tests.understand.lake_writing import (
    day,
    event,
    write_attributes,
    write_events,
    write_page_tables,
    write_people,
)

pytestmark = pytest.mark.django_db
NOW = day(370)


def _notes() -> dict[str, Any]:
    with held_facts(NOW) as facts:
        write_page_tables(facts, facts.hold(low_cardinality(customer_traits())))
    return score_notes(NOW)


def _answer(n: int, at: float, score: float, instrument: str = "csat-5") -> dict[str, Any]:
    return event("survey.answered", f"shop:{n}", day(at), instrument=instrument, score=score)


def test_a_score_that_rose_in_july_says_so_with_its_size(db: None) -> None:
    """Of 60 answers a month, 30 are satisfied until June and 48 from July on."""
    rows = [
        _answer(n, 30.4 * month + 5 + n / 6, 5.0 if n < (48 if month >= 6 else 30) else 2.0)
        for month in range(12)
        for n in range(60)
    ]
    write_events(rows)
    write_people({f"shop:{n}": n + 1 for n in range(60)})
    notes = _notes()["csat"]
    (change,) = notes["changes"]
    assert (change["month"], change["verdict"]) == ("2025-07", "up")
    assert (change["before"], change["after"]) == (pytest.approx(0.5), pytest.approx(0.8))
    assert change["value"] == pytest.approx(0.3)
    assert change["low"] < 0.3 < change["high"]
    assert notes["answering"] == {"why": NOBODY_ASKED}


def _asked(answered: dict[str, int], *, traits: bool = True) -> None:
    """A hundred customers of each region are asked; in the North all who answer are satisfied, in the South nobody."""
    rows, people, said = [], {}, {}
    for n in range(200):
        region = "North" if n < 100 else "South"
        people[f"shop:{n}"] = n + 1
        said[f"shop:{n}"] = {"region": region}
        rows.append(event("survey.invited", f"shop:{n}", day(10), instrument="csat-5"))
        if n % 100 < answered[region]:
            rows.append(_answer(n, 12, 5.0 if region == "North" else 1.0))
    write_events(rows)
    write_people(people)
    if traits:
        write_attributes(said)


def test_who_stayed_silent_is_weighed_in_by_what_is_known_of_them(db: None) -> None:
    _asked({"North": 80, "South": 20})
    found = _notes()["csat"]["answering"]
    assert (found["asked"], found["answered"], found["traits"]) == (200, 100, ["region"])
    assert found["raw"]["value"] == pytest.approx(0.8)
    assert found["adjusted"]["value"] == pytest.approx(0.5)
    assert found["notes"] == []


def test_a_group_nobody_answers_for_is_warned_about(db: None) -> None:
    _asked({"North": 80, "South": 0})
    (note,) = _notes()["csat"]["answering"]["notes"]
    assert "South" in note


def test_without_traits_nothing_can_be_said_of_the_silent(db: None) -> None:
    _asked({"North": 80, "South": 20}, traits=False)
    assert _notes()["csat"]["answering"] == {"why": NO_TRAITS, "asked": 200, "answered": 100}
    assert _notes().get("nps") is None
