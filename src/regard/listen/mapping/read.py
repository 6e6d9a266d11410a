"""A mapping from its TOML, strictly: what is wrong is named with its line and what to do."""

import re
import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from regard.errors import MappingError
from regard.know.fields import FIELDS
from regard.ledger.catalogue import CATALOGUE, CUSTOM_NAME
from regard.listen.mapping.model import (
    EventRule,
    PersonRule,
    Reading,
    SourceMapping,
    Subject,
    TableMapping,
    Value,
    When,
)

SOURCE_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
TABLE_KEYS = (
    "name", "headers", "files", "read", "kind", "person", "identity", "identity_when", "attributes", "dates", "values",
    "event",
)  # fmt: skip
FORMS = ("text", "number", "date")
DATE_ORDERS = ("", "dmy", "mdy", "ymd")


def read_mapping(path: Path) -> SourceMapping:
    """The mapping in a file, or MappingError with the file and line."""
    try:
        return parse_mapping(path.read_text(encoding="utf-8"), name=path.name)
    except FileNotFoundError as error:
        raise MappingError(
            f"There is no mapping {path}.", hint="`regard import FILE` proposes one."
        ) from error
    except UnicodeDecodeError as error:
        raise MappingError(f"{path.name} is not UTF-8 text.", hint="Save it as UTF-8.") from error


def parse_mapping(text: str, *, name: str = "mapping") -> SourceMapping:
    """The mapping in a text, or MappingError with the line."""
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{name}: {error}.") from error
    return _Reader(text, name).source(written)


