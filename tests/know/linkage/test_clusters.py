import numpy as np

from regard.know.linkage.clusters import Floats, Ids, refuse_edges


def judge(contradicting: set[tuple[int, int]]) -> object:
    """Ten bits for any two members, but minus ten for these."""

    def log_odds(left: Ids, right: Ids) -> Floats:
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        return np.array([-10.0 if (min(pair), max(pair)) in contradicting else 10.0 for pair in pairs])

    return log_odds


def refuse(edges: list[tuple[int, int, float]], contradicting: set[tuple[int, int]]) -> list[tuple[int, int]]:
    left, right, probability = (np.array(side) for side in zip(*edges, strict=True))
    refused = refuse_edges(left, right, probability, judge(contradicting))  # type: ignore[arg-type]
    return list(zip(left[refused].tolist(), right[refused].tolist(), strict=True))


def test_members_that_go_together_are_joined() -> None:
    assert refuse([(1, 2, 0.99), (2, 3, 0.98), (7, 9, 0.95)], set()) == []


def test_a_bridge_between_two_people_keeps_its_surest_side_only() -> None:
    assert refuse([(1, 2, 0.99), (2, 3, 0.95)], {(1, 3)}) == [(2, 3)]


def test_one_contradiction_is_outvoted_by_many_agreements() -> None:
    edges = [(1, 2, 0.99), (2, 3, 0.98), (3, 5, 0.97), (2, 4, 0.96)]
    assert refuse(edges, {(1, 4)}) == []


def test_two_records_are_judged_by_their_own_edge() -> None:
    assert refuse([(1, 2, 0.99)], {(1, 2)}) == []
