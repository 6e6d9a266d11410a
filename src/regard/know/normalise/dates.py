"""Birth dates as ISO text. A day and month that could be swapped are never guessed."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

from regard.know.normalise.text import fold

DateOrder = Literal["dmy", "mdy"]

YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d{2})")
CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}.*$")
MONTHS = {
    "jan": 1, "feb": 2, "fev": 2, "mar": 3, "maer": 3, "mae": 3, "mrz": 3, "apr": 4, "avr": 4, "may": 5, "mai": 5,
    "jun": 6, "juin": 6, "jul": 7, "juil": 7, "aug": 8, "aou": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11,
    "dec": 12, "dez": 12,
}  # fmt: skip
PLACEHOLDERS = frozenset({"1900-01-01", "1901-01-01", "1970-01-01"})
OLDEST = 1880


def birth_date(raw: str, order: DateOrder | None = None) -> str | None:
    """A birth date as `YYYY-MM-DD`, or None when it is none, a placeholder, or could be two dates."""
    text = CLOCK.sub("", raw.strip())
    if found := YEAR_FIRST.fullmatch(text) or COMPACT.fullmatch(text):
        return _iso(int(found[1]), int(found[2]), int(found[3]))
    if found := YEAR_LAST.fullmatch(text):
        return _year_last(
            int(found[1]), int(found[3]), _century(found[4]), "dmy" if found[2] == "." else order
        )
    return _with_month_name(text)


def date_order_of(values: Iterable[str]) -> DateOrder | None:
    """The order of day and month that a whole column shows; None when nothing decides it or it shows both."""
    seen: set[DateOrder] = set()
    for value in values:
        found = YEAR_LAST.fullmatch(CLOCK.sub("", value.strip()))
        if found and found[2] != ".":
            if int(found[1]) > 12:
                seen.add("dmy")
            elif int(found[3]) > 12:
                seen.add("mdy")
    return seen.pop() if len(seen) == 1 else None


def _century(year: str) -> int:
    # a birth year of two digits: 21 to 99 are taken for the last century
    number = int(year)
    if len(year) == 4:
        return number
    return number + (1900 if number > 20 else 2000)


def _year_last(first: int, second: int, year: int, order: DateOrder | None) -> str | None:
    if order == "dmy" or first > 12 or first == second:
        return _iso(year, second, first)
    if order == "mdy" or second > 12:
        return _iso(year, first, second)
    return None


def _with_month_name(text: str) -> str | None:
    words = fold(text).split()
    months = [word for word in words if word.isalpha()]
    numbers = [word for word in words if word.isdigit()]
    if len(months) != 1 or len(numbers) != 2:
        return None
    month = MONTHS.get(months[0][:4]) or MONTHS.get(months[0][:3])
    day, year = sorted(numbers, key=len)
    return _iso(int(year), month, int(day)) if month and len(year) == 4 else None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        text = date(year, month, day).isoformat()
    except ValueError:
        return None
    return text if year >= OLDEST and text not in PLACEHOLDERS else None
