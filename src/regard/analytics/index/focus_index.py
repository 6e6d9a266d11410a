"""Customer-focus index: understanding, caring and building value, each 0-100 from measured parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from regard.analytics.estimate import LEVEL, Estimate

VERSION = "1"
LEAST_MEASURED = 0.5
METHOD = "weighted mean, MOVER"


@dataclass(frozen=True, slots=True)
class FocusPart:
    """One measured part of a pillar, and how it is read on 0-100.

    Parameters
    ----------
    name, title : str
    pillar : str
    weight : float
        Within its pillar; weights of a pillar need not add up to 1.
    zero, hundred : float
        The values, in the measure's unit, that score 0 and 100; between them the score is linear, beyond them it
        stays. `hundred` below `zero` where less is better.
    """

    name: str
    title: str
    pillar: str
    weight: float
    zero: float
    hundred: float

    def score(self, measured: Estimate) -> Estimate:
        """The figure on 0-100, its interval mapped with it."""
        if measured.value is None:
            return _nothing(measured.n, measured.level)

        def mapped(value: float) -> float:
            return float(np.clip(100 * (value - self.zero) / (self.hundred - self.zero), 0.0, 100.0))

        value = mapped(measured.value)
        low = mapped(measured.low) if measured.low is not None else value
        high = mapped(measured.high) if measured.high is not None else value
        return Estimate(
            value, min(low, high), max(low, high), measured.n, level=measured.level,
            method=f"{measured.method}, on 0-100", version=VERSION,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScoredPart:
    """A part with what was measured (None: nothing was) and its score on 0-100."""

    part: FocusPart
    measured: Estimate | None
    score: Estimate

    @property
    def missing(self) -> bool:
        """Whether the part has no figure and therefore counts for nothing."""
        return self.score.too_few


@dataclass(frozen=True, slots=True)
class Pillar:
    """A pillar's score; `missing_weight` is the part (0 to 1) of its weight that nothing was measured for."""

    name: str
    score: Estimate
    parts: list[ScoredPart]
    missing_weight: float


@dataclass(frozen=True, slots=True)
class FocusIndex:
    """The index with everything it stands on.

    Parameters
    ----------
    score : Estimate
        0-100; no value where a pillar has none. n is the smallest n of the measured parts.
    pillars : list of Pillar
    missing_weight : float
        Part (0 to 1) of the whole weight that nothing was measured for.
    lowest, highest : float
        What the value would be if every missing part scored 0, and 100.
    missing : list of str
        Names of the missing parts.
    """

    score: Estimate
    pillars: list[Pillar]
    missing_weight: float
    lowest: float
    highest: float
    missing: list[str]


def focus_index(
    parts: Sequence[FocusPart], measured: Mapping[str, Estimate], *, least: float = LEAST_MEASURED
) -> FocusIndex:
    """Put measured parts together to pillars and pillars to the index, saying what is missing.

    Parameters
    ----------
    parts : sequence of FocusPart
        Parts of every pillar; the pillars weigh alike. `FOCUS_PARTS` are Regard's own.
    measured : mapping of str to Estimate
        Part's name to its figure, in the measure's unit. Parts not named, or with too few, are missing.
    least : float, default .5
        A pillar of which less than this part of the weight was measured has no score, and the index has none.

    Returns
    -------
    FocusIndex

    Raises
    ------
    ValueError
        If a weight is not above 0, the anchors of a part are equal, a name comes twice, or a figure belongs to no
        part.

    Notes
    -----
    Part: ``s = 100 (x - zero)/(hundred - zero)``, cut to 0-100. Pillar: ``sum w s / sum w`` over the parts that were
    measured. Index: mean of the pillars. A missing part is never filled in: the weight it would have had is
    reported, and `lowest` and `highest` say what the whole could be. Intervals are put together by MOVER, which
    keeps them inside 0-100 and lopsided where a part's is: ``low = S - sqrt(sum (v (s - l))²)`` with v the part's
    share of the weight, and the same upwards. The parts are taken as independent. All must have the same level.

    References
    ----------
    Zou and Donner (2008), Construction of confidence limits about effect measures, Statistics in Medicine 27,
    1693-1702.

    Examples
    --------
    >>> parts = [FocusPart("kept", "Promises kept", "caring", 3, zero=0.5, hundred=1.0),
    ...          FocusPart("quick", "Hours to an answer", "caring", 1, zero=48, hundred=0)]
    >>> found = focus_index(parts, {"kept": Estimate(0.9, 0.85, 0.95, n=400)})
    >>> print(found.score.show(1), found.missing, found.missing_weight, found.lowest, found.highest)
    80.0 [70.0, 90.0] n=400 ['quick'] 0.25 60.0 85.0
    """
    _check(parts, measured)
    scored = [ScoredPart(part, measured.get(part.name), _scored(part, measured)) for part in parts]
    names = list(dict.fromkeys(part.pillar for part in parts))
    pillars = [_pillar(name, [one for one in scored if one.part.pillar == name], least) for name in names]
    weighed = [(1.0, pillar.score) for pillar in pillars]
    complete = all(not pillar.score.too_few for pillar in pillars)
    return FocusIndex(
        score=combine_scores(weighed) if complete else _nothing(_fewest(scored), _level(scored)),
        pillars=pillars,
        missing_weight=float(np.mean([pillar.missing_weight for pillar in pillars])),
        lowest=float(np.mean([_filled(pillar, 0.0) for pillar in pillars])),
        highest=float(np.mean([_filled(pillar, 100.0) for pillar in pillars])),
        missing=[one.part.name for one in scored if one.missing],
    )


