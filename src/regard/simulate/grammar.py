"""What people write: sentences grown from the phrase lists of a language, with the slips that people make."""

import random
import re
from dataclasses import dataclass
from typing import Any

from regard.simulate.people import load_words

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Facts:
    """What a text may mention."""

    product: str = ""
    line: str = ""
    order: str = ""
    name: str = ""
    days: int = 5


class Language:
    """The phrases of one language, ready to be grown."""

    def __init__(self, name: str, rand: random.Random) -> None:
        words = load_words(name)
        self._random = rand
        self._slots: dict[str, list[list[str]]] = {k: _compile(v) for k, v in words["words"].items()}
        self._topics = {
            topic: {part: _compile(lines) for part, lines in parts.items()}
            for topic, parts in words["topics"].items()
        }
        self._frame = {part: _compile(lines) for part, lines in words["frame"].items()}

    def subject(self, topic: str, facts: Facts) -> str:
        return self._grow(self._topics[topic]["subject"], facts)

    def letter(self, topic: str, facts: Facts, *, also: str = "", signed: bool = True) -> str:
        """A message with greeting and signature: the point, details, a wish, sometimes a second matter."""
        rand, body = self._random, self._body(topic, facts, also)
        greeting = self._grow(self._frame["greeting"], facts)
        opening = self._grow(self._frame["opening"], facts) + " " if rand.random() < 0.4 else ""
        closing = self._grow(self._frame["closing"], facts)
        signature = f"\n{facts.name}" if signed else ""
        return f"{greeting}\n\n{self._slip(opening + body)}\n\n{closing}{signature}"

    def note(self, topic: str, facts: Facts, *, also: str = "") -> str:
        """A ticket text or a review: no frame, one to five sentences."""
        return self._slip(self._body(topic, facts, also))

    def remark(self, topics: list[str], facts: Facts) -> str:
        """A survey comment: short, often a fragment, the topics one after another."""
        rand = self._random
        text = " ".join(self._grow(self._topics[topic]["short"], facts) for topic in topics)
        good = "_good" if topics[0] == "praise" else ""
        if rand.random() < 0.25:
            text = self._grow(self._frame[f"lead{good}"], facts) + text
        if rand.random() < 0.25:
            text += " " + self._grow(self._frame[f"tail{good}"], facts)
        if rand.random() < 0.25:
            text = text.lower().rstrip(".!")
        return self._slip(text)

    def reply(self, topic: str, facts: Facts, agent: str) -> str:
        """What the company answers."""
        parts = [self._grow(self._frame[part], facts) for part in ("dear", "thanks")]
        answer = self._grow(self._topics[topic].get("answer") or self._frame["answer"], facts)
        return f"{parts[0]}\n\n{parts[1]} {answer}\n\n{self._grow(self._frame['regards'], facts)}\n{agent}"

    def _body(self, topic: str, facts: Facts, also: str) -> str:
        rand, parts = self._random, self._topics[topic]
        sentences = [self._grow(parts["point"], facts)]
        if rand.random() < 0.65:
            sentences.append(self._grow(parts["detail"], facts))
        if rand.random() < 0.55:
            sentences.append(self._grow(self._frame["context"], facts))
        if rand.random() < 0.3:
            sentences.append(self._grow(self._frame["aside"], facts))
        if rand.random() < 0.55:
            sentences.append(self._grow(parts.get("wish") or self._frame["wish"], facts))
        if also:
            sentences.append(
                self._grow(self._frame["besides"], facts)
                + " "
                + self._grow(self._topics[also]["point"], facts)
            )
        return " ".join(sentences)

    def _grow(self, choices: list[list[str]], facts: Facts) -> str:
        rand = self._random
        parts = choices[int(rand.random() * len(choices))]
        if len(parts) == 1:
            return parts[0]
        grown = [
            part
            if not i % 2
            else self._grow(self._slots[part], facts)
            if part in self._slots
            else str(getattr(facts, part))
            for i, part in enumerate(parts)
        ]
        text = "".join(grown)
        return text[:1].upper() + text[1:]

    def _slip(self, text: str) -> str:
        """Now and then two letters change places, one is lost or doubled."""
        rand = self._random
        while rand.random() < 0.18:
            at = rand.randrange(max(1, len(text) - 2))
            pair = text[at : at + 2]
            if len(pair) == 2 and pair.isalpha():
                slipped = (pair[::-1], pair[1], pair[0] + pair)[rand.randrange(3)]
                text = text[:at] + slipped + text[at + 2 :]
        return text


def load_languages(rand: random.Random) -> dict[str, Language]:
    return {name: Language(name, rand) for name in ("en", "de", "fr")}


def _compile(lines: Any) -> list[list[str]]:
    """Each line cut at its slots: text, slot, text, slot, text."""
    return [_SLOT.split(line) for line in lines]
