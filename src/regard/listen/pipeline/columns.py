"""The rows of a chunk as the relation `arrived`: words mapped, values parsed, names that need no quoting.

Columns of the file become c0, c1, …; a parsed one is `<kind>_<position>` (time_3, number_5, …); `problem` says
which value of the row could not be read.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from regard.errors import AmbiguousError, MappingError
from regard.know.normalise import normalise_columns
from regard.ledger import lake
from regard.listen.mapping import Subject, TableMapping
from regard.listen.mapping.words import words_of
from regard.listen.pipeline.chunk import Chunk, Context, quoted
from regard.listen.pipeline.tidying import key_columns, tidy_keys, what_is_no_data
from regard.listen.reading import ColumnProfile, parse_column
from regard.listen.reading.convert import Target
from regard.listen.reading.numbers import currencies

UTC_WORDS = {"utc", "gmt"}  # in a header: `Created date (UTC)`
NOON = 12 * 3600  # a date without a time is the same day in nearly every zone when it stands at noon
LAST_SECOND = 24 * 3600 - 1  # what is due on a day is due until its end
TARGETS: dict[str, Target] = {"time": "datetime", "due": "datetime", "money": "decimal", "number": "float"}


def place(chunk: Chunk, column: str) -> str:
    """The SQL name of a column of the file."""
    return f"c{chunk.rows.column_names.index(column)}"


def parsed(chunk: Chunk, kind: str, column: str) -> str:
    """The SQL name of a parsed column."""
    return f"{kind}_{chunk.rows.column_names.index(column)}"


def load_rows(chunk: Chunk, context: Context) -> None:
    """Step: map words, parse values and lay the rows out as `arrived`."""
    rows, table = chunk.rows, chunk.table
    named: dict[str, pa.Array] = {"_row": rows["_row"]}
    texts: dict[str, pa.ChunkedArray] = {}
    keys = key_columns(table)
    for column in rows.column_names:
        if column != "_row":
            meant = _mean(rows[column], column, table)
            texts[column] = named[place(chunk, column)] = tidy_keys(meant) if column in keys else meant
    problem = what_is_no_data(texts, keys)
    for kind, column in sorted(_typed(table)):
        values, reasons = _parse(texts[column], kind, _profile(table, context, kind, column), context.zone)
        named[parsed(chunk, kind, column)] = values
        if kind == "money":
            _note_currencies(chunk, named, column, texts[column], context.currency)
        if reasons.null_count < len(reasons):
            prefix = f"`{column}`: "
            problem = pc.coalesce(problem, pc.binary_join_element_wise(prefix, reasons, ""))
    for via in ("email", "phone"):
        for column in sorted({c for rule in table.person if rule.via == via for c in rule.columns}):
            normal = normalise_columns(pa.table({via: texts[column]}), region=context.region)
            named[parsed(chunk, via, column)] = normal[via]
    named["problem"] = problem
    arrived = pa.table(named)
    context.con.register("arrived", arrived)
    for event in table.events:
        if event.at_event and event.subject:
            times = _look_up_times(chunk, context, event.at_event, event.subject)
            context.con.register("arrived", arrived.append_column("at_event", times))


def _note_currencies(
    chunk: Chunk, named: dict[str, pa.Array], column: str, amounts: pa.ChunkedArray, home: str
) -> None:
    """Keep the currencies that the amounts of a column are written with."""
    constants = {e.currency.constant for e in chunk.table.events if e.amount == column and e.currency}
    told = currencies(amounts.combine_chunks(), next(iter(constants - {""}), home))
    if told is not None:
        chunk.signed.add(column)
        named[parsed(chunk, "currency", column)] = told


def _look_up_times(chunk: Chunk, context: Context, name: str, subject: Subject) -> pa.ChunkedArray:
    """When the event of that name about the same subject happened, for each row."""
    held = lake_rows(context, "events")
    about = f"{quoted(subject.kind + ':')} || {place(chunk, subject.column)}"
    told = f"SELECT subject, min(occurred_at) AS at_event FROM {held} WHERE source = {quoted(context.source)} AND " \
           f"name = {quoted(name)} AND subject IN (SELECT {about} FROM arrived) GROUP BY subject"  # fmt: skip
    rows = f"SELECT at_event FROM arrived LEFT JOIN ({told}) t ON t.subject = {about} ORDER BY _row"
    return context.con.sql(rows).to_arrow_table()["at_event"]


def lake_rows(context: Context, name: str) -> str:
    """A table of the lake as an SQL relation of the import's own database."""
    context.before_looking()
    table = lake.open_table(name)
    place = lake.location(name)  # not as a URI, in which a blank would be %20
    files = [f"{place}/{path}" for path in lake.paths_of(table)] if table is not None else []
    if table is not None and files and lake.is_local(place):
        return f"read_parquet([{', '.join(map(quoted, files))}])"
    rows = table.to_pyarrow_dataset() if table is not None and files else lake.TABLES[name].empty_table()
    context.con.register(f"lake_{name}", rows)
    return f"lake_{name}"


