"""Who is likely to leave: gradient boosting for customers under contract, checked on customers it has not seen."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from threadpoolctl import threadpool_limits

from regard.analytics.churn.discrimination import Bools, auc, calibration_table, lift
from regard.analytics.churn.features import Encoding, Features, as_days, is_time, read_column
from regard.analytics.churn.leakage import find_leaks
from regard.analytics.churn.shapley import Tree, read_trees, shapley_values
from regard.analytics.estimate import LEVEL, Estimate, Estimates, Floats
from regard.analytics.warnings import StatisticalWarning, warn

VERSION = "1"
TRAIN, CALIBRATE = 0.6, 0.2  # the rest is held out
BACKGROUND = 200  # customers that reasons compare with
FEWEST = 30  # leavers, and others, in each of the three parts
TREES = {
    "max_iter": 150,
    "learning_rate": 0.06,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 20,
    "l2_regularization": 1.0,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature's part in one customer's risk: `contribution` in log-odds, above 0 where it speaks for leaving."""

    feature: str
    value: Any
    contribution: float

    @property
    def odds(self) -> float:
        """By what the odds of leaving are multiplied."""
        return float(np.exp(self.contribution))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one customer has their risk.

    Attributes
    ----------
    probability : float
        Calibrated.
    log_odds, baseline : float
        Of the trees, before calibration: the customer's own, and the mean of the customers compared with.
    reasons : tuple of Reason
        All features, the weightiest first; `baseline` plus their contributions is `log_odds`.
    """

    probability: float
    log_odds: float
    baseline: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class ChurnModel:
    """A fitted model with what it was worth on customers it had not seen.

    Attributes
    ----------
    split : str
        "by time" (the newest rows were held out) or "at random" (no times were given).
    sizes : tuple of int
        Rows trained on, calibrated on, held out.
    auc : Estimate
        Of the held out, with DeLong's interval.
    calibration, lift : Estimates
        Of the held out, as `calibration_table` and `lift` give them.
    """

    split: str
    sizes: tuple[int, int, int]
    auc: Estimate
    calibration: Estimates
    lift: Estimates
    encoding: Encoding = field(repr=False)
    trees: Any = field(repr=False)
    isotonic: Any = field(repr=False)
    edge: float = field(repr=False)
    background: Floats = field(repr=False)

    @property
    def features(self) -> list[str]:
        """Names of the features, in the order of the columns of `contributions`."""
        return list(self.encoding.levels)

    def probability(self, features: Features) -> Floats:
        """Calibrated chance to leave of each customer, shape (n,); never quite 0 or 1."""
        return self._calibrated(self.trees.decision_function(self.encoding.matrix(features)))

    def contributions(self, features: Features) -> tuple[Floats, float]:
        """Shapley values in log-odds, shape (n, features), and the baseline they are added to."""
        values = shapley_values(
            self._read(), self.encoding.matrix(features), self.background, self.encoding.owner
        )
        return values, float(self.trees.decision_function(self.background).mean())

    def explain(self, features: Features) -> list[Explanation]:
        """Why each customer has their risk: exact interventional Shapley values of the trees, by plain features."""
        matrix = self.encoding.matrix(features)
        scores = self.trees.decision_function(matrix)
        values, baseline = self.contributions(features)
        columns = {name: np.asarray(features[name]).astype(object) for name in self.features}  # plain values
        return [
            Explanation(float(chance), float(score), baseline, self._reasons(columns, row, parts))
            for row, (chance, score, parts) in enumerate(
                zip(self._calibrated(scores), scores, values, strict=True)
            )
        ]

    def _reasons(self, columns: dict[str, npt.NDArray[Any]], row: int, parts: Floats) -> tuple[Reason, ...]:
        order = np.argsort(-np.abs(parts), kind="stable")
        names = self.features
        return tuple(Reason(names[at], columns[names[at]][row], float(parts[at])) for at in order)

    def _calibrated(self, scores: Floats) -> Floats:
        return np.asarray(np.clip(self.isotonic.predict(scores), self.edge, 1 - self.edge), dtype=np.float64)

    def _read(self) -> list[Tree]:
        return read_trees(self.trees)


def fit_churn_model(
    features: Features,
    churned: npt.ArrayLike,
    *,
    at: npt.ArrayLike | None = None,
    gap: float = 0.0,
    as_of: date | datetime | None = None,
    allow: Collection[str] = (),
    seed: int = 0,
    level: float = LEVEL,
) -> ChurnModel:
    """Learn from customers under contract who left and who stayed, and say how well that works on others.

    Parameters
    ----------
    features : mapping of str to array_like, shape (n,)
        What was known *before* the outcome: numbers, booleans, times, or text for categories. None and nan are missing.
        Columns that seem to know the outcome are refused (see `find_leaks`).
    churned : array_like of bool, shape (n,)
        Whether the customer left in the time after.
    at : array_like, shape (n,), optional
        When each row's features were read: dates, times, or any number that grows with time. The oldest rows train,
        the next calibrate, the newest are held out; rows of one moment stay together. Without it rows are split at
        random, which flatters where customers change with time.
    gap : float, default 0
        How long after `at` the outcome was known, in days (or the unit of `at`). Rows whose outcome was not yet known
        when the next part begins are left out.
    as_of : date or datetime, optional
        The moment at which everything had to be known: a column that holds later times is refused.
    allow : collection of str
        Columns that the guards would refuse, but are known to be honest.
    seed : int, default 0
        Of the random split and of the customers compared with. The same seed gives the same model.
    level : float, default .95

    Returns
    -------
    ChurnModel

    Raises
    ------
    ValueError
        If a column leaks, lengths differ, a column names the customer, or a part has fewer than 30 leavers or others.

    Warns
    -----
    StatisticalWarning
        When the held-out customers do not show that the model is better than chance.

    Notes
    -----
    150 trees of at most 8 leaves, log loss, no early stopping; isotonic regression on rows the trees have not seen; all
    figures from a third part. Calibrated chances are kept off 0 and 1 by 1/(calibration rows + 2). A reason is an
    association in the data: changing it need not change the outcome.

    References
    ----------
    Friedman (2001), Annals of Statistics 29(5); Zadrozny, Elkan (2002), KDD; DeLong et al. (1988), Biometrics 44.

    Examples
    --------
    >>> draw = np.random.default_rng(0)
    >>> months, calls = draw.integers(1, 60, 3000), draw.poisson(1.0, 3000)
    >>> left = draw.random(3000) < 1 / (1 + np.exp(1 + 0.05 * months - 0.7 * calls))
    >>> model = fit_churn_model({"months": months, "calls": calls}, left, at=np.arange(3000))
    >>> model.split, model.sizes, bool(model.auc.low > 0.6)
    ('by time', (1800, 600, 600), True)
    >>> [why.feature for why in model.explain({"months": [50], "calls": [0]})[0].reasons]
    ['months', 'calls']
    """
    gone = np.asarray(churned).astype(bool)
    leaks = find_leaks(features, gone, as_of=as_of, allow=allow)
    if leaks:
        raise ValueError(
            "these columns may know the outcome: "
            + "; ".join(f"{leak.column}: {leak.reason}" for leak in leaks)
        )
    parts = _split(gone, at, gap, seed)
    _check(gone, parts)
    train, calibrate, held = parts
    encoding = Encoding.learn(
        {name: read_column(name, given, len(gone))[train] for name, given in features.items()}, len(train)
    )
    matrix = encoding.matrix(features)
    trees = HistGradientBoostingClassifier(**TREES, early_stopping=False, random_state=seed)
    with threadpool_limits(1, "openmp"):  # sums in another order would make another tree on another machine
        trees.fit(matrix[train], gone[train])
        scores = trees.decision_function(matrix)
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(scores[calibrate], gone[calibrate])
    edge = 1 / (len(calibrate) + 2)
    chances = np.clip(isotonic.predict(scores[held]), edge, 1 - edge)
    background = np.random.default_rng(seed).choice(train, min(BACKGROUND, len(train)), replace=False)
    found = auc(scores[held], gone[held], level=level)
    if found.low is not None and found.low <= 0.5:
        warn("the model is not seen to be better than chance", StatisticalWarning, stacklevel=2)
    return ChurnModel(
        "at random" if at is None else "by time", (len(train), len(calibrate), len(held)), found,
        calibration_table(chances, gone[held], level=level), lift(scores[held], gone[held], level=level),
        encoding, trees, isotonic, edge, matrix[np.sort(background)],
    )  # fmt: skip


Rows = npt.NDArray[np.intp]


def _split(gone: Bools, at: npt.ArrayLike | None, gap: float, seed: int) -> tuple[Rows, Rows, Rows]:
    """Row numbers to train on, to calibrate on, and held out."""
    n = len(gone)
    if at is None:
        order = np.random.default_rng(seed).permutation(n)
        first, second = round(TRAIN * n), round((TRAIN + CALIBRATE) * n)
        return tuple(np.sort(part) for part in np.split(order, [first, second]))  # type: ignore[return-value]
    given = read_column("at", at, n)
    moments = as_days(given) if is_time(given) else given.astype(np.float64)
    if np.isnan(moments).any():
        raise ValueError("a time is missing from `at`")
    first, second = np.quantile(moments, [TRAIN, TRAIN + CALIBRATE], method="higher")
    train = np.flatnonzero((moments < first) & (moments + gap <= first))
    calibrate = np.flatnonzero((moments >= first) & (moments < second) & (moments + gap <= second))
    return train, calibrate, np.flatnonzero(moments >= second)


def _check(gone: Bools, parts: tuple[Rows, Rows, Rows]) -> None:
    for name, part in zip(("to train on", "to calibrate on", "held out"), parts, strict=True):
        leavers = int(gone[part].sum())
        if min(leavers, len(part) - leavers) < FEWEST:
            raise ValueError(
                f"{leavers} leavers and {len(part) - leavers} others {name}: {FEWEST} of each are needed at least"
            )
