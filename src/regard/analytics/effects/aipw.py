"""What an experience did to those who had it, compared with customers who were alike before it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regard.analytics.effects.covariates import Covariates, design_matrix
from regard.analytics.effects.regression import fit_linear, fit_logistic, logistic, logistic_curvature, sum_by
from regard.analytics.estimate import LEVEL, Estimate, Floats
from regard.analytics.intervals import kish_n, normal_quantile
from regard.analytics.warnings import StatisticalWarning, warn

EXPOSED, ALL = "exposed", "all"
METHOD = "augmented inverse-probability weighting"
VERSION = "1"
MINIMUM_GROUP = 30  # exposed and unexposed: fewer carry no two models
TRIM = 0.02
TRIMMED_TOO_MANY = 0.05


@dataclass(frozen=True, slots=True)
class Overlap:
    """Whether those with the experience have their like among those without.

    Parameters
    ----------
    low, high : float
        1st and 99th percentile of the estimated probability of the exposure among the exposed.
    trimmed : float
        Share of the target group left out because nobody comparable was on the other side.
    effective_n : float
        Kish's effective number of the unexposed after weighting.
    good : bool
    """

    low: float
    high: float
    trimmed: float
    effective_n: float
    good: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """An association adjusted for what was known before; a cause only once a fix has proved it.

    Parameters
    ----------
    estimate : Estimate
        Mean outcome with the exposure minus without it, over the target group; n counts that group after trimming.
    relative : Estimate
        The same as a share of the mean without it: -.1 when 45 % come back instead of 50 %.
    naive : float
        The difference unadjusted.
    with_exposure, without_exposure : float
        The two means whose difference the estimate is.
    overlap : Overlap
    exposed, unexposed : int
        Rows handed in.
    """

    estimate: Estimate
    relative: Estimate
    naive: float
    with_exposure: float
    without_exposure: float
    overlap: Overlap
    exposed: int
    unexposed: int


def average_effect(
    outcome: npt.ArrayLike, exposed: npt.ArrayLike, covariates: Covariates, *, on: str = EXPOSED,
    clusters: npt.ArrayLike | None = None, weights: npt.ArrayLike | None = None, folds: int = 5, trim: float = TRIM,
    seed: int = 0, level: float = LEVEL,
) -> Effect:  # fmt: skip
    """Average effect of an exposure, adjusted for what was known before it.

    Augmented inverse-probability weighting: right when either the model of who is exposed or the model of the outcome
    is right. Both are cross-fitted: nobody is judged by a model that has seen them.

    Parameters
    ----------
    outcome : array_like, shape (n,)
        0/1 (came back or not: a logistic outcome model) or any number (a linear one).
    exposed : array_like of bool, shape (n,)
    covariates : mapping of str to array_like, shape (n,)
        Known *before* the exposure: recency, frequency, value, tenure, channel, segment. Anything that came after it
        hides part of the effect. Numbers, or text for categories; missing numbers are allowed.
    on : {"exposed", "all"}
        Over whom: those who had the experience (ATT, what it cost) or everyone (ATE).
    clusters : array_like, shape (n,), optional
        Who a row belongs to, when customers have several (orders); errors are clustered and folds kept apart by it.
    weights : array_like, shape (n,), optional
        Not negative, known before the exposure. With the future value of each customer as the weight, the effect times
        the summed value is the value at risk even where valuable customers react differently.
    folds : int, default 5
    trim : float, default .02
        Rows whose probability of exposure leaves less than this on the other side are left out.
    seed : int, default 0
        Of the folds.
    level : float, default .95

    Returns
    -------
    Effect
        With "too few" as its estimate below 30 exposed or 30 unexposed rows.

    Raises
    ------
    ValueError
        If lengths differ, a number is missing from outcome or weights, or `on` is unknown.

    Warns
    -----
    StatisticalWarning
        When overlap is poor: over 5 % of the target group trimmed, or under 30 unexposed effectively compared.

    Notes
    -----
    With e(x) the probability of exposure and m0, m1 the expected outcomes without and with it, over the exposed
    ``Σ w [D (Y − m0) − (1 − D) e/(1 − e) (Y − m0)] / Σ w D`` and over all the mean of
    ``m1 − m0 + D (Y − m1)/e − (1 − D)(Y − m0)/(1 − e)``. The standard error is that of the mean of the influence
    function, summed within clusters.

    References
    ----------
    Robins, Rotnitzky, Zhao (1994), JASA 89, 846-866; Chernozhukov et al. (2018), Econometrics Journal 21, C1-C68;
    trimming: Crump et al. (2009), Biometrika 96, 187-199.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> regular = rng.random(4000) < 0.5
    >>> late = rng.random(4000) < np.where(regular, 0.3, 0.1)  # regulars are late more often, and stay more often
    >>> back = rng.random(4000) < np.where(regular, 0.8, 0.4) - 0.1 * late
    >>> effect = average_effect(back, late, {"regular": regular})
    >>> round(effect.naive, 2), effect.estimate.low < -0.1 < effect.estimate.high
    (0.03, True)
    """
    data = _Data.read(outcome, exposed, covariates, clusters, weights)
    if on not in (EXPOSED, ALL):
        raise ValueError(f"on must be {EXPOSED!r} or {ALL!r}, not {on!r}")
    if folds < 2:
        raise ValueError("cross-fitting needs at least two folds")
    if data.smaller_group() < MINIMUM_GROUP:
        return _too_few(data, level)
    probability, m0, m1 = _cross_fit(data, folds, seed, with_exposed=on == ALL)
    kept = probability <= 1 - trim if on == EXPOSED else np.abs(probability - 0.5) <= 0.5 - trim
    overlap = _look_at_overlap(data, probability, kept, on)
    _warn_of_overlap(overlap)
    rows = data.outcomes(kept)
    if rows.smaller_group() < MINIMUM_GROUP:
        return _too_few(data, level, overlap)
    parts = (rows, probability[kept], m0[kept], m1[kept])
    means = _over_exposed(*parts) if on == EXPOSED else _over_all(*parts)
    n = int(rows.d.sum()) if on == EXPOSED else len(rows.d)
    estimate = _estimate(means.difference, means.of_difference(), rows.cluster, n, level)
    relative = _estimate(means.ratio - 1, means.of_ratio(), rows.cluster, n, level)
    return Effect(
        estimate, relative, data.naive(), means.with_it, means.without, overlap, *data.sizes()
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Data:
    """Rows as floats: outcome y, exposure d, matrix x, weights w, and the number of each row's cluster."""

    y: Floats
    d: Floats
    x: Floats
    w: Floats
    cluster: npt.NDArray[np.intp]

    @classmethod
    def read(
        cls, outcome: npt.ArrayLike, exposed: npt.ArrayLike, covariates: Covariates,
        clusters: npt.ArrayLike | None, weights: npt.ArrayLike | None,
    ) -> "_Data":  # fmt: skip
        y = np.asarray(outcome, dtype=np.float64)
        d = np.asarray(exposed).astype(bool).astype(np.float64)
        w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
        cluster = np.arange(len(y)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
        if not len(y) == len(d) == len(w) == len(cluster):
            raise ValueError("outcome, exposed, clusters and weights must have one length")
        if not (np.isfinite(y).all() and np.isfinite(w).all() and (w >= 0).all()):
            raise ValueError(
                "outcome and weights must be numbers, weights not negative: leave unknown rows out"
            )
        return cls(y, d, design_matrix(covariates, len(y)), w, cluster)

    def outcomes(self, kept: npt.NDArray[np.bool_]) -> "_Data":
        """The rows kept, without the matrix, by far the largest part: the models are fitted already."""
        return _Data(self.y[kept], self.d[kept], self.x[:0], self.w[kept], self.cluster[kept])

    def naive(self) -> float:
        if not 0 < self.d.sum() < len(self.d):
            return float("nan")
        return float(self.y[self.d == 1].mean() - self.y[self.d == 0].mean())

    def smaller_group(self) -> int:
        """Rows that count for something in the smaller of the two groups."""
        exposed = self.d[self.w > 0]
        return int(min(exposed.sum(), (1 - exposed).sum()))

    def sizes(self) -> tuple[int, int]:
        return int(self.d.sum()), int((1 - self.d).sum())


def _cross_fit(data: _Data, folds: int, seed: int, *, with_exposed: bool) -> tuple[Floats, Floats, Floats]:
    """Probability of exposure and expected outcomes without and with it, each from the other folds."""
    groups = int(data.cluster.max()) + 1
    fold = np.random.default_rng(seed).permutation(groups)[data.cluster] % folds
    everyone, binary = np.ones(len(data.y), dtype=bool), bool(np.isin(data.y, (0.0, 1.0)).all())
    probability = _predict(data.x, data.d, everyone, fold, binary=True)
    m0 = _predict(data.x, data.y, data.d == 0, fold, binary=binary)
    m1 = (
        _predict(data.x, data.y, data.d == 1, fold, binary=binary)
        if with_exposed
        else np.full(len(m0), np.nan)
    )
    return np.clip(probability, 1e-6, 1 - 1e-6), m0, m1


def _predict(
    x: Floats, y: Floats, learn: npt.NDArray[np.bool_], fold: npt.NDArray[np.intp], *, binary: bool
) -> Floats:
    """For each row, what a model of the `learn` rows of the other folds expects."""
    expected, folds = np.empty(len(y)), np.unique(fold)
    x_learn, y_learn, fold_learn = (x, y, fold) if learn.all() else (x[learn], y[learn], fold[learn])
    if binary:  # the folds' fits begin where that of all rows is
        near = fit_logistic(x_learn, y_learn)
        curvature = logistic_curvature(x_learn, x_learn @ near) * (1 - 1 / len(folds))
    for one in folds:
        there, away = fold == one, fold_learn != one
        if binary:
            fitted = fit_logistic(
                x_learn, y_learn, start=near, curvature=curvature, weight=away.astype(float)
            )
            expected[there] = logistic(x[there] @ fitted)
        else:
            expected[there] = x[there] @ fit_linear(x_learn[away], y_learn[away])
    return expected


@dataclass(frozen=True, slots=True)
class _Means:
    """Means with and without the exposure over the target group, and each row's influence on them."""

    with_it: float
    without: float
    influence_with: Floats
    influence_without: Floats

    @property
    def difference(self) -> float:
        return self.with_it - self.without

    @property
    def ratio(self) -> float:
        return self.with_it / self.without if self.without else float("nan")

    def of_difference(self) -> Floats:
        return self.influence_with - self.influence_without

    def of_ratio(self) -> Floats:
        if not self.without:
            return np.full(len(self.influence_with), np.nan)
        return (self.influence_with - self.ratio * self.influence_without) / self.without


def _over_exposed(rows: _Data, e: Floats, m0: Floats, _m1: Floats) -> _Means:
    size = float((rows.w * rows.d).mean())
    surprise = rows.w * (1 - rows.d) * e / (1 - e) * (rows.y - m0)
    with_it = float((rows.w * rows.d * rows.y).mean()) / size
    without = float((rows.w * rows.d * m0 + surprise).mean()) / size
    of_with = rows.w * rows.d * (rows.y - with_it) / size
    of_without = (rows.w * rows.d * (m0 - without) + surprise) / size
    return _Means(with_it, without, of_with, of_without)


def _over_all(rows: _Data, e: Floats, m0: Floats, m1: Floats) -> _Means:
    share = rows.w / rows.w.mean()
    ones = share * (m1 + rows.d * (rows.y - m1) / e)
    zeros = share * (m0 + (1 - rows.d) * (rows.y - m0) / (1 - e))
    with_it, without = float(ones.mean()), float(zeros.mean())
    return _Means(with_it, without, ones - share * with_it, zeros - share * without)


def _estimate(
    value: float, influence: Floats, cluster: npt.NDArray[np.intp], n: int, level: float
) -> Estimate:
    """The estimate whose error is that of the mean of the influence function, summed within clusters."""
    _, place = np.unique(cluster, return_inverse=True)
    groups = int(place.max()) + 1
    sums = sum_by(place, influence[:, None], groups)
    error = float(np.sqrt((sums**2).sum() * groups / (groups - 1))) / len(influence)
    if not np.isfinite(error):
        return _nothing(n, level)
    half = normal_quantile(level) * error
    low, high = value - half, value + half
    return Estimate(value, low, high, n, level, METHOD, VERSION, standard_error=error)


def _nothing(n: int, level: float) -> Estimate:
    return Estimate(None, None, None, n, level, METHOD, VERSION)


def _look_at_overlap(data: _Data, e: Floats, kept: npt.NDArray[np.bool_], on: str) -> Overlap:
    target = data.d == 1 if on == EXPOSED else np.ones(len(e), dtype=bool)
    weights = (data.w * (e if on == EXPOSED else 1.0) / (1 - e))[kept & (data.d == 0)]
    effective = float(kish_n(weights.sum(), (weights**2).sum()))
    trimmed = float(np.average(~kept[target], weights=data.w[target])) if data.w[target].sum() else 1.0
    low, high = np.quantile(e[data.d == 1], (0.01, 0.99))
    good = trimmed <= TRIMMED_TOO_MANY and effective >= MINIMUM_GROUP
    return Overlap(float(low), float(high), trimmed, effective, good)


def _warn_of_overlap(overlap: Overlap) -> None:
    if not overlap.good:
        message = (
            f"poor overlap: {overlap.trimmed:.0%} of the group has nobody comparable and was left out, and the "
            f"comparison stands on {overlap.effective_n:.0f} customers in effect"
        )
        warn(message, StatisticalWarning, stacklevel=3)


def _too_few(data: _Data, level: float, overlap: Overlap | None = None) -> Effect:
    none, nan = _nothing(int(data.d.sum()), level), float("nan")
    return Effect(
        none, none, data.naive(), nan, nan, overlap or Overlap(nan, nan, nan, nan, False), *data.sizes()
    )
