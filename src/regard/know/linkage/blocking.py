"""Choose the rules by which records meet, from how often the data's own values occur, never by name.

A rule is a set of keys. Its cost is the number of pairs its groups give; a rule above its share of the
budget is tightened by a further key or dropped. Its worth is how many of the pilot's close pairs it
finds that no cheaper rule has found.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from regard.know.linkage.keys import KEYS, Hashes, Rows, Rule, count_pairs, find_pairs, unite_pairs

PILOT_RECORDS = 100_000
PILOT_PAIRS_PER_RECORD = 40
LARGEST_GROUP = 100  # a key that more records share is no evidence worth the pairs
PAIRS_PER_RECORD_A_RULE = 4
PAIRS_PER_RECORD = 12
FREE_PAIRS = 200_000  # small data may try nearly everything
FREE_PAIRS_A_RULE = 20_000
WORTHWHILE = 0.0003  # a rule must find this share of the close pairs that no other has found
YIELD = 0.01  # and one in so many of its pairs must be such, once pairs cost time
BEYOND_CHANCE, WORTH_A_LOOK = 3.0, -1.5  # log2 odds of a pilot's pair
FEW_CLOSE = 0.01  # where so few records have a pair beyond chance, one agreeing field has to do
MOST_RULES = 20


@dataclass(frozen=True)
class RuleReport:
    """What a rule costs and gives, as estimated on the pilot."""

    rule: str
    expected_pairs: int
    new_close_pairs: int


@dataclass(frozen=True)
class Pilot:
    """A sample of the records, the pairs that affordable rules find in it and which of them look true."""

    rows: Rows
    keys: list[Hashes]
    records: int
    rules: tuple[Rule, ...]
    costs: tuple[int, ...]  # pairs each rule gives among the sampled records
    agreement: npt.NDArray[np.bool_]  # keys x pairs
    close: npt.NDArray[np.bool_]  # may be one person, or one household
    likely: npt.NDArray[np.bool_]  # beyond chance, and agree on who it is, not only on where

    @property
    def scale(self) -> float:
        return float((max(self.records, 1) / max(self.rows.size, 1)) ** 2)

    def finds(self, rule: Rule) -> npt.NDArray[np.bool_]:
        """Which of the pilot's pairs the rule would find."""
        return _agree_on(rule, self.agreement)

    @property
    def match_prior(self) -> float:
        """The probability that two random records are of one person, from the likely pairs."""
        possible = self.rows.size * (self.rows.size - 1) / 2
        return float(np.clip(max(self.likely.sum(), 1) / max(possible, 1), 1e-12, 0.2))


def _agree_on(rule: Rule, agreement: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = np.logical_and.reduce([agreement[key] for key in rule.keys])
    return found


def run_pilot(keys: list[Hashes], *, seed: int = 7) -> Pilot:
    """Try all affordable rules on a sample of the records."""
    records = keys[0].size
    rows = np.arange(records)
    if records > PILOT_RECORDS:
        rows = np.sort(np.random.default_rng(seed).choice(records, PILOT_RECORDS, replace=False))
    sampled = [key[rows] for key in keys]
    rules, costs = _affordable_rules(sampled, records)
    found: list[tuple[Rows, Rows]] = []
    allowance = max(PILOT_PAIRS_PER_RECORD * rows.size, FREE_PAIRS)
    for rule, cost in sorted(zip(rules, costs, strict=True), key=lambda item: item[1]):
        allowance -= cost
        if allowance < 0:
            break
        found.append(find_pairs(rule.hashes(sampled), LARGEST_GROUP))
    left, right = unite_pairs(found, rows.size)
    ends = [(key[left], key[right]) for key in sampled]
    known = np.array([(one != 0) & (other != 0) for one, other in ends])
    agreement = np.array([one == other for one, other in ends]) & known
    odds = _rarity_odds(sampled, agreement, known, records)
    personal = [number for number, key in enumerate(KEYS) if key.personal]
    close = odds > BEYOND_CHANCE
    likely = close & agreement[personal].any(axis=0)
    if close.sum() < FEW_CLOSE * rows.size:
        close = odds > WORTH_A_LOOK
    return Pilot(rows, sampled, records, tuple(rules), tuple(costs), agreement, close, likely)


def _affordable_rules(keys: list[Hashes], records: int) -> tuple[list[Rule], list[int]]:
    """The widest rules within the budget: a rule that affords itself is not tightened further."""
    sample = keys[0].size
    limit = max(PAIRS_PER_RECORD_A_RULE * records, FREE_PAIRS_A_RULE) * (sample / max(records, 1)) ** 2
    rules: list[Rule] = []
    costs: list[int] = []
    dear: list[tuple[int, ...]] = [()]
    for size in (1, 2, 3):
        still_dear: list[tuple[int, ...]] = []
        dear_before = set(dear)
        for combination in combinations(range(len(KEYS)), size):
            rule = Rule(combination)
            narrower = combinations(combination, size - 1)
            if len(rule.topics) < size or any(c not in dear_before for c in narrower):
                continue
            inside, above = count_pairs(rule.hashes(keys), LARGEST_GROUP)
            if inside + above <= limit:
                if inside:
                    rules.append(rule)
                    costs.append(inside)
            else:
                still_dear.append(combination)
        dear = still_dear
    return rules, costs


def _rarity_odds(
    keys: list[Hashes], agreement: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_], records: int
) -> npt.NDArray[np.float64]:
    """log2 odds from how rare each agreement is: of a topic the rarest counts, a difference costs 3."""
    sample = keys[0].size
    possible = max(sample * (sample - 1) / 2, 1)
    rarity = np.array([-np.log2(max(sum(count_pairs(key, sample)), 1) / possible) for key in keys])
    score = np.full(agreement.shape[1], -np.log2(max(records, 2)))
    for topic in sorted({key.topic for key in KEYS} - {"names"}):
        rows = [number for number, key in enumerate(KEYS) if key.topic == topic]
        gain = np.max([agreement[row] * rarity[row] for row in rows], axis=0)
        differs = known[rows].any(axis=0) & ~agreement[rows].any(axis=0)
        score += gain - 3 * differs
    return score


