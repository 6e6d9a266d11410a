"""Dates and times as text: which format a column has, and its values as UTC timestamps."""

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_CLOCK = (
    r"(?:[T ,]+(?:(?:um|at|à|a las|alle|om) )?"
    r"(?P<h>\d{1,2})[:.h](?P<mi>\d{2})(?:[:.](?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"\s*(?P<pm>[AaPp]\.?[Mm]\.?)?(?: ?Uhr)?)?"
    r"\s*(?P<zone>Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?(?:\s*\([A-Za-z ]+\))?$"
)
NUMERIC = (
    r"^(?:(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})"
    r"|(?P<a>\d{1,2})(?:[-/]|\.\s?)(?P<b>\d{1,2})(?:[-/]|\.\s?)(?P<c>\d{4}|\d{2}))" + _CLOCK
)
COMPACT = (
    r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
    r"(?:[T ]?(?P<h>\d{2}):?(?P<mi>\d{2}):?(?P<s>\d{2})?(?P<f>)(?P<pm>))?(?P<zone>Z|[+-]\d{2}:?\d{2})?$"
)
_WEEKDAY = r"^(?:\p{L}{2,10}\.?,?\s+)?"
DAY_NAMED = (
    _WEEKDAY
    + r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|\.)?[ /-]*(?:de )?"
    + r"(?P<m>\p{L}{3,10})\.?[ ,/-]+(?:de )?(?P<y>\d{4}|\d{2})"
    + _CLOCK
)
MONTH_NAMED = (
    _WEEKDAY + r"(?P<m>\p{L}{3,10})\.?[ -]+(?P<d>\d{1,2})(?:st|nd|rd|th)?[ ,-]+(?P<y>\d{4})" + _CLOCK
)
EPOCH_SECONDS, EPOCH_MILLIS, EXCEL = "epoch seconds", "epoch milliseconds", "excel serial"
COUNTED = (EPOCH_SECONDS, EPOCH_MILLIS, EXCEL)
_MONTHS = """
jan january januar janvier enero gennaio janeiro januari janv ene gen jän jänner
feb february februar fevrier febrero febbraio fevereiro februari fev fevr
mar march märz mars marzo marco maart mrz mär
apr april avril abril aprile avr abr
may mai mayo maggio maio mei mag
jun june juni juin junio giugno junho giu
jul july juli juillet julio luglio julho juil lug
aug august août agosto augustus aout ago
sep september septembre septiembre settembre setembro sept set
oct october oktober octobre octubre ottobre outubro okt ott out
nov november novembre noviembre novembro
dec december dezember decembre diciembre dicembre dezembro dez dic
"""
NOTHING_SHOWN = "no value shows which part is the day"
_US_PER_SECOND = 1_000_000


@dataclass(frozen=True)
class Order:
    """In which order a column writes day, month and year, and how that is known."""

    order: str  # dmy, mdy or ymd
    certain: bool
    evidence: str


def parse_dates(texts: pa.Array, format: str, zone: str) -> pa.Array:
    """Texts without surrounding blanks as timestamps in UTC; null where they are no dates.

    Times without an offset are read in `zone`. An hour that occurs twice when clocks go back is the first;
    one that is skipped when they go forward becomes the moment after the gap.
    """
    if format in COUNTED:
        return _from_numbers(texts, format, zone)
    plain = read_plain_dates(texts, format, zone)
    if plain is not None:
        return plain
    result = pa.nulls(len(texts), pa.timestamp("us", "UTC"))
    shapes = [COMPACT, NUMERIC] if format.startswith("yyyymmdd") else [NUMERIC, COMPACT]
    for shape in [*shapes, DAY_NAMED, MONTH_NAMED]:
        open_ = pc.and_(pc.is_null(result), pc.is_valid(texts))
        if not pc.any(open_).as_py():
            break
        rows = pc.indices_nonzero(open_)
        found = _parse_shape(texts.take(rows), shape, order_of(format), zone)
        spread = pa.nulls(len(texts), found.type)
        result = pc.coalesce(result, pc.replace_with_mask(spread, open_, found))
    return result


def read_plain_dates(texts: pa.Array, format: str, zone: str) -> pa.Array | None:
    """What `parse_dates` makes of texts that are all plain, so quickly that it needs no distinct values; else None."""
    plain = None if format in COUNTED else read_plain(texts)
    return None if plain is None else _assume(plain, zone)


def read_plain(texts: pa.Array) -> pa.Array | None:
    """Texts that are all like 2026-03-01 or 2026-03-01 12:30:00, without a zone, the quick way; else None."""
    if not set(pc.unique(pc.binary_length(texts)).to_pylist()) <= {10, 16, 19, None}:
        return None
    try:
        return texts.cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        return None


def order_of(format: str) -> str:
    """The order a format's name tells."""
    if format.startswith("y"):
        return "ymd"
    return "mdy" if format.startswith("m") else "dmy"


