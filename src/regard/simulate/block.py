"""What every desk of the company sees of a block of customers, and the protocol of a desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from regard.simulate.contacts import Contacts, decide_contacts
from regard.simulate.grammar import Facts
from regard.simulate.model import DAY, LINES, VARIANTS, Calendar, Flags, Floats, Ints
from regard.simulate.people import Person
from regard.simulate.population import Population

PRODUCTS = tuple(tuple(f"{line} {kind} {variant}".strip() for variant in VARIANTS) for line, kind, _ in LINES)


def product_number(line: int, variant: int) -> str:
    return f"FJ-{line + 10}{variant}"


def first_account(person: int) -> str:
    return f"K{person + 100_000}"


def second_account(person: int) -> str:
    return f"K{person + 5_000_000}"


@dataclass(frozen=True)
class Block:
    """Customers that are in memory together."""

    population: Population
    people: Sequence[Person]
    first_order: int
    first_ticket: int
    seed: int

    @property
    def calendar(self) -> Calendar:
        return self.population.calendar

    @cached_property
    def contacts(self) -> Contacts:
        return decide_contacts(self.population, self.random_of(10))

    @property
    def first_person(self) -> int:
        return self.people[0].number

    @cached_property
    def customer_of_order(self) -> list[Person]:
        people, first = self.people, self.first_person
        return [people[number - first] for number in self.population.orders.person.tolist()]

    @cached_property
    def second_account(self) -> list[bool]:
        """Which orders came in through the customer's other account."""
        later = (self.population.orders.placed // DAY % 2 == 0).tolist()
        return [
            bool(person.second_email) and odd
            for person, odd in zip(self.customer_of_order, later, strict=True)
        ]

    @cached_property
    def tickets(self) -> Ints:
        """Rows of the contacts that became tickets, in the order of their numbers."""
        return np.flatnonzero(self.contacts.channel == 0)

    @cached_property
    def mood(self) -> Floats:
        """Per order: how the customer feels about the company afterwards, about 0 to 10."""
        orders = self.population.orders
        rng = self.random_of(11)
        usual = rng.normal(8.6, 0.9, len(self.people))[orders.person - self.first_person]
        harm = 2.4 * orders.late + 3.2 * (orders.handovers >= 2) + 0.8 * orders.billing
        harm = harm + 3.4 * orders.fault + 1.3 * orders.packaging + 1.0 * orders.cancelled
        mood: Floats = usual - harm + rng.normal(0, 1.0, len(harm))
        return mood

    @cached_property
    def grievances(self) -> list[list[str]]:
        """Per order: the topics that went wrong."""
        orders = self.population.orders
        named = (
            ("late", orders.late),
            ("billing", orders.billing),
            ("fault", orders.fault),
            ("packaging", orders.packaging),
        )
        topics: list[list[str]] = [[] for _ in range(len(orders.person))]
        for topic, flags in named:
            for row in np.flatnonzero(flags).tolist():
                topics[row].append(topic)
        return topics

    def random_of(self, desk: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, self.first_person, desk])

    def order_number(self, row: int) -> str:
        return f"FV{self.first_order + row:08d}"

    def account_of(self, row: int) -> str:
        """The number of the shop account that an order came in through."""
        number = self.customer_of_order[row].number
        return second_account(number) if self.second_account[row] else first_account(number)

    def email_of(self, row: int) -> str:
        person = self.customer_of_order[row]
        return person.second_email if self.second_account[row] else person.email

    def facts(self, row: int) -> Facts:
        """What a text about an order may mention."""
        orders, person = self.population.orders, self.customer_of_order[row]
        line = int(orders.line[row])
        days = max(2, int(orders.delivered[row]) // DAY - int(orders.promised[row]))
        return Facts(
            PRODUCTS[line][int(orders.variant[row])],
            LINES[line][0],
            self.order_number(row),
            person.name,
            days,
        )

    def happened(self, minutes: Ints) -> Flags:
        return minutes < self.calendar.end


class Desk(Protocol):
    """One department's list: it writes its part of each block to its file."""

    def write(self, block: Block) -> None: ...

    def close(self) -> None: ...


class Witness(Protocol):
    """Notes which true person a record is about."""

    def __call__(self, file: str, record: str, person: int | str) -> None: ...
