"""Two records side by side, as the review page shows them: each field, how well it agrees, what it weighs."""

from dataclasses import dataclass
from typing import Any

from regard.know.fields import FIELDS
from regard.know.queries import CandidateRow

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
        weight = self.weight or 0.0
        reach = min(50.0, abs(weight) / WEIGHT_SCALE * 50)
        left = 50.0 if weight >= 0 else 50 - reach
        return {"x": f"{left:.1f}", "width": f"{reach:.1f}", "side": "for" if weight >= 0 else "against"}


def pairs_of(candidate: CandidateRow) -> list[FieldPair]:
    """The fields that either record has, in the order of the catalogue, then what else was weighed."""
    names = [name for name in FIELDS if candidate.left.fields.get(name) or candidate.right.fields.get(name)]
    names += [name for name in candidate.weights if name not in names]
    return [_pair(name, candidate) for name in names]


def _pair(name: str, candidate: CandidateRow) -> FieldPair:
    left, right = candidate.left.fields.get(name), candidate.right.fields.get(name)
    evidence = candidate.weights.get(name)
    found: dict[str, Any] = evidence if isinstance(evidence, dict) else {"weight": evidence}
    said = found.get("weight")
    weight = float(said) if isinstance(said, int | float) else None
    same = candidate.agreement.get(name) == "same" or (left is not None and left == right)
    for_it = weight is not None and weight > 0
    agreement = "agree" if same else "alone" if not left or not right else "close" if for_it else "differ"
    return FieldPair(name, _text(left), _text(right), agreement, weight, str(found.get("level", "")))


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return "" if value is None else str(value)
