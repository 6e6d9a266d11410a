"""How well a score tells leavers from the others (AUC, lift), and whether it keeps its promises (calibration)."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.stats import rankdata

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimate, Estimates, Floats, Interval, assemble
from regard.analytics.intervals import normal_quantile, wilson

VERSION = "1"
Bools = npt.NDArray[np.bool_]


def auc(
    score: npt.ArrayLike, outcome: npt.ArrayLike, *, level: float = LEVEL, minimum: int = MINIMUM_N
) -> Estimate:
    """Chance that a random leaver has a higher score than a random other customer.

    Parameters
    ----------
    score : array_like, shape (n,)
        Higher for those thought likelier to leave.
    outcome : array_like of bool, shape (n,)
    level : float, default .95
    minimum : int, default 10
        Fewer leavers, or fewer others: "too few".

    Returns
    -------
    Estimate
        Between 0 and 1; .5 is a coin. n is the number of rows.

    Raises
    ------
    ValueError
        If the lengths differ or a score is missing.

    Notes
    -----
    The Mann-Whitney statistic, ties counted half. Interval by DeLong: with V the share of others below each leaver and
    W the share of leavers above each other, the variance is ``var(V)/n1 + var(W)/n0``; its ends are kept within 0
    and 1. Also called the area under the ROC curve, c statistic, concordance.

    References
    ----------
    DeLong, DeLong, Clarke-Pearson (1988), Biometrics 44, 837-845; Sun, Xu (2014), IEEE Signal Processing Letters 21.

    Examples
    --------
    >>> print(auc([1, 2, 3, 4, 5], [False, False, True, False, True], minimum=2))
    0.833 [0.371, 1.000] n=5
    """
    scores, gone = _read(score, outcome)
    ones, zeros = int(gone.sum()), int((~gone).sum())
    if min(ones, zeros) < max(minimum, 2):
        return Estimate(None, None, None, len(gone), level, "DeLong", VERSION)
    together = rankdata(scores)
    above = (together[gone] - rankdata(scores[gone])) / zeros
    below = 1 - (together[~gone] - rankdata(scores[~gone])) / ones
    value = float(above.mean())
    error = float(np.sqrt(above.var(ddof=1) / ones + below.var(ddof=1) / zeros))
    half = normal_quantile(level) * error
    low, high = max(value - half, 0.0), min(value + half, 1.0)
    return Estimate(value, low, high, len(gone), level, "DeLong", VERSION, error)


def rank_auc(score: Floats, outcome: Bools) -> float:
    """The AUC alone."""
    ones = int(outcome.sum())
    below = rankdata(score)[outcome].sum() - ones * (ones + 1) / 2
    return float(below / (ones * (len(outcome) - ones)))


def calibration_table(
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    *,
    bins: int = 10,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Of those given about the same probability, how many left.

    Parameters
    ----------
    probability : array_like, shape (n,)
        Between 0 and 1.
    outcome : array_like of bool, shape (n,)
    bins : int, default 10
        Groups of about equal size; equal probabilities stay together, so that there may be fewer.
    level : float, default .95
    minimum : int, default 10
        Smaller groups say "too few".

    Returns
    -------
    Estimates
        Share that left with Wilson's interval, in groups `bin` (from 0) and `predicted` (mean probability).

    Examples
    --------
    >>> left = [True] * 5 + [False] * 15 + [True] * 10 + [False] * 10
    >>> table = calibration_table([0.25] * 20 + [0.5] * 20, left, bins=2)
    >>> table.groups.column("predicted").to_pylist(), table.value.tolist()
    ([0.25, 0.5], [0.25, 0.5])
    """
    scores, gone = _read(probability, outcome)
    place = np.minimum(((rankdata(scores, "min") - 1) * bins // len(scores)).astype(np.int64), bins - 1)
    _, place = np.unique(place, return_inverse=True)
    n = np.bincount(place).astype(np.float64)
    predicted = np.bincount(place, weights=scores) / n
    groups = pa.table({"bin": np.arange(len(n)), "predicted": predicted})
    interval = wilson(np.bincount(place, weights=gone), n, level)
    return assemble(groups, ["bin", "predicted"], interval, n, level=level, version=VERSION, minimum=minimum)


def lift(
    score: npt.ArrayLike,
    outcome: npt.ArrayLike,
    *,
    tops: tuple[float, ...] = (0.05, 0.1, 0.2, 0.3, 0.5),
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """How many times likelier to leave the customers with the highest scores are than all.

    Parameters
    ----------
    score : array_like, shape (n,)
    outcome : array_like of bool, shape (n,)
    tops : tuple of float
        Which parts of the customers, from the highest score down.
    level : float, default .95
    minimum : int, default 10
        Smaller parts say "too few".

    Returns
    -------
    Estimates
        Share of leavers in the part over the share in all; 1 is no better than calling at random. Groups: `top` and
        `found`, the part of all leavers that is among them.

    Notes
    -----
    Customers who tie at the edge count by the fraction that makes the part exact. Wilson's interval of the part's
    share, divided by the share in all, which is taken as known.

    Examples
    --------
    >>> table = lift(list(range(100)), [False] * 80 + [True] * 20, tops=(0.1, 0.4))
    >>> table.value.tolist(), table.groups.column("found").to_pylist()
    ([5.0, 2.5], [0.5, 1.0])
    """
    scores, gone = _read(score, outcome)
    if not gone.any():
        raise ValueError("nobody left: there is no lift")
    _, place = np.unique(-scores, return_inverse=True)
    rows, leavers = np.bincount(place), np.bincount(place, weights=gone)
    size = np.array(tops, dtype=np.float64) * len(gone)
    found = np.interp(size, np.append(0.0, np.cumsum(rows)), np.append(0.0, np.cumsum(leavers)))
    part, base = wilson(found, size, level), float(gone.mean())
    interval = Interval(
        part.value / base, part.low / base, part.high / base, part.standard_error / base, "wilson"
    )
    groups = pa.table({"top": list(tops), "found": found / gone.sum()})
    return assemble(
        groups, ["top", "found"], interval, np.floor(size), level=level, version=VERSION, minimum=minimum
    )


def _read(score: npt.ArrayLike, outcome: npt.ArrayLike) -> tuple[Floats, Bools]:
    scores, gone = np.asarray(score, dtype=np.float64), np.asarray(outcome).astype(bool)
    if scores.shape != gone.shape or scores.ndim != 1 or not len(scores):
        raise ValueError("score and outcome must be one-dimensional, of one length and not empty")
    if np.isnan(scores).any():
        raise ValueError("a score is missing")
    return scores, gone
