"""The other explanation of a likeness: not the same person, but one of the same household.

Splink asks "the same person, or strangers?" and adds up evidence as if each field agreed on its own.
Among people who live together surname, address and phone agree at once. So there are three
explanations: same person (probabilities m), strangers (u), one household (h), and

    odds = 1 / (2^-weight + H/M * product of h/m over the fields)

h and the ratio H/M are learnt by EM from the scored pairs. Given name, birth date and national id keep
fixed h (people of a household differ in them, but for namesakes and twins): they are what makes the
explanation a household and keeps it from swallowing badly typed true pairs.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regard.know.linkage.comparisons import BY_NAME
from regard.know.linkage.scoring import Floats, Scored
from regard.know.linkage.training import Probabilities

ROUNDS = 30
MOST_PAIRS = 200_000
PRIOR_PAIRS = 5.0  # what is not seen weighs as so many pairs of the prior


@dataclass(frozen=True)
class Household:
    """How many household pairs there are per true pair, and the level probabilities among them."""

    ratio: float
    levels: dict[str, list[float]]


NO_HOUSEHOLDS = Household(0.0, {})


def learn_household(scored: Scored, probabilities: Probabilities, *, seed: int = 7) -> Household:
    """EM for the household explanation, with m, u and the strangers' odds as Splink found them."""
    anchors = [name for name in probabilities if BY_NAME[name].kin and name != "national_id"]
    if not anchors or not scored.weight.size:
        return NO_HOUSEHOLDS
    if scored.weight.size > MOST_PAIRS:
        rows = np.random.default_rng(seed).choice(scored.weight.size, MOST_PAIRS, replace=False)
        scored = scored.take(rows)
    start = {name: _start(name, probabilities[name]) for name in probabilities}
    household = Household(0.3, {name: levels.tolist() for name, levels in start.items()})
    for _ in range(ROUNDS):
        household = _one_round(scored, probabilities, household, start)
    return household


def _start(name: str, learnt: tuple[list[float], list[float]]) -> Floats:
    """Before learning: what is shared agrees as often as in one person, mixed with a third that is not."""
    kin = BY_NAME[name].kin
    if kin:
        return np.array(kin) / sum(kin)
    m, u = np.array(learnt[0]), np.array(learnt[1])
    return 0.65 * m + 0.35 * u


def _one_round(
    scored: Scored, probabilities: Probabilities, household: Household, start: dict[str, Floats]
) -> Household:
    against_strangers = np.exp2(np.clip(-scored.weight, -60, 60))
    against_household = np.exp2(np.clip(household_weight(scored, probabilities, household), -60, 60))
    total = 1 + against_strangers + against_household
    same, kin = 1 / total, against_household / total
    levels: dict[str, list[float]] = {}
    for name, prior in start.items():
        if BY_NAME[name].kin:
            levels[name] = prior.tolist()
            continue
        seen = scored.levels[name]
        counts = (
            np.bincount(seen[seen >= 0], weights=kin[seen >= 0], minlength=prior.size) + PRIOR_PAIRS * prior
        )
        levels[name] = (counts / counts.sum()).tolist()
    return Household(float((kin.sum() + 0.1) / (same.sum() + 1)), levels)


def household_weight(scored: Scored, probabilities: Probabilities, household: Household) -> Floats:
    """log2 of the odds that a pair is of one household rather than one person."""
    weight = np.full(scored.weight.size, np.log2(household.ratio) if household.ratio else -np.inf)
    for name, levels in household.levels.items():
        by_level = np.append(np.log2(np.array(levels) / np.array(probabilities[name][0])), 0.0)
        weight += by_level[scored.levels[name]]  # level -1 (missing) says nothing: the last entry
    return weight


def match_probability(
    scored: Scored, probabilities: Probabilities, household: Household
) -> tuple[Floats, npt.NDArray[np.float64]]:
    """The probability of one person among the three explanations, and what the household took off in log2."""
    strangers = np.exp2(np.clip(-scored.weight, -200, 200))
    kin = np.exp2(np.clip(household_weight(scored, probabilities, household), -200, 200))
    return 1 / (1 + strangers + kin), -np.log2(strangers + kin) - scored.weight
