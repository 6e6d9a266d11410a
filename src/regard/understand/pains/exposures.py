"""What may have gone wrong with orders, found in any company's facts before asking what it costs."""

import math
from collections.abc import Iterator, Sequence
from itertools import takewhile

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regard import analytics as ra
from regard.ledger.queries import events as ledger_events
from regard.understand.facts import Facts, json_text
from regard.understand.pains.experiences import promises_broken, rated_badly, steps_passed, written_about
from regard.understand.pains.orders import (
    Exposure,
    Flags,
    Ints,
    Orders,
    befell,
    flags_of,
    orders_meant,
    rows_of,
    seconds_in,
)
from regard.understand.themes.finding import Told

LATE, HANDOVER, PRODUCT, CASE = "late", "handover", "product", "case"
PASSED_ON = 2  # hand-overs of one case
FEWEST = 30  # orders touched; fewer are no pattern
MOST_KINDS = 12
FAR_ABOVE = 1.5  # times the rate of trouble with all other products
SURE = 0.01
TROUBLE = ("complaint", "return")


def find_exposures(facts: Facts, orders: Orders, themes: Sequence[Told] = ()) -> list[Exposure]:
    """Everything that is looked at: late deliveries, cases passed on, kinds of case, products with much trouble, and
    what customers write about."""
    cases = _cases(facts).to_pyarrow()
    about = _orders_of(cases, orders)
    found = [
        *_late(orders),
        *_passed_on(cases, about, orders),
        *_kinds(cases, about, orders),
        *_products(facts, cases, about, orders),
        *promises_broken(facts, orders),
        *steps_passed(facts, orders),
        *rated_badly(facts, orders),
        *written_about(themes, orders),
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
    """For each case the row of the order it is about, or -1."""
    subjects = pc.binary_join_element_wise("order:", cases["about_order"].cast(pa.string()), "")
    return orders_meant(subjects, cases["customer_id"], cases["opened_at"], orders)


def _late(orders: Orders) -> Iterator[Exposure]:
    late, known = orders.late, orders.promised
    yield Exposure(
        LATE, LATE, "Late delivery", "got an order after the promised day", late, known, late, known
    )


def _passed_on(cases: pa.Table, about: Ints, orders: Orders) -> Iterator[Exposure]:
    """Cases passed on several times, by the department that got them last: the way there is what can be fixed."""
    often = cases["handovers"].to_numpy() >= PASSED_ON
    everybody = np.ones(len(orders), dtype=bool)
    opened = seconds_in(cases["opened_at"])
    last = np.array([name or "" for name in cases["department"].to_pylist()], dtype=object)
    for name in sorted(set(last[often])):
        touched, after = befell(about, opened, often & (last == name), orders)
        where = f" before they reached {name}" if name else ""
        yield Exposure(
            HANDOVER, f"{HANDOVER}:{name}"[:250], f"Cases passed on{where}"[:250],
            f"had a case about an order handed over {PASSED_ON} times or more{where}",
            touched, everybody, touched, everybody, after,
        )  # fmt: skip


def _kinds(cases: pa.Table, about: Ints, orders: Orders) -> Iterator[Exposure]:
    """Kinds of case. "Complaint" says that something hurt, not what: it is no pain point of its own."""
    kinds = np.array([name or "" for name in cases["case_kind"].to_pylist()], dtype=object)
    names, counts = np.unique(kinds.astype(str), return_counts=True)
    everybody = np.ones(len(orders), dtype=bool)
    opened = seconds_in(cases["opened_at"])
    for name in names[np.argsort(-counts, kind="stable")][:MOST_KINDS].tolist():
        if name not in ("", "complaint"):
            touched, after = befell(about, opened, kinds == name, orders)
            yield Exposure(
                CASE, f"{CASE}:{name}"[:250], f"Cases of the kind “{name}”"[:250],
                f"had a case of the kind “{name}” about an order", touched, everybody, touched, everybody, after,
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
        touched = flags_of(np.concatenate([bought[product] for product in products]), len(orders))
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
    rows = rows_of(lines["subject"], orders)
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
    return np.asarray(flags_of(about[kinds], len(orders)) | said, dtype=bool)


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
