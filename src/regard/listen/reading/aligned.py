"""Reads tables whose columns are kept apart by blanks or by fixed widths."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regard.listen.reading.encoding import MARKS, lines_of, show_marks
from regard.listen.reading.header import find_header
from regard.listen.reading.sheets import Found, Hints, Sheet, SheetWriter

SAMPLE_LINES = 1000


@dataclass(frozen=True)
class Alignment:
    """How the lines divide: at these places, or at any blanks."""

    cuts: tuple[int, ...] | None  # where columns begin; None: between blanks
    columns: tuple[str, ...]
    header: bool
    header_certain: bool

    def split(self, line: str) -> list[str]:
        """The cells of a line, without their padding."""
        if self.cuts is None:
            return line.split()
        ends = [*self.cuts[1:], None]
        return [line[start:end].strip() for start, end in zip(self.cuts, ends, strict=True)]


def tell_alignment(sample: str, hints: Hints) -> Alignment | None:
    """How a sample of whole lines is aligned; None if it is not."""
    lines = [line.rstrip("\r") for line in sample.split("\n")[:SAMPLE_LINES] if line.strip()]
    if hints.widths:
        return _alignment(lines, _cuts_of(hints.widths), hints)
    if hints.delimiter or not lines:
        return None
    widths = Counter(len(line.split()) for line in lines)
    width, count = widths.most_common(1)[0]
    if 1 < width < 100 and count >= 0.98 * len(lines) and (len(lines) > 2 or _mostly_numbers(lines)):
        return _alignment(lines, None, hints)
    cuts = _gaps(lines)
    return _alignment(lines, cuts, hints) if len(cuts) > 1 else None


def read_aligned(
    chunks: Iterable[bytes], alignment: Alignment, name: str, found: Found, hints: Hints
) -> Sheet:
    """All lines as rows."""
    found.format = "text"
    found.delimiter = "whitespace" if alignment.cuts is None else "fixed"
    if alignment.cuts:
        found.widths = [b - a for a, b in zip(alignment.cuts, alignment.cuts[1:], strict=False)]
    found.header, found.header_certain, found.padding = alignment.header, alignment.header_certain, True
    writer = SheetWriter(name, alignment.columns, found, hints)
    number = -1 if alignment.header else 0
    for line in lines_of(chunks):
        if not line.strip():
            continue
        number += 1
        if number:
            _take(writer, alignment, number, line.rstrip("\r"))
    return writer.finish()


def _take(writer: SheetWriter, alignment: Alignment, number: int, line: str) -> None:
    cells = alignment.split(line)
    if MARKS.search(line):
        writer.refuse(number, show_marks(line), f"bytes that are not {writer.found.encoding}")
    elif "\0" in line:
        writer.refuse(number, line, "contains a NUL byte")
    elif len(cells) != len(writer.columns):
        writer.refuse(number, line, f"{len(cells)} fields where {len(writer.columns)} belong")
    else:
        writer.add(number, cells)


def _alignment(lines: Sequence[str], cuts: tuple[int, ...] | None, hints: Hints) -> Alignment:
    plain = Alignment(cuts, (), False, True)
    rows = [plain.split(line) for line in lines]
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    # The first row stands first: title lines are not looked for here, where every line has as many cells.
    head = find_header(rows, width=2 if cuts is None else 1, wanted=hints.header)
    if head.names is None and hints.header is None and len(rows) > 1:
        head = find_header(rows, width=width, wanted=None)
    names = head.names if head.names is not None and len(head.names) == width else None
    return Alignment(cuts, names or ("",) * width, names is not None, head.certain)


def _cuts_of(widths: Sequence[int]) -> tuple[int, ...]:
    cuts = [0]
    for width in widths[:-1]:
        cuts.append(cuts[-1] + width)
    return tuple(cuts)


def _mostly_numbers(lines: Sequence[str]) -> bool:
    words = [word for line in lines for word in line.split()]
    return sum(word[-1].isdigit() for word in words) > len(words) / 2


def _gaps(lines: Sequence[str]) -> tuple[int, ...]:
    """Columns begin where, behind at least two blanks in every line, any line has a letter again."""
    if len(lines) < 3:
        return ()
    longest = max(map(len, lines))
    if longest > 2000:
        return ()
    used = [False] * longest
    for line in lines:
        for place, letter in enumerate(line):
            if letter != " ":
                used[place] = True
    cuts = [place for place in range(longest) if used[place] and not any(used[max(place - 2, 0) : place])]
    cuts[:1] = [0]
    # A few lines of prose may share a gap by chance; the cells of a table are mostly filled.
    split = Alignment(tuple(cuts), (), False, True).split
    filled = [sum(map(bool, cells)) for cells in zip(*map(split, lines), strict=True)]
    return tuple(cuts) if min(filled) * 2 > len(lines) else ()
