"""A mapping as TOML that a person likes to read and change."""

import json
import os
from pathlib import Path

from regard.listen.mapping.model import (
    EventRule,
    PersonRule,
    Reading,
    SourceMapping,
    TableMapping,
    Value,
    When,
)
from regard.listen.mapping.read import read_mapping

HEAD = """# How Regard understands the files of the source `{source}`. Change it by hand and import again.
# A [[table]] is recognised by its headers, then by the name of its file or sheet.
"""
BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def write_mapping(mapping: SourceMapping, path: Path, *, notes: dict[str, list[str]] | None = None) -> None:
    """Write the mapping. Where it only adds tables, the file's own text and a person's comments stay."""
    text = format_mapping(mapping, notes)
    standing = read_mapping(path).tables if path.exists() else ()
    if standing and mapping.tables[: len(standing)] == standing:
        fresh = [_noted(table, notes or {}) for table in mapping.tables[len(standing) :]]
        text = "\n".join([path.read_text(encoding="utf-8"), *fresh])
    replace_mapping(text, path)


def replace_mapping(text: str, path: Path) -> None:
    """Write a mapping's text so that a reader meets the old or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def format_mapping(mapping: SourceMapping, notes: dict[str, list[str]] | None = None) -> str:
    """The mapping's text; `notes` (by table name) become comments above the table."""
    head = HEAD.format(source=mapping.source) + f"source = {_quoted(mapping.source)}\n"
    return "\n".join([head, *(_noted(table, notes or {}) for table in mapping.tables)])


def _noted(table: TableMapping, notes: dict[str, list[str]]) -> str:
    comments = [f"# {line}" for note in notes.get(table.name, []) for line in note.splitlines()]
    return "\n".join([*comments, *_table(table)]) + "\n"


def _table(table: TableMapping) -> list[str]:
    lines = ["[[table]]", f"name = {_quoted(table.name)}", f"headers = {_wrapped(table.headers)}"]
    if table.files:
        lines.append(f"files = {_listed(table.files)}")
    if table.kind != Value(constant="person"):
        lines.append(f"kind = {_value(table.kind) if table.kind.column else _quoted(table.kind.constant)}")
    if table.person:
        lines += ["person = [  # the first that has a value counts", *map(_person, table.person), "]"]
    if table.identity_when:
        lines.append(f"identity_when = {_when(table.identity_when)}")
    lines += _section("[table.read]", _reading(table.read))
    lines += _section("[table.identity]  # field = column", _pairs(table.identity))
    lines += _section("[table.identity.ids]  # further ids of the same person", _pairs(table.ids))
    lines += _section("[table.attributes]  # attribute = column", _values(table.attributes))
    lines += _section("[table.dates]  # column = how dates are written", _pairs(table.dates))
    for column, words in table.values.items():
        lines += _section(f"[table.values.{_key(column)}]  # written = meant", _pairs(words))
    for event in table.events:
        lines += _section("[[table.event]]", _event(event))
    return lines


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", title, *lines] if lines else []


def _person(rule: PersonRule) -> str:
    parts = [f"via = {_quoted(rule.via)}"]
    if rule.columns:
        parts.append(f"columns = {_listed(rule.columns)}")
    if rule.namespace:
        parts.append(f"namespace = {_quoted(rule.namespace)}")
    if rule.outside:
        parts.append(f"outside = {_listed(rule.outside)}")
    return f"  {{ {', '.join(parts)} }},"


def _reading(read: Reading) -> list[str]:
    lines = [f"{key} = {_quoted(getattr(read, key))}" for key in ("encoding", "delimiter", "date_order")
             if getattr(read, key)]  # fmt: skip
    lines += [f"{key} = {str(getattr(read, key)).lower()}" for key in ("header", "decimal_comma")
              if getattr(read, key) is not None]  # fmt: skip
    return lines + ([f"missing = {_listed(read.missing)}"] if read.missing else [])


def _event(event: EventRule) -> list[str]:
    lines = [f"name = {_quoted(event.name)}", f"id = {_listed(event.id)}"]
    if event.separate:
        lines.append("separate = true  # equal rows are events of their own")
    if event.scope:
        lines.append(f"scope = {_quoted(event.scope)}")
    lines += [f"at = {_quoted(event.at)}"] if event.at else []
    lines += [f"at_event = {_quoted(event.at_event)}  # when that happened"] if event.at_event else []
    lines += [f"snapshot = {event.snapshot}  # the table has no date"] if event.snapshot else []
    if event.when:
        lines.append(f"when = {_when(event.when)}")
    if event.subject:
        column = f", column = {_quoted(event.subject.column)}" if event.subject.column else ""
        lines.append(f"subject = {{ kind = {_quoted(event.subject.kind)}{column} }}")
    for key in ("amount", "instrument", "score", "text"):
        if getattr(event, key):
            lines.append(f"{key} = {_quoted(getattr(event, key))}")
    if event.score_missing:
        lines.append(f"score_missing = {_listed(event.score_missing)}")
    for key in ("currency", "channel", "touchpoint", "department", "actor"):
        value: Value | None = getattr(event, key)
        if value:
            lines.append(f"{key} = {_value(value) if value.column else _quoted(value.constant)}")
    return lines + [f"data.{_key(key)} = {_value(value, bare=True)}" for key, value in event.data.items()]


def _when(when: When) -> str:
    parts = [f"column = {_quoted(when.column)}"]
    if len(when.values) == 1:
        parts.append(f"is = {_quoted(when.values[0])}")
    elif when.values:
        parts.append(f"in = {_listed(when.values)}")
    if when.unless:
        parts.append(f"not = {_listed(when.unless)}")
    for key, endings in (("ends", when.ends), ("not_ends", when.ends_not)):
        if endings:
            parts.append(f"{key} = {_listed(endings)}")
    return f"{{ {', '.join(parts)} }}"


def _value(value: Value, *, bare: bool = False) -> str:
    if bare and value.column and value.form == "text":
        return _quoted(value.column)
    form = f", as = {_quoted(value.form)}" if value.form != "text" else ""
    place = f"column = {_quoted(value.column)}" if value.column else f"value = {_quoted(value.constant)}"
    return f"{{ {place}{form} }}"


def _pairs(pairs: dict[str, str]) -> list[str]:
    return [f"{_key(key)} = {_quoted(value)}" for key, value in pairs.items()]


def _values(values: dict[str, Value]) -> list[str]:
    return [f"{_key(key)} = {_value(value, bare=True)}" for key, value in values.items()]


def _wrapped(words: tuple[str, ...]) -> str:
    """A long list over several lines."""
    flat = _listed(words)
    return flat if len(flat) < 100 else "[\n" + "".join(f"  {_quoted(word)},\n" for word in words) + "]"


def _listed(words: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_quoted, words))}]"


def _key(word: str) -> str:
    return word if word and set(word) <= BARE else _quoted(word)


def _quoted(word: str) -> str:
    # a JSON string is a TOML basic string, but for DEL, which TOML wants escaped
    return json.dumps(word, ensure_ascii=False).replace("\x7f", "\\u007f")
