"""What a linkage run has learnt, as plain data that can be kept and used again."""

import json
from dataclasses import asdict, dataclass

from regard.errors import InputError
from regard.know.linkage.comparisons import BY_NAME, Comparison
from regard.know.linkage.household import Household
from regard.know.linkage.keys import KEY_NUMBERS, KEYS, Rule
from regard.know.linkage.training import Probabilities

FORMAT = 1


@dataclass(frozen=True)
class Thresholds:
    """From `link` up two records are one person; from `review` up a person decides."""

    link: float = 0.92
    review: float = 0.08


@dataclass(frozen=True)
class Model:
    """Everything needed to score pairs: probabilities per comparison and level, prior, household, rules."""

    probabilities: Probabilities
    trained: tuple[str, ...]
    prior: float
    household: Household
    rules: tuple[Rule, ...]
    thresholds: Thresholds
    records: int  # how many it was learnt from
    namesakes: bool = True  # whether people of one full name live together in these data

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        return tuple(BY_NAME[name] for name in self.probabilities)

    def to_json(self) -> str:
        """The model as text; rules by the names of their keys."""
        rules = [[KEYS[key].name for key in rule.keys] for rule in self.rules]
        return json.dumps({"format": FORMAT, **asdict(self), "rules": rules})

    @classmethod
    def from_json(cls, text: str) -> "Model":
        """Read what `to_json` wrote; a model of another format must be learnt anew."""
        data = json.loads(text)
        if data.get("format") != FORMAT:
            raise InputError("This linkage model is of another version.", hint="Run the linkage without it.")
        return cls(
            probabilities={name: (m, u) for name, (m, u) in data["probabilities"].items()},
            trained=tuple(data["trained"]),
            prior=data["prior"],
            household=Household(**data["household"]),
            rules=tuple(Rule(tuple(KEY_NUMBERS[name] for name in names)) for names in data["rules"]),
            thresholds=Thresholds(**data["thresholds"]),
            records=data["records"],
            namesakes=data.get("namesakes", True),
        )
