"""What of a chunk is new: compared with what the lake already holds of the same source."""

import pyarrow as pa
import pyarrow.compute as pc

from regard.ledger import lake
from regard.ledger.catalogue import RETRACTION
from regard.ledger.events import EVENT_SCHEMA
from regard.ledger.keys import held_events
from regard.listen.pipeline.build import KEY_DIGITS, json_object, when_sql
from regard.listen.pipeline.chunk import Chunk, Context, quoted
from regard.listen.pipeline.columns import lake_rows, place


def prepare(context: Context) -> None:
    """Make the tables that last for the whole import."""
    for table in (
        "seen (key UBIGINT)",  # digests of the keys of this import's events so far
        "told (row_id UHUGEINT)",  # digests of what this import said of persons so far
        "pretended (event_id VARCHAR, void VARCHAR)",  # what a dry run would have written
        "introduced (person VARCHAR, content UBIGINT)",  # persons handed on to `know`, and what was said of them
        "happened (key UBIGINT)",  # digests of the events this import met; only beside a lake not heard of
        "repeats (rule INTEGER, whole VARCHAR, held BIGINT)",  # equal rows counted so far
    ):
        context.con.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table}")


def is_first(context: Context, name: str) -> bool:
    """Whether a table of the lake had nothing of this source before this import, so that none of it need be read."""
    if name not in context.is_first:  # asked before the import writes to the table
        mine = f"SELECT 1 FROM {lake_rows(context, name)} WHERE source = {quoted(context.source)} LIMIT 1"
        context.is_first[name] = not context.con.execute(mine).fetchall()
    return context.is_first[name]


MET = "SELECT 1 FROM made WHERE hash(base) IN (FROM seen) LIMIT 1"
REPEATS = "SELECT count(*) - count(DISTINCT hash(base)) + (SELECT count(*) FROM known) FROM made"
FRESH = """SELECT * FROM made WHERE event_id NOT IN (SELECT event_id FROM known WHERE event_id IS NOT NULL)
    QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY _row) = 1"""
# the rows with an event that this import meets for the first time, whatever the lake holds
HAPPENED = """CREATE OR REPLACE TEMP TABLE anew AS SELECT DISTINCT _row FROM (
    SELECT _row FROM made WHERE hash(event_id) NOT IN (FROM happened)
    QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY _row) = 1)"""
# each new version makes the one before it void: an earlier row's, or the one that stands in the lake
RETRACTED = f"""SELECT coalesce(lag(event_id) OVER versions, live) AS void, person
    FROM fresh LEFT JOIN (
        SELECT left(event_id, {KEY_DIGITS}) AS base, max(event_id) AS live FROM known
        WHERE event_id NOT IN (SELECT void FROM known WHERE void IS NOT NULL) GROUP BY ALL
    ) USING (base)
    WINDOW versions AS (PARTITION BY base ORDER BY _row) QUALIFY void IS NOT NULL"""


def settle_events(chunk: Chunk, context: Context) -> None:
    """Step: keep the events that were never said; where another version stands, retract that one.

    A version that was said before stays as it was decided then, so that an older file changes nothing.
    """
    con = context.con
    if context.unheard:
        con.execute(HAPPENED)
        con.execute("INSERT INTO happened SELECT hash(event_id) FROM made")
    if not is_first(context, "events") or con.execute(MET).fetchall():
        context.before_looking()
        chunk.made = chunk.made.filter(pc.invert(held_events(chunk.made["event_id"])))
        con.register("made", chunk.made)
        _load_known(context)
    else:
        con.execute(NOTHING_KNOWN)
    repeats = con.execute(REPEATS).fetchall()[0][0]
    fresh = chunk.made
    if repeats:
        fresh = con.sql(FRESH).to_arrow_table()
    chunk.fresh = fresh
    con.register("fresh", fresh)
    retracted = con.sql(RETRACTED if repeats else f"{RETRACTED} LIMIT 0").to_arrow_table()
    con.register("retracted", retracted)
    con.execute("INSERT INTO seen SELECT hash(base) FROM fresh")
    chunk.events = _events(fresh, retracted, context)
    chunk.counts.corrections = retracted.num_rows
    chunk.counts.events_added = fresh.num_rows


