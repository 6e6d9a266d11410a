"""Figures as pages show them: the newest value with its interval, the months behind it, and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone

from regard.analytics.comparisons import CANNOT_TELL, UP, compare_many
from regard.analytics.estimate import Estimate
from regard.understand import queries as understand
from regard.understand.measures import MEASURES, Measure
from regard.understand.models import Finding
from regard.web.templatetags.regard import in_unit

BOUNDS = {"share": (0.0, 1.0), "points": (-1.0, 1.0), "stars": (1.0, 5.0), "effort": (1.0, 7.0)}
SHOWN_MONTHS = 24


@dataclass(frozen=True)
class Change:
    """The last full month against the one before it."""

    verdict: str  # "up", "down" or "cannot tell"
    good: bool | None  # None: neither good nor bad, or cannot tell
    p: float | None
    new: Finding
    old: Finding

    @property
    def words(self) -> str:
        if self.verdict == CANNOT_TELL:
            return "≈ cannot tell"
        sign = "▲ up" if self.verdict == UP else "▼ down"
        return sign + {True: ", better", False: ", worse", None: ""}[self.good]

    @property
    def tone(self) -> str:
        return {True: "change-better", False: "change-worse", None: ""}[self.good]


@dataclass(frozen=True)
class Figure:
    """One measure (in one currency, if it is money) as a tile, a line or a page shows it."""

    measure: Measure
    unit: str
    shown: Finding | None  # over everything; of totals the last full month
    months: list[Finding]  # full months, oldest first
    change: Change | None

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
        return max([0.0] + [each.high or each.value or 0.0 for each in [*self.months, self.shown] if each]) * 1.05

    @property
    def when(self) -> str:
        if self.shown is None:
            return ""
        if self.shown.dimension == "month":
            return month_words(self.shown.group)
        return f"{self.measure.window_days} days" if self.measure.window_days else "all that is known"


def figures(names: Sequence[str] = ()) -> list[Figure]:
    """The figures of some measures, or all that have any; changes corrected for how many were compared."""
    computation = understand.latest_computation()
    if computation is None:
        return []
    found = [
        _figure(MEASURES[name], unit, computation.as_of) for name in names or MEASURES for unit in _units(name)
    ]
    found = [figure for figure in found if figure.shown is not None and figure.shown.n]
    pairs = [(figure, *figure.months[-2:]) for figure in found if len(figure.months) > 1]
    verdicts = compare_many([(_estimate(new), _estimate(old)) for _, old, new in pairs])
    changes = {
        id(figure): Change(each.verdict, _is_good(figure.measure, each.verdict), each.p, new, old)
        for (figure, old, new), each in zip(pairs, verdicts, strict=True)
    }
    return [Figure(f.measure, f.unit, f.shown, f.months, changes.get(id(f))) for f in found]


def rows_of(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings as charts and tables take them."""
    return [
        {"group": each.group, "value": each.value, "low": each.low, "high": each.high, "n": each.n}
        for each in findings
    ]


def sentence_of(change: Change, figure: Figure) -> str:
    """`Late deliveries went up from 8.1 % in September to 12.4 % in October.`"""
    way = "went up" if change.verdict == UP else "went down"
    return (
        f"{figure.measure.title}: {way} from {in_unit(change.old.value, figure.unit)} in "
        f"{month_words(change.old.group)} to {in_unit(change.new.value, figure.unit)} in {month_words(change.new.group)}."
    )


def month_words(group: str) -> str:
    """`October 2026` of `2026-10`."""
    try:
        return formats.date_format(date.fromisoformat(f"{group}-01"), "F Y")
    except ValueError:
        return group


def _units(name: str) -> list[str]:
    return sorted({each.unit for each in understand.latest_findings(name, "")})


def _figure(measure: Measure, unit: str, as_of: datetime) -> Figure:
    months = [each for each in understand.latest_findings(measure.name, "month") if each.unit == unit]
    full = [each for each in months if each.group < timezone.localtime(as_of).strftime("%Y-%m")] or months
    overall = [each for each in understand.latest_findings(measure.name, "") if each.unit == unit]
    shown = full[-1] if measure.is_total and full else (overall[0] if overall else None)
    return Figure(measure, unit, shown, full, None)


def _estimate(finding: Finding) -> Estimate:
    return Estimate(finding.value, finding.low, finding.high, finding.n, finding.level, finding.method,
                    finding.version, finding.standard_error)  # fmt: skip


def _is_good(measure: Measure, verdict: str) -> bool | None:
    return None if verdict == CANNOT_TELL or not measure.better else verdict == measure.better
