"""Maximum likelihood for models whose customers are counted: equal rows are evaluated once.

A model hands over its parameter names and a function that gives the log-likelihood and its gradient with
respect to the logarithms of the parameters. What comes back is a `Fit`: the estimates, their standard errors
from the observed information, and whether the data can carry them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from regard.analytics.warnings import ConvergenceWarning, StatisticalWarning, warn

Array = npt.NDArray[np.float64]
Objective = Callable[[Array], tuple[float, Array]]

BLOCK = 8192  # rows evaluated at a time: what lies between the steps stays in the cache
FAR = 12.0  # a parameter beyond e^±12 has run away: the data do not hold it
VAGUE = 6.0  # a standard error of its logarithm above 6: a factor of 400 to either side is no knowledge


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Attributes
    ----------
    params : dict of str to float
        Maximum likelihood estimates, by the name the literature gives them.
    standard_errors : dict of str to float
        From the observed information (inverse Hessian of minus the log-likelihood), in the parameters' own units;
        nan where the parameter is not identified.
    log_likelihood : float
        At the estimates, summed over customers.
    n : float
        Customers (sum of weights).
    converged : bool
        The optimiser met its tolerance and no parameter ran away.
    covariance : ndarray of shape (k, k)
        Of the logarithms of the parameters.
    message : str
        What the data can and cannot say, in a sentence; empty if there is nothing to say.
    """

    model: str
    params: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float
    n: float
    converged: bool
    covariance: Array = field(repr=False)
    message: str = ""

    def __getitem__(self, name: str) -> float:
        return self.params[name]

    def draws(self, size: int, seed: int = 0) -> Array:
        """Parameter vectors drawn from the estimates' asymptotic normal distribution, shape (size, k)."""
        centre = np.log(np.array(list(self.params.values())))
        sample = np.random.default_rng(seed).multivariate_normal(centre, self.covariance, size, method="eigh")
        return np.asarray(np.exp(sample))

    def to_json(self) -> dict[str, Any]:
        """The fit as plain values that `from_json` understands."""
        errors = {name: None if np.isnan(error) else error for name, error in self.standard_errors.items()}
        return {**vars(self), "standard_errors": errors, "covariance": self.covariance.tolist()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Fit":
        """A fit that `to_json` wrote."""
        errors = {name: np.nan if at is None else at for name, at in values["standard_errors"].items()}
        covariance = np.asarray(values["covariance"], dtype=np.float64)
        return cls(**{**values, "standard_errors": errors, "covariance": covariance})


def maximise(
    model: str,
    names: Sequence[str],
    objective: Objective,
    start: Sequence[float],
    n: float,
    explain: Callable[[dict[str, float], dict[str, float]], str] | None = None,
) -> Fit:
    """Maximise a log-likelihood over positive parameters.

    Parameters
    ----------
    objective : callable
        Takes log-parameters of shape (k,), returns the log-likelihood and its gradient of shape (k,).
    start : sequence of float
        Starting values of the parameters themselves.
    explain : callable, optional
        Given the estimates and their standard errors, says what these data do not identify; empty if nothing.

    Warns
    -----
    StatisticalWarning
        A parameter is not identified by these data.
    ConvergenceWarning
        The optimiser stopped before its tolerance.
    """
    scale = max(n, 1.0)

    def loss(theta: Array) -> tuple[float, Array]:
        value, gradient = objective(theta)
        return -value / scale, -gradient / scale

    bounds = [(-FAR, FAR)] * len(names)
    found = minimize(loss, np.log(start), jac=True, method="L-BFGS-B", bounds=bounds,
                     options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8})  # fmt: skip
    theta, hessian = _polish(loss, np.asarray(found.x, dtype=np.float64))
    value, gradient = objective(theta)
    params = {name: float(np.exp(at)) for name, at in zip(names, theta, strict=True)}
    lost = np.abs(theta) > FAR - 0.5
    covariance = _covariance(hessian * scale, ~lost)
    flat = (np.diag(covariance) <= 0) | (np.diag(covariance) > VAGUE**2)
    if (flat & ~lost).any():
        lost |= flat
        covariance = _covariance(hessian * scale, ~lost)
    errors = np.exp(theta) * np.sqrt(np.where(lost, np.nan, np.diag(covariance).clip(min=0.0)))
    standard_errors = {name: float(error) for name, error in zip(names, errors, strict=True)}
    message = explain(params, standard_errors) if explain else ""
    if lost.any():
        message = message or f"Not identified by these data: {', '.join(np.array(names)[lost])}."
    if message:
        warn(f"{model}: {message}", StatisticalWarning, stacklevel=4)
    settled = bool(np.abs(gradient[~lost]).max(initial=0.0) / scale < 1e-5)
    if not settled:
        warn(f"{model}: the search stopped before its tolerance.", ConvergenceWarning, stacklevel=3)
    return Fit(
        model=model,
        params=params,
        standard_errors=standard_errors,
        log_likelihood=float(value),
        n=float(n),
        converged=settled and not lost.any(),
        covariance=covariance,
        message=message,
    )


def _polish(loss: Objective, theta: Array) -> tuple[Array, Array]:
    """A few Newton steps with one Hessian, which is returned: L-BFGS stops at about six digits, published figures
    have more."""
    hessian = _hessian(loss, theta)
    held = np.abs(theta) < FAR - 0.5
    inverse = np.linalg.pinv(hessian[np.ix_(held, held)], hermitian=True)
    value, gradient = loss(theta)
    moved = 0.0
    for _ in range(5):
        if not held.any() or np.abs(gradient[held]).max() < 1e-10:
            break
        step = inverse @ gradient[held]
        trial = theta.copy()
        trial[held] -= step
        trial_value, trial_gradient = loss(trial)
        if not trial_value <= value or np.abs(step).max() > 1.0:
            break
        theta, value, gradient = trial, trial_value, trial_gradient
        moved += float(np.abs(step).max())
    return theta, hessian if moved < 1e-6 else _hessian(loss, theta)


def _hessian(objective: Objective, theta: Array) -> Array:
    """Central differences of the analytic gradient."""
    size = len(theta)
    hessian = np.empty((size, size))
    for column in range(size):
        step = np.zeros(size)
        step[column] = 1e-5
        hessian[column] = (objective(theta + step)[1] - objective(theta - step)[1]) / 2e-5
    return (hessian + hessian.T) / 2


def _covariance(information: Array, held: npt.NDArray[np.bool_]) -> Array:
    covariance = np.zeros_like(information)
    covariance[np.ix_(held, held)] = np.linalg.pinv(information[np.ix_(held, held)], hermitian=True)
    return covariance


def unknown_spread(first: float, second: float, error: float) -> bool:
    """Whether a beta (or gamma) distribution's two parameters are large and loose: its mean may be well known, how
    much customers differ is not."""
    return first + second > 20.0 and not error < 0.5 * first
