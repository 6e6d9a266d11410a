"""Names of people and organisations made comparable."""

import re
from functools import lru_cache
from typing import NamedTuple

from regard.know.normalise.text import fold

TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "doctor", "sir", "dame", "lady", "lord",
    "rev",
    "herr", "herrn", "frau", "fraeulein", "dipl", "ing", "mag", "med", "phil", "rer", "nat", "jur", "h", "c",
    "m", "mme", "mlle", "monsieur", "madame", "mademoiselle", "docteur", "maitre", "me",
})  # fmt: skip
ONLY_WITH_DOT = frozenset({"m", "h", "c", "me", "ing", "nat", "med", "mag"})  # otherwise these may be names
SUFFIXES = frozenset({"phd", "md", "mba", "msc", "bsc", "jr", "sr", "jun", "sen", "ii", "iii", "iv", "esq"})
PARTICLES = frozenset({
    "von", "van", "vom", "zu", "zum", "zur", "der", "den", "dem", "de", "du", "des", "del", "della", "di",
    "da",
    "dos", "das", "la", "le", "les", "el", "al", "ter", "ten", "te", "und", "y", "d", "af", "av", "bin",
    "ibn",
})  # fmt: skip
LEGAL_FORMS = frozenset({
    "gmbh", "ag", "kg", "ohg", "ug", "se", "ev", "mbh", "co", "ltd", "limited", "inc", "llc", "llp", "plc",
    "corp",
    "corporation", "company", "sa", "sas", "sarl", "eurl", "bv", "nv", "spa", "srl", "oy", "ab", "as", "eg",
    "gbr",
})  # fmt: skip
SEPARATE_INITIALS = re.compile(r"\.(?=\w)")


class Name(NamedTuple):
    """A person's name in parts, comparable; a part that is not known is None."""

    given: str | None = None
    family: str | None = None
    title: str | None = None

    @property
    def whole(self) -> str | None:
        return " ".join(part for part in (self.given, self.family) if part) or None


def parse_name(raw: str) -> Name:
    """Take `Dr. Anna von Berg`, `Berg, Anna` or `MÜLLER Anna` apart."""
    before, comma, after = SEPARATE_INITIALS.sub(". ", raw.replace(";", ",")).partition(",")
    titles, first = _strip_titles(before.split())
    more, second = _strip_titles(after.replace(",", " ").split())
    title = " ".join(titles + more) or None
    if comma and second:
        return Name(given_name(" ".join(second)), family_name(" ".join(first)), title)
    if len(first) == 1:
        # one word after a title is how people are addressed: the family name
        return Name(None, family_name(first[0]), title) if title else Name(None, fold(first[0]) or None, None)
    at = _start_of_family(first)
    if at is None:
        shouted = [word for word in first if _is_shouted(word)]
        rest = [word for word in first if not _is_shouted(word)]
        return Name(given_name(" ".join(rest)), family_name(" ".join(shouted)), title)
    return Name(given_name(" ".join(first[:at])), family_name(" ".join(first[at:])), title)


@lru_cache(maxsize=1 << 16)
def plain_word(word: str) -> str | None:
    """The word folded when it can only be a name: the same words come again and again."""
    folded = fold(word)
    if not folded.isalnum() or any(mark in word for mark in ".,;") or _is_title(word):
        return None
    return None if folded in SUFFIXES or folded in PARTICLES else folded


def _start_of_family(words: list[str]) -> int | None:
    """Where the family name starts, or None when it is the part in capitals."""
    shouted = [_is_shouted(word) for word in words]
    if any(shouted) and not all(shouted) and not shouted[-1]:
        return None
    for at, word in enumerate(words[:-1]):
        if at and word.lower().rstrip(".'’") in PARTICLES and len(word) > 1:
            return at
    return max(len(words) - 1, 0)


def _is_shouted(word: str) -> bool:
    return len(word) > 2 and word.isupper()


def _strip_titles(words: list[str]) -> tuple[list[str], list[str]]:
    titles = []
    while words and _is_title(words[0]) and len(words) > 1:
        titles.append(fold(words[0]))
        words = words[1:]
    while len(words) > 1 and fold(words[-1]).replace(" ", "") in SUFFIXES | {"dr", "prof"}:
        words = words[:-1]
    return titles, words


def _is_title(word: str) -> bool:
    folded = fold(word)
    if folded in ONLY_WITH_DOT:
        return word.endswith(".")
    return folded in TITLES or (folded.split(" ")[0] in {"dipl", "dr", "prof"} and word.endswith("."))


def given_name(raw: str) -> str | None:
    """A given name without titles: `Dr. Anna-Maria` is `anna maria`."""
    if plain := plain_word(raw):
        return plain
    return fold(" ".join(_strip_titles(raw.split())[1])) or None


def family_name(raw: str) -> str | None:
    """A family name without titles and leading particles: `von der Berg` is `berg`."""
    if plain := plain_word(raw):
        return plain
    words = fold(" ".join(_strip_titles(raw.split())[1])).split()
    while len(words) > 1 and words[0] in PARTICLES:
        words = words[1:]
    return " ".join(words) or None


def organisation(raw: str) -> str | None:
    """An organisation's name without its legal form: `Bäcker & Co. KG` is `baecker`."""
    words = fold(raw.replace(".", "")).split()
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words = words[:-1]
    return " ".join(words) or None
