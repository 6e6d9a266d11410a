"""From columns of text to typed columns, many rows at a time."""

from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from regard.errors import AmbiguousError
from regard.listen.reading.columns import ColumnProfile, present
from regard.listen.reading.dates import parse_dates, read_plain_dates
from regard.listen.reading.kinds import FALSE_WORDS, TRUE_WORDS
from regard.listen.reading.numbers import parse_numbers, to_money

Target = Literal["text", "datetime", "decimal", "float", "boolean"]
_TARGETS: dict[str, Target] = {
    "date": "datetime",
    "datetime": "datetime",
    "decimal": "decimal",
    "currency": "decimal",
    "integer": "float",
    "rating": "float",
    "boolean": "boolean",
}


def parse_column(
    values: pa.Array | pa.ChunkedArray, profile: ColumnProfile, *, to: Target | None = None, zone: str = "UTC"
) -> tuple[pa.Array, pa.Array]:
    """Typed values (text, timestamp us UTC, decimal128(18, 4), double, bool) and, per row, why it has none.

    A missing value is null with a null reason; an unreadable one is null with a reason. Times without an
    offset are read in `zone`. A column whose order of day and month is not certain is refused as a whole.
    """
    target = to or _TARGETS.get(profile.kind, "text")
    if target == "datetime" and not profile.date_order_certain:
        raise AmbiguousError(
            f"{profile.name}: {profile.evidence or 'day and month cannot be told apart'}.",
            hint="Say which comes first with --date-order dmy or mdy.",
        )
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if target == "datetime":
        times = read_plain_dates(present(whole, profile.missing_words), profile.date_format or "", zone)
        if times is not None:
            return times, pa.nulls(len(times), pa.string())
    # Equal texts are read once: columns of dates and amounts repeat themselves.
    encoded = whole.dictionary_encode()
    texts = present(encoded.dictionary, profile.missing_words, trim=target != "text")
    typed = _typed(texts, target, profile, zone)
    unread = pc.and_(pc.is_valid(texts), pc.is_null(typed))
    reasons = pc.if_else(unread, pa.scalar(_reason(target, profile), pa.string()), None)
    return typed.take(encoded.indices), reasons.take(encoded.indices)


def _typed(texts: pa.Array, target: Target, profile: ColumnProfile, zone: str) -> pa.Array:
    if target == "datetime":
        return parse_dates(texts, profile.date_format or "yyyy-mm-dd", zone)
    if target == "boolean":
        lower = pc.utf8_lower(texts)
        yes = pc.is_in(lower, value_set=pa.array(TRUE_WORDS))
        known = pc.or_(yes, pc.is_in(lower, value_set=pa.array(FALSE_WORDS)))
        return pc.if_else(known, yes, None)
    if target == "text":
        return texts
    plain = parse_numbers(texts, decimal_comma=profile.decimal_comma)
    return to_money(plain) if target == "decimal" else plain.cast(pa.float64())


def _reason(target: Target, profile: ColumnProfile) -> str:
    if target == "datetime":
        return f"{profile.name} is not a date like {profile.date_format or 'yyyy-mm-dd'}"
    if target == "boolean":
        return f"{profile.name} is neither yes nor no"
    mark = "decimal comma" if profile.decimal_comma else "decimal point"
    return f"{profile.name} is not a number with a {mark}"