def choose_rules(pilot: Pilot) -> tuple[tuple[Rule, ...], tuple[RuleReport, ...]]:
    """The cheapest rules that together find the close pairs; with pairs to spare, each of them twice."""
    agreement = pilot.agreement[:, pilot.close]
    finds = [_agree_on(rule, agreement) for rule in pilot.rules]
    costs = np.array(pilot.costs, dtype=float)
    total = max(agreement.shape[1], 1)
    times_found = np.zeros(agreement.shape[1], np.int64)
    chosen: list[int] = []
    reports: list[RuleReport] = []
    budgets = (max(PAIRS_PER_RECORD * pilot.records, FREE_PAIRS), FREE_PAIRS)
    for enough, budget in zip((1, 2), budgets, strict=True):
        left = budget / pilot.scale - (costs[chosen].sum() if enough > 1 else 0)
        while len(chosen) < MOST_RULES:
            wanting = times_found < enough
            worth = np.array([np.count_nonzero(found & wanting) for found in finds], dtype=float)
            worth[chosen] = 0
            worth[costs > left] = 0
            worth[(worth < YIELD * costs) & (costs > FREE_PAIRS / pilot.scale)] = 0
            if not worth.size or worth.max() < max(WORTHWHILE * total, 1):
                break
            best = int(np.argmax(worth / (costs + 0.02 * pilot.rows.size) ** 0.8))
            chosen.append(best)
            left -= costs[best]
            times_found += finds[best]
            expected = int(costs[best] * pilot.scale)
            reports.append(RuleReport(pilot.rules[best].label, expected, int(worth[best])))
    return tuple(pilot.rules[number] for number in chosen), tuple(reports)


def choose_training_rules(pilot: Pilot, *, most: int = 3, most_pairs: int = 300_000) -> tuple[Rule, ...]:
    """Rules for training: between them no topic is always fixed, and each gives true and false pairs."""
    candidates = []
    for rule, cost in zip(pilot.rules, pilot.costs, strict=True):
        likely = np.count_nonzero(pilot.finds(rule) & pilot.likely)
        if likely >= 5 and cost <= most_pairs and all(KEYS[key].trains for key in rule.keys):
            purity = likely / max(cost, 1)
            mixed = min(purity, 0.9) if purity <= 0.98 else 0.5
            candidates.append((likely * (0.3 + mixed), rule))
    candidates.sort(key=lambda item: (-item[0], item[1].keys))
    chosen: list[Rule] = []
    for _, rule in candidates:
        used = frozenset[str]().union(*(c.topics for c in chosen))
        if not (rule.topics & used):
            chosen.append(rule)
        if len(chosen) == most:
            break
    return tuple(chosen)


def block(
    rules: tuple[Rule, ...], keys: list[Hashes], new: npt.NDArray[np.bool_] | None = None
) -> tuple[Rows, Rows]:
    """The distinct pairs of rows that meet under any rule."""
    return unite_pairs([find_pairs(rule.hashes(keys), LARGEST_GROUP, new) for rule in rules], keys[0].size)