def _events(fresh: pa.Table, retracted: pa.Table, context: Context) -> pa.Table:
    """The rows for the lake: events, and retractions of those made void."""
    stamp = pa.scalar(context.recorded_at, EVENT_SCHEMA.field("recorded_at").type)
    if retracted.num_rows:
        voided = context.con.sql(
            f"SELECT left(md5('retracted' || void), 32) AS event_id, {quoted(RETRACTION)} AS name, "
            f"TIMESTAMPTZ '{context.recorded_at.isoformat()}' AS occurred_at, person, void AS subject FROM retracted"
        ).to_arrow_table()
        fresh = pa.concat_tables([fresh, voided], promote_options="permissive")
    fresh = fresh.append_column("recorded_at", pa.repeat(stamp, fresh.num_rows))
    fresh = fresh.append_column("source", pa.repeat(context.source, fresh.num_rows))
    return fresh.select(EVENT_SCHEMA.names).cast(EVENT_SCHEMA)


NOTHING_KNOWN = "CREATE OR REPLACE TEMP TABLE known (event_id VARCHAR, void VARCHAR)"


def _load_known(context: Context) -> None:
    """The table `known`: ids of this source's events (and of those made void) with a key of `made`."""
    con = context.con
    if not con.execute("SELECT 1 FROM made LIMIT 1").fetchall():
        con.execute(NOTHING_KNOWN)  # the lake need not be read for it
        return
    keys = "(SELECT base FROM made)"
    selects = ["SELECT event_id, void FROM pretended"]
    mine = f"FROM {lake_rows(context, 'events')} WHERE source = {quoted(context.source)}"
    selects.append(f"SELECT event_id, NULL AS void {mine} AND left(event_id, {KEY_DIGITS}) IN {keys}")
    selects.append(
        f"SELECT NULL, subject {mine} AND name = {quoted(RETRACTION)} AND left(subject, {KEY_DIGITS}) IN {keys}"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE known AS {' UNION ALL '.join(selects)}")


def make_attributes(chunk: Chunk, context: Context) -> None:
    """Step: what each row says of its person beyond events, once per new content."""
    table, con = chunk.table, context.con
    told = {**{f"i{n}": place(chunk, c) for n, c in enumerate(_identity_columns(chunk))}}
    if not (told or table.attributes):
        con.execute("CREATE OR REPLACE TEMP TABLE said (_row BIGINT, row_id VARCHAR)")
        return
    data = json_object(chunk, table.attributes)
    content = ", ".join([f"coalesce({sql}, chr(30))" for sql in told.values()] + ["data"])
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE said AS SELECT _row, person, data, "
        f"left(md5(concat_ws(chr(31), {quoted(context.source)}, person, {content})), 32) AS row_id FROM "
        f"(SELECT *, coalesce({data}, '{{}}') AS data FROM chunk)"
    )
    if context.unheard:
        con.execute("CREATE OR REPLACE TEMP TABLE content AS SELECT _row, row_id FROM said")
    held = ""
    if not is_first(context, "attributes"):
        heard = f"SELECT row_id FROM {lake_rows(context, 'attributes')} WHERE {_heard(context)}"
        held = f"AND row_id NOT IN ({heard})"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE said AS SELECT * FROM said WHERE md5_number(row_id) NOT IN (FROM told) {held} "
        "QUALIFY row_number() OVER (PARTITION BY row_id ORDER BY _row) = 1"
    )
    con.execute("INSERT INTO told SELECT md5_number(row_id) FROM said")
    schema = lake.TABLES["attributes"]
    chunk.attributes = con.sql(
        f"SELECT row_id, {quoted(context.source)} AS source, person, "
        f"TIMESTAMPTZ '{context.recorded_at.isoformat()}' AS recorded_at, data FROM said ORDER BY _row"
    ).to_arrow_table().cast(schema)  # fmt: skip


