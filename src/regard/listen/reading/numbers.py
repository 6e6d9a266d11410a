"""Numbers as text: decimal comma or point, thousands, currency signs; and their values."""

from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "R$": "BRL", "US$": "USD", "zł": "PLN"}
DOLLARS = {"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"}
CURRENCY_CODES = (
    "EUR", "USD", "GBP", "CHF", "JPY", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "CAD", "AUD", "BRL", "INR", "CNY",
)  # fmt: skip
_CODES = "|".join(CURRENCY_CODES)
_UNIT = rf"(?:{_CODES}|R\$|US\$|[€$£¥₹%]|zł|kr\.?|Fr\.)"
_BLANKS = " \u00a0\u202f'’"
NUMBER = (
    rf"^[-+(]?\s*{_UNIT}?\s*[-+]?\d*[\d.,{_BLANKS}]*\d[.,]?(?:[eE][-+]?\d{{1,3}})?"
    rf"\s*-?\s*{_UNIT}?\s*\)?$|^[-+]?[.,]\d+$"
)
HAS_UNIT = rf"^[-+(]?\s*{_UNIT.replace('%', '')}|{_UNIT.replace('%', '')}\s*\)?$"
_PLAIN = {
    True: rf"^[-+]?(?:\d{{1,3}}(?:[.{_BLANKS}]\d{{3}})+|\d+)?(?:,\d*)?$",
    False: rf"^[-+]?(?:\d{{1,3}}(?:[,{_BLANKS}]\d{{3}})+|\d+)?(?:\.\d*)?(?:[eE][-+]?\d{{1,3}})?$",
}
_PLAINEST = r"^-?\d{1,14}(?:\.\d{1,4})?$"
# Only one reading fits: the mark is not followed by exactly three digits, or comes after the other one.
_DECIMAL = (
    r"^\D*(?:0|\d{{4,}}|[\d{blanks}]*){mark}(?:\d{{1,2}}|\d{{4,}})\D*$"
    r"|{other}\d{{3}}{mark}\d*\D*$|^\D*(?:0|\d{{4,}}){mark}\d+\D*$"
)
_GROUPS = r"{mark}\d{{3}}{mark}\d{{3}}|^\D*\d{{1,3}}{mark}\d{{3}}{other}\d*\D*$"
_EITHER = r"^\D*[1-9]\d{{0,2}}{mark}\d{{3}}\D*$"
MONEY = pa.decimal128(18, 4)


@dataclass(frozen=True)
class NumberStyle:
    """Whether the comma is the decimal mark."""

    decimal_comma: bool
    certain: bool
    evidence: str = ""
    ambiguous: str = ""  # the mark that stands before three digits throughout, where nothing tells what it is


def count_styles(texts: pa.Array) -> tuple[int, int, int, int]:
    """How many values show a decimal comma, a decimal point, or a comma or a point that may be either."""
    comma = _shows(texts, ",", r"\.")
    point = _shows(texts, r"\.", ",")
    return comma, point, _count(texts, _EITHER.format(mark=",")), _count(texts, _EITHER.format(mark=r"\."))


def decide_style(comma: int, point: int, either_comma: int, either_point: int) -> NumberStyle | None:
    """The style those counts show; None if they show none and other columns must tell."""
    if comma and point:
        return NumberStyle(
            comma > point, False, f"{comma} values have a decimal comma, {point} a decimal point"
        )
    if comma:
        return NumberStyle(True, True, f"{comma} values have a decimal comma")
    if not point and either_comma:
        return None
    if not point and either_point:
        return NumberStyle(False, False, "1.234 is read as one and a bit", ".")
    return NumberStyle(False, True)


def parse_numbers(texts: pa.Array, *, decimal_comma: bool) -> pa.Array:
    """Texts as plain numbers ("-1234.5"), still text; null where they are none."""
    if not decimal_comma and pc.all(pc.match_substring_regex(texts, _PLAINEST)).as_py():
        return texts
    core = pc.replace_substring_regex(texts, rf"^([-+(]?)\s*{_UNIT}\s*", r"\1")
    core = pc.replace_substring_regex(core, rf"\s*{_UNIT}\s*(\)?)$", r"\1")
    core = pc.replace_substring_regex(core, r"^\((.*)\)$", r"-\1")
    core = pc.replace_substring_regex(core, r"^([^-]*\d[.,]?)\s*-$", r"-\1")
    core = pc.replace_substring_regex(core, r"^([-+])\s+", r"\1")
    good = pc.and_(
        pc.match_substring_regex(core, _PLAIN[decimal_comma]),
        pc.match_substring_regex(core, r"^[-+]?[.,]?\d"),
    )
    core = pc.if_else(good, core, None)
    core = pc.replace_substring_regex(core, rf"[{'.' if decimal_comma else ','}{_BLANKS}+]", "")
    return pc.replace_substring(core, ",", ".") if decimal_comma else core


def currencies(texts: pa.Array, home: str) -> pa.Array | None:
    """The currency that each amount is written with, null where it says none; None if no amount says any.

    A sign that several currencies share is that of `home`, if it is one of them.
    """
    if pc.all(pc.match_substring_regex(texts, _PLAINEST)).as_py():
        return None
    marks = pc.extract_regex(texts, rf"(?P<mark>{_CODES}|US\$|R\$|[€$£¥₹]|zł)").field("mark")
    found = [mark for mark in marks.unique().to_pylist() if mark]
    if not found:
        return None
    shared = {"$": home if home in DOLLARS else "USD", "¥": home if home == "CNY" else "JPY"}
    meant = pa.array([(SIGNS | shared).get(mark, mark) for mark in found], pa.string())
    return meant.take(pc.index_in(marks, pa.array(found, pa.string())))


def to_money(plain: pa.Array) -> pa.Array:
    """Plain numbers as decimals of four places, rounded half to even; null beyond fourteen digits."""
    if pc.all(pc.match_substring_regex(plain, _PLAINEST)).as_py():
        return plain.cast(MONEY)
    plain = _without_exponents(plain)
    short = pc.match_substring_regex(plain, r"^-?0*\d{0,14}(?:\.\d*)?$")
    cut = pc.replace_substring_regex(pc.if_else(short, plain, None), r"(\.\d{12})\d+$", r"\1")
    cut = pc.replace_substring_regex(cut, r"\.$", "")
    rounded = pc.round(cut.cast(pa.decimal128(38, 12)), 4, round_mode="half_to_even")
    fits = pc.less(pc.abs(rounded), pa.scalar(Decimal(10) ** 14, pa.decimal128(38, 12)))
    return pc.if_else(fits, rounded, None).cast(MONEY)


def _without_exponents(plain: pa.Array) -> pa.Array:
    """1.5e3 written out; rare, so one by one."""
    rare = pc.fill_null(pc.match_substring_regex(plain, "[eE]"), False)
    if not pc.any(rare).as_py():
        return plain
    spelled = pa.array([format(Decimal(text), "f") for text in plain.filter(rare).to_pylist()], pa.string())
    return pc.replace_with_mask(plain, rare, spelled)


def _shows(texts: pa.Array, mark: str, other: str) -> int:
    decimal = _DECIMAL.format(mark=mark, other=other, blanks=_BLANKS)
    groups = _GROUPS.format(mark=other, other=mark)
    return _count(texts, decimal) + _count(texts, groups)


def _count(texts: pa.Array, pattern: str) -> int:
    return int(pc.sum(pc.match_substring_regex(texts, pattern)).as_py() or 0)
