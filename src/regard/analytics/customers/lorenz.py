"""How unequally an amount is spread over customers: the Lorenz curve and its one number, Gini's."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regard.analytics.counting import grouped
from regard.analytics.customers.concentration import top_share
from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates, assemble, column
from regard.analytics.intervals import normal

VERSION = "1"
TENTHS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def gini(
    customers: ir.Table,
    by: Sequence[str] = (),
    *,
    amount: str = "revenue",
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Gini coefficient of an amount over customers: 0 if all bring the same, 1 if one brings everything.

    Parameters
    ----------
    customers : ibis.Table
        One row a customer (and group); null amounts are left out.
    by : sequence of str
        Dimensions to group by. Amounts of several currencies must have the currency among them.
    amount : str
        Column of the amount, not negative.
    level : float, default .95
    minimum : int, default 10
        Groups with fewer customers say "too few".

    Returns
    -------
    Estimates
        Between 0 and 1; n is the number of customers. nan where all amounts are 0.

    Notes
    -----
    Sorted amounts x₁ ≤ … ≤ xₙ with mean μ: ``G = n/(n-1) (Σ (2i-1) xᵢ/(n² μ) - 1)``, twice the area between the
    Lorenz curve and equality. Standard error ``sqrt(Σ (zᵢ - z̄)²)/(n μ)``, where
    ``zᵢ = -(G+1) xᵢ + (2i-1)/n xᵢ - 2/n Σ_{j≤i} xⱼ``.
    With few very large customers the interval is too narrow.

    References
    ----------
    Davidson (2009), Reliable inference for the Gini index, Journal of Econometrics 150, 30-40.

    Examples
    --------
    >>> customers = ibis.memtable({"revenue": [1.0] * 9 + [91.0]})
    >>> round(gini(customers).only().value, 3)
    0.9
    """
    rows = customers.filter(ibis._[amount].notnull()).select(*by, x=ibis._[amount].cast("float64"))
    upwards = ibis.cumulative_window(group_by=list(by) or None, order_by="x")
    together = ibis.window(group_by=list(by) or None)
    n, place = (
        ibis._.count().over(together),
        ibis.row_number().over(ibis.window(group_by=list(by) or None, order_by="x")),
    )
    weighed = rows.mutate(w=(2 * place + 1) / n * rows.x, u=2 / n * rows.x.sum().over(upwards))
    spread = weighed.mutate(u=weighed.w - weighed.u)
    x, w, u = ibis._.x, ibis._.w, ibis._.u
    sums = grouped(
        spread, by, n=ibis._.count(), x=x.sum(), xx=(x * x).sum(), w=w.sum(), u=u.sum(), uu=(u * u).sum(),
        xu=(x * u).sum(),
    ).to_pyarrow()  # fmt: skip
    n, x1, xx, w1, u1, uu, xu = (column(sums, name) for name in ("n", "x", "xx", "w", "u", "uu", "xu"))
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = w1 / x1 - 1
        variance = ((plain + 1) ** 2 * xx - 2 * (plain + 1) * xu + uu) / n - (
            (u1 - (plain + 1) * x1) / n
        ) ** 2
        error = np.sqrt(np.maximum(variance, 0.0) / np.maximum(n - 1, 1)) / (x1 / n)
        value = plain * n / (n - 1)
    return assemble(
        sums,
        by,
        normal(value, error, level, "Davidson"),
        n,
        level=level,
        version=VERSION,
        minimum=max(minimum, 2),
    )


def lorenz_curve(
    customers: ir.Table,
    by: Sequence[str] = (),
    *,
    amount: str = "revenue",
    at: Sequence[float] = TENTHS,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Share of the total amount that the smallest customers bring, for growing parts of them.

    Parameters
    ----------
    customers, by, amount
        As for `gini`.
    at : sequence of float
        Parts of the customers, from the smallest up, each between 0 and 1.
    level : float, default .95
    minimum : int, default 10
        Groups with fewer customers say "too few".

    Returns
    -------
    Estimates
        Groups: the dimensions and `part`. The curve begins at (0, 0) and ends at (1, 1).

    Notes
    -----
    One less `top_share` of the rest, with its interval turned round.

    References
    ----------
    Beach and Davidson (1983), Review of Economic Studies 50(4), 723-735.

    Examples
    --------
    >>> curve = lorenz_curve(ibis.memtable({"revenue": [5.0] * 8 + [80.0] * 2}), at=[0.4, 0.8])
    >>> curve.groups.column("part").to_pylist(), curve.value.round(3).tolist()
    ([0.4, 0.8], [0.1, 0.2])
    """
    found = [
        top_share(customers, by, amount=amount, top=1 - part, level=level, minimum=minimum) for part in at
    ]
    tables = [
        tops.groups.append_column("part", pa.array([part] * len(tops), type=pa.float64())) if by
        else pa.table({"part": pa.array([part] * len(tops), type=pa.float64())})
        for part, tops in zip(at, found, strict=True)
    ]  # fmt: skip
    return Estimates(
        groups=pa.concat_tables(tables),
        value=1 - np.concatenate([tops.value for tops in found]),
        low=1 - np.concatenate([tops.high for tops in found]),
        high=1 - np.concatenate([tops.low for tops in found]),
        standard_error=np.concatenate([tops.standard_error for tops in found]),
        n=np.concatenate([tops.n for tops in found]),
        level=level,
        method="Lorenz, linearised",
        version=VERSION,
    )
