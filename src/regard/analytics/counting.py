"""Sufficient counts by group as Ibis expressions: what lets a hundred million rows stay in the engine."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from regard.analytics.estimate import Floats, column
from regard.analytics.intervals import kish_n


def grouped(table: ir.Table, by: Sequence[str], **sums: ir.Value) -> ir.Table:
    """One row a group with the given aggregates; without dimensions one row in all. Ordered by the dimensions."""
    if not by:
        return table.aggregate(**sums)
    return table.group_by(list(by)).aggregate(**sums).order_by(list(by))


def known(table: ir.Table, name: str) -> ir.Table:
    """The rows that have a value in a column of numbers or truths.

    It is asked of the number: Ibis writes `NOT x IS NOT NULL` for a column made as `~x`, which engines read as
    `NOT (x IS NOT NULL)`, so that every row would go.

    Examples
    --------
    >>> table = ibis.memtable({"left": [True, False, None]})
    >>> known(table.mutate(stayed=~table["left"]), "stayed").count().to_pyarrow().as_py()
    2
    """
    return table.filter(table[name].cast("float64").notnull())


def weighted_sums(value: dict[str, ir.Value], weight: str | None) -> dict[str, ir.Value]:
    """Aggregates that sum each value times the weight (1 without one), with `weights` and `squared_weights`."""
    each = ibis._[weight].cast("float64") if weight else ibis.literal(1.0)
    sums = {name: (one.cast("float64") * each).sum() for name, one in value.items()}
    return (
        {**sums, "weights": each.sum(), "squared_weights": (each * each).sum()}
        if weight
        else {**sums, "weights": ibis._.count(), "squared_weights": ibis._.count()}
    )


def effective_n(counts: pa.Table) -> Floats:
    """Kish's effective n of each group, which without weights is the plain number of rows."""
    return kish_n(column(counts, "weights"), column(counts, "squared_weights"))
