"""From a measure and the facts to figures by group: one statement a measure and kind of dimension."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ibis.expr.types as ir

from regard.analytics import Estimate
from regard.understand.facts import Facts
from regard.understand.measures import Measure, Period

EVERYTHING = ""
ROW_DIMENSIONS = ("month", "source", "channel")


@dataclass(frozen=True)
class Row:
    """One figure: of which measure, for which group of which dimension ("" is everything), in which unit."""

    measure: str
    dimension: str
    group: str
    unit: str
    estimate: Estimate


def figures_of(measure: Measure, facts: Facts, traits: ir.Table) -> Iterator[Row]:
    """The measure over everything, by month, source and channel, and by every attribute of `traits`."""
    for dimension in (EVERYTHING, *ROW_DIMENSIONS):
        yield from figures_by(measure, facts, dimension)
    rows = measure.rows(facts, default_period(measure, facts)).inner_join(traits, "customer_id")
    yield from _rows(measure, rows, ["dimension", "group"], EVERYTHING)


def figures_by(
    measure: Measure, facts: Facts, dimension: str, period: Period | None = None, traits: ir.Table | None = None
) -> list[Row]:
    """The measure by one dimension: "" for everything, month, source, channel, or an attribute of `traits`."""
    rows = rows_of(measure, facts, dimension, period)
    if traits is not None:
        rows = rows.inner_join(traits.filter(traits.dimension == dimension), "customer_id")
        return _rows(measure, rows, ["group"], dimension)
    if dimension != EVERYTHING:
        rows = rows.filter(rows[dimension].notnull())
    return _rows(measure, rows, [dimension] if dimension else [], dimension)


def rows_of(measure: Measure, facts: Facts, dimension: str, period: Period | None = None) -> ir.Table:
    """The rows that a measure's figures by this dimension stand on."""
    if dimension == "month":
        return (measure.monthly_rows or measure.rows)(facts, period or Period())
    return measure.rows(facts, period or default_period(measure, facts))


def default_period(measure: Measure, facts: Facts) -> Period:
    """All that is known, or as far back as the measure looks."""
    if measure.window_days is None:
        return Period()
    return Period(since=facts.as_of - timedelta(days=measure.window_days))


def _rows(measure: Measure, rows: ir.Table, by: Sequence[str], dimension: str) -> list[Row]:
    found = []
    for group, estimate in measure.figure(rows, by).by_group().items():
        parts = list(group)
        unit = str(parts.pop()) if len(parts) > len(by) else measure.unit  # a currency comes last
        if measure.unit == "share":
            unit = "share"
        name = str(parts[0]) if len(parts) == 2 else dimension
        found.append(Row(measure.name, name, _text(parts[-1]) if parts else "", unit, estimate))
    return found


def _text(group: Any) -> str:
    return group.strftime("%Y-%m") if hasattr(group, "strftime") else str(group)
