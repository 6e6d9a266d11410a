"""What was said and done before customers left whom a pain point touches, beside those of them who stayed."""

from typing import Any

import ibis
import ibis.expr.types as ir

from regard import analytics as ra
from regard.analytics.intervals import wilson
from regard.ledger import lake
from regard.ledger.queries import events as ledger_events
from regard.understand.models import PainPoint

WITHIN, WRITTEN_WITHIN = 90, 365  # days before the end
LEFT_US = "left us"
MOST_REASONS, MOST_STEPS = 6, 8
Found = dict[str, Any]


def touched_contracts(point: PainPoint) -> ir.Table:
    """The contracts that it touches."""
    touched = lake.read("touched")
    return lake.read("contracts").semi_join(touched.filter(touched.key == point.key), "customer_id")


def reasons_with(point: PainPoint) -> list[Found]:
    """The commonest reasons that those of them gave who left, and how often the others who left gave each."""
    mine, contracts = touched_contracts(point), lake.read("contracts")
    others = contracts.anti_join(mine, "customer_id")
    rows = ra.leaving_reasons(mine.filter(mine.churned & mine.reason.notnull()), minimum=1)
    found = (
        others.filter(others.churned & others.reason.notnull()).group_by("reason").aggregate(n=ibis._.count())
    )
    counts = {row["reason"]: row["n"] for row in lake.fetch(found).to_pylist()}
    elsewhere = sum(counts.values())
    return [
        {"name": name, "customers": round((share.value or 0.0) * rows.said), "share": share.value, "low": share.low,
         "high": share.high, "others": counts.get(name, 0) / elsewhere if elsewhere else None}
        for name, share in list(zip(rows.names, rows.together, strict=True))[:MOST_REASONS]
    ]  # fmt: skip


def steps_before(point: PainPoint) -> Found:
    """What happened in the three months before they left, and to those still there in the three months up to when the
    last one left: the share of customers with each step, the most telling first."""
    contracts, steps = touched_contracts(point), lake.read("steps")
    last = contracts.filter(contracts.churned).aggregate(at=ibis._.occurred_at.max())
    ends = contracts.cross_join(last).select(
        "customer_id", "churned", end=ibis.ifelse(contracts.churned, contracts.occurred_at, last["at"])
    )
    counts = {
        row["churned"]: row["n"]
        for row in lake.fetch(ends.group_by("churned").aggregate(n=ibis._.count())).to_pylist()
    }
    left, there = counts.get(True, 0), counts.get(False, 0)
    joined = steps.inner_join(ends, "customer_id")
    near = joined.filter(
        (joined.occurred_at < joined.end) & (joined.occurred_at >= joined.end - ibis.interval(days=WITHIN))
        & (joined.step != LEFT_US)
    )  # fmt: skip
    each = near.group_by("step").aggregate(
        left=near.customer_id.nunique(where=near.churned), there=near.customer_id.nunique(where=~near.churned)
    )
    rows = [
        {"step": row["step"], "left": _share(row["left"], left), "there": _share(row["there"], there)}
        for row in lake.fetch(each.order_by("step")).to_pylist()
    ] if left and there else []  # fmt: skip
    rows.sort(key=lambda row: -abs(row["left"]["value"] - row["there"]["value"]))
    return {"left": left, "there": there, "rows": rows[:MOST_STEPS]}


def words_before(point: PainPoint, *, limit: int) -> list[Found]:
    """What those of them wrote in the year before they left, newest first."""
    contracts, events = touched_contracts(point), ledger_events()
    gone = contracts.filter(contracts.churned).select("customer_id", end=contracts.occurred_at)
    keys = gone.inner_join(lake.read("people"), "customer_id")
    spoke = events.filter(events.text.notnull() & (events.text != "") & (events.name != "message.sent"))
    heard = spoke.inner_join(keys, "person")
    near = heard.filter(
        (heard.occurred_at <= heard.end)
        & (heard.occurred_at >= heard.end - ibis.interval(days=WRITTEN_WITHIN))
    )
    rows = near.select("customer_id", "occurred_at", "name", "channel", "text").distinct()
    rows = rows.order_by(ibis.desc("occurred_at"), "text").limit(limit)
    found: list[Found] = lake.fetch(rows).to_pylist()
    return found


def _share(hits: int, n: int) -> Found:
    ends = wilson(hits, n)
    return {"value": hits / n, "low": float(ends.low), "high": float(ends.high)}
