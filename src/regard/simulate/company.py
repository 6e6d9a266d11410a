"""Writes the simulated company: every department's file, and the truth behind them."""

import random
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from regard.errors import InputError
from regard.simulate.block import Block, Desk
from regard.simulate.calls import Calls
from regard.simulate.changes import write_changes
from regard.simulate.crm import Crm
from regard.simulate.grammar import load_languages
from regard.simulate.mailbox import Mailbox
from regard.simulate.model import Calendar, Model
from regard.simulate.people import Registry
from regard.simulate.population import blocks, simulate_block
from regard.simulate.reviews import Reviews
from regard.simulate.shop import Shop
from regard.simulate.staff import Staff
from regard.simulate.surveys import Csat, Nps
from regard.simulate.tickets import Tickets
from regard.simulate.truth import Chronicle, Truth

SMALLEST, LARGEST = 100, 1_000_000


def write_company(
    folder: Path,
    *,
    customers: int,
    seed: int,
    as_of: date,
    model: Model | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Truth:
    """Write all departmental files of a company with `customers` customers whose history ends before `as_of`.

    The same arguments give the same bytes. Customers are simulated in blocks, so memory does not grow
    with their number. `progress` is called with customers written and customers wanted.
    """
    if not SMALLEST <= customers <= LARGEST:
        hint = f"Ask for {SMALLEST} to {LARGEST:,}."
        raise InputError(f"{customers} customers cannot be simulated.", hint=hint)
    model = model or Model()
    calendar = Calendar(as_of, model)
    folder.mkdir(parents=True, exist_ok=True)
    truth = Truth(seed, str(as_of), str(calendar.start), customers, horizon_days=model.horizon_days)
    registry = Registry(seed)
    write_changes(folder, model, calendar)
    with ExitStack() as stack:
        chronicle = Chronicle(folder, truth, model, calendar)
        stack.callback(chronicle.close)
        desks = _open_desks(folder, chronicle, registry, customers, seed, model)
        for desk in desks:
            stack.callback(desk.close)
        first_order, first_ticket = 1, 1
        for first, size in blocks(customers):
            population = simulate_block(first, size, seed, as_of, model)
            block = Block(
                population, registry.introduce(population.customers), first_order, first_ticket, seed
            )
            for desk in (*desks, chronicle):
                desk.write(block)
            first_order += len(population.orders.person)
            first_ticket += len(block.tickets)
            if progress:
                progress(first + size, customers)
        chronicle.finish()
    return truth


def _open_desks(
    folder: Path, chronicle: Chronicle, registry: Registry, customers: int, seed: int, model: Model
) -> list[Desk]:
    languages = load_languages(random.Random(f"{seed}:words"))
    staff, witness = Staff(customers, seed), chronicle.witness
    staff.write(folder)
    return [
        Crm(folder, witness, registry, seed),
        Shop(folder, witness),
        Tickets(folder, witness, languages, staff, seed),
        Mailbox(folder, witness, languages, staff, seed),
        Nps(folder, witness, languages, model, seed),
        Csat(folder, witness, languages, model, seed),
        Reviews(folder, witness, languages, seed),
        Calls(folder, witness, staff, seed),
    ]
