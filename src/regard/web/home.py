"""What Home says: the sentence, what changed, what is silent, and what to look at first."""

from dataclasses import dataclass

from django.urls import reverse

from regard.access.permissions import Permission
from regard.analytics.comparisons import CANNOT_TELL
from regard.know import queries as know
from regard.listen import queries as listen
from regard.understand import queries as understand
from regard.web.figures import BOUNDS, Figure, sentence_of
from regard.web.templatetags.regard import in_unit, number

WATCHED_DIMENSIONS = ("source", "channel")
MOST_OUTLIERS = 3


@dataclass(frozen=True)
class Task:
    """Something worth looking at first, with where to look."""

    words: str
    address: str
    tag: str
    weight: float


def sentence_of_the_month(figures: list[Figure]) -> str:
    """The surest change; without one, where would-recommend (or the first figure) stands."""
    sure = [figure for figure in figures if figure.change and figure.change.verdict != CANNOT_TELL]
    if sure:
        surest = min(sure, key=lambda figure: (figure.change.p if figure.change and figure.change.p else 0.0))
        assert surest.change is not None  # noqa: S101  # chosen so above; for the type checker
        return sentence_of(surest.change, surest)
    known = [figure for figure in figures if figure.shown is not None and figure.shown.value is not None]
    if not known:
        return "There are too few answers and orders yet to say anything with certainty."
    first = known[0]
    assert first.shown is not None  # noqa: S101
    return (
        f"Nothing changed by more than chance last month. {first.measure.title}: "
        f"{in_unit(first.shown.value, first.unit)}, and we can be 95 % sure it is between "
        f"{in_unit(first.shown.low, first.unit)} and {in_unit(first.shown.high, first.unit)}."
    )


def tasks(figures: list[Figure], held: frozenset[Permission]) -> list[Task]:
    """What to look at first, most pressing first; only what this person may open."""
    found = [*_worse(figures), *_outliers(figures)]
    if Permission.CUSTOMERS_MERGE in held and (pairs := know.count_open_candidates()):
        words = f"{number(pairs)} pair{'s' if pairs > 1 else ''} of records may be the same customer; nobody has decided."
        found.append(Task(words, reverse("review"), "decide", 2.0))
    if Permission.IMPORTS_READ in held and (rows := listen.count_open_rejects()):
        words = f"{number(rows)} row{'s' if rows > 1 else ''} of imported files could not be read and wait to be mended."
        found.append(Task(words, reverse("imports"), "mend", 3.0))
    return sorted(found, key=lambda task: -task.weight)


def _worse(figures: list[Figure]) -> list[Task]:
    return [
        Task(sentence_of(figure.change, figure), reverse("measure", args=[figure.measure.name]), "worse", 5.0)
        for figure in figures
        if figure.change is not None and figure.change.good is False
    ]


def _outliers(figures: list[Figure]) -> list[Task]:
    """Groups that are worse than the whole by more than chance (their intervals do not touch)."""
    found = []
    for figure in figures:
        whole = figure.shown
        if whole is None or whole.low is None or whole.high is None or not figure.measure.better:
            continue
        if figure.unit not in BOUNDS:  # a group's orders or customers are always fewer than all
            continue
        for dimension in WATCHED_DIMENSIONS:
            for each in understand.latest_findings(figure.measure.name, dimension):
                if each.low is None or each.high is None or each.value is None or each.unit != figure.unit:
                    continue
                gap = whole.low - each.high if figure.measure.better == "up" else each.low - whole.high
                if gap > 0:
                    words = (f"{figure.measure.title}: {in_unit(each.value, each.unit)} for {dimension} "
                             f"{each.group}, against {in_unit(whole.value, each.unit)} overall.")  # fmt: skip
                    address = f"{reverse('measure', args=[figure.measure.name])}?by={dimension}"
                    found.append(Task(words, address, "stands out", 4.0 + gap / (gap + 1)))
    return sorted(found, key=lambda task: -task.weight)[:MOST_OUTLIERS]
