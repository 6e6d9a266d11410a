"""Would the score be the same had everybody answered? Who answered against who was asked, and a reweighted score."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimate, Floats, Interval
from regard.analytics.intervals import kish_n, t_mean, wilson
from regard.analytics.warnings import ConvergenceWarning, StatisticalWarning, warn

VERSION = "1"
FEWEST_IN_CELL = 5
MOST_ROUNDS = 500
SETTLED = 1e-9
UNKNOWN = "(unknown)"
POST_STRATIFIED, RAKED = "post-stratified", "raked"


@dataclass(frozen=True, slots=True)
class Answerers:
    """One group of a trait: its part of those asked and of those who answered, between 0 and 1."""

    trait: str
    group: str
    asked: int
    answered: int
    share_asked: float
    share_answered: float
    response: Estimate


@dataclass(frozen=True, slots=True)
class AdjustedScore:
    """A score as it was answered, and as it would be if every group had answered alike.

    Parameters
    ----------
    raw, adjusted : Estimate
        In the unit of the score; n of `adjusted` is Kish's effective number of answers.
    difference : float or None
        Adjusted minus raw: what the known traits explain of the bias, no more.
    response : Estimate
        Share of those asked who answered.
    groups : list of Answerers
        Every group of every trait, in the order of the traits.
    method : str
        "post-stratified" or "raked".
    largest_weight : float
        After trimming; the mean weight is 1.
    trimmed : int
        Answers whose weight was cut.
    empty : list of str
        Groups (of cells, when post-stratified) that were asked and of which nobody answered: no weight can speak
        for them.
    """

    raw: Estimate
    adjusted: Estimate
    difference: float | None
    response: Estimate
    groups: list[Answerers]
    method: str
    largest_weight: float
    trimmed: int
    empty: list[str]


@dataclass(frozen=True, slots=True)
class _Cells:
    """Every combination of traits: who was asked, who answered, sums of scores and squares; one array row each."""

    keys: list[tuple[str, ...]]
    traits: tuple[str, ...]
    asked: Floats
    answered: Floats
    total: Floats
    squares: Floats

    def margins(self, place: int) -> tuple[list[str], npt.NDArray[np.int64]]:
        """The groups of one trait, and which of them each cell belongs to."""
        groups, where = np.unique([key[place] for key in self.keys], return_inverse=True)
        return [str(group) for group in groups], where


def adjust_for_response(
    asked: ir.Table, traits: Sequence[str], *, score: str = "score", method: str = "auto", trim: float = 5.0,
    level: float = LEVEL, minimum: int = MINIMUM_N,
) -> AdjustedScore:  # fmt: skip
    """Set the score beside what it would be if those who answered were like those who were asked.

    Parameters
    ----------
    asked : ibis.Table
        One row a person asked; the score is null where no answer came.
    traits : sequence of str
        Columns known of everybody who was asked (channel, segment, age band), of few values each; null is a group.
    score : str
        Numeric column: a rating, 0 and 1 for a share, -1, 0 and 1 for NPS.
    method : {"auto", "post-stratified", "raked"}
        By cells of all traits together, or by each trait alone; "auto" takes cells if each has five answers.
    trim : float, default 5
        No answer weighs more than so many times the mean weight.
    level : float, default .95
    minimum : int, default 10
        Fewer answers (effective answers): "too few".

    Returns
    -------
    AdjustedScore

    Raises
    ------
    ValueError
        If no trait is named, the method is unknown, or `trim` is not above 1.

    Warns
    -----
    StatisticalWarning
        When a group that was asked gave no answer at all, or weights were trimmed.
    ConvergenceWarning
        When raking did not settle.

    Notes
    -----
    Post-stratified: an answer of cell h weighs ``(N_h / N) / (n_h / n)``, N asked and n answered. Raked: weights are
    fitted to the margins of one trait after the other until all agree (iterative proportional fitting). Score and
    variance are weighted; the interval is Student's t on Kish's effective n, ``(sum w)² / sum w²``. Only what the
    traits know is repaired: if, within a group, the angry answer more often, both scores are wrong alike.

    References
    ----------
    Deming and Stephan (1940), Annals of Mathematical Statistics 11, 427-444; Little (1993), Post-stratification, JASA
    88, 1001-1012; Kish (1965), Survey Sampling.

    Examples
    --------
    >>> people = ibis.memtable({
    ...     "channel": ["shop"] * 100 + ["web"] * 100,
    ...     "score": [9.0, 7.0] * 40 + [None] * 20 + [5.0, 3.0] * 10 + [None] * 80,
    ... })
    >>> found = adjust_for_response(people, ["channel"])
    >>> round(found.raw.value, 2), round(found.adjusted.value, 2), found.adjusted.n, found.method
    (7.2, 6.0, 64, 'post-stratified')
    """
    if not traits or trim <= 1 or method not in ("auto", POST_STRATIFIED, RAKED):
        raise ValueError(
            f"traits must be named, trim above 1, and the method auto, {POST_STRATIFIED} or {RAKED}"
        )
    cells = _cells(asked, tuple(traits), score)
    if method == "auto":
        thin = (cells.answered < FEWEST_IN_CELL).any() and len(traits) > 1
        method = RAKED if thin else POST_STRATIFIED
    weight = _by_cell(cells) if method == POST_STRATIFIED else _raked(cells)
    weight, trimmed = _trimmed(weight, cells.answered, trim)
    empty = _empty(cells, method)
    _warn(empty, trimmed)
    raw = _score(cells, np.ones_like(weight), level, minimum)
    adjusted = _score(cells, weight, level, minimum)
    known = raw.value is not None and adjusted.value is not None
    return AdjustedScore(
        raw=raw,
        adjusted=adjusted,
        difference=(adjusted.value or 0.0) - (raw.value or 0.0) if known else None,
        response=_response(cells.answered.sum(), cells.asked.sum(), level, minimum),
        groups=_groups(cells, level, minimum),
        method=method,
        largest_weight=float(weight[cells.answered > 0].max(initial=0.0)),
        trimmed=trimmed,
        empty=empty,
    )


def _cells(asked: ir.Table, traits: tuple[str, ...], score: str) -> _Cells:
    names = {f"trait_{place}": ibis._[trait].cast("string") for place, trait in enumerate(traits)}
    known = asked.select(
        **{name: value.fill_null(UNKNOWN) for name, value in names.items()},
        score=ibis._[score].cast("float64"),
    )
    rows: pa.Table = (
        known.group_by(list(names))
        .aggregate(
            asked=ibis._.count(),
            answered=known.score.count(),
            total=known.score.sum(),
            squares=(known.score * known.score).sum(),
        )
        .order_by(list(names))
        .to_pyarrow()
    )
    keys = list(zip(*(rows.column(name).to_pylist() for name in names), strict=True))
    sums = (
        rows.column(name).cast("float64").fill_null(0.0) for name in ("asked", "answered", "total", "squares")
    )
    return _Cells(keys, traits, *(np.asarray(one.to_numpy(), dtype=np.float64) for one in sums))


def _by_cell(cells: _Cells) -> Floats:
    heard = cells.answered > 0
    return np.divide(cells.asked, cells.answered, out=np.zeros_like(cells.asked), where=heard)


def _raked(cells: _Cells) -> Floats:
    """Weights per answer of each cell that repeat the margins of those asked, groups nobody speaks for left out."""
    weight, off = np.ones_like(cells.asked), np.inf
    groups = [cells.margins(place)[1] for place in range(len(cells.traits))]
    everybody = cells.asked.sum()
    for _ in range(MOST_ROUNDS):
        off = 0.0
        for where in groups:
            held = np.bincount(where, weight * cells.answered)
            wanted = np.where(held > 0, np.bincount(where, cells.asked), 0.0)
            wanted *= everybody / wanted.sum() if wanted.sum() else 1.0
            factor = np.divide(wanted, held, out=np.ones_like(held), where=held > 0)
            weight = weight * factor[where]
            off = max(off, float(np.abs(factor[held > 0] - 1).max(initial=0.0)))
        if off < SETTLED:
            return weight
    warn(f"Raking has not settled: a margin is still {off:.1%} away.", ConvergenceWarning, stacklevel=3)
    return weight


def _trimmed(weight: Floats, answered: Floats, trim: float) -> tuple[Floats, int]:
    """Weights of mean 1, none above `trim`, and how many answers that cut."""
    n = answered.sum()
    if n == 0:
        return weight, 0
    weight = weight / ((weight * answered).sum() / n)
    cut = np.zeros(len(weight), dtype=bool)
    while (over := (weight > trim * (1 + 1e-12)) & (answered > 0) & ~cut).any():
        cut |= over
        left = n - trim * answered[cut].sum()  # what the others together may still weigh
        others = (weight * answered)[~cut].sum()
        weight = np.where(cut, trim, weight * (left / others if others > 0 else 1.0))
    return weight, int(answered[cut].sum())


def _empty(cells: _Cells, method: str) -> list[str]:
    if method == POST_STRATIFIED:
        silent = (key for key, n in zip(cells.keys, cells.answered, strict=True) if n == 0)
        return [", ".join(f"{t}: {g}" for t, g in zip(cells.traits, key, strict=True)) for key in silent]
    found = []
    for place, trait in enumerate(cells.traits):
        groups, where = cells.margins(place)
        answered = np.bincount(where, cells.answered)
        found += [f"{trait}: {group}" for group, n in zip(groups, answered, strict=True) if n == 0]
    return found


def _warn(empty: list[str], trimmed: int) -> None:
    if empty:
        first = "; ".join(empty[:3]) + (" ..." if len(empty) > 3 else "")
        warn(f"Nobody answered of {len(empty)} groups: {first}", StatisticalWarning, stacklevel=3)
    if trimmed:
        warn(f"The weights of {trimmed} answers were cut.", StatisticalWarning, stacklevel=3)


def _score(cells: _Cells, weight: Floats, level: float, minimum: int) -> Estimate:
    mass = (weight * cells.answered).sum()
    n = float(kish_n(mass, (weight**2 * cells.answered).sum()))
    if n < max(minimum, 2):
        return Estimate(None, None, None, int(n), level=level, method="t", version=VERSION)
    shrink = n / mass
    interval = t_mean(
        (weight * cells.total).sum() * shrink, (weight * cells.squares).sum() * shrink, n, level
    )
    return _estimate(interval, n, level)


def _response(answered: float, asked: float, level: float, minimum: int) -> Estimate:
    if asked < minimum:
        return Estimate(None, None, None, int(asked), level=level, method="wilson", version=VERSION)
    return _estimate(wilson(answered, asked, level), asked, level)


def _estimate(interval: Interval, n: float, level: float) -> Estimate:
    value, low, high, error = (
        float(end) for end in (interval.value, interval.low, interval.high, interval.standard_error)
    )
    return Estimate(
        value,
        low,
        high,
        int(n + 1e-9),
        level=level,
        method=interval.method,
        version=VERSION,
        standard_error=error,
    )


def _groups(cells: _Cells, level: float, minimum: int) -> list[Answerers]:
    found = []
    n, total = cells.answered.sum(), cells.asked.sum()
    for place, trait in enumerate(cells.traits):
        groups, where = cells.margins(place)
        asked, answered = np.bincount(where, cells.asked), np.bincount(where, cells.answered)
        for group, many, few in zip(groups, asked, answered, strict=True):
            rate = _response(few, many, level, minimum)
            of_answers = float(few / n) if n else 0.0
            found.append(Answerers(trait, group, int(many), int(few), float(many / total), of_answers, rate))
    return found
