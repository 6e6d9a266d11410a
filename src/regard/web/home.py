"""What Home says: the sentence, what changed, what is silent, and what to look at first."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.urls import reverse

from regard.access.permissions import Permission
from regard.analytics.comparisons import CANNOT_TELL
from regard.know import queries as know
from regard.ledger import queries as ledger
from regard.listen import queries as listen
from regard.understand import queries as understand
from regard.understand.changes import Change
from regard.web.figures import BOUNDS, Figure, sentence_of
from regard.web.templatetags.regard import in_unit, number

WATCHED_DIMENSIONS = ("source", "channel")
MOST_OUTLIERS = 3
CONCERNS_AGE = 60  # seconds; finding what is silent looks through a year of events


@dataclass(frozen=True)
class Task:
    """Something worth looking at first, with where to look."""

    words: str
    address: str
    tag: str
    weight: float


def sentence_of_the_month(figures: list[Figure], changes: list[Change]) -> str:
    """The surest change; without one, where the first figure stands."""
    sure = [change for change in changes if change.verdict != CANNOT_TELL]
    if sure:
        return sentence_of(sure[0])
    known = [figure for figure in figures if figure.shown.value is not None]
    if not known:
        return "There are too few answers and orders yet to say anything with certainty."
    first = known[0].shown
    return (
        f"Nothing changed by more than chance in the last full month. {known[0].measure.title}: "
        f"{in_unit(first.value, first.unit)}, with 95 % certainty between "
        f"{in_unit(first.low, first.unit)} and {in_unit(first.high, first.unit)}."
    )


def concerns(as_of: datetime) -> list[understand.Concern]:
    """What is silent, overdue or worse; looked for at most once a minute."""
    computation = understand.latest_computation()
    key = f"concerns-{computation.pk if computation else 0}"
    found: list[understand.Concern] | None = cache.get(key)
    if found is None:
        found = understand.look_first(as_of)
        cache.set(key, found, CONCERNS_AGE)
    return found


def tasks(
    figures: list[Figure], changes: list[Change], found: list[understand.Concern], held: frozenset[Permission]
) -> list[Task]:
    """What to look at first, most pressing first; only what this person may open."""
    listed = [
        Task(each.sentence, reverse("customers"), "overdue", 6.0) for each in found if each.kind == "overdue"
    ]
    worse = [change for change in changes if change.good is False]
    listed += [Task(sentence_of(c), reverse("measure", args=[c.measure.name]), "worse", 5.0) for c in worse]
    listed += _outliers(figures)
    if Permission.CUSTOMERS_MERGE in held and (pairs := know.count_open_candidates()):
        words = f"{number(pairs)} pair{'s' if pairs > 1 else ''} of records may be the same customer."
        listed.append(Task(words, reverse("review"), "decide", 2.0))
    if Permission.IMPORTS_READ in held and (rows := listen.count_open_rejects()):
        words = f"{number(rows)} row{'s' if rows > 1 else ''} of imported files wait to be mended."
        listed.append(Task(words, reverse("imports"), "mend", 3.0))
    if Permission.SETTINGS_READ in held and (letters := ledger.backlog().dead_letters):
        words = f"{number(letters)} batch{'es' if letters > 1 else ''} of events could not be stored."
        listed.append(Task(words, reverse("settings"), "mend", 7.0))
    return sorted(listed, key=lambda task: -task.weight)


def _outliers(figures: list[Figure]) -> list[Task]:
    """Groups that are worse than the whole by more than chance (their intervals do not touch)."""
    wholes = {
        (figure.measure.name, figure.unit): figure
        for figure in figures
        if figure.unit in BOUNDS and figure.measure.better and figure.shown.low is not None
    }
    found = []
    for dimension in WATCHED_DIMENSIONS:
        for each in understand.latest_findings("", dimension):
            figure = wholes.get((each.measure, each.unit))
            if figure is None or each.low is None or each.high is None:
                continue
            whole = figure.shown
            gap = (
                (whole.low or 0) - each.high
                if figure.measure.better == "up"
                else each.low - (whole.high or 0)
            )
            if gap > 0:
                words = (f"{figure.measure.title}: {in_unit(each.value, each.unit)} for {dimension} "
                         f"{each.group}, against {in_unit(whole.value, each.unit)} overall.")  # fmt: skip
                address = f"{reverse('measure', args=[each.measure])}?by={dimension}"
                found.append(Task(words, address, "stands out", 4.0 + gap / (gap + 1)))
    return sorted(found, key=lambda task: -task.weight)[:MOST_OUTLIERS]
