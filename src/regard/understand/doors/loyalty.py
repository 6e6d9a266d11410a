"""What staying is worth: who bought in one year and again in the next, one point more of them, and what it may cost."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import ibis

from regard import analytics as ra
from regard.ledger import lake
from regard.understand.facts import UTC_TIME
from regard.understand.slices import Slice, within

YEAR = timedelta(days=365)
POINT = 0.01
Found = dict[str, Any]


@dataclass(frozen=True)
class Costs:
    """What no record tells and the company says of itself; 0 spent is nothing said."""

    margin: float = 1.0  # share of revenue that is left
    discount: float = 0.1  # a year
    winning: float = 0.0  # spent on winning customers,
    won: int = 0  # and whom that brought
    keeping: float = 0.0  # spent on keeping customers,
    treated: int = 0  # on so many,
    treated_stayed: int = 0  # of whom so many stayed,
    others: int = 0  # and customers alike on whom it was not spent,
    others_stayed: int = 0  # of whom so many stayed


@dataclass(frozen=True)
class Economics:
    """Money is margin, in the currency of the records; None where too little is known or no cost was said."""

    retention: ra.Estimate
    revenue: ra.Estimate  # a customer and year
    worth: ra.RetentionWorth | None
    winning: ra.Spending | None
    keeping: ra.Spending | None


def loyalty_picture(part: Slice, as_of: datetime) -> Found:
    """Who bought in the year before the last and again in the last, as JSON can hold it; empty without two years."""
    measured = lake.read("measured")
    sales = measured.filter((measured.measure == "revenue") & measured.customer_id.notnull())
    sales = within(sales, part.customers_only)
    counts = sales.group_by("currency").aggregate(n=ibis._.count())
    main = lake.fetch(counts.order_by(ibis.desc("n"), "currency").limit(1)).to_pylist()
    if not main:
        return {}
    start, turn = (ibis.literal(as_of - years * YEAR, type=UTC_TIME) for years in (2, 1))
    mine = sales.filter(sales.currency == main[0]["currency"])
    at, amount = mine.occurred_at, mine.amount.cast("float64")
    each = mine.group_by("customer_id").aggregate(
        before=((at >= start) & (at < turn)).any(), now=(at >= turn).any(), new=at.min() >= turn,
        revenue=amount.sum(where=at >= turn),
    )  # fmt: skip
    retention = ra.share(each.filter(each.before), success="now").only()
    revenue = ra.mean(each.filter(each.now), value="revenue").only()
    if not retention.n:
        return {}
    new = lake.fetch(each.aggregate(n=each.new.sum()))["n"][0].as_py()
    return {"retention": asdict(retention), "revenue": asdict(revenue), "customers": revenue.n, "new": new or 0,
            "currency": main[0]["currency"]}  # fmt: skip


def economics(found: Found, costs: Costs) -> Economics:
    """What a picture and the costs say together."""
    retention, revenue = ra.Estimate(**found["retention"]), ra.Estimate(**found["revenue"])
    stays, each = retention.value, revenue.value
    if stays is None or each is None or each <= 0 or not 0 < stays <= 1 - POINT:
        return Economics(retention, revenue, None, None, None)
    margin = _times(revenue, costs.margin)
    worth = ra.retention_worth(
        retention, margin, customers=found["customers"], discount=costs.discount, change=POINT
    )
    winning = keeping = None
    if costs.winning > 0 and costs.won:
        winning = ra.acquisition_cost(
            costs.winning, costs.won, margin=margin, retention=retention, discount=costs.discount
        )
    if costs.keeping > 0 and costs.treated and costs.others:
        lift = ra.share_difference(costs.treated_stayed, costs.treated, costs.others_stayed, costs.others)
        keeping = ra.retention_cost(
            costs.keeping, costs.treated, lift, margin=margin, retention=retention, discount=costs.discount
        )
    return Economics(retention, revenue, worth, winning, keeping)


def figures(shown: Economics) -> list[tuple[str, ra.Estimate]]:
    """Every figure by name, for a download."""
    rows = [("retention_share", shown.retention), ("revenue_each_year", shown.revenue)]
    if shown.worth:
        rows += [("base", shown.worth.base), ("one_point", shown.worth.gain)]
    for name, spending in (("winning", shown.winning), ("keeping", shown.keeping)):
        if spending:
            rows += [
                (f"{name}_{part}", getattr(spending, part)) for part in ("cost", "worth", "ratio", "payback")
            ]
    return rows


def _times(one: ra.Estimate, factor: float) -> ra.Estimate:
    ends = (one.value, one.low, one.high, one.standard_error)
    value, low, high, error = (None if end is None else end * factor for end in ends)
    return replace(one, value=value, low=low, high=high, standard_error=error)
