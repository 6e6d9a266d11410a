"""Any share, mean or total of a table by any dimensions: what the named measures are made of."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np

from regard.analytics.counting import effective_n, grouped, known, weighted_sums
from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates, assemble, column
from regard.analytics.intervals import poisson_total, t_mean, wilson


def share(
    table: ir.Table,
    by: Sequence[str] = (),
    *,
    success: str = "success",
    unit: str | None = None,
    weight: str | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
    version: str = "1",
) -> Estimates:
    """Share of rows, or of distinct units, for which `success` is true.

    Parameters
    ----------
    table : ibis.Table
        One row a trial; rows whose `success` is null are left out.
    by : sequence of str
        Dimensions to group by.
    success : str
        Boolean column.
    unit : str, optional
        Column that names the unit (a customer): a unit with several rows in a group counts once, and succeeds if any
        of its rows does. Not together with `weight`.
    weight : str, optional
        Column of weights (above 0).
    level : float, default .95
    minimum : int, default 10
        Smaller groups say "too few".

    Returns
    -------
    Estimates
        Shares between 0 and 1 with Wilson's interval.

    Examples
    --------
    >>> orders = ibis.memtable({"customer": [1, 1, 2, 3], "success": [False, True, False, False]})
    >>> print(share(orders, minimum=1).only())
    0.250 [0.046, 0.699] n=4
    >>> print(share(orders, unit="customer", minimum=1).only())
    0.333 [0.061, 0.792] n=3
    """
    if unit and weight:
        raise ValueError("a share is of distinct units or of weighted rows, not both")
    trials = known(table, success)
    if unit:
        trials = (
            trials.filter(ibis._[unit].notnull())
            .group_by([*by, unit])
            .aggregate(**{success: ibis._[success].any()})
        )
    sums = weighted_sums({"successes": ibis._[success]}, weight)
    counts = grouped(trials, by, **sums).to_pyarrow()
    n, weights = effective_n(counts), column(counts, "weights")
    successes = np.divide(column(counts, "successes") * n, weights, out=np.zeros_like(n), where=weights > 0)
    return assemble(counts, by, wilson(successes, n, level), n, level=level, version=version, minimum=minimum)


def mean(
    table: ir.Table,
    by: Sequence[str] = (),
    *,
    value: str = "score",
    weight: str | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
    version: str = "1",
) -> Estimates:
    """Mean of a column with Student's t interval.

    Parameters
    ----------
    table : ibis.Table
        One row an observation; null values are left out.
    by : sequence of str
        Dimensions to group by.
    value, weight : str
        Columns of the value and of an optional weight (above 0).
    level : float, default .95
    minimum : int, default 10
        Smaller groups say "too few".

    Returns
    -------
    Estimates
        In the unit of `value`.

    Notes
    -----
    Weighted: the weighted mean and variance, on Kish's effective n.

    Examples
    --------
    >>> print(mean(ibis.memtable({"score": [1, 2, 3, 4, 5]}), minimum=2).only())
    3.000 [1.037, 4.963] n=5
    """
    rows = known(table, value)
    number = ibis._[value].cast("float64")
    sums = weighted_sums({"total": number, "squares": number * number}, weight)
    counts = grouped(rows, by, **sums).to_pyarrow()
    n, weights = effective_n(counts), column(counts, "weights")
    shrink = np.divide(n, weights, out=np.zeros_like(n), where=weights > 0)
    interval = t_mean(column(counts, "total") * shrink, column(counts, "squares") * shrink, n, level)
    return assemble(counts, by, interval, n, level=level, version=version, minimum=max(minimum, 2))


def total(
    table: ir.Table,
    by: Sequence[str] = (),
    *,
    amount: str | None = None,
    level: float = LEVEL,
    version: str = "1",
) -> Estimates:
    """Number of rows, or total of an amount, with the interval that chance alone would give it.

    Parameters
    ----------
    table : ibis.Table
        One row an event; with `amount`, rows without one are left out.
    by : sequence of str
        Dimensions to group by. Amounts of several currencies must have the currency among them.
    amount : str, optional
        Column to add up; without it rows are counted.
    level : float, default .95

    Returns
    -------
    Estimates
        In the unit of the amount. There is no minimum: what was booked is a fact; see `poisson_total` for what the
        interval means.

    Notes
    -----
    Decimal amounts are added up exactly by the engine and leave it as floats.

    Examples
    --------
    >>> print(total(ibis.memtable({"amount": [10.0, 30.0]}), amount="amount").only().show(1))
    40.0 [-22.0, 102.0] n=2
    """
    rows = table.filter(ibis._[amount].notnull()) if amount else table
    count = ibis._.count()
    if amount:
        as_float = ibis._[amount].cast("float64")
        sums = {"total": ibis._[amount].sum().cast("float64"), "squares": (as_float * as_float).sum()}
    else:
        sums = {"total": count, "squares": count}
    counts = grouped(rows, by, **sums, rows=count).to_pyarrow()
    interval = poisson_total(column(counts, "total"), column(counts, "squares"), level)
    return assemble(counts, by, interval, column(counts, "rows"), level=level, version=version, minimum=1)
