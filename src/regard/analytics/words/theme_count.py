"""How many themes: as many as come out again when other texts are drawn."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from regard.analytics.estimate import Floats
from regard.analytics.words.factors import Spectrum, factorise, spectrum

MOST_THEMES = 50
SAMPLE, PAIRS, ROUNDS = 2_500, 2, 12
WORDS = 1_000
TEXTS_A_THEME = 20
AGAIN = 0.8  # so alike, a theme came again
DOUBT = 2.0  # what a theme that did not come again takes from those that did
_COARSE = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 26, 34, 42, 50)
_AROUND = 3


@dataclass(frozen=True)
class _Half:
    rows: Any
    spectrum: Spectrum


def stability_by_count(rows: Any, *, most: int = MOST_THEMES, seed: int = 0) -> dict[int, float]:
    """Share of themes that come again (cosine of .8 with their match) between halves of drawn texts, by their number.

    After Greene, O'Callaghan & Cunningham (2014): a wrong number splits or joins themes otherwise in every half.
    Numbers tried: a coarse ladder, and all near the number of directions that both halves share.
    """
    most = max(1, min(most, rows.shape[0] // TEXTS_A_THEME, rows.shape[1]))
    draw = np.random.default_rng(seed)
    said = np.bincount(rows.indices, minlength=rows.shape[1])
    frequent = np.sort(np.lexsort((np.arange(len(said)), -said))[:WORDS])
    sample = rows[:, frequent]
    pairs = [_halves(sample, most, draw) for _ in range(PAIRS)]
    shared = round(float(np.median([_shared_directions(*pair) for pair in pairs])))
    near = range(shared - _AROUND, shared + _AROUND + 1)
    ladder = (count for count in _COARSE if count <= 1.5 * shared + 5)
    tried = sorted({count for count in (*ladder, *near) if 2 <= count <= most})
    return {count: float(np.mean([_again(*pair, count) for pair in pairs])) for count in tried}


def most_stable(stability: dict[int, float]) -> int:
    """The number with most themes that come again, less two for each that does not; 1 when none has any.

    >>> most_stable({4: 1.0, 8: 1.0, 12: 0.8})
    8
    """
    gains = {count: count * (share - DOUBT * (1 - share)) for count, share in stability.items()}
    best = max(gains, key=gains.__getitem__, default=1)
    return best if gains.get(best, 0.0) > 1 else 1


def _halves(rows: Any, most: int, draw: np.random.Generator) -> tuple[_Half, _Half]:
    order = draw.permutation(rows.shape[0])[: 2 * SAMPLE]
    parts = (np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :]))
    first, second = (rows[part] for part in parts)
    return tuple(
        _Half(half, spectrum(half, most, least=max(3, half.shape[0] // 300))) for half in (first, second)
    )  # type: ignore[return-value]


def _shared_directions(one: _Half, other: _Half) -> int:
    """How many leading directions of one half lie mostly among those of the other."""
    overlap = np.square(one.spectrum.directions @ other.spectrum.directions.T)
    size = len(overlap)
    within = np.tril(np.ones((size, size)), k=2)
    return int(((overlap * within).sum(axis=1) > 0.5).sum())


def _again(one: _Half, other: _Half, count: int) -> float:
    found: list[Floats] = [
        factorise(half.rows, half.spectrum.starts(count), rounds=ROUNDS) for half in (one, other)
    ]
    alike = found[0] @ found[1].T
    return float((alike[linear_sum_assignment(-alike)] >= AGAIN).mean())
