"""Non-negative factors of a sparse matrix, the same every run."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

from regard.analytics.estimate import Floats

TINY = 1e-12
BLOCK = 4_096


@dataclass(frozen=True)
class Spectrum:
    """Which words go together in some rows: their products, shape (words, words), and its leading directions."""

    products: Floats
    values: Floats
    directions: Floats
    usable: Any

    def starts(self, parts: int) -> Floats:
        """Rows of words to start from, shape (parts, words): those of the words that lie farthest apart."""
        spread = self.directions[:parts].T * np.sqrt(np.maximum(self.values[:parts], 0))
        places = np.flatnonzero(self.usable)
        lengths = np.maximum(np.sqrt(np.square(spread[places]).sum(axis=1)), TINY)
        pivots = linalg.qr((spread[places] / lengths[:, None]).T, mode="r", pivoting=True)[1]
        chosen = np.maximum(self.products[places[pivots[:parts]]], 0)
        return np.asarray(
            chosen / np.maximum(np.sqrt(np.square(chosen).sum(axis=1)), TINY)[:, None], dtype=np.float64
        )


def spectrum(rows: Any, most: int, *, least: int) -> Spectrum:
    """The leading `most` directions by subspace iteration; words in fewer than `least` rows start no part."""
    products = (rows.T @ rows).toarray()
    size = len(products)
    kept = min(most, size)
    basis = np.random.default_rng(0).normal(size=(size, min(kept + 8, size)))
    for _ in range(12):
        basis = np.linalg.qr(products @ basis)[0]
    values, turned = np.linalg.eigh(basis.T @ products @ basis)
    directions = (basis @ turned[:, ::-1]).T[:kept]
    said = np.bincount(rows.indices, minlength=size)
    usable = said >= min(least, said.max(initial=0))
    return Spectrum(products, values[::-1][:kept], directions, usable)


def factorise(rows: Any, start: Floats, *, rounds: int = 25) -> Floats:
    """H of the non-negative W and H with W H near the rows: shape (k, words), each row of length 1.

    Hierarchical alternating least squares (Cichocki & Phan 2009) from the given H.
    """
    columns = rows.T.tocsr()
    parts = start
    strengths = project(rows, parts)
    for _ in range(rounds):
        parts = _improve(np.asarray(columns @ strengths), strengths.T @ strengths, parts.T.copy()).T
        length = np.maximum(np.sqrt(np.square(parts).sum(axis=1)), TINY)
        parts, strengths = parts / length[:, None], strengths * length
        strengths = _improve(np.asarray(rows @ parts.T), parts @ parts.T, strengths)
    return parts


def project(rows: Any, parts: Floats, *, rounds: int = 3) -> Floats:
    """Non-negative strengths of fixed parts in each row, shape (n, k)."""
    gram = parts @ parts.T
    strengths = np.empty((rows.shape[0], len(parts)))
    for first in range(0, rows.shape[0], BLOCK):  # blocks stay in the processor's cache
        crossed = np.asarray(rows[first : first + BLOCK] @ parts.T)
        block = np.maximum(crossed, 0) / np.maximum(gram.sum(axis=1), TINY)
        for _ in range(rounds):
            block = _improve(crossed, gram, block)
        strengths[first : first + BLOCK] = block
    return strengths


def _improve(crossed: Floats, gram: Floats, current: Floats) -> Floats:
    """One pass of coordinate descent over the columns."""
    for one in range(len(gram)):
        step = (crossed[:, one] - current @ gram[:, one]) / max(gram[one, one], TINY)
        current[:, one] = np.maximum(current[:, one] + step, 0)
    return current
