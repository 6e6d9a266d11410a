"""Score pairs with a learnt model: Splink's match weights, then the other explanation, a shared household."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from splink import Linker

from regard.know.linkage.comparisons import Comparison, splink_settings
from regard.know.linkage.engine import Engine
from regard.know.linkage.training import Probabilities

Floats = npt.NDArray[np.float64]
Levels = dict[str, npt.NDArray[np.int8]]
LOWEST_WEIGHT = -7.0  # log2 odds below which no further evidence could save a pair


@dataclass(frozen=True)
class Scored:
    """Pairs with log2 odds against strangers, and per field the level (0 best, -1 missing) and weight."""

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    weight: Floats
    levels: Levels
    weights: dict[str, npt.NDArray[np.float32]]

    def judged_by(self, now: Probabilities, before: Probabilities, shift: float) -> "Scored":
        """The same pairs under other m probabilities and a prior shifted by so many bits."""
        weights = {}
        total = self.weight + shift
        for name, levels in self.levels.items():
            change = np.append(np.log2(np.array(now[name][0]) / np.array(before[name][0])), 0.0)[levels]
            weights[name] = (self.weights[name] + change).astype(np.float32)
            total = total + change
        return replace(self, weight=total, weights=weights)

    def take(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> "Scored":
        return Scored(
            self.left[rows],
            self.right[rows],
            self.weight[rows],
            {name: values[rows] for name, values in self.levels.items()},
            {name: values[rows] for name, values in self.weights.items()},
        )


def score_pairs(
    engine: Engine,
    comparisons: tuple[Comparison, ...],
    probabilities: Probabilities,
    prior: float,
    pairs: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    *,
    lowest: float | None = LOWEST_WEIGHT,
) -> Scored:
    """Every given pair (by unique_id) whose weight reaches `lowest`."""
    settings = splink_settings(comparisons, prior=prior, probabilities=probabilities, with_frequencies=True)
    linker = Linker(engine.register("records"), settings, log_level=None, validate_settings=False)
    blocked = pa.table(
        {"join_key_l": pairs[0], "join_key_r": pairs[1], "match_key": pa.nulls(pairs[0].size, pa.string())}
    )
    linker.table_management.register_blocked_pairs_for_predict(engine.register(blocked))
    found = linker.inference.predict(threshold_match_weight=lowest, warning_mode="never")
    parts = ", ".join(f"mw_{c.name}, {_full_weight(c)} AS full_{c.name}" for c in comparisons)
    columns = engine.duckdb_con.execute(
        f"SELECT unique_id_l, unique_id_r, match_weight, {parts} FROM {found.physical_name}"
    ).fetchnumpy()
    found.drop_table_from_database_and_remove_from_cache()
    return Scored(
        columns["unique_id_l"],
        columns["unique_id_r"],
        columns["match_weight"],
        {c.name: _level_of(columns[f"mw_{c.name}"], probabilities[c.name]) for c in comparisons},
        {c.name: columns[f"full_{c.name}"] for c in comparisons},
    )


def _full_weight(comparison: Comparison) -> str:
    adjusted = any(level.frequency_of for level in comparison.levels)
    return f"(mw_{comparison.name}{f' + mw_tf_adj_{comparison.name}' if adjusted else ''})::FLOAT"


def _level_of(weights: Floats, learnt: tuple[list[float], list[float]]) -> npt.NDArray[np.int8]:
    """Which level a weight stands for: Splink returns levels only together with copies of all values."""
    levels = np.full(weights.size, -1, np.int8)
    for number, (m, u) in enumerate(zip(*learnt, strict=True)):
        levels[np.abs(weights - np.log2(m / u)) < 1e-9] = number
    return levels
