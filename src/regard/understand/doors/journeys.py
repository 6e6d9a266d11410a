"""What customers do, step after step: the graph, who never comes back, the paths, the departments in between."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import ibis
import ibis.expr.types as ir

from regard import analytics as ra
from regard.ledger import lake
from regard.understand.doors.steps import FIRST_ORDER, NEXT_ORDER
from regard.understand.slices import Slice, within

BACK_WITHIN = timedelta(days=180)  # who is silent for longer counts as not come back
MOST_PATHS = 12
RUNGS = 5  # orders, in the ladder from the first to the fifth
Rows = list[dict[str, Any]]


def journey_picture(part: Slice, as_of: datetime) -> dict[str, Any]:
    """Everything the page of journeys shows of a slice, as JSON can hold it; empty when there are no steps."""
    steps = within(lake.read("steps"), part)
    nodes = _nodes(steps, as_of)
    if not nodes:
        return {}
    return {
        "steps": nodes,
        "passages": _passages(steps),
        "paths": _paths(within(lake.read("episodes"), part), as_of),
        "handovers": _handovers(within(lake.read("handled"), part)),
        "ladder": _ladder(steps, as_of),
    }


def _nodes(steps: ir.Table, as_of: datetime) -> Rows:
    """Each step: how often, by how many, and the share of those who passed it and never ordered after that.

    Of each customer the first time counts, which nothing that came later chose; if it is old enough to see who came
    back. Where nobody orders, it is the share after whom nothing more happened.
    """
    counts = steps.group_by("step").aggregate(
        times=ibis._.count(), customers=ibis._.customer_id.nunique(), orders=ibis._.episode.max()
    )
    rows = lake.fetch(counts.order_by(ibis.desc("times"), "step")).to_pylist()
    sells = any(row["orders"] for row in rows)
    first = steps.filter(steps.first_time)
    old = first.filter(first.occurred_at <= ibis.literal(as_of - BACK_WITHIN, type=first.occurred_at.type()))
    stayed = old.back if sells else old.next_step.notnull()
    lost = ra.share(old.mutate(lost=~stayed), ["step"], success="lost").by_group()
    return [{name: row[name] for name in ("step", "times", "customers")} | _never(lost.get((row["step"],)))
            for row in rows]  # fmt: skip


def _never(estimate: ra.Estimate | None) -> dict[str, Any]:
    if estimate is None:
        return {"never": None, "low": None, "high": None, "n": 0}
    return {"never": estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}


def _passages(steps: ir.Table) -> Rows:
    """Each step directly followed by another; to count different customers, too, would cost more than the rest."""
    edges = (
        steps.filter(steps.next_step.notnull())
        .group_by(["step", "next_step"])
        .aggregate(passages=ibis._.count(), median_wait=ibis._.wait.quantile(0.5))
    )
    found: Rows = lake.fetch(edges.order_by(ibis.desc("passages"), "step", "next_step")).to_pylist()
    return found


def _paths(episodes: ir.Table, as_of: datetime) -> Rows:
    """The commonest paths from one order to the next, and the share after which a next one came.

    Only orders that are old enough for a next one: else every new path would look like a bad one.
    """
    old = episodes.filter(
        episodes.occurred_at <= ibis.literal(as_of - BACK_WITHIN, type=episodes.occurred_at.type())
    )
    counts = old.group_by("path").aggregate(orders=ibis._.count(), customers=ibis._.customer_id.nunique())
    common = counts.order_by(ibis.desc("orders"), "path").limit(MOST_PATHS)
    rows = lake.fetch(common).to_pylist()
    chosen = old.filter(old.path.isin([row["path"] for row in rows]))
    back = ra.share(chosen, ["path"], success="back").by_group() if rows else {}
    every = lake.fetch(old.aggregate(n=ibis._.count())).to_pylist()[0]["n"]
    return [
        row | {"share": row["orders"] / every, "back": found.value, "low": found.low, "high": found.high}
        for row in rows
        if (found := back.get((row["path"],))) is not None
    ]


def _handovers(handled: ir.Table) -> Rows:
    """Cases handed from one department to another, and what that adds in waiting."""
    counts = lake.fetch(ra.handovers(handled)).to_pylist()
    if not counts:
        return []
    added = ra.handover_delay(handled).by_group()
    found = []
    for row in counts:
        delay = added.get((row["from_department"], row["to_department"]))
        known = delay is not None and delay.value is not None
        found.append(row | {"added": delay.value, "low": delay.low, "high": delay.high}
                     if delay is not None and known else row | {"added": None, "low": None, "high": None})  # fmt: skip
    return found


def _ladder(steps: ir.Table, as_of: datetime) -> Rows:
    """From the first order to the fifth: how many come, and the share of those before.

    Only customers whose first order is old enough for a second one.
    """
    orders = steps.filter(steps.step.isin([FIRST_ORDER, NEXT_ORDER]))
    counts = orders.group_by("customer_id").aggregate(
        orders=ibis._.episode.max(), first=ibis._.occurred_at.min()
    )
    old = counts.filter(counts["first"] <= ibis.literal(as_of - BACK_WITHIN, type=counts["first"].type()))
    reached = lake.fetch(old.aggregate(**{f"rung_{n}": (old.orders >= n).sum() for n in range(1, RUNGS + 1)}))
    customers = [column[0].as_py() or 0 for column in reached.columns]
    rungs: Rows = [{"orders": 1, "customers": customers[0], "share": None, "low": None, "high": None}]
    for place, (before, here) in enumerate(pairwise(customers), 2):
        share = ra.wilson(here, before)
        known = before > 0
        rungs.append(
            {
                "orders": place,
                "customers": here,
                "share": float(share.value) if known else None,
                "low": float(share.low) if known else None,
                "high": float(share.high) if known else None,
            }
        )
    return rungs if customers[0] else []
