"""The directly-follows graph: which step follows which, how often, for how many customers, after how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from regard.analytics.journeys.sequence import MICROSECONDS, follow, number_cases, read_log, wait
from regard.analytics.quantiles import aggregate_quantiles


@dataclass(frozen=True, slots=True)
class Edge:
    """One step directly followed by another; waits in seconds."""

    passages: int
    customers: int
    median_wait: float
    p90_wait: float


@dataclass(frozen=True, slots=True)
class JourneyGraph:
    """A directly-follows graph: edges by (step, next step), and how many cases start and end with each step."""

    edges: Mapping[tuple[Any, Any], Edge]
    starts: Mapping[Any, int]
    ends: Mapping[Any, int]


def journey_edges(
    log: ir.Table,
    *,
    case: str = "customer_id",
    activity: str = "name",
    at: str = "occurred_at",
    order: str | None = None,
    customer: str | None = None,
    count_customers: bool = True,
) -> ir.Table:
    """Directly-follows edges of an event log, counted by the engine that holds it.

    Parameters
    ----------
    log : ibis.Table
        One row an event; rows without case, activity or time are left out.
    case, activity, at : str
        Columns: what one journey is of (a customer, a case, an order), what happened, when (date or timestamp).
    order : str, optional
        Column that orders events of one case at the same time; where it is equal or not given, the activity does.
        With the row number of a log it is the order in which pm4py reads it.
    customer : str, optional
        Column whose different values are counted as customers; without it, the case.
    count_customers : bool, default True
        False leaves `customers` out: counting different ones is the costliest part.

    Returns
    -------
    ibis.Table
        One row an edge: `step`; `next_step`, null where a case ends; `passages` (int64), `customers` (int64),
        `median_wait` and `p90_wait` (float64, seconds, null where a case ends). Most passages first.

    Raises
    ------
    ValueError
        If a column is missing.

    Notes
    -----
    The quantiles are exact, interpolated linearly between the two middle waits (`quantile_cont`; Hyndman and Fan's
    type 7), at microseconds. The engine sorts on disk what does not fit its memory, but keeps the waits of all edges
    there, 8 bytes an event.

    References
    ----------
    van der Aalst (2016), Process Mining: Data Science in Action, 2nd ed., section 6.2.

    Examples
    --------
    >>> log = ibis.memtable({"customer_id": [1, 1, 2, 2], "name": ["ask", "buy", "ask", "buy"],
    ...     "occurred_at": ["2026-01-01 10:00", "2026-01-01 11:00", "2026-01-01 10:00", "2026-01-01 13:00"]})
    >>> edges = journey_edges(log.cast({"occurred_at": "timestamp"}))
    >>> edges.to_pyarrow().to_pylist()[0]
    {'step': 'ask', 'next_step': 'buy', 'passages': 2, 'customers': 2, 'median_wait': 7200.0, 'p90_wait': 10080.0}
    """
    counted = customer if count_customers else None
    rows = read_log(log, case=case, activity=activity, at=at, order=order, customer=counted)
    customers = {"customers": _customers(rows)} if count_customers else {}
    rows = follow(number_cases(rows), "step", "at")
    edges = aggregate_quantiles(
        rows.mutate(wait=wait(rows)),
        ["step", "next_step"],
        of="wait",
        quantiles={"median_wait": 0.5, "p90_wait": 0.9},
        passages=ibis._.count(),
        **customers,
    )
    seconds = {name: edges[name] / MICROSECONDS for name in ("median_wait", "p90_wait")}
    return edges.mutate(**seconds).order_by(ibis.desc("passages"), "step", "next_step")


def journey_graph(
    log: ir.Table,
    *,
    case: str = "customer_id",
    activity: str = "name",
    at: str = "occurred_at",
    order: str | None = None,
    customer: str | None = None,
) -> JourneyGraph:
    """Directly-follows graph of an event log, with the steps that cases start and end with.

    Parameters
    ----------
    log, case, activity, at, order, customer
        As in `journey_edges`.

    Returns
    -------
    JourneyGraph
        The edges and counts of pm4py's `discover_dfg`, and the waits of each edge.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> log = ibis.memtable({"customer_id": [1, 1, 2], "name": ["ask", "buy", "ask"],
    ...     "occurred_at": ["2026-01-01", "2026-01-02", "2026-01-01"]}).cast({"occurred_at": "timestamp"})
    >>> graph = journey_graph(log)
    >>> graph.edges["ask", "buy"].passages, graph.starts, graph.ends
    (1, {'ask': 2}, {'ask': 1, 'buy': 1})
    """
    table = journey_edges(log, case=case, activity=activity, at=at, order=order, customer=customer)
    rows = table.to_pyarrow().to_pylist()
    edges: dict[tuple[Any, Any], Edge] = {}
    starts: dict[Any, int] = {}
    ends: dict[Any, int] = {}
    for row in rows:
        step, following, passages = row.pop("step"), row.pop("next_step"), row["passages"]
        starts[step] = starts.get(step, 0) + passages
        if following is None:
            ends[step] = passages
        else:
            edges[step, following] = Edge(**row)
    for (_, following), edge in edges.items():  # a case starts where no edge came in
        starts[following] -= edge.passages
    return JourneyGraph(edges, {step: count for step, count in starts.items() if count}, ends)


def journey_steps(
    log: ir.Table,
    *,
    case: str = "customer_id",
    activity: str = "name",
    at: str = "occurred_at",
    order: str | None = None,
    customer: str | None = None,
) -> ir.Table:
    """How often each step happened, to how many customers, and how many cases started and ended with it.

    Parameters
    ----------
    log, case, activity, at, order, customer
        As in `journey_edges`.

    Returns
    -------
    ibis.Table
        One row a step: `step`, `events`, `customers`, `starts`, `ends` (int64). Most events first.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> log = ibis.memtable({"customer_id": [1, 1, 2], "name": ["ask", "buy", "ask"],
    ...     "occurred_at": ["2026-01-01", "2026-01-02", "2026-01-01"]}).cast({"occurred_at": "timestamp"})
    >>> journey_steps(log).to_pyarrow().to_pylist()[0]
    {'step': 'ask', 'events': 2, 'customers': 2, 'starts': 2, 'ends': 1}
    """
    rows = read_log(log, case=case, activity=activity, at=at, order=order, customer=customer)
    edges = follow(number_cases(rows), "step")
    happened = edges.group_by("step").aggregate(
        events=ibis._.count(), customers=_customers(rows), ends=ibis._.next_step.isnull().sum()
    )
    reached = (
        edges.filter(ibis._.next_step.notnull()).group_by(to=ibis._.next_step).aggregate(n=ibis._.count())
    )
    steps = happened.left_join(reached, happened["step"] == reached["to"])
    return steps.select(
        "step", "events", "customers", starts=ibis._.events - ibis._.n.fill_null(0), ends=ibis._.ends
    ).order_by(ibis.desc("events"), "step")


def _customers(rows: ir.Table) -> ibis.Deferred:
    """How many different customers, who are the cases where no column names them."""
    return ibis._["customer" if "customer" in rows.columns else "case"].nunique()
