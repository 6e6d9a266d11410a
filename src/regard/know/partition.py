"""Who is one customer, decided from links and distinctions alone. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from regard.know.linkage import label_components

STRENGTH = {"staff": 0, "rule": 1, "score": 2}


class Edge(NamedTuple):
    """An active link; the strongest are joined first: said by staff, by a rule, by score from the surest down."""

    left: int
    right: int
    by: str
    probability: float | None
    id: int

    @property
    def order(self) -> tuple[int, float, int]:
        return STRENGTH[self.by], -(self.probability or 0.0), self.id


def partition(
    identities: Iterable[int], edges: Iterable[Edge], distinctions: Iterable[tuple[int, int]]
) -> dict[int, int]:
    """The customer of each identity: the smallest id it is joined with.

    Links are taken strongest first; one that would bring two distinguished identities together is passed over.
    The result depends on nothing but the arguments, so undoing is leaving out.
    """
    edges, distinctions = list(edges), list(distinctions)
    ids = np.unique(np.fromiter(identities, np.int64))
    ends = np.array([(edge.left, edge.right) for edge in edges], np.int64).reshape(-1, 2)
    together = dict(zip(ids.tolist(), label_components(ends[:, 0], ends[:, 1], ids).tolist(), strict=True))
    contested = {together[left] for left, right in distinctions if together[left] == together[right]}
    if not contested:
        return together
    members = [identity for identity, root in together.items() if root in contested]
    own_edges = [edge for edge in edges if together[edge.left] in contested]
    own_distinctions = [(left, right) for left, right in distinctions if together[left] == together[right]]
    return together | _keep_apart(members, own_edges, own_distinctions)


def _keep_apart(
    identities: Iterable[int], edges: Iterable[Edge], distinctions: Iterable[tuple[int, int]]
) -> dict[int, int]:
    groups = _Groups(identities)
    for left, right in distinctions:
        groups.keep_apart(left, right)
    for edge in sorted(edges, key=lambda edge: edge.order):
        groups.join(edge.left, edge.right)
    return groups.roots()


class _Groups:
    """Disjoint sets that know which others they must not join; a set's root is its smallest member."""

    def __init__(self, identities: Iterable[int]) -> None:
        self._parent = {identity: identity for identity in identities}
        self._apart: dict[int, set[int]] = {}  # root -> distinguished identities

    def root(self, identity: int) -> int:
        found = identity
        while self._parent[found] != found:
            found = self._parent[found]
        while self._parent[identity] != found:
            self._parent[identity], identity = found, self._parent[identity]
        return found

    def keep_apart(self, left: int, right: int) -> None:
        self._apart.setdefault(left, set()).add(right)
        self._apart.setdefault(right, set()).add(left)

    def join(self, left: int, right: int) -> None:
        kept, gone = sorted((self.root(left), self.root(right)))
        if kept == gone or any(self.root(other) == kept for other in self._apart.get(gone, ())):
            return
        self._parent[gone] = kept
        if gone in self._apart:
            self._apart.setdefault(kept, set()).update(self._apart.pop(gone))

    def roots(self) -> dict[int, int]:
        return {identity: self.root(identity) for identity in self._parent}
