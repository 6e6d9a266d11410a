"""What Home says: the sentence, what changed, what is silent, and what to look at first."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.urls import reverse

from regard.access.permissions import Permission
from regard.analytics import Estimate
from regard.analytics.comparisons import CANNOT_TELL
from regard.know import queries as know
from regard.ledger import queries as ledger
from regard.listen import queries as listen
from regard.understand import queries as understand
from regard.understand.changes import MONTH_BEFORE, Change
from regard.understand.doors import queries as doors
from regard.understand.models import Finding
from regard.web.figures import Figure, Picture, sentence_of
from regard.web.templatetags.regard import in_unit, number

MOST_OUTLIERS = 3
CONCERNS_AGE = timedelta(minutes=10)  # finding what is silent looks through all events
_looking = threading.Lock()


@dataclass(frozen=True)
class Base:
    """What all customers together may bring in the year ahead; the tile's scale ends at `ceiling`."""

    estimate: Estimate
    currency: str

    @property
    def ceiling(self) -> float:
        return (self.estimate.high or self.estimate.value or 0.0) * 1.05


@dataclass(frozen=True)
class Task:
    """Something worth looking at first, with where to look."""

    words: str
    address: str
    tag: str
    weight: float


def value_of_the_base() -> Base | None:
    """Home's fourth figure; None where too few buyers are known to say."""
    found = understand.worth_of_all()
    return Base(*found) if found else None


def sentence_of_the_month(seen: Picture) -> str:
    """The surest change; without one, where the first figure stands."""
    sure = one_a_measure([change for change in seen.changes if change.verdict != CANNOT_TELL])
    if sure:
        return sentence_of(sure[0])
    known = [figure for figure in seen.figures if figure.shown.value is not None]
    if not known:
        return "There are too few answers and orders yet to say anything with certainty."
    first = known[0].shown
    unchanged = "Nothing changed by more than chance in the last full month. " if seen.changes else ""
    return (
        f"{unchanged}{known[0].measure.title}: "
        f"{in_unit(first.value, first.unit)}, with 95 % certainty between "
        f"{in_unit(first.low, first.unit)} and {in_unit(first.high, first.unit)}."
    )


def one_a_measure(changes: list[Change]) -> list[Change]:
    """Each measure once, against the month before if that is sure; what is new first, then the surest."""
    chosen: dict[tuple[str, str], Change] = {}
    for change in sorted(changes, key=lambda change: change.against != MONTH_BEFORE):
        chosen.setdefault((change.measure.name, change.unit), change)
    return list(chosen.values())


def concerns(as_of: datetime) -> list[understand.Concern]:
    """What is silent, overdue or worse; looked for now and then by one request, others see what was found before."""
    computation = understand.latest_computation()
    key = f"concerns-{computation.pk if computation else 0}"
    kept: tuple[datetime, list[understand.Concern]] | None = cache.get(key)
    if kept is not None and as_of - kept[0] < CONCERNS_AGE:
        return kept[1]
    if not _looking.acquire(blocking=kept is None):
        return kept[1] if kept is not None else []
    try:
        kept = cache.get(key)  # whoever waited finds what the other one found
        if kept is None or as_of - kept[0] >= CONCERNS_AGE:
            kept = (as_of, understand.look_first(as_of))
            cache.set(key, kept, None)
        return kept[1]
    finally:
        _looking.release()


def tasks(seen: Picture, found: list[understand.Concern], held: frozenset[Permission]) -> list[Task]:
    """What to look at first, most pressing first; only what this person may open."""
    listed = [
        Task(each.sentence, f"{reverse('customers')}?promises=overdue", "overdue", 6.0)
        for each in found
        if each.kind == "overdue"
    ]
    worse = one_a_measure([change for change in seen.changes if change.good is False])
    listed += [Task(sentence_of(c), reverse("measure", args=[c.measure.name]), "worse", 5.0) for c in worse]
    known = {
        leak["column"] for leak in doors.likely_leavers().get("leaks", [])
    }  # that all who churned left is no news
    outliers = [each for each in seen.outliers if each[1].dimension.replace("_", " ") not in known]
    listed += [_outlier(figure, group) for figure, group in outliers[:MOST_OUTLIERS]]
    if Permission.CUSTOMERS_READ in held and (waiting := understand.count_with_open_cases()):
        words = f"{number(waiting)} customer{'s have' if waiting > 1 else ' has'} a case that is not solved."
        listed.append(Task(words, f"{reverse('customers')}?cases=open", "open", 5.5))
    if Permission.CUSTOMERS_MERGE in held and (pairs := know.count_open_candidates()):
        words = f"{number(pairs)} pair{'s' if pairs > 1 else ''} of records may be the same customer."
        listed.append(Task(words, reverse("review"), "decide", 2.0))
    if Permission.CUSTOMERS_MERGE in held and (columns := know.count_unsure_numbers()):
        words = (
            f"{number(columns)} column{'s' if columns > 1 else ''} of numbers may be shared between sources."
        )
        listed.append(Task(words, reverse("review-numbers"), "decide", 2.5))
    if Permission.IMPORTS_READ in held and (rows := listen.count_open_rejects()):
        words = f"{number(rows)} row{'s' if rows > 1 else ''} of imported files wait to be mended."
        listed.append(Task(words, reverse("imports"), "mend", 3.0))
    if Permission.SETTINGS_READ in held and (letters := ledger.backlog().dead_letters):
        words = f"{number(letters)} batch{'es' if letters > 1 else ''} of events could not be stored."
        listed.append(Task(words, reverse("settings"), "mend", 7.0))
    return sorted(listed, key=lambda task: -task.weight)


def _outlier(figure: Figure, group: Finding) -> Task:
    whose = f"{group.dimension.replace('_', ' ')} {group.group}"
    words = (
        f"{figure.measure.title}: {in_unit(group.value, group.unit)} for {whose}, "
        f"against {in_unit(figure.shown.value, group.unit)} overall."
    )
    return Task(words, f"{reverse('measure', args=[group.measure])}?by={group.dimension}", "stands out", 4.0)
