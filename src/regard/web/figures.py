"""Figures as pages show them: the newest value with its interval, the months behind it, and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils import timezone

from regard.analytics.comparisons import CANNOT_TELL, UP
from regard.understand import queries as understand
from regard.understand.changes import MONTH_BEFORE, YEAR_BEFORE, Change, changes_among, last_full_month
from regard.understand.doors import queries as doors
from regard.understand.measures import MEASURES, Measure
from regard.understand.models import Finding
from regard.understand.slices import EVERYTHING, Slice
from regard.web.templatetags.regard import in_unit, month_words

BOUNDS = {"share": (0.0, 1.0), "points": (-1.0, 1.0), "stars": (1.0, 5.0), "effort": (1.0, 7.0)}
SHOWN_MONTHS = 24
NOT_COMPARED = ("", "month")  # dimensions
FAR = 3.5  # standard errors: so many groups are looked at that less is found by chance
# measures whose groups can be held against the whole; who complained comes from where complaints are written down
COMPARABLE = {
    "nps",
    "csat",
    "ces",
    "review-score",
    "late-delivery-rate",
    "repeat-purchase-rate",
    "churn-rate",
}


@dataclass(frozen=True)
class Figure:
    """One measure (in one currency, if it is money) as a tile, a line or a page shows it."""

    measure: Measure
    unit: str
    shown: Finding  # over everything; of totals the last full month
    months: list[Finding]  # full months, oldest first
    change: Change | None  # the last full month against the one before, or surely against a year before
    narrowed: bool = False  # to a slice

    @property
    def points(self) -> list[tuple[float | None, float | None, float | None]]:
        return [(each.value, each.low, each.high) for each in self.months[-SHOWN_MONTHS:]]

    @property
    def floor(self) -> float:
        return BOUNDS.get(self.unit, (0.0, 0.0))[0]

    @property
    def ceiling(self) -> float:
        if self.unit in BOUNDS:
            return BOUNDS[self.unit][1]
        return max([0.0] + [each.high or each.value or 0.0 for each in [*self.months, self.shown]]) * 1.05

    @property
    def when(self) -> str:
        if self.shown.dimension == "month":
            return month_words(self.shown.group)
        if self.narrowed:
            return "in this slice"
        return (
            f"last {self.measure.window_days} days"
            if self.measure.window_days
            else "all that is known so far"
        )

    @property
    def latest(self) -> Finding | None:
        """The last full month, where the figure is of more than that."""
        return None if self.shown.dimension == "month" or not self.months else self.months[-1]

    @property
    def change_words(self) -> str:
        if self.change is None or self.change.verdict == CANNOT_TELL:
            return "≈ cannot tell"
        sign = "▲ up" if self.change.verdict == UP else "▼ down"
        over = " in a year" if self.change.against == YEAR_BEFORE else ""
        return f"{sign}{over}" + {True: ", better", False: ", worse", None: ""}[self.change.good]

    @property
    def change_tone(self) -> str:
        good = self.change.good if self.change else None
        return {True: "change-better", False: "change-worse", None: ""}[good]


@dataclass(frozen=True)
class Picture:
    """What one computation says: its figures, and every change in its last full month."""

    figures: list[Figure]
    changes: list[Change]
    outliers: list[tuple[Figure, Finding]]  # groups worse than the whole by more than chance, worst first


def picture(part: Slice = EVERYTHING) -> Picture:
    """The newest computation's picture of everything or of a slice, put together once."""
    computation = understand.latest_computation()
    if computation is None:
        return Picture([], [], [])
    return _picture(computation.pk, computation.as_of, computation.ended_at, computation.last_event_at, part)


def figures_of(part: Slice) -> list[Figure]:
    """The figures of everything or of a slice."""
    return picture(part).figures


@lru_cache(maxsize=64)
def _picture(
    pk: int, as_of: datetime, ended_at: datetime | None, last_event_at: datetime | None, part: Slice
) -> Picture:
    """A computation never changes once it ended, so pk and times say which one it is."""
    if not part:
        changes = understand.what_changed()
        wholes, months = understand.latest_findings("", ""), understand.latest_findings("", "month")
        figures = _figures(wholes, months, changes, as_of)
        return Picture(figures, changes, _outliers(figures))
    found = doors.narrowed_findings(part)
    months = [each for each in found if each.dimension == "month"]
    month = part.until or (last_full_month(as_of, last_event_at) if last_event_at else None)
    changes = changes_among(months, month) if month else []
    wholes = [each for each in found if not each.dimension]
    figures = [replace(figure, narrowed=True) for figure in _figures(wholes, months, changes, as_of)]
    return Picture(figures, changes, [])


def _figures(
    wholes: list[Finding], by_month: list[Finding], all_changes: list[Change], as_of: datetime
) -> list[Figure]:
    """Every figure that stands on anything, in the order of the measures."""
    changes: dict[tuple[str, str], Change] = {}
    for change in sorted(
        all_changes, key=lambda one: (one.verdict == CANNOT_TELL, one.against != MONTH_BEFORE)
    ):
        changes.setdefault((change.measure.name, change.unit), change)
    months: dict[tuple[str, str], list[Finding]] = {}
    for finding in by_month:
        months.setdefault((finding.measure, finding.unit), []).append(finding)
    found = []
    for whole in wholes:
        key = (whole.measure, whole.unit)
        if whole.measure in MEASURES and whole.n:
            full = _full_months(months.get(key, []), as_of)
            measure = MEASURES[whole.measure]
            shown = full[-1] if measure.is_total and full else whole
            found.append(Figure(measure, whole.unit, shown, full, changes.get(key)))
    order = list(MEASURES)
    return sorted(found, key=lambda figure: order.index(figure.measure.name))


def rows_of(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings as charts and tables take them."""
    return [
        {"group": each.group, "value": each.value, "low": each.low, "high": each.high, "n": each.n}
        for each in findings
    ]


def sentence_of(change: Change) -> str:
    """`“Late deliveries” went up from 8.1 % in September 2026 to 12.4 % in October 2026.`"""
    way = "went up" if change.verdict == UP else "went down"
    old, new = change.old, change.new
    return (
        f"“{change.measure.title}” {way} from {in_unit(old.value, change.unit)} in {month_words(old.group)} "
        f"to {in_unit(new.value, change.unit)} in {month_words(new.group)}."
    )


def _outliers(figures: list[Figure]) -> list[tuple[Figure, Finding]]:
    """Groups whose interval lies on the worse side of the whole's and does not touch it, widest gap first."""
    wholes = {(f.measure.name, f.unit): f for f in figures if f.measure.name in COMPARABLE}
    found = []
    for each in understand.latest_findings("", None):
        figure = wholes.get((each.measure, each.unit))
        if figure is None or each.dimension in NOT_COMPARED or not _far(each, figure.shown):
            continue
        above, below = (figure.shown, each) if figure.measure.better == "up" else (each, figure.shown)
        gap = (above.low or 0.0) - (below.high or 0.0)
        if gap > 0:
            found.append((gap, figure, each))
    return [(figure, each) for _, figure, each in sorted(found, key=lambda one: -one[0])]


def _far(group: Finding, whole: Finding) -> bool:
    """Whether a group differs from the whole by more than the best and worst of many groups do by chance."""
    if group.value is None or group.low is None or group.high is None or whole.value is None:
        return False
    return abs(group.value - whole.value) * 2 * 1.96 > FAR * (group.high - group.low)


def _full_months(months: list[Finding], as_of: datetime) -> list[Finding]:
    return [each for each in months if each.group < timezone.localtime(as_of).strftime("%Y-%m")] or months