def numeric_parts(texts: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """The three numbers of dates that do not begin with a four-digit year, and how many do begin with it."""
    parts = pc.extract_regex(texts, NUMERIC)
    a = _integers(parts.field("a"))
    year_last = a > 0
    first = int((_integers(parts.field("y1")) > 0).sum())
    return a[year_last], _integers(parts.field("b"))[year_last], _integers(parts.field("c"))[year_last], first


def decide_order(a: np.ndarray, b: np.ndarray, c: np.ndarray, separator: str) -> Order:
    """The order of day and month from all values of a column."""
    year_first = bool((a > 31).any())
    if year_first:
        return Order("ymd", True, "the first part goes beyond 31")
    day_first, month_first = int((a > 12).sum()), int((b > 12).sum())
    if day_first and month_first:
        order = "dmy" if day_first >= month_first else "mdy"
        return Order(order, False, f"{day_first} values read only day first, {month_first} only month first")
    if day_first:
        return Order("dmy", True, f"{day_first} values have a first part beyond 12")
    if month_first:
        return Order("mdy", True, f"{month_first} values have a second part beyond 12")
    if len(a) and bool((a == b).all()):
        return Order("dmy", True, "day and month are equal in every value")
    if separator == ".":
        return Order("dmy", True, "points between the parts are written day first")
    return Order("dmy", False, NOTHING_SHOWN)


def decide_by_sorting(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> Order:
    """The order from the rows as they stand: files are often in order of time, by one reading only."""
    year, first, second = c.astype(np.int64), a.astype(np.int64), b.astype(np.int64)
    dmy, mdy = (year * 16 + second) * 32 + first, (year * 16 + first) * 32 + second
    if len(np.unique(dmy)) >= 12:
        for order, key, other in (("dmy", dmy, mdy), ("mdy", mdy, dmy)):
            rising = (np.diff(key) >= 0).all() or (np.diff(key) <= 0).all()
            mixed = (np.diff(other) > 0).mean()
            if rising and 0.02 < mixed < 0.98:
                return Order(order, True, f"the rows are in order of time only if read {order}")
    return Order("dmy", False, NOTHING_SHOWN)


def _parse_shape(texts: pa.Array, shape: str, order: str, zone: str) -> pa.Array:
    parts = pc.extract_regex(texts, shape)
    matched = parts.is_valid().to_numpy(zero_copy_only=False)
    if shape == NUMERIC:
        year, month, day = _ordered(parts, order)
    else:
        year, day = _two_digits(parts.field("y")), _integers(parts.field("d"))
        month = _integers(parts.field("m")) if shape == COMPACT else _named_months(parts.field("m"))
    hour, minute, second = (_integers(parts.field(name)) for name in ("h", "mi", "s"))
    half = pc.utf8_lower(pc.utf8_slice_codeunits(pc.fill_null(parts.field("pm"), ""), 0, 1))
    afternoon, morning = _true(pc.equal(half, "p")), _true(pc.equal(half, "a"))
    hour_fits = np.where(afternoon | morning, (hour >= 1) & (hour <= 12), hour < 24)
    hour = np.where(afternoon & (hour < 12), hour + 12, np.where(morning & (hour == 12), 0, hour))
    fraction = _integers(
        pc.utf8_slice_codeunits(pc.utf8_rpad(pc.fill_null(parts.field("f"), ""), 6, "0"), 0, 6)
    )
    length = _month_length(year, month)
    good = matched & (year > 0) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= length)
    good &= hour_fits & (minute < 60) & (second < 60)
    seconds = _days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    return _in_utc(seconds * _US_PER_SECOND + fraction, good, pc.fill_null(parts.field("zone"), ""), zone)


def _ordered(parts: pa.Array, order: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    y1 = _integers(parts.field("y1"))
    a, b = _integers(parts.field("a")), _integers(parts.field("b"))
    long_year = _true(pc.equal(pc.utf8_length(parts.field("c")), 4))
    c = _integers(parts.field("c"))
    if order == "ymd":  # two-digit years in front; four digits at the end are a year all the same
        year, month, day = np.where(long_year, c, _century(a)), b, np.where(long_year, 0, c)
    else:
        year = np.where(long_year, c, _century(c))
        day, month = (a, b) if order == "dmy" else (b, a)
    first = y1 > 0
    m1, d1 = _integers(parts.field("m1")), _integers(parts.field("d1"))
    return np.where(first, y1, year), np.where(first, m1, month), np.where(first, d1, day)


def _two_digits(years: pa.Array) -> np.ndarray:
    short = _true(pc.equal(pc.utf8_length(years), 2))
    values = _integers(years)
    return np.where(short, _century(values), values)


def _century(years: np.ndarray) -> np.ndarray:
    """As POSIX has it: 69–99 are 19xx, 00–68 are 20xx."""
    return np.where(years < 69, years + 2000, years + 1900)


def _in_utc(local: np.ndarray, good: np.ndarray, zones: pa.Array, zone: str) -> pa.Array:
    naive = pa.array(np.where(good, local, 0), pa.int64(), mask=~good).cast(pa.timestamp("us"))
    zoned = pc.not_equal(zones, "")
    if not pc.any(zoned).as_py():
        return _assume(naive, zone)
    digits = pc.replace_substring_regex(zones, r"[^0-9]", "")
    hours, minutes = (_integers(pc.utf8_slice_codeunits(digits, start, start + 2)) for start in (0, 2))
    sign = np.where(_true(pc.starts_with(zones, "-")), -1, 1)
    offset = sign * (hours * 3600 + minutes * 60) * _US_PER_SECOND
    exact = pa.array(np.where(good, local - offset, 0), pa.int64(), mask=~good).cast(pa.timestamp("us"))
    exact = exact.cast(pa.timestamp("us", "UTC"))
    return pc.if_else(zoned, exact, _assume(naive, zone))


def _assume(naive: pa.Array, zone: str) -> pa.Array:
    if zone == "UTC":
        return naive.cast(pa.timestamp("us", "UTC"))
    local = pc.assume_timezone(naive, zone, ambiguous="earliest", nonexistent="latest")
    return local.cast(pa.timestamp("us", "UTC"))


def _from_numbers(texts: pa.Array, format: str, zone: str) -> pa.Array:
    plain = pc.match_substring_regex(texts, r"^\d{1,13}(?:\.\d+)?$")
    numbers = pc.if_else(plain, texts, None).cast(pa.float64())
    values = numbers.to_numpy(zero_copy_only=False)
    if format == EXCEL:
        good = (values >= 1) & (values < 2_958_466)  # 9999-12-31
        us = np.round((np.where(good, values, 0) - 25_569) * 86_400_000) * 1000
        naive = pa.array(us.astype(np.int64), pa.int64(), mask=~good).cast(pa.timestamp("us"))
        return _assume(naive, zone)
    scale = _US_PER_SECOND if format == EPOCH_SECONDS else 1000
    good = values * scale < 253_402_300_800 * _US_PER_SECOND
    us = np.round(np.where(good, values, 0) * scale).astype(np.int64)
    return pa.array(us, pa.int64(), mask=~good).cast(pa.timestamp("us", "UTC"))


def _named_months(names: pa.Array) -> np.ndarray:
    known: dict[str, int] = {}
    for number, line in enumerate(_MONTHS.strip().splitlines(), start=1):
        for word in line.split():
            known[word] = known[_bare(word)] = number
    position = pc.index_in(pc.utf8_lower(names), pa.array(list(known)))
    numbers = pa.array(list(known.values())).take(position)
    return _numpy(pc.fill_null(numbers, 0))


def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _integers(texts: pa.Array) -> np.ndarray:
    """Digits as numbers; 0 where there are none."""
    filled = pc.fill_null(texts, "")
    return _numpy(pc.if_else(pc.equal(filled, ""), "0", filled).cast(pa.int64()))


def _true(flags: pa.Array) -> np.ndarray:
    return _numpy(pc.fill_null(flags, False))


def _numpy(values: pa.Array) -> np.ndarray:
    array: np.ndarray = values.to_numpy(zero_copy_only=False)
    return array


def _days(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Days since 1970-01-01 in the Gregorian calendar (Howard Hinnant's days_from_civil)."""
    y: np.ndarray = year - (month <= 2)
    era = y // 400
    of_era = y - era * 400
    of_year = (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1
    days: np.ndarray = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    return days


def _month_length(year: np.ndarray, month: np.ndarray) -> np.ndarray:
    lengths = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    leap: np.ndarray = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    length: np.ndarray = lengths[np.clip(month, 0, 12)] + (leap & (month == 2))
    return length


def describe_format(example: str, order: str) -> str:
    """A format's name as people write it, from one value and the order of its parts."""
    if re.fullmatch(r"\d{8}(?:\D.*|\d{4,6})?", example):
        return "yyyymmdd" + (" hh:mm" if len(example) > 8 else "")
    clock = re.search(r"([T ,]+)\d{1,2}[:.h]\d{2}([:.]\d{2})?", example)
    time = ""
    if clock:
        time = ("Thh:mm" if clock[1] == "T" else " h:mm") + (":ss" if clock[2] else "")
    if re.search(r"[^\W\d_]{3}", example.split(":")[0].replace("UTC", "")):
        return (
            "mmm d yyyy" if re.match(r"(?:\w+\.?,\s+)?[^\W\d_]{3,}\.?[ -]+\d", example) else "d mmm yyyy"
        ) + time
    if re.match(r"\d{4}\D", example):
        return f"yyyy{example[4]}mm{example[4]}dd{time}"
    separator = re.match(r"\d+(.)", example)
    year = "yyyy" if re.search(r"\d{4}", example.split(" ")[0]) else "yy"
    parts = {"d": "d", "m": "m", "y": year}
    return (separator[1] if separator else "/").join(parts[part] for part in order) + time
