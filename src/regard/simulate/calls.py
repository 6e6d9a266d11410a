"""calls.csv: the telephone system's list, which knows numbers and seconds and no names."""

import csv
import random
from pathlib import Path

import numpy as np

from regard.simulate.block import Block, Witness
from regard.simulate.contacts import CHANNELS, TOPICS
from regard.simulate.model import DAY
from regard.simulate.people import write_phone
from regard.simulate.staff import Staff

HEADER = (
    "call", "started", "direction", "number", "department", "agent", "wait_seconds", "talk_seconds",
    "outcome",
)  # fmt: skip

# the exchange stands in Germany: it shows callers from abroad with their country code
STYLES = {"DE": (0, 0, 1, 2, 3), "AT": (1, 3), "CH": (1, 3), "FR": (2,), "GB": (1,)}


class Calls:
    def __init__(self, folder: Path, witness: Witness, staff: Staff, seed: int) -> None:
        self._file = (folder / "calls.csv").open("w", encoding="utf-8", newline="")
        self._table = csv.writer(self._file, delimiter="\t")
        self._table.writerow(HEADER)
        self._witness, self._staff = witness, staff
        self._random = random.Random(f"{seed}:calls")
        self.rows = 0

    def write(self, block: Block) -> None:
        """Contacts by telephone, some tickets that began with a call, some callers who hide their number."""
        contacts, rng = block.contacts, block.random_of(7)
        phoned = (contacts.channel == CHANNELS.index("phone")) | (rng.random(len(contacts.order)) < 0.2)
        contacts = contacts.take(np.flatnonzero(phoned))
        n = len(contacts.order)
        columns = (
            contacts.order,
            contacts.topic,
            contacts.opened,
            rng.exponential(95, n).astype(int),
            rng.gamma(2.2, 110, n).astype(int) + 20,
            rng.random(n),
        )
        for values in zip(*(column.tolist() for column in columns), strict=True):
            self._call(block, *values)

    def _call(self, block: Block, row: int, topic: int, at: int, wait: int, talk: int, chance: float) -> None:
        """One call. `chance`, drawn between 0 and 1, decides what came of it."""
        self.rows += 1
        rand, calendar, person = self._random, block.calendar, block.customer_of_order[row]
        number = f"L{self.rows:07d}"
        department = "service" if chance < 0.7 else TOPICS[topic][2]
        outcome = "solved" if chance < 0.62 else "callback" if chance < 0.75 else "passed on"
        direction = "out" if outcome == "callback" and chance < 0.68 else "in"
        agent = rand.choice(self._staff.of[department]).number
        if wait > 240 and chance < 0.6:
            outcome, agent, talk = "abandoned", "", 0
        digits = write_phone(person.phone, person.country, rand.choice(STYLES[person.country]))
        if rand.random() < 0.06:
            digits = ""  # a hidden number
        else:
            self._witness("calls.csv", number, person.number)
        started = f"{calendar.iso[at // DAY]} {calendar.clock[at % DAY]}:{rand.randrange(60):02d}"
        self._table.writerow((number, started, direction, digits, department, agent, wait, talk, outcome))

    def close(self) -> None:
        self._file.close()
