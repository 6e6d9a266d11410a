"""Is it different? Verdicts that say "cannot tell" when they cannot, corrected for how many were compared."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from regard.analytics.estimate import LEVEL, Estimate, Floats
from regard.analytics.intervals import normal_quantile

UP, DOWN, CANNOT_TELL = "up", "down", "cannot tell"
POWER = 0.8


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two estimates of the same measure compared.

    Parameters
    ----------
    difference, low, high : float or None
        New minus old with its interval, in the measure's unit; None when either has too few.
    z, p : float or None
        Test statistic and two-sided p-value; after `compare_many` p is the adjusted one.
    verdict : str
        "up", "down" or "cannot tell".
    detectable : float or None
        The smallest change that these numbers of answers would have shown in four of five cases.
    """

    difference: float | None
    low: float | None
    high: float | None
    z: float | None
    p: float | None
    verdict: str
    detectable: float | None

    def show(self, digits: int = 3, *, scale: float = 1.0, unit: str = "") -> str:
        """The difference with its interval and the verdict, as text; `scale` and `unit` as in `Estimate.show`.

        Examples
        --------
        >>> Comparison(0.2, -0.02, 0.42, 1.75, 0.08, CANNOT_TELL, 0.32).show(0, scale=100, unit=" points")
        '20 points [-2, 42]: cannot tell'
        """
        if self.difference is None:
            return self.verdict
        text = f"{self.difference * scale:,.{digits}f}{unit}"
        if self.low is not None and self.high is not None:
            text += f" [{self.low * scale:,.{digits}f}, {self.high * scale:,.{digits}f}]"
        return f"{text}: {self.verdict}"

    def __str__(self) -> str:
        return self.show()


def compare(new: Estimate, old: Estimate, *, level: float = LEVEL) -> Comparison:
    """Compare two estimates of the same measure from different answers.

    Parameters
    ----------
    new, old : Estimate
        With standard errors; of the same definition version.
    level : float, default .95

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If the two were made by different versions of the definition.

    Notes
    -----
    ``z = (new - old) / sqrt(se_new² + se_old²)``, two-sided normal. When both standard errors are 0 (all answers
    alike on both sides) z says nothing and the verdict is "cannot tell".

    Examples
    --------
    >>> from regard.analytics import adjusted_wald_nps
    >>> def score(*counts):
    ...     score = adjusted_wald_nps(*counts)
    ...     numbers = (score.value, score.low, score.high)
    ...     return Estimate(*map(float, numbers), n=sum(counts), standard_error=float(score.standard_error))
    >>> change = compare(score(50, 30, 20), score(40, 30, 30))
    >>> round(change.difference, 2), round(change.z, 4), change.verdict
    (0.2, 1.7541, 'cannot tell')
    """
    if new.version != old.version:
        raise ValueError(f"definitions differ: version {new.version} and {old.version}")
    if new.value is None or old.value is None or new.standard_error is None or old.standard_error is None:
        return Comparison(None, None, None, None, None, CANNOT_TELL, None)
    difference = new.value - old.value
    error = math.hypot(new.standard_error, old.standard_error)
    half = normal_quantile(level) * error
    detectable = (normal_quantile(level) + float(stats.norm.ppf(POWER))) * error
    if error == 0:
        return Comparison(difference, None, None, None, None, CANNOT_TELL, None)
    z = difference / error
    p = 2 * float(stats.norm.sf(abs(z)))
    return Comparison(
        difference, difference - half, difference + half, z, p, _verdict(z, p, 1 - level), detectable
    )


def _verdict(z: float, p: float, alpha: float) -> str:
    if p >= alpha:
        return CANNOT_TELL
    return UP if z > 0 else DOWN


def compare_many(pairs: Sequence[tuple[Estimate, Estimate]], *, level: float = LEVEL) -> list[Comparison]:
    """Compare several (new, old) pairs at once, with verdicts corrected for how many were compared.

    Parameters
    ----------
    pairs : sequence of (Estimate, Estimate)
    level : float, default .95
        One minus the false discovery rate: of the verdicts "up" and "down", at most this part is expected to be false.

    Returns
    -------
    list of Comparison
        In the order of the pairs, with p adjusted by `benjamini_hochberg`. Pairs that cannot be compared do not count.

    Examples
    --------
    >>> def share(value):
    ...     return Estimate(value, value - 0.04, value + 0.04, n=600, standard_error=0.02)
    >>> [change.verdict for change in compare_many([(share(0.5), share(0.4)), (share(0.5), share(0.45))])]
    ['up', 'cannot tell']
    """
    single = [compare(new, old, level=level) for new, old in pairs]
    tested = [place for place, one in enumerate(single) if one.p is not None]
    adjusted = benjamini_hochberg([single[place].p or 0.0 for place in tested])
    for place, p in zip(tested, adjusted, strict=True):
        one = single[place]
        single[place] = replace(one, p=float(p), verdict=_verdict(one.z or 0.0, float(p), 1 - level))
    return single


