"""The list of customers: who is searched for, filtered by what the profiles know, sorted, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import ibis
import pyarrow as pa
from django.utils import timezone

from regard.know import queries as know
from regard.ledger import lake
from regard.understand import queries as understand

PAGE_SIZE = 50
MOST_FOUND = 200  # a search that finds more should be narrowed; the page says so
EXPORT_LIMIT = 1_000_000
UNPROFILED = {"last_seen": None, "orders": None, "revenue": None, "currency": "", "contacts": None}
SORTS = {
    "seen": ("last_seen", "Last seen"),
    "orders": ("orders", "Orders"),
    "revenue": ("revenue", "Revenue"),
    "contacts": ("contacts", "Contacts"),
}
ORDERS = (("", "any"), ("none", "none"), ("one", "one"), ("several", "two or more"))
SEEN = (
    ("", "ever"),
    ("7", "in 7 days"),
    ("30", "in 30 days"),
    ("90", "in 90 days"),
    ("older", "longer ago than a year"),
)


@dataclass(frozen=True)
class Wish:
    """What a person asked the list for, as the address of the page says it."""

    text: str = ""
    source: str = ""
    channel: str = ""
    orders: str = ""
    seen: str = ""
    sort: str = "seen"
    up: bool = False
    page: int = 1

    @property
    def filtered(self) -> bool:
        return bool(self.source or self.channel or self.orders or self.seen)

    def address(self, **changes: Any) -> str:
        """The query string of this wish, changed."""
        wish = replace(self, **changes)
        said = {"q": wish.text, "source": wish.source, "channel": wish.channel, "orders": wish.orders,
                "seen": wish.seen, "sort": "" if wish.sort == "seen" else wish.sort, "up": "yes" if wish.up else "",
                "page": str(wish.page) if wish.page > 1 else ""}  # fmt: skip
        return "?" + urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True)
class Listed:
    """One page of the list."""

    rows: list[dict[str, Any]]
    total: int
    cut_off: bool  # the search found more than it looked at


def read_wish(query: Mapping[str, str]) -> Wish:
    """What the address says; what cannot be understood counts as not said."""
    page = query.get("page", "1")
    return Wish(
        text=query.get("q", "").strip()[:200],
        source=query.get("source", "")[:100],
        channel=query.get("channel", "")[:40],
        orders=query.get("orders", "") if query.get("orders") in dict(ORDERS) else "",
        seen=query.get("seen", "") if query.get("seen") in dict(SEEN) else "",
        sort=query.get("sort", "") if query.get("sort") in SORTS else "seen",
        up=query.get("up") == "yes",
        page=min(max(int(page), 1), 100_000) if page.isdecimal() and len(page) < 7 else 1,
    )


def list_customers(wish: Wish, *, size: int = PAGE_SIZE) -> Listed:
    """The wished page, each row with its customer and what its profile says."""
    found = know.find_customers(wish.text, limit=MOST_FOUND + 1) if wish.text else None
    cut_off = found is not None and len(found) > MOST_FOUND
    ids = [row.id for row in found[:MOST_FOUND]] if found is not None else None
    table = _filtered(understand.profiles(), wish, ids)
    first = (wish.page - 1) * size
    order = ibis.asc if wish.up else ibis.desc
    column = SORTS[wish.sort][0]
    known = table.order_by(order(column, nulls_first=False), "customer_id").limit(size, offset=first)
    profiles = lake.fetch(known).to_pylist()
    total = int(table.count().execute()) if first or len(profiles) == size else len(profiles)
    if found is not None and not wish.filtered:
        return _with_the_unprofiled(found[:MOST_FOUND], profiles, total, first, size, cut_off)
    if not profiles and not total and not wish.filtered and found is None:
        everyone, total = know.list_customers(offset=first, limit=size)
        return Listed([{**UNPROFILED, "customer": row} for row in everyone], total, False)
    names = know.customers_by_id([row["customer_id"] for row in profiles])
    rows = [{**row, "customer": names[row["customer_id"]]} for row in profiles if row["customer_id"] in names]
    return Listed(rows, total, cut_off)


def _with_the_unprofiled(
    found: list[know.CustomerRow],
    profiles: list[dict[str, Any]],
    profiled: int,
    first: int,
    size: int,
    cut_off: bool,
) -> Listed:
    """A search also shows customers nothing was computed for yet, after the others."""
    names = {row.id: row for row in found}
    rows = [{**row, "customer": names[row["customer_id"]]} for row in profiles]
    if len(found) > profiled and len(rows) < size:
        everyone = _filtered(understand.profiles(), Wish(), list(names))
        have = set(lake.fetch(everyone.select("customer_id")).column(0).to_pylist())
        rest = [row for row in found if row.id not in have][max(0, first - profiled) :]
        rows += [{**UNPROFILED, "customer": row} for row in rest[: size - len(rows)]]
    return Listed(rows, len(found), cut_off)


def _filtered(table: ibis.Table, wish: Wish, ids: list[int] | None) -> ibis.Table:
    if ids is not None:  # joined, not listed: a thousand literals take the engine a second to plan
        table = table.semi_join(
            ibis.memtable(pa.table({"customer_id": pa.array(ids, pa.int64())})), "customer_id"
        )
    if wish.source:
        table = table.filter(table.sources.contains(wish.source))
    if wish.channel:
        table = table.filter(table.channels.contains(wish.channel))
    if wish.orders:
        number = table.orders.fill_null(0)
        table = table.filter({"none": number == 0, "one": number == 1, "several": number > 1}[wish.orders])
    if wish.seen:
        days = 365 if wish.seen == "older" else int(wish.seen)
        since = ibis.literal(_as_stored(table, timezone.now() - timedelta(days=days)))
        table = table.filter(table.last_seen < since if wish.seen == "older" else table.last_seen >= since)
    return table


def _as_stored(table: ibis.Table, when: datetime) -> datetime:
    """Lake times are UTC, with or without saying so."""
    return when if table.last_seen.type().timezone else when.astimezone(UTC).replace(tzinfo=None)
