"""Text made comparable: one case, one alphabet, no punctuation."""

import re
import unicodedata

from anyascii import anyascii

UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe"}
)
MISSING = frozenset({"", "-", "--", "?", "n/a", "n.a.", "unknown", "unbekannt", "inconnu", "none", "null", "nan",
                     "-99", "keine angabe", "k.a.", "not given"})  # fmt: skip
NOT_A_WORD = re.compile(r"[^a-z0-9]+")
APOSTROPHES = re.compile(r"['’`´]")


def is_missing(raw: str) -> bool:
    """Whether a value says that there is none."""
    return raw.strip().lower() in MISSING


def fold(raw: str) -> str:
    """Lower case, ASCII letters and digits, single spaces; German umlauts written out as Germans do."""
    text = raw.lower()
    if not text.isascii():  # a Mac writes ü as u and two dots, which is the same letter
        text = anyascii(unicodedata.normalize("NFC", text).translate(UMLAUTS)).lower()
    return NOT_A_WORD.sub(" ", APOSTROPHES.sub("", text)).strip()


def fold_or_none(raw: str) -> str | None:
    return fold(raw) or None


def fold_code(raw: str) -> str | None:
    """A code without its punctuation: `12-345 a` is `12345A`."""
    return fold(raw).replace(" ", "").upper() or None
