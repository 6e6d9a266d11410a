"""Texts that are nearly the same, and bursts of them that look like bought reviews."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from regard.analytics.estimate import Floats
from regard.analytics.words.distinct import distinct_texts

ALIKE = 0.7
BANDS, ROWS = 24, 4
PIECE = 4
SHORTEST = 20  # letters; "Thanks!" is no copy of "Thanks!"
_PRIME = (1 << 31) - 1
_BLOCK = 5_000


@dataclass(frozen=True)
class Copies:
    """Groups of nearly equal texts: `group` is the same number for texts alike, -1 for a text that stands alone."""

    group: npt.NDArray[np.int64]

    def groups(self) -> dict[int, list[int]]:
        """Group number to the places of its texts, the largest group first."""
        found: dict[int, list[int]] = {}
        for place in np.flatnonzero(self.group >= 0).tolist():
            found.setdefault(int(self.group[place]), []).append(place)
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def near_duplicates(texts: Iterable[str | None], *, alike: float = ALIKE) -> Copies:
    """Group the texts that are nearly the same, in time that grows with their number, not its square.

    Parameters
    ----------
    texts : iterable of str or None, length n
    alike : float, default .7
        Least share of four-letter pieces that two texts have in common. A text joins a group if it is so alike to any
        of it.

    Returns
    -------
    Copies

    Raises
    ------
    ValueError
        If `alike` is not above 0 and at most 1.

    Notes
    -----
    MinHash of 96 permutations in 24 bands of 4; texts that agree in a band are compared with the first of that band by
    the share of equal hashes, which estimates the Jaccard index of their pieces with a standard error of at most .05.
    Two texts of which .7 is common meet in some band with probability 1 - (1 - .7⁴)²⁴ = .998. Texts of fewer than 20
    letters are left alone.

    References
    ----------
    Broder (1997), On the resemblance and containment of documents.

    Examples
    --------
    >>> first = "Best boots ever, bought them twice and will buy again!"
    >>> near_duplicates([first, "Late parcel, nobody answers the phone.", first + " Wow"]).group.tolist()
    [0, -1, 0]
    """
    if not 0 < alike <= 1:
        raise ValueError(f"alike must lie above 0 and at most 1, not {alike}")
    found = distinct_texts(" ".join((text or "").lower().split()) for text in texts)
    long = [place for place, text in enumerate(found.texts) if len(text) >= SHORTEST]
    hashes = _signatures([found.texts[place] for place in long])
    label = _connected(hashes, alike)
    group = np.full(len(found.texts), -1, dtype=np.int64)
    group[long] = label
    each = group[found.places] if len(found.texts) else np.empty(0, dtype=np.int64)
    sizes = np.bincount(each[each >= 0], minlength=1)
    alone = (each >= 0) & (sizes[np.maximum(each, 0)] < 2)
    each = np.where(alone, -1, each)
    kept = {old: new for new, old in enumerate(dict.fromkeys(each[each >= 0].tolist()))}
    return Copies(np.array([kept.get(int(old), -1) for old in each], dtype=np.int64))


def _signatures(texts: list[str]) -> npt.NDArray[np.uint32]:
    """MinHash of each text, shape (n, BANDS * ROWS)."""
    draw = np.random.default_rng(1997)
    times = draw.integers(1, _PRIME, BANDS * ROWS, dtype=np.uint64)
    plus = draw.integers(0, _PRIME, BANDS * ROWS, dtype=np.uint64)
    signatures = np.empty((len(texts), BANDS * ROWS), dtype=np.uint32)
    for place, text in enumerate(texts):
        pieces = np.array(
            [crc32(text[at : at + PIECE].encode()) for at in range(len(text) - PIECE + 1)], np.uint64
        )
        pieces = np.unique(pieces[:_BLOCK] % _PRIME)
        signatures[place] = ((pieces[:, None] * times + plus) % _PRIME).min(axis=0)
    return signatures


def _connected(hashes: npt.NDArray[np.uint32], alike: float) -> npt.NDArray[np.int64]:
    """Number of the group of each text, by pairs that agree in a band and are alike indeed."""
    n = len(hashes)
    pairs: list[npt.NDArray[np.int64]] = [np.empty((2, 0), dtype=np.int64)]
    for band in range(BANDS):
        part = np.ascontiguousarray(hashes[:, band * ROWS : (band + 1) * ROWS])
        keys = part.view(np.dtype((np.void, part.dtype.itemsize * ROWS))).ravel()
        _, first, same = np.unique(keys, return_index=True, return_inverse=True)
        left, right = first[same], np.arange(n)
        differ = left != right
        pairs.append(np.stack((left[differ], right[differ])).astype(np.int64))
    candidates = np.unique(np.concatenate(pairs, axis=1), axis=1)
    shared = np.array([(hashes[a] == hashes[b]).mean() for a, b in candidates.T], dtype=np.float64)
    left, right = candidates[:, shared >= alike]
    links = sparse.coo_matrix((np.ones(len(left)), (left, right)), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


@dataclass(frozen=True)
class Burst:
    """Nearly equal texts in a short time: their places, first and last, and in words why they are suspect."""

    places: tuple[int, ...]
    since: np.datetime64
    until: np.datetime64
    writers: int
    reasons: tuple[str, ...]


def find_bursts(
    texts: Sequence[str | None],
    times: npt.ArrayLike,
    *,
    writers: Sequence[str] | None = None,
    ratings: npt.ArrayLike | None = None,
    hours: float = 72.0,
    least: int = 4,
    alike: float = ALIKE,
) -> list[Burst]:
    """Find runs of nearly equal texts in a short time, as bought or campaign reviews come, and say why.

    A suspicion with its reasons, not a verdict: a person decides.

    Parameters
    ----------
    texts : sequence of str or None, length n
    times : array_like of datetime64, shape (n,)
        When each was written, UTC.
    writers : sequence of str, length n, optional
        Who wrote it; copies by one writer are a repetition, by several a campaign.
    ratings : array_like, shape (n,), optional
    hours : float, default 72
        Length of the window.
    least : int, default 4
        Texts in a window.
    alike : float
        As in `near_duplicates`.

    Returns
    -------
    list of Burst
        Largest first.

    Raises
    ------
    ValueError
        If lengths differ, or least is below 2.

    Notes
    -----
    Of each group of copies, the longest runs in which `least` texts lie within `hours` of each other.

    Examples
    --------
    >>> texts = ["Superb boots, the best that I have ever had on my feet" + "!" * n for n in range(4)]
    >>> times = np.array(["2026-03-01T08", "2026-03-01T09", "2026-03-01T10", "2026-03-02T08"], dtype="datetime64[h]")
    >>> (burst,) = find_bursts(texts, times, writers=["a", "b", "c", "d"], ratings=[5, 5, 5, 5])
    >>> burst.reasons
    ('4 nearly equal texts within 24 hours', 'by 4 writers', 'all rated 5')
    """
    when = np.asarray(times, dtype="datetime64[s]")
    given = None if ratings is None else np.asarray(ratings, dtype=np.float64)
    if any(len(column) != len(texts) for column in (when, writers, given) if column is not None):
        raise ValueError("times, writers and ratings must be one a text")
    if least < 2:
        raise ValueError(f"least must be 2 or more, not {least}")
    window = np.timedelta64(round(hours * 3600), "s")
    bursts = []
    for places in near_duplicates(texts, alike=alike).groups().values():
        order = sorted(places, key=lambda place: (when[place], place))
        bursts += [_burst(run, when, writers, given) for run in _runs(order, when, window, least)]
    return sorted(bursts, key=lambda burst: (-len(burst.places), burst.places))


def _runs(order: list[int], when: np.ndarray, window: np.timedelta64, least: int) -> list[list[int]]:
    """Runs of places in which each text lies in a window with `least` of them."""
    dense = [False] * len(order)
    for start in range(len(order) - least + 1):
        if when[order[start + least - 1]] - when[order[start]] <= window:
            dense[start : start + least] = [True] * least
    runs: list[list[int]] = []
    for place, inside, before in zip(order, dense, [None, *order], strict=False):
        if inside and runs and before == runs[-1][-1] and when[place] - when[before] <= window:
            runs[-1].append(place)
        elif inside:
            runs.append([place])
    return [run for run in runs if len(run) >= least]


def _burst(run: list[int], when: np.ndarray, writers: Sequence[str] | None, ratings: Floats | None) -> Burst:
    since, until = when[run[0]], when[run[-1]]
    hours = max(1, int(np.ceil((until - since) / np.timedelta64(3600, "s"))))
    reasons = [f"{len(run)} nearly equal texts within {hours:,} hours"]
    people = len({writers[place] for place in run}) if writers is not None else 0
    if people:
        reasons.append("all by one writer" if people == 1 else f"by {people:,} writers")
    if ratings is not None and np.isfinite(ratings[run]).all() and len(set(ratings[run].tolist())) == 1:
        reasons.append(f"all rated {ratings[run[0]]:g}")
    return Burst(tuple(run), since, until, people, tuple(reasons))
