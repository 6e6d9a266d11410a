"""What a survey's answers say: figures with intervals, who did not answer, and lines that break where it changed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from django.utils import timezone

from regard import analytics as ra
from regard.analytics import Estimate, Estimates
from regard.analytics.comparisons import smallest_detectable_change
from regard.errors import InputError
from regard.listen.surveys import queries as listen
from regard.listen.surveys.models import Invitation, Survey, Version
from regard.listen.surveys.queries import FEWEST, Given
from regard.listen.surveys.questions import (
    Choice,
    Contact,
    Definition,
    Nps,
    Open,
    Ratings,
    Score,
    read_definition,
)

BREAKDOWNS = ("channel", "language")
NEWEST_WORDS = 12
# the spread of one answer, chosen wide: what a figure of so many answers cannot show in any case
SPREAD = {"nps": 0.78, "csat-5": 0.5, "csat-2": 0.5, "ces-7": 1.5}
UNITS = {"nps": "points", "csat-5": "share", "csat-2": "share", "ces-7": "effort"}
LONG = 8  # questions; every attribute of a matrix is one


@dataclass(frozen=True)
class Line:
    """One month of one series; answers of different series are not to be compared."""

    month: str
    series: int
    estimate: Estimate


@dataclass(frozen=True)
class Figure:
    """One score, or one attribute of a matrix."""

    key: str
    title: str
    unit: str
    estimate: Estimate
    lines: list[Line]
    groups: list[tuple[str, Estimate]]


@dataclass(frozen=True)
class Scored:
    """What one score, or one attribute of a matrix, was answered with."""

    key: str
    title: str
    question: Score | Ratings
    rows: list[tuple[Given, float]]

    @property
    def unit(self) -> str:
        return UNITS.get(self.question.instrument, "stars")


@dataclass(frozen=True)
class Tally:
    """How often each answer of a choice was given."""

    key: str
    title: str
    n: int
    rows: list[tuple[str, int, Estimate]]


@dataclass(frozen=True)
class Words:
    """What somebody wrote, with the score it explains."""

    text: str
    about: str
    given: Given


@dataclass(frozen=True)
class Results:
    """Everything the survey's page shows; `hidden` when an anonymous survey has too few answers to show any."""

    hidden: bool
    responses: int
    rate: Estimate
    rates: list[tuple[str, Estimate]]
    figures: list[Figure]
    tallies: list[Tally]
    words: list[Words]
    series: int


def results(survey: Survey, *, by: str = "") -> Results:
    """The answers of the newest series, and every series month by month; broken down by channel or language."""
    if by and by not in BREAKDOWNS:
        raise InputError(f"`{by[:40]}` is no breakdown.", hint=f"There are: {', '.join(BREAKDOWNS)}.")
    versions = listen.versions(survey)
    given = list(listen.given(survey))
    series = versions[0].series if versions else 1
    responses = len({each.response for each in given})
    asked = listen.invitations(survey)
    hidden = survey.anonymous and responses < FEWEST
    shown = [] if hidden else given
    definition = listen.newest_definition(survey)
    return Results(
        hidden, responses, _rate(asked).only(), [] if survey.anonymous else _by_way(asked),
        [_figure(each, series, by, survey.anonymous) for each in scored_questions(definition, shown)],
        _tallies(definition, shown, series),
        _words(definition, shown), series,
    )  # fmt: skip


def warnings(survey: Survey) -> list[str]:
    """What is likely to go wrong with a survey as it is."""
    definition = read_definition(survey.draft)
    said = []
    if survey.owner is None:
        said.append("Nobody is named to act on the answers. Whoever answers expects that somebody does.")
    count = sum(len(each.attributes) if isinstance(each, Ratings) else 1 for each in definition.questions)
    if count > LONG:
        said.append(f"It is long: up to {count} answers. Past {LONG}, many break off and the rest hurry.")
    if trouble := _too_few(survey, definition):
        said.append(trouble)
    return said


def _too_few(survey: Survey, definition: Definition) -> str:
    """Whether a month's answers could show the change hoped for."""
    lead = definition.lead
    n, hoped = survey.expected_answers, survey.hoped_change
    if not n or not hoped or not isinstance(lead, Score):
        return ""
    visible = smallest_detectable_change(SPREAD[lead.instrument], n, n)
    scale = 1 if lead.instrument == "ces-7" else 100
    if visible * scale <= hoped:
        return ""
    return (
        f"With {n} answers a month, a change has to be {visible * scale:.1f} points to be seen; "
        f"you hope for {hoped:g}. Ask more people, or look at longer spans."
    )


def _rate(asked: Sequence[Invitation]) -> Estimates:
    return ra.response_rate(_answered(asked))


def _by_way(asked: Sequence[Invitation]) -> list[tuple[str, Estimate]]:
    return [
        (str(group[0]), each)
        for group, each in ra.response_rate(_answered(asked), ["via"]).by_group().items()
    ]


