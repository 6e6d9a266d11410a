"""Removal effect: what share of the cases that reach a goal would not, if nobody could pass a step."""

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates, Floats, Interval, assemble
from regard.analytics.journeys.sequence import follow, keys, read_log
from regard.analytics.warnings import StatisticalWarning, warn

VERSION = "1"


def transition_counts(
    log: ir.Table,
    goal: Any,
    *,
    case: str = "customer_id",
    activity: str = "name",
    at: str = "occurred_at",
    order: str | None = None,
) -> ir.Table:
    """How often one step follows another up to the first time a case reaches the goal.

    Parameters
    ----------
    log, goal, case, activity, at, order
        As in `removal_effects`.

    Returns
    -------
    ibis.Table
        `step`, null before a case starts; `next_step`, null where a case ends without the goal; `count` (int64).

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> log = ibis.memtable({"customer_id": [1, 1, 2], "name": ["ad", "buy", "ad"],
    ...     "occurred_at": ["2026-01-01", "2026-01-02", "2026-01-01"]}).cast({"occurred_at": "timestamp"})
    >>> counts = transition_counts(log, "buy").to_pyarrow().to_pylist()
    >>> sorted((row["step"] or "", row["next_step"] or "", row["count"]) for row in counts)
    [('', 'ad', 2), ('ad', '', 1), ('ad', 'buy', 1)]
    """
    rows = read_log(log, case=case, activity=activity, at=at, order=order)
    reached = (rows["step"] == goal).ifelse(1, 0)
    so_far = ibis.window(group_by="case", order_by=keys(rows), preceding=None, following=0)
    rows = rows.mutate(is_goal=reached, goals=reached.sum().over(so_far))
    rows = follow(rows.filter(rows["goals"] == rows["is_goal"]).drop("goals"), "step")
    first = ibis.window(group_by="case", order_by=keys(rows))
    rows = rows.mutate(start=rows["step"].lag().over(first).isnull())
    onward = rows.filter(rows["is_goal"] == 0).group_by("step", "next_step").aggregate(count=ibis._.count())
    starts = rows.filter(rows["start"]).group_by(next_step=ibis._.step).aggregate(count=ibis._.count())
    nowhere = ibis.null(rows["step"].type())
    return onward.union(starts.select(step=nowhere, next_step="next_step", count="count"))


