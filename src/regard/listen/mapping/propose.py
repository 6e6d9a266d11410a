"""A mapping proposed from headers, values, the other sheets handed in and the sources already known."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath

from regard.listen.mapping.families import propose_events
from regard.listen.mapping.model import EventRule, Reading, SourceMapping, TableMapping, Value, When
from regard.listen.mapping.parts import Setting
from regard.listen.mapping.people import (
    GROUPING,
    Who,
    propose_attributes,
    propose_identity,
    propose_kind,
    propose_person,
)
from regard.listen.mapping.view import DATES, Choice, Question, View
from regard.listen.mapping.words import slug, words_of
from regard.listen.reading import ColumnProfile, Sheet
from regard.listen.sources.reviews import shape

SAMPLE = 2000  # values looked up among the customers known
DATED = r"\d{6,}"  # so many digits in a row are a date or a number of the one file


Familiar = Callable[[Sequence[str]], str]  # ids -> the namespace in which most of them are known, or ""


def _unfamiliar(ids: Sequence[str]) -> str:
    return ""


@dataclass(frozen=True)
class Candidate:
    """A sheet to be mapped, with the name of its file and its columns' profiles."""

    sheet: Sheet
    file_name: str
    profiles: Sequence[ColumnProfile]


@dataclass(frozen=True)
class Proposal:
    """A mapping with the reasons for it, and what a person should decide."""

    mapping: SourceMapping
    choices: tuple[Choice, ...]
    questions: tuple[Question, ...]

    @property
    def confidence(self) -> float:
        """As sure as the least sure of the decisions that matter."""
        weighty = [c.confidence for c in self.choices if c.what not in ("attribute", "snapshot")]
        return min(weighty, default=0.5)

    def notes(self) -> dict[str, list[str]]:
        """The sentences by table, for comments in the mapping's file."""
        tables: dict[str, list[str]] = {}
        for choice in self.choices:
            if choice.what != "attribute" and not choice.what.startswith("identity."):
                tables.setdefault(choice.table, []).append(
                    f"{choice.sentence} ({choice.confidence:.0%} sure)"
                )
        return tables


def propose_mapping(
    candidates: Sequence[Candidate],
    source: str,
    *,
    known: SourceMapping | None = None,
    others: Sequence[SourceMapping] = (),
    snapshot: date,
    familiar: Familiar = _unfamiliar,
) -> Proposal:
    """A mapping for the sheets, on top of what the source's mapping knows already.

    A table that another source has with the very same headers is understood as it is there.
    """
    names: set[str] = {table.name for table in known.tables} if known else set()
    views = []
    for candidate in candidates:
        name = _table_name(candidate, names)
        names.add(name)
        profiles = {profile.name: profile for profile in candidate.profiles}
        views.append(View(name, candidate.file_name, source, profiles, candidate.sheet))
    ordered = any(e.name == "order.completed" for t in (known.tables if known else ()) for e in t.events)
    tables = []
    for view in sorted(views, key=lambda view: not _gives_orders(view)):
        table = _borrowed(view, others) or _public_reviews(view)
        table = table or _propose_table(view, views, snapshot, ordered, familiar)
        ordered = ordered or any(event.name == "order.completed" for event in table.events)
        tables.append(table)
    return Proposal(
        SourceMapping(source, (*(known.tables if known else ()), *tables)),
        tuple(choice for view in views for choice in view.choices),
        tuple(question for view in views for question in view.questions),
    )


def _gives_orders(view: View) -> bool:
    """Whether other tables may take their dates from this one."""
    return bool(view.find("order_date", sure=0.6) and view.ids("order"))


def _borrowed(view: View, others: Sequence[SourceMapping]) -> TableMapping | None:
    for mapping in others:
        for table in mapping.tables:
            if set(table.headers) == set(view.profiles) and not any(
                word.startswith("column_") for word in table.headers
            ):
                sentence = f"The source {mapping.source} has the same table."
                view.choices.append(Choice(view.name, "table", "", 0.9, sentence))
                # what its rows mean is borrowed; how they are written, this file shows itself
                dates = _dates(view, table.events)
                table = replace(
                    table, name=view.name, files=_patterns(view), read=_reading(view), dates=dates
                )
                _ask_about_numbers(view, table)
                return table
    return None


def _public_reviews(view: View) -> TableMapping | None:
    """What an app store or a review site exports: nobody in it can be known again."""
    roles = shape.roles_of(list(view.profiles))
    bounds = view.bounds(roles["stars"]) if roles else None
    if bounds is None or not 0 <= bounds[0] <= bounds[1] <= 5:
        return None
    rule = shape.review_rule(roles)
    view.choices.append(Choice(view.name, "table", "", 0.9, "It is an export of public reviews."))
    table = TableMapping(view.name, tuple(view.profiles), _patterns(view), _reading(view), person=(shape.PERSON,),
                         dates=_dates(view, (rule,)), events=(rule,))  # fmt: skip
    _ask_about_numbers(view, table)
    return table


def _propose_table(
    view: View, views: list[View], snapshot: date, ordered: bool, familiar: Familiar
) -> TableMapping:
    others = [other for other in views if other is not view]
    who = _share_namespace(view, propose_person(view, others), familiar)
    _ask_about_dates(view)
    kind = propose_kind(view)
    identity = propose_identity(view, who)
    setting = Setting(who, others, snapshot, ordered)
    events = propose_events(view, setting)
    happened = any(
        (e.at or e.at_event) and e.name not in ("customer.registered", "customer.churned") for e in events
    )
    attributes = {name: Value(identity[name]) for name in GROUPING if name in identity}
    if happened:
        events = [_with_rest(view, events[0]), *events[1:]]
    else:
        attributes = propose_attributes(view, identity)
    table = TableMapping(
        name=view.name,
        headers=tuple(view.profiles),
        files=_patterns(view),
        read=_reading(view),
        person=who.rules,
        kind=kind,
        identity_when=When("from", ends_not=who.rules[0].outside) if who.rules[0].outside else None,
        identity=identity,
        ids={slug(column): column for column in who.ids},
        attributes=attributes,
        values=view.values,
        events=tuple(events),
    )
    table = replace(table, dates=_dates(view, table.events))
    _ask_about_numbers(view, table)
    if not events:
        _ask_about_happenings(view, who)
    return table


