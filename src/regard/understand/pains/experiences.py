"""What may have befallen orders beside deliveries, cases and products: promises, steps, low ratings, words."""

from collections.abc import Iterator, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regard.ledger import lake
from regard.ledger.catalogue import INSTRUMENTS
from regard.ledger.queries import events as ledger_events
from regard.understand.facts import UTC_TIME, Facts
from regard.understand.pains.orders import (
    Exposure,
    Flags,
    Floats,
    Orders,
    befell,
    flags_of,
    orders_meant,
    seconds_in,
)
from regard.understand.themes.finding import Told

THEME, PROMISE, STEP, RATING = "theme", "promise", "step", "rating"
EXPRESSIONS = (THEME, STEP, RATING)  # that may only follow from something else that went wrong
DELIVERY = "delivery"
MOST_KINDS, MOST_ATTRIBUTES = 12, 20
RATINGS = ("rating-5", "rating-10")
BADLY = 0.25  # of the scale: two stars of five
# calls and messages say that something hurt, not what: they are no pain points of their own
STEPS = {
    "order.refunded": ("Refunded", "got money back for an order"),
    "item.returned": ("Sent something back", "sent something back from an order"),
    "case.reopened": ("Cases opened again", "had a case about an order that was opened again"),
}


def promises_broken(facts: Facts, orders: Orders) -> Iterator[Exposure]:
    """Promises other than that of a delivery (to call back, to pay out), kept and broken, by their kind."""
    promises = facts.promises
    known = promises.filter(
        (promises.kind != DELIVERY)
        & (promises.broken.notnull() | promises.overdue)
        & promises.customer_id.notnull()
    )
    rows = lake.fetch(known.select(
        "customer_id", "subject", "kind", at=ibis.coalesce(known.occurred_at, known.due_at),
        failed=known.broken.fill_null(False) | known.overdue,
    ))  # fmt: skip
    about, at = orders_meant(rows["subject"], rows["customer_id"], rows["at"], orders), seconds_in(rows["at"])
    kinds, failed = _texts(rows["kind"]), rows["failed"].to_numpy(zero_copy_only=False).astype(bool)
    for kind in _commonest(kinds):
        given = flags_of(about[kinds == kind], len(orders))
        touched, after = befell(about, at, (kinds == kind) & failed, orders)
        yield Exposure(
            PROMISE, f"{PROMISE}:{kind}"[:250], f"Promises not kept: {kind}"[:250],
            f"got a promise ({kind}) that was not kept", touched, given, touched, given, after,
        )  # fmt: skip


def steps_passed(facts: Facts, orders: Orders) -> Iterator[Exposure]:
    """Steps of the journey after an order, from which customers may not come back."""
    everybody = np.ones(len(orders), dtype=bool)
    events = facts.events.filter(facts.events.customer_id.notnull())
    for name, (title, what) in STEPS.items():
        if name in facts.names:
            rows = lake.fetch(
                events.filter(events.name == name).select("customer_id", "subject", "occurred_at")
            )
            touched, after = _touched(rows, "subject", orders)
            yield Exposure(STEP, f"{STEP}:{name}", title, what, touched, everybody, touched, everybody, after)


def rated_badly(facts: Facts, orders: Orders) -> Iterator[Exposure]:
    """Attributes rated badly after an order, against those who rated the same attribute better."""
    if not {f"survey.answered {instrument}" for instrument in RATINGS} & facts.names:
        return
    events = ledger_events().inner_join(lake.read("people"), "person")
    rated = events.filter(
        (events.name == "survey.answered")
        & events.instrument.isin(RATINGS)
        & events.touchpoint.notnull() & events.score.notnull() & events.customer_id.notnull()
        & (events.occurred_at <= ibis.literal(facts.as_of, type=UTC_TIME))
    )  # fmt: skip
    rows = lake.fetch(
        rated.select("customer_id", "subject", "occurred_at", "touchpoint", scaled=scaled(rated))
    )
    about = orders_meant(rows["subject"], rows["customer_id"], rows["occurred_at"], orders)
    at, names = seconds_in(rows["occurred_at"]), _texts(rows["touchpoint"])
    low = rows["scaled"].to_numpy() <= BADLY
    for name in _commonest(names, MOST_ATTRIBUTES):
        given = flags_of(about[names == name], len(orders))
        touched, after = befell(about, at, (names == name) & low, orders)
        yield Exposure(
            RATING, f"{RATING}:{name}"[:250], f"Rated badly: {name}"[:250],
            f"rated {name} badly after an order", touched, given, touched, given, after,
        )  # fmt: skip


def written_about(themes: Sequence[Told], orders: Orders) -> Iterator[Exposure]:
    """What customers wrote about within 60 days after an order; what they write when they are pleased is no pain."""
    everybody = np.ones(len(orders), dtype=bool)
    themed = lake.read("themed")
    for theme in themes:
        if theme.pleased:
            continue
        texts = lake.fetch(themed.filter(themed.theme.isin(theme.numbers)))
        touched, after = _touched(texts, "about", orders)
        yield Exposure(
            THEME, f"{THEME}:{theme.number}", f"“{theme.name}”"[:250], f"wrote about “{theme.name}” after an order",
            touched, everybody, touched, everybody, after,
        )  # fmt: skip


def _touched(rows: pa.Table, names_order: str, orders: Orders) -> tuple[Flags, Floats]:
    about = orders_meant(rows[names_order], rows["customer_id"], rows["occurred_at"], orders)
    return befell(about, seconds_in(rows["occurred_at"]), np.ones(len(about), dtype=bool), orders)


def scaled(rated: ir.Table) -> ir.Value:
    """The score as a part of its scale."""
    parts = (
        (rated.instrument == name, (rated.score - low) / (high - low))
        for name, (low, high) in INSTRUMENTS.items()
    )
    return ibis.cases(*parts)


def _texts(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    return np.array([text or "" for text in column.to_pylist()], dtype=str)


def _commonest(names: npt.NDArray[Any], most: int = MOST_KINDS) -> list[str]:
    found, counts = np.unique(names, return_counts=True)
    return [str(name) for name in found[np.argsort(-counts, kind="stable")][:most] if name]
