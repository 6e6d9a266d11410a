"""Hand-overs between departments: how often, how long until the other takes over, and what that adds."""

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates, Floats, assemble, column
from regard.analytics.intervals import normal
from regard.analytics.journeys.sequence import MICROSECONDS, follow, read_log, wait
from regard.analytics.quantiles import aggregate_quantiles

VERSION = "1"
PAIR = ("from_department", "to_department")


def handovers(
    log: ir.Table,
    *,
    case: str = "case_id",
    department: str = "department",
    at: str = "occurred_at",
    order: str | None = None,
) -> ir.Table:
    """Hand-overs from one department to another within a case, counted by the engine that holds the log.

    Parameters
    ----------
    log : ibis.Table
        One row an event; rows without case, department or time are left out, so that what the customer does in
        between belongs to the wait.
    case, department, at, order : str
        As `case`, `activity`, `at` and `order` in `journey_edges`.

    Returns
    -------
    ibis.Table
        One row a pair: `from_department`, `to_department`, `passages`, `cases` (int64), `median_wait`, `mean_wait`
        and `total_wait` (float64, seconds) between the last event of the one and the first of the other. Longest
        total first.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> log = ibis.memtable({"case_id": [1, 1, 1], "department": ["shop", "shop", "stock"],
    ...     "occurred_at": ["2026-01-01 10:00", "2026-01-01 11:00", "2026-01-01 15:00"]})
    >>> row, = handovers(log.cast({"occurred_at": "timestamp"})).to_pyarrow().to_pylist()
    >>> row["from_department"], row["to_department"], row["mean_wait"]
    ('shop', 'stock', 14400.0)
    """
    steps = _steps(log, case=case, department=department, at=at, order=order)
    pairs = steps.filter(ibis._.from_department != ibis._.to_department)
    found = aggregate_quantiles(
        pairs,
        PAIR,
        of="wait",
        quantiles={"median_wait": 0.5},
        passages=ibis._.count(),
        cases=ibis._["case"].nunique(),
        mean_wait=ibis._.wait.mean(),
        total_wait=ibis._.wait.sum(),
    )
    return found.order_by(ibis.desc("total_wait"), *PAIR).relocate("median_wait", before="mean_wait")


def handover_delay(
    log: ir.Table,
    *,
    case: str = "case_id",
    department: str = "department",
    at: str = "occurred_at",
    order: str | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Time that handing a case over adds, against another step within the department that hands it over.

    Parameters
    ----------
    log, case, department, at, order
        As in `handovers`.
    level : float, default .95
    minimum : int, default 10
        Pairs with fewer cases say "too few"; so do those whose first department never has two events in a row.

    Returns
    -------
    Estimates
        One row a pair (`from_department`, `to_department`): mean seconds added to each hand-over, below 0 where
        handing over is quicker; n is the number of cases handed over.

    Raises
    ------
    ValueError
        If a column is missing.

    Notes
    -----
    ``D = Σh/N - Σs/M`` with h the N waits of the hand-overs from A to B and s the M waits between two events of A in a
    row. Waits within one case are not independent: the variance is that of the linearised ratios summed by case
    (Cochran 1977, section 2.11), with the covariance of hand-overs and other steps of the same case. Harder cases may
    be those handed over: it is what the hand-over goes with, not yet what abolishing it would save.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed.

    Examples
    --------
    >>> log = ibis.memtable({"case_id": [n for n in range(20) for _ in range(3)],
    ...     "department": ["shop", "shop", "stock"] * 20,
    ...     "occurred_at": ["2026-01-01 10:00", "2026-01-01 11:00", "2026-01-01 15:00"] * 20})
    >>> print(handover_delay(log.cast({"occurred_at": "timestamp"})).by_group()["shop", "stock"].show(0))
    10,800 [10,800, 10,800] n=20
    """
    steps = _steps(log, case=case, department=department, at=at, order=order)
    sums = _sums(steps).order_by(list(PAIR)).to_pyarrow()
    added, error, cases = _difference(sums)
    interval = normal(added, error, level, "difference of ratios, linearised by case")
    return assemble(sums, PAIR, interval, cases, level=level, version=VERSION, minimum=minimum)


def _steps(log: ir.Table, *, case: str, department: str, at: str, order: str | None) -> ir.Table:
    """One row for two events in a row: case, the two departments, seconds between."""
    rows = follow(read_log(log, case=case, activity=department, at=at, order=order), "step", "at")
    return rows.filter(rows["next_at"].notnull()).select(
        "case",
        from_department=rows["step"],
        to_department=rows["next_step"],
        wait=wait(rows) / MICROSECONDS,
    )


def _sums(steps: ir.Table) -> ir.Table:
    """Sums over cases, by pair: of hand-overs (h: waits, n: number), of steps within (s, m), and of their products."""
    each = steps.group_by("case", *PAIR).aggregate(n=ibis._.count().cast("float64"), h=ibis._.wait.sum())
    stays = each.filter(each["from_department"] == each["to_department"]).select(
        "case", department="from_department", m="n", s="h"
    )
    within = stays.group_by("department").aggregate(
        s=ibis._.s.sum(), m=ibis._.m.sum(), ss=(ibis._.s * ibis._.s).sum(), mm=(ibis._.m * ibis._.m).sum(),
        sm=(ibis._.s * ibis._.m).sum(),
    )  # fmt: skip
    moves = each.filter(each["from_department"] != each["to_department"])
    same = [moves["case"] == stays["case"], moves["from_department"] == stays["department"]]
    both = moves.left_join(stays, same).select(moves, stays["s"], stays["m"])
    crossed = both.group_by(PAIR).aggregate(
        cases=ibis._.count(), h=ibis._.h.sum(), n=ibis._.n.sum(), hh=(ibis._.h * ibis._.h).sum(),
        nn=(ibis._.n * ibis._.n).sum(), hn=(ibis._.h * ibis._.n).sum(), hs=(ibis._.h * ibis._.s).sum(),
        hm=(ibis._.h * ibis._.m).sum(), ns=(ibis._.n * ibis._.s).sum(), nm=(ibis._.n * ibis._.m).sum(),
    )  # fmt: skip
    return crossed.left_join(within, crossed["from_department"] == within["department"])


def _difference(sums: pa.Table) -> tuple[Floats, Floats, Floats]:
    """Seconds added, their standard error, and the number of cases, by pair; nan where nothing stayed within."""
    h, n, s, m, cases = (column(sums, name) for name in ("h", "n", "s", "m", "cases"))
    hh, nn, hn, ss, mm, sm = (column(sums, name) for name in ("hh", "nn", "hn", "ss", "mm", "sm"))
    hs, hm, ns, nm = (column(sums, name) for name in ("hs", "hm", "ns", "nm"))
    with np.errstate(divide="ignore", invalid="ignore"):
        over, within = h / n, s / m
        squares = (hh - 2 * over * hn + over**2 * nn) / n**2 + (ss - 2 * within * sm + within**2 * mm) / m**2
        products = (hs - within * hm - over * ns + over * within * nm) / (n * m)
        error = np.sqrt(np.maximum(squares - 2 * products, 0.0) * cases / (cases - 1))
    return over - within, error, cases
