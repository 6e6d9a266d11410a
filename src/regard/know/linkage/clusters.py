"""From pairs to persons: join the surest pairs first, and never join what contradicts itself."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
LogOdds = Callable[[Ids, Ids], Floats]

LARGEST_CHECKED = 60  # members; a larger person is joined by its direct evidence alone
MOST_FOR, MOST_AGAINST = (
    5.0,
    20.0,
)  # log2 odds that one pair of members may bring: a contradiction counts more


@dataclass(frozen=True)
class Group:
    """Records that edges hold together, the edges, and the log2 odds of every pair of members."""

    members: Ids
    edges: Ids
    odds: Floats


def refuse_edges(left: Ids, right: Ids, probability: Floats, log_odds: LogOdds) -> npt.NDArray[np.bool_]:
    """Which edges would join records that contradict each other; `log_odds` judges any two records."""
    refused = np.zeros(left.size, bool)
    if not left.size:
        return refused
    for group in _doubtful_groups(left, right, log_odds):
        place = _join_surest_first(group, left, right, probability)
        for edge in group.edges:
            refused[edge] = place[left[edge]] != place[right[edge]]
    return refused


def label_components(left: Ids, right: Ids, ids: Ids) -> Ids:
    """For each id (sorted, distinct) the smallest id it is connected with."""
    ends = np.searchsorted(ids, left), np.searchsorted(ids, right)
    graph = coo_matrix((np.ones(left.size, np.int8), ends), shape=(ids.size, ids.size))
    _, component = connected_components(graph, directed=False)
    smallest = np.full(component.max() + 1 if component.size else 0, np.iinfo(np.int64).max)
    np.minimum.at(smallest, component, ids)
    labels: Ids = smallest[component]
    return labels


def _doubtful_groups(left: Ids, right: Ids, log_odds: LogOdds) -> list[Group]:
    """Groups of three or more in which some two members do not go together."""
    ids = np.unique(np.concatenate([left, right]))
    label = label_components(left, right, ids)
    _, number, sizes = np.unique(label, return_inverse=True, return_counts=True)
    order = np.argsort(number, kind="stable")
    starts = np.r_[0, np.cumsum(sizes)]
    pairs = [_pairs_within(size, starts[:-1][sizes == size]) for size in range(3, LARGEST_CHECKED + 1)]
    first, second = (np.concatenate(side) for side in zip(*pairs, strict=True))
    if not first.size:
        return []
    ordered = ids[order]
    odds = log_odds(ordered[first], ordered[second])
    of_pair = number[order][first]
    doubtful = np.unique(of_pair[odds < 0])
    of_edge = number[np.searchsorted(ids, left)]
    edge_order, pair_order = np.argsort(of_edge, kind="stable"), np.argsort(of_pair, kind="stable")
    groups = []
    for group in doubtful:
        edges = edge_order[slice(*np.searchsorted(of_edge[edge_order], [group, group + 1]))]
        inside = pair_order[slice(*np.searchsorted(of_pair[pair_order], [group, group + 1]))]
        members = ordered[starts[group] : starts[group + 1]]
        table = np.zeros((members.size, members.size))
        table[first[inside] - starts[group], second[inside] - starts[group]] = odds[inside]
        groups.append(Group(members, edges, table + table.T))
    return groups


def _pairs_within(size: int, starts: Ids) -> tuple[Ids, Ids]:
    first, second = np.triu_indices(size, 1)
    return (starts[:, None] + first).ravel(), (starts[:, None] + second).ravel()


def _join_surest_first(group: Group, left: Ids, right: Ids, probability: Floats) -> dict[int, int]:
    """Each member's part of the group: two parts join unless their members on the whole speak against it."""
    position = {int(member): number for number, member in enumerate(group.members)}
    parts = {number: [number] for number in position.values()}
    part_of = list(parts)
    odds = np.clip(group.odds, -MOST_AGAINST, MOST_FOR)
    for edge in group.edges[np.argsort(-probability[group.edges], kind="stable")]:
        one, other = part_of[position[int(left[edge])]], part_of[position[int(right[edge])]]
        if one == other or odds[np.ix_(parts[one], parts[other])].sum() <= 0:
            continue
        for number in parts[other]:
            part_of[number] = one
        parts[one] += parts.pop(other)
    return {member: part_of[number] for member, number in position.items()}
