"""Log-rank: do groups end at different speeds?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from regard.analytics.churn.risk_sets import Observations, RiskSets, observe, risk_sets
from regard.analytics.estimate import Floats

VERSION = "1"


@dataclass(frozen=True)
class LogRank:
    """Result of a log-rank test.

    Attributes
    ----------
    statistic : float
        Chi-squared with `freedom` degrees of freedom; nan where nothing can be compared.
    p : float
        Probability of a statistic this large if all groups end at the same speed.
    groups : tuple
        The group values, sorted.
    observed, expected : ndarray, shape (groups,)
        Ends seen, and ends to be expected if all groups ended at the same speed: more observed than expected is faster.
    """

    statistic: float
    p: float
    freedom: int
    groups: tuple[Any, ...]
    observed: Floats
    expected: Floats
    version: str = VERSION


def log_rank(
    duration: npt.ArrayLike,
    ended: npt.ArrayLike | None,
    group: npt.ArrayLike,
    *,
    weight: npt.ArrayLike | None = None,
    entry: npt.ArrayLike | None = None,
    stratum: npt.ArrayLike | None = None,
) -> LogRank:
    """Test whether two or more groups end at the same speed.

    Parameters
    ----------
    duration, ended, entry : array_like, shape (n,)
        As in `kaplan_meier`.
    group : array_like, shape (n,)
        Which group each row belongs to.
    weight : array_like, shape (n,), optional
        Frequency weights: so many equal rows.
    stratum : array_like, shape (n,), optional
        Groups are compared within strata only (segment, country), and the comparisons added up.

    Returns
    -------
    LogRank

    Raises
    ------
    ValueError
        With fewer than two groups, or durations that make no sense.

    Notes
    -----
    At each time with d of Y ended, a group with Y_g at risk expects ``d Y_g / Y``, with covariance
    ``d (Y - d) / (Y - 1) (δ_gh Y_g / Y - Y_g Y_h / Y²)`` (hypergeometric). The statistic is ``Z' V⁻ Z`` with
    Z = observed - expected, both summed over times and strata. Best when one group is faster throughout; curves that
    cross may differ and still test equal.

    References
    ----------
    Mantel (1966), Cancer Chemotherapy Reports 50, 163-170; Peto and Peto (1972), Journal of the Royal Statistical
    Society A 135, 185-207.

    Examples
    --------
    >>> test = log_rank([1, 2, 3, 4, 5, 6, 7, 8], None, ["slow", "fast"] * 2 + ["slow"] * 4)
    >>> test.groups, test.observed.tolist(), round(test.p, 3)
    (('fast', 'slow'), [2.0, 6.0], 0.187)
    """
    names, member = np.unique(np.asarray(group), return_inverse=True)
    if len(names) < 2:
        raise ValueError("there must be two groups or more to compare")
    lengths = np.asarray(duration, dtype=np.float64)
    columns = (lengths, np.ones(len(lengths)) if ended is None else np.asarray(ended), weight, entry)
    strata = np.zeros(len(lengths)) if stratum is None else np.asarray(stratum)
    observed, expected = np.zeros(len(names)), np.zeros(len(names))
    covariance = np.zeros((len(names), len(names)))
    for one in np.unique(strata):
        inside = strata == one
        groups = [_rows(columns, inside & (member == place)) for place in range(len(names))]
        moments = _moments(risk_sets(_rows(columns, inside)), groups)
        observed, expected, covariance = observed + moments[0], expected + moments[1], covariance + moments[2]
    statistic, freedom = _quadratic(observed - expected, covariance)
    p = float(stats.chi2.sf(statistic, freedom)) if freedom else np.nan
    return LogRank(statistic, p, freedom, tuple(names.tolist()), observed, expected)


def _rows(columns: Sequence[npt.ArrayLike | None], mask: npt.NDArray[np.bool_]) -> Observations:
    chosen = [None if part is None else np.asarray(part)[mask] for part in columns]
    return observe(np.empty(0) if chosen[0] is None else chosen[0], *chosen[1:])


def _moments(everyone: RiskSets, groups: list[Observations]) -> tuple[Floats, Floats, Floats]:
    """Observed and expected ends of each group, and the covariance of their difference."""
    at_risk = np.stack([_at_risk(rows, everyone.time) for rows in groups])
    observed = np.array([risk_sets(rows).ended.sum() for rows in groups])
    share = at_risk / everyone.at_risk
    ended, total = everyone.ended, everyone.at_risk
    spread = np.divide(ended * (total - ended), total - 1, out=np.zeros_like(ended), where=total > 1)
    covariance = np.diag(share @ spread) - (share * spread) @ share.T
    return observed, share @ ended, covariance


def _at_risk(rows: Observations, time: Floats) -> Floats:
    """Weight at risk (entered before, not gone before) at the given rising times."""

    def later(values: Floats, weight: Floats | None) -> Floats:
        each = np.ones(len(values)) if weight is None else weight
        sums = np.concatenate((np.cumsum(each[::-1])[::-1], [0.0]))
        return np.asarray(sums[np.searchsorted(values, time, side="left")], dtype=np.float64)

    remaining = later(rows.duration, rows.weight)
    if rows.entry is None:
        return remaining
    order = np.argsort(rows.entry)
    return remaining - later(rows.entry[order], None if rows.weight is None else rows.weight[order])


def _quadratic(difference: Floats, covariance: Floats) -> tuple[float, int]:
    """``Z' V⁻ Z`` and the rank of V."""
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True))
    if rank == 0:
        return float("nan"), 0
    values, vectors = np.linalg.eigh(covariance)
    along = vectors[:, -rank:].T @ difference
    return float(np.sum(along**2 / values[-rank:])), rank
