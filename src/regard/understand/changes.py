"""What changed: the last full month against the one before and the same month a year ago."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils import timezone

from regard.analytics.comparisons import CANNOT_TELL, UP, Comparison, compare_many
from regard.analytics.estimate import Estimate
from regard.understand.measures import MEASURES, Measure
from regard.understand.models import Finding
from regard.understand.newest import latest_computation

MONTH_BEFORE, YEAR_BEFORE = "month before", "year before"


@dataclass(frozen=True)
class Change:
    """One measure in the last full month against an earlier one; totals are compared per day.

    `verdict` is corrected for all the comparisons that were made together.
    """

    measure: Measure
    unit: str
    against: str  # MONTH_BEFORE or YEAR_BEFORE
    new: Finding
    old: Finding
    comparison: Comparison

    @property
    def verdict(self) -> str:
        return self.comparison.verdict

    @property
    def good(self) -> bool | None:
        """Whether the change is for the better; None when nobody can tell, or neither way is better."""
        if self.verdict == CANNOT_TELL or not self.measure.better:
            return None
        return self.verdict == self.measure.better

    @property
    def sentence(self) -> str:
        """One sentence a manager understands."""
        then = f"{self.old.group} ({self.against})"
        if self.verdict == CANNOT_TELL:
            return f"{self.measure.title}: cannot tell whether {self.new.group} differs from {then}."
        word = "went up" if self.verdict == UP else "went down"
        return f"{self.measure.title} {word} in {self.new.group} against {then}."


def what_changed() -> list[Change]:
    """Every measure's last full month compared, surest change first; empty before the first computation."""
    computation = latest_computation()
    if computation is None or computation.last_event_at is None:
        return []
    month = last_full_month(computation.as_of, computation.last_event_at)
    return changes_among(computation.findings.filter(dimension="month"), month)


def changes_among(findings: Iterable[Finding], month: date) -> list[Change]:
    """The month against earlier ones, among findings by month; surest change first."""
    pairs = list(_pairs(findings, month))
    comparisons = compare_many([(_comparable(new), _comparable(old)) for _, new, old in pairs])
    changes = [
        Change(MEASURES[new.measure], new.unit, against, new, old, comparison)
        for (against, new, old), comparison in zip(pairs, comparisons, strict=True)
    ]
    return sorted(changes, key=lambda change: 1.0 if change.comparison.p is None else change.comparison.p)


def last_full_month(as_of: datetime, last_event_at: datetime) -> date:
    """First day of the last month that had passed by `as_of` and that the events reach the end of."""
    heard = timezone.localtime(last_event_at).date() + timedelta(days=2)  # the last days may be quiet
    horizon = min(timezone.localtime(as_of).date(), heard)
    return _month_before(horizon.replace(day=1))


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _pairs(findings: Iterable[Finding], month: date) -> Iterable[tuple[str, Finding, Finding]]:
    known = {(one.measure, one.unit, one.group): one for one in findings if one.measure in MEASURES}
    earlier = {MONTH_BEFORE: _month_before(month), YEAR_BEFORE: month.replace(year=month.year - 1)}
    for (measure, unit, group), new in known.items():
        if group != f"{month:%Y-%m}":
            continue
        for against, first in earlier.items():
            old = known.get((measure, unit, f"{first:%Y-%m}"))
            if old is not None and old.version == new.version:
                yield against, new, old


def _comparable(finding: Finding) -> Estimate:
    """The finding as an estimate; a total becomes one per day, because months differ in length."""
    estimate = Estimate(
        finding.value, finding.low, finding.high, finding.n, finding.level, finding.method, finding.version,
        finding.standard_error,
    )  # fmt: skip
    if not MEASURES[finding.measure].is_total or estimate.value is None or estimate.standard_error is None:
        return estimate
    first = date.fromisoformat(f"{finding.group}-01")
    days = calendar.monthrange(first.year, first.month)[1]
    return replace(estimate, value=estimate.value / days, standard_error=estimate.standard_error / days)
