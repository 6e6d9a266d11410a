"""Sentiment from word lists: negation, emphasis, contrast, and wishes that only sound like praise."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from regard.analytics.estimate import Floats

LANGUAGES = ("en", "de", "fr")
NEGATED, WISHED, BEFORE_CONTRAST, AFTER_CONTRAST = -0.74, -0.5, 0.5, 1.5
UNSTATED = -1.0  # "does not hold a charge": a negation of no listed word is a complaint, if a mild one
NEAR, WISH_REACH = 3, 6
HALF = 15.0  # a text whose valences add up to √15 scores .71
EMPHASIS, MARK, MOST_MARKS, SHOUTED = 0.3, 0.29, 4, 0.73
_TOKEN = re.compile(r"[:;=8][-']?[)(\]\[dp/\\|*]|<3|\w+(?:['’-]\w+)*|[^\w\s]", re.IGNORECASE)
_SENTENCE = frozenset(".!?;\n")


@dataclass(frozen=True)
class Lexicon:
    """The words of one language, by the part they play."""

    valences: dict[str, float]
    boosters: dict[str, float]
    idioms: dict[str, float]
    idiom_pattern: re.Pattern[str]
    negations: frozenset[str]
    contrasts: frozenset[str]
    requests: frozenset[str]
    conditionals: frozenset[str]
    changes: frozenset[str]


@cache
def load_lexicon(language: str) -> Lexicon:
    """The shipped word list of a language; English stands on VADER's (Hutto & Gilbert 2014, MIT licence)."""
    folder = files("regard.analytics.words") / "lexicons"
    read = tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))
    valences: dict[str, float] = {}
    if "base" in read:
        lines = (folder / read["base"]).read_text(encoding="utf-8").splitlines()
        valences = {word: float(valence) for word, valence in (line.split("\t") for line in lines)}
    idioms = {phrase: float(valence) for phrase, valence in read.get("idioms", {}).items()}
    longest_first = sorted(idioms, key=len, reverse=True)
    return Lexicon(
        valences | read["valences"],
        read.get("boosters", {}),
        idioms,
        re.compile(r"(?<!\w)(" + "|".join(map(re.escape, longest_first)) + r")(?!\w)"),
        *(
            frozenset(read[part])
            for part in ("negations", "contrasts", "requests", "conditionals", "changes")
        ),
    )


def lexicon_scores(texts: Sequence[str], languages: Sequence[str]) -> Floats:
    """Sentiment -1..1 of each text by the word list of its language, shape (n,); nan where there is none.

    A text of "unknown" language is read with the list that knows most of its words.
    """
    return np.array(
        [_score(text, language) for text, language in zip(texts, languages, strict=True)], dtype=float
    )


def _score(text: str, language: str) -> float:
    if not text.strip() or language not in (*LANGUAGES, "unknown"):
        return float("nan")
    candidates = [language] if language != "unknown" else list(LANGUAGES)
    return max((score_text(text, load_lexicon(one)) for one in candidates), key=abs)


def score_text(text: str, lexicon: Lexicon) -> float:
    """Sentiment -1..1 of one text."""
    plain = text.lower().replace("’", "'")
    phrases: list[float] = []

    def keep(found: re.Match[str]) -> str:
        phrases.append(lexicon.idioms[found.group()])
        return f" idiom{len(phrases) - 1}idiom "

    tokens = _TOKEN.findall(lexicon.idiom_pattern.sub(keep, plain))
    valences = [_valence(token, lexicon, phrases) for token in tokens]
    shouted = _shouted(text)
    valences = [
        valence + np.sign(valence) * SHOUTED if valence and token in shouted else valence
        for token, valence in zip(tokens, valences, strict=True)
    ]
    total = sum(_in_context(tokens, valences, lexicon))
    if total:
        total += np.sign(total) * MARK * min(text.count("!"), MOST_MARKS)
    return float(total / np.sqrt(total * total + HALF))


def _valence(token: str, lexicon: Lexicon, phrases: list[float]) -> float:
    if token.startswith("idiom") and token.endswith("idiom") and token[5:-5].isdecimal():
        return phrases[int(token[5:-5])]
    if token in lexicon.negations or token in lexicon.requests:
        return 0.0
    known = lexicon.valences.get(token)
    if known is None and "-" in token:
        known = sum(lexicon.valences.get(part, 0.0) for part in token.split("-"))
    return known or 0.0


def _shouted(text: str) -> frozenset[str]:
    """Words in capitals, where not all are."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    loud = {word.lower() for word in words if word.isupper()}
    return frozenset(loud) if 0 < len(loud) < len({word.lower() for word in words}) else frozenset()


def _in_context(tokens: list[str], valences: list[float], lexicon: Lexicon) -> list[float]:
    """Valences after what stands before them in the same sentence, and around a contrast."""
    felt: list[float] = []
    start, contrast = 0, None
    for place, (token, valence) in enumerate(zip(tokens, valences, strict=True)):
        if token in _SENTENCE:
            start, contrast = place + 1, None
        if token in lexicon.contrasts and place > start:
            felt[start:] = [one * BEFORE_CONTRAST for one in felt[start:]]
            contrast = place
        before = tokens[start:place]
        if valence:
            valence = _qualified(token, valence, before, lexicon)
        elif _is_negation(token, lexicon):
            valence = UNSTATED if not any(valences[place + 1 : place + 1 + NEAR + 1]) else 0.0
        felt.append(valence * AFTER_CONTRAST if contrast is not None else valence)
    return felt


def _qualified(token: str, valence: float, before: list[str], lexicon: Lexicon) -> float:
    sign = np.sign(valence)
    for distance, word in enumerate(reversed(before[-NEAR:])):
        valence += sign * lexicon.boosters.get(word, 0.0) * (1 - 0.05 * distance)
    if any(_is_negation(word, lexicon) for word in before[-NEAR:]):
        return float(valence * NEGATED)
    near = before[-WISH_REACH:]
    wished = any(word in lexicon.requests for word in near) or (
        token in lexicon.changes and any(word in lexicon.conditionals for word in near)
    )
    return float(valence * WISHED) if wished and valence > 0 else float(valence)


def _is_negation(token: str, lexicon: Lexicon) -> bool:
    return token in lexicon.negations or token.endswith("n't")
