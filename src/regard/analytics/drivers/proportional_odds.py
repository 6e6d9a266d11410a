"""Proportional odds: how the chance of a better answer goes with what customers met, for ordered answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.special import expit

from regard.analytics.estimate import LEVEL, Estimate, Estimates, Floats, Interval, assemble
from regard.analytics.intervals import normal
from regard.analytics.warnings import ConvergenceWarning, warn

VERSION = "1"
STEPS = 100
SETTLED = 1e-9  # of the Newton decrement, per answer
FAR = 30.0  # a log odds ratio this far over the range of its predictor is separation
TINY = 1e-300


@dataclass(frozen=True)
class ProportionalOdds:
    """A fitted ordinal regression.

    Attributes
    ----------
    coefficients, thresholds : ndarray, shape (p,) and (levels - 1,)
        Log odds ratios of a higher answer for one more of each predictor; where the levels part.
    names : tuple of str
    levels : ndarray
        The answers that occur, rising.
    covariance : ndarray, shape (levels - 1 + p, levels - 1 + p)
        Of thresholds, then coefficients; from the observed information.
    log_likelihood : float
    n : float
        Sum of the frequencies.
    converged : bool
    """

    coefficients: Floats
    thresholds: Floats
    names: tuple[str, ...]
    levels: Floats
    covariance: Floats = field(repr=False)
    log_likelihood: float
    n: float
    converged: bool
    level: float = LEVEL
    version: str = VERSION

    @property
    def deviance(self) -> float:
        """Minus twice the log-likelihood."""
        return -2 * self.log_likelihood

    @property
    def standard_errors(self) -> Floats:
        """Of the coefficients."""
        return np.asarray(np.sqrt(np.diagonal(self.covariance)[len(self.thresholds) :]))

    def effects(self) -> dict[str, Estimate]:
        """Each predictor's log odds ratio with its Wald interval; no figure from a fit that did not settle."""
        value = self.coefficients if self.converged else np.full(len(self.names), np.nan)
        interval = normal(value, np.where(np.isnan(value), np.nan, self.standard_errors), self.level, "Wald")
        table, n = pa.table({"predictor": list(self.names)}), np.full(len(self.names), self.n)
        effects = assemble(
            table, ["predictor"], interval, n, level=self.level, version=self.version, minimum=0
        )
        return dict(zip(self.names, effects, strict=True))

    def odds_ratios(self) -> Estimates:
        """By what each predictor (column `predictor`) multiplies the odds of a higher answer; 1 is no difference.

        The exponential of `effects` and of the ends of their intervals.
        """
        logs = list(self.effects().values())
        ratio, low, high = (
            np.exp([np.nan if end is None else end for end in ends])
            for ends in zip(*((log.value, log.low, log.high) for log in logs), strict=True)
        )
        interval = Interval(ratio, low, high, ratio * self.standard_errors, "Wald, of the logarithm")
        table, n = pa.table({"predictor": list(self.names)}), np.full(len(self.names), self.n)
        return assemble(table, ["predictor"], interval, n, level=self.level, version=self.version, minimum=0)

    def probabilities(self, predictors: npt.ArrayLike) -> Floats:
        """Probability of each level, shape (rows, levels), for predictors of shape (rows, p)."""
        middle = np.asarray(predictors, dtype=np.float64) @ self.coefficients
        below = expit(self.thresholds - middle[:, None])
        return np.diff(below, axis=1, prepend=0.0, append=1.0)


def proportional_odds(
    predictors: npt.ArrayLike,
    answer: npt.ArrayLike,
    names: Sequence[str],
    *,
    frequency: npt.ArrayLike | None = None,
    level: float = LEVEL,
) -> ProportionalOdds:
    """Fit ordered answers (stars, "rather satisfied") on predictors by maximum likelihood.

    Answers are only ordered, not measured: the distance between two and three stars need not be that between four and
    five.

    Parameters
    ----------
    predictors : array_like, shape (n, p)
        Numbers; categories as 0/1 columns with one left out.
    answer : array_like, shape (n,)
        Ordered codes; only their order counts.
    names : sequence of str, length p
    frequency : array_like, shape (n,), optional
        How many answered like this.
    level : float, default .95

    Returns
    -------
    ProportionalOdds

    Raises
    ------
    ValueError
        If shapes do not fit, values are missing, the answers do not differ, or predictors are collinear.

    Warns
    -----
    ConvergenceWarning
        When predictors separate the answers, so that a coefficient runs away.

    Notes
    -----
    ``logit P(answer <= j) = θ_j - x β``: a positive coefficient goes with higher answers, by the same odds ratio
    ``exp β`` at every level. That is an assumption; where it fails β is an average over the levels. Newton's method
    on the exact gradient and Hessian of the log-likelihood, which is concave. Also called ordered or cumulative logit.

    References
    ----------
    McCullagh (1980), Regression models for ordinal data, Journal of the Royal Statistical Society B 42(2), 109-142;
    Venables and Ripley (2002), Modern Applied Statistics with S, section 7.3.

    Examples
    --------
    >>> late = [[0], [0], [0], [1], [1], [1]]
    >>> fit = proportional_odds(late, [1, 2, 3, 1, 2, 3], ["late"], frequency=[5, 15, 80, 40, 30, 30])
    >>> print(fit.effects()["late"])
    -2.290 [-2.923, -1.657] n=200
    """
    rows = _checked(predictors, answer, names, frequency)
    likelihood = _Likelihood(*rows)
    scale = np.ptp(likelihood.x, axis=0)
    theta, settled = _climb(likelihood, len(names))
    value, _, hessian = likelihood(theta)
    cuts = len(likelihood.levels) - 1
    separated = bool((np.abs(theta[cuts:]) * scale > FAR).any())
    if separated or not settled:
        warn("predictors separate the answers: effects run away", ConvergenceWarning, stacklevel=2)
    # back from predictors around their mean: θ = θ' + mean β
    back = np.eye(len(theta))
    back[:cuts, cuts:] = likelihood.mean
    params = back @ theta
    return ProportionalOdds(
        params[cuts:], params[:cuts], tuple(names), likelihood.levels,
        back @ np.linalg.pinv(-hessian, hermitian=True) @ back.T, float(value), float(likelihood.w.sum()),
        settled and not separated, level,
    )  # fmt: skip


