"""Leakage guards: columns that know the outcome, so that a model would look better than it will ever be."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt

from regard.analytics.churn.curves import end_of
from regard.analytics.churn.discrimination import rank_auc
from regard.analytics.churn.features import (
    Column,
    Features,
    as_days,
    as_numbers,
    is_text,
    is_time,
    level_names,
    missing_in,
    read_column,
)
from regard.analytics.estimate import Floats

Bools = npt.NDArray[np.bool_]

SEPARATES = 0.95  # a single honest column never tells leavers apart this well
CERTAIN = 1 / 3  # of the leavers, that one column names with certainty
FEWEST = 10  # rows in a level before anything is read into it
TOLD = re.compile(
    r"churn|attrition|cancell?ation|(left|leaving|exit)[ _]?reason|cltv|\bclv\b|life ?time[ _]?value", re.I
)


@dataclass(frozen=True, slots=True)
class Leak:
    """A column that a model of leaving must not see, and why."""

    column: str
    reason: str


def find_leaks(
    features: Features,
    churned: npt.ArrayLike,
    *,
    as_of: date | datetime | None = None,
    allow: Collection[str] = (),
) -> list[Leak]:
    """Columns that seem to know who left.

    Parameters
    ----------
    features : mapping of str to array_like, shape (n,)
        Numbers, booleans, times, or text; None and nan are missing.
    churned : array_like of bool, shape (n,)
    as_of : date or datetime, optional
        The moment at which everything had to be known; UTC. Later times are leaks.
    allow : collection of str
        Columns known to be honest, which are not looked at.

    Returns
    -------
    list of Leak
        In the order of the columns; at most one, the first found, for each.

    Raises
    ------
    ValueError
        If a column has another length, or only one outcome was seen.

    Notes
    -----
    In this order: a name that says it was written after the fact or by another model; a time after `as_of`; filled in
    for leavers only, or for everybody but them; one column that alone reaches an AUC of .95 (levels of at least ten
    rows by their share of leavers); values (of at least ten rows) or an end of the scale held by leavers only,
    together at least a third of them. Such certainty is one-sided on purpose: that nobody under a running contract
    leaves is no leak. A guard sees only what the data show: ask of every column when it was written.

    References
    ----------
    Kaufman, Rosset, Perlich, Stitelman (2012), Leakage in data mining, ACM TKDD 6(4).

    Examples
    --------
    >>> left = np.array([True] * 20 + [False] * 60)
    >>> found = find_leaks({"calls": [1, 2, 3, 4] * 20, "closed_by": ["ann"] * 20 + [None] * 60}, left)
    >>> found[0].column, found[0].reason
    ('closed_by', 'filled in for leavers only (20 of 20)')
    """
    gone = np.asarray(churned).astype(bool)
    if gone.all() or not gone.any():
        raise ValueError("leaks show only where some left and some stayed")
    looks: tuple[Callable[[Column, Bools], str], ...] = (_missing, _separates, _certain)
    leaks = []
    for name, given in features.items():
        if name in allow:
            continue
        values = read_column(name, given, len(gone))
        told = _named(name) or _after(values, as_of)
        reason = told or next((said for look in looks if (said := look(values, gone))), "")
        if reason:
            leaks.append(Leak(name, reason))
    return leaks


def _named(name: str) -> str:
    return (
        "its name says that it was written after the outcome or by another model" if TOLD.search(name) else ""
    )


def _after(values: Column, as_of: date | datetime | None) -> str:
    if as_of is None or not is_time(values):
        return ""
    end = end_of(as_of).replace(tzinfo=UTC).timestamp() / 86_400
    days = as_days(values)
    late = int((days > end if isinstance(as_of, datetime) else days >= end).sum())
    return f"holds times after {as_of} ({late} rows)" if late else ""


def _missing(values: Column, gone: Bools) -> str:
    there = ~missing_in(values)
    if there.all() or not there.any() or min(there.sum(), (~there).sum()) < FEWEST:
        return ""
    leavers = int(gone.sum())
    for held, words in ((there, "filled in"), (~there, "missing")):
        share = (held & gone).sum() / leavers
        if not (held & ~gone).any() and share >= CERTAIN:
            return f"{words} for leavers only ({int((held & gone).sum())} of {leavers})"
    return (
        "whether it is filled in tells who left"
        if _apart(there.astype(np.float64), gone) >= SEPARATES
        else ""
    )


def _apart(score: Floats, gone: Bools) -> float:
    area = rank_auc(score, gone)
    return max(area, 1 - area)


def _scored(values: Column, gone: Bools) -> Floats:
    """A number a row, higher for likelier leavers; levels with few rows count as the average customer."""
    if not is_text(values):
        numbers = as_numbers(values)
        known = numbers[~np.isnan(numbers)]
        return np.where(np.isnan(numbers), np.median(known) if len(known) else 0.0, numbers)
    place, counts, left = _levels(values, gone)
    return np.where(counts >= FEWEST, left / counts, gone.mean())[place]


def _levels(values: Column, gone: Bools) -> tuple[npt.NDArray[np.intp], Floats, Floats]:
    """Which distinct value each row holds; rows and leavers of each."""
    _, place = np.unique(level_names(values), return_inverse=True)
    counts, left = np.bincount(place), np.bincount(place, weights=gone)
    return place, counts.astype(np.float64), left.astype(np.float64)


def _separates(values: Column, gone: Bools) -> str:
    area = _apart(_scored(values, gone), gone)
    return f"alone it tells leavers from the others (AUC {area:.3f})" if area >= SEPARATES else ""


def _certain(values: Column, gone: Bools) -> str:
    place, counts, left = _levels(values, gone)
    sure = ((counts >= FEWEST) & (left == counts))[place]
    if not is_text(values):
        numbers = as_numbers(values)
        stayed = numbers[~gone & ~np.isnan(numbers)]
        if len(stayed):
            sure |= (numbers > stayed.max()) | (numbers < stayed.min())
    known = int((sure & gone).sum())
    share = known / gone.sum()
    return (
        f"its values name {known} of {int(gone.sum())} leavers with certainty"
        if share >= CERTAIN and known >= FEWEST
        else ""
    )
