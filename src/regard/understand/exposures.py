"""What may have gone wrong with orders, found in any company's facts before asking what it costs."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regard import analytics as ra
from regard.ledger.queries import events as ledger_events
from regard.understand.facts import Facts, json_text

LATE, HANDOVER, PRODUCT, CASE = "late", "handover", "product", "case"
PASSED_ON = 2  # hand-overs of one case
CASE_AFTER = 60 * 86_400  # seconds: a case that names no order is about the last one before it, if so recent
FEWEST = 30  # orders touched; fewer are no pattern
MOST_KINDS = 12
FAR_ABOVE = 1.5  # times the rate of trouble with all other products
SURE = 0.01
TROUBLE = ("complaint", "return")

EVERY_TIME = pa.timestamp("us", tz="UTC")

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Orders:
    """One row an order, by customer and time: what was known before it, and when the next one came."""

    rows: pa.Table
    late: Flags
    promised: Flags  # it is known whether the delivery promise was kept

    def column(self, name: str) -> npt.NDArray[Any]:
        return np.asarray(self.rows[name].to_numpy())

    @property
    def seconds(self) -> Ints:
        """When each order was placed."""
        return _seconds(self.rows["occurred_at"])

    def seconds_of(self, name: str) -> npt.NDArray[np.float64]:
        """Another of its times; nan where there is none."""
        times = self.rows[name].cast(EVERY_TIME).cast(pa.int64()).to_numpy()
        return np.asarray(times, dtype=np.float64) / 1_000_000

    def __len__(self) -> int:
        return int(self.rows.num_rows)


@dataclass(frozen=True)
class Exposure:
    """One thing that may drive customers away.

    touched: the orders it befell; compared: those and the ones they are compared with.
    hit, base: its rate, by which it gets worse or better, is the share of `hit` among `base`.
    """

    kind: str
    key: str
    title: str
    what: str  # ends the sentence "1,240 customers ..."
    touched: Flags
    compared: Flags
    hit: Flags
    base: Flags


def _seconds(times: pa.ChunkedArray) -> Ints:
    return np.asarray(times.cast(EVERY_TIME).cast(pa.int64()).to_numpy(), dtype=np.int64) // 1_000_000


def read_orders(facts: Facts) -> Orders:
    """Every order of a known customer."""
    sales = facts.sales
    orders = sales.filter(sales.is_order & sales.customer_id.notnull() & sales.subject.notnull())
    promises = facts.promises.filter(facts.promises.subject.startswith("order:"))
    delivered = promises.group_by("subject").aggregate(
        late=(promises.broken.fill_null(False) | promises.overdue).any(),
        settled=(promises.broken.notnull() | promises.overdue).any(),
    )
    joined = orders.left_join(delivered, "subject").drop("subject_right")
    order = ["occurred_at", "event_id"]
    of = ibis.window(group_by="customer_id", order_by=order)
    before = ibis.window(group_by="customer_id", order_by=order, preceding=(None, 1))
    amount = joined.amount.cast("float64").fill_null(0.0)
    rows = joined.select(
        "customer_id", "subject", "occurred_at", "event_id", "source", "channel",
        amount=amount, spent=amount.sum().over(before).fill_null(0.0), earlier=ibis.row_number().over(of),
        previous_at=joined.occurred_at.lag().over(of), first_at=joined.occurred_at.first().over(of),
        next_at=joined.occurred_at.lead().over(of),
        late=joined.late.fill_null(False), settled=joined.settled.fill_null(False),
    ).order_by("customer_id", *order).to_pyarrow()  # fmt: skip
    return Orders(
        rows,
        rows["late"].to_numpy(zero_copy_only=False).astype(bool),
        rows["settled"].to_numpy(zero_copy_only=False).astype(bool),
    )


def find_exposures(facts: Facts, orders: Orders) -> list[Exposure]:
    """Everything that is looked at: late deliveries, cases passed on, kinds of case, products with much trouble."""
    cases = _cases(facts).to_pyarrow()
    about = _orders_of(cases, orders)
    found = [
        *_late(orders),
        *_passed_on(cases, about, len(orders)),
        *_kinds(cases, about, len(orders)),
        *_products(facts, cases, about, orders),
    ]
    return [exposure for exposure in found if exposure.touched.sum() >= FEWEST]


def _cases(facts: Facts) -> ir.Table:
    """One row a case, with the order it names, how often it was passed on and who got it last."""
    events = facts.events.filter(
        facts.events.subject.notnull() & facts.events.name.isin(["case.opened", "case.handed_over"])
    )
    opened, passed = ibis._.name == "case.opened", ibis._.name == "case.handed_over"
    return events.group_by(["source", "subject"]).aggregate(
        customer_id=ibis._.customer_id.max(where=opened),
        opened_at=ibis._.occurred_at.min(where=opened),
        case_kind=ibis._.kind.max(where=opened),
        about_order=ibis._.about_order.max(where=opened),
        handovers=passed.sum(),
        department=ibis._.department.argmax(ibis._.occurred_at, where=passed),
    ).filter(ibis._.opened_at.notnull())  # fmt: skip


def _orders_of(cases: pa.Table, orders: Orders) -> Ints:
    """For each case the row of the order it is about, or -1: the one it names, or else the customer's last one."""
    subjects = pc.binary_join_element_wise("order:", cases["about_order"].cast(pa.string()), "")
    named = _rows_of(subjects, orders)
    if not len(orders) or not len(named):
        return np.full(len(named), -1, dtype=np.int64)
    customers = cases["customer_id"].fill_null(-1).to_numpy()
    opened, placed, buyers = _seconds(cases["opened_at"]), orders.seconds, orders.column("customer_id")
    span = 1 << 36  # more seconds than any date has
    last = np.searchsorted(buyers * span + placed, customers * span + opened, side="right") - 1
    recent = (last >= 0) & (buyers[last] == customers) & (opened - placed[last] <= CASE_AFTER)
    return np.where(named >= 0, named, np.where(recent, last, -1))


