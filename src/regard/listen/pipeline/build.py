"""Rows become events: the SQL of one mapping, run over a chunk at a time."""

import pyarrow as pa

from regard.ledger.catalogue import CATALOGUE, EARLIEST, INSTRUMENTS, LONGEST
from regard.ledger.events import EVENT_SCHEMA
from regard.listen.mapping import EventRule, PersonRule, Value, When
from regard.listen.pipeline.chunk import Chunk, Context, quoted
from regard.listen.pipeline.columns import parsed, place

SEPARATOR = "chr(31)"
LONGEST_SUBJECT = 300
HEARD = ("recorded_at", "source")  # the same for all events of an import
KEY_DIGITS = 20  # of an event_id: which happening; the other 12 say which version of it


def name_persons(chunk: Chunk, context: Context) -> None:
    """Step: give each row its person key, the first of the mapping's ways that has a value."""
    con, rows, own = context.con, "arrived", "NULL::VARCHAR AS own, "
    if any(rule.via == "row" for rule in chunk.table.person):
        columns = [place(chunk, c) for c in chunk.rows.column_names if c != "_row"]
        rows, own = number_repeats(context, "arrived", _md5(columns), rule=-1), ""
    ways = ", ".join(_person(chunk, context, rule) for rule in chunk.table.person)
    refused = (
        f"CASE WHEN person IS NULL THEN {quoted(_nobody(chunk))} "
        f"WHEN length(person) > {LONGEST['person']} THEN 'the key of the person is too long' "
        "WHEN regexp_matches(person, '[\\x00-\\x1f\\x7f]') THEN 'the key of the person holds control characters' END"
    )
    # a view: each later step computes the few columns it looks at, which costs less than keeping all of them
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW named AS SELECT * REPLACE (coalesce(problem, {refused}) AS problem) "
        f"FROM (SELECT *, {own}coalesce({ways}) AS person FROM {rows})"
    )


def _person(chunk: Chunk, context: Context, rule: PersonRule) -> str:
    if rule.via == "row":
        return f"{quoted(f'anon:{context.source}-')} || own"
    if rule.via in ("email", "phone"):
        known = [parsed(chunk, rule.via, column) for column in rule.columns]
        ours = [f"ends_with({{0}}, {quoted(ending.lower())})" for ending in rule.outside]
        tests = [" OR ".join(ours).format(column) or "false" for column in known]
        return ", ".join(
            f"CASE WHEN NOT ({t}) THEN '{rule.via}:' || {c} END" for t, c in zip(tests, known, strict=True)
        )
    prefix = f"{rule.via}:" if rule.via.startswith("ref:") else f"{rule.namespace or context.source}:"
    parts = f" || {quoted('/')} || ".join(place(chunk, column) for column in rule.columns)
    return f"{quoted(prefix)} || {parts}"


def _nobody(chunk: Chunk) -> str:
    columns = [column for rule in chunk.table.person for column in rule.columns]
    return f"nothing usable in {', '.join(f'`{c}`' for c in columns)} says who this is about"


def refuse_rows(chunk: Chunk, context: Context) -> None:
    """Step: find each row's first reason to refuse it; such a row gives nothing at all."""
    cases = [case for event in chunk.table.events for case in _refusals(chunk, event)]
    reason = (
        f"coalesce(problem{''.join(f', CASE WHEN {test} THEN {quoted(why)} END' for test, why in cases)})"
    )
    if not (chunk.table.identity or chunk.table.ids or chunk.table.attributes):
        made = " OR ".join(f"({condition(chunk, event)})" for event in chunk.table.events) or "false"
        reason = f"coalesce({reason}, CASE WHEN NOT ({made}) THEN 'no event comes of this row' END)"
    found = context.con.execute(f"SELECT _row, {reason} AS why FROM named WHERE why IS NOT NULL").fetchall()
    chunk.rejects = dict(found)
    context.con.register("refused", pa.table({"_row": pa.array(chunk.rejects, pa.int64())}))
    good = "WHERE _row NOT IN (SELECT _row FROM refused)" if found else ""
    context.con.execute(f"CREATE OR REPLACE TEMP VIEW chunk AS SELECT * EXCLUDE (problem) FROM named {good}")


