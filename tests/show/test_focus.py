"""The focus index says what the records say, by hand; and a person's answers are theirs, once a quarter."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from regard.analytics import Estimate
from regard.analytics.index.focus_parts import FOCUS_PARTS
from regard.errors import InputError
from regard.listen.models import Import, Reject
from regard.show.actions import assess, keep_reading, read_index
from regard.show.focus_evidence import PARTS, measure_parts
from regard.show.focus_words import PART_WORDS
from regard.show.models import Assessment, FocusReading
from regard.show.queries import newest_reading, own_answers, quarter_of, quarters, readings, self_assessment
from regard.understand.facts import held_facts
from regard.understand.models import Computation
from tests.understand.lake_writing import event, write_events, write_people

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = date(2026, 11, 22)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def measured() -> dict[str, Estimate]:
    with held_facts(NOW) as facts:
        return measure_parts(facts, Computation(as_of=NOW))


def value_of(parts: dict[str, Estimate], name: str) -> tuple[float, int]:
    one = parts[name]
    assert one.value is not None
    return pytest.approx(one.value), one.n  # type: ignore[return-value]


def case(
    number: int, opened: float, answered: float | None, solved: float | None, again: bool
) -> list[dict[str, Any]]:
    """A case opened so many days ago, answered and solved after so many days."""
    subject, person = f"case:{number}", f"shop:{number % 20}"
    rows = [event("case.opened", person, ago(opened), subject=subject)]
    if answered is not None:
        rows.append(event("case.replied", person, ago(opened - answered), subject=subject))
    if solved is not None:
        rows.append(event("case.resolved", person, ago(opened - solved), subject=subject))
    if again:
        rows.append(event("case.reopened", person, ago(1), subject=subject))
    return rows


def _company() -> None:
    rows: list[dict[str, Any]] = []
    for n in range(20):
        person = f"shop:{n}"
        rows.append(event("order.completed", person, ago(500), subject=f"order:{n}-1", amount="40"))
        if n < 15:  # came back within the year
            rows.append(event("order.completed", person, ago(100), subject=f"order:{n}-2", amount="60"))
            due = {"promised_at": ago(95).isoformat()}
            rows.append(
                event("order.delivered", person, ago(96 if n < 12 else 94), subject=f"order:{n}-2", data=due)
            )
        if n < 10:
            rows.append(
                event("survey.answered", person, ago(50), instrument="csat-5", score=5.0 if n < 8 else 2.0)
            )
        if n < 12:
            rows.append(event("message.received", f"crm:{n}", ago(30), source="crm"))
    rows.append(event("page.viewed", "anon:1", ago(20)))
    for n in range(
        20
    ):  # old enough to be judged; 16 answered within a day, 10 solved within a week, 2 opened again
        rows += case(n, 60, 0.5 if n < 16 else 3, 5 if n < 10 else None, n < 2)
    rows += case(99, 0.5, None, None, False)  # too new to be judged
    rows += case(98, 900, 20, 40, False)  # long ago
    write_events(rows)
    write_people({f"shop:{n}": n + 1 for n in range(20)} | {f"crm:{n}": n + 1 for n in range(12)})


def test_each_part_agrees_with_the_records_by_hand() -> None:
    _company()
    done = Import.objects.create(
        source="shop", file_name="a", path="a", fingerprint="x", actor="t", state="done", rows_read=200
    )
    Reject.objects.create(of_import=done, row_number=3, reason="no date")
    parts = measured()
    assert value_of(parts, "joined") == (12 / 20, 20)
    assert value_of(parts, "read") == (199 / 200, 200)
    assert value_of(parts, "promises") == (12 / 15, 15)
    assert value_of(parts, "answered") == (16 / 20, 20)
    assert value_of(parts, "solved") == (10 / 20, 20)
    assert value_of(parts, "lasting") == (8 / 10, 10)
    assert value_of(parts, "satisfied") == (8 / 10, 10)
    assert value_of(parts, "returning") == (15 / 20, 20)
    assert value_of(parts, "repeating") == (1.0, 15)
    assert value_of(parts, "heard") == (10 / 20, 20)
    assert value_of(parts, "linked") == (105 / 106, 106)
    assert {"recommended", "response", "ahead"}.isdisjoint(parts)  # nobody asked, too few buyers for a model


def test_without_records_every_part_is_missing() -> None:
    assert measured() == {}


def test_a_reading_keeps_the_day_and_the_last_one_stays() -> None:
    _company()
    with held_facts(NOW) as facts:
        for _ in range(2):
            keep_reading(read_index(facts, Computation(as_of=NOW)))
    (reading,) = readings()
    assert "recommended" in reading.index.missing
    assert {one.part.name for pillar in reading.index.pillars for one in pillar.parts} == set(PARTS) | {
        "ahead"
    }
    kept = next(one for one in reading.index.pillars[1].parts if one.part.name == "promises")
    assert kept.measured is not None
    assert kept.score.value == pytest.approx(100 * (0.8 - 0.7) / 0.3)


def test_a_part_that_is_no_longer_in_the_definition_is_passed_over() -> None:
    kept = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 50, "level": 0.95, "method": "wilson"}
    FocusReading.objects.create(day=TODAY, as_of=NOW, measured={"linked": kept, "luck": kept})
    reading = newest_reading()
    assert reading is not None
    assert reading.index.score.too_few
    assert "luck" not in reading.index.missing


def test_every_part_has_its_words_and_its_measure() -> None:
    names = {part.name for part in FOCUS_PARTS}
    assert set(PART_WORDS) == names == set(PARTS) | {"ahead"}


def test_answers_are_kept_once_a_person_and_quarter() -> None:
    assess({"values-1": 4}, actor="max", on=TODAY)
    assess({"values-1": 2, "style-1": 3}, actor="max", on=TODAY)
    assess({"values-1": 5}, actor="max", on=date(2026, 9, 30))
    assert Assessment.objects.count() == 2
    assert own_answers("max", TODAY) == {"values-1": 2, "style-1": 3}
    assert own_answers("mia", TODAY) == {}
    assert quarters() == ["2026-Q4", "2026-Q3"]


@pytest.mark.parametrize(
    ("answers", "match"), [({}, "Nothing"), ({"luck": 3}, "no question"), ({"values-1": 6}, "between")]
)
def test_wrong_answers_are_refused_and_nothing_is_kept(answers: dict[str, int], match: str) -> None:
    with pytest.raises(InputError, match=match):
        assess(answers, actor="max", on=TODAY)
    assert not Assessment.objects.exists()


def test_fewer_than_three_are_not_shown() -> None:
    for name in ("max", "mia"):
        assess({"values-1": 4}, actor=name, on=TODAY)
    found = self_assessment("2026-Q4")
    assert found.respondents == 2
    assert all(each.score.too_few for element in found.elements for each in element.questions)


def test_evidence_stands_beside_the_answers() -> None:
    kept = {"value": 0.71, "low": 0.7, "high": 0.72, "n": 900, "level": 0.95, "method": "wilson"}
    FocusReading.objects.create(day=TODAY, as_of=NOW, measured={"promises": kept})
    for name in ("max", "mia", "tom", "eva"):
        assess({"values-1": 5}, actor=name, on=TODAY)
    values = next(one for one in self_assessment("2026-Q4").elements if one.element == "shared values")
    assert (values.questions[0].verdict, values.questions[0].evidence.n) == ("answers higher", 900)


@pytest.mark.parametrize(("day", "quarter"), [(date(2026, 1, 1), "2026-Q1"), (date(2026, 12, 31), "2026-Q4")])
def test_quarters(day: date, quarter: str) -> None:
    assert quarter_of(day) == quarter
