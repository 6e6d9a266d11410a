"""The import wizard: a mapping as a form, the form back into a mapping, and what it would make of the first rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from regard.know.fields import FIELDS
from regard.listen.mapping import EventRule, SourceMapping, TableMapping, Value

EVENT_USE = "event"  # the column is used by an event; the events below say how
USES: tuple[tuple[str, str], ...] = (
    ("", "not used"),
    *(
        (f"identity.{name}", name.replace("_", " "))
        for name in FIELDS
        if name not in ("ids", "organisation_key")
    ),
    ("id", "further id of the person"),
    ("attribute", "attribute"),
)
SHOWN_ROWS = 8


@dataclass(frozen=True)
class ColumnForm:
    """One column of a table: what is in it and what it is taken for."""

    name: str
    field: str  # the form field's name
    examples: list[str]
    kind: str
    use: str
    in_events: list[str]  # how events use it
    confidence: float | None
    sentence: str


@dataclass(frozen=True)
class EventForm:
    """One event that each row of a table gives."""

    field: str
    name: str
    sentence: str


@dataclass(frozen=True)
class TableForm:
    """One table of the file."""

    name: str
    persons: str
    columns: list[ColumnForm]
    events: list[EventForm]


def table_form(place: int, table: TableMapping, sample: Mapping[str, Any]) -> TableForm:
    """The form of one table; `sample` is what was kept of the sheet: examples, kinds and the reasons."""
    choices = {choice["column"]: choice for choice in sample["choices"] if choice["column"]}
    columns = []
    for number, name in enumerate(sample["columns"]):
        choice = choices.get(name, {})
        uses = ["who it is"] if any(name in rule.columns for rule in table.person) else []
        uses += [f"{event.name}: {role}" for event in table.events for role in _roles(event, name)]
        columns.append(
            ColumnForm(name, f"use-{place}-{number}", sample["examples"].get(name, []), sample["kinds"].get(name, ""),
                       use_of(table, name), uses, choice.get("confidence"), choice.get("sentence", ""))
        )  # fmt: skip
    events = [
        EventForm(f"event-{place}-{n}", event.name, event_words(event))
        for n, event in enumerate(table.events)
    ]
    return TableForm(table.name, _person_words(table), columns, events)


def changed_table(
    place: int, table: TableMapping, columns: list[str], said: Mapping[str, str]
) -> TableMapping:
    """The table as the form says it: uses of columns, and which events are made."""
    identity, ids, attributes = dict(table.identity), dict(table.ids), dict(table.attributes)
    for number, column in enumerate(columns):
        use = said.get(f"use-{place}-{number}")
        if use is None or use == use_of(table, column):
            continue
        identity = {name: taken for name, taken in identity.items() if taken != column}
        ids = {name: taken for name, taken in ids.items() if taken != column}
        attributes = {name: value for name, value in attributes.items() if value.column != column}
        if use.startswith("identity.") and use.removeprefix("identity.") in FIELDS:
            identity[use.removeprefix("identity.")] = column
        elif use == "id":
            ids[_key(column)] = column
        elif use == "attribute":
            attributes[_key(column)] = Value(column)
    events = tuple(
        event
        for number, event in enumerate(table.events)
        if f"event-{place}-{number}" in said or "form" not in said
    )
    return replace(table, identity=identity, ids=ids, attributes=attributes, events=events)


def with_table(mapping: SourceMapping, table: TableMapping) -> SourceMapping:
    """The mapping with one of its tables replaced by the one of the same name."""
    return replace(
        mapping, tables=tuple(table if each.name == table.name else each for each in mapping.tables)
    )


def use_of(table: TableMapping, column: str) -> str:
    """What a column is taken for, as the form's choice."""
    for name, taken in table.identity.items():
        if taken == column:
            return f"identity.{name}"
    if column in table.ids.values():
        return "id"
    return "attribute" if any(value.column == column for value in table.attributes.values()) else ""


def event_words(event: EventRule) -> str:
    """`order.completed at order_date, amount total, about order order_id`."""
    parts = [f"at {event.at}" if event.at else f"on {event.snapshot}" if event.snapshot else ""]
    parts += [
        f"{role} {getattr(event, role)}" for role in ("amount", "score", "text") if getattr(event, role)
    ]
    parts += [f"about {event.subject.kind} {event.subject.column}" if event.subject else ""]
    parts += [f"only where {event.when.column} says so" if event.when else ""]
    return ", ".join(part for part in parts if part)


def sample_table(sample: Mapping[str, Any]) -> pa.Table:
    """The kept first rows as the pipeline takes them."""
    rows = sample["rows"]
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in sample["columns"]}
    return pa.table({"_row": pa.array([row["_row"] for row in rows], pa.int64()), **columns})


def _roles(event: EventRule, column: str) -> list[str]:
    named = {"when": event.at, "amount": event.amount, "score": event.score, "text": event.text}
    roles = [role for role, taken in named.items() if taken == column]
    if event.subject and event.subject.column == column:
        roles.append(event.subject.kind)
    values = {"channel": event.channel, "touchpoint": event.touchpoint, "department": event.department,
              "actor": event.actor, "currency": event.currency, **event.data}  # fmt: skip
    return roles + [role for role, value in values.items() if value is not None and value.column == column]


def _person_words(table: TableMapping) -> str:
    """`Kundennummer, else E-Mail`."""
    ways = [" and ".join(rule.columns) if rule.columns else "nobody known" for rule in table.person]
    return ", else ".join(ways)


def _key(column: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in column.lower()).strip("_") or "column"
