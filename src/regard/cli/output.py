"""How commands print: a table for people, JSON for programs."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

OBEYED = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "�")  # all but tab and new line
GAP = 2  # letters between columns
LEAST_FIRST, LEAST_LAST = 20, 16  # letters to which the first and the last column may shrink


def print_json(data: Any) -> None:
    """Print one JSON document; money and times as text, so that nothing is rounded."""
    print(json.dumps(data, default=_plain, ensure_ascii=False, indent=2))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Print rows under column names; numbers to the right. Only the first and the last column may take several
    lines; where that is not enough for the terminal, each row is printed as facts, for nothing may be cut."""
    from rich.table import Table
    from rich.text import Text

    kept = [list(row) for row in rows]
    wide = [
        max(len(column), *(_longest(shown(row[place])) for row in kept), 0)
        for place, column in enumerate(columns)
    ]
    least = [min(wide[0], LEAST_FIRST), *wide[1:-1], min(wide[-1], LEAST_LAST)] if len(wide) > 1 else wide
    if title:
        print(f"\n{title}")
    console = _console()
    if sum(least) + GAP * (len(wide) - 1) > console.width:
        _print_as_facts(columns, kept)
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, GAP, 0, 0))
    for place, column in enumerate(columns):
        numeric = bool(kept) and all(isinstance(row[place], int | float | Decimal) for row in kept)
        outer = place in (0, len(columns) - 1)
        table.add_column(
            column,
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=not outer,
            min_width=least[place],
        )
    for row in kept:
        table.add_row(*(Text(shown(cell)) for cell in row))
    _print(table, console)


def _longest(text: str) -> int:
    return max((len(line) for line in text.splitlines()), default=0)


def _print_as_facts(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    for first, *others in rows:
        print(shown(first))
        print_facts({f"  {column}": cell for column, cell in zip(columns[1:], others, strict=True)})


def print_facts(facts: Mapping[str, object]) -> None:
    """Print names and values under each other; what is empty is left out."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        if value is not None and value != "":
            table.add_row(name, Text(shown(value)))
    _print(table, _console())


def _console() -> "Console":
    """As wide as the terminal, or as wide as it takes where the output goes into a file or another command."""
    from rich.console import Console

    unlimited = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(width=100_000 if unlimited else None)


def _print(table: "Table", console: "Console") -> None:
    with console.capture() as captured:
        console.print(table)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


def shown(value: object) -> str:
    """A value as people read it; times in the company's zone."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        from django.utils import timezone

        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return harmless(str(value))


def harmless(text: str) -> str:
    """Text of others without the control characters that a terminal would obey."""
    return text.translate(OBEYED)


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    if hasattr(value, "_asdict"):
        return value._asdict()
    if hasattr(value, "__dict__"):
        return vars(value)
    return str(value)