def _refusals(chunk: Chunk, event: EventRule) -> list[tuple[str, str]]:
    """What must not be in a row that gives this event: (SQL test, reason)."""
    made = condition(chunk, event)
    kind = CATALOGUE.get(event.name)
    required = kind.required if kind else ()
    cases = []
    if event.at:
        time = parsed(chunk, "time", event.at)
        cases.append((f"{time} IS NULL", f"`{event.at}`: there is no date"))
        too_early = f"{time} < TIMESTAMPTZ '{EARLIEST.isoformat()}'"
        cases.append((too_early, f"`{event.at}`: the date is before {EARLIEST.year}"))
    if event.at_event and event.subject:
        why = f"no {event.at_event} of this {event.subject.kind} is known yet: import that table first, then this again"
        cases.append(("at_event IS NULL", why))
    if event.amount and "amount" in required:
        cases.append(
            (f"{parsed(chunk, 'money', event.amount)} IS NULL", f"`{event.amount}`: there is no amount")
        )
    if event.subject and event.subject.column:
        column = place(chunk, event.subject.column)
        if "subject" in required:
            cases.append((f"{column} IS NULL", f"`{event.subject.column}`: there is no {event.subject.kind}"))
        cases.append(
            (f"length({column}) > {LONGEST_SUBJECT}", f"`{event.subject.column}` is too long for a key")
        )
    if event.instrument in INSTRUMENTS and event.score:
        low, high = INSTRUMENTS[event.instrument]
        why = f"`{event.score}`: the answer must lie from {low:g} to {high:g} ({event.instrument})"
        cases.append((f"{_score(chunk, event)} NOT BETWEEN {low} AND {high}", why))
    empty = " AND ".join(f"{place(chunk, column)} IS NULL" for column in event.id)
    cases.append((empty, f"{', '.join(f'`{c}`' for c in event.id)}: there is no key to know the row by"))
    return [(f"({made}) AND {test}", why) for test, why in cases]


def condition(chunk: Chunk, event: EventRule) -> str:
    """The SQL test of whether a row gives this event."""
    tests = [when_sql(chunk, event.when)] if event.when else []
    kind = CATALOGUE.get(event.name)
    if event.name == "order.refunded" and event.amount:
        tests.append(
            f"coalesce({parsed(chunk, 'money', event.amount)} <> 0, true)"
        )  # most orders: nothing went back
    if event.score or event.text:
        said = [f"{_score(chunk, event)} IS NOT NULL"] if event.score else []
        said += [f"{place(chunk, event.text)} IS NOT NULL"] if event.text else []
        if (kind and kind.either) or not event.text:
            tests.append(f"({' OR '.join(said)})")
        elif kind and "text" in kind.required:
            tests.append(said[-1])
    return " AND ".join(tests) or "true"


def when_sql(chunk: Chunk, when: When) -> str:
    column = place(chunk, when.column)
    tests = [f"{column} IS NOT NULL"]
    if when.values:
        tests.append(f"{column} IN ({', '.join(map(quoted, when.values))})")
    if when.unless:
        tests.append(f"{column} NOT IN ({', '.join(map(quoted, when.unless))})")
    if when.ends:
        tests.append(f"({' OR '.join(f'ends_with({column}, {quoted(e)})' for e in when.ends)})")
    tests += [f"NOT ends_with({column}, {quoted(ending)})" for ending in when.ends_not]
    return " AND ".join(tests)


def make_events(chunk: Chunk, context: Context) -> None:
    """Step: lay out every event of every row as the relation `made`, with its key and version."""
    made = [_make_event(chunk, context, number, event) for number, event in enumerate(chunk.table.events)]
    chunk.made = pa.concat_tables([MADE.empty_table(), *made])
    context.con.register("made", chunk.made)


def _make_event(chunk: Chunk, context: Context, number: int, event: EventRule) -> pa.Table:
    con, fields = context.con, _fields(chunk, context, event)
    listed = ", ".join(f"({sql})::{TYPES.get(name, 'VARCHAR')} AS {name}" for name, sql in fields.items())
    rows = f"SELECT _row, person, {_md5(_key(chunk, context, event))} AS own, {listed} FROM chunk " \
           f"WHERE {condition(chunk, event)}"  # fmt: skip
    if event.separate:
        con.execute(f"CREATE OR REPLACE TEMP TABLE one AS SELECT * EXCLUDE (own), own AS said FROM ({rows})")
        rows = f"SELECT * EXCLUDE (said) FROM {number_repeats(context, 'one', 'said', rule=number)}"
    said = [column for column in VERSION if fields[column] != "NULL"]
    version = _md5(["person", *(f"{COMPARABLE.get(column, column)}::VARCHAR" for column in said)])
    subject = (
        f"coalesce(subject, {quoted(event.subject.kind + ':')} || base)" if event.subject else "NULL::VARCHAR"
    )
    made = con.sql(
        f"SELECT _row, base, base || left({version}, {32 - KEY_DIGITS}) AS event_id, "
        f"* EXCLUDE (_row, base, own) REPLACE ({subject} AS subject) "
        f"FROM (SELECT *, left(own, {KEY_DIGITS}) AS base FROM ({rows}))"
    ).to_arrow_table()  # fmt: skip
    return made.select(MADE.names).cast(MADE)


MADE = pa.schema(
    [
        ("_row", pa.int64()),
        ("base", pa.string()),
        *((f.name, f.type) for f in EVENT_SCHEMA if f.name not in HEARD),
    ]
)
# a row met again that differs in one of these, or in the person, corrects what was said before
VERSION = ("occurred_at", "channel", "touchpoint", "department", "actor", "amount", "currency", "score", "text",
           "data")  # fmt: skip
COMPARABLE = {"occurred_at": "epoch_us(occurred_at)"}


