"""Risk sets: at every moment something ended, how many ended and how many still could have."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regard.analytics.estimate import Floats

ROUNDING = 1e-12  # weights summed in another order differ by this part


@dataclass(frozen=True)
class Observations:
    """Checked durations in the order of their length; `weight` and `entry` are None where all are 1 and 0."""

    duration: Floats
    ended: Floats
    weight: Floats | None
    entry: Floats | None

    def __len__(self) -> int:
        return len(self.duration)


@dataclass(frozen=True)
class RiskSets:
    """Per distinct time with an end, rising: the time, weight that ended and weight at risk just before."""

    time: Floats
    ended: Floats
    at_risk: Floats


def observe(
    duration: npt.ArrayLike,
    ended: npt.ArrayLike | None = None,
    weight: npt.ArrayLike | None = None,
    entry: npt.ArrayLike | None = None,
) -> Observations:
    """Check durations and sort them once.

    Parameters
    ----------
    duration : array_like, shape (n,)
        Time from the start until the end, or until last seen; not negative.
    ended : array_like of bool, shape (n,), optional
        Whether the end was seen; where false the duration is censored. By default all ended.
    weight : array_like, shape (n,), optional
        Above 0; rows of weight 0 are left out.
    entry : array_like, shape (n,), optional
        When the row came under observation, before its duration.

    Returns
    -------
    Observations

    Raises
    ------
    ValueError
        If lengths differ, or a number is missing, negative or makes no sense.
    """
    lengths = np.asarray(duration, dtype=np.float64)
    seen = np.ones(len(lengths)) if ended is None else np.asarray(ended).astype(np.float64)
    weights = None if weight is None else np.asarray(weight, dtype=np.float64)
    entries = None if entry is None else np.asarray(entry, dtype=np.float64)
    _check(lengths, seen, weights, entries)
    if weights is not None and not weights.all():
        kept = weights > 0
        lengths, seen, weights = lengths[kept], seen[kept], weights[kept]
        entries = None if entries is None else entries[kept]
    order = np.argsort(lengths)
    return Observations(
        lengths[order],
        seen[order],
        None if weights is None else weights[order],
        None if entries is None else entries[order],
    )


def _check(duration: Floats, ended: Floats, weight: Floats | None, entry: Floats | None) -> None:
    for name, values in (("duration", duration), ("ended", ended), ("weight", weight), ("entry", entry)):
        if values is None:
            continue
        if values.shape != (len(duration),):
            raise ValueError(f"{name} must be one number a row")
        if len(values) and not (np.isfinite(values.min()) and np.isfinite(values.max())):
            raise ValueError(f"{name} has missing or infinite values")
        if name != "entry" and len(values) and values.min() < 0:
            raise ValueError(f"{name} must not be negative")
    if len(ended) and not ((ended == 0) | (ended == 1)).all():
        raise ValueError("ended must be true or false")
    if entry is not None and (entry >= duration).any():
        raise ValueError("every row must come under observation before its duration ends")


def risk_sets(rows: Observations) -> RiskSets:
    """Count ends and those at risk at every distinct time at which something ended.

    A row is at risk at time t when ``entry < t <= duration``: ends come before censorings of the same time, and who
    enters at t is at risk only after it.

    Examples
    --------
    >>> sets = risk_sets(observe([6, 6, 6, 6, 7, 9], [1, 1, 1, 0, 1, 0]))
    >>> [column.tolist() for column in (sets.time, sets.ended, sets.at_risk)]
    [[6.0, 7.0], [3.0, 1.0], [6.0, 2.0]]
    """
    if not len(rows):
        return RiskSets(np.empty(0), np.empty(0), np.empty(0))
    first = np.flatnonzero(np.concatenate(([True], rows.duration[1:] != rows.duration[:-1])))
    time = rows.duration[first]
    if rows.weight is None:
        ended = np.add.reduceat(rows.ended, first)
        at_risk = len(rows) - first.astype(np.float64)
    else:
        ended = np.add.reduceat(rows.ended * rows.weight, first)
        left = np.add.reduceat(rows.weight, first)
        at_risk = np.cumsum(left[::-1])[::-1]  # from the end, so that the last risk set is exact
    if rows.entry is not None:
        at_risk = at_risk - _not_yet_entered(rows.entry, rows.weight, time)
    at_risk = np.where(at_risk - ended < ROUNDING * at_risk[0], ended, at_risk)
    happened = ended > 0
    return RiskSets(time[happened], ended[happened], at_risk[happened])


def _not_yet_entered(entry: Floats, weight: Floats | None, time: Floats) -> Floats:
    """Weight of the rows that enter at or after each time."""
    order = np.argsort(entry)
    each = np.ones(len(entry)) if weight is None else weight[order]
    later = np.concatenate((np.cumsum(each[::-1])[::-1], [0.0]))
    return np.asarray(later[np.searchsorted(entry[order], time, side="left")], dtype=np.float64)
