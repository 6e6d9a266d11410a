"""A linear model of texts on words and pieces of words, with probabilities that mean what they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from regard.analytics.estimate import Floats

FOLDS = 3
_WORD = r"\w+"
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LinearText:
    """Weights of words (and pairs of them) and of runs of two to five letters, one row a class.

    Attributes
    ----------
    words, letters : TfidfVectorizer
    weights : ndarray, shape (classes, features)
    offsets, biases : ndarray, shape (classes,)
    temperature : float
        A margin of `temperature` more is e times as probable.
    """

    words: TfidfVectorizer
    letters: TfidfVectorizer
    weights: Floats
    offsets: Floats
    temperature: float
    biases: Floats

    def probabilities(self, texts: Sequence[str], extra: Floats | None = None) -> Floats:
        """Calibrated probability of each class, shape (n, classes)."""
        matrix = self._matrix(texts, extra)
        margins = np.asarray(matrix @ self.weights.T + self.offsets, dtype=np.float64)
        return _softmax(margins / self.temperature + self.biases)

    def _matrix(self, texts: Sequence[str], extra: Floats | None) -> Any:
        parts = [self.words.transform(texts), self.letters.transform(texts)]
        return _joined(parts, extra)


@dataclass(frozen=True)
class Learned:
    """A fitted model, and the probabilities that models without sight of a text gave it, shape (n, classes)."""

    model: LinearText
    held_out: Floats


def learn_linear(
    texts: Sequence[str], labels: Labels, classes: int, *, extra: Floats | None = None, penalty: float = 1.0
) -> Learned:
    """Fit classes 0..classes-1 to texts; each class must occur at least three times.

    One-against-rest squared-hinge margins; their temperature and biases are the maximum likelihood of the margins
    that three-fold cross-validation gives, so that probabilities come from texts the model had not seen. Each text is
    to be given once: a copy in two folds would flatter.
    """
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_WORD, dtype=np.float64)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
    matrix = _joined([words.fit_transform(texts), letters.fit_transform(texts)], extra)
    margins = np.empty((len(texts), classes))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(texts, labels):
        weights, offsets = _fit(matrix[train], labels[train], penalty)
        margins[test] = matrix[test] @ weights.T + offsets
    temperature, biases = _calibrate(margins, labels)
    weights, offsets = _fit(matrix, labels, penalty)
    model = LinearText(words, letters, weights, offsets, temperature, biases)
    return Learned(model, _softmax(margins / temperature + biases))


def _joined(parts: list[Any], extra: Floats | None) -> Any:
    return sparse.hstack([*parts, sparse.csr_matrix(extra)] if extra is not None else parts, format="csr")


def _fit(matrix: Any, labels: Labels, penalty: float) -> tuple[Floats, Floats]:
    fitted = LinearSVC(C=penalty, random_state=0).fit(matrix, labels)
    weights, offsets = np.asarray(fitted.coef_), np.asarray(fitted.intercept_)
    if len(weights) == 1:  # two classes: one margin, for and against
        return np.vstack((-weights, weights)), np.concatenate((-offsets, offsets))
    return weights, offsets


def _calibrate(margins: Floats, labels: Labels) -> tuple[float, Floats]:
    """Temperature, and biases with a weak pull to zero, of greatest likelihood."""
    n, classes = margins.shape
    truth = np.zeros_like(margins)
    truth[np.arange(n), labels] = 1.0

    def loss(at: Floats) -> tuple[float, Floats]:
        slope = np.exp(at[0])
        fitted = _softmax(margins * slope + at[1:])
        wrong = fitted - truth
        value = -np.log(np.maximum(fitted[np.arange(n), labels], 1e-300)).sum() + at[1:] @ at[1:]
        return float(value), np.concatenate(
            ([slope * (wrong * margins).sum()], wrong.sum(axis=0) + 2 * at[1:])
        )

    bounds = [(-5.0, 5.0)] + [(None, None)] * classes
    found = optimize.minimize(loss, np.zeros(classes + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return float(np.exp(-found.x[0])), np.asarray(found.x[1:], dtype=np.float64)


def _softmax(margins: Floats) -> Floats:
    shifted = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float64)
