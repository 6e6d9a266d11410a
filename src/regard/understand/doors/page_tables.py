"""What pages narrow to a slice: written to the lake once a computation, so that no page looks through all events."""

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from regard.ledger import lake
from regard.understand.doors.steps import episode_rows, handled_rows, step_rows, walk
from regard.understand.facts import Facts
from regard.understand.measures import MEASURES, Period
from regard.understand.themes.finding import spoken

SCORES = ("nps", "csat", "ces", "review-score")
NARROWED = (*SCORES, "response-rate", "repeat-purchase-rate", "revenue")
MARKS = {"response-rate": "answered", "repeat-purchase-rate": "repeat"}
FEWEST_GROUPS = 2
OURS = "message.sent"


def write_segments(facts: Facts, traits: ir.Table) -> None:
    """Who belongs to which group."""
    _write("segments", lake.fetch(_segments(facts, traits)))


def write_measured(facts: Facts) -> None:
    """The rows behind each measure that pages narrow."""
    _write("measured", _measured(facts))


def write_said(facts: Facts) -> None:
    """Who said something in their own words."""
    _write("said", lake.fetch(_said(facts)))


def write_journeys(facts: Facts) -> None:
    """Steps, orders with what followed them, and the departments that had a case."""
    _write("handled", lake.fetch(handled_rows(facts).order_by("case_id", "occurred_at")))
    walked = walk(facts)
    _write("steps", step_rows(walked))
    _write("episodes", episode_rows(walked))


def _write(name: str, rows: pa.Table) -> None:
    schema = lake.TABLES[name]
    lake.overwrite(name, rows.select(schema.names).cast(schema))


def _segments(facts: Facts, traits: ir.Table) -> ir.Table:
    """Who belongs to which group: attributes, the sources that know a customer, the channels they used."""
    events = facts.events.filter(facts.events.customer_id.notnull())
    sources = facts.known.select("customer_id", dimension=ibis.literal("source"), group=facts.known.source)
    channels = events.filter(events.channel.notnull()).select(
        "customer_id", dimension=ibis.literal("channel"), group=events.channel
    )
    columns = ("dimension", "group", "customer_id")
    every = (
        traits.select(*columns).union(sources.select(*columns)).union(channels.select(*columns)).distinct()
    )
    count = every.group_by("dimension").aggregate(groups=every.group.nunique())
    several = count.filter(count.groups >= FEWEST_GROUPS)
    return every.semi_join(several, "dimension").order_by(*columns)


def _measured(facts: Facts) -> pa.Table:
    """The rows behind each measure that pages narrow, under the same columns; to sort each alone is half the work."""
    schema = lake.TABLES["measured"]
    known = sorted(name for name in NARROWED if MEASURES[name].needs & facts.names)
    parts = (lake.fetch(_rows_of(name, facts).order_by("customer_id")) for name in known)
    return pa.concat_tables(
        [schema.empty_table(), *(part.select(schema.names).cast(schema) for part in parts)]
    )


def _rows_of(name: str, facts: Facts) -> ir.Table:
    rows = MEASURES[name].rows(facts, Period())
    types = {"instrument": "string", "score": "float64", "amount": "decimal(18, 4)", "currency": "string"}
    held = {
        column: (rows[column] if column in rows.columns else ibis.null("string")).cast(kind)
        for column, kind in types.items()
    }
    mark = rows[MARKS[name]] if name in MARKS else ibis.null("boolean")
    return rows.select(
        "customer_id", "occurred_at", "month", measure=ibis.literal(name), mark=mark.cast("boolean"), **held
    )


def _said(facts: Facts) -> ir.Table:
    """Who said something in their own words; the words themselves stay with the events."""
    said = spoken(facts)
    return said.filter(said.name != OURS).order_by("occurred_at")
