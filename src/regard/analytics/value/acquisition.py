"""What it costs to win a customer and to keep one, against what the customer brings."""

from dataclasses import dataclass

import numpy as np

from regard.analytics.estimate import LEVEL, Estimate, Floats
from regard.analytics.intervals import normal_quantile

VERSION = "1"
DRAWS = 4000
Known = Estimate | float


@dataclass(frozen=True, slots=True)
class Spending:
    """One way to spend on customers; money in the unit of the spending.

    Attributes
    ----------
    cost : Estimate
        For one more customer: won, or kept who would have left.
    worth : Estimate
        What one customer brings from now on, discounted, this period's margin included.
    ratio : Estimate
        Worth over cost (CLV:CAC): below 1 the money does not come back.
    payback : Estimate
        Periods until the margins make up for the cost; infinite if they never do.
    """

    cost: Estimate
    worth: Estimate
    ratio: Estimate
    payback: Estimate


def acquisition_cost(
    spend: float,
    won: int,
    *,
    margin: Known,
    retention: Known,
    discount: float,
    level: float = LEVEL,
    seed: int = 0,
) -> Spending:
    """What it costs to win a customer, and when that has come back.

    Parameters
    ----------
    spend : float
        Spent on winning customers.
    won : int
        New customers it brought; those who would have come anyway must not be among them.
    margin : Estimate or float
        Mean margin a customer and period, the first at once.
    retention : Estimate or float
        Share of customers who stay from one period to the next.
    discount : float
        Rate per period; retention, margin and discount are of the same period.
    level : float, default .95
    seed : int, default 0
        Of the simulated payback.

    Returns
    -------
    Spending
        n is the number won.

    Raises
    ------
    ValueError
        If spend, won or margin is not above 0, retention not between 0 and 1, discount negative, or nothing is left of
        a customer to discount (retention 1, discount 0).

    Notes
    -----
    ``cost = spend / won``; ``worth = m/(1 - q)`` with ``q = r/(1 + d)``; k payments make up for the cost when
    ``m (1 - q^k)/(1 - q) = cost``, so ``payback = ln(1 - cost (1 - q)/m)/ln q``. Customers won are taken as Poisson;
    intervals of cost, worth and ratio by the delta method on the logarithm, of payback from 4,000 draws of all three.

    References
    ----------
    Gupta, Lehmann (2003), Customers as assets, Journal of Interactive Marketing 17(1).

    Examples
    --------
    >>> found = acquisition_cost(12_000.0, 100, margin=10.0, retention=0.95, discount=0.0)
    >>> print(found.cost.show(0), "|", found.worth.show(0), "|", found.ratio.show(2), "|", found.payback.show(1))
    120 [99, 146] n=100 | 200 [200, 200] n=100 | 1.67 [1.37, 2.03] n=100 | 17.9 [13.3, 25.5] n=100
    """
    if spend <= 0 or won <= 0:
        raise ValueError("spend and the customers won must be above 0")
    customer = _Customer.read(margin, retention, discount)
    cost, rough = spend / won, 1 / np.sqrt(won)
    worth, error = customer.worth()
    draw = np.random.default_rng(seed)
    costs = cost * np.exp(rough * draw.standard_normal(DRAWS))
    return Spending(
        cost=_of_logarithm(cost, rough, won, level),
        worth=_of_logarithm(worth, error, won, level),
        ratio=_of_logarithm(worth / cost, float(np.hypot(rough, error)), won, level),
        payback=customer.payback(cost, costs, draw, won, level),
    )


