"""Which decimal mark and which date format each column has; the columns of a sheet speak for each other."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from regard.listen.reading import dates, numbers
from regard.listen.reading.columns import NUMBERS, Column, present
from regard.listen.reading.kinds import Values, epoch_format, words_of
from regard.listen.reading.sheets import Hints


def read_style(column: Column, hints: Hints) -> None:
    """Whether the column's own values show a decimal comma."""
    if hints.decimal_comma is not None:
        column.style = numbers.NumberStyle(hints.decimal_comma, True, "as told")
        return
    counts = np.zeros(4, np.int64)
    for piece in column.pieces():
        counts += numbers.count_styles(piece)
    column.style = numbers.decide_style(*(int(count) for count in counts))


def settle_numbers(columns: Sequence[Column], *, typed: bool) -> None:
    """A mark before three digits is read as the other columns of the sheet have it.

    In a format with `typed` cells numbers were written out by us: their point is the decimal one.
    """
    comma = any(column.style and column.style.decimal_comma for column in columns)
    pointed = any(_shows_point(column) for column in columns)
    for column in columns:
        if column.profile.kind not in NUMBERS:
            continue
        style = column.style or _comma_style(comma, pointed)
        if style.ambiguous == ".":
            style = _point_style(style, comma, pointed, typed)
        column.profile = replace(
            column.profile,
            decimal_comma=style.decimal_comma,
            number_certain=style.certain,
            ambiguous_mark=style.ambiguous,
            evidence=style.evidence or column.profile.evidence,
        )


def _comma_style(comma: bool, pointed: bool) -> numbers.NumberStyle:
    """What 1,234 is."""
    if comma or pointed:
        return numbers.NumberStyle(comma, True, "as in the other columns")
    return numbers.NumberStyle(False, False, "1,234 is read as a thousand", ",")


def _point_style(alone: numbers.NumberStyle, comma: bool, pointed: bool, typed: bool) -> numbers.NumberStyle:
    """What 1.234 is."""
    if typed or (pointed and not comma):
        return numbers.NumberStyle(False, True)
    return numbers.NumberStyle(True, True, "the other columns have a decimal comma") if comma else alone


def _shows_point(column: Column) -> bool:
    if column.profile.kind not in NUMBERS or column.style is None or column.style.decimal_comma:
        return False
    return any(numbers.count_styles(piece)[1] for piece in column.pieces())


def read_format(column: Column, values: Values, hints: Hints) -> None:
    """The column's date format, and which of its parts is the day."""
    epoch = epoch_format(values.sample, words_of(values.name))
    example = max(values.sample, key=len, default="")
    if epoch and example.split(".")[0].isdigit() and len(example) != 8:
        column.profile = replace(column.profile, date_format=epoch, evidence=f"numbers read as {epoch}")
        return
    parts = [dates.numeric_parts(piece) for piece in column.pieces() if dates.read_plain(piece) is None]
    a, b, c = (np.concatenate([part[i] for part in parts]) if parts else np.zeros(0, int) for i in range(3))
    if not len(a):
        column.profile = replace(column.profile, date_format=dates.describe_format(example, "ymd"))
        return
    last = next((text for text in values.sample if not text[:4].isdigit()), example)
    column.separator = next((letter for letter in last if not letter.isdigit()), "")
    order = dates.decide_order(a, b, c, column.separator)
    if hints.date_order:
        order = dates.Order(hints.date_order, True, "as told")
    elif order.evidence == dates.NOTHING_SHOWN:
        rows = present(column.data.combine_chunks(), column.profile.missing_words).drop_null()
        order = dates.decide_by_sorting(*dates.numeric_parts(rows)[:3])
    column.profile = replace(
        column.profile,
        date_format=dates.describe_format(last, order.order),
        date_order_certain=order.certain,
        evidence=order.evidence,
    )


def settle_dates(columns: Sequence[Column]) -> None:
    """A column without a telling value is read as a telling one of the same sheet and the same look."""
    telling = {c.separator: c for c in columns if c.separator and c.profile.date_order_certain}
    for column in columns:
        model = telling.get(column.separator)
        if column.profile.date_order_certain or not model or "only" in column.profile.evidence:
            continue
        order = dates.order_of(model.profile.date_format or "")
        example = next(
            text for piece in column.pieces() for text in piece.to_pylist() if not text[:4].isdigit()
        )
        column.profile = replace(
            column.profile,
            date_format=dates.describe_format(example, order),
            date_order_certain=True,
            evidence=f"as {model.profile.name}: {model.profile.evidence}",
        )
