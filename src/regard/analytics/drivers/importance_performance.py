"""Importance-performance map: what matters against how well it is done, per customer group."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regard.analytics.counting import known
from regard.analytics.drivers.key_drivers import KeyDrivers, Method, key_drivers
from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimate, Estimates, Floats, assemble
from regard.analytics.intervals import kish_n, t_mean

VERSION = "1"
FIX_FIRST, KEEP_UP, LOW_PRIORITY, MORE_THAN_NEEDED = (
    "fix first",
    "keep it up",
    "low priority",
    "more than needed",
)
CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class DriverPoint:
    """One driver on the map: its share of what is explained, its mean rating, and the quadrant it lies in."""

    driver: str
    importance: Estimate
    performance: Estimate
    verdict: str


@dataclass(frozen=True)
class ImportancePerformance:
    """The map of one customer group.

    Attributes
    ----------
    group : dict
        Dimension to value; empty over everybody.
    points : list of DriverPoint
        In the order of the ratings asked for.
    drivers : KeyDrivers
        What importance was taken from.
    importance_line, performance_line : float
        Where the quadrants meet: the importance if all were equal (1 / p), and the mean of the drivers' mean ratings
        unless another was given; nan where there is none.
    """

    group: dict[str, Any]
    points: list[DriverPoint]
    drivers: KeyDrivers
    importance_line: float
    performance_line: float


def importance_performance(
    table: ir.Table,
    outcome: str,
    ratings: Sequence[str],
    by: Sequence[str] = (),
    *,
    lowest: float = 1,
    highest: float = 5,
    target: float | None = None,
    weight: str | None = None,
    method: Method = "auto",
    resamples: int = 500,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
    seed: int = 0,
) -> list[ImportancePerformance]:
    """Set each rated attribute's importance for the whole against how well it is rated.

    Parameters
    ----------
    table : ibis.Table
        One row a respondent.
    outcome : str
        Column of the overall score (number or boolean).
    ratings : sequence of str
        Columns of the rated attributes. Null and ratings off the scale mean "not applicable".
    by : sequence of str
        Dimensions: one map for each group.
    lowest, highest : float
        Ends of the rating scale.
    target : float, optional
        Rating from which an attribute is done well enough; by default the mean over the attributes.
    weight : str, optional
        Column of sampling weights.
    method, resamples, level, minimum, seed
        As in `key_drivers`.

    Returns
    -------
    list of ImportancePerformance
        One a group, in the order of the dimensions.

    Raises
    ------
    ValueError
        If a column is missing.

    Warns
    -----
    StatisticalWarning
        As `key_drivers`.

    Notes
    -----
    Importance: LMG shares of what the ratings explain of the outcome, among respondents who rated everything.
    Performance: mean rating among all who rated the attribute, Student's t. The verdict is the quadrant ("fix first":
    important and done badly), or "cannot tell" where either interval reaches across its line. Importance is derived
    from who is satisfied today; it is an association, not the effect of improving the attribute.

    References
    ----------
    Martilla and James (1977), Importance-performance analysis, Journal of Marketing 41(1), 77-79; Grömping (2006),
    Journal of Statistical Software 17(1).

    Examples
    --------
    >>> draw = np.random.default_rng(1)
    >>> speed, care = draw.integers(1, 4, 500), draw.integers(3, 6, 500)
    >>> answers = ibis.memtable({"speed": speed, "care": care, "overall": speed + 0.2 * care})
    >>> (chart,) = importance_performance(answers, "overall", ["speed", "care"])
    >>> [(point.driver, point.verdict) for point in chart.points]
    [('speed', 'fix first'), ('care', 'more than needed')]
    """
    missing = [
        name for name in (outcome, *ratings, *by, *([weight] if weight else [])) if name not in table.columns
    ]
    if missing:
        raise ValueError(f"the table has no column {missing[0]!r}")
    charts = []
    for group, rows in _groups(table, outcome, ratings, by, weight):
        whole, weights = rows[:, 0], rows[:, 1]
        parts = np.where((rows[:, 2:] >= lowest) & (rows[:, 2:] <= highest), rows[:, 2:], np.nan)
        found = key_drivers(
            parts, whole, ratings, weight=weights if weight else None, method=method, resamples=resamples,
            level=level, minimum=minimum, seed=seed,
        )  # fmt: skip
        performance = _performance(parts, weights, ratings, level, minimum)
        charts.append(_chart(group, found, performance, ratings, target))
    return charts


def _groups(
    table: ir.Table, outcome: str, ratings: Sequence[str], by: Sequence[str], weight: str | None
) -> Iterator[tuple[dict[str, Any], Floats]]:
    """Each group's values and rows: outcome, weight, ratings."""
    place = ibis.dense_rank().over(order_by=list(by)) if by else ibis.literal(0)
    each = {f"rating_{number}": table[name].cast("float64") for number, name in enumerate(ratings)}
    weights = table[weight].cast("float64").fill_null(0.0) if weight else ibis.literal(1.0)
    dimensions = {f"by_{number}": table[name] for number, name in enumerate(by)}
    rows = known(table, outcome).select(
        place=place, **dimensions, outcome=table[outcome].cast("float64"), weight=weights, **each
    )
    held: pa.Table = rows.order_by("place").to_pyarrow()
    numbers = np.column_stack(
        [held.column(name).fill_null(np.nan).to_numpy() for name in ("outcome", "weight", *each)]
    )
    edges = np.flatnonzero(np.diff(held.column("place").to_numpy(), prepend=-1, append=-1))
    for start, end in pairwise(edges):
        values = (held.column(name)[int(start)].as_py() for name in dimensions)
        yield dict(zip(by, values, strict=True)), numbers[start:end]


def _performance(
    parts: Floats, weight: Floats, names: Sequence[str], level: float, minimum: int
) -> Estimates:
    """Mean rating of each attribute among those who rated it."""
    rated = np.isfinite(parts)
    values, weights = np.where(rated, parts, 0.0), np.where(rated, weight[:, None], 0.0)
    total = weights.sum(axis=0)
    n = kish_n(total, np.square(weights).sum(axis=0))
    shrink = np.divide(n, total, out=np.zeros_like(n), where=total > 0)
    interval = t_mean(
        (weights * values).sum(axis=0) * shrink, (weights * values**2).sum(axis=0) * shrink, n, level
    )
    table = pa.table({"driver": list(names)})
    return assemble(table, ["driver"], interval, n, level=level, version=VERSION, minimum=max(minimum, 2))


def _chart(
    group: dict[str, Any],
    found: KeyDrivers,
    performance: Estimates,
    names: Sequence[str],
    target: float | None,
) -> ImportancePerformance:
    known = performance.value[np.isfinite(performance.value)]
    across = 1 / len(names)
    along = target if target is not None else float(known.mean()) if len(known) else float("nan")
    points = [
        DriverPoint(name, importance, rating, _verdict(_side(importance, across), _side(rating, along)))
        for name, importance, rating in zip(names, found.shares, performance, strict=True)
    ]
    return ImportancePerformance(group, points, found, across, along)


def _side(estimate: Estimate, line: float) -> int:
    """1 above the line, -1 below it, 0 where the interval reaches across or there is none."""
    if estimate.low is None or estimate.high is None:
        return 0
    return int(estimate.low > line) - int(estimate.high < line)


def _verdict(importance: int, performance: int) -> str:
    quadrants = {(1, -1): FIX_FIRST, (1, 1): KEEP_UP, (-1, -1): LOW_PRIORITY, (-1, 1): MORE_THAN_NEEDED}
    return quadrants.get((importance, performance), CANNOT_TELL)
