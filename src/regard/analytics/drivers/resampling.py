"""Covariance matrices of rows and of resampled rows."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from regard.analytics.estimate import Floats

ROWS = 100_000  # beyond so many rows, random blocks of them are resampled
BLOCKS = 5_000


@dataclass(frozen=True)
class Rows:
    """Complete rows: centred values with a last column of ones, shape (n, k + 1), and weights, shape (n,)."""

    values: Floats
    weight: Floats

    def covariance(self) -> Floats:
        """The (weighted) covariance matrix, shape (k, k)."""
        return _covariance(self._moments(self.weight, np.empty_like(self.values)))

    def resampled(self, resamples: int, seed: int) -> Floats:
        """Covariance matrices of rows drawn with replacement, shape (resamples, k, k).

        Every row may be drawn alone up to 100,000 of them; of more, 5,000 random blocks are drawn, whose sums have
        the same spread.
        """
        generator = np.random.default_rng(seed)
        size = len(self.values)
        if size > ROWS:
            blocks = self._blocks(generator.permutation(size))
            counts = generator.multinomial(len(blocks), np.full(len(blocks), 1 / len(blocks)), size=resamples)
            moments = counts @ blocks.reshape(len(blocks), -1)
            return _covariance(moments.reshape(resamples, *blocks.shape[1:]))
        width = self.values.shape[1]
        moments, scratch = np.empty((resamples, width, width)), np.empty_like(self.values)
        for one in range(resamples):
            drawn = np.bincount(generator.integers(0, size, size), minlength=size)
            moments[one] = self._moments(drawn * self.weight, scratch)
        return _covariance(moments)

    def _moments(self, weight: Floats, scratch: Floats) -> Floats:
        np.multiply(self.values, weight[:, None], out=scratch)
        return np.asarray(scratch.T @ self.values)

    def _blocks(self, order: npt.NDArray[np.int64]) -> Floats:
        edges = np.linspace(0, len(order), BLOCKS + 1).astype(int)
        parts = (order[start:end] for start, end in pairwise(edges))
        return np.stack([(self.values[part].T * self.weight[part]) @ self.values[part] for part in parts])


def complete_rows(columns: npt.ArrayLike, weight: npt.ArrayLike | None) -> Rows:
    """Rows without a missing value, centred."""
    matrix = np.asarray(columns, dtype=np.float64)
    weights = np.ones(len(matrix)) if weight is None else np.asarray(weight, dtype=np.float64)
    if weights.shape != (len(matrix),):
        raise ValueError("weight must be one number a row")
    if (weights < 0).any() or not np.isfinite(weights).all():
        raise ValueError("weights must be finite and not negative")
    kept = np.isfinite(matrix.sum(axis=1)) & (weights > 0)  # a missing value makes its row's sum missing
    if not kept.all():
        matrix, weights = matrix[kept], weights[kept]
    values = np.empty((len(matrix), matrix.shape[1] + 1))
    values[:, -1] = 1.0
    if len(matrix):
        np.subtract(matrix, weights @ matrix / weights.sum(), out=values[:, :-1])
    return Rows(values, weights)


def _covariance(moments: Floats) -> Floats:
    """Covariances from sums of products, of which the last column holds the sums and the corner the weight."""
    scaled = moments / moments[..., -1:, -1:]
    mean = scaled[..., :-1, -1]
    return np.asarray(scaled[..., :-1, :-1] - mean[..., :, None] * mean[..., None, :])
