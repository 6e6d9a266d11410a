"""To which queue a text belongs, learned from where past texts went."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from regard.analytics.estimate import Estimate, Floats, assemble
from regard.analytics.intervals import wilson
from regard.analytics.words.distinct import distinct_texts
from regard.analytics.words.linear import LinearText, learn_linear

VERSION = "1"
LEAST = 10
RIGHT = 0.95
PERSON = ""


@dataclass(frozen=True)
class Route:
    """Where a text goes: the queue, or None for "leave it to a person"; the likeliest queue and its probability."""

    queue: str | None
    likeliest: str
    probability: float


@dataclass(frozen=True)
class RoutingModel:
    """Sends texts to queues.

    Attributes
    ----------
    queues : tuple of str
    threshold : float
        Least probability of a text that is sent without a person.
    accuracy : Estimate
        Share of held-out texts whose likeliest queue was right, with Wilson's interval.
    sent : float
        Share of held-out texts above the threshold.
    accuracy_sent : Estimate
        Share of those that were right.
    calibration_error : float
        Mean distance between probability said and share right, over ten equal groups of held-out texts.
    left_out : dict of str to int
        Queues with too few texts to learn from, and how many they had.
    """

    queues: tuple[str, ...]
    threshold: float
    accuracy: Estimate
    sent: float
    accuracy_sent: Estimate
    calibration_error: float
    left_out: dict[str, int]
    linear: LinearText = field(repr=False)

    def probabilities(self, texts: Iterable[str | None]) -> Floats:
        """Calibrated probability of each queue, shape (n, queues)."""
        found = distinct_texts(texts)
        if not found.texts:
            return np.empty((0, len(self.queues)))
        return np.asarray(self.linear.probabilities(found.texts)[found.places], dtype=np.float64)

    def route(self, texts: Iterable[str | None]) -> list[Route]:
        """Where each text goes; an empty text always to a person."""
        given = [text or "" for text in texts]
        chances = self.probabilities(given)
        routes = []
        for text, row in zip(given, chances, strict=True):
            best = int(row.argmax())
            sure = row[best] >= self.threshold and bool(text.strip())
            routes.append(Route(self.queues[best] if sure else None, self.queues[best], float(row[best])))
        return routes


def learn_routing(
    texts: Iterable[str | None],
    queues: Sequence[str],
    *,
    right: float = RIGHT,
    threshold: float | None = None,
    least: int = LEAST,
) -> RoutingModel:
    """Learn from past texts and the queues that settled them where the next text belongs.

    Probabilities are calibrated on texts the model had not seen. A text whose best probability lies below the
    threshold is left to a person; the threshold is the lowest at which the share `right` of held-out texts sent was
    right.

    Parameters
    ----------
    texts : iterable of str or None, length n
    queues : sequence of str, length n
        The queue that settled each (not the one it first went to).
    right : float, default .95
        Wanted share of right ones among those sent without a person.
    threshold : float, optional
        Used as it is, instead of the one that `right` asks for.
    least : int, default 10
        Distinct texts that a queue needs; smaller queues are left out and named in the result.

    Returns
    -------
    RoutingModel

    Raises
    ------
    ValueError
        If lengths differ, or fewer than two queues have enough texts.

    Notes
    -----
    A linear support vector machine, one queue against the rest, on TF-IDF of words, pairs of words and runs of two to
    five letters; probabilities are the softmax of its margins over a temperature plus a bias a queue, of greatest
    likelihood for cross-validated margins. A text that went to several queues counts once, for the most frequent.

    References
    ----------
    Guo et al. (2017), On calibration of modern neural networks, ICML; Casanueva et al. (2020), Efficient intent
    detection, ACL workshop on NLP for conversational AI (banking77).

    Examples
    --------
    >>> texts = [f"{what} {n}" for n in range(20) for what in ("invoice is wrong", "parcel is late")]
    >>> model = learn_routing(texts, ["billing", "shipping"] * 20)
    >>> [route.queue for route in model.route(["my parcel is late", "an invoice", ""])]
    ['shipping', 'billing', None]
    """
    given = list(texts)
    if len(given) != len(queues):
        raise ValueError("queues must be one name a text")
    kept, names, left_out = _majority(given, queues, least)
    if len(names) < 2:
        raise ValueError(f"two or more queues with {least} distinct texts each are needed to learn routing")
    place_of = {name: place for place, name in enumerate(names)}
    labels = np.asarray([place_of[name] for _, name in kept], dtype=np.int64)
    learned = learn_linear([text for text, _ in kept], labels, len(names))
    best = learned.held_out.max(axis=1)
    hit = learned.held_out.argmax(axis=1) == labels
    least_sure = threshold if threshold is not None else _threshold(best, hit, right)
    sent = best >= least_sure
    return RoutingModel(
        tuple(names), least_sure, _share(hit), float(sent.mean()), _share(hit[sent]),
        _calibration_error(best, hit), left_out, learned.model,
    )  # fmt: skip


def _majority(
    texts: Sequence[str | None], queues: Sequence[str], least: int
) -> tuple[list[tuple[str, str]], list[str], dict[str, int]]:
    """Each distinct text with its most frequent queue, the queues that have enough, and the others' counts."""
    votes: dict[str, dict[str, int]] = {}
    for text, queue in zip(texts, queues, strict=True):
        if text and text.strip():
            of = votes.setdefault(text, {})
            of[queue] = of.get(queue, 0) + 1
    chosen = [(text, max(sorted(of), key=of.__getitem__)) for text, of in votes.items()]
    counts: dict[str, int] = dict.fromkeys(sorted(set(queues)), 0)
    for _, queue in chosen:
        counts[queue] += 1
    names = [name for name, count in counts.items() if count >= max(least, 3)]
    left_out = {name: count for name, count in counts.items() if name not in names}
    return [(text, queue) for text, queue in chosen if queue not in left_out], names, left_out


def _threshold(best: Floats, hit: np.ndarray, right: float) -> float:
    """The lowest probability from which on the share `right` was right; above 1 when there is none."""
    order = np.argsort(-best, kind="stable")
    share = np.cumsum(hit[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= right)
    return float(best[order[enough[-1]]]) if len(enough) else 1.01


def _share(hit: np.ndarray) -> Estimate:
    n = np.array([len(hit)], dtype=np.float64)
    return assemble(pa.table({}), [], wilson([hit.sum()], n), n, version=VERSION)[0]


def _calibration_error(best: Floats, hit: np.ndarray) -> float:
    order = np.argsort(best, kind="stable")
    groups = [group for group in np.array_split(order, 10) if len(group)]
    return float(
        sum(abs(best[group].mean() - hit[group].mean()) * len(group) for group in groups) / len(best)
    )
