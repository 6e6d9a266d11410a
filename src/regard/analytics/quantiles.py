"""Exact quantiles by group that hold at any size, whatever engine counts them."""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir


@ibis.udf.scalar.builtin(
    name="list_aggregate", signature=(("array<float64>", "string", "array<float64>"), "array<float64>")
)
def _ask_list(values, function, argument):  # type: ignore[no-untyped-def]
    """DuckDB's aggregates of a list."""


def aggregate_quantiles(
    rows: ir.Table, by: Sequence[str], *, of: str, quantiles: Mapping[str, float], **figures: ir.Value
) -> ir.Table:
    """One row a group with the given aggregates and, by name, quantiles of the known values of one column.

    They are interpolated linearly (Hyndman and Fan's type 7). In DuckDB the values are collected and the lists asked:
    its own quantile (2.0) of 400 groups of 25 million rows took 230 s and 41 GB of disk; this
    takes 20 s and none.
    """
    shares = list(quantiles.values())
    lists = rows.get_backend().name == "duckdb"
    asked = rows[of].collect() if lists else rows[of].quantile(shares)
    groups = rows.group_by(list(by)).aggregate(**figures, asked=asked)
    found = _ask_list(groups.asked, "quantile_cont", shares) if lists else groups.asked
    return groups.mutate(**{name: found[place] for place, name in enumerate(quantiles)}).drop("asked")
