"""Exact Shapley values of boosted trees: what each feature adds to one customer's log-odds, against a background."""

from dataclasses import dataclass
from math import factorial
from typing import Any

import numpy as np
import numpy.typing as npt

from regard.analytics.estimate import Floats

CELLS = 4_000_000  # customers times background at once: bounds memory


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree as its leaves: value of each, and the conditions on the way to each as a list of (feature, column, low,
    high, missing allowed): the leaf holds rows whose columns lie in (low, high] of every condition."""

    value: Floats
    leaf: npt.NDArray[np.intp]
    column: npt.NDArray[np.intp]
    low: Floats
    high: Floats
    missing: npt.NDArray[np.bool_]


def read_trees(model: Any) -> list[Tree]:
    """The trees of a fitted `HistGradientBoostingClassifier` of two classes without native categories."""
    return [_read_tree(trees[0].nodes) for trees in model._predictors]


def _read_tree(nodes: npt.NDArray[np.void]) -> Tree:
    values: list[float] = []
    conditions: list[tuple[int, int, float, float, bool]] = []
    waiting: list[tuple[int, dict[int, tuple[float, float, bool]]]] = [(0, {})]
    while waiting:
        at, path = waiting.pop()
        node = nodes[at]
        if node["is_leaf"]:
            conditions += [(len(values), column, *bounds) for column, bounds in path.items()]
            values.append(float(node["value"]))
            continue
        column, cut, nan_left = (
            int(node["feature_idx"]),
            float(node["num_threshold"]),
            bool(node["missing_go_to_left"]),
        )
        low, high, missing = path.get(column, (-np.inf, np.inf, True))
        waiting.append((int(node["left"]), path | {column: (low, min(high, cut), missing and nan_left)}))
        waiting.append((int(node["right"]), path | {column: (max(low, cut), high, missing and not nan_left)}))
    parts = list(zip(*conditions, strict=True)) or [(), (), (), (), ()]
    return Tree(
        np.array(values),
        leaf=np.array(parts[0], dtype=np.intp),
        column=np.array(parts[1], dtype=np.intp),
        low=np.array(parts[2], dtype=np.float64),
        high=np.array(parts[3], dtype=np.float64),
        missing=np.array(parts[4], dtype=np.bool_),
    )


def shapley_values(
    trees: list[Tree], rows: Floats, background: Floats, owner: npt.NDArray[np.intp]
) -> Floats:
    """Interventional Shapley values of the sum of the trees.

    Parameters
    ----------
    trees : list of Tree
    rows : ndarray, shape (n, columns)
        Whom to explain.
    background : ndarray, shape (m, columns)
        Whom they are compared with.
    owner : int ndarray, shape (columns,)
        Which feature each column belongs to: the columns of one feature enter together.

    Returns
    -------
    ndarray, shape (n, features)
        A row's values add up to its own sum of trees less the mean of that over the background.

    Notes
    -----
    Features outside a coalition take the values of a background row; the mean over background rows is taken. For one
    pair of rows a leaf is reached if each feature that only the customer satisfies is in the coalition and each that
    only the background row satisfies is out; with a of the former and b of the latter, and leaf value v, each of the
    former gets ``v (a-1)! b!/(a+b)!`` and each of the latter ``-v a! (b-1)!/(a+b)!``. No sampling of coalitions.

    References
    ----------
    Shapley (1953); Lundberg et al. (2020), From local explanations to global understanding with explainable AI for
    trees, Nature Machine Intelligence 2, 56-67 (interventional); Janzing, Minorics, Blöbaum (2020), AISTATS.
    """
    found = np.zeros((len(rows), int(owner.max()) + 1))
    step = max(1, CELLS // max(len(background), 1))
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        for tree in trees:
            if len(tree.leaf):
                _add_tree(found[part], tree, rows[part], background, owner)
    return found


def _add_tree(
    found: Floats, tree: Tree, rows: Floats, background: Floats, owner: npt.NDArray[np.intp]
) -> None:
    features, place = np.unique(owner[tree.column], return_inverse=True)
    for leaf, value in enumerate(tree.value):
        own = tree.leaf == leaf
        players, seat = np.unique(place[own], return_inverse=True)
        fits, other = (_meets(tree, own, seat, len(players), table) for table in (rows, background))
        only_row, only_other = fits @ (1 - other).T, (1 - fits) @ other.T
        reached = (1 - fits) @ (1 - other).T == 0
        for_row, against = _weights(len(players))
        a, b = only_row.astype(np.intp), only_other.astype(np.intp)
        plus = np.where(reached, for_row[a, b], 0.0) * value / len(background)
        minus = np.where(reached, against[a, b], 0.0) * value / len(background)
        found[:, features[players]] += fits * (plus @ (1 - other)) - (1 - fits) * (minus @ other)


def _meets(
    tree: Tree, own: npt.NDArray[np.bool_], seat: npt.NDArray[np.intp], players: int, table: Floats
) -> Floats:
    """1 where a row meets all conditions that a player has on the way to a leaf; shape (rows, players)."""
    values = table[:, tree.column[own]]
    met = np.where(np.isnan(values), tree.missing[own], (values > tree.low[own]) & (values <= tree.high[own]))
    together = np.ones((len(table), players))
    for condition, player in enumerate(seat):
        together[:, player] *= met[:, condition]
    return together


def _weights(players: int) -> tuple[Floats, Floats]:
    """(a-1)! b!/(a+b)! and a! (b-1)!/(a+b)! by a and b; 0 where there is no such player."""
    sizes = range(players + 1)
    for_row = [
        [factorial(a - 1) * factorial(b) / factorial(a + b) if a else 0.0 for b in sizes] for a in sizes
    ]
    return np.array(for_row), np.array(for_row).T
