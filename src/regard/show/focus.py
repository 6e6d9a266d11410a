"""What was kept of the focus index and the self-assessment, put together for whoever reads."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from regard import analytics as ra
from regard.analytics import AssessedElement, Estimate, FocusIndex
from regard.analytics.index.focus_parts import FOCUS_PARTS
from regard.analytics.index.focus_questions import FOCUS_QUESTIONS
from regard.show.models import Assessment, FocusReading

CODES = frozenset(question.code for question in FOCUS_QUESTIONS)


@dataclass(frozen=True)
class Reading:
    """The index as it was on a day."""

    day: date
    index: FocusIndex


@dataclass(frozen=True)
class SelfAssessment:
    """A quarter's answers of all respondents with the newest evidence beside each."""

    quarter: str
    respondents: int
    elements: list[AssessedElement]


def readings() -> list[Reading]:
    """Every reading, oldest first."""
    return [Reading(row.day, _index(row)) for row in FocusReading.objects.order_by("day")]


def newest_reading() -> Reading | None:
    """The index as last computed, or None before there was a computation."""
    row = FocusReading.objects.order_by("-day").first()
    return Reading(row.day, _index(row)) if row else None


def own_answers(respondent: str, on: date) -> dict[str, int]:
    """What a person answered in the quarter of a day."""
    found = Assessment.objects.filter(respondent=respondent, quarter=quarter_of(on)).first()
    return found.answers if found else {}


def quarters() -> list[str]:
    """The quarters in which anybody answered, newest first."""
    return list(Assessment.objects.order_by("-quarter").values_list("quarter", flat=True).distinct())


def self_assessment(quarter: str) -> SelfAssessment:
    """All answers of a quarter and where the newest evidence says otherwise; single answers cannot be told."""
    answers = list(Assessment.objects.filter(quarter=quarter).values_list("answers", flat=True))
    reading = newest_reading()
    scores: dict[str, Estimate] = {}
    if reading:
        scores = {one.part.name: one.score for pillar in reading.index.pillars for one in pillar.parts}
    # answers to a question that is no longer asked count for nothing
    known = [{code: answer for code, answer in given.items() if code in CODES} for given in answers]
    return SelfAssessment(quarter, len(answers), ra.self_assessment(known, scores))


def quarter_of(day: date) -> str:
    """`2026-Q4` of any day in it."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def _index(row: FocusReading) -> FocusIndex:
    names = {part.name for part in FOCUS_PARTS}
    measured: dict[str, dict[str, Any]] = {name: one for name, one in row.measured.items() if name in names}
    return ra.focus_index(FOCUS_PARTS, {name: Estimate(**one) for name, one in measured.items()})
