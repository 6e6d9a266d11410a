"""The other explanation of a likeness: not the same person, but one of the same household.

Splink asks "the same person, or strangers?" and adds up evidence as if each field agreed on its own.
Among people who live together surname, address and phone agree at once, so its EM takes them for true
pairs. Here there are three explanations: one person (probabilities m), strangers (u), one household (h):

    odds = 1 / (2^-weight + H/M * product of h/m over the fields)

m, h, the ratio H/M and the number M of true pairs are settled by EM on the scored pairs; u stays as
Splink sampled it. Given name, birth date and national id keep a fixed h (people of a household differ
in them, but for namesakes and twins): they are what makes the explanation a household and keeps it from
swallowing badly typed true pairs.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regard.know.linkage.comparisons import BY_NAME
from regard.know.linkage.scoring import Floats, Levels, Scored
from regard.know.linkage.training import Probabilities

ROUNDS = 40
MOST_PAIRS = 200_000
MOST_SHIFT = 4.0  # log2
DOUBT = 0.002  # no level is impossible because it was not seen: people move and marry
PRIOR_PAIRS = 5.0  # what is not seen weighs as so many pairs of the prior


@dataclass(frozen=True)
class Household:
    """How many household pairs there are per true pair, and the level probabilities among them."""

    ratio: float
    levels: dict[str, list[float]]


NO_HOUSEHOLDS = Household(0.0, {})


@dataclass(frozen=True)
class Settled:
    """What the three explanations leave of the model; `shift` is log2 of how many times more true pairs."""

    probabilities: Probabilities
    household: Household
    shift: float


@dataclass(frozen=True)
class Patterns:
    """The distinct combinations of levels, and which of them each pair shows: far fewer than pairs."""

    levels: Levels
    of_pair: npt.NDArray[np.int64]


def settle(scored: Scored, learnt: Probabilities, *, true_pairs: float, seed: int = 7) -> Settled:
    """EM over the three explanations; `true_pairs` is the first guess at how many there are."""
    share = min(MOST_PAIRS / max(scored.weight.size, 1), 1.0)
    if share < 1:
        rows = np.random.default_rng(seed).choice(scored.weight.size, MOST_PAIRS, replace=False)
        scored = scored.take(rows)
    patterns = _find_patterns(scored)
    settled = _first_guess(learnt)
    guess = settled
    for _ in range(ROUNDS):
        settled = _one_round(scored.weight, patterns, learnt, settled, guess, true_pairs * share)
    return settled


def _find_patterns(scored: Scored) -> Patterns:
    code = np.zeros(scored.weight.size, np.int64)
    for name, levels in scored.levels.items():
        code = code * (len(BY_NAME[name].levels) + 1) + levels + 1
    _, first, of_pair = np.unique(code, return_index=True, return_inverse=True)
    return Patterns({name: levels[first] for name, levels in scored.levels.items()}, of_pair)


def _first_guess(learnt: Probabilities) -> Settled:
    """What is personal starts from the priors, because Splink's EM may have learnt it from households."""
    probabilities: Probabilities = {}
    levels: dict[str, list[float]] = {}
    for name, (m, u) in learnt.items():
        comparison = BY_NAME[name]
        if comparison.kin:
            prior = np.array([level.m for level in comparison.levels])
            kin = np.maximum(comparison.kin, u)
            probabilities[name] = ((prior / prior.sum()).tolist(), u)
            levels[name] = (kin / kin.sum()).tolist()
        else:
            probabilities[name] = (m, u)
            levels[name] = (0.65 * np.array(m) + 0.35 * np.array(u)).tolist()
    personal = any(BY_NAME[name].kin and name != "national_id" for name in learnt)
    return Settled(probabilities, Household(0.3, levels) if personal else NO_HOUSEHOLDS, 0.0)


def _one_round(
    weight: Floats,
    patterns: Patterns,
    learnt: Probabilities,
    now: Settled,
    guess: Settled,
    true_pairs: float,
) -> Settled:
    change = _by_level(patterns.levels, learnt, {n: m for n, (m, _) in now.probabilities.items()})
    strangers = np.exp2(np.clip(-(weight + now.shift + change[patterns.of_pair]), -60, 60))
    kin = np.exp2(np.clip(household_weight(patterns.levels, now.probabilities, now.household), -60, 60))
    same = 1 / (1 + strangers + kin[patterns.of_pair])
    same = np.bincount(patterns.of_pair, weights=same)
    kin *= same
    probabilities: Probabilities = {}
    levels: dict[str, list[float]] = {}
    for name, (m, u) in guess.probabilities.items():
        probabilities[name] = (_shares(patterns.levels[name], same, m), u)
        if name in guess.household.levels:
            first = guess.household.levels[name]
            levels[name] = first if BY_NAME[name].kin else _shares(patterns.levels[name], kin, first)
    shift = np.clip(np.log2((same.sum() + 1) / (true_pairs + 1)), -MOST_SHIFT, MOST_SHIFT)
    ratio = (kin.sum() + 0.1) / (same.sum() + 1)
    household = Household(float(ratio), levels) if levels else NO_HOUSEHOLDS
    return Settled(probabilities, household, float(shift))


def _shares(levels: npt.NDArray[np.int8], weights: Floats, prior: list[float]) -> list[float]:
    seen = np.bincount(levels + 1, weights=weights, minlength=len(prior) + 1)[1:]  # level -1: missing
    counts = seen + PRIOR_PAIRS * np.array(prior)
    return [float(share) for share in (1 - DOUBT) * counts / counts.sum() + DOUBT * np.array(prior)]


def _by_level(levels: Levels, below: Probabilities, above: dict[str, list[float]]) -> Floats:
    """Sum over the fields of log2(above / m below) at each level; missing says nothing."""
    weight = np.zeros(next(iter(levels.values())).size)
    for name, shares in above.items():
        by_level = np.append(np.log2(np.array(shares) / np.array(below[name][0])), 0.0)
        weight += by_level[levels[name]]  # level -1 takes the last entry
    return weight


def household_weight(levels: Levels, probabilities: Probabilities, household: Household) -> Floats:
    """log2 of the odds that a pair at these levels is of one household rather than one person."""
    start = np.log2(household.ratio) if household.ratio else -np.inf
    return start + _by_level(levels, probabilities, household.levels)


def match_probability(
    scored: Scored, probabilities: Probabilities, household: Household
) -> tuple[Floats, Floats]:
    """The probability of one person among the three explanations, and what the household took off in log2."""
    strangers = np.exp2(np.clip(-scored.weight, -200, 200))
    kin = np.exp2(np.clip(household_weight(scored.levels, probabilities, household), -200, 200))
    return 1 / (1 + strangers + kin), -np.log2(strangers + kin) - scored.weight
