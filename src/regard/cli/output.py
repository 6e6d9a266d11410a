"""How commands print: a table for people, JSON for programs."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table


def print_json(data: Any) -> None:
    """Print one JSON document; money and times as text, so that nothing is rounded."""
    print(json.dumps(data, default=_plain, ensure_ascii=False, indent=2))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Print rows under column names; numbers to the right, and only the last column may take several lines."""
    from rich.table import Table
    from rich.text import Text

    kept = [list(row) for row in rows]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for index, column in enumerate(columns):
        numeric = bool(kept) and all(isinstance(row[index], int | float | Decimal) for row in kept)
        last = index == len(columns) - 1
        table.add_column(
            column,
            justify="right" if numeric else "left",
            overflow="fold" if last else "ellipsis",
            no_wrap=not last,
        )
    for row in kept:
        table.add_row(*(Text(shown(cell)) for cell in row))
    if title:
        print(f"\n{title}")
    _print(table)


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
    _print(table)


def _print(table: "Table") -> None:
    """As wide as the terminal, or as wide as it is where the output goes into a file or another command."""
    from rich.console import Console

    unlimited = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    console = Console(width=100_000 if unlimited else None)
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
    return str(value)


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
