from regard.know.partition import Edge, partition


def test_a_distinction_between_groups_that_nothing_joins_asks_nothing() -> None:
    edges = [Edge(1, 2, "rule", None, 1), Edge(2, 3, "score", 0.95, 2)]
    found = partition([1, 2, 3, 9], edges, [(1, 3), (2, 9)])
    assert found == {1: 1, 2: 1, 3: 3, 9: 9}
