"""What is known of each customer in one row: the lake's `profiles`."""

from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from regard.know.queries import names
from regard.ledger import lake
from regard.understand.facts import ACTIVITY, CONTACTS, Facts

LAST_ANSWERS = {
    "last_nps": ["nps"],
    "last_csat": ["csat-5", "csat-2"],
    "last_ces": ["ces-7"],
    "last_stars": ["stars-5"],
}
# a registration is often no more than the day on which a department made a list
SEEN = tuple(name for name in ACTIVITY if name != "customer.registered")
COUNTS = ("orders", "contacts", "open_cases", "promised", "broken", "overdue")


def strip_accents(text: Any) -> Any:
    """`Åberg` as `Aberg`."""


unaccented = ibis.udf.scalar.builtin(strip_accents, signature=((dt.string,), dt.string))


def profile_rows(facts: Facts, worth: ir.Table) -> ir.Table:
    """One row a customer, by number; customers of whom nothing happened yet are there with nothing."""
    people = lake.read("people")
    rows = people.filter(people.customer_id.notnull()).select("customer_id").distinct()
    for part in (
        _named(),
        _seen(facts),
        _activity(facts),
        _money(facts),
        _cases(facts),
        _promises(facts),
        worth,
    ):
        rows = rows.left_join(part, "customer_id").drop("customer_id_right")
    filled = {name: rows[name].fill_null(0).cast("int64") for name in COUNTS}
    return rows.mutate(**filled).select(*lake.TABLES["profiles"].names).order_by("customer_id")


def _named() -> ir.Table:
    """Names as lists are sorted by them."""
    named = ibis.memtable(names())
    return named.select("customer_id", sort_name=unaccented(named.name.lower()))


def _seen(facts: Facts) -> ir.Table:
    return facts.known.group_by("customer_id").aggregate(sources=ibis._.source.collect(distinct=True).sort())


def _activity(facts: Facts) -> ir.Table:
    events = facts.events.filter(facts.events.customer_id.notnull())
    answers = {
        name: ibis._.score.argmax(ibis._.occurred_at, where=ibis._.instrument.isin(instruments))
        for name, instruments in LAST_ANSWERS.items()
    }
    return events.group_by("customer_id").aggregate(
        first_seen=ibis._.occurred_at.min(),
        last_seen=ibis._.occurred_at.max(where=ibis._.name.isin(list(SEEN))),
        channels=ibis._.channel.collect(distinct=True).sort(),
        contacts=ibis._.name.isin(list(CONTACTS)).sum(),
        churned_at=ibis._.occurred_at.min(where=ibis._.name == "customer.churned"),
        **answers,
    )


def _money(facts: Facts) -> ir.Table:
    """Money in the customer's main currency, the one of most sales; `currencies` says when there are others."""
    sales, events = facts.sales, facts.events
    refunded = events.filter(events.name == "order.refunded")
    lines = sales.select(
        "customer_id", "currency", revenue=sales.amount, refunds=ibis.null(sales.amount.type()), order=sales.is_order
    ).union(
        refunded.select(
            "customer_id", "currency", revenue=ibis.null(sales.amount.type()), refunds=refunded.amount,
            order=ibis.literal(False),
        )
    )  # fmt: skip
    each = lines.filter(lines.customer_id.notnull()).group_by(["customer_id", "currency"]).aggregate(
        revenue=ibis._.revenue.sum(), refunds=ibis._.refunds.sum(), orders=ibis._.order.sum(), lines=ibis._.count()
    )  # fmt: skip
    main = ibis.window(group_by="customer_id", order_by=[ibis.desc("lines"), "currency"])
    whole = ibis.window(group_by="customer_id")
    ranked = each.mutate(
        place=ibis.row_number().over(main),
        currencies=ibis._.currency.collect().over(whole),
        orders=ibis._.orders.sum().over(whole),
    )
    return ranked.filter(ranked.place == 0).select(
        "customer_id", "currency", "orders",
        currencies=ranked.currencies.sort(),
        revenue=ranked.revenue.cast("decimal(18, 4)"),
        refunds=ranked.refunds.cast("decimal(18, 4)"),
    )  # fmt: skip


def _cases(facts: Facts) -> ir.Table:
    names = ["case.opened", "case.reopened", "case.resolved"]
    events = facts.events.filter(facts.events.name.isin(names) & facts.events.customer_id.notnull())
    resolved = ibis._.name == "case.resolved"
    cases = events.group_by(["customer_id", "subject"]).aggregate(
        opened_at=ibis._.occurred_at.max(where=~resolved), resolved_at=ibis._.occurred_at.max(where=resolved)
    )
    still_open = cases.opened_at.notnull() & (cases.resolved_at < cases.opened_at).fill_null(True)
    return cases.filter(still_open).group_by("customer_id").aggregate(open_cases=ibis._.count())


def _promises(facts: Facts) -> ir.Table:
    promises = facts.promises.filter(facts.promises.customer_id.notnull())
    return promises.group_by("customer_id").aggregate(
        promised=ibis._.count(),
        broken=(ibis._.broken.fill_null(False) | ibis._.overdue).sum(),
        overdue=ibis._.overdue.sum(),
    )
