"""Texts as weighted words: fast, in columns, and for scripts without blanks as pairs of letters."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from regard.analytics.estimate import Floats

MOST_WORDS = 4_000
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Khmer}\p{Lao}]"
_RUN = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
_BETWEEN = r"[^\p{L}\p{M}\p{N}'’]+"


@dataclass(frozen=True)
class Counted:
    """How often each text says each word: a sparse matrix of shape (texts, words), words in alphabetical order."""

    matrix: Any
    words: list[str]


def count_words(
    texts: Sequence[str], *, drop: frozenset[str] = frozenset(), least: int = 1, most_share: float = 1.0
) -> Counted:
    """Count the words that at least `least` texts and at most `most_share` of them say; the 4,000 most frequent."""
    values, parents = _words(texts)
    encoded = values.dictionary_encode()
    words = encoded.dictionary.to_pylist()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    matrix = sparse.csr_matrix(
        (np.ones(len(codes)), (parents, codes)), shape=(len(texts), len(words)), dtype=np.float64
    )
    said = np.bincount(matrix.indices, minlength=len(words))
    fit = np.array(
        [len(word) > 1 and not word[0].isdecimal() and word not in drop for word in words], dtype=bool
    )
    kept = np.flatnonzero(fit & (said >= least) & (said <= most_share * len(texts)))
    if len(kept) > MOST_WORDS:
        kept = kept[np.lexsort((kept, -said[kept]))[:MOST_WORDS]]
    kept = np.array(sorted(kept, key=words.__getitem__), dtype=np.int64)
    return Counted(matrix[:, kept], [words[place] for place in kept])


def count_known(texts: Sequence[str], words: Sequence[str]) -> Any:
    """Counts of these words alone, shape (texts, words)."""
    values, parents = _words(texts)
    codes = pc.index_in(values, value_set=pa.array(list(words), pa.string()))
    known = pc.is_valid(codes).to_numpy(zero_copy_only=False)
    columns = codes.filter(pc.is_valid(codes)).to_numpy(zero_copy_only=False)
    return sparse.csr_matrix(
        (np.ones(len(columns)), (parents[known], columns)), shape=(len(texts), len(words)), dtype=np.float64
    )


def weigh(counts: Any, rarity: Floats) -> Any:
    """TF-IDF rows of length 1: (1 + log count) times rarity; a row without words stays empty."""
    weighted = counts.copy()
    weighted.data = (1 + np.log(weighted.data)) * rarity[weighted.indices]
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    np.divide(weighted.data, np.repeat(length, np.diff(weighted.indptr)), out=weighted.data)
    return weighted


def rarity(counts: Any) -> Floats:
    """log((1 + n) / (1 + texts with the word)) + 1, shape (words,)."""
    said = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log((1 + counts.shape[0]) / (1 + said)) + 1, dtype=np.float64)


def _words(texts: Sequence[str]) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """All words of all texts in lower case, and the text of each."""
    column = pc.utf8_lower(pa.array(texts, pa.large_string()))
    if pc.any(pc.match_substring_regex(column, _UNSPACED)).as_py():
        column = pa.array([_pairs(text) for text in column.to_pylist()], pa.large_string())
    lists = pc.split_pattern_regex(column, _BETWEEN)
    return pc.list_flatten(lists), pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)


def _pairs(text: str) -> str:
    """Runs of letters that know no blanks, cut into overlapping pairs."""
    return _RUN.sub(lambda run: " ".join(a + b for a, b in pairwise(run.group())) or run.group(), text)