def _rows_of(subjects: pa.ChunkedArray, orders: Orders) -> Ints:
    """The row of the order with each subject, or -1."""
    places = pc.index_in(subjects, value_set=orders.rows["subject"])
    return np.asarray(places.fill_null(-1).to_numpy(), dtype=np.int64)


def _flags(rows: Ints, size: int) -> Flags:
    flags = np.zeros(size, dtype=bool)
    flags[rows[rows >= 0]] = True
    return flags


def _late(orders: Orders) -> Iterator[Exposure]:
    late, known = orders.late, orders.promised
    yield Exposure(
        LATE, LATE, "Late delivery", "got an order after the promised day", late, known, late, known
    )


def _passed_on(cases: pa.Table, about: Ints, size: int) -> Iterator[Exposure]:
    """Cases passed on several times, by the department that got them last: the way there is what can be fixed."""
    often = cases["handovers"].to_numpy() >= PASSED_ON
    everybody = np.ones(size, dtype=bool)
    last = np.array([name or "" for name in cases["department"].to_pylist()], dtype=object)
    for name in sorted(set(last[often])):
        touched = _flags(about[often & (last == name)], size)
        where = f" before they reached {name}" if name else ""
        yield Exposure(
            HANDOVER, f"{HANDOVER}:{name}"[:250], f"Cases passed on{where}"[:250],
            f"had a case about an order handed over {PASSED_ON} times or more{where}",
            touched, everybody, touched, everybody,
        )  # fmt: skip


def _kinds(cases: pa.Table, about: Ints, size: int) -> Iterator[Exposure]:
    """Kinds of case. "Complaint" says that something hurt, not what: it is no pain point of its own."""
    kinds = np.array([name or "" for name in cases["case_kind"].to_pylist()], dtype=object)
    names, counts = np.unique(kinds.astype(str), return_counts=True)
    everybody = np.ones(size, dtype=bool)
    for name in names[np.argsort(-counts, kind="stable")][:MOST_KINDS].tolist():
        if name not in ("", "complaint"):
            touched = _flags(about[kinds == name], size)
            yield Exposure(
                CASE, f"{CASE}:{name}"[:250], f"Cases of the kind “{name}”"[:250],
                f"had a case of the kind “{name}” about an order", touched, everybody, touched, everybody,
            )  # fmt: skip


