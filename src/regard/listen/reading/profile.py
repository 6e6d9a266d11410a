"""What is in each column of a sheet, told from all its rows."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regard.listen.reading import numbers
from regard.listen.reading.columns import KINDS, NUMBERS, Column, ColumnProfile, present
from regard.listen.reading.convert import parse_column
from regard.listen.reading.formats import read_format, read_style, settle_dates, settle_numbers
from regard.listen.reading.kinds import Values, tell_kind, zero_means_none
from regard.listen.reading.sheets import Hints, Sheet

__all__ = ["KINDS", "ColumnProfile", "profile_sheet"]

SAMPLE_ROWS = 4000
TYPED_CELLS = {"xlsx", "xls", "xlsb", "ods", "json", "ndjson", "parquet"}
MANY = 300_000  # distinct values beyond which a column is read in pieces
FEW = 1000
ALWAYS_MISSING = (
    "?", "N/A", "n/a", "#N/A", "#NV", "#NULL!", "NULL", "null", "NaN", "nan", "k.A.", "\\N", "<NA>",
)  # fmt: skip
MISSING_IF_TYPED = (
    "-", "--", ".", "NA", "na", "n.a.", "None", "none", "nil", "unknown", "unbekannt", "NaT", "00000000",
)  # fmt: skip
NEVER_NEGATIVE = ("-1", "-9", "-99", "-999", "-9999")  # missing, if no other value is below zero
TYPED = {"integer", "decimal", "currency", "rating", "date", "datetime", "boolean", "phone", "email"}
T = TypeVar("T")
R = TypeVar("R")


def profile_sheet(sheet: Sheet, *, hints: Hints) -> list[ColumnProfile]:
    """Tell the kind of each column from all its rows."""
    table = sheet.table()
    rows = table.num_rows
    spread = np.unique(np.linspace(0, max(rows - 1, 0), min(rows, SAMPLE_ROWS)).astype(np.int64))
    sample = table.take(pa.array(spread)) if rows else table
    distinct = _count_distinct(table, sheet.columns)

    def begin(name: str) -> Column:
        return _begin(name, table[name], sample[name], distinct[name], hints)

    columns = _each(begin, sheet.columns)
    settle_numbers(columns, typed=sheet.found.format in TYPED_CELLS)
    settle_dates(columns)
    return _each(_end, columns)


def _each(function: Callable[[T], R], items: Sequence[T]) -> list[R]:
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(function, items))


def _count_distinct(table: pa.Table, names: Sequence[str]) -> dict[str, int]:
    """How many different values each column has; not asked where there cannot be too many."""
    if table.num_rows <= MANY:
        return dict.fromkeys(names, 0)
    with duckdb.connect() as connection:
        connection.register("sheet", table)
        return {name: _count_hashes(connection, name.replace('"', '""')) for name in names}


def _count_hashes(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Sorting 64 bits of each value costs a tenth of counting the texts; two values as good as never have the same."""
    found = connection.execute(f'SELECT hash("{name}") AS hashed FROM sheet WHERE "{name}" IS NOT NULL')
    hashed = np.sort(found.fetchnumpy()["hashed"])
    return int((hashed[1:] != hashed[:-1]).sum()) + 1 if len(hashed) else 0


def _begin(name: str, data: pa.ChunkedArray, sample: pa.ChunkedArray, about: int, hints: Hints) -> Column:
    counts = data.value_counts() if about <= MANY else None
    column = Column(ColumnProfile(name, "empty", distinct=about), data, counts)
    typed_words = _missing_words(column, hints)
    words = (
        typed_words if hints.missing_words is not None else [w for w in typed_words if w in ALWAYS_MISSING]
    )
    values = _values(column, sample, words)
    kind = hints.kinds.get(name) or tell_kind(values)
    if typed_words != words:
        stricter = _values(column, sample, typed_words)
        if (typed := hints.kinds.get(name) or tell_kind(stricter)) in TYPED and not _all_boolean(
            values, kind
        ):
            kind, words, values = typed, typed_words, stricter
    column.profile = replace(column.profile, kind=kind, missing_words=words)
    if kind in NUMBERS:
        _note_sentinels(column, values, hints)
        read_style(column, hints)
    elif kind in ("date", "datetime"):
        read_format(column, values, hints)
    return column


def _all_boolean(values: Values, kind: str) -> bool:
    return kind == "boolean" and len(values.counts) == 2


def _missing_words(column: Column, hints: Hints) -> list[str]:
    """Which words for "no value" stand in the column."""
    known = (*ALWAYS_MISSING, *MISSING_IF_TYPED) if hints.missing_words is None else hints.missing_words
    wanted = pa.array(known, pa.string())
    found: set[str] = set()
    for piece in column.pieces():
        found.update(piece.filter(pc.is_in(piece, value_set=wanted)).unique().to_pylist())
    return sorted(found)


