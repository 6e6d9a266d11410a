"""Who buys when: a buy-till-you-die population whose losses have known causes. Vectors only, no text."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Self

import numpy as np

from regard.simulate.model import (
    COUNTRIES,
    DAY,
    FAULTY_LINE,
    LINES,
    PAYMENTS,
    REGIONS,
    SEGMENTS,
    VARIANTS,
    Calendar,
    Flags,
    Floats,
    Ints,
    Model,
)

BLOCK = 20_000  # customers that are in memory at once


class Columns:
    """Arrays of equal length, one per field of the dataclass below."""

    def take(self, rows: Ints | Flags) -> Self:
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})  # type: ignore[arg-type]

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        names = [f.name for f in fields(cls)]  # type: ignore[arg-type]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


@dataclass(frozen=True)
class Customers(Columns):
    """True persons: what drives each of them."""

    person: Ints
    household: Ints
    country: Ints
    region: Ints
    segment: Ints
    payment: Ints
    rate: Floats  # orders per operational day
    dropout: Floats  # probability of leaving after an order, before any planted cause
    spend: Floats  # expected amount of an order
    first_day: Floats


@dataclass(frozen=True)
class Orders(Columns):
    """Orders in the history, with what truly happened to each. Times in minutes since its first day."""

    person: Ints
    earlier: Ints  # orders of the same person before this one
    placed: Ints
    promised: Ints  # day
    delivered: Ints
    amount: Floats
    line: Ints
    variant: Ints
    region: Ints
    payment: Ints
    carrier: Ints
    cancelled: Flags
    returned: Flags
    late: Flags
    billing: Flags
    handovers: Ints
    billing_at: Ints
    fault: Flags
    fault_at: Ints
    packaging: Flags
    stays: Floats  # probability of another order ever, all causes counted
    stayed: Flags

    def exposed(self, cause: str) -> Flags:
        """Which orders a planted cause touched."""
        return {
            "late_delivery": self.late,
            "billing_handoffs": self.handovers >= 2,
            "product_fault": self.fault,
        }[cause]


@dataclass(frozen=True)
class Population:
    customers: Customers
    orders: Orders
    calendar: Calendar
    model: Model

    def lost_probability(self, cause: str) -> Floats:
        """Per order: what `cause` took off the probability of another order, given the other causes."""
        effect = self.model.effects[cause]
        return np.where(self.orders.exposed(cause), self.orders.stays / (1 - effect) * effect, 0.0)

    def value_of_staying(self) -> Floats:
        """Per order: expected spend in the horizon after it of a customer who stays; cancelled orders bring nothing."""
        orders, who = self.orders, self.orders.person - self.customers.person[0]
        pause = float(np.mean(orders.delivered - orders.placed)) / DAY + 1  # no order while one is on its way
        rate, spend = 1 / (1 / self.customers.rate[who] + pause), self.customers.spend[who]
        spared = orders.stays / (1 - self.customers.dropout[who])
        usual = np.bincount(orders.region, weights=spared) / np.maximum(np.bincount(orders.region), 1)
        leave = 1 - (1 - self.customers.dropout[who]) * usual[orders.region]
        expected: Floats = (
            (1 - self.model.cancelled) * spend * (1 - np.exp(-rate * leave * self.model.horizon_days)) / leave
        )
        return expected


def simulate_population(customers: int, seed: int, as_of: date, model: Model | None = None) -> Population:
    """The same people and orders that `write_company` writes down, as arrays in memory."""
    model = model or Model()
    parts = [simulate_block(first, size, seed, as_of, model) for first, size in blocks(customers)]
    return Population(
        Customers.joined([part.customers for part in parts]),
        Orders.joined([part.orders for part in parts]),
        parts[0].calendar,
        model,
    )


def blocks(customers: int) -> list[tuple[int, int]]:
    """First customer and size of each block."""
    return [(first, min(BLOCK, customers - first)) for first in range(0, customers, BLOCK)]


def simulate_block(first: int, size: int, seed: int, as_of: date, model: Model) -> Population:
    """Customers `first` to `first + size` and their orders in order of time."""
    rng = np.random.default_rng([seed, first])
    calendar = Calendar(as_of, model)
    people = _draw_customers(rng, first, size, calendar, model)
    orders = _live(rng, people, calendar, model)
    return Population(people, orders.take(np.lexsort((orders.person, orders.placed))), calendar, model)


def _draw_customers(
    rng: np.random.Generator, first: int, size: int, calendar: Calendar, model: Model
) -> Customers:
    sizes = rng.choice(4, size=size, p=(0.8, 0.14, 0.04, 0.02)) + 1
    household = np.repeat(np.arange(size), sizes)[:size]
    country = rng.choice(len(COUNTRIES), size=size, p=(0.45, 0.08, 0.05, 0.22, 0.20))[household]
    region = rng.choice(len(REGIONS), size=size, p=(0.27, 0.2, 0.25, 0.28))[household]
    segment = rng.choice(len(SEGMENTS), size=size, p=(0.32, 0.12, 0.2, 0.21, 0.15))
    by_invoice = np.where(country <= 2, 0.45, 0.15)
    payment = np.where(rng.random(size) < by_invoice, 0, rng.integers(1, len(PAYMENTS), size))
    per_day = model.orders_per_year / 365 / model.rate_shape
    rate = rng.gamma(model.rate_shape, per_day, size) * np.take(model.region_rate, region)
    spend = model.mean_spend * (model.spend_q - 1) / rng.gamma(model.spend_q, 1.0, size)
    day = calendar.days * rng.beta(1.15, 1.25, size)
    return Customers(
        person=np.arange(first, first + size),
        household=household + first,
        country=country,
        region=region,
        segment=segment,
        payment=payment,
        rate=rate,
        dropout=rng.beta(model.dropout_a, model.dropout_b, size),
        spend=np.clip(spend, 15, 900) * np.take(model.segment_spend, segment),
        first_day=day,
    )


def _live(rng: np.random.Generator, people: Customers, calendar: Calendar, model: Model) -> Orders:
    """Round by round: everyone still there orders, experiences it, and stays or leaves."""
    who = np.arange(len(people.person))
    day = people.first_day
    rounds: list[Orders] = []
    while len(who):
        orders = _order(rng, people.take(who), day, len(rounds), calendar, model)
        rounds.append(orders)
        staying = orders.stayed
        settled = (
            np.maximum(orders.delivered, np.maximum(orders.billing_at + 12 * DAY, orders.fault_at)) / DAY
        )
        who = who[staying]
        wait = rng.exponential(1.0, len(who)) / people.rate[who]
        day = calendar.advance(settled[staying] + 1, wait)
        in_time = day < calendar.days
        who, day = who[in_time], day[in_time]
    return Orders.joined(rounds)


def _order(
    rng: np.random.Generator, people: Customers, day: Floats, earlier: int, calendar: Calendar, model: Model
) -> Orders:
    """One order of each of the people, with all that becomes of it."""
    n, whole = len(day), day.astype(np.int64)
    placed = whole * DAY + (rng.beta(2.2, 1.7, n) * 1020).astype(np.int64) + 400
    line = _choose_line(rng, people.segment)
    payment = np.where(rng.random(n) < 0.85, people.payment, rng.integers(0, len(PAYMENTS), n))
    arrives = rng.random(n) >= model.cancelled
    helped, late = _lateness(rng, people.region, whole, earlier, calendar, model)
    late &= arrives
    promised, delivered = _delivery(rng, whole, late)
    billing = arrives & (rng.random(n) < np.take(model.billing_by_payment, payment))
    handovers = np.where(billing, _handovers(rng, n, model), 0)
    fault = arrives & (line == FAULTY_LINE) & (rng.random(n) < model.fault)
    boxed = arrives & (whole >= calendar.months_before_end(model.packaging_months))
    stays = (1 - people.dropout) * (1 - model.effects["late_delivery"]) ** late
    stays *= (1 - model.effects["billing_handoffs"]) ** (handovers >= 2)
    stays *= (1 - model.effects["product_fault"]) ** fault
    return Orders(
        person=people.person,
        earlier=np.full(n, earlier),
        placed=placed,
        promised=promised,
        delivered=delivered,
        amount=np.round(rng.gamma(model.spend_p, people.spend / model.spend_p), 2).clip(min=4.95),
        line=line,
        variant=rng.choice(len(VARIANTS), size=n, p=(0.6, 0.28, 0.12)),
        region=people.region,
        payment=payment,
        carrier=helped.astype(np.int64),
        cancelled=~arrives,
        returned=arrives & (rng.random(n) < model.returned),
        late=late,
        billing=billing,
        handovers=handovers,
        billing_at=np.where(billing, placed + rng.integers(2 * DAY, 8 * DAY, n), 0),
        fault=fault,
        fault_at=np.where(fault, delivered + rng.integers(2 * DAY, 20 * DAY, n), 0),
        packaging=boxed & (rng.random(n) < model.packaging),
        stays=stays,
        stayed=rng.random(n) < stays,
    )


def _choose_line(rng: np.random.Generator, segment: Ints) -> Ints:
    shares = np.cumsum(np.array([share for _, _, share in LINES]).T, axis=1)
    shares /= shares[:, -1:]
    line: Ints = (rng.random(len(segment))[:, None] > shares[segment]).sum(axis=1)
    return line


def _lateness(
    rng: np.random.Generator, region: Ints, day: Ints, earlier: int, calendar: Calendar, model: Model
) -> tuple[Flags, Flags]:
    """Which orders go with the new carrier, and which will be late."""
    fix = model.carrier_fix
    helped = day >= calendar.months_before_end(fix.months_before_end)
    helped &= np.isin(region, [REGIONS.index(name) for name in fix.affected])
    chance = np.where(helped, np.take(model.late_after, region), np.take(model.late_before, region))
    return helped, rng.random(len(day)) < chance + model.late_regulars * (earlier >= 3)


def _delivery(rng: np.random.Generator, day: Ints, late: Flags) -> tuple[Ints, Ints]:
    """The day promised and the minute of delivery."""
    n = len(day)
    promised = day + rng.integers(3, 7, n)
    days_late = np.minimum(2 + rng.geometric(0.2, n), 16)
    arrival = np.where(late, promised + days_late, promised - rng.integers(0, 3, n))
    return promised, arrival * DAY + rng.integers(480, 1140, n)


def _handovers(rng: np.random.Generator, n: int, model: Model) -> Ints:
    """How often a billing case changes hands: harmless up to once."""
    twice = rng.random(n) < model.handed_over_twice
    return np.where(twice, rng.integers(2, 5, n), rng.integers(0, 2, n))
