"""Concentration: how much of the revenue the best customers carry."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np

from regard.analytics.counting import grouped
from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates, assemble, column
from regard.analytics.intervals import normal

VERSION = "1"


def top_share(
    customers: ir.Table,
    by: Sequence[str] = (),
    *,
    amount: str = "revenue",
    top: float = 0.2,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Share of the total amount that belongs to the top customers by amount.

    Parameters
    ----------
    customers : ibis.Table
        One row a customer (and group); null amounts are left out.
    by : sequence of str
        Dimensions to group by. Amounts of several currencies must have the currency among them.
    amount : str
        Column of the amount, not negative.
    top : float, default .2
        Which part of the customers is meant.
    level : float, default .95
    minimum : int, default 10
        Groups with fewer customers say "too few".

    Returns
    -------
    Estimates
        Shares between 0 and 1; n is the number of customers.

    Notes
    -----
    One minus the Lorenz curve at ``1 - top``. With q the (1 - top) quantile, mean μ and share L, the influence of a
    customer with amount x is ``(max(x - q, 0) + top q - L x) / μ``; the standard error is that of its mean. Customers
    on the edge count by the fraction that makes them exactly `top` of all.

    References
    ----------
    Beach and Davidson (1983), Distribution-free statistical inference with Lorenz curves and income shares,
    Review of Economic Studies 50(4), 723-735.

    Examples
    --------
    >>> customers = ibis.memtable({"revenue": [80.0] * 2 + [5.0] * 8})
    >>> round(top_share(customers).only().value, 3)
    0.8
    """
    if not 0 < top < 1:
        raise ValueError(f"top must lie between 0 and 1, not {top}")
    rows = customers.filter(ibis._[amount].notnull()).select(*by, x=ibis._[amount].cast("float64"))
    if by:
        edges = rows.group_by(list(by)).aggregate(q=ibis._.x.quantile(1 - top))
        rows = rows.join(edges, [rows[name].identical_to(edges[name]) for name in by]).select(rows, edges.q)
    else:
        rows = rows.cross_join(rows.aggregate(q=ibis._.x.quantile(1 - top)))
    x, above = ibis._.x, ibis.greatest(ibis._.x - ibis._.q, 0.0)
    sums = grouped(
        rows, by, n=ibis._.count(), q=ibis._.q.max(), x=x.sum(), xx=(x * x).sum(),
        a=above.sum(), aa=(above * above).sum(), ax=(above * x).sum(),
    ).to_pyarrow()  # fmt: skip
    n, q, x1, xx, a, aa, ax = (column(sums, name) for name in ("n", "q", "x", "xx", "a", "aa", "ax"))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = x1 / n
        lorenz = (a / n + top * q) / mean
        # variance of above - lorenz * x; the constant top * q does not vary
        spread = (aa - 2 * lorenz * ax + lorenz**2 * xx) / n - ((a - lorenz * x1) / n) ** 2
        error = np.sqrt(np.maximum(spread, 0.0) / np.maximum(n - 1, 1)) / mean
    interval = normal(lorenz, error, level, "Lorenz, linearised")
    return assemble(sums, by, interval, n, level=level, version=VERSION, minimum=minimum)