def _products(facts: Facts, cases: pa.Table, about: Ints, orders: Orders) -> Iterator[Exposure]:
    """Products whose orders end in complaints or returns far more often than all others; variants are one."""
    trouble = _troubled(facts, cases, about, orders)
    bought = _bought(facts, orders)
    lines: dict[str, list[str]] = {}
    for product in _far_above(bought, trouble):
        lines.setdefault(product[:-1], []).append(product)
    everybody = np.ones(len(orders), dtype=bool)
    for products in lines.values():
        touched = _flags(np.concatenate([bought[product] for product in products]), len(orders))
        name = _called(products)
        yield Exposure(
            PRODUCT, f"{PRODUCT}:{products[0]}"[:250], f"Trouble with {name}"[:250],
            f"bought {name}, about which far more complaints and returns come than about all else",
            touched, everybody, touched & trouble, touched,
        )  # fmt: skip


def _called(products: list[str]) -> str:
    """What reviews call these products, as far as their names are the same; else their numbers."""
    events = ledger_events()
    subjects = [f"product:{product}" for product in products]
    named = events.filter(events.subject.isin(subjects)).select(name=json_text(events.data, "$.product_name"))
    names = named.filter(named.name.notnull()).distinct().to_pyarrow()["name"].to_pylist()
    words = zip(*(name.split() for name in names), strict=False)
    common = " ".join(same[0] for same in takewhile(lambda same: len(set(same)) == 1, words))
    return common or ", ".join(products)


def _bought(facts: Facts, orders: Orders) -> dict[str, Ints]:
    """The rows of the orders that hold each product."""
    items = facts.events.filter(facts.events.product.notnull())
    lines = items.select("subject", "product").distinct().order_by("product", "subject").to_pyarrow()
    rows = _rows_of(lines["subject"], orders)
    codes = lines["product"].combine_chunks().dictionary_encode()
    products, number = codes.dictionary.to_pylist(), codes.indices.to_numpy()
    ends = np.searchsorted(number, np.arange(len(products) + 1))  # the lines are in order of their products
    found = {product: rows[ends[place] : ends[place + 1]] for place, product in enumerate(products)}
    return {product: held[held >= 0] for product, held in found.items()}


def _troubled(facts: Facts, cases: pa.Table, about: Ints, orders: Orders) -> Flags:
    """Orders that somebody complained about or sent something back from."""
    kinds = np.isin(np.array([kind or "" for kind in cases["case_kind"].to_pylist()], dtype=str), TROUBLE)
    named = facts.events.filter(facts.events.name.isin(["complaint.made", "item.returned"]))
    subjects = named.select("subject").distinct().to_pyarrow()["subject"]
    said = pc.is_in(orders.rows["subject"], value_set=subjects).to_numpy(zero_copy_only=False)
    return np.asarray(_flags(about[kinds], len(orders)) | said, dtype=bool)


def _far_above(bought: dict[str, Ints], trouble: Flags) -> list[str]:
    """The products whose rate of trouble is surely and by far above that of all other orders."""
    known = [product for product, rows in bought.items() if len(rows) >= FEWEST]
    tests, ratios = [], []
    for product in known:
        rows = bought[product]
        hits, n = int(trouble[rows].sum()), len(rows)
        other_hits, other_n = int(trouble.sum()) - hits, len(trouble) - n
        if not other_n:
            return []
        rate, usual, pooled = hits / n, other_hits / other_n, (hits + other_hits) / (n + other_n)
        error = np.sqrt(max(pooled * (1 - pooled), 1e-12) * (1 / n + 1 / other_n))
        tests.append(math.erfc((rate - usual) / error / math.sqrt(2)) / 2)
        ratios.append(rate / usual if usual else np.inf)
    chance = ra.benjamini_hochberg(tests).tolist() if tests else []
    return [product for product, p, ratio in zip(known, chance, ratios, strict=True)
            if p < SURE and ratio >= FAR_ABOVE]  # fmt: skip
