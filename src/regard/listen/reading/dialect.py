"""How a text table is laid out: delimiter, quotes, padding, header, told from its first lines."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from regard.listen.reading.header import find_grouped_header, find_header
from regard.listen.reading.sheets import Hints

DELIMITERS = ("\t", ";", "|", ",")
NONE = "\x1f"  # a delimiter that no text has: one column
SAMPLE_ROWS = 1000


@dataclass(frozen=True)
class Dialect:
    """Layout of a delimited text."""

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    padding: bool = False
    columns: tuple[str, ...] = ()
    header: bool = True
    header_certain: bool = True
    skipped_lines: int = 0  # above the header
    body_line: int = 0  # physical lines before the first data row

    def reader(self, lines: Iterable[str], *, strict: bool) -> "csv._reader":  # type: ignore[name-defined]
        """A csv reader of this layout."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            escapechar=self.escape,
            skipinitialspace=self.padding,
            strict=strict,
        )


@dataclass(frozen=True)
class _Fit:
    delimiter: str
    share: float  # of rows with as many fields as most
    width: int
    first_fits: bool
    decimal: bool  # every field beside this comma is a number: it may be a decimal comma


def tell_dialect(sample: str, hints: Hints, *, whole: bool) -> Dialect | None:
    """The layout of a sample of whole lines; None if no delimiter fits (aligned text, or one column)."""
    lines = list(io.StringIO(sample, newline="\n"))
    skipped = 0
    delimiter = hints.delimiter
    if lines and (declared := re.fullmatch(r"sep=(.)\s*", lines[0])):
        delimiter, skipped = delimiter or declared[1], 1
    quote = hints.quote if hints.quote is not None else _quote(sample)
    if delimiter is None:
        fits = [_fit(lines[skipped:], candidate, quote, whole) for candidate in DELIMITERS]
        delimiter = _best([fit for fit in fits if fit.width > 1 and fit.share >= 0.5])
    if delimiter is None:
        return None
    plain = Dialect(delimiter, quote, _escape(sample, delimiter, quote))
    if plain.escape is None and _escapes_delimiter(lines[skipped:], plain):
        plain = replace(plain, escape="\\")
    return _with_header(replace(plain, padding=_padded(lines[skipped:], plain)), lines, skipped, hints)


def one_column(sample: str, hints: Hints) -> Dialect:
    """The layout of a text of one value a line."""
    lines = list(io.StringIO(sample, newline="\n"))
    return _with_header(Dialect(NONE, '"' if lines and lines[0].startswith('"') else ""), lines, 0, hints)


def _with_header(dialect: Dialect, lines: Sequence[str], skipped: int, hints: Hints) -> Dialect:
    rows, ends = _records(lines, dialect, skipped)
    if not rows:
        return replace(dialect, skipped_lines=skipped, body_line=len(lines))
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    grouped = find_grouped_header(rows, width=width, merged=None) if hints.header is not False else None
    head = grouped or find_header(rows, width=width, wanted=hints.header)
    body = head.first_row + (head.rows if head.names else 0)
    return replace(
        dialect,
        columns=tuple(_fitted(head.names, rows[body:], width)),
        header=head.names is not None,
        header_certain=head.certain,
        skipped_lines=ends[head.first_row - 1] if head.first_row else skipped,
        body_line=ends[body - 1] if body else skipped,
    )


def _fitted(names: Sequence[str] | None, rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """A header of the rows' width: R leaves out the name of the row names, others a trailing delimiter's."""
    if names is None:
        return [""] * width
    if len(names) == width - 1 and rows:
        trailing = not any(row[-1].strip() for row in rows if len(row) == width)
        return [*names, ""] if trailing else ["", *names]
    if len(names) > width and not any(name.strip() for name in names[width:]) and rows:
        return list(names[:width])
    return list(names)


def _records(lines: Sequence[str], dialect: Dialect, skipped: int) -> tuple[list[list[str]], list[int]]:
    rows, ends = [], []
    reader = dialect.reader(iter(lines[skipped:]), strict=False)
    try:
        for row in reader:
            if row:
                rows.append([cell.strip() for cell in row] if dialect.padding else row)
                ends.append(skipped + reader.line_num)
            if len(rows) >= SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # a field beyond csv's limit: the rows before it are sample enough
    return rows, ends


def _fit(lines: Sequence[str], delimiter: str, quote: str, whole: bool) -> _Fit:
    rows, _ = _records(lines, Dialect(delimiter, quote), 0)
    if not whole and 1 < len(rows) < SAMPLE_ROWS:
        rows.pop()
    if not rows:
        return _Fit(delimiter, 0, 0, False, False)
    width, count = Counter(len(row) for row in rows).most_common(1)[0]
    if len(rows[0]) != width and count < 3:
        return _Fit(delimiter, 0, 0, False, False)  # two commas in a few lines of prose
    digits = all(cell[-1:].isdigit() for row in rows[1:] for cell in row[:-1])
    return _Fit(delimiter, count / len(rows), width, len(rows[0]) == width, delimiter == "," and digits)


def _best(fits: Sequence[_Fit]) -> str | None:
    if not fits:
        return None
    # max() keeps the first of equals, and DELIMITERS begins with the one seldom found in plain text.
    return max(
        fits, key=lambda fit: (fit.first_fits, round(fit.share, 1), not fit.decimal, fit.share)
    ).delimiter


def _quote(sample: str) -> str:
    if '"' in sample:
        return '"'
    starts = re.findall(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n]|$)", sample, re.MULTILINE)
    return "'" if len(starts) > max(2, sample.count("\n") // 4) else '"'


def _escape(sample: str, delimiter: str, quote: str) -> str | None:
    r"""A backslash, if \" stands inside fields, and never as the \"" of a file that doubles its quotes."""
    if not quote:
        return None
    end = re.escape(delimiter) + "\r\n"
    escaped = re.search(rf"[^\\{end}]\\{quote}[^{quote}{end}]", sample)
    doubled = re.search(rf"\\{quote}{quote}[^{end}]", sample)
    return "\\" if escaped and not doubled else None


def _escapes_delimiter(lines: Sequence[str], dialect: Dialect) -> bool:
    r"""Whether rows have the header's width only if a \| is no delimiter."""
    if not any(f"\\{dialect.delimiter}" in line for line in lines):
        return False
    widths = []
    for layout in (dialect, replace(dialect, escape="\\")):
        rows, _ = _records(lines, layout, 0)
        widths.append(sum(len(row) == len(rows[0]) for row in rows) if rows else 0)
    return widths[1] > widths[0]


def _padded(lines: Sequence[str], dialect: Dialect) -> bool:
    """Every delimiter is followed by a blank."""
    if dialect.delimiter in (NONE, "\t"):
        return False
    spaced = replace(dialect, padding=False)
    rows, _ = _records(lines, spaced, 0)
    fields = [cell for row in rows for cell in row[1:] if cell]
    return bool(fields) and all(cell[0] == " " for cell in fields)