def retention_cost(
    spend: float,
    treated: int,
    lift: Estimate,
    *,
    margin: Known,
    retention: Known,
    discount: float,
    level: float = LEVEL,
    seed: int = 0,
) -> Spending:
    """What it costs to keep a customer who would have left, to be held against `acquisition_cost`.

    Parameters
    ----------
    spend : float
        Spent on keeping customers.
    treated : int
        Customers it was spent on.
    lift : Estimate
        By how much more of them stayed than of customers alike without it, as a share: `share_difference` of a holdout.
    margin, retention, discount, level, seed
        As for `acquisition_cost`; retention is that of the customers kept, from now on.

    Returns
    -------
    Spending
        n is that of the lift. "Too few" if the lift is. The cost is infinite where the lift may be nothing.

    Raises
    ------
    ValueError
        As `acquisition_cost`; or if the lift has no standard error or interval.

    Notes
    -----
    ``cost = spend/(treated lift)``, its ends those of the lift; ``ratio = worth treated lift/spend`` by the delta
    method, which may be negative. What was spent on those who would have stayed anyway is in the cost.

    Examples
    --------
    >>> lift = Estimate(0.04, 0.02, 0.06, 4000, standard_error=0.0102)
    >>> found = retention_cost(5_000.0, 2000, lift, margin=10.0, retention=0.95, discount=0.0)
    >>> print(found.cost.show(1), "|", found.ratio.show(2))
    62.5 [41.7, 125.0] n=4000 | 3.20 [1.60, 4.80] n=4000
    """
    if spend <= 0 or treated <= 0:
        raise ValueError("spend and the customers treated must be above 0")
    if lift.value is None:
        nothing = Estimate(None, None, None, lift.n, level, "", VERSION)
        return Spending(nothing, nothing, nothing, nothing)
    if lift.standard_error is None or lift.low is None or lift.high is None:
        raise ValueError("the lift needs its interval and standard error")
    customer = _Customer.read(margin, retention, discount)
    each = spend / treated
    cost, low, high = (_per_kept(each, share) for share in (lift.value, lift.high, lift.low))
    worth, error = customer.worth()
    ratio = worth * lift.value / each
    spread = float(np.hypot(ratio * error, worth * lift.standard_error / each))
    half = normal_quantile(level) * spread
    draw = np.random.default_rng(seed)
    shares = lift.value + lift.standard_error * draw.standard_normal(DRAWS)
    with np.errstate(divide="ignore"):
        costs = np.where(shares > 0, each / shares, np.inf)
    return Spending(
        cost=Estimate(
            cost, low, high, lift.n, lift.level, f"that of the lift, {lift.method}".rstrip(", "), VERSION
        ),
        worth=_of_logarithm(worth, error, lift.n, level),
        ratio=Estimate(ratio, ratio - half, ratio + half, lift.n, level, "delta", VERSION, spread),
        payback=customer.payback(cost, costs, draw, lift.n, level),
    )


def _per_kept(each: float, share: float) -> float:
    return each / share if share > 0 else np.inf


def _of_logarithm(value: float, error: float, n: int, level: float) -> Estimate:
    far = np.exp(normal_quantile(level) * error)
    return Estimate(
        value,
        float(value / far),
        float(value * far),
        n,
        level,
        "delta, of the logarithm",
        VERSION,
        value * error,
    )


@dataclass(frozen=True, slots=True)
class _Customer:
    """Margin and retention with their standard errors, and the discount."""

    margin: float
    margin_error: float
    retention: float
    retention_error: float
    discount: float

    @classmethod
    def read(cls, margin: Known, retention: Known, discount: float) -> "_Customer":
        m, m_error = _known(margin)
        r, r_error = _known(retention)
        if m <= 0 or not 0 < r <= 1 or discount < 0 or (r == 1 and discount == 0):
            raise ValueError(
                "margin must be above 0, retention between 0 and 1, and something must be discounted or lost"
            )
        return cls(m, m_error, r, r_error, discount)

    def worth(self) -> tuple[float, float]:
        """m/(1 - q), and the standard error of its logarithm."""
        left = 1 + self.discount - self.retention
        error = np.hypot(self.margin_error / self.margin, self.retention_error / left)
        return self.margin * (1 + self.discount) / left, float(error)

    def payback(
        self, cost: float, costs: Floats, draw: np.random.Generator, n: int, level: float
    ) -> Estimate:
        margins = self.margin * np.exp(self.margin_error / self.margin * draw.standard_normal(DRAWS))
        stays = np.clip(self.retention + self.retention_error * draw.standard_normal(DRAWS), 1e-6, 1.0)
        value = _payback(
            np.array([cost]), np.array([self.margin]), np.array([self.retention]) / (1 + self.discount)
        )
        drawn = _payback(costs, margins, stays / (1 + self.discount))
        low, high = np.quantile(
            drawn, [0.5 - level / 2, 0.5 + level / 2], method="nearest"
        )  # some never pay back
        return Estimate(float(value[0]), float(low), float(high), n, level, "simulated", VERSION)


def _known(figure: Known) -> tuple[float, float]:
    if not isinstance(figure, Estimate):
        return float(figure), 0.0
    if figure.value is None:
        raise ValueError("margin and retention must be known: one of them stands on too few")
    return figure.value, figure.standard_error or 0.0


def _payback(cost: Floats, margin: Floats, q: Floats) -> Floats:
    """Payments until the cost is back, infinite if it never is; a customer who never leaves pays cost / margin."""
    lost = cost * (1 - q) / margin
    with np.errstate(divide="ignore", invalid="ignore"):
        periods = np.where(q < 1, np.log1p(-np.minimum(lost, 1.0)) / np.log(q), cost / margin)
    return np.where(lost >= 1, np.inf, periods)