def _mean(values: pa.ChunkedArray, column: str, table: TableMapping) -> pa.ChunkedArray:
    """Written words replaced by what they mean; missing words by nothing."""
    words: dict[str, str | None] = dict.fromkeys(table.read.missing)
    words.update(table.values.get(column, {}))
    if not words:
        return values
    coded = values.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    meant = pa.array([words.get(word, word) for word in coded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([meant.take(coded.indices)])


def _typed(table: TableMapping) -> Iterator[tuple[str, str]]:
    """Every (kind, column) to be parsed."""
    found: set[tuple[str, str]] = set()
    for event in table.events:
        found |= {("time", event.at), ("money", event.amount), ("number", event.score)}
        for value in event.data.values():
            if value.form != "text":
                found.add(("due" if value.form == "date" else "number", value.column))
    found |= {("number", v.column) for v in table.attributes.values() if v.form == "number"}
    return iter(sorted(pair for pair in found if pair[1]))


def _profile(table: TableMapping, context: Context, kind: str, column: str) -> ColumnProfile:
    """How the column is written: as the mapping says, else as the sheet shows."""
    if kind not in ("time", "due"):
        comma = table.read.decimal_comma
        if comma is None:
            found = context.profile(column)
            if kind == "money" and found.ambiguous_mark:
                raise AmbiguousError(
                    f"The mark in `{column}` can divide thousands or begin the decimals: {found.evidence}.",
                    hint="Say with --decimal-mark comma or point, or `decimal_comma` under [table.read].",
                )
            comma = found.decimal_comma
        return ColumnProfile(column, "decimal", decimal_comma=comma)
    form = table.dates.get(column)
    if form:
        timed = "h" in form.lower() or "epoch" in form
        return ColumnProfile(column, "datetime" if timed else "date", date_format=form)
    profile = context.profile(column)
    if profile.kind not in ("date", "datetime"):
        raise MappingError(
            f"`{column}` of table `{table.name}` holds no dates that can be read (it looks like {profile.kind}).",
            hint="Name another column in `at`, or say how its dates are written under [table.dates].",
        )
    if not profile.date_order_certain and not table.read.date_order:
        raise AmbiguousError(
            f"The dates in `{column}` can be read day first or month first.",
            hint="Say which with --date-order dmy or mdy, or `date_order` under [table.read].",
        )
    return profile


def _parse(
    values: pa.ChunkedArray, kind: str, profile: ColumnProfile, zone: str
) -> tuple[pa.Array, pa.Array]:
    whole_day = kind in ("time", "due") and profile.kind == "date"
    in_utc = whole_day or UTC_WORDS & set(words_of(profile.name))
    typed, reasons = parse_column(values, profile, to=TARGETS[kind], zone="UTC" if in_utc else zone)
    if whole_day:
        shift = NOON if kind == "time" else LAST_SECOND
        typed = pc.add(typed, pa.scalar(shift * 1_000_000, pa.duration("us")))
    if whole_day and kind == "due":  # that second by the clock on the wall, however long the day was
        wall = typed.cast(pa.timestamp("us"))
        local = pc.assume_timezone(wall, zone, ambiguous="latest", nonexistent="latest")
        typed = local.cast(pa.timestamp("us", "UTC"))
    return typed, reasons
