"""Postal fields made comparable."""

import re

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
COUNTRIES = {
    "deutschland": "DE", "germany": "DE", "allemagne": "DE", "austria": "AT", "oesterreich": "AT",
    "autriche": "AT",
    "switzerland": "CH", "schweiz": "CH", "suisse": "CH", "france": "FR", "frankreich": "FR", "italy": "IT",
    "italien": "IT", "italia": "IT", "spain": "ES", "spanien": "ES", "espana": "ES", "netherlands": "NL",
    "niederlande": "NL", "belgium": "BE", "belgien": "BE", "belgique": "BE", "united kingdom": "GB",
    "uk": "GB",
    "great britain": "GB", "england": "GB", "united states": "US", "usa": "US", "australia": "AU",
    "brasil": "BR",
    "brazil": "BR", "canada": "CA", "poland": "PL", "polen": "PL", "denmark": "DK", "daenemark": "DK",
    "luxembourg": "LU", "luxemburg": "LU", "ireland": "IE", "irland": "IE", "portugal": "PT",
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
    """A country as two letters where its name is known, else its name folded."""
    text = fold(raw)
    if len(text) == 2 and text != "uk":
        return text.upper()
    return COUNTRIES.get(text, text) or None
