"""A survey's answers by what is known of customers: each score with its interval, how many answered, who did not.

Of an anonymous survey there is none of this: an answer cannot be brought together with a customer, nor may it be.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import pyarrow as pa

from regard import analytics as ra
from regard.analytics import Estimate
from regard.errors import InputError
from regard.ledger import lake
from regard.listen.surveys import queries as listen
from regard.listen.surveys.models import Invitation, Survey
from regard.understand.doors import queries as doors
from regard.understand.doors.survey_results import Scored, measured, scored_questions

UNKNOWN = "not known"
MOST_GROUPS = 30
COLUMNS = ("group", "asked", "answered", "did_not_answer", "figure", "unit", "value", "low", "high", "n")
Groups = Mapping[str, Sequence[str]]  # person -> the groups they belong to


@dataclass(frozen=True)
class Group:
    """The customers of one group: how many were asked and answered, and the scores they gave."""

    name: str
    asked: int
    answered: int
    rate: Estimate | None  # none was asked personally: they came by an open link
    scores: list[tuple[Scored, Estimate]]

    @property
    def silent(self) -> int:
        return self.asked - self.answered


def dimensions(survey: Survey) -> list[str]:
    """By what the answers can be broken down: what is known of customers; of an anonymous survey by nothing."""
    return [] if survey.anonymous else sorted(doors.segments())


def refuse_unknown(survey: Survey, dimension: str) -> None:
    """Raise where there is no such breakdown, as of any anonymous survey."""
    if dimension not in dimensions(survey):
        hint = (
            "The survey is anonymous: answers are not brought together with customers."
            if survey.anonymous
            else ""
        )
        raise InputError(f"There is no breakdown by `{dimension[:40]}`.", hint=hint)


def groups(survey: Survey, dimension: str) -> list[Group]:
    """The groups of a dimension, the largest first, and those of whom it is not known; answers of the newest series."""
    refuse_unknown(survey, dimension)
    versions = listen.versions(survey)
    series = versions[0].series if versions else 1
    given = [each for each in listen.given(survey) if each.series == series]
    invitations = listen.invitations(survey)
    known = _groups_of({each.person for each in given} | {each.person for each in invitations}, dimension)
    asked = [(group, _has_answered(each)) for each in invitations for group in known[each.person]]
    rates = _by_group(asked, "answered", pa.bool_(), ra.response_rate)
    scores: defaultdict[str, list[tuple[Scored, Estimate]]] = defaultdict(list)
    for scored in scored_questions(listen.newest_definition(survey), given):
        rows = [(group, score) for each, score in scored.rows for group in known[each.person]]
        found = _by_group(
            rows, "score", pa.float64(), lambda table, by, of=scored: measured(of.question, table, by)
        )
        for group, estimate in found.items():
            scores[group].append((scored, estimate))
    counts = Counter(group for group, _ in asked)
    answered = Counter(group for group, said in asked if said)
    names = sorted({*counts, *scores}, key=lambda name: (name == UNKNOWN, -counts[name], name))
    return [
        Group(name, counts[name], answered[name], rates.get(name), scores[name])
        for name in names[:MOST_GROUPS]
    ]


def rows(survey: Survey, dimension: str) -> Iterator[list[Any]]:
    """The same as rows of cells: one for the response rate of a group, one for each of its scores."""
    for group in groups(survey, dimension):
        about = [group.name, group.asked, group.answered, group.silent]
        if group.rate is not None:
            yield [*about, "response rate", "share", *_cells(group.rate)]
        for scored, estimate in group.scores:
            yield [*about, scored.title, scored.unit, *_cells(estimate)]


def _cells(estimate: Estimate) -> list[Any]:
    return [estimate.value, estimate.low, estimate.high, estimate.n]


def _has_answered(invitation: Invitation) -> bool:
    return invitation.state == Invitation.State.ANSWERED


def _groups_of(persons: Collection[str], dimension: str) -> Groups:
    """To which groups each person belongs as who-is-who stands now."""
    wanted = ibis.memtable(pa.table({"person": pa.array(sorted(persons), pa.string())}))
    people, segments = lake.read("people"), lake.read("segments")
    own = segments.filter(segments.dimension == dimension)
    found = wanted.inner_join(people, "person").inner_join(own, "customer_id").select("person", "group")
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for row in lake.fetch(found.distinct()).to_pylist():
        groups[row["person"]].append(row["group"])
    return {person: groups.get(person, [UNKNOWN]) for person in persons}


def _by_group(
    rows: Sequence[tuple[str, Any]], name: str, kind: pa.DataType, measure: Any
) -> dict[str, Estimate]:
    columns = {
        "group": pa.array([group for group, _ in rows], pa.string()),
        name: pa.array([value for _, value in rows], kind),
    }
    found = measure(ibis.memtable(pa.table(columns)), ["group"])
    return {str(group[0]): each for group, each in found.by_group().items()}
