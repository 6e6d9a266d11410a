import numpy as np

from regard.know.linkage.blocking import FREE_PAIRS, PAIRS_PER_RECORD, block, choose_rules, run_pilot
from regard.know.linkage.keys import KEY_NUMBERS, KEYS, Rule, count_pairs, find_pairs


def hashes(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


def test_pairs_share_a_value_and_missing_values_share_nothing() -> None:
    left, right = find_pairs(hashes([7, 0, 9, 7, 0, 7, 9]), largest=10)
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 3), (0, 5), (2, 6), (3, 5)]


def test_counting_agrees_with_finding() -> None:
    values = hashes(np.random.default_rng(1).integers(0, 60, 1000).tolist())
    inside, above = count_pairs(values, largest=16)
    assert inside == find_pairs(values, largest=16)[0].size
    assert inside + above == find_pairs(values, largest=1000)[0].size


def test_only_pairs_with_a_new_record_are_found() -> None:
    new = np.array([False, False, True, False])
    left, right = find_pairs(hashes([7, 7, 7, 7]), 10, new)
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 2), (1, 2), (2, 3)]


def test_a_rule_of_two_keys_needs_both() -> None:
    keys = [hashes([0, 0, 0])] * len(KEYS)
    keys[0], keys[3] = hashes([5, 5, 5]), hashes([8, 8, 0])
    left, right = block((Rule((0, 3)),), keys)
    assert (left.tolist(), right.tolist()) == ([0], [1])


def test_rules_follow_the_frequencies_and_not_the_names_of_fields() -> None:
    """The same informative values make the rule, whichever field holds them."""
    rng = np.random.default_rng(2)
    persons = rng.integers(1, 6_000, 12_000)
    empty = hashes([0] * persons.size)
    for informative, coarse in (("phone", "city"), ("organisation", "given name")):
        keys = [empty] * len(KEYS)
        keys[KEY_NUMBERS[informative]] = persons.astype(np.uint64)
        keys[KEY_NUMBERS[coarse]] = (persons % 5 + 1).astype(np.uint64)
        rules, _ = choose_rules(run_pilot(keys))
        assert Rule((KEY_NUMBERS[informative],)) in rules
        assert Rule((KEY_NUMBERS[coarse],)) not in rules


def test_candidate_pairs_stay_within_the_budget() -> None:
    rng = np.random.default_rng(3)
    records = 60_000
    keys = [rng.integers(1, 40 + 900 * number, records).astype(np.uint64) for number in range(len(KEYS))]
    rules, reports = choose_rules(run_pilot(keys))
    left, _ = block(rules, keys)
    assert sum(report.expected_pairs for report in reports) <= PAIRS_PER_RECORD * records + FREE_PAIRS
    assert left.size <= PAIRS_PER_RECORD * records + FREE_PAIRS
