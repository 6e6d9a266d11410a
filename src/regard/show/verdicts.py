"""The verdict on a fix: did what it is about change where it was made, beyond what changed elsewhere?"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from regard import analytics as ra
from regard.analytics.effects.registration import CANNOT_TELL_YET
from regard.analytics.estimate import LEVEL
from regard.analytics.warnings import hear_warnings
from regard.show.models import Fix
from regard.show.watching import DAY, MONTH, Watched
from regard.understand.facts import start_of

MONTHS_BEFORE = 12
DAYS_BEFORE = 546  # of the series, where everybody got the change: 78 weeks
SURE_ERRORS = 2.8  # standard errors: an effect as large is seen with 80 % certainty at the 95 % level
APART = 0.01  # groups that moved apart before the change, as surely as this, give no verdict
NO_VERDICT = "Too little was seen before or after the change to compare."


@dataclass(frozen=True)
class Comparison:
    """What a fix did, and what may be wrong with saying so."""

    effect: ra.Estimate
    series: list[dict[str, Any]]
    notes: list[str] = field(default_factory=list)
    trouble: str = ""


def registration_of(fix: Fix) -> ra.Registration:
    """What was written down before the fix began, as the library wants it."""
    days = (fix.judged_from - fix.started_on).days - fix.window_days
    return ra.Registration(
        fix.about_title, fix.where, fix.started_on, days, fix.window_days, fix.direction, fix.smallest_effect,
        fix.baseline if fix.standard_deviation is None else None, fix.standard_deviation, 0.5, fix.rows_needed,
        fix.power, LEVEL,
    )  # fmt: skip


def compare_places(
    watched: Watched, changed: npt.NDArray[np.bool_], start: date, as_of: datetime
) -> Comparison:
    """Those who got the change against those who did not, months before and after it."""
    began = start_of(start).timestamp()
    month = np.floor((watched.seconds - began) / (MONTH * DAY))
    last = np.floor((as_of.timestamp() - began) / (MONTH * DAY)) - 1  # the last full one
    inside = (month >= -MONTHS_BEFORE) & (month <= last)
    watched, changed, month = watched.rows(inside), changed[inside], month[inside]
    series = _by_period(month, watched.outcomes, changed)
    with hear_warnings() as said:
        try:
            found = ra.difference_in_differences(
                watched.outcomes, changed, month, start=0, clusters=watched.customers
            )
        except ValueError as error:
            return Comparison(_nothing(len(month)), series, [f"{error}"], NO_VERDICT)
    apart = found.pre_trend_p is not None and found.pre_trend_p < APART
    trouble = "Both places moved apart before the change already: this is not the effect of the change."
    return Comparison(found.effect, series, said, trouble if apart else "")


def compare_times(watched: Watched, start: date, as_of: datetime) -> Comparison:
    """Everybody got it: the weeks or months after the change against where those before were heading."""
    began = start_of(start).timestamp()
    period = np.floor((watched.seconds - began) / (watched.every * DAY))
    last = np.floor((as_of.timestamp() - began) / (watched.every * DAY)) - 1
    inside = (period >= -(DAYS_BEFORE // watched.every)) & (period <= last)
    period, outcomes = period[inside], watched.outcomes[inside]
    everybody = np.ones(len(period), dtype=bool)
    series = _by_period(period, outcomes, everybody)
    periods = [row["period"] for row in series]
    notes = ["Everybody got the change, so anything else that happened at that time counts as its effect."]
    if not periods or periods != list(range(periods[0], periods[-1] + 1)):
        unknown = f"There are {'months' if watched.every == MONTH else 'weeks'} of which nothing is known."
        return Comparison(_nothing(len(period)), series, notes, unknown)
    with hear_warnings() as said:
        try:
            found = ra.interrupted_series([row["changed"] for row in series], -periods[0])
        except ValueError as error:
            return Comparison(_nothing(len(period)), series, [*notes, f"{error}"], NO_VERDICT)
    for row, expected in zip(series, found.expected.tolist(), strict=True):
        row["expected"] = expected
    return Comparison(found.effect, series, [*notes, *said])


def judge(fix: Fix, compared: Comparison, as_of: datetime) -> ra.Proof:
    """Hold what was found against what was written down."""
    day = as_of.astimezone(UTC).date()
    proof = ra.judge(compared.effect, registration_of(fix), as_of=day, trouble=compared.trouble)
    error = compared.effect.standard_error
    if proof.verdict != CANNOT_TELL_YET or day < fix.judged_from or compared.trouble or not error:
        return proof
    times = (SURE_ERRORS * error / fix.smallest_effect) ** 2
    needed = f"about {times:.2g} times as many cases, before and after," if times > 1 else "a few months more"
    return replace(proof, reason=f"{proof.reason}; {needed} would tell")


def _nothing(n: int) -> ra.Estimate:
    return ra.Estimate(None, None, None, n)


def _by_period(
    period: npt.NDArray[np.float64], outcomes: npt.NDArray[np.float64], changed: npt.NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """The mean of both groups in each period, and how many rows it stands on."""
    rows = []
    for one in np.unique(period):
        here = period == one
        row: dict[str, Any] = {"period": int(one)}
        for name, group in (("changed", changed), ("others", ~changed)):
            found = outcomes[here & group]
            row[name] = float(found.mean()) if len(found) else None
            row[f"{name}_n"] = len(found)
        rows.append(row)
    return rows
