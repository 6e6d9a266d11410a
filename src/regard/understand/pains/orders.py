"""Orders, and what may have befallen them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regard.understand.facts import Facts

MEANT_WITHIN = 60 * 86_400  # seconds: what names no order is about the last one before it, if so recent
EVERY_TIME = pa.timestamp("us", tz="UTC")
SMALLEST_PARTS = 10_000  # of a unit of money: the lake keeps four digits

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


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
        return seconds_in(self.rows["occurred_at"])

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
    after: seconds from each touched order until it befell; None where that cannot depend on when the next order came.
    """

    kind: str
    key: str
    title: str
    what: str  # ends the sentence "1,240 customers ..."
    touched: Flags
    compared: Flags
    hit: Flags
    base: Flags
    after: Floats | None = None


def seconds_in(times: pa.ChunkedArray) -> Ints:
    return np.asarray(times.cast(EVERY_TIME).cast(pa.int64()).to_numpy(), dtype=np.int64) // 1_000_000


def read_orders(facts: Facts) -> Orders:
    """Every order of a known customer."""
    sales = facts.sales
    orders = sales.filter(sales.is_order & sales.customer_id.notnull() & sales.subject.notnull())
    promises = facts.promises.filter(
        facts.promises.subject.startswith("order:") & (facts.promises.kind == "delivery")
    )
    delivered = promises.group_by("subject").aggregate(
        late=(promises.broken.fill_null(False) | promises.overdue).any(),
        settled=(promises.broken.notnull() | promises.overdue).any(),
    )
    joined = orders.left_join(delivered, "subject").drop("subject_right")
    rows = joined.select(
        "customer_id", "subject", "occurred_at", "event_id", "source", "channel", "currency",
        amount=joined.amount.cast("float64").fill_null(0.0),
        late=joined.late.fill_null(False), settled=joined.settled.fill_null(False),
    ).order_by("customer_id", "occurred_at", "event_id").to_pyarrow()  # fmt: skip
    return Orders(
        _with_neighbours(rows),
        rows["late"].to_numpy(zero_copy_only=False).astype(bool),
        rows["settled"].to_numpy(zero_copy_only=False).astype(bool),
    )


def _with_neighbours(rows: pa.Table) -> pa.Table:
    """Beside each order what its customer had ordered and spent before, and when the one before, the first and the next
    one came. NumPy looks at the neighbours: the engine's windows cost several times that."""
    customer, size = rows["customer_id"].to_numpy(), rows.num_rows
    begins = np.ones(size, dtype=bool)
    begins[1:] = customer[1:] != customer[:-1]
    ends = np.roll(begins, -1)
    first = np.flatnonzero(begins)[np.cumsum(begins) - 1]
    cents = np.rint(rows["amount"].to_numpy() * SMALLEST_PARTS).astype(
        np.int64
    )  # whole numbers add up exactly
    before = np.cumsum(cents) - cents
    at = rows["occurred_at"].cast(EVERY_TIME).cast(pa.int64()).to_numpy()
    columns = {
        "spent": pa.array((before - before[first]) / SMALLEST_PARTS),
        "earlier": pa.array(np.arange(size) - first),
        "previous_at": pa.array(np.roll(at, 1), mask=begins).cast(EVERY_TIME),
        "first_at": pa.array(at[first]).cast(EVERY_TIME),
        "next_at": pa.array(np.roll(at, -1), mask=ends).cast(EVERY_TIME),
    }
    for name, column in columns.items():
        rows = rows.append_column(name, column)
    return rows


def orders_meant(
    subjects: pa.ChunkedArray, who: pa.ChunkedArray, at: pa.ChunkedArray, orders: Orders
) -> Ints:
    """The row of the order that each subject names, or else of the customer's last one before, if recent; or -1."""
    named = rows_of(subjects, orders)
    if not len(orders) or not len(named):
        return np.full(len(named), -1, dtype=np.int64)
    customers = who.fill_null(-1).to_numpy()
    opened, placed, buyers = seconds_in(at), orders.seconds, orders.column("customer_id")
    span = 1 << 36  # more seconds than any date has
    last = np.searchsorted(buyers * span + placed, customers * span + opened, side="right") - 1
    recent = (last >= 0) & (buyers[last] == customers) & (opened - placed[last] <= MEANT_WITHIN)
    return np.where(named >= 0, named, np.where(recent, last, -1))


def rows_of(subjects: pa.ChunkedArray, orders: Orders) -> Ints:
    """The row of the order with each subject, or -1."""
    asked = subjects.combine_chunks().dictionary_encode()
    # the orders are looked up among what is asked about, which is less, and of orders of one name the first is meant
    places = pc.index_in(orders.rows["subject"], value_set=asked.dictionary).fill_null(-1).to_numpy()
    found: Ints = np.full(
        len(asked.dictionary) + 1, -1, dtype=np.int64
    )  # what names nothing stands at its end
    found[places[::-1]] = np.arange(len(places))[::-1]
    found[-1] = -1
    return np.asarray(found[asked.indices.fill_null(-1).to_numpy()])


def flags_of(rows: Ints, size: int) -> Flags:
    flags = np.zeros(size, dtype=bool)
    flags[rows[rows >= 0]] = True
    return flags


def befell(rows: Ints, at: Ints, chosen: Flags, orders: Orders) -> tuple[Flags, Floats]:
    """Which orders the chosen happenings are about, and the seconds until the first of them; nan without one."""
    found = np.full(len(orders), np.inf)
    known = chosen & (rows >= 0)
    np.minimum.at(found, rows[known], (at[known] - orders.seconds[rows[known]]).astype(np.float64))
    touched = np.isfinite(found)
    return touched, np.where(touched, np.maximum(found, 0.0), np.nan)
