"""tickets.ndjson: the service desk's export, one case a line, hand-overs as numbered columns."""

import json
import random
from pathlib import Path
from typing import Any

from regard.simulate.block import Block, Witness
from regard.simulate.contacts import TOPICS
from regard.simulate.grammar import Language
from regard.simulate.people import write_phone
from regard.simulate.staff import DEPARTMENTS, Staff


class Tickets:
    def __init__(
        self, folder: Path, witness: Witness, languages: dict[str, Language], staff: Staff, seed: int
    ) -> None:
        self._file = (folder / "tickets.ndjson").open("w", encoding="utf-8", newline="")
        self._witness, self._languages, self._staff = witness, languages, staff
        self._random = random.Random(f"{seed}:tickets")
        self.rows = 0

    def write(self, block: Block) -> None:
        contacts = block.contacts.take(block.tickets)
        columns = (contacts.order, contacts.topic, contacts.opened, contacts.handovers, contacts.solved_after)
        lines = []
        for number, values in enumerate(
            zip(*(column.tolist() for column in columns), strict=True), block.first_ticket
        ):
            ticket = self._ticket(block, f"T-{number:07d}", *values)
            lines.append(json.dumps(ticket, ensure_ascii=False, separators=(",", ":")) + "\n")
        self.rows += len(lines)
        self._file.write("".join(lines))

    def close(self) -> None:
        self._file.close()

    def _ticket(
        self, block: Block, number: str, row: int, topic: int, opened: int, handovers: int, solved_after: int
    ) -> dict[str, Any]:
        rand, calendar = self._random, block.calendar
        person, facts = block.customer_of_order[row], block.facts(row)
        name, kind, department = TOPICS[topic]
        language = self._languages[person.language]
        also = rand.choice(block.grievances[row]) if block.grievances[row] and rand.random() < 0.12 else ""
        ticket: dict[str, Any] = {"ticket": number, "kind": kind, "language": person.language}
        ticket |= {"country": person.country, "name": person.name}
        self._sender(ticket, block, row)
        ticket["order"] = facts.order if rand.random() < 0.85 else None
        ticket["subject"] = language.subject(name, facts)
        ticket["text"] = language.note(name, facts, also="" if also == name else also)
        path = self._path(department, handovers)
        reply = opened + rand.randint(10, max(11, solved_after // 2))
        solved = opened + solved_after
        ticket["opened"] = calendar.utc(opened)
        ticket["first_reply"] = calendar.utc(reply) if reply < calendar.end else None
        ticket["resolved"] = calendar.utc(solved) if solved < calendar.end else None
        reached = path[0]
        for step in range(1, len(path)):
            at = opened + solved_after * step // (len(path) + 1)
            if at < calendar.end:
                reached = path[step]
                ticket |= {
                    f"handover_{step}_at": calendar.utc(at),
                    f"handover_{step}_from": path[step - 1],
                    f"handover_{step}_to": reached,
                }
        ticket["department"] = reached
        ticket["agent"] = rand.choice(self._staff.of[reached]).number
        ticket["status"] = "resolved" if solved < calendar.end else "open"
        self._witness("tickets.ndjson", number, person.number)
        return ticket

    def _sender(self, ticket: dict[str, Any], block: Block, row: int) -> None:
        """The desk knows an e-mail address, or a telephone number, or a customer number; seldom all."""
        rand, person = self._random, block.customer_of_order[row]
        by_mail = rand.random() < 0.86
        ticket["email"] = block.email_of(row) if by_mail else None
        by_phone = not by_mail or rand.random() < 0.15
        ticket["phone"] = write_phone(person.phone, person.country, rand.randrange(4)) if by_phone else None
        if rand.random() < 0.3:
            ticket["customer_no"] = block.account_of(row)

    def _path(self, department: str, handovers: int) -> list[str]:
        """The departments a case went through, the right one last."""
        if not handovers:
            return [department]
        others = [d for d in DEPARTMENTS if d != department]
        return [
            "service" if department != "service" else "shop",
            *self._random.sample(others[1:], handovers - 1),
            department,
        ]
