"""What the base is worth: how the year ahead is spread over customers, who carries it, cohorts, who slips away."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from regard.ledger import lake
from regard.understand.doors.loyalty import loyalty_picture
from regard.understand.slices import Slice, within

BANDS = 12
LORENZ_POINTS = 50
MOST_AGES, MOST_COHORTS = 12, 18  # months
SLIPPING_BELOW = 0.5  # chance to come back
SLIPPING_FEWEST = 2  # orders: who came once may never have meant to return
Rows = list[dict[str, Any]]


def valued(part: Slice) -> ir.Table:
    """The buyers of a slice: those whose last sign of life lies in its months."""
    profiles = lake.read("profiles")
    rows = profiles.filter(profiles.worth.notnull()).mutate(
        month=profiles.last_seen.cast("date").truncate("M")
    )
    return within(rows, part)


def value_picture(part: Slice, as_of: datetime) -> dict[str, Any]:
    """Everything the page of value shows of a slice, as JSON can hold it; empty without orders, and
    cohorts alone where they are too few to say what they will bring."""
    worth = np.sort(lake.fetch(valued(part).select("worth")).column("worth").to_numpy())
    cohorts = _cohorts(_orders(part), as_of)
    loyalty = loyalty_picture(part, as_of)
    if not len(worth):
        return {"cohorts": cohorts, "loyalty": loyalty} if cohorts else {}
    return {
        "customers": len(worth),
        "total": float(worth.sum()),
        "bands": _bands(worth),
        **_concentration(worth),
        "cohorts": cohorts,
        "loyalty": loyalty,
    }


def slipping(part: Slice) -> ir.Table:
    """Customers who bring more than most and who more likely than not are gone, what they brought first."""
    rows = valued(part)
    several = rows.filter(rows.orders >= SLIPPING_FEWEST)
    brought = several.revenue.cast("float64")
    usual = several.aggregate(usual=brought.quantile(0.5))
    chosen = several.cross_join(usual).filter(
        (ibis._.alive < SLIPPING_BELOW) & (ibis._.revenue >= ibis._.usual)
    )
    return chosen.drop("usual").order_by(ibis.desc("revenue"), "customer_id")


def _bands(worth: "np.ndarray[Any, np.dtype[np.float64]]") -> Rows:
    """How many customers are worth how much, in steps a reader can name."""
    top = float(np.quantile(worth, 0.98))
    step = _round_step(top / (BANDS - 1)) if top > 0 else 1.0
    edges = [step * place for place in range(BANDS)]
    found = []
    for low, high in zip(edges, [*edges[1:], None], strict=True):
        inside = worth[(worth >= low) & (worth < (high if high is not None else np.inf))]
        found.append({"low": low, "high": high, "customers": len(inside), "worth": float(inside.sum())})
    while len(found) > 1 and not found[-1]["customers"]:
        found.pop()
    return found


def _round_step(wide: float) -> float:
    """The next larger of 1, 2, 5, 10, 20, …"""
    size = 10.0 ** np.floor(np.log10(wide))
    return float(next(size * by for by in (1, 2, 5, 10) if size * by >= wide))


def _concentration(worth: "np.ndarray[Any, np.dtype[np.float64]]") -> dict[str, Any]:
    """Lorenz curve from the least to the most valuable customer, Gini, and what the best fifth carries."""
    n, total = len(worth), float(worth.sum())
    if total <= 0:
        return {"lorenz": [], "gini": None, "top_fifth": None}
    carried = np.concatenate([[0.0], np.cumsum(worth) / total])
    share = np.linspace(0.0, 1.0, LORENZ_POINTS + 1)
    curve = np.interp(share, np.linspace(0.0, 1.0, n + 1), carried)
    gini = float(2 * np.dot(np.arange(1, n + 1), worth) / (n * total) - (n + 1) / n)
    points = [{"customers": float(x), "value": float(y)} for x, y in zip(share, curve, strict=True)]
    return {"lorenz": points, "gini": gini, "top_fifth": float(1 - np.interp(0.8, share, curve))}


def _orders(part: Slice) -> ir.Table:
    """Every order of the slice's customers; cohorts are narrowed by the month of the first one."""
    measured = lake.read("measured")
    rows = measured.filter((measured.measure == "repeat-purchase-rate") & measured.customer_id.notnull())
    rows = within(rows, part.customers_only).rename(ordered="month")
    first = rows.group_by("customer_id").aggregate(month=rows.ordered.min())
    return rows.inner_join(within(first, Slice(since=part.since, until=part.until)), "customer_id")


def _cohorts(orders: ir.Table, as_of: datetime) -> Rows:
    """By month of the first order: how many, what share ordered again in each later month, what they brought."""
    started, ordered = orders.month, orders.ordered
    age = (ordered.year() - started.year()) * 12 + ordered.month() - started.month()
    each = (
        orders.mutate(age=age)
        .group_by(["month", "age"])
        .aggregate(
            customers=ibis._.customer_id.nunique(), amount=ibis._.amount.cast("float64").sum(),
            currency=ibis._.currency.max(), currencies=ibis._.currency.nunique(),
        )
    )  # fmt: skip
    return cohort_rows(lake.fetch(each).to_pylist(), as_of.date())


def cohort_rows(counts: Sequence[dict[str, Any]], today: date) -> Rows:
    """One row a cohort, newest last: its size, the share active at each full month of age, revenue a customer."""
    found = []
    for month in sorted({row["month"] for row in counts})[-MOST_COHORTS:]:
        mine = {row["age"]: row for row in counts if row["month"] == month}
        size = mine[0]["customers"]
        months = (today.year - month.year) * 12 + today.month - month.month  # the running one is not over
        cells = [
            {"age": age, "share": mine[age]["customers"] / size if age in mine else 0.0}
            for age in range(1, min(MOST_AGES, months - 1) + 1)
        ]
        same = len({row["currency"] for row in mine.values()}) == 1 and mine[0]["currencies"] == 1
        each = sum(row["amount"] or 0.0 for row in mine.values()) / size if same else None
        found.append({"month": f"{month:%Y-%m}", "size": size, "cells": cells, "each": each,
                      "currency": mine[0]["currency"] or ""})  # fmt: skip
    return found
