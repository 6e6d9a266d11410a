"""The plainest proof: some customers got the fix, some by lot did not."""

from datetime import date

import numpy as np
import numpy.typing as npt
from scipy import stats

from regard.analytics.effects.cuped import cuped, mean_difference
from regard.analytics.effects.registration import Proof, Registration, judge
from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimate, Floats
from regard.analytics.intervals import wilson
from regard.analytics.warnings import StatisticalWarning, warn

VERSION = "1"
LOPSIDED = 0.001


def prove_with_holdout(
    registration: Registration, outcome: npt.ArrayLike, treated: npt.ArrayLike, *, as_of: date,
    before: npt.ArrayLike | None = None,
) -> Proof:  # fmt: skip
    """Judge a fix by the customers who, by lot, did not get it.

    Parameters
    ----------
    registration : Registration
        Made before the start; a registered baseline makes the measure a share (outcomes 0 and 1).
    outcome : array_like, shape (n,)
        Of everyone who was drawn into a group, also those whom the fix did not reach.
    treated : array_like of bool, shape (n,)
        The group drawn, whatever became of it.
    as_of : datetime.date
    before : array_like, shape (n,) or (n, k), optional
        What was known before, for a mean: the comparison is then made by `cuped`.

    Returns
    -------
    Proof
        Verdict "worked", "did not" or "cannot tell yet", with its reason.

    Raises
    ------
    ValueError
        If an outcome is missing, or a share has outcomes other than 0 and 1.

    Warns
    -----
    StatisticalWarning
        When the groups' sizes are not those of the lot (p < .001): somebody was lost on one side. There is no verdict
        then. Also when the window is over with fewer customers than registered.

    Notes
    -----
    Shares: Newcombe's hybrid score interval. Means: Welch. The verdict's rules are those of `judge`.

    References
    ----------
    Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in Medicine 17,
    873-890, method 10.

    Examples
    --------
    >>> from regard.analytics import register
    >>> plan = register("came back", cohort="late parcels", start=date(2026, 1, 1), window_days=90, per_day=50,
    ...                 smallest_effect=0.05, baseline=0.4)
    >>> rng = np.random.default_rng(1)
    >>> apologised = rng.random(plan.n) < 0.5
    >>> back = rng.random(plan.n) < 0.4 + 0.08 * apologised
    >>> prove_with_holdout(plan, back, apologised, as_of=date(2026, 12, 1)).verdict
    'worked'
    """
    y, d = np.asarray(outcome, dtype=np.float64), np.asarray(treated).astype(bool)
    if len(y) != len(d) or not np.isfinite(y).all():
        raise ValueError(
            "an outcome for everyone who was drawn: who was not reached or did not buy is 0, not missing"
        )
    effect = _effect(registration, y, d, before)
    trouble = _lopsided(d, registration.held_out)
    if trouble:
        warn(trouble, StatisticalWarning, stacklevel=2)
    elif as_of >= registration.ends and len(y) < registration.n:
        message = f"{len(y)} customers instead of the {registration.n} registered: less power than registered"
        warn(message, StatisticalWarning, stacklevel=2)
    return judge(effect, registration, as_of=as_of, trouble=trouble)


def _effect(
    registration: Registration, y: Floats, d: npt.NDArray[np.bool_], before: npt.ArrayLike | None
) -> Estimate:
    level = registration.level
    if registration.baseline is not None:
        if not np.isin(y, (0.0, 1.0)).all():
            raise ValueError("a share was registered: outcomes must be 0 or 1")
        return share_difference(int(y[d].sum()), int(d.sum()), int(y[~d].sum()), int((~d).sum()), level=level)
    if min(d.sum(), (~d).sum()) < MINIMUM_N:
        return Estimate(None, None, None, len(y), level, "Welch", VERSION)
    if before is not None:
        return cuped(y, d, before, level=level).effect
    return mean_difference(y, d, level=level, method="Welch")


def share_difference(
    successes: int, n: int, other_successes: int, other_n: int, *, level: float = LEVEL
) -> Estimate:
    """Difference of two independent shares with Newcombe's hybrid score interval.

    Parameters
    ----------
    successes, n : int
        With the fix.
    other_successes, other_n : int
        Without.
    level : float, default .95

    Returns
    -------
    Estimate
        n counts both; too few below ten in a group.

    Notes
    -----
    With Wilson intervals [l1, u1] and [l2, u2]: ``d − sqrt((p1 − l1)² + (u2 − p2)²)``,
    ``d + sqrt((u1 − p1)² + (p2 − l2)²)``.

    Examples
    --------
    >>> print(share_difference(56, 70, 48, 80).show(4))
    0.2000 [0.0524, 0.3339] n=150
    """
    method = "Newcombe hybrid score"
    if min(n, other_n) < MINIMUM_N:
        return Estimate(None, None, None, n + other_n, level, method, VERSION)
    both = wilson(np.array([successes, other_successes]), np.array([n, other_n]), level)
    (p1, p2), (l1, l2), (u1, u2) = both.value.tolist(), both.low.tolist(), both.high.tolist()
    value = p1 - p2
    low, high = value - np.hypot(p1 - l1, u2 - p2), value + np.hypot(u1 - p1, p2 - l2)
    error = float(np.hypot(*both.standard_error))
    return Estimate(value, float(low), float(high), n + other_n, level, method, VERSION, standard_error=error)


def _lopsided(treated: npt.NDArray[np.bool_], held_out: float) -> str:
    """Why the group sizes cannot come from the lot, or nothing."""
    without = int((~treated).sum())
    p = stats.binomtest(without, len(treated), held_out).pvalue if len(treated) else 1.0
    if p >= LOPSIDED:
        return ""
    return (
        f"{without} of {len(treated)} held out where {held_out:.0%} were drawn: the groups are not comparable"
    )
