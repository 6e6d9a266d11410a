"""Whether a table's first row names its columns, and where the table begins."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TYPED = re.compile(
    r"\s*(?:[-+(]?[$€£]?\s*[\d.,'’\s]*\d[\d.,]*(?:e[-+]?\d+)?\s*[%€$£)]?-?"  # numbers and amounts
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].*)?"  # dates
    r"|[^@\s]+@[^@\s]+\.\w+|https?://\S+|\+?[\d ()/-]{6,}|true|false)\s*",
    re.IGNORECASE,
)
SENTENCE = re.compile(r".*[.!?]\s*$|.{80}", re.DOTALL)
STATEMENT = re.compile(r".*[.!]\s*$", re.DOTALL)  # headings may be questions, as those of a survey


@dataclass(frozen=True)
class Head:
    """Where the table begins, and its names if it has any."""

    first_row: int  # index of the header, or of the first data row without one
    names: tuple[str, ...] | None
    certain: bool
    rows: int = 1  # that the names stand in


def find_header(rows: Sequence[Sequence[str | None]], *, width: int, wanted: bool | None) -> Head:
    """Skip title lines above the table, then look whether the first row differs in kind from those below."""
    first = find_first_row(rows, width)
    cells = [cell or "" for cell in rows[first]]
    if wanted is not None:
        return Head(first, tuple(cells) if wanted else None, True)
    body = [row for row in rows[first + 1 : first + 1000] if len(row) == width]
    score = sum(_votes(cell, [row[i] or "" for row in body]) for i, cell in enumerate(cells) if i < width)
    if score:
        return Head(first, tuple(cells) if score > 0 else None, True)
    named = all(not SENTENCE.match(cell) and not TYPED.fullmatch(cell) for cell in cells if cell)
    filled = sum(bool(cell.strip()) for cell in cells) * 2 > len(cells)
    distinct = len({cell.strip().lower() for cell in cells}) == len(cells)
    return Head(first, tuple(cells) if named and filled and distinct else None, False)


def find_grouped_header(rows: Sequence[Sequence[str]], *, width: int, merged: bool | None) -> Head | None:
    """A header of two rows: names, and above them merged cells that group them. None where there is none.

    `merged` says whether the first row has merged cells, None where the format does not tell.
    """
    first = find_first_row(rows, width)
    if merged is False or len(rows) < first + 3:
        return None
    groups, names = rows[first], rows[first + 1]
    body = [row for row in rows[first + 2 :] if len(row) == width]
    if len(groups) != width or len(names) != width:
        return None
    written = [cell for cell in (*groups, *names) if cell.strip()]
    covered = any(name and not group for group, name in zip(groups, names, strict=True))
    if not covered or not groups[0] or any(TYPED.fullmatch(c) or STATEMENT.match(c) for c in written):
        return None
    if sum(_votes(name, [row[place] for row in body]) for place, name in enumerate(names)) <= 0:
        return None
    return Head(first, tuple(_joined(groups, names)), True, rows=2)


def _joined(groups: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """`Customer` over `No.` is `Customer No.`; a group holds until the next one begins."""
    group = ""
    for above, name in zip(groups, names, strict=True):
        group = above or group
        yield f"{group} {name}" if name else above


def find_first_row(rows: Sequence[Sequence[str | None]], width: int) -> int:
    """Where the table begins: title lines have one cell where the table has several."""
    if width < 3:
        return 0
    for index, row in enumerate(rows[:20]):
        if sum(bool(cell and cell.strip()) for cell in row) > 1 and len(row) >= width - 1:
            return index
    return 0


def _votes(cell: str, below: Sequence[str]) -> int:
    """+1: this cell names the column below it; -1: it is one of its values; 0: cannot tell."""
    values = [value for value in below if value.strip()]
    if not cell.strip() or not values:
        return 0
    typed = sum(bool(TYPED.fullmatch(value)) for value in values) / len(values)
    if TYPED.fullmatch(cell):
        year = cell.strip().isdigit() and 1900 <= int(cell) <= 2100
        return 0 if year else -1
    if typed > 0.8:
        return 1
    repeated = values.count(cell) / len(values)
    return -1 if repeated and (repeated > 0.02 or len(set(values)) < len(values) / 2) else 0
