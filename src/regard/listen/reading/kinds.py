"""Which kind of values a column holds, from its name, a sample of its rows and its distinct values."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from regard.listen.reading import dates, numbers

ENOUGH = 0.9  # share of values that must fit
_ID_WORDS = {
    "id",
    "ids",
    "uid",
    "uuid",
    "guid",
    "pk",
    "key",
    "nr",
    "no",
    "sku",
    "ref",
    "reference",
    "nummer",
    "code",
}
_MESSAGE_WORDS = {"id", "reply", "references"}  # identifiers of messages look like addresses
_NAME_WORDS = {
    "name", "firstname", "lastname", "surname", "forename", "fullname", "vorname", "nachname", "familienname",
    "prenom", "prénom", "nom", "nombre", "apellido", "given", "family", "contact",
}  # fmt: skip
_NOT_A_PERSON = {
    "file",
    "user",
    "product",
    "category",
    "item",
    "company",
    "host",
    "domain",
    "column",
    "table",
}
_PHONE_WORDS = {
    "phone",
    "tel",
    "telephone",
    "telefon",
    "mobile",
    "mobil",
    "handy",
    "cell",
    "fax",
    "caller",
    "msisdn",
}
_POST_WORDS = {"zip", "zipcode", "postcode", "postal", "plz", "postleitzahl", "cp", "cap"}
_TIME_WORDS = {
    "date",
    "datum",
    "time",
    "timestamp",
    "ts",
    "at",
    "created",
    "updated",
    "zeit",
    "when",
    "epoch",
    "on",
}
_RATING_WORDS = {
    "score", "rating", "ratings", "rated", "satisfaction", "nps", "csat", "ces", "stars", "star", "bewertung",
    "note", "zufriedenheit", "recommend", "likelihood", "likert", "feedback", "sterne", "avis",
}  # fmt: skip
_COUNT_WORDS = {
    "number", "count", "qty", "quantity", "menge", "anzahl", "age", "month", "months", "day", "days", "year",
    "years", "week", "weeks", "installments", "sequential", "size", "weight", "hour", "minute", "minutes",
    "seconds", "pieces", "items", "units", "frequency", "recency", "tenure", "dependents", "referrals", "cds",
    "bought", "level",
}  # fmt: skip
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_URL = re.compile(r"(?:https?|ftp)://\S+|www\.\S+", re.IGNORECASE)
_PHONE = re.compile(r"(?:tel:)?\+?[\d\s()/.\u2013-]{6,24}(?:\s*(?:x|ext\.?)\s*\d{1,6})?")
_POSTCODE = re.compile(r"(?:[A-Z]{1,2}-)?[A-Z0-9][A-Z0-9 -]{2,9}", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[ap]m)?", re.IGNORECASE)
_TOKEN = re.compile(r"(?=.*\d)[\w.:#/-]+|[0-9a-f]{16,}", re.IGNORECASE)
_NUMBER = re.compile(numbers.NUMBER)
_UNIT = re.compile(numbers.HAS_UNIT)
_INTEGER = re.compile(r"[-+]?\d+")
_DATE_SHAPES = tuple(
    re.compile(shape.replace(r"\p{L}", r"[^\W\d_]"))
    for shape in (dates.NUMERIC, dates.DAY_NAMED, dates.MONTH_NAMED)
)
TRUE_WORDS = (
    "1",
    "true",
    "yes",
    "y",
    "t",
    "ja",
    "j",
    "oui",
    "o",
    "si",
    "sí",
    "s",
    "wahr",
    "vrai",
    "sim",
    "x",
    "on",
)
FALSE_WORDS = ("0", "false", "no", "n", "f", "nein", "non", "falsch", "faux", "não", "off", "-")


@dataclass(frozen=True)
class Values:
    """What is known of a column's values, missing ones left out."""

    name: str
    sample: Sequence[str]  # from rows spread over the sheet
    filled: int
    distinct: int
    counts: Mapping[str, int]  # of every value, if there are few; else empty


def tell_kind(values: Values) -> str:
    """The kind that at least nine tenths of the values fit."""
    if not values.filled or not values.sample:
        return "empty"
    words = words_of(values.name)
    for kind, pattern in (("email", _EMAIL), ("url", _URL), ("time", _TIME)):
        if _mostly(values.sample, pattern.fullmatch):
            return "id" if kind == "email" and words & _MESSAGE_WORDS else kind
    date = _date_kind(values, words)
    if date:
        return date
    if is_boolean(values):
        return "boolean"
    if _mostly(values.sample, _PHONE.fullmatch, 0.7 if words & _PHONE_WORDS else ENOUGH) and (
        words & _PHONE_WORDS or _dials(values.sample)
    ):
        return "phone"
    if words & _POST_WORDS and _mostly(values.sample, _POSTCODE.fullmatch):
        return "postcode"
    if _mostly(values.sample, _NUMBER.fullmatch):
        return _number_kind(values, words)
    return _text_kind(values, words)


