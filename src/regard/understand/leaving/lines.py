"""What pages say of those who left: the reasons they gave with the revenue that went, and who may be next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regard import analytics as ra
from regard.ledger import lake
from regard.understand.facts import Facts, month_of
from regard.understand.leaving.before import touched_contracts
from regard.understand.leaving.contracts import Contracts, read_contracts
from regard.understand.leaving.likely import Likely, likely_leavers
from regard.understand.leaving.pricing import Leaving, find_leaving
from regard.understand.models import PainPoint
from regard.understand.slices import Slice, within

ARTEFACT = "leaving"
LEVELS = ("category", "reason")  # coarse first
Found = dict[str, Any]


@dataclass(frozen=True)
class Looked:
    """What a computation keeps of contracts."""

    points: list[PainPoint]
    touched: pa.Table
    contracts: pa.Table
    artefact: Found


def look_at_contracts(facts: Facts) -> Looked:
    """Who left, what drives them away and who may be next; nothing where nobody can be seen leaving."""
    contracts = read_contracts(facts)
    if contracts is None:
        return Looked([], lake.TABLES["touched"].empty_table(), lake.TABLES["contracts"].empty_table(), {})
    leaving = find_leaving(facts, contracts)
    likely = likely_leavers(contracts, leaving.leaks)
    return Looked(
        leaving.points, leaving.touched, contract_rows(contracts, likely.chance),
        {ARTEFACT: kept(contracts, leaving, likely)},
    )  # fmt: skip


def in_one_order(points: Sequence[PainPoint]) -> list[PainPoint]:
    """Points of orders and of contracts in one list: the costly by what each costs at least, the rest as they came."""
    order = list(PainPoint.Standing)
    points = sorted(
        points,
        key=lambda point: (order.index(PainPoint.Standing(point.standing)),
                           -(point.cost_low or 0.0) if point.clear else point.place),
    )  # fmt: skip
    for place, point in enumerate(points, 1):
        point.place = place
    return points


def contract_rows(contracts: Contracts, chance: "np.ndarray[Any, np.dtype[np.float64]]") -> pa.Table:
    """The lake's table of contracts."""
    rows = contracts.rows.append_column("chance", pa.array(chance, from_pandas=True))
    table = ibis.memtable(rows)
    at = ibis.coalesce(table.churned_at, table.first_seen)
    told = table.select(
        "customer_id", "reason", "category", "a_year", "chance",
        occurred_at=at, month=month_of(at), churned=table.churned_at.notnull(),
        currency=ibis.literal(contracts.currency),
    )  # fmt: skip
    schema = lake.TABLES["contracts"]
    return lake.fetch(told.order_by("customer_id")).select(schema.names).cast(schema)


def kept(contracts: Contracts, leaving: Leaving, likely: Likely) -> Found:
    """What is found once a computation, as JSON can hold it."""
    leaks = [{"column": leak.column.replace("_", " "), "reason": leak.reason} for leak in leaving.leaks]
    return {"how": contracts.how, "leaks": leaks, "model": likely.said, "undated": leaving.undated}


def departures(part: Slice) -> ir.Table:
    """The customers of a slice who left, in its months."""
    contracts = lake.read("contracts")
    return within(contracts.filter(contracts.churned), part)


def picture(part: Slice) -> Found:
    """How many left of how many, what they paid a year, and the reasons they gave by category and in detail; empty
    where nobody can be seen leaving."""
    contracts, left = lake.read("contracts"), departures(part)
    there = within(contracts.filter(~contracts.churned), part.customers_only)
    lost, kept_ = (_sums(rows) for rows in (left, there))
    if not lost["n"]:
        return {}
    return {
        "left": lost["n"], "lost": lost["a_year"], "there": kept_["n"], "brings": kept_["a_year"],
        "currency": lost["currency"], **{level: _reasons(left, level) for level in LEVELS},
    }  # fmt: skip


def _sums(rows: ir.Table) -> Found:
    sums = rows.aggregate(n=ibis._.count(), a_year=ibis._.a_year.sum(), currency=ibis._.currency.max())
    found: Found = lake.fetch(sums).to_pylist()[0]
    return found | {"a_year": found["a_year"] or 0.0}


def _reasons(left: ir.Table, level: str) -> Found:
    """One row a reason, the commonest first, with intervals that hold for all of them at once."""
    found = ra.leaving_reasons(
        left.select(reason=left[level], value=left.a_year), reason="reason", value="value"
    )
    if found.lost is None or not found.said:
        return {"said": 0, "unsaid": found.unsaid, "rows": []}
    rows = [
        {"name": name, "customers": lost.n, "best": best, "worst": worst,
         "share": share.value, "share_low": share.low, "share_high": share.high,
         "lost": lost.value, "lost_low": None if lost.low is None else max(lost.low, 0.0), "lost_high": lost.high}
        for name, share, lost, (best, worst) in zip(
            found.names, found.together, found.lost, found.ranks, strict=True
        )
    ]  # fmt: skip
    return {"said": found.said, "unsaid": found.unsaid, "rows": rows}


def people_touched(point: PainPoint, *, limit: int | None = None) -> list[Found]:
    """Whom a pain point of contracts touches: those still there first, who pay most of them first."""
    rows = touched_contracts(point).order_by("churned", ibis.desc("a_year"), "customer_id")
    found: list[Found] = lake.fetch(rows.limit(limit) if limit else rows).to_pylist()
    return found
