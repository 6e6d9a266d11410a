"""What a fix must show, written down before it starts, and the verdict it is held to afterwards."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

from scipy import stats

from regard.analytics.comparisons import POWER
from regard.analytics.estimate import LEVEL, Estimate
from regard.analytics.intervals import normal_quantile
from regard.analytics.warnings import StatisticalWarning, warn

UP, DOWN = "up", "down"
WORKED, DID_NOT, CANNOT_TELL_YET = "worked", "did not", "cannot tell yet"
MOST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Registration:
    """What was promised before the fix began. Make it with `register`.

    Parameters
    ----------
    measure, cohort : str
        What is measured, on whom: "came back within 90 days", "customers with a late parcel".
    start : datetime.date
        First day that customers are drawn into the groups.
    enrol_days, window_days : int
        Days until enough customers are in, and days that each is watched.
    direction : str
        "up" or "down": which way is better.
    smallest_effect : float
        Smallest change worth having, above 0, in the measure's unit.
    baseline : float or None
        Share expected without the fix; None when the measure is a mean.
    standard_deviation : float or None
        Of one customer's figure, when the measure is a mean.
    held_out : float
        Part of the customers who do not get the fix.
    n : int
        Customers in both groups together.
    power : float
        Chance that a fix that does exactly the smallest effect is seen with these n.
    level : float
    """

    measure: str
    cohort: str
    start: date
    enrol_days: int
    window_days: int
    direction: str
    smallest_effect: float
    baseline: float | None
    standard_deviation: float | None
    held_out: float
    n: int
    power: float
    level: float

    @property
    def ends(self) -> date:
        """The day from which there is a verdict."""
        return self.start + timedelta(days=self.enrol_days + self.window_days)


@dataclass(frozen=True, slots=True)
class Proof:
    """The verdict on a fix: "worked", "did not" or "cannot tell yet", why, and the effect it stands on."""

    verdict: str
    reason: str
    effect: Estimate
    registration: Registration


def power_two_groups(
    effect: float, n_with: int, n_without: int, *, baseline: float | None = None,
    standard_deviation: float | None = None, level: float = LEVEL,
) -> float:  # fmt: skip
    """Chance that two groups of these sizes show an effect of this size.

    Parameters
    ----------
    effect : float
        True change, in the measure's unit; negative when a share is to fall.
    n_with, n_without : int
        Customers with the fix and without.
    baseline : float
        Share without the fix, for shares.
    standard_deviation : float
        Of one customer's figure, for means. Exactly one of the two.
    level : float, default .95
        Of the two-sided interval.

    Returns
    -------
    float
        Power in the direction of the effect.

    Raises
    ------
    ValueError
        If not exactly one of baseline and standard deviation is given, or a share would leave 0 to 1.

    Notes
    -----
    Means: non-central t with ``n_with + n_without − 2`` degrees. Shares:
    ``Φ((|d| − z sqrt(p̄q̄(1/n1 + 1/n0))) / sqrt(p1q1/n1 + p0q0/n0))``. Both as R's power.t.test and power.prop.test.

    References
    ----------
    Fleiss, Levin, Paik (2003), Statistical Methods for Rates and Proportions, 3rd ed., section 4.

    Examples
    --------
    >>> round(power_two_groups(1.0, 20, 20, standard_deviation=1.0), 4)
    0.869
    >>> round(power_two_groups(0.25, 77, 77, baseline=0.5), 3)
    0.901
    """
    if (baseline is None) == (standard_deviation is None):
        raise ValueError("give a baseline share or a standard deviation, and not both")
    if min(n_with, n_without) < 2:
        return 0.0
    if standard_deviation is not None:
        if standard_deviation <= 0:
            raise ValueError("the standard deviation must be above 0")
        degrees = n_with + n_without - 2
        shift = abs(effect) / standard_deviation / math.sqrt(1 / n_with + 1 / n_without)
        return float(stats.nct.sf(stats.t.ppf(0.5 + level / 2, degrees), degrees, shift))
    p0 = baseline or 0.0
    p1 = p0 + effect
    if not (0 <= p0 <= 1 and 0 <= p1 <= 1):
        raise ValueError(f"a share cannot go from {p0:g} to {p1:g}")
    pooled = (n_with * p1 + n_without * p0) / (n_with + n_without)
    null = math.sqrt(pooled * (1 - pooled) * (1 / n_with + 1 / n_without))
    actual = math.sqrt(p1 * (1 - p1) / n_with + p0 * (1 - p0) / n_without)
    reach = abs(effect) - normal_quantile(level) * null
    return float(stats.norm.cdf(reach / actual)) if actual else float(reach > 0)


def sample_size_two_groups(
    effect: float, *, baseline: float | None = None, standard_deviation: float | None = None, held_out: float = 0.5,
    power: float = POWER, level: float = LEVEL,
) -> int:  # fmt: skip
    """How many customers both groups need together to show an effect.

    Parameters
    ----------
    effect, baseline, standard_deviation, level
        As in `power_two_groups`; the effect is not 0.
    held_out : float, default .5
        Part of the customers without the fix. One in ten held out needs almost three times the customers of one in two.
    power : float, default .8

    Returns
    -------
    int
        The smallest number whose power is at least `power`.

    Raises
    ------
    ValueError
        If the effect is 0, or a billion customers would not do.

    Examples
    --------
    >>> sample_size_two_groups(0.25, baseline=0.5, power=0.9)  # 77 in each
    154
    >>> sample_size_two_groups(0.02, baseline=0.30)
    16787
    >>> sample_size_two_groups(0.02, baseline=0.30, held_out=0.1)
    46886
    """
    if effect == 0 or not 0 < held_out < 1 or not 0 < power < 1:
        raise ValueError("the effect must not be 0; held_out and power must lie between 0 and 1")

    def reached(n: int) -> float:
        without = round(n * held_out)
        return power_two_groups(
            effect, n - without, without, baseline=baseline, standard_deviation=standard_deviation, level=level
        )  # fmt: skip

    low, high = 2, 4
    while reached(high) < power:
        low, high = high, high * 2
        if high > MOST:
            raise ValueError("a billion customers would not show so small an effect")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) >= power else (middle, high)
    return high


def register(
    measure: str, *, cohort: str, start: date, window_days: int, smallest_effect: float, per_day: float,
    direction: str = UP, baseline: float | None = None, standard_deviation: float | None = None,
    correlation: float = 0.0, held_out: float = 0.5, power: float = POWER, level: float = LEVEL,
    available: int | None = None,
) -> Registration:  # fmt: skip
    """Write down what a fix must show before it starts, and how many customers and days that takes.

    Parameters
    ----------
    measure, cohort : str
    start : datetime.date
    window_days : int
        How long each customer is watched.
    smallest_effect : float
        Above 0: the smallest change worth having, in the measure's unit (.03 is three points of a share).
    per_day : float
        Customers who come into the cohort each day.
    direction : {"up", "down"}
    baseline, standard_deviation : float
        Exactly one: a share expected without the fix, or the standard deviation of one customer's figure.
    correlation : float, default 0
        Of a mean with the same figure before, when CUPED will be used.
    held_out, power, level : float
    available : int, optional
        Customers there are at most; fewer than needed lowers the power that is registered.

    Returns
    -------
    Registration

    Raises
    ------
    ValueError
        If a number is out of its range, or no number of customers would do.

    Warns
    -----
    StatisticalWarning
        When the available customers do not give the power asked for.

    Examples
    --------
    >>> plan = register(
    ...     "late deliveries", cohort="orders to the South", start=date(2026, 1, 12), window_days=14,
    ...     smallest_effect=0.05, baseline=0.25, direction="down", per_day=60,
    ... )
    >>> plan.n, plan.enrol_days, plan.ends.isoformat(), round(plan.power, 2)
    (2188, 37, '2026-03-04', 0.8)
    """
    if smallest_effect <= 0 or per_day <= 0 or window_days < 0 or direction not in (UP, DOWN):
        raise ValueError("smallest_effect and per_day must be above 0, direction up or down")
    if not -1 < correlation < 1 or (correlation and standard_deviation is None):
        raise ValueError(
            "a correlation with the past lies within -1 and 1 and goes with a standard deviation"
        )
    signed = smallest_effect if direction == UP else -smallest_effect
    spread = standard_deviation and standard_deviation * math.sqrt(1 - correlation**2)
    needed = sample_size_two_groups(
        signed, baseline=baseline, standard_deviation=spread, held_out=held_out, power=power, level=level
    )  # fmt: skip
    n = needed if available is None else min(needed, available)
    without = round(n * held_out)
    reached = power_two_groups(
        signed, n - without, without, baseline=baseline, standard_deviation=spread, level=level
    )  # fmt: skip
    if n < needed:
        message = (
            f"{n} customers show this effect in {reached:.0%} of cases; {needed} are needed for {power:.0%}"
        )
        warn(message, StatisticalWarning, stacklevel=2)
    return Registration(
        measure, cohort, start, math.ceil(n / per_day), window_days, direction, smallest_effect, baseline,
        standard_deviation, held_out, n, reached, level,
    )  # fmt: skip


def judge(effect: Estimate, registration: Registration, *, as_of: date, trouble: str = "") -> Proof:
    """Hold an effect against what was registered.

    Parameters
    ----------
    effect : Estimate
        Change in the measure, with minus without the fix: from `prove_with_holdout`, `difference_in_differences` or
        `interrupted_series`.
    registration : Registration
    as_of : datetime.date
    trouble : str, default ""
        What makes the comparison unsound, such as groups that moved apart before; then there is no verdict.

    Returns
    -------
    Proof

    Raises
    ------
    ValueError
        If effect and registration have different confidence levels.

    Notes
    -----
    Cannot tell yet: before the registered end whatever the figures say, as looking each day until it looks good finds
    something in most things that do nothing. Did not: the better end of the interval lies below the smallest effect
    worth having. Worked: the worse end lies above 0. Cannot tell yet: all else.

    Examples
    --------
    >>> plan = register(
    ...     "csat", cohort="cases", start=date(2026, 1, 1), window_days=7,
    ...     smallest_effect=0.05, baseline=0.6, per_day=200
    ... )
    >>> judge(Estimate(0.08, 0.03, 0.13, n=3000), plan, as_of=date(2026, 3, 1)).verdict
    'worked'
    >>> judge(Estimate(0.08, 0.03, 0.13, n=3000), plan, as_of=date(2026, 1, 5)).verdict
    'cannot tell yet'
    """
    verdict, reason = _decide(effect, registration, as_of, trouble)
    return Proof(verdict, reason, effect, registration)


def _decide(effect: Estimate, registration: Registration, as_of: date, trouble: str) -> tuple[str, str]:
    if effect.level != registration.level:
        raise ValueError(f"registered at level {registration.level}, the effect has {effect.level}")
    if as_of < registration.ends:
        return CANNOT_TELL_YET, f"registered to be judged on {registration.ends.isoformat()}"
    if trouble:
        return CANNOT_TELL_YET, trouble
    if effect.low is None or effect.high is None:
        return CANNOT_TELL_YET, f"too few (n={effect.n})"
    low, high = (effect.low, effect.high) if registration.direction == UP else (-effect.high, -effect.low)
    if high < 0:
        return DID_NOT, f"it got worse, by at least {-high:.4g}"
    if high < registration.smallest_effect:
        return DID_NOT, f"at most {high:.4g} better, registered was {registration.smallest_effect:.4g}"
    if low > 0:
        return WORKED, f"at least {low:.4g} better"
    return CANNOT_TELL_YET, f"anything from {low:.4g} to {high:.4g} is possible"