def _answered(asked: Sequence[Invitation]) -> ir.Table:
    return ibis.memtable(
        pa.table(
            {
                "via": pa.array([each.via for each in asked], pa.string()),
                "answered": pa.array([each.state == Invitation.State.ANSWERED for each in asked], pa.bool_()),
            }
        )
    )


def scored_questions(definition: Definition, given: Sequence[Given]) -> list[Scored]:
    """Every score and every rated attribute that a survey asks for, with what was answered."""
    found = []
    first = definition.languages[0]
    for question in definition.questions:
        own = [each for each in given if each.question == question.key]
        if isinstance(question, Score):
            rows = [(each, float(each.value)) for each in own]
            found.append(Scored(question.key, question.text[first], question, rows))
        elif isinstance(question, Ratings):
            for attribute in question.attributes:
                rated = [(each, each.value.get(attribute.key, {}).get("rating")) for each in own]
                rows = [(each, float(score)) for each, score in rated if score is not None]
                key = f"{question.key}-{attribute.key}"
                found.append(Scored(key, attribute.text[first], question, rows))
    return found


def _figure(of: Scored, series: int, by: str, anonymous: bool) -> Figure:
    question, rows = of.question, of.rows
    table = ibis.memtable(
        pa.table(
            {
                "score": pa.array([score for _, score in rows], pa.float64()),
                "series": pa.array([each.series for each, _ in rows], pa.int64()),
                "month": pa.array(
                    [timezone.localtime(each.at).strftime("%Y-%m") for each, _ in rows], pa.string()
                ),
                "group": pa.array([str(getattr(each, by)) if by else "" for each, _ in rows], pa.string()),
            }
        )
    )
    newest = table.filter(table.series == series)
    lines = [
        Line(str(month), int(line), each)
        for (month, line), each in measured(question, table, ["month", "series"]).by_group().items()
    ]
    groups = measured(question, newest, ["group"]).by_group() if by else {}
    shown = _enough({str(group[0]): each for group, each in groups.items()}, anonymous)
    return Figure(
        of.key, of.title, of.unit, measured(question, newest, []).only(),
        sorted(_enough_lines(lines, anonymous), key=lambda each: (each.month, each.series)), shown,
    )  # fmt: skip


def measured(question: Score | Ratings, table: ir.Table, by: Sequence[str]) -> Estimates:
    """The measure of a question over rows with a `score`."""
    if isinstance(question, Nps):
        return ra.nps(table, by)
    if question.instrument == "csat-2":
        return ra.csat(table.mutate(score=1 + 4 * table.score), by)
    if question.instrument == "csat-5":
        return ra.csat(table, by)
    return ra.mean(table, by)


def _enough(groups: dict[str, Estimate], anonymous: bool) -> list[tuple[str, Estimate]]:
    """The groups that may be shown: if one of an anonymous survey is too small, so that it cannot be told from the
    others and the whole, the next smallest goes as well."""
    ordered = sorted(groups.items(), key=lambda each: -each[1].n)
    if not anonymous:
        return ordered
    kept = [each for each in ordered if each[1].n >= FEWEST]
    return kept[:-1] if len(ordered) - len(kept) == 1 else kept


def _enough_lines(lines: list[Line], anonymous: bool) -> list[Line]:
    return [each for each in lines if not anonymous or each.estimate.n >= FEWEST]


def _tallies(definition: Definition, given: Sequence[Given], series: int) -> list[Tally]:
    tallies = []
    for question in definition.questions:
        own = [each.value for each in given if each.question == question.key and each.series == series]
        first = definition.languages[0]
        if isinstance(question, Choice):
            counts = Counter(key for value in own for key in value["chosen"])
            named = [(each.text[first], counts[each.key]) for each in question.options]
        elif isinstance(question, Contact):
            yes = sum(1 for value in own if value["yes"])
            named = [("yes", yes), ("no", len(own) - yes)]
        else:
            continue
        rows = [(label, count, _part(count, len(own))) for label, count in named]
        tallies.append(Tally(question.key, question.text[first], len(own), rows))
    return tallies


def _part(count: int, of: int) -> Estimate:
    table = ibis.memtable(
        pa.table({"success": pa.array([True] * count + [False] * (of - count), pa.bool_())})
    )
    return ra.share(table).only()


def _words(definition: Definition, given: Sequence[Given]) -> list[Words]:
    """What people wrote, newest first; beside it the score it explains."""
    values = {(each.response, each.question): each.value for each in given}
    about = {each.key: each.about for each in definition.questions if isinstance(each, Open)}
    found = [
        Words(each.value, _score_said(values.get((each.response, about.get(each.question, "")))), each)
        for each in given
        if isinstance(each.value, str)
    ]
    return sorted(found, key=lambda each: each.given.at, reverse=True)[:NEWEST_WORDS]


def _score_said(value: Any) -> str:
    return "" if value is None else str(value)


def breaks(versions: Iterable[Version]) -> list[Version]:
    """The versions with which a new line of figures began."""
    ordered = sorted(versions, key=lambda each: each.number)
    return [new for old, new in pairwise(ordered) if new.series != old.series]