def _ask_about_happenings(view: View, who: Who) -> None:
    """A customer in several rows, with a date in each: something happened, and nobody knows what."""
    dates = [
        c for c in view.filled if view.profiles[c].kind in DATES and not view.meanings[c].get("birth_date")
    ]
    if dates and who.key and not who.is_thing and not view.profiles[who.key].unique:
        sentence = f"Customers have several rows here, told apart by `{dates[0]}`, but no event was recognised: " \
                   "of each attribute the last row counts. Say in the mapping what the rows are."  # fmt: skip
        view.ask(dates[0], sentence, [])


def _share_namespace(view: View, who: Who, familiar: Familiar) -> Who:
    """Customer numbers that another source uses already are that source's numbers."""
    first = who.rules[0]
    if first.via != "id" or len(first.columns) > 1:
        return who
    values = view.sheet.table()[first.columns[0]].drop_null().slice(0, SAMPLE).unique().to_pylist()
    telling = [v for v in values if len(v) >= 8 or not v.isdigit()]  # 1, 2, 3 are everybody's numbers
    namespace = familiar(telling) if len(telling) > len(values) / 2 else ""
    if not namespace or namespace == view.source:
        return who
    sentence = f"Most numbers in `{first.columns[0]}` are known as customers of {namespace}."
    view.choices.append(view.choice("person", first.columns[0], 0.85, sentence))
    return replace(who, rules=(replace(first, namespace=namespace), *who.rules[1:]))


def _ask_about_dates(view: View) -> None:
    """A column that is called a date and holds none that can be read is worth a look."""
    for column in view.filled:
        called = any(m.endswith("date") and share >= 0.9 for m, share in view.meanings[column].items())
        if called and view.profiles[column].kind in ("text", "category"):
            shown = ", ".join(view.profiles[column].examples[:3])
            view.ask(
                column,
                f"`{column}` is called a date, but too much of it cannot be read as one ({shown}).",
                [],
            )


def _with_rest(view: View, event: EventRule) -> EventRule:
    """The columns nobody asked for, kept in the table's first event."""
    rest = {}
    named = {event.subject.column} if event.subject else set()
    for column in view.filled:
        running = view.profiles[column].unique and words_of(column)[-1:] == ("pk",)
        if column not in view.taken | named and not running:
            form = "number" if view.is_number(column) and not view.things[column] else "text"
            rest[slug(column)] = Value(column, form=form)
    return replace(event, data={**event.data, **{k: v for k, v in rest.items() if k not in event.data}})


def _reading(view: View) -> Reading:
    found = view.sheet.found
    used = [profile for profile in view.profiles.values() if profile.kind in ("decimal", "currency")]
    marks = {None if profile.ambiguous_mark else profile.decimal_comma for profile in used}
    words = sorted(
        {word for profile in view.profiles.values() for word in profile.missing_words if word != "0"}
    )
    return Reading(
        header=None if found.header_certain else found.header,
        decimal_comma=marks.pop() if len(marks) == 1 else None,  # else each column shows its own in each file
        missing=tuple(words),
    )


def _dates(view: View, events: Sequence[EventRule]) -> dict[str, str]:
    """How the dates are written that events need; an order that cannot be told is asked."""
    needed = {e.at for e in events} | {v.column for e in events for v in e.data.values() if v.form == "date"}
    formats = {}
    for column in view.profiles:
        profile = view.profiles[column]
        if column not in needed or not profile.date_format:
            continue
        if not profile.date_order_certain:
            sentence = f"`{column}` can be read day first or month first ({', '.join(profile.examples[:3])})."
            view.ask(column, sentence, ["dmy", "mdy"], blocks=True, settles="date_order")
        formats[column] = profile.date_format
    return formats


def _ask_about_numbers(view: View, table: TableMapping) -> None:
    """A mark before three digits throughout: money read wrongly is wrong a thousand times over, so it is asked."""
    if table.read.decimal_comma is not None:
        return
    money = {event.amount for event in table.events}
    for column, profile in view.profiles.items():
        if column in money and profile.ambiguous_mark:
            shown = ", ".join(profile.examples[:3])
            sentence = f"The mark in `{column}` can divide thousands or begin the decimals ({shown})."
            view.ask(column, sentence, ["comma", "point"], blocks=True, settles="decimal_mark")
        elif column in table.columns() and profile.ambiguous_mark == ",":
            view.ask(column, f"`{column}`: {profile.evidence}.", [], settles="decimal_mark")


def _table_name(candidate: Candidate, taken: set[str]) -> str:
    stem = PurePath(candidate.file_name).name.split(".")[0]
    sheet = candidate.sheet.name
    name = slug(re.sub(DATED, "", stem)) or "table"
    if sheet and slug(sheet) not in (name, slug(stem), slug(candidate.file_name)):
        name = f"{name}_{slug(sheet)}"
    unique, count = name, 1
    while unique in taken:
        count += 1
        unique = f"{name}_{count}"
    return unique


def _patterns(view: View) -> tuple[str, ...]:
    """Names under which the same table may come again: digits vary from month to month."""
    return (re.sub(r"\d+", "*", PurePath(view.file_name).name.lower()),)