def combine_scores(scores: Sequence[tuple[float, Estimate]]) -> Estimate:
    """Weighted mean of independent scores with its interval, by the method of variance estimates recovery.

    Parameters
    ----------
    scores : sequence of (weight, Estimate)
        Each with a value; without an interval it counts as exact.

    Returns
    -------
    Estimate
        n is the smallest; too few where there are no scores.

    Examples
    --------
    >>> print(combine_scores([(1, Estimate(50.0, 44.0, 56.0, n=30)), (1, Estimate(70.0, 62.0, 78.0, n=20))]).show(1))
    60.0 [55.0, 65.0] n=20
    """
    if not scores:
        return _nothing(0, LEVEL)
    weight = np.array([weight for weight, _ in scores], dtype=np.float64)
    weight /= weight.sum()
    value, low, high = (
        np.array([end if end is not None else one.value for end, one in ends], dtype=np.float64)
        for ends in (
            [(one.value, one) for _, one in scores],
            [(one.low, one) for _, one in scores],
            [(one.high, one) for _, one in scores],
        )
    )
    centre = float(weight @ value)
    down = float(np.sqrt(((weight * (value - low)) ** 2).sum()))
    up = float(np.sqrt(((weight * (high - value)) ** 2).sum()))
    return Estimate(
        centre, centre - down, centre + up, min(one.n for _, one in scores), level=scores[0][1].level,
        method=METHOD, version=VERSION,
    )  # fmt: skip


def _check(parts: Sequence[FocusPart], measured: Mapping[str, Estimate]) -> None:
    names = [part.name for part in parts]
    if not names or len(set(names)) < len(names):
        raise ValueError("there must be parts, and each name once")
    if any(part.weight <= 0 or part.zero == part.hundred for part in parts):
        raise ValueError("weights must be above 0 and the anchors of a part differ")
    if unknown := sorted(set(measured) - set(names)):
        raise ValueError(f"no such part: {', '.join(unknown)}")


def _scored(part: FocusPart, measured: Mapping[str, Estimate]) -> Estimate:
    return part.score(measured[part.name]) if part.name in measured else _nothing(0, LEVEL)


def _pillar(name: str, parts: list[ScoredPart], least: float) -> Pillar:
    total = sum(one.part.weight for one in parts)
    there = [(one.part.weight, one.score) for one in parts if not one.missing]
    missing = 1 - sum(weight for weight, _ in there) / total
    enough = bool(there) and 1 - missing >= least
    score = combine_scores(there) if enough else _nothing(_fewest(parts), _level(parts))
    return Pillar(name, score, parts, missing)


def _filled(pillar: Pillar, guess: float) -> float:
    """The pillar's value if every missing part scored `guess`."""
    weight = np.array([one.part.weight for one in pillar.parts])
    score = np.array([guess if one.score.value is None else one.score.value for one in pillar.parts])
    return float((weight * score).sum() / weight.sum())


def _fewest(parts: Sequence[ScoredPart]) -> int:
    return min((one.score.n for one in parts if not one.missing), default=0)


def _level(parts: Sequence[ScoredPart]) -> float:
    return next((one.score.level for one in parts if not one.missing), LEVEL)


def _nothing(n: int, level: float) -> Estimate:
    return Estimate(None, None, None, n, level=level, method=METHOD, version=VERSION)
