"""Funnel: how many reach each stage, and what share of those at one stage go on to the next."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regard.analytics.counting import grouped
from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates, assemble, column
from regard.analytics.intervals import wilson
from regard.analytics.journeys.sequence import read_log

VERSION = "1"


def funnel_counts(
    log: ir.Table,
    stages: Sequence[Any],
    by: Sequence[str] = (),
    *,
    customer: str = "customer_id",
    activity: str = "name",
    at: str = "occurred_at",
) -> ir.Table:
    """How many customers reach each stage of a funnel, counted by the engine that holds the log.

    Parameters
    ----------
    log, stages, by, customer, activity, at
        As in `funnel`.

    Returns
    -------
    ibis.Table
        The dimensions, `everyone` in the log, and `stage_1`, `stage_2` and so on (int64).

    Raises
    ------
    ValueError
        If a column is missing, there is no stage, or one is named twice.

    Examples
    --------
    >>> log = ibis.memtable({"customer_id": [1, 1, 2], "name": ["view", "buy", "view"],
    ...     "occurred_at": ["2026-01-01", "2026-01-02", "2026-01-01"]}).cast({"occurred_at": "timestamp"})
    >>> funnel_counts(log, ["view", "buy"]).to_pyarrow().to_pylist()
    [{'everyone': 2, 'stage_1': 2, 'stage_2': 1}]
    """
    if not stages or len(set(stages)) < len(stages):
        raise ValueError("a funnel needs stages, each named once")
    further = {f"by_{place}": name for place, name in enumerate(by)}
    rows = read_log(log, case=customer, activity=activity, at=at, order=None, **further)
    unit = [*further, "case"]
    reached = rows.group_by(unit).aggregate(stage_1=rows["at"].min(where=rows["step"] == stages[0]))
    for place, stage in enumerate(stages[1:], 2):
        before = reached.filter(reached[f"stage_{place - 1}"].notnull())
        arrivals = rows.filter(rows["step"] == stage).select(*unit, "at")
        same = [before[name].identical_to(arrivals[name]) for name in unit]
        joined = before.inner_join(arrivals, [*same, arrivals["at"] >= before[f"stage_{place - 1}"]])
        earliest = joined.group_by([before[name] for name in unit]).aggregate(
            **{f"stage_{place}": arrivals["at"].min()}
        )
        reached = reached.left_join(
            earliest, [reached[name].identical_to(earliest[name]) for name in unit]
        ).select(reached, earliest[f"stage_{place}"])
    counts = {f"stage_{place}": ibis._[f"stage_{place}"].count() for place in range(1, len(stages) + 1)}
    return grouped(reached, list(further), everyone=ibis._.count(), **counts).rename(
        {name: by_name for by_name, name in further.items()}
    )


def funnel(
    log: ir.Table,
    stages: Sequence[Any],
    by: Sequence[str] = (),
    *,
    base: Literal["previous", "first"] = "previous",
    customer: str = "customer_id",
    activity: str = "name",
    at: str = "occurred_at",
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Conversion at each stage of a funnel, with Wilson's interval.

    Parameters
    ----------
    log : ibis.Table
        One row an event; rows without customer, activity or time are left out.
    stages : sequence
        Activities in the order in which they must be passed, each once; other events in between do not matter.
    by : sequence of str
        Dimensions to group by; a customer counts in each group in which they have events, with those alone.
    base : {"previous", "first"}
        Whether conversion is of those at the stage before or of those at the first stage. The first stage itself is
        always a share of everyone in the log.
    customer, activity, at : str
        Columns: who, what, when (date or timestamp).
    level : float, default .95
    minimum : int, default 10
        Where fewer stood at the base, "too few".

    Returns
    -------
    Estimates
        One row a group and stage (`stage_number` from 1, `stage`): shares between 0 and 1; n is the base.

    Raises
    ------
    ValueError
        If a column is missing, there is no stage, or one is named twice.

    Notes
    -----
    A customer reaches a stage with the first event of that activity at or after the moment they reached the stage
    before; an event at the same moment counts as following. Customers who are still on their way count as not
    converted: end the log where they have had time enough.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> log = ibis.memtable({"customer_id": [*range(20), *range(5)], "name": ["view"] * 20 + ["buy"] * 5,
    ...     "occurred_at": ["2026-01-01"] * 20 + ["2026-01-02"] * 5}).cast({"occurred_at": "timestamp"})
    >>> print(funnel(log, ["view", "buy"])[1])
    0.250 [0.112, 0.469] n=20
    """
    counts = funnel_counts(log, stages, by, customer=customer, activity=activity, at=at).to_pyarrow()
    names = ["everyone", *(f"stage_{place}" for place in range(1, len(stages) + 1))]
    tables, bases, reached = [], [], []
    for place, (before, here) in enumerate(pairwise(names), 1):
        group = counts.select(list(by))
        group = group.append_column("stage_number", pa.array([place] * counts.num_rows, pa.int64()))
        tables.append(group.append_column("stage", pa.array([stages[place - 1]] * counts.num_rows)))
        bases.append(column(counts, "stage_1" if base == "first" and place > 1 else before))
        reached.append(column(counts, here))
    n = np.concatenate(bases)
    interval = wilson(np.concatenate(reached), n, level)
    groups = [*by, "stage_number", "stage"]
    return assemble(
        pa.concat_tables(tables), groups, interval, n, level=level, version=VERSION, minimum=minimum
    )