def _fields(chunk: Chunk, context: Context, event: EventRule) -> dict[str, str]:
    """The SQL of each field of an event."""
    at = "at_event" if event.at_event else f"TIMESTAMPTZ '{event.snapshot} 00:00:00+00'"
    subject = "NULL"
    if event.subject and event.subject.column:
        subject = f"{quoted(event.subject.kind + ':')} || {place(chunk, event.subject.column)}"
    currency = event.currency or Value(constant=context.currency)
    channel = _value(chunk, event.channel)
    return {
        "name": quoted(event.name),
        "occurred_at": parsed(chunk, "time", event.at) if event.at else at,
        "channel": f"lower({channel})" if event.channel else "NULL",
        "touchpoint": _value(chunk, event.touchpoint),
        "department": _value(chunk, event.department),
        "actor": _value(chunk, event.actor),
        "subject": subject,
        "amount": parsed(chunk, "money", event.amount) if event.amount else "NULL",
        "currency": _currency(chunk, event, currency) if event.amount else "NULL",
        "instrument": quoted(event.instrument) if event.instrument else "NULL",
        "score": _score(chunk, event) if event.score else "NULL",
        "text": place(chunk, event.text) if event.text else "NULL",
        "data": json_object(chunk, event.data),
    }


def _currency(chunk: Chunk, event: EventRule, told: Value) -> str:
    """What a column says; else what is written beside the amount; else the one of the table."""
    said = f"upper({_value(chunk, told)})"
    if event.amount not in chunk.signed:
        return said
    written = parsed(chunk, "currency", event.amount)
    return f"coalesce({said}, {written})" if told.column else f"coalesce({written}, {said})"


TYPES = {"occurred_at": "TIMESTAMPTZ", "amount": "DECIMAL(18, 4)", "score": "DOUBLE"}


def _key(chunk: Chunk, context: Context, event: EventRule) -> list[str]:
    """What makes it the same event when met again: what it is, and the columns that name it."""
    touchpoint = event.touchpoint.constant if event.touchpoint else ""
    what = (context.source, event.name, event.instrument, touchpoint, event.scope, *event.id)
    return [quoted("\x1f".join(what)), *(place(chunk, column) for column in event.id)]  # joined like the rest


def number_repeats(context: Context, relation: str, key: str, *, rule: int) -> str:
    """The relation with a key for each of equal rows (column `own`), counting on from earlier chunks."""
    con, numbered = context.con, f"numbered_{rule + 1}"  # that of the persons is read as long as the chunk is
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {numbered} AS SELECT r.*, nth + coalesce(held, 0) AS place FROM (SELECT *, "
        f"{key} AS whole, row_number() OVER (PARTITION BY {key} ORDER BY _row) AS nth FROM {relation}) r "
        f"LEFT JOIN repeats p ON p.whole = r.whole AND p.rule = {rule}"
    )
    con.execute(f"DELETE FROM repeats WHERE rule = {rule} AND whole IN (SELECT whole FROM {numbered})")
    con.execute(f"INSERT INTO repeats SELECT {rule}, whole, max(place) FROM {numbered} GROUP BY whole")
    return f"(SELECT * EXCLUDE (whole, nth, place), left(CASE WHEN place = 1 THEN whole ELSE " \
           f"md5(whole || '#' || place) END, {KEY_DIGITS}) AS own FROM {numbered})"  # fmt: skip


def _score(chunk: Chunk, event: EventRule) -> str:
    score = parsed(chunk, "number", event.score)
    if not event.score_missing:
        return score
    words = ", ".join(map(quoted, event.score_missing))
    return f"(CASE WHEN {place(chunk, event.score)} NOT IN ({words}) THEN {score} END)"


def _value(chunk: Chunk, value: Value | None) -> str:
    if value is None:
        return "NULL"
    if not value.column:
        return quoted(value.constant)
    if value.form == "number":
        return parsed(chunk, "number", value.column)
    if value.form == "date":
        return f"strftime({parsed(chunk, 'due', value.column)}, '%Y-%m-%dT%H:%M:%SZ')"
    return place(chunk, value.column)


def json_object(chunk: Chunk, values: dict[str, Value]) -> str:
    """The SQL of a JSON object without empty members; null when all are."""
    if not values:
        return "NULL"
    members = {key: _value(chunk, value) for key, value in values.items()}
    listed = ", ".join(f"{quoted(key)}: {sql}" for key, sql in members.items())
    told = " OR ".join(f"{sql} IS NOT NULL" for sql in members.values())
    if len(members) == 1:
        return f"CASE WHEN {told} THEN to_json({{{listed}}})::VARCHAR END"
    return f"CASE WHEN {told} THEN json_merge_patch('{{}}', to_json({{{listed}}}))::VARCHAR END"


def _md5(parts: list[str]) -> str:
    """A digest in SQL of parts that may be null; the separator keeps ("a", "bc") from ("ab", "c")."""
    return f"md5(concat_ws({SEPARATOR}, {', '.join(f'coalesce({part}, chr(30))' for part in parts)}))"