def words_of(name: str) -> set[str]:
    """The words of a column's name: orderId, order_id and "Order ID" are the same two."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    words = set(re.findall(r"[^\W_]+", apart.lower()))
    for word in list(words):  # Kundennummer, Telefonnummer, phonenumber
        if re.match("tele(?:f|ph)on|phone|mobil|handy|rufnummer", word):
            words.add("phone")
        elif word.endswith("nummer") and word != "hausnummer":
            words.add("nummer")
    return words


def is_boolean(values: Values) -> bool:
    """At most two values, and both mean yes or no."""
    found = {value.lower() for value in values.counts}
    if not found or len(found) > 2:
        return False
    if found <= {"0", "1", "x", "-", "on", "off", "o", "s", "t", "f"}:
        return found in ({"0", "1"}, {"t", "f"}, {"on", "off"})
    return found <= set(TRUE_WORDS) | set(FALSE_WORDS)


def epoch_format(values: Sequence[str], words: set[str]) -> str | None:
    """Numbers that count seconds, milliseconds or a spreadsheet's days, in a column named like a time."""
    if not words & _TIME_WORDS:
        return None
    whole = [value.split(".")[0] for value in values]
    ranges = (
        (dates.EPOCH_SECONDS, 315_000_000, 4_102_444_800),
        (dates.EPOCH_MILLIS, 315_000_000_000, 4_102_444_800_000),
    )
    for format, low, high in (*ranges, (dates.EXCEL, 20_000, 73_050)):
        if sum(value.isdigit() and low <= int(value) <= high for value in whole) >= ENOUGH * len(whole):
            return format
    return None


def zero_means_none(counts: Mapping[str, int]) -> bool:
    """Zero beside a scale of 1–5 or 1–7 that is otherwise used: "not applicable"."""
    scale = {int(value) for value in counts if value.isdigit()}
    zeros, rest = counts.get("0", 0), sum(count for value, count in counts.items() if value != "0")
    return bool(zeros) and max(scale, default=0) in (5, 7) and len(scale) >= 4 and zeros < rest / 4


def _date_kind(values: Values, words: set[str]) -> str | None:
    if _mostly(values.sample, _is_date):
        clocked = any(re.search(r"\d[:h]\d", value) for value in values.sample)
        return "datetime" if clocked else "date"
    compact = [value for value in values.sample if re.fullmatch(r"(?:19|20)\d{6}(?:[T ]?\d{4,6}Z?)?", value)]
    valid = [value for value in compact if 1 <= int(value[4:6]) <= 12 and 1 <= int(value[6:8]) <= 31]
    if len(valid) >= 0.95 * len(values.sample) and not words & _ID_WORDS:
        return "datetime" if len(valid[0]) > 8 else "date"
    return "datetime" if epoch_format(values.sample, words) else None


def _number_kind(values: Values, words: set[str]) -> str:
    if _mostly(values.sample, _UNIT.search, 0.5):
        return "currency"
    integer = _mostly(values.sample, _INTEGER.fullmatch, 1.0)
    padded = any(re.match(r"0\d", value) for value in values.sample) and integer
    if padded or (integer and _names_id(words)):
        return "id"
    if not integer:
        return "decimal"
    if _is_rating(values, words):
        return "rating"
    return "id" if _running(values) else "integer"


def _names_id(words: set[str]) -> bool:
    return bool(words & _ID_WORDS) and not words & {"of", "count"}


def _running(values: Values) -> bool:
    """All different and close together, as numbers that are given out one after another."""
    if values.filled < 20 or values.distinct < 0.999 * values.filled:
        return False
    whole = [int(value) for value in values.sample]
    return min(whole) >= 0 and max(whole) - min(whole) < 3 * values.filled


def _is_rating(values: Values, words: set[str]) -> bool:
    """A small scale that is used throughout, and not counts that thin out from one upwards."""
    if not values.counts or words & _COUNT_WORDS:
        return False
    counts = {int(value): count for value, count in values.counts.items() if _INTEGER.fullmatch(value)}
    low, high = min(counts), max(counts)
    if low < 0 or high > 10 or high < 3:
        return False
    if words & _RATING_WORDS:
        return True
    if high not in (5, 7, 10) or len(counts) < high - low:
        return False
    bottom = counts.get(1, 0) + counts.get(0, 0)
    return bottom < 0.5 * values.filled and values.filled >= 20


def _text_kind(values: Values, words: set[str]) -> str:
    length = sum(map(len, values.sample)) / len(values.sample)
    blanks = sum(" " in value for value in values.sample) / len(values.sample)
    unique = values.distinct / values.filled
    if _mostly(values.sample, _PHONE.fullmatch) and not _names_id(words):
        return "phone"
    wordy = sum(any(map(str.isdigit, value)) for value in values.sample) < len(values.sample) / 5
    if words & _NAME_WORDS and not words & _NOT_A_PERSON and length < 40 and wordy:
        return "name"
    tokens = _share(values.sample, _TOKEN)
    if blanks < 0.05 and (
        (_names_id(words) and tokens > 0.8) or (tokens > 0.95 and unique > 0.9 and length > 3)
    ):
        return "id"
    if values.distinct <= 2 or (unique < 0.5 and length < 40 and values.distinct < 5000):
        return "category"
    return "text"


def _dials(sample: Sequence[str]) -> bool:
    """Long enough for telephone numbers, beginning like them, and many with signs between the digits."""
    like = sum(value[0] in "+0(" and sum(map(str.isdigit, value)) >= 7 for value in sample)
    signs = sum(not value.isdigit() for value in sample)
    return like >= 0.8 * len(sample) and signs >= 0.3 * len(sample)


def _is_date(value: str) -> bool:
    return any(shape.match(value) for shape in _DATE_SHAPES)


def _mostly(sample: Sequence[str], fits: Callable[[str], object], share: float = ENOUGH) -> bool:
    """Whether at least a share of the sample fits; given up as soon as that has become impossible."""
    can_fit = len(sample)
    for value in sample:
        if not fits(value):
            can_fit -= 1
            if can_fit / len(sample) < share:
                return False
    return True


def _share(sample: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(pattern.fullmatch(value) is not None for value in sample) / len(sample)