class _Reader:
    """Turns the written tables into dataclasses and knows where in the text it is."""

    def __init__(self, text: str, name: str) -> None:
        self.lines = text.splitlines()
        self.name = name
        self.table = self.event = -1

    def source(self, written: dict[str, Any]) -> SourceMapping:
        self.only(written, ("source", "table"))
        source = self.text(written, "source", needed=True)
        if not SOURCE_NAME.fullmatch(source):
            self.refuse("source", f"`{source}` cannot name a source; use lower-case letters, digits, - and _")
        tables = []
        for number, table in enumerate(self.tables(written, "table")):
            self.table, self.event = number, -1
            tables.append(self.one_table(table))
        names = [table.name for table in tables]
        if len(set(names)) < len(names):
            self.refuse("name", "two tables have the same name; give each its own")
        return SourceMapping(source, tuple(tables))

    def one_table(self, written: dict[str, Any]) -> TableMapping:
        self.only(written, TABLE_KEYS)
        identity = self.map(written, "identity")
        ids = identity.pop("ids", {})
        kind = self.value(written, "kind") or Value(constant="person")
        if not kind.column and kind.constant not in ("person", "organisation"):
            self.refuse("kind", f"`{kind.constant}` is neither person nor organisation")
        table = TableMapping(
            name=self.text(written, "name", needed=True),
            headers=self.texts(written, "headers"),
            files=self.texts(written, "files"),
            read=self.reading(self.map(written, "read")),
            kind=kind,
            person=tuple(self.person(rule) for rule in self.tables(written, "person")),
            identity=self.words("identity", identity),
            identity_when=self.when(written, "identity_when"),
            ids=self.words("ids", ids),
            attributes={
                k: self.column_value("attributes", v) for k, v in self.map(written, "attributes").items()
            },
            dates=self.words("dates", self.map(written, "dates")),
            values={c: self.words("values", m) for c, m in self.map(written, "values").items()},
            events=self.events(written),
        )
        self.check(table)
        return table

    def check(self, table: TableMapping) -> None:
        """A table names a person and only columns that it has."""
        if not table.person:
            self.refuse("name", f"table `{table.name}` does not say who its rows are about; add `person`")
        strange = sorted(set(table.identity) - set(FIELDS))
        if strange:
            self.refuse(strange[0], f"`{strange[0]}` is no field of a person; use one of {', '.join(FIELDS)}")
        unknown = sorted(table.columns() - set(table.headers))
        if table.headers and unknown:
            self.refuse(
                f'"{unknown[0]}"',
                f"table `{table.name}` has no column `{unknown[0]}`; its headers are listed above",
            )

    def events(self, written: dict[str, Any]) -> tuple[EventRule, ...]:
        events = []
        for number, event in enumerate(self.tables(written, "event")):
            self.event = number
            events.append(self.one_event(event))
        self.event = -1
        return tuple(events)

    def one_event(self, written: dict[str, Any]) -> EventRule:
        self.only(written, EventRule.__dataclass_fields__)
        name = self.text(written, "name", needed=True)
        if name not in CATALOGUE and not CUSTOM_NAME.fullmatch(name):
            self.refuse(
                "name", f"the catalogue has no event `{name}`; see docs/events.md, or write custom.<name>"
            )
        at, snapshot = self.text(written, "at"), written.get("snapshot")
        at_event = self.text(written, "at_event")
        if [bool(at), bool(at_event), bool(snapshot)].count(True) != 1 or (
            snapshot and type(snapshot) is not date
        ):
            why = (
                "an event needs one of `at` (a column), `at_event` (an event's name) and `snapshot` (a date)"
            )
            self.refuse("at" if at else "snapshot", why)
        if at_event and "subject" not in written:
            self.refuse("at_event", "`at_event` finds the other event by `subject`, which is missing")
        return EventRule(
            name=name,
            id=self.texts(written, "id", needed=True),
            at=at,
            at_event=at_event,
            snapshot=snapshot,
            separate=self.flag(written, "separate") or False,
            scope=self.text(written, "scope"),
            when=self.when(written),
            subject=self.subject(written),
            amount=self.text(written, "amount"),
            currency=self.value(written, "currency"),
            instrument=self.text(written, "instrument"),
            score=self.text(written, "score"),
            score_missing=self.texts(written, "score_missing"),
            text=self.text(written, "text"),
            channel=self.value(written, "channel"),
            touchpoint=self.value(written, "touchpoint"),
            department=self.value(written, "department"),
            actor=self.value(written, "actor"),
            data={key: self.column_value("data", word) for key, word in self.map(written, "data").items()},
        )

    def person(self, written: dict[str, Any]) -> PersonRule:
        self.only(written, ("via", "columns", "namespace", "outside"))
        via, columns = self.text(written, "via", needed=True), self.texts(written, "columns")
        if via not in ("id", "email", "phone", "row") and not re.fullmatch(r"ref:[a-z_]+", via):
            self.refuse("via", f"`{via}` leads to nobody; write id, email, phone, ref:<kind> or row")
        if (via == "row") == bool(columns):
            self.refuse("via", f'`via = "{via}"` ' + ("takes no columns" if columns else "needs `columns`"))
        return PersonRule(
            via, columns, self.text(written, "namespace").lower(), self.texts(written, "outside")
        )

    def reading(self, written: dict[str, Any]) -> Reading:
        self.only(written, Reading.__dataclass_fields__)
        order = self.text(written, "date_order")
        if order not in DATE_ORDERS:
            self.refuse("date_order", f"`{order}` is no date order; write dmy, mdy or ymd")
        return Reading(
            encoding=self.text(written, "encoding"),
            delimiter=self.text(written, "delimiter"),
            header=self.flag(written, "header"),
            date_order=order,
            decimal_comma=self.flag(written, "decimal_comma"),
            missing=self.texts(written, "missing"),
        )

    def when(self, written: dict[str, Any], key: str = "when") -> When | None:
        if key not in written:
            return None
        when = self.map(written, key)
        self.only(when, ("column", "is", "in", "not", "ends", "not_ends"))
        values = self.texts(when, "in") + ((self.text(when, "is"),) if "is" in when else ())
        return When(self.text(when, "column", needed=True), values, self.texts(when, "not"),
                    self.texts(when, "ends"), self.texts(when, "not_ends"))  # fmt: skip

    def subject(self, written: dict[str, Any]) -> Subject | None:
        if "subject" not in written:
            return None
        subject = self.map(written, "subject")
        self.only(subject, ("kind", "column"))
        return Subject(self.text(subject, "kind", needed=True), self.text(subject, "column"))

    def value(self, written: dict[str, Any], key: str) -> Value | None:
        """A word for every row, or `{ column = "…" }`."""
        value = written.get(key)
        if value is None:
            return None
        return Value(constant=value) if isinstance(value, str) else self.column_value(key, value)

    def column_value(self, key: str, value: Any) -> Value:
        """A column by its bare name, or `{ column = "…", as = "date" }`, or `{ value = "…" }`."""
        if isinstance(value, str):
            return Value(column=value)
        if not isinstance(value, dict):
            self.refuse(key, 'write a column name, { column = "…", as = "date" } or { value = "…" }')
        self.only(value, ("column", "value", "as"))
        form = self.text(value, "as") or "text"
        if form not in FORMS:
            self.refuse(key, f"`as` is one of {', '.join(FORMS)}")
        if ("column" in value) == ("value" in value):
            self.refuse(key, "write either `column` or `value`")
        return Value(self.text(value, "column"), self.text(value, "value"), form)

    def text(self, written: dict[str, Any], key: str, *, needed: bool = False) -> str:
        value = written.get(key, "")
        if not isinstance(value, str):
            self.refuse(key, f"`{key}` must be a text in quotes")
        if needed and not value:
            self.refuse(key, f"`{key}` is missing")
        return str(value)

    def texts(self, written: dict[str, Any], key: str, *, needed: bool = False) -> tuple[str, ...]:
        value = written.get(key, [])
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            self.refuse(key, f'`{key}` must be a list of texts, such as ["a", "b"]')
        if needed and not value:
            self.refuse(key, f"`{key}` is missing or empty")
        return tuple(value)

    def flag(self, written: dict[str, Any], key: str) -> bool | None:
        value = written.get(key)
        if value is not None and not isinstance(value, bool):
            self.refuse(key, f"`{key}` is true or false, without quotes")
        return value

    def map(self, written: dict[str, Any], key: str) -> dict[str, Any]:
        value = written.get(key, {})
        if not isinstance(value, dict):
            self.refuse(key, f"`{key}` must be a table")
        return dict(value)

    def tables(self, written: dict[str, Any], key: str) -> list[dict[str, Any]]:
        value = written.get(key, [])
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            self.refuse(key, f"`{key}` must be a list of tables")
        return list(value)

    def words(self, key: str, value: Any) -> dict[str, str]:
        if not isinstance(value, dict) or not all(isinstance(word, str) for word in value.values()):
            self.refuse(key, f"every entry under `{key}` must be a text in quotes")
        return dict(value)

    def only(self, written: dict[str, Any], allowed: Iterable[str]) -> None:
        for key in written:
            if key not in allowed:
                self.refuse(key, f"`{key}` is not known here; use one of {', '.join(allowed)}")

    def refuse(self, key: str, reason: str) -> None:
        raise MappingError(f"{self.name} line {self.line_of(key)}: {reason}.")

    def line_of(self, key: str) -> int:
        """The line where the key stands in the table and event being read, else where that begins."""
        table = event = -1
        start = 1
        for number, line in enumerate(self.lines, 1):
            bare = line.strip()
            if bare.startswith("[[table]]"):
                table, event = table + 1, -1
            elif bare.startswith("[[table.event]]"):
                event += 1
            if table != self.table or (event != self.event and not key.startswith('"')):
                continue  # a quoted column is looked for in all of the table
            start = start if start > 1 else number
            if key in line:
                return number
        return start