def benjamini_hochberg(p_values: npt.ArrayLike) -> Floats:
    """Adjusted p-values that control the false discovery rate.

    Parameters
    ----------
    p_values : array_like, shape (m,)

    Returns
    -------
    ndarray, shape (m,)
        ``min over k >= i of p_(k) m / k``, at most 1, in the order given.

    References
    ----------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57(1), 289-300.

    Examples
    --------
    >>> [round(float(p), 3) for p in benjamini_hochberg([0.01, 0.04, 0.03, 0.005])]
    [0.02, 0.04, 0.04, 0.02]
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)[::-1]
    ranks = len(p) - np.arange(len(p))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate(p[order] * len(p) / ranks), 1.0)
    return adjusted


def smallest_detectable_change(
    standard_deviation: float, n_new: float, n_old: float, *, level: float = LEVEL, power: float = POWER
) -> float:
    """The smallest true difference that two samples of these sizes would show with the given power.

    Parameters
    ----------
    standard_deviation : float
        Of one answer, in the measure's unit (of a share: ``sqrt(p (1 - p))``; of NPS: ``sqrt(P + D - NPS²)``).
    n_new, n_old : float
        Numbers of answers.
    level, power : float
        Confidence level (two-sided) and probability of seeing the difference.

    Returns
    -------
    float
        ``(z_level + z_power) sd sqrt(1/n_new + 1/n_old)``.

    Examples
    --------
    >>> round(smallest_detectable_change(0.5, 1000, 1000), 4)
    0.0626
    """
    if min(n_new, n_old) <= 0:
        raise ValueError("there must be answers on both sides")
    reach = normal_quantile(level) + float(stats.norm.ppf(power))
    return reach * standard_deviation * math.sqrt(1 / n_new + 1 / n_old)


def sample_size_mean(standard_deviation: float, margin: float, *, level: float = LEVEL) -> int:
    """How many answers a mean needs so that its interval reaches `margin` to each side.

    Parameters
    ----------
    standard_deviation, margin : float
        Of one answer, and half the width of the interval, in the same unit.
    level : float, default .95

    Returns
    -------
    int
        ``(z sd / margin)²``, rounded up.

    Examples
    --------
    >>> sample_size_mean(1.5, 0.1)
    865
    """
    if margin <= 0 or standard_deviation <= 0:
        raise ValueError("margin and standard deviation must be above 0")
    return math.ceil((normal_quantile(level) * standard_deviation / margin) ** 2)


def sample_size_share(
    margin: float, *, expected: float = 0.5, response_rate: float = 1.0, population: int | None = None,
    level: float = LEVEL,
) -> int:  # fmt: skip
    """How many people to ask so that the interval of a share reaches `margin` to each side.

    Parameters
    ----------
    margin : float
        Half the width of the interval (.03 is three points).
    expected : float, default .5
        The share expected; .5 is the most careful.
    response_rate : float, default 1
        Part of those asked who will answer.
    population : int, optional
        Size of the group when it is small (finite population correction).
    level : float, default .95

    Returns
    -------
    int
        Invitations to send.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., section 4.4.

    Examples
    --------
    >>> sample_size_share(0.05), sample_size_share(0.05, response_rate=0.2), sample_size_share(0.05, population=1000)
    (385, 1921, 278)
    """
    if not 0 < response_rate <= 1:
        raise ValueError("response_rate must be above 0 and at most 1")
    if margin <= 0:
        raise ValueError("margin must be above 0")
    answers = normal_quantile(level) ** 2 * expected * (1 - expected) / margin**2
    if population is not None:
        answers = answers / (1 + (answers - 1) / population)
    return math.ceil(answers / response_rate)


def sample_size_nps(
    margin: float, *, promoters: float = 0.5, detractors: float = 0.2, response_rate: float = 1.0,
    level: float = LEVEL,
) -> int:  # fmt: skip
    """How many people to ask so that the interval of the NPS reaches `margin` to each side.

    Parameters
    ----------
    margin : float
        Half the width of the interval (.05 is five NPS points of a hundred).
    promoters, detractors : float
        Shares expected; the variance of an answer is ``P + D - (P - D)²``.
    response_rate : float, default 1
        Part of those asked who will answer.
    level : float, default .95

    Returns
    -------
    int
        Invitations to send.

    Examples
    --------
    >>> sample_size_nps(0.05), sample_size_nps(0.05, response_rate=0.25)
    (938, 3750)
    """
    if margin <= 0 or not 0 < response_rate <= 1:
        raise ValueError("margin must be above 0, response_rate above 0 and at most 1")
    variance = promoters + detractors - (promoters - detractors) ** 2
    return math.ceil(normal_quantile(level) ** 2 * variance / margin**2 / response_rate)