def _values(column: Column, sample: pa.ChunkedArray, words: list[str]) -> Values:
    texts = present(sample.combine_chunks(), words).drop_null().to_pylist()
    counts: Counter[str] = Counter()
    distinct, filled = column.profile.distinct, 0
    if column.counts is None:
        filled = len(column.data) - column.data.null_count
    else:
        present_values = present(column.counts.field("values"), words)
        numbers_of = column.counts.field("counts").filter(pc.is_valid(present_values))
        distinct, filled = len(numbers_of), int(pc.sum(numbers_of).as_py() or 0)
        if distinct <= FEW:
            for text, count in zip(
                present_values.drop_null().to_pylist(), numbers_of.to_pylist(), strict=True
            ):
                counts[text] += count
        if not texts and distinct:
            texts = present_values.drop_null().slice(0, SAMPLE_ROWS).to_pylist()
    return Values(column.profile.name, texts, filled, distinct, counts)


def _note_sentinels(column: Column, values: Values, hints: Hints) -> None:
    """Add -99 and the like, and 0 on a scale that begins at one."""
    if hints.missing_words is not None or not values.counts:
        return
    below = [value for value in values.counts if value.startswith("-")]
    extra = [value for value in NEVER_NEGATIVE if below == [value]]
    evidence = f"{extra[0]} is the only value below zero" if extra else ""
    if extra:
        rest = replace(values, counts={v: n for v, n in values.counts.items() if v not in extra},
                       sample=[v for v in values.sample if v not in extra])  # fmt: skip
        values = rest
        column.profile = replace(column.profile, kind=tell_kind(rest))
    if column.profile.kind == "rating" and zero_means_none(values.counts):
        extra, evidence = [*extra, "0"], "0 stands beside a scale that begins at 1: not applicable"
    column.profile = replace(
        column.profile, missing_words=[*column.profile.missing_words, *extra], evidence=evidence
    )


def _end(column: Column) -> ColumnProfile:
    """Counts and range, and a last look whether the whole column bears the kind out."""
    profile = column.profile
    unread = total = 0
    low: object = None
    high: object = None
    distinct, missing = _distinct_and_missing(column)
    if profile.kind in NUMBERS or profile.kind in ("date", "datetime"):
        certain = replace(profile, date_order_certain=True)
        for piece in column.pieces():
            typed, reasons = parse_column(
                piece, certain, to="float" if profile.kind in NUMBERS else "datetime"
            )
            unread, total = unread + len(reasons) - reasons.null_count, total + len(piece)
            ends = pc.min_max(typed).as_py()
            if ends["min"] is not None:
                low = ends["min"] if low is None else min(low, ends["min"])
                high = ends["max"] if high is None else max(high, ends["max"])
    if unread > total / 10 and profile.date_order_certain and profile.evidence != "as told":
        profile = replace(profile, kind="text", date_format=None, date_order_certain=True)
        low = high = None
    evidence = profile.evidence
    if unread and profile.kind != "text":
        evidence = (
            f"{evidence}; " * bool(evidence) + f"{unread} different values cannot be read as {profile.kind}"
        )
    rows = len(column.data)
    return replace(
        profile,
        null_share=missing / rows if rows else 0.0,
        distinct=distinct,
        unique=bool(rows) and _unique(column, distinct, rows - missing),
        examples=_examples(column),
        minimum=_shown(low, profile.kind),
        maximum=_shown(high, profile.kind),
        currency=_currency(column) if profile.kind == "currency" else None,
        evidence=evidence,
    )


def _distinct_and_missing(column: Column) -> tuple[int, int]:
    words = column.profile.missing_words
    if column.counts is None:
        absent = sum(present(chunk, words).null_count for chunk in column.data.chunks)
        return min(column.profile.distinct, len(column.data) - absent), absent
    values = present(column.counts.field("values"), words)
    there = int(pc.sum(column.counts.field("counts").filter(pc.is_valid(values))).as_py() or 0)
    return len(values) - values.null_count, len(column.data) - there


def _unique(column: Column, distinct: int, filled: int) -> bool:
    if column.counts is not None or not column.profile.missing_words or distinct < 0.9 * filled:
        return bool(filled) and distinct == filled
    with duckdb.connect() as connection:
        connection.register("sheet", pa.table({"value": column.data}))
        counted = connection.execute("SELECT count(DISTINCT value) FROM sheet").fetchone()
    return bool(counted and counted[0] >= filled)


def _examples(column: Column) -> list[str]:
    examples: list[str] = []
    for piece in column.pieces():
        examples += [text[:200] for text in piece.slice(0, 5).to_pylist()]
        if len(examples) >= 5:
            break
    return examples[:5]


def _shown(value: object, kind: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    text = value.isoformat()  # type: ignore[attr-defined]
    return str(text[:10] if kind == "date" else text)


def _currency(column: Column) -> str | None:
    """The one currency that every sign or code in the column means."""
    found: set[str] = set()
    for piece in column.pieces():
        marks = pc.extract_regex(piece, r"(?P<mark>[A-Z]{3}|US\$|R\$|[€$£¥₹]|zł)").field("mark")
        found.update(numbers.SIGNS.get(mark, mark) for mark in marks.unique().to_pylist() if mark)
    return found.pop() if len(found) == 1 else None