def _checked(
    predictors: npt.ArrayLike, answer: npt.ArrayLike, names: Sequence[str], frequency: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    x, y = np.asarray(predictors, dtype=np.float64), np.asarray(answer, dtype=np.float64)
    w = np.ones(len(y)) if frequency is None else np.asarray(frequency, dtype=np.float64)
    if x.ndim != 2 or x.shape != (len(y), len(names)) or w.shape != y.shape:
        raise ValueError("predictors need a row for each answer and a column for each name")
    if not (np.isfinite(x).all() and np.isfinite(y).all() and np.isfinite(w).all() and (w >= 0).all()):
        raise ValueError("values must not be missing, nor frequencies negative")
    x, y, w = x[w > 0], y[w > 0], w[w > 0]
    if len(np.unique(y)) < 2:
        raise ValueError("the answers do not differ")
    around = np.column_stack((np.ones(len(x)), x))
    if np.linalg.matrix_rank(around) < around.shape[1]:
        raise ValueError("predictors are collinear, or one does not vary")
    return x, y, w


class _Likelihood:
    """Log-likelihood with gradient and Hessian in (thresholds, coefficients), rows sorted by answer."""

    def __init__(self, x: Floats, y: Floats, w: Floats) -> None:
        order = np.argsort(y, kind="stable")
        self.mean = np.average(x, axis=0, weights=w)
        self.x, self.w = x[order] - self.mean, w[order]
        self.levels, self.first, self.level = np.unique(y[order], return_index=True, return_inverse=True)

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        cuts = len(self.levels) - 1
        bounds = np.concatenate(([-np.inf], theta[:cuts], [np.inf]))
        if (np.diff(bounds) <= 0).any():
            return -np.inf, np.empty(0), np.empty((0, 0))
        middle = self.x @ theta[cuts:]
        high, low = bounds[self.level + 1] - middle, bounds[self.level] - middle
        flip = low > 0  # differences of small tails keep their digits
        inside = np.where(flip, expit(-low) - expit(-high), expit(high) - expit(low))
        inside = np.maximum(inside, TINY)
        up, down = expit(high), expit(low)
        slope_up, slope_down = up * (1 - up) / inside, down * (1 - down) / inside
        curve_up = self.w * (slope_up * (1 - 2 * up) - slope_up**2)
        curve_down = self.w * (-slope_down * (1 - 2 * down) - slope_down**2)
        value = float(self.w @ np.log(inside))
        gradient = self._gradient(self.w * slope_up, -self.w * slope_down)
        return value, gradient, self._hessian(curve_up, curve_down, self.w * slope_up * slope_down)

    def _gradient(self, up: Floats, down: Floats) -> Floats:
        """From the derivatives along each row's upper and lower bound."""
        at_cuts = self._by_level(up)[:-1] + self._by_level(down)[1:]
        return np.concatenate((at_cuts, -self.x.T @ (up + down)))

    def _hessian(self, up: Floats, down: Floats, both: Floats) -> Floats:
        """From the second derivatives along each row's upper bound, lower bound, and the two."""
        cuts = len(self.levels) - 1
        hessian = np.zeros((cuts + self.x.shape[1],) * 2)
        hessian[:cuts, :cuts] = np.diag(self._by_level(up)[:-1] + self._by_level(down)[1:])
        between = self._by_level(both)[1:-1]
        place = np.arange(cuts - 1)
        hessian[place, place + 1] = hessian[place + 1, place] = between
        across = -self._by_level((up + both)[:, None] * self.x)[:-1]
        across -= self._by_level((down + both)[:, None] * self.x)[1:]
        hessian[:cuts, cuts:], hessian[cuts:, :cuts] = across, across.T
        hessian[cuts:, cuts:] = (self.x * (up + down + 2 * both)[:, None]).T @ self.x
        return hessian

    def _by_level(self, values: Floats) -> Floats:
        return np.asarray(np.add.reduceat(values, self.first, axis=0))


def _climb(likelihood: _Likelihood, size: int) -> tuple[Floats, bool]:
    """Newton's method from no effects, halving steps that do not climb."""
    shares = np.add.reduceat(likelihood.w, likelihood.first) / likelihood.w.sum()
    below = np.cumsum(shares)[:-1]
    theta = np.concatenate((np.log(below / (1 - below)), np.zeros(size)))
    value, gradient, hessian = likelihood(theta)
    for _ in range(STEPS):
        step = np.linalg.lstsq(-hessian, gradient, rcond=None)[0]
        if gradient @ step < SETTLED * likelihood.w.sum() * 1e-6:
            return theta, True
        for halving in range(40):
            trial = likelihood(theta + step / 2**halving)
            if trial[0] >= value:
                break
        else:
            return theta, False
        theta, (value, gradient, hessian) = theta + step / 2**halving, trial
        if np.abs(theta).max() > 1e4:
            return theta, False
    return theta, False
