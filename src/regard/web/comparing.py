"""Two records side by side, as the review page shows them: each field, how well it agrees, what it weighs."""

import json
from dataclasses import dataclass
from typing import Any

from regard.know.fields import FIELDS
from regard.know.queries import CandidateRow, IdentityRow

WEIGHT_SCALE = 12.0  # bits that fill half of a weight's bar
STRENGTHS = ((8.0, "strongly"), (4.0, "clearly"), (1.0, "a little"), (0.0, "hardly"))  # from so many bits
WORDS = {"agree": "same", "close": "similar", "differ": "differs", "alone": "only one says it"}
TITLES = {"email": "E-mail", "birth_date": "Date of birth", "postcode": "Post code", "ids": "Further numbers",
          "national_id": "National number", "organisation_key": "Organisation's number"}  # fmt: skip
# what is weighed beside the fields
BESIDE = {
    "prior": "Two records picked at random are rarely the same customer",
    "place": "same place",
    "household": "could be another member of the household",
}


@dataclass(frozen=True)
class FieldPair:
    """One field of both records."""

    name: str
    left: str
    right: str
    agreement: str  # "agree", "close", "differ" or "alone"
    weight: float | None  # log2 of how much likelier under "same" than under "different"
    level: str  # the linkage's own word for it

    @property
    def title(self) -> str:
        return title_of(self.name)

    @property
    def words(self) -> str:
        return WORDS[self.agreement]

    @property
    def strength(self) -> str:
        """How strongly it speaks, and for what: `speaks strongly for it`."""
        weight = self.weight or 0.0
        size = next(words for least, words in STRENGTHS if abs(weight) >= least)
        return f"speaks {size} {'for' if weight >= 0 else 'against'} it"

    @property
    def bar(self) -> dict[str, str]:
        """The weight as a bar from the middle: to the right speaks for the same, to the left against."""
        weight = self.weight or 0.0
        reach = min(50.0, abs(weight) / WEIGHT_SCALE * 50)
        left = 50.0 if weight >= 0 else 50 - reach
        return {"x": f"{left:.1f}", "width": f"{reach:.1f}", "side": "for" if weight >= 0 else "against"}


def title_of(field: str) -> str:
    """`given_name` as `Given name`."""
    return TITLES.get(field) or BESIDE.get(field) or field.replace("_", " ").capitalize()


def pairs_of(candidate: CandidateRow) -> list[FieldPair]:
    """The fields that either record has, in the order of the catalogue."""
    pairs = [_pair(name, candidate) for name in FIELDS]
    return [pair for pair in pairs if pair.left or pair.right]


def beside(candidate: CandidateRow, pairs: list[FieldPair]) -> list[FieldPair]:
    """What else was weighed."""
    shown = {
        pair.name for pair in pairs
    }  # a field that neither record says in so many words is evidence, too
    return [_pair(name, candidate) for name in candidate.weights if name not in shown]


def name_of(record: IdentityRow) -> str:
    """What a record calls its customer; failing that, the record's key."""
    fields = record.fields
    parts = (fields.get("title"), fields.get("given_name"), fields.get("family_name"))
    return (
        fields.get("name")
        or " ".join(part for part in parts if part)
        or fields.get("organisation")
        or record.person
    )


def _pair(name: str, candidate: CandidateRow) -> FieldPair:
    left, right = candidate.left.fields.get(name), candidate.right.fields.get(name)
    evidence = candidate.weights.get(name)
    found: dict[str, Any] = evidence if isinstance(evidence, dict) else {"weight": evidence}
    said = found.get("weight")
    weight = float(said) if isinstance(said, int | float) else None
    same = candidate.agreement.get(name) == "same" or (left is not None and left == right)
    for_it = weight is not None and weight > 0
    agreement = "agree" if same else "alone" if not left or not right else "close" if for_it else "differ"
    return FieldPair(name, text_of(left), text_of(right), agreement, weight, str(found.get("level", "")))


def text_of(value: Any) -> str:
    """A field as people read it: further ids, a JSON object, as `card 4711, member 12`."""
    said = value
    if isinstance(value, str) and value.startswith("{"):
        try:
            said = json.loads(value)
        except ValueError:
            return value
    if isinstance(said, dict):
        return ", ".join(f"{name.replace('_', ' ')} {each}" for name, each in said.items())
    return "" if value is None else str(value)
