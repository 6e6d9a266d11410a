"""Customers under contract: who left and why, what each pays a year, and what is known of each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.conf import settings

from regard.ledger import lake
from regard.ledger.queries import events as ledger_events
from regard.understand.facts import Facts, json_text
from regard.understand.measures import MEASURES, Period
from regard.understand.traits import customer_traits

LEFT = "customer.churned"
YEAR_DAYS, MONTHS = 365.0, 12.0
A_MONTH = re.compile(r"(^|_)(monthly|month)_(charge|charges|fee|rate|price|amount)$|^mrr$")
TENURE = re.compile(r"(^|_)tenure(_in)?_months?$|^months_(as_customer|under_contract)$")
KNOWN_OF = 0.5  # of the customers at least, or it says nothing of them
MOST_ASPECTS = 60
FEWEST_DAYS = 2  # of bills, to see how often they come

BY_BILLS, BY_CHARGE, BY_TENURE, BY_TOTAL = (
    "What a customer pays a year is what the bills of their last year add up to, scaled to a year.",
    "What a customer pays a year is twelve times their monthly charge.",
    "What a customer pays a year is what they were billed in all, divided by their months as a customer, times twelve.",
    "Nothing says how long the bills run: what a customer pays a year is taken to be all they were billed.",
)

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Aspects = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Contracts:
    """One row a customer who could leave (customer_id, first_seen, churned_at, reason, category, a_year), the currency
    of `a_year`, how it was told, and every attribute in which they differ: numbers (nan unknown) or text ("" unknown).
    """

    rows: pa.Table
    currency: str
    how: str
    aspects: Aspects

    def __len__(self) -> int:
        return int(self.rows.num_rows)

    @property
    def customers(self) -> npt.NDArray[np.int64]:
        return np.asarray(self.rows["customer_id"].to_numpy())

    @property
    def left(self) -> Flags:
        return np.asarray(self.rows["churned_at"].is_valid().to_numpy(zero_copy_only=False))

    @property
    def a_year(self) -> Floats:
        return np.asarray(self.rows["a_year"].to_numpy())


def read_contracts(facts: Facts) -> Contracts | None:
    """Everybody who could leave, in order; None where no source tells who did."""
    if LEFT not in facts.names:
        return None
    there = MEASURES["churn-rate"].rows(facts, Period())
    each = there.group_by("customer_id").aggregate(
        first_seen=there.first_seen.min(), churned_at=there.churned_at.min()
    )
    rows = lake.fetch(
        each.left_join(reasons_given(), "customer_id").drop("customer_id_right").order_by("customer_id")
    )
    aspects = _aspects(facts, rows["customer_id"])
    bills, currency = _bills(facts, rows["customer_id"])
    a_year, how = _a_year(bills, aspects)
    return Contracts(rows.append_column("a_year", pa.array(a_year)), currency, how, aspects)


def reasons_given() -> ir.Table:
    """What each customer who left said of it, the first time they left."""
    events = ledger_events()
    left = events.filter(events.name == LEFT).inner_join(lake.read("people"), "person")
    told = left.select(
        "customer_id", "occurred_at",
        reason=json_text(left.data, "$.reason"), category=json_text(left.data, "$.category"),
    )  # fmt: skip
    return told.group_by("customer_id").aggregate(
        reason=told.reason.argmin(told.occurred_at), category=told.category.argmin(told.occurred_at)
    )


def _bills(facts: Facts, customers: pa.ChunkedArray) -> tuple[dict[str, Floats], str]:
    """Of each customer in the currency of most bills: the sum, that of the year up to the last one, and its days."""
    billed = facts.sales.filter(
        ~facts.sales.is_order & facts.sales.customer_id.notnull() & (facts.sales.amount > 0)
    )
    counts = billed.group_by("currency").aggregate(n=ibis._.count()).order_by(ibis.desc("n"), "currency")
    main = lake.fetch(counts.limit(1)).to_pylist()
    currency = main[0]["currency"] if main else settings.REGARD_CURRENCY
    mine = billed.filter(billed.currency == currency)
    mine = mine.select(
        "customer_id", amount=mine.amount.cast("float64"), day=mine.occurred_at.epoch_seconds() // 86_400
    )
    last = mine.day.max().over(ibis.window(group_by="customer_id"))
    mine = mine.mutate(lately=mine.day > last - int(YEAR_DAYS))
    sums = mine.group_by("customer_id").aggregate(
        total=mine.amount.sum(), lately=mine.amount.sum(where=mine.lately),
        days=mine.day.nunique(where=mine.lately),
        span=(mine.day.max(where=mine.lately) - mine.day.min(where=mine.lately)).cast("float64"),
    )  # fmt: skip
    found = lake.fetch(sums)
    places = {customer: place for place, customer in enumerate(found["customer_id"].to_pylist())}
    row = np.array([places.get(customer, -1) for customer in customers.to_pylist()], dtype=np.int64)
    columns = {}
    for name in ("total", "lately", "days", "span"):
        values = np.append(found[name].to_numpy().astype(np.float64), np.nan)
        columns[name] = values[row]
    return columns, currency


def _a_year(bills: dict[str, Floats], aspects: Aspects) -> tuple[Floats, str]:
    """What each customer pays a year by the best that is known of them, and how most of it was told."""
    nothing = np.full(len(bills["total"]), np.nan)
    charge = next(
        (values for name, values in aspects.items() if A_MONTH.search(name) and _numeric(values)), nothing
    )
    tenure = next(
        (values for name, values in aspects.items() if TENURE.search(name) and _numeric(values)), nothing
    )
    often = bills["days"] >= FEWEST_DAYS
    with np.errstate(invalid="ignore", divide="ignore"):
        covered = (
            bills["span"] * bills["days"] / (bills["days"] - 1)
        )  # the last bill is for as long as the others
        ways = (
            (BY_BILLS, np.where(often, bills["lately"] / covered * YEAR_DAYS, np.nan)),
            (BY_CHARGE, charge * MONTHS),
            (BY_TENURE, bills["total"] / np.maximum(tenure, 1.0) * MONTHS),
            (BY_TOTAL, bills["total"]),
        )
    a_year, told_by = np.zeros(len(nothing)), np.full(len(nothing), -1)
    for place, (_, values) in enumerate(ways):
        told = (told_by < 0) & np.isfinite(values) & (values >= 0)
        a_year[told], told_by[told] = values[told], place
    known = told_by[told_by >= 0]
    return a_year, ways[int(np.bincount(known).argmax())][0] if len(known) else ""


def _aspects(facts: Facts, customers: pa.ChunkedArray) -> Aspects:
    """The attributes known of most customers, those known of most first, in the order of the customers."""
    mine = ibis.memtable(pa.table({"customer_id": customers}))
    said = facts.hold(customer_traits().semi_join(mine, "customer_id"))
    counts = said.group_by("dimension").aggregate(n=said.count()).order_by(ibis.desc("n"), "dimension")
    names = [
        row["dimension"] for row in lake.fetch(counts.limit(MOST_ASPECTS)).to_pylist()
        if row["n"] >= KNOWN_OF * len(customers)
    ]  # fmt: skip
    if not names:
        return {}
    columns = {f"a{place}": said.group.max(where=said.dimension == name) for place, name in enumerate(names)}
    wide = lake.fetch(said.group_by("customer_id").aggregate(**columns))
    everybody = pa.table({"customer_id": customers, "place": np.arange(len(customers))})
    wide = everybody.join(wide, "customer_id").sort_by("place")
    found = {name: _values(wide[f"a{place}"]) for place, name in enumerate(names)}
    return {name: values for name, values in found.items() if len(np.unique(values.astype(str))) > 1}


def _values(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    """Numbers where every value is one, or else text."""
    texts = column.to_pylist()
    try:
        return np.array([np.nan if text is None else float(text) for text in texts])
    except ValueError:
        return np.array(["" if text is None else text for text in texts], dtype=object)


def _numeric(values: npt.NDArray[Any]) -> bool:
    return values.dtype.kind == "f"
