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
# topic, share of orders, earliest and latest day after the delivery (or the order)
EVERYDAY = (
    ("status", 0.03, 1, 3),
    ("invoice_copy", 0.015, 1, 30),
    ("size", 0.02, 0, 20),
    ("care", 0.012, 0, 20),
    ("account", 0.012, 0, 20),
    ("website", 0.015, 0, 20),
    ("price", 0.01, 0, 20),
    ("stock", 0.014, 0, 20),
    ("praise", 0.02, 0, 20),
)
BEFORE_DELIVERY = ("status", "invoice_copy")
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
    contacts = Contacts.joined([*_about_experience(population, rng), *_about_anything(population, rng)])
    contacts = contacts.take(contacts.opened < population.calendar.end)
    return contacts.take(np.lexsort((contacts.order, contacts.opened)))


def _about_experience(population: Population, rng: np.random.Generator) -> list[Contacts]:
    """What went wrong makes people write: some of them, or nearly all."""
    orders, n = population.orders, len(population.orders.person)
    soon = rng.integers(60, 3 * DAY, n)
    late = orders.late & (rng.random(n) < 0.35)
    fault = orders.fault & (rng.random(n) < 0.9)
    ticket_only = (1.0, 0.0, 0.0)
    return [
        _about("late", late, (orders.promised + 1) * DAY + soon, rng),
        _about(
            "billing", orders.billing, orders.billing_at, rng, handovers=orders.handovers, mix=ticket_only
        ),
        _about("fault", fault, orders.fault_at, rng, mix=(0.7, 0.25, 0.05)),
        _about("packaging", orders.packaging, orders.delivered + soon, rng, mix=(0.55, 0.35, 0.1)),
        _about("return", orders.returned, orders.delivered + 2 * soon, rng),
    ]


def _about_anything(population: Population, rng: np.random.Generator) -> list[Contacts]:
    """Questions and remarks that have no bearing on whether somebody stays."""
    orders, n = population.orders, len(population.orders.person)
    parts = []
    for topic, share, earliest, latest in EVERYDAY:
        asked = ~orders.cancelled & (rng.random(n) < share)
        since = orders.placed if topic in BEFORE_DELIVERY else orders.delivered
        parts.append(_about(topic, asked, since + rng.integers(earliest * DAY, latest * DAY, n), rng))
    return parts


def _about(
    topic: str,
    which: Flags,
    opened: Ints,
    rng: np.random.Generator,
    *,
    handovers: Ints | None = None,
    mix: tuple[float, float, float] = (0.45, 0.3, 0.25),
) -> Contacts:
    rows, n = np.flatnonzero(which), int(which.sum())
    passed = (rng.random(n) < 0.12).astype(np.int64) if handovers is None else handovers[rows]
    minutes = rng.lognormal(6.6, 0.9, n) + passed * rng.integers(600, 2400, n) + 45
    return Contacts(
        order=rows,
        topic=np.full(n, NAMES.index(topic)),
        opened=opened[rows],
        channel=rng.choice(len(CHANNELS), size=n, p=mix),
        handovers=passed,
        solved_after=minutes.astype(np.int64),
    )
