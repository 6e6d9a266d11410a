"""Who gets in touch about what, when and how: decided for a whole block before a word is written."""

from dataclasses import dataclass

import numpy as np

from regard.simulate.model import DAY, Flags, Ints
from regard.simulate.population import Columns, Population

# topic, kind of case, department that settles it
TOPICS = (
    ("late", "complaint", "logistics"),
    ("billing", "complaint", "billing"),
    ("fault", "complaint", "workshop"),
    ("packaging", "complaint", "logistics"),
    ("return", "return", "returns"),
    ("size", "question", "advice"),
    ("status", "question", "logistics"),
    ("invoice_copy", "question", "billing"),
    ("care", "question", "advice"),
    ("account", "question", "shop"),
    ("website", "complaint", "shop"),
    ("price", "complaint", "shop"),
    ("stock", "question", "advice"),
    ("praise", "feedback", "shop"),
)
NAMES = tuple(topic for topic, _, _ in TOPICS)
CHANNELS = ("ticket", "mail", "phone")


@dataclass(frozen=True)
class Contacts(Columns):
    """One row per contact of a customer about an order."""

    order: Ints  # row of the order in the block
    topic: Ints
    opened: Ints
    channel: Ints
    handovers: Ints
    solved_after: Ints  # minutes


def decide_contacts(population: Population, rng: np.random.Generator) -> Contacts:
    """All contacts of a block that happen before the end of the history, in order of time."""
    orders = population.orders
    n = len(orders.person)
    delivered, shipped = orders.delivered, ~orders.cancelled
    soon = rng.integers(60, 3 * DAY, n)
    parts = [
        _about("late", orders.late & (rng.random(n) < 0.35), (orders.promised + 1) * DAY + soon, rng),
        _about(
            "billing", orders.billing, orders.billing_at, rng, handovers=orders.handovers, mix=(1.0, 0.0, 0.0)
        ),
        _about("fault", orders.fault & (rng.random(n) < 0.9), orders.fault_at, rng, mix=(0.7, 0.25, 0.05)),
        _about("packaging", orders.packaging, delivered + soon, rng, mix=(0.55, 0.35, 0.1)),
        _about("return", orders.returned, delivered + 2 * soon, rng),
    ]
    for topic, share in (
        ("size", 0.02),
        ("care", 0.012),
        ("account", 0.012),
        ("website", 0.015),
        ("price", 0.01),
        ("stock", 0.014),
        ("praise", 0.02),
    ):
        parts.append(
            _about(topic, shipped & (rng.random(n) < share), delivered + rng.integers(0, 20 * DAY, n), rng)
        )
    parts.append(
        _about("status", shipped & (rng.random(n) < 0.03), orders.placed + rng.integers(DAY, 3 * DAY, n), rng)
    )
    parts.append(
        _about(
            "invoice_copy",
            shipped & (rng.random(n) < 0.015),
            orders.placed + rng.integers(DAY, 30 * DAY, n),
            rng,
        )
    )
    contacts = Contacts.joined(parts)
    contacts = contacts.take(contacts.opened < population.calendar.end)
    return contacts.take(np.lexsort((contacts.order, contacts.opened)))


def _about(
    topic: str,
    which: Flags,
    opened: Ints,
    rng: np.random.Generator,
    *,
    handovers: Ints | None = None,
    mix: tuple[float, float, float] = (0.45, 0.3, 0.25),
) -> Contacts:
    rows = np.flatnonzero(which)
    some = (rng.random(len(rows)) < 0.12).astype(np.int64)
    passed = some if handovers is None else handovers[rows]
    return Contacts(
        order=rows,
        topic=np.full(len(rows), NAMES.index(topic)),
        opened=opened[rows],
        channel=rng.choice(3, size=len(rows), p=mix),
        handovers=passed,
        solved_after=(
            rng.lognormal(6.6, 0.9, len(rows)) + passed * rng.integers(600, 2400, len(rows))
        ).astype(np.int64)
        + 45,
    )
