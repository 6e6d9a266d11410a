"""The list of customers: who is searched for, filtered by what the profiles know, sorted, a page at a time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from regard.know import queries as know
from regard.ledger import lake

PAGE_SIZE = 50
MOST_FOUND = 200  # a search that finds more should be narrowed, or looked at whole; the page says so
MOST_FOUND_WHOLE = 5_000
EXPORT_LIMIT = 1_000_000
UNPROFILED = {"last_seen": None, "orders": None, "revenue": None, "currency": "", "contacts": None}
COLUMNS = "customer_id, last_seen, orders, revenue, currency, contacts"
SORTS = {
    "name": ("sort_name", "Customer"),
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
CASES = (("", "any"), ("open", "open"))
PROMISES = (("", "any"), ("overdue", "overdue"), ("broken", "broken or overdue"))
NUMBERS = {
    "none": "coalesce(orders, 0) = 0", "one": "orders = 1", "several": "orders > 1",
    "overdue": "overdue > 0", "broken": "broken > 0", "open": "open_cases > 0",
}  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What a person asked the list for, as the address of the page says it."""

    text: str = ""
    source: str = ""
    channel: str = ""
    orders: str = ""
    seen: str = ""
    promises: str = ""
    cases: str = ""
    whole: bool = False  # look at everybody whom the search finds
    sort: str = "seen"
    up: bool = False
    page: int = 1

    @property
    def filtered(self) -> bool:
        return bool(self.source or self.channel or self.orders or self.seen or self.promises or self.cases)

    def address(self, **changes: Any) -> str:
        """The query string of this wish, changed."""
        wish = replace(self, **changes)
        said = {"q": wish.text, "source": wish.source, "channel": wish.channel, "orders": wish.orders,
                "seen": wish.seen, "promises": wish.promises, "cases": wish.cases, "whole": "yes" if wish.whole else "",
                "sort": "" if wish.sort == "seen" else wish.sort, "up": "yes" if wish.up else "",
                "page": str(wish.page) if wish.page > 1 else ""}  # fmt: skip
        return "?" + urlencode({name: value for name, value in said.items() if value})

    def resorted(self, by: str) -> str:
        """The query string sorted by a column; by the one it is sorted by already, the other way round."""
        up = not self.up if self.sort == by else by == "name"
        return self.address(sort=by, up=up, page=1)


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
        promises=query.get("promises", "") if query.get("promises") in dict(PROMISES) else "",
        cases=query.get("cases", "") if query.get("cases") in dict(CASES) else "",
        whole=query.get("whole") == "yes",
        sort=query.get("sort", "") if query.get("sort") in SORTS else "seen",
        up=query.get("up") == "yes",
        page=min(max(int(page), 1), 100_000) if page.isdecimal() and len(page) < 7 else 1,
    )


def list_customers(wish: Wish, *, size: int = PAGE_SIZE) -> Listed:
    """The wished page, each row with its customer and what its profile says."""
    most = MOST_FOUND_WHOLE if wish.whole else MOST_FOUND
    found = know.find_customers(wish.text, limit=most + 1) if wish.text else None
    cut_off = found is not None and len(found) > most
    names = {row.id: row for row in found[:most]} if found is not None else None
    first = (wish.page - 1) * size
    profiles, total = _profiles(wish, names, first, size)
    if names is not None and not wish.filtered:
        return _with_the_unprofiled(names, profiles, total, first, size, cut_off)
    if not profiles and not total and not wish.filtered and names is None:
        everyone, total = know.list_customers(offset=first, limit=size)
        return Listed([{**UNPROFILED, "customer": row} for row in everyone], total, False)
    if names is None:
        names = know.customers_by_id([row["customer_id"] for row in profiles])
    rows = [{**row, "customer": names[row["customer_id"]]} for row in profiles if row["customer_id"] in names]
    return Listed(rows, total, cut_off)


def _profiles(
    wish: Wish, ids: Collection[int] | None, first: int, size: int
) -> tuple[list[dict[str, Any]], int]:
    """One page of profiles, and how many there are in all."""
    where, values = _conditions(wish, ids)
    column, way = SORTS[wish.sort][0], "ASC" if wish.up else "DESC"
    page = f"{where} ORDER BY {column} {way} NULLS LAST, customer_id LIMIT ? OFFSET ?"
    rows = lake.select("profiles", page, [*values, size, first], columns=COLUMNS).to_pylist()
    if not first and len(rows) < size:
        return rows, len(rows)
    return rows, int(lake.select("profiles", where, values, columns="count(*)").column(0)[0].as_py())


def _with_the_unprofiled(
    names: dict[int, know.CustomerRow],
    profiles: list[dict[str, Any]],
    profiled: int,
    first: int,
    size: int,
    cut_off: bool,
) -> Listed:
    """A search also shows customers nothing was computed for yet, after the others."""
    rows = [{**row, "customer": names[row["customer_id"]]} for row in profiles]
    if len(names) > profiled and len(rows) < size:
        where, values = _conditions(Wish(), names)
        have = set(lake.select("profiles", where, values, columns="customer_id").column(0).to_pylist())
        rest = [row for row in names.values() if row.id not in have][max(0, first - profiled) :]
        rows += [{**UNPROFILED, "customer": row} for row in rest[: size - len(rows)]]
    return Listed(rows, len(names), cut_off)


def _conditions(wish: Wish, ids: Collection[int] | None) -> tuple[str, list[Any]]:
    """The wish as SQL with its parameters."""
    conditions: list[tuple[str, list[Any]]] = [("true", [])]
    if ids is not None:
        conditions.append(("customer_id IN (SELECT unnest(?::BIGINT[]))", [list(ids)]))
    if wish.source:
        conditions.append(("list_contains(sources, ?)", [wish.source]))
    if wish.channel:
        conditions.append(("list_contains(channels, ?)", [wish.channel]))
    conditions += [(NUMBERS[said], []) for said in (wish.orders, wish.promises, wish.cases) if said]
    if wish.seen:
        days = 365 if wish.seen == "older" else int(wish.seen)
        way = "<" if wish.seen == "older" else ">="
        conditions.append((f"last_seen {way} ?::TIMESTAMPTZ", [timezone.now() - timedelta(days=days)]))
    where = "WHERE " + " AND ".join(words for words, _ in conditions)
    return where, [value for _, values in conditions for value in values]