def _heard(context: Context) -> str:
    """The SQL test of whether the database heard what the lake recorded."""
    return " AND ".join(f"NOT {stretch.sql('recorded_at')}" for stretch in context.unheard) or "true"


def _rows_of_people(chunk: Chunk, context: Context) -> str:
    """The SQL test of rows that say who people are: those that are new, for of the others the person is known.

    Beside a lake that the database has not heard of, events are no news, and yet their rows count as they did the
    first time: when this import told for the first time who they are about.
    """
    new = "_row IN (SELECT _row FROM said UNION ALL SELECT _row FROM fresh)"
    if not context.unheard:
        return new
    anew = "SELECT _row FROM anew"
    if _identity_columns(chunk) or chunk.table.attributes:
        anew += " SEMI JOIN (FROM content WHERE md5_number(row_id) IN (FROM told)) USING (_row)"
    return f"({new} OR _row IN ({anew}))"


def _identity_columns(chunk: Chunk) -> list[str]:
    return [*chunk.table.identity.values(), *chunk.table.ids.values()]


def make_identities(chunk: Chunk, context: Context) -> None:
    """Step: one row per person of whom something is new, the newest value of each field."""
    table, con = chunk.table, context.con
    fields = {name: place(chunk, column) for name, column in table.identity.items()}
    ids = {name: place(chunk, column) for name, column in table.ids.items()}
    told = when_sql(chunk, table.identity_when) if table.identity_when else "true"
    newest = [f"arg_max({sql}, _row) FILTER ({told}) AS {name}" for name, sql in fields.items()]
    kind = f"max({place(chunk, table.kind.column)})" if table.kind.column else quoted(table.kind.constant)
    if ids:
        members = ", ".join(f"{quoted(name)}: arg_max({sql}, _row)" for name, sql in ids.items())
        newest.append(f"json_merge_patch('{{}}', to_json({{{members}}}))::VARCHAR AS ids")
    rows = _rows_of_people(chunk, context)
    if not newest:
        rows += " AND person NOT IN (SELECT person FROM introduced)"
    listed = "".join(f", {column}" for column in newest)
    names = ["person", "kind", *fields, *(["ids"] if ids else [])]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE met AS SELECT *, hash({', '.join(names)}) AS content FROM (SELECT person, "
        f"CASE WHEN {kind} = 'organisation' THEN 'organisation' ELSE 'person' END AS kind{listed}, "
        f"min(_row) AS first_row FROM chunk WHERE {rows} AND NOT starts_with(person, 'ref:') GROUP BY person)"
    )
    con.execute("DELETE FROM met WHERE (person, content) IN (FROM introduced)")
    con.execute("DELETE FROM introduced WHERE person IN (SELECT person FROM met)")
    con.execute("INSERT INTO introduced SELECT person, content FROM met")
    chunk.identities = con.sql(f"SELECT {', '.join(names)} FROM met ORDER BY first_row").to_arrow_table()


def count_rows(chunk: Chunk, context: Context) -> None:
    """Step: every row counts once, by the most it did."""
    events, said = context.con.execute("SELECT count(DISTINCT _row) FROM fresh").fetchall()[0][0], 0
    if chunk.attributes is not None:
        said = context.con.execute(
            "SELECT count(DISTINCT _row) FROM said WHERE _row NOT IN (SELECT _row FROM fresh)"
        ).fetchall()[0][0]
    counts = chunk.counts
    counts.rows_read = chunk.rows.num_rows
    counts.event_rows, counts.attribute_rows, counts.rejected_rows = events, said, len(chunk.rejects)
    counts.duplicate_rows = counts.rows_read - events - said - counts.rejected_rows


def pretend(context: Context) -> None:
    """Remember for the rest of a dry run what the lake would hold by now."""
    con = context.con
    con.execute(
        "INSERT INTO pretended SELECT event_id, NULL FROM fresh UNION ALL SELECT NULL, void FROM retracted"
    )
