"""Variants: the different paths that cases take from their first event to their last."""

import ibis
import ibis.expr.types as ir

from regard.analytics.journeys.sequence import MICROSECONDS, keys, read_log
from regard.analytics.quantiles import aggregate_quantiles


def journey_variants(
    log: ir.Table,
    *,
    case: str = "customer_id",
    activity: str = "name",
    at: str = "occurred_at",
    order: str | None = None,
    customer: str | None = None,
) -> ir.Table:
    """Different sequences of steps, how many cases take each and how long those cases last.

    Parameters
    ----------
    log, case, activity, at, order, customer
        As in `journey_edges`.

    Returns
    -------
    ibis.Table
        One row a variant: `steps` (array), `cases`, `customers` (int64), `share` of all cases (float64, 0 to 1),
        `mean_duration` and `median_duration` from first to last event (float64, seconds). Most cases first.

    Raises
    ------
    ValueError
        If a column is missing.

    Notes
    -----
    Medians are exact. The path of one case must fit into memory, not the log.

    References
    ----------
    van der Aalst (2016), Process Mining: Data Science in Action, 2nd ed., section 5.2.

    Examples
    --------
    >>> log = ibis.memtable({"customer_id": [1, 1, 2, 2, 3], "name": ["ask", "buy", "ask", "buy", "ask"],
    ...     "occurred_at": ["2026-01-01", "2026-01-02", "2026-01-01", "2026-01-04", "2026-01-01"]})
    >>> first = journey_variants(log.cast({"occurred_at": "timestamp"})).to_pyarrow().to_pylist()[0]
    >>> first["steps"], first["cases"], first["mean_duration"] / 86_400
    (['ask', 'buy'], 2, 2.0)
    """
    rows = read_log(log, case=case, activity=activity, at=at, order=order, customer=customer)
    who = "customer" if customer else "case"
    event = ibis.struct(
        {f"key_{place}": key for place, key in enumerate(keys(rows))} | {"step": rows["step"]}
    )
    cases = rows.group_by("case").aggregate(
        customer=rows[who].max(), path=event.collect(), first=rows["at"].min(), last=rows["at"].max()
    )
    cases = cases.select(
        "customer",
        steps=cases["path"].sort().map(lambda passed: passed["step"]),
        duration=cases["last"].delta(cases["first"], unit="microsecond") / MICROSECONDS,
    )
    variants = aggregate_quantiles(
        cases,
        ["steps"],
        of="duration",
        quantiles={"median_duration": 0.5},
        cases=ibis._.count(),
        customers=ibis._.customer.nunique(),
        mean_duration=ibis._.duration.mean(),
    )
    everything = ibis.window()
    return variants.select(
        "steps", "cases", "customers", share=ibis._.cases / ibis._.cases.sum().over(everything),
        mean_duration=ibis._.mean_duration, median_duration=ibis._.median_duration,
    ).order_by(ibis.desc("cases"), "steps")  # fmt: skip
