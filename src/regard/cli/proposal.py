"""How `regard import` shows what it proposes: a few lines a table, what is open, and what the first rows become."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import typer

from regard.cli.output import harmless, shown

if TYPE_CHECKING:
    from regard.listen.asking import Preview
    from regard.listen.mapping import Proposal, TableMapping
    from regard.listen.mapping.view import Choice
    from regard.listen.reading import Hints, Sheet

NARROWEST, WIDEST = 40, 100
MANY = 3  # columns that were decided alike are told in one line from here on
UNSURE = 0.7
SHOWN_ROWS = 3
SHOWN_EVENTS = 4  # of a row
TOLD = ("instrument", "touchpoint", "subject", "channel", "text", "data")


def show_proposal(proposal: Proposal, handed: Sequence[tuple[Sheet, str]], hints: Hints) -> None:
    """Print the decisions of a proposal, its questions, and the first rows as what they become."""
    from regard.listen.asking import preview_sheet
    from regard.listen.mapping_files import expect_table

    fresh = {choice.table for choice in proposal.choices}
    for sheet, file_name in handed:
        table = expect_table(proposal.mapping, sheet, file_name)
        if table.name not in fresh:
            continue
        fresh.remove(table.name)  # told once, however many sheets it has
        typer.secho(
            "\n" + _cut(f"{shorten(file_name, 40)}: {sheet.row_count:,} rows, as `{table.name}`"), bold=True
        )
        _print_lines(summarise(table, [c for c in proposal.choices if c.table == table.name]))
        questions = [question for question in proposal.questions if question.table == table.name]
        for question in questions:
            typer.secho(_wrapped(f"? {question.sentence}"), fg="yellow", bold=True)
        if not any(question.blocks for question in questions):
            _print_preview(preview_sheet(proposal.mapping, sheet, file_name, hints, rows=SHOWN_ROWS))


def summarise(table: TableMapping, choices: Sequence[Choice]) -> list[str]:
    """A table's decisions as sentences, those alike in one."""
    alike: dict[tuple[str, str], list[Choice]] = {}
    for choice in choices:
        if choice.what != "attribute" and not choice.what.startswith("identity."):
            pattern = choice.sentence
            if choice.column:
                pattern = re.sub(r"^It ", "{} ", pattern.replace(f"`{choice.column}`", "{}"))
            alike.setdefault((choice.what, pattern), []).append(choice)
    lines = [line for (_, pattern), group in alike.items() for line in _told(pattern, group)]
    if table.identity or table.ids:
        lines.append(f"About the person: {_listed([*table.identity, *table.ids])}.")
    if table.attributes:
        count = len(table.attributes)
        lines.append(f"{count} attribute{'s' * (count > 1)}: {_listed(list(table.attributes))}.")
    events = list(dict.fromkeys(event.name for event in table.events))
    return [*lines, f"Events: {_listed(events, most=8)}."] if events else lines


def _told(pattern: str, group: Sequence[Choice]) -> Iterable[str]:
    """One line for each choice, or one for all if there are many."""
    doubt = "" if group[0].confidence >= UNSURE else f" (only {group[0].confidence:.0%} sure)"
    if len(group) < MANY or "{}" not in pattern:
        return dict.fromkeys(pattern.replace("{}", f"`{choice.column}`") + doubt for choice in group)
    said = pattern.replace("{} is ", "", 1).rstrip(".")
    return [f"{group[0].what}: {len(group)} columns {said}: {_listed([c.column for c in group])}.{doubt}"]


def _listed(names: Sequence[str], *, most: int = 5) -> str:
    more = f", and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(_wrapped(f"  {line}"))


def _print_preview(preview: Preview) -> None:
    """The first rows as what they become."""
    print("  The first rows become")
    for number, person in zip(preview.rows, preview.persons, strict=True):
        refused = preview.refused.get(number)
        print(_cut(f"    {number}  {'kept aside: ' + refused if refused else person}"))
        events = [event for event in preview.events if event["_row"] == number]
        for event in events[:SHOWN_EVENTS]:
            print(_cut(f"       {_event_line(event)}"))
        if len(events) > SHOWN_EVENTS:
            print(f"       and {len(events) - SHOWN_EVENTS} more events")


def _event_line(event: dict[str, Any]) -> str:
    parts = [event["name"], shown(event["occurred_at"])]
    if event["amount"] is not None:
        parts.append(f"{shown(event['amount'])} {event['currency']}")
    if event["score"] is not None:
        parts.append(f"{event['score']:g}")
    return "  ".join([*parts, *(str(event[name]) for name in TOLD if event[name])])


def shorten(text: str, width: int) -> str:
    """A long name without its middle, so that beginning and ending stay to be told apart."""
    if len(text) <= width:
        return text
    end = (width - 1) // 2
    return f"{text[: width - 1 - end]}…{text[-end:]}"


def _wrapped(text: str) -> str:
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    return textwrap.fill(harmless(text), _width(), subsequent_indent=indent, break_long_words=True)


def _cut(text: str) -> str:
    line = harmless(" ".join(text.splitlines()))
    return line if len(line) <= _width() else f"{line[: _width() - 1]}…"


def _width() -> int:
    return min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)
