"""From a measure and the facts to figures by group: one statement a measure and kind of dimension."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ibis.expr.types as ir
from django.conf import settings

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
    if not measure.needs & facts.names:
        yield _no_figure(measure)
        return
    rows = measure.rows(facts, default_period(measure, facts))
    if measure.complex_rows:
        rows = facts.hold(rows)
    yield from figures_from(measure, rows, EVERYTHING)
    yield from figures_from(measure, rows_of(measure, facts, "month"), "month")
    for dimension in ("source", "channel", *measure.own_dimensions):
        yield from figures_from(measure, rows, dimension)
    yield from figures_from(measure, rows.inner_join(traits, "customer_id"), "", ["dimension", "group"])


def figures_by(
    measure: Measure,
    facts: Facts,
    dimension: str,
    period: Period | None = None,
    traits: ir.Table | None = None,
) -> list[Row]:
    """The measure by one dimension: "" for everything, month, source, channel, or an attribute of `traits`."""
    if not measure.needs & facts.names:
        return [] if dimension else [_no_figure(measure)]
    rows = rows_of(measure, facts, dimension, period)
    if traits is None:
        return figures_from(measure, rows, dimension)
    rows = rows.inner_join(traits.filter(traits.dimension == dimension), "customer_id")
    return figures_from(measure, rows, dimension, ["group"])


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


def figures_from(
    measure: Measure, rows: ir.Table, dimension: str, by: Sequence[str] | None = None
) -> list[Row]:
    """Figures of `rows` by the columns `by`, which are the dimension itself unless said otherwise."""
    if by is None:
        by = [dimension] if dimension else []
    if by:
        rows = rows.filter(rows[by[-1]].notnull())
    found = []
    estimates = measure.figure(rows, by)
    named = "currency" in estimates.groups.column_names
    currencies = set(estimates.groups.column("currency").to_pylist()) if named else set()
    for group, estimate in estimates.by_group().items():
        parts = list(group)
        unit = measure.unit
        if currencies:  # it comes last
            currency = str(parts.pop())
            unit = currency if unit == "money" else f"{unit} of {currency}" if len(currencies) > 1 else unit
        name = str(parts[0]) if len(parts) == 2 else dimension
        found.append(Row(measure.name, name, _text(parts[-1]) if parts else "", unit, estimate))
    if not found and not by:
        found.append(_no_figure(measure))
    return found


def _no_figure(measure: Measure) -> Row:
    unit = settings.REGARD_CURRENCY if measure.unit == "money" else measure.unit
    return Row(measure.name, EVERYTHING, "", unit, Estimate(None, None, None, 0, version=measure.version))


def _text(group: Any) -> str:
    return group.strftime("%Y-%m") if hasattr(group, "strftime") else str(group)
