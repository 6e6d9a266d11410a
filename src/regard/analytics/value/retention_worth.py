"""What customers under contract are worth together, and what one more point of retention is worth."""

from dataclasses import dataclass

import numpy as np

from regard.analytics.estimate import Estimate
from regard.analytics.intervals import normal_quantile

VERSION = "1"
METHOD = "delta, of the logarithm"


@dataclass(frozen=True, slots=True)
class RetentionWorth:
    """The worth of a customer base under constant margin and retention; money in the unit of the margin.

    Attributes
    ----------
    base : Estimate
        All that today's customers will still bring, discounted.
    gain : Estimate
        What it grows by if retention grows by `change`.
    elasticity : Estimate
        By how many per cent `base` grows for one per cent (not point) more retention.
    change : float
        As a share; .01 is one point.
    """

    base: Estimate
    gain: Estimate
    elasticity: Estimate
    change: float


def retention_worth(
    retention: Estimate,
    margin: Estimate | float,
    *,
    customers: int,
    discount: float,
    change: float = 0.01,
) -> RetentionWorth:
    """Value of a customer base, and of a little more retention.

    Parameters
    ----------
    retention : Estimate
        Share of customers who stay from one period to the next (1 less the churn rate).
    margin : Estimate or float
        Mean margin a customer and period; a float is taken as known.
    customers : int
        How many there are today.
    discount : float
        Rate per period; retention, margin and discount are of the same period.
    change : float, default .01
        How much retention grows.

    Returns
    -------
    RetentionWorth
        All "too few" if retention or margin is; level is that of the retention.

    Raises
    ------
    ValueError
        If retention lies outside 0 to 1 or would grow beyond it, margin or customers are not above 0, or the discount
        is not.

    Notes
    -----
    With r the retention, i the discount, m the margin and N customers, ``base = N m r/(1 + i - r)``: the first margin
    comes after one period, if the customer stays, without end. ``d base/dr = N m (1 + i)/(1 + i - r)²``; the gain is
    the exact difference, ``N m c (1 + i)/((1 + i - r)(1 + i - r - c))``; the elasticity ``(1 + i)/(1 + i - r)``.
    Intervals from the standard errors of r and m by the delta method on the logarithm, the two taken as independent.
    Retention is the same for all here: where customers differ, those who have stayed stay longer, and the base is worth
    more (see `fit_sbg`).

    References
    ----------
    Gupta, Lehmann (2003), Customers as assets, Journal of Interactive Marketing 17(1); Gupta, Lehmann, Stuart (2004),
    Valuing customers, Journal of Marketing Research 41(1).

    Examples
    --------
    >>> stays = Estimate(0.8, 0.774, 0.824, 1000, standard_error=0.0126)
    >>> found = retention_worth(stays, 100.0, customers=1000, discount=0.1)
    >>> print(found.base.show(0), "|", found.gain.show(0), "|", found.elasticity.show(2))
    266,667 [238,129, 298,625] n=1000 | 12,644 [10,694, 14,949] n=1000 | 3.67 [3.38, 3.98] n=1000
    """
    level, n = retention.level, retention.n
    nothing = Estimate(None, None, None, n, level, METHOD, VERSION)
    if retention.value is None or (isinstance(margin, Estimate) and margin.value is None):
        return RetentionWorth(nothing, nothing, nothing, change)
    r, error_r = retention.value, retention.standard_error or 0.0
    m, error_m = _margin(margin)
    _check(r, m, customers, discount, change)
    left = 1 + discount - r
    after = left - change

    def estimate(value: float, slope: float, of_margin: float) -> Estimate:
        """A figure whose logarithm has this slope in r, and is proportional to the margin or not."""
        error = float(np.hypot(slope * error_r, of_margin * error_m / m))
        far = np.exp(normal_quantile(level) * error)
        return Estimate(
            value, float(value / far), float(value * far), n, level, METHOD, VERSION, value * error
        )

    worth = customers * m
    return RetentionWorth(
        base=estimate(worth * r / left, (1 + discount) / (r * left), 1.0),
        gain=estimate(worth * change * (1 + discount) / (left * after), 1 / left + 1 / after, 1.0),
        elasticity=estimate((1 + discount) / left, 1 / left, 0.0),
        change=change,
    )


def _margin(margin: Estimate | float) -> tuple[float, float]:
    """A margin and its standard error."""
    if isinstance(margin, Estimate):
        return float(margin.value or 0.0), margin.standard_error or 0.0
    return float(margin), 0.0


def _check(r: float, m: float, customers: int, discount: float, change: float) -> None:
    if not 0 < r <= 1 or not 0 < r + change <= 1:
        raise ValueError(f"retention must lie between 0 and 1, now ({r}) and after the change ({r + change})")
    if m <= 0 or customers <= 0 or discount <= 0:
        raise ValueError("margin, customers and discount must be above 0")
