"""Postal fields made comparable."""

import re
from functools import cache

from regard.know.normalise.text import fold, fold_code

WORDS = {
    "str": "strasse", "st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "dr": "drive",
    "ln": "lane",
    "ct": "court", "pl": "place", "blvd": "boulevard", "bd": "boulevard", "sq": "square", "cres": "crescent",
    "pde": "parade", "tce": "terrace", "cl": "close", "chem": "chemin", "rte": "route", "hwy": "highway",
}  # fmt: skip
NUMBER_LAST = re.compile(
    r"^(?P<street>.*?\D)[\s,]+(?P<number>\d{1,5}\s?[a-zA-Z]?(?:\s?[-/]\s?\d{1,4}\s?[a-zA-Z]?)?)$"
)
NUMBER_FIRST = re.compile(r"^(?P<number>\d{1,5}\s?(?:[a-zA-Z]|bis|ter)?),?\s+(?P<street>\D.*)$")
COUNTRY_BEFORE_CODE = re.compile(r"^[A-Za-z]{1,2}-(?=\d)")
THREE_LETTERS = {
    "deu": "DE", "ger": "DE", "aut": "AT", "che": "CH", "sui": "CH", "fra": "FR", "gbr": "GB", "ita": "IT", "esp": "ES",
    "nld": "NL", "bel": "BE", "lux": "LU", "irl": "IE", "prt": "PT", "pol": "PL", "dnk": "DK", "swe": "SE", "nor": "NO",
    "fin": "FI", "cze": "CZ", "hun": "HU", "tur": "TR", "bra": "BR", "can": "CA", "aus": "AU",
}  # fmt: skip
LANGUAGES = ("en", "de", "fr", "it", "es", "nl", "pt", "pl", "da", "sv", "fi", "cs", "hu", "tr")
# what people write beside a country's name and its two letters: the plates of cars, and names that are in no list
OTHER_NAMES = {
    "a": "AT", "b": "BE", "d": "DE", "e": "ES", "f": "FR", "h": "HU", "i": "IT", "l": "LU", "n": "NO", "p": "PT",
    "s": "SE", "fl": "LI", "uk": "GB", "gb": "GB", "great britain": "GB", "grossbritannien": "GB", "england": "GB",
    "scotland": "GB", "wales": "GB", "schottland": "GB", "angleterre": "GB", "grande bretagne": "GB",
    "usa": "US", "us": "US", "u s a": "US", "united states of america": "US", "america": "US", "holland": "NL",
    "bundesrepublik deutschland": "DE", "brd": "DE", "czech republic": "CZ", "tschechische republik": "CZ",
    "republic of ireland": "IE", "the netherlands": "NL", "confoederatio helvetica": "CH", "tuerkei": "TR",
}  # fmt: skip


def split_street(raw: str) -> tuple[str, str | None]:
    """Street and house number of one line: `Hauptstr. 12a`, `12 High Street`; no number, no guess."""
    found = NUMBER_LAST.match(raw.strip()) or NUMBER_FIRST.match(raw.strip())
    return (found["street"], found["number"]) if found else (raw, None)


def street(raw: str) -> str | None:
    """A street's name with its kind written out: `Hauptstr.` is `hauptstrasse`."""
    words = fold(raw).split()
    if not words:
        return None
    last = words[-1]
    if last.endswith("str") and len(last) > 3:
        words[-1] = last + "asse"
    # a saint's street starts with `st`, so the first word stays
    return " ".join([words[0], *(WORDS.get(word, word) for word in words[1:])])


def house_number(raw: str) -> str | None:
    return fold(raw).replace(" ", "") or None


def postcode(raw: str) -> str | None:
    """A postcode without spaces or country: `D-12345` is `12345`, `sw1a 1aa` is `SW1A1AA`."""
    return fold_code(COUNTRY_BEFORE_CODE.sub("", raw.strip()))


def country(raw: str) -> str | None:
    """A country as two letters where its name or three letters are known, else its name folded."""
    text = fold(raw)
    if text in OTHER_NAMES:
        return OTHER_NAMES[text]
    if len(text) == 2:
        return text.upper()
    return THREE_LETTERS.get(text) or _country_names().get(text, text) or None


@cache
def _country_names() -> dict[str, str]:
    """Names of countries in the languages of our customers' departments, as telephone data have them."""
    from phonenumbers.geodata.locale import LOCALE_DATA  # a second to load, and not needed for codes

    names: dict[str, str] = {}
    for language in LANGUAGES:
        for code, by_language in LOCALE_DATA.items():
            name = by_language.get(language, "")
            names.setdefault(fold(by_language.get(name[1:], "") if name.startswith("*") else name), code)
    return names
