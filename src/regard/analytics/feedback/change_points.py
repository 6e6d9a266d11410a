"""When did it change? Change points of a series of figures, with how sure, where and how large."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from regard.analytics.comparisons import DOWN, UP
from regard.analytics.estimate import LEVEL, Estimate, Floats, Interval
from regard.analytics.intervals import normal, wilson
from regard.analytics.warnings import StatisticalWarning, warn

VERSION = "1"
SIMULATIONS = 999
MOST_ENDS = 60  # ends of stretches that are tried; where exactly is found afterwards
Whole = npt.NDArray[np.int64]
Simulate = Callable[[slice, int], Floats]  # of a stretch that never changed, shape (simulations, periods)


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """One change of a series.

    Parameters
    ----------
    at : int
        Place in the series of the first period after the change, counted from 0.
    earliest, latest : int
        The interval of `at`.
    before, after : Estimate
        Level between the neighbouring changes.
    difference : Estimate
        After minus before.
    p : float
        Probability of a change this clear at some place of that stretch, had nothing changed.
    verdict : str
        "up" or "down".
    """

    at: int
    earliest: int
    latest: int
    before: Estimate
    after: Estimate
    difference: Estimate
    p: float
    verdict: str


@dataclass(frozen=True, slots=True)
class _Series:
    """Values with their weights (one over the variance), and how the same series looks if nothing changes."""

    value: Floats
    weight: Floats
    n: Floats
    shortest: int
    level: float
    simulate: Simulate
    is_share: bool = False

    def clearest(self, part: slice, ends: Whole, values: Floats | None = None) -> tuple[Floats, Whole]:
        """Squared z of the stretch that differs most from the rest of a part, and its ends, for each row."""
        rows = self.value[part][None, :] if values is None else values
        weight = self.weight[part]
        mass = np.concatenate([[0.0], weight.cumsum()])
        sums = np.concatenate([np.zeros((len(rows), 1)), (rows * weight).cumsum(axis=1)], axis=1)
        inside = mass[ends[:, 1]] - mass[ends[:, 0]]
        total = sums[:, ends[:, 1]] - sums[:, ends[:, 0]]
        off = total - inside * sums[:, -1:] / mass[-1]
        z2 = off**2 / (inside * (1 - inside / mass[-1]))
        best = z2.argmax(axis=1)
        return z2[np.arange(len(rows)), best], ends[best]

    def p_value(self, part: slice, ends: Whole) -> tuple[float, Whole]:
        """How often chance alone would be as clear, and the ends of the clearest stretch."""
        if not len(ends):
            return 1.0, np.empty(0, dtype=np.int64)
        seen, best = self.clearest(part, ends)
        chance, _ = self.clearest(part, ends, self.simulate(part, SIMULATIONS))
        as_clear = int((chance >= seen[0] * (1 - 1e-12)).sum())
        return (1 + as_clear) / (1 + SIMULATIONS), best[0]


def change_points(
    series: Iterable[Estimate], *, pooled: bool = True, shortest: int = 1, level: float = LEVEL, seed: int = 0
) -> list[ChangePoint]:
    """Find when a measure changed, in a series of its figures.

    Parameters
    ----------
    series : iterable of Estimate
        One figure a period, oldest first (NPS by month, a mean by week), of different answers each. Those with too
        few answers or no standard error are passed over; places still count them.
    pooled : bool, default True
        Take the spread of one answer to be the same in every period, so that the chance low spread of a small period
        does not give it weight. False: believe each standard error as it is (for figures whose error does not fall
        with the root of n).
    shortest : int, default 1
        Fewest periods between two changes; with 1, an odd month is a change there and one back.
    level : float, default .95
        One minus the probability of finding any change where there is none.
    seed : int, default 0
        Of the simulation; the same seed gives the same p-values.

    Returns
    -------
    list of ChangePoint
        Oldest first; empty when nothing clearly changed.

    Warns
    -----
    StatisticalWarning
        When there are fewer periods than any change would need.

    Notes
    -----
    Of a stretch, the statistic is the largest squared z of a part against the rest (circular binary segmentation),
    so that a dip that recovers is seen as well. Its distribution without change is simulated from the errors
    themselves. The clearest stretch is split, then the pieces are looked at again, each at ``(1 - level)`` over their
    number; at the end each change must stand alone against its neighbours, else it is dropped. The interval of the
    place holds every place k with ``z²(best) - z²(k) <= -2 log(1 - sqrt(level))``, from the two-sided walk of the
    likelihood ratio around a change. Levels and their difference have their intervals as if the place were known;
    a change that was only just found is on average smaller than it looks.

    References
    ----------
    Olshen et al. (2004), Circular binary segmentation, Biostatistics 5(4), 557-572; Siegmund (1988), Confidence sets
    in change-point problems, International Statistical Review 56(1), 31-48.

    Examples
    --------
    >>> def month(value):
    ...     return Estimate(value, value - 0.08, value + 0.08, n=400, standard_error=0.04)
    >>> (change,) = change_points([month(v) for v in (0.31, 0.28, 0.33, 0.3, 0.11, 0.14, 0.09, 0.1)])
    >>> change.at, change.earliest, change.latest, change.verdict, round(change.difference.value, 3)
    (4, 4, 4, 'down', -0.195)
    """
    figures = list(series)
    places = [place for place, one in enumerate(figures) if one.value is not None and one.standard_error]
    value = np.array([figures[place].value for place in places], dtype=np.float64)
    error = np.array([figures[place].standard_error for place in places], dtype=np.float64)
    n = np.array([figures[place].n for place in places], dtype=np.float64)
    if pooled and len(places):
        error = np.sqrt((n * n * error**2).sum() / n.sum() / n)
    generator = np.random.default_rng(seed)

    def simulate(part: slice, times: int) -> Floats:
        return generator.normal(size=(times, part.stop - part.start)) * error[part]

    known = _Series(value, 1 / error**2, n, shortest, level, simulate)
    return _found(known, places)


def share_change_points(
    successes: npt.ArrayLike, n: npt.ArrayLike, *, shortest: int = 1, level: float = LEVEL, seed: int = 0
) -> list[ChangePoint]:
    """Find when a share changed, from counts, however small.

    Parameters
    ----------
    successes, n : array_like of int, shape (periods,)
        Successes and trials per period, oldest first; periods without trials are passed over, places count them.
    shortest : int, default 1
        Fewest periods with trials between two changes.
    level : float, default .95
        One minus the probability of finding any change where there is none.
    seed : int, default 0
        Of the permutation.

    Returns
    -------
    list of ChangePoint
        Oldest first; levels are shares between 0 and 1.

    Raises
    ------
    ValueError
        If there are more successes than trials.

    Notes
    -----
    As `change_points`, but without a normal distribution: the successes of a stretch are dealt at random to its
    trials (multivariate hypergeometric), a permutation test that is exact for any n. p is at least 1/1000.

    Examples
    --------
    >>> (change,) = share_change_points([2, 1, 3, 2, 9, 11, 8, 10], [50] * 8)
    >>> change.at, change.verdict, round(change.before.value, 2), round(change.after.value, 2)
    (4, 'up', 0.04, 0.19)
    """
    good, trials = np.asarray(successes, dtype=np.int64), np.asarray(n, dtype=np.int64)
    if (good > trials).any() or (good < 0).any():
        raise ValueError("successes must lie between 0 and the number of trials")
    places = [int(place) for place in np.flatnonzero(trials > 0)]
    good, trials = good[places], trials[places]
    overall = good.sum() / trials.sum() if len(places) else 0.0
    generator = np.random.default_rng(seed)

    def simulate(part: slice, times: int) -> Floats:
        dealt = generator.multivariate_hypergeometric(
            trials[part], int(good[part].sum()), times, method="marginals"
        )
        return np.asarray(dealt / trials[part], dtype=np.float64)

    spread = max(overall * (1 - overall), 1e-12)
    value = np.divide(good, trials, dtype=np.float64)
    weight, counted = trials / spread, trials.astype(np.float64)
    return _found(_Series(value, weight, counted, shortest, level, simulate, is_share=True), places)


def _found(series: _Series, places: list[int]) -> list[ChangePoint]:
    if len(places) < 2 * series.shortest:
        warn(
            f"{len(places)} periods with a figure are too few to look for a change.",
            StatisticalWarning,
            stacklevel=3,
        )
        return []
    edges = _pruned(series, _split(series))
    return [_described(series, edges, place, places) for place in range(1, len(edges) - 1)]


def _split(series: _Series) -> list[int]:
    """Edges of the stretches, first and last included, splitting the clearest stretch until none is clear."""
    edges, length = [0, len(series.value)], len(series.value)
    looked: dict[tuple[int, int], tuple[float, list[int]]] = {}
    while True:
        pairs = list(pairwise(edges))
        for start, stop in pairs:
            if (start, stop) not in looked:
                p, best = series.p_value(slice(start, stop), _stretches(stop - start, series.shortest))
                looked[start, stop] = (p, [start + int(end) for end in best])
        p, ends = min((looked[pair] for pair in pairs), key=lambda found: found[0])
        if p > (1 - series.level) / len(pairs):
            return edges
        edges = sorted({*edges, *ends, 0, length})


def _stretches(length: int, shortest: int) -> Whole:
    """Pairs of ends (start, stop) to try: every single split, and inner stretches on a grid."""
    splits = [(0, stop) for stop in range(shortest, length - shortest + 1)]
    step = -(-length // MOST_ENDS)
    grid = range(shortest, length - shortest + 1, step)
    inner = [(start, stop) for start in grid for stop in grid if stop - start >= shortest]
    return np.array(splits + inner, dtype=np.int64).reshape(-1, 2)


def _pruned(series: _Series, edges: list[int]) -> list[int]:
    """The changes that stand alone against their neighbours, each moved to where it is clearest."""
    while len(edges) > 2:
        for place in range(1, len(edges) - 1):
            _, edges[place] = _alone(series, edges, place)
        p_values = [_alone(series, edges, place)[0] for place in range(1, len(edges) - 1)]
        if max(p_values) <= (1 - series.level) / len(p_values):
            break
        del edges[1 + int(np.argmax(p_values))]
    return edges


def _splits(series: _Series, part: slice) -> Whole:
    length = part.stop - part.start
    return np.array(
        [(0, stop) for stop in range(series.shortest, length - series.shortest + 1)], dtype=np.int64
    ).reshape(-1, 2)


def _alone(series: _Series, edges: list[int], place: int) -> tuple[float, int]:
    """How clear one change is between its neighbours, and where it is clearest."""
    part = slice(edges[place - 1], edges[place + 1])
    p, best = series.p_value(part, _splits(series, part))
    return p, part.start + int(best[1])


def _described(series: _Series, edges: list[int], place: int, places: list[int]) -> ChangePoint:
    part = slice(edges[place - 1], edges[place + 1])
    at = edges[place]
    before, after = _level(series, slice(part.start, at)), _level(series, slice(at, part.stop))
    splits = _splits(series, part)
    z2 = np.array([series.clearest(part, split[None, :])[0][0] for split in splits])
    near = splits[z2 >= z2.max() + 2 * np.log1p(-np.sqrt(series.level)), 1] + part.start
    error = float(np.hypot(before.standard_error or 0.0, after.standard_error or 0.0))
    change = (after.value or 0.0) - (before.value or 0.0)
    return ChangePoint(
        at=places[at],
        earliest=places[int(near.min())],
        latest=places[int(near.max())],
        before=before,
        after=after,
        difference=_estimate(normal(change, error, series.level), before.n + after.n, series.level),
        p=_alone(series, edges, place)[0],
        verdict=UP if change > 0 else DOWN,
    )


def _level(series: _Series, part: slice) -> Estimate:
    weight = series.weight[part]
    n = series.n[part].sum()
    if series.is_share:
        return _estimate(
            wilson((series.value[part] * series.n[part]).sum(), n, series.level), n, series.level
        )
    value = (series.value[part] * weight).sum() / weight.sum()
    return _estimate(normal(value, weight.sum() ** -0.5, series.level), n, series.level)


def _estimate(interval: Interval, n: float, level: float) -> Estimate:
    return Estimate(
        float(interval.value), float(interval.low), float(interval.high), int(n), level=level,
        method=f"change point, {interval.method}", version=VERSION, standard_error=float(interval.standard_error),
    )  # fmt: skip
