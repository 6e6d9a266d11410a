"""reviews.json: stars and words that customers left beside the products."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np

from regard.simulate.block import PRODUCTS, Block, Witness, product_number
from regard.simulate.grammar import Language
from regard.simulate.model import DAY
from regard.simulate.surveys import comment_topics


class Reviews:
    def __init__(self, folder: Path, witness: Witness, languages: dict[str, Language], seed: int) -> None:
        self._file = (folder / "reviews.json").open("w", encoding="utf-8", newline="")
        self._file.write("[")
        self._witness, self._languages = witness, languages
        self._random = random.Random(f"{seed}:reviews")
        self.rows = 0

    def write(self, block: Block) -> None:
        rng, orders = block.random_of(6), block.population.orders
        chance = 0.05 + 0.12 * orders.fault + 0.04 * orders.late + 0.08 * orders.packaging
        written = orders.delivered + rng.integers(5 * DAY, 40 * DAY, len(chance))
        rows = np.flatnonzero(
            (rng.random(len(chance)) < chance) & ~orders.cancelled & block.happened(written)
        )
        rows = rows[np.argsort(written[rows], kind="stable")]
        feeling = block.mood[rows] - 0.8 * orders.fault[rows]
        stars = np.clip(np.rint((feeling + rng.normal(0, 0.8, len(rows))) / 2 + 0.3), 1, 5).astype(int)
        for row, at, given in zip(rows.tolist(), written[rows].tolist(), stars.tolist(), strict=True):
            review = json.dumps(self._review(block, row, at, given), ensure_ascii=False)
            self._file.write((",\n" if self.rows > 1 else "\n") + review)

    def close(self) -> None:
        self._file.write("\n]\n")
        self._file.close()

    def _review(self, block: Block, row: int, at: int, stars: int) -> dict[str, Any]:
        rand, orders, person = self._random, block.population.orders, block.customer_of_order[row]
        self.rows += 1
        number, line, variant = f"R{self.rows:07d}", int(orders.line[row]), int(orders.variant[row])
        language, facts = self._languages[person.language], block.facts(row)
        topics = comment_topics(rand, block.grievances[row], stars >= 4)
        text = language.note(topics[0], facts) if rand.random() < 0.5 else language.remark(topics, facts)
        self._witness("reviews.json", number, person.number)
        named = rand.random() < 0.75
        return {
            "review": number,
            "product": product_number(line, variant),
            "product_name": PRODUCTS[line][variant],
            "stars": stars,
            "title": language.subject(topics[0], facts) if rand.random() < 0.5 else None,
            "text": text,
            "author": person.name if named else f"{person.given} {person.family[0]}.",
            "email": block.email_of(row) if rand.random() < 0.7 else None,
            "order": facts.order if rand.random() < 0.5 else None,
            "written": block.calendar.utc(at),
        }
