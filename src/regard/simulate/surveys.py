"""nps.csv after orders and csat.csv after tickets: who was asked and what came back."""

import csv
import random
from pathlib import Path

import numpy as np

from regard.simulate.block import Block, Witness
from regard.simulate.grammar import Language
from regard.simulate.model import DAY, Flags, Floats, Ints, Model

OTHER_TOPICS = ("size", "website", "price", "stock", "account", "status", "return", "care")


def answers(rng: np.random.Generator, scores: Floats, middle: float, share: float) -> Flags:
    """Who answers: about `share` of those asked, the pleased and the angry more often than the rest."""
    strength = np.abs(scores - middle)
    chance = share * (0.65 + 0.35 * strength / max(float(strength.mean()), 0.1))
    flags: Flags = rng.random(len(scores)) < chance
    return flags


def comment_topics(rand: random.Random, grievances: list[str], pleased: bool) -> list[str]:
    """What a short comment is about: mostly what went wrong, else praise or some other matter."""
    topics = [topic for topic in grievances if rand.random() < 0.85]
    if not topics:
        topics = ["praise"] if pleased else [rand.choice(("neutral", *OTHER_TOPICS))]
    if rand.random() < 0.18:
        topics.append("praise" if pleased else rand.choice(OTHER_TOPICS))
    return topics


class Nps:
    """Relationship survey, by e-mail one to three weeks after a delivery."""

    def __init__(
        self, folder: Path, witness: Witness, languages: dict[str, Language], model: Model, seed: int
    ) -> None:
        self._file = (folder / "nps.csv").open("w", encoding="utf-8-sig", newline="")
        self._table = csv.writer(self._file)
        self._table.writerow(
            ("invitation", "email", "language", "order", "invited_at", "answered_at", "score", "comment")
        )
        self._witness, self._languages, self._model = witness, languages, model
        self._random = random.Random(f"{seed}:nps")
        self.rows = 0
        self.answered = 0

    def write(self, block: Block) -> None:
        rng, orders = block.random_of(4), block.population.orders
        invited = orders.delivered + rng.integers(7 * DAY, 21 * DAY, len(orders.person))
        asked = np.flatnonzero(
            ~orders.cancelled & block.happened(invited) & (rng.random(len(invited)) < 0.35)
        )
        asked = asked[np.argsort(invited[asked], kind="stable")]
        scores = np.clip(np.rint(block.mood[asked]), 0, 10)
        replied = answers(rng, scores, 7.5, self._model.response)
        replied_at = invited[asked] + (rng.exponential(1.5, len(asked)) * DAY).astype(np.int64) + 15
        self._rows(
            block,
            asked,
            invited[asked],
            np.where(replied & block.happened(replied_at), replied_at, -1),
            scores,
        )

    def _rows(self, block: Block, asked: Ints, invited: Ints, replied: Ints, scores: Floats) -> None:
        rand, calendar = self._random, block.calendar
        for row, sent, back, score in zip(
            asked.tolist(), invited.tolist(), replied.tolist(), scores.tolist(), strict=True
        ):
            self.rows += 1
            number, person = f"N{self.rows:07d}", block.customer_of_order[row]
            line = [
                number,
                block.email_of(row),
                person.language,
                block.order_number(row),
                calendar.utc(sent),
                "",
                "",
                "",
            ]
            if back >= 0:
                self.answered += 1
                line[5:7] = calendar.utc(back), str(int(score))
                if rand.random() < 0.55:
                    topics = comment_topics(rand, block.grievances[row], score >= 8)
                    line[7] = self._languages[person.language].remark(topics, block.facts(row))
            self._table.writerow(line)
            self._witness("nps.csv", number, person.number)

    def close(self) -> None:
        self._file.close()


class Csat:
    """One question after a resolved ticket. The export falls silent before the end of the history."""

    def __init__(
        self, folder: Path, witness: Witness, languages: dict[str, Language], model: Model, seed: int
    ) -> None:
        self._file = (folder / "csat.csv").open("w", encoding="utf-8", newline="")
        self._table = csv.writer(self._file)
        self._table.writerow(("survey", "ticket", "email", "sent", "answered", "rating", "comment"))
        self._witness, self._languages, self._model = witness, languages, model
        self._random = random.Random(f"{seed}:csat")
        self.rows = 0
        self.answered = 0

    def write(self, block: Block) -> None:
        rng, contacts = block.random_of(5), block.contacts.take(block.tickets)
        until = block.calendar.end - (
            self._model.silent_days * DAY if self._model.silent_source == "csat" else 0
        )
        sent = contacts.opened + contacts.solved_after + 60
        waited = np.log(contacts.solved_after / 700)
        feeling = (
            4.3 - 0.35 * waited - 0.9 * (contacts.handovers >= 2) - 0.2 * (block.mood[contacts.order] < 6)
        )
        ratings = np.clip(np.rint(feeling + rng.normal(0, 0.8, len(sent))), 1, 5)
        replied_at = sent + (rng.exponential(0.8, len(sent)) * DAY).astype(np.int64) + 5
        replied = answers(rng, ratings, 3.5, self._model.response) & (replied_at < until)
        rand, calendar = self._random, block.calendar
        columns = (contacts.order, sent, replied_at, replied, ratings)
        for ticket, values in enumerate(
            zip(*(column.tolist() for column in columns), strict=True), block.first_ticket
        ):
            row, asked_at, back_at, came, rating = values
            if asked_at >= until:
                continue
            self.rows += 1
            number, person = f"S{self.rows:07d}", block.customer_of_order[row]
            line = [number, f"T-{ticket:07d}", block.email_of(row), calendar.utc(asked_at), "", "", ""]
            if came:
                self.answered += 1
                line[4:6] = calendar.utc(back_at), str(int(rating))
                if rand.random() < 0.35:
                    topics = comment_topics(rand, block.grievances[row], rating >= 4)
                    line[6] = self._languages[person.language].remark(topics, block.facts(row))
            self._table.writerow(line)
            self._witness("csat.csv", number, person.number)

    def close(self) -> None:
        self._file.close()
