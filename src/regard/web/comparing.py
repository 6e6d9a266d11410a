"""Two records side by side, as the review page shows them: each field, how well it agrees, what it weighs."""

from dataclasses import dataclass
from typing import Any

from regard.know.fields import FIELDS
from regard.know.models import Candidate

WEIGHT_SCALE = 12.0  # bits that fill half of a weight's bar
WORDS = {"agree": "same", "close": "similar", "differ": "differs", "alone": "only one says it"}


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
    def words(self) -> str:
        return WORDS[self.agreement]

    @property
    def bar(self) -> dict[str, str]:
        """The weight as a bar from the middle: to the right speaks for the same, to the left against."""
        reach = min(50.0, abs(self.weight or 0.0) / WEIGHT_SCALE * 50)
        left = 50.0 if (self.weight or 0) >= 0 else 50 - reach
        return {"x": f"{left:.1f}", "width": f"{reach:.1f}", "side": "for" if (self.weight or 0) >= 0 else "against"}


def pairs_of(candidate: Candidate) -> list[FieldPair]:
    """The fields that either record has, in the order of the catalogue."""
    left, right = candidate.left, candidate.right
    return [
        _pair(name, left.fields, right.fields, left.normal, right.normal, candidate.evidence.get(name))
        for name in FIELDS
        if left.fields.get(name) or right.fields.get(name)
    ]


def _pair(
    name: str, left: dict[str, Any], right: dict[str, Any], a: dict[str, Any], b: dict[str, Any], evidence: Any
) -> FieldPair:
    weight = evidence.get("weight") if isinstance(evidence, dict) else evidence
    level = str(evidence.get("level", "")) if isinstance(evidence, dict) else ""
    number = float(weight) if isinstance(weight, int | float) else None
    if not left.get(name) or not right.get(name):
        agreement = "alone"
    elif (a.get(name) or left[name]) == (b.get(name) or right[name]):
        agreement = "agree"
    else:
        agreement = "close" if number is not None and number > 0 else "differ"
    return FieldPair(name, _text(left.get(name)), _text(right.get(name)), agreement, number, level)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return "" if value is None else str(value)
