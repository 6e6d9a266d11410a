"""How often something happens, so that it can be compared with how often it did."""

import numpy as np
import numpy.typing as npt

from regard.analytics import Estimate

WORSE, BETTER, CANNOT_TELL = "worse", "better", "cannot tell"
FEWEST = 30
EDGE = 2  # months that lie on either side of a turn


def rate_of(hits: int, n: int) -> Estimate:
    """The share of `hits` among n; a rate of nothing has an error as well. Too few below 30."""
    if n < FEWEST:
        return Estimate(None, None, None, n)
    share = (hits + 1) / (n + 2)
    return Estimate(share, None, None, n, standard_error=float(np.sqrt(share * (1 - share) / n)))


def turned_at(hits: npt.ArrayLike, n: npt.ArrayLike) -> int | None:
    """The place in a series of counts from which on the rate was another: the likeliest split; None if too short.

    It names a turn, it does not prove one: ask `compare` first whether the rate changed at all.
    """
    hit, size = np.asarray(hits, dtype=np.float64), np.asarray(n, dtype=np.float64)
    splits = range(EDGE, len(hit) - EDGE + 1)
    if not splits:
        return None
    return max(splits, key=lambda at: _likelihood(hit[:at], size[:at]) + _likelihood(hit[at:], size[at:]))


def _likelihood(hits: npt.NDArray[np.float64], n: npt.NDArray[np.float64]) -> float:
    """Of one rate for all, as a logarithm."""
    said, whole = hits.sum() + 0.5, n.sum() + 1.0
    return float(hits.sum() * np.log(said / whole) + (n.sum() - hits.sum()) * np.log(1 - said / whole))