def removal_effects(
    log: ir.Table,
    goal: Any,
    *,
    case: str = "customer_id",
    activity: str = "name",
    at: str = "occurred_at",
    order: str | None = None,
    resamples: int = 1000,
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
    seed: int = 0,
) -> Estimates:
    """Share of the goals that would be lost if every case that comes to a step ended there, by step.

    Parameters
    ----------
    log : ibis.Table
        One row an event; rows without case, activity or time are left out, and so is what happens in a case after it
        reached the goal.
    goal : value of the activity column
        The activity that counts as success, such as "order.completed".
    case, activity, at, order : str
        As in `journey_edges`.
    resamples, seed : int
        Of the bootstrap; the same seed gives the same interval.
    level : float, default .95
    minimum : int, default 10
        Steps that were passed less often say "too few".

    Returns
    -------
    Estimates
        One row a `step`: between 0 and 1, and 1 where every way to the goal leads through it; n is how often it was
        passed. No value where no case reached the goal.

    Raises
    ------
    ValueError
        If a column is missing.

    Warns
    -----
    StatisticalWarning
        If no case reached the goal.

    Notes
    -----
    A Markov chain of first order: the next step depends on the present one alone. With Q the chances between steps,
    r those of going on to the goal, t those of starting at each step and t_g of starting at the goal,
    ``N = (I - Q)^-1``, ``b = N r``, ``P = t b + t_g``. A case passes s with chance ``f_s = (t N)_s / N_ss``, so that
    the removal effect is ``1 - P(without s) / P = f_s b_s / P``: one linear solve serves all steps. Effects do not
    add up to 1; divided by their sum they are the credit of Markov attribution. Interval: percentiles of a Bayesian
    bootstrap, each row of the chain drawn from the Dirichlet distribution of its counts.

    References
    ----------
    Anderl, Becker, von Wangenheim, Schumann (2016), Mapping the customer journey, International Journal of Research in
    Marketing 33(3), 457-474. Kemeny and Snell (1960), Finite Markov Chains, chapter 3.

    Examples
    --------
    >>> paths = {1: ["C1", "C2", "C3", "goal"], 2: ["C1"], 3: ["C2", "C3"]}
    >>> rows = [(case, step, place) for case, path in paths.items() for place, step in enumerate(path)]
    >>> log = ibis.memtable(rows, columns=["customer_id", "name", "day"])
    >>> log = log.mutate(occurred_at=log.day.as_timestamp("s"))
    >>> effects = removal_effects(log, "goal", minimum=1).by_group()
    >>> [round(effects[step,].value, 3) for step in ("C1", "C2", "C3")]
    [0.5, 1.0, 1.0]
    """
    counts = transition_counts(log, goal, case=case, activity=activity, at=at, order=order).to_pyarrow()
    rows = counts.to_pylist()
    steps = sorted({row["step"] for row in rows} - {None})
    chain = _chain(rows, steps, goal)
    n = chain[1:].sum(axis=1)
    groups = pa.table({"step": pa.array(steps, counts.schema.field("step").type)})
    if not chain[:, -2].any():
        warn(f"no case reached {goal!r}", StatisticalWarning, stacklevel=2)
        unknown = np.full(len(steps), np.nan)
        interval = Interval(unknown, unknown, unknown, unknown, "Bayesian bootstrap")
    else:
        drawn = _redrawn(chain, resamples, seed)
        low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2], axis=0)
        value = _effects(chain[np.newaxis])[0]
        interval = Interval(value, low, high, drawn.std(axis=0, ddof=1), "Bayesian bootstrap")
    return assemble(groups, ["step"], interval, n, level=level, version=VERSION, minimum=minimum)


def _chain(rows: Sequence[dict[str, Any]], steps: Sequence[Any], goal: Any) -> Floats:
    """Counts, shape (1 + steps, steps + 2): from the start and from each step, to each step, the goal and the end."""
    place = {step: number for number, step in enumerate(steps)}
    to = place | {goal: len(steps), None: len(steps) + 1}
    chain = np.zeros((1 + len(steps), len(steps) + 2))
    for row in rows:
        chain[0 if row["step"] is None else 1 + place[row["step"]], to[row["next_step"]]] = row["count"]
    return chain


def _effects(chains: Floats) -> Floats:
    """Removal effect of each step of each chain, shape (chains, steps), from counts or chances."""
    chances = chains / chains.sum(axis=2, keepdims=True)
    between, goal = chances[:, :, :-2], chances[:, :, -2]
    visits = np.linalg.inv(np.eye(between.shape[2]) - between[:, 1:])
    success = np.einsum("cij,cj->ci", visits, goal[:, 1:])
    start = between[:, 0]
    passed = np.einsum("ci,cij->cj", start, visits) / np.einsum("cii->ci", visits)
    total = np.einsum("ci,ci->c", start, success) + goal[:, 0]
    return np.asarray(np.clip(passed * success / total[:, np.newaxis], 0.0, 1.0), dtype=np.float64)


def _redrawn(chain: Floats, resamples: int, seed: int) -> Floats:
    """Removal effects of chains drawn anew, shape (resamples, steps)."""
    generator = np.random.default_rng(seed)
    size = max(1, min(resamples, 2_000_000 // chain.size))  # bounded memory
    sizes = [min(size, resamples - first) for first in range(0, resamples, size)]
    return np.concatenate(
        [_effects(generator.standard_gamma(chain, size=(one, *chain.shape))) for one in sizes]
    )
