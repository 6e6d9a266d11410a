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


class Calls:
    def __init__(self, folder: Path, witness: Witness, staff: Staff, seed: int) -> None:
        self._file = (folder / "calls.csv").open("w", encoding="utf-8", newline="")
        self._table = csv.writer(self._file, delimiter="\t")
        self._table.writerow(
            (
                "call",
                "started",
                "direction",
                "number",
                "department",
                "agent",
                "wait_seconds",
                "talk_seconds",
                "outcome",
            )
        )
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
            rng.gamma(2.2, 110, n).astype(int),
            rng.random(n),
        )
        rand, calendar = self._random, block.calendar
        for row, topic, at, wait, talk, chance in zip(*(column.tolist() for column in columns), strict=True):
            self.rows += 1
            number, person = f"L{self.rows:07d}", block.customer_of_order[row]
            gone = wait > 240 and chance < 0.6
            department = "service" if chance < 0.7 else TOPICS[topic][2]
            hidden = rand.random() < 0.06
            digits = "" if hidden else write_phone(person.phone, person.country, rand.choice((0, 0, 1, 2, 3)))
            agent = "" if gone else rand.choice(self._staff.of[department]).number
            outcome = (
                "abandoned"
                if gone
                else "solved"
                if chance < 0.62
                else "callback"
                if chance < 0.75
                else "passed on"
            )
            direction = "out" if outcome == "callback" and chance < 0.68 else "in"
            started = f"{calendar.iso[at // DAY]} {calendar.clock[at % DAY]}:{rand.randrange(60):02d}"
            self._table.writerow(
                (
                    number,
                    started,
                    direction,
                    digits,
                    department,
                    agent,
                    wait,
                    0 if gone else talk + 20,
                    outcome,
                )
            )
            if not hidden:
                self._witness("calls.csv", number, person.number)

    def close(self) -> None:
        self._file.close()
