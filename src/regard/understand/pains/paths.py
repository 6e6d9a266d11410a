"""The journey around a pain point: what customers passed from such an order to the next one."""

from typing import Any

import ibis

from regard.ledger import lake

MOST_SHOWN = 6


def paths_after(key: str) -> list[dict[str, Any]]:
    """The commonest paths of the orders that it befell in the last year: how many took each, as a share of them, and
    how many of these ordered again so far."""
    touched, episodes = lake.read("touched"), lake.read("episodes")
    mine = touched.filter(touched.key == key).select("customer_id", occurred_at=touched.ordered_at)
    taken = episodes.semi_join(mine, ["customer_id", "occurred_at"])
    each = taken.group_by("path").aggregate(orders=ibis._.count(), back=ibis._.back.sum())
    rows = lake.fetch(
        each.mutate(all=each.orders.sum().over()).order_by(ibis.desc("orders"), "path").limit(MOST_SHOWN)
    )
    return [
        {"path": row["path"], "orders": row["orders"], "share": row["orders"] / row["all"],
         "back": row["back"] / row["orders"]}
        for row in rows.to_pylist()
    ]  # fmt: skip
