"""One order of events for every journey measure: by time, then by a column that breaks ties, then by activity.

Two events of one case with the same time have no order of their own. Whatever the engine and however its rows lie,
they are put in the order of the column `order` if one is given (a row number, an event id), and of their activity
where that is equal or not given. No measure here depends on the order of rows in a table.
"""

import ibis
import ibis.expr.types as ir

MICROSECONDS = 1_000_000


def read_log(
    log: ir.Table, *, case: str, activity: str, at: str, order: str | None, **further: str | None
) -> ir.Table:
    """The columns case, step, at, tie (with an order) and the further ones, without rows that lack the first three.

    Raises
    ------
    ValueError
        If the log lacks one of the columns.
    """
    wanted = {"case": case, "step": activity, "at": at, "tie": order, **further}
    named = {name: column for name, column in wanted.items() if column is not None}
    for column in named.values():
        if column not in log.columns:
            raise ValueError(f"the log has no column {column!r}")
    rows = log.select(**{name: log[column] for name, column in named.items()})
    rows = rows.filter(rows["case"].notnull(), rows["step"].notnull(), rows["at"].notnull())
    return rows if rows["at"].type().is_timestamp() else rows.mutate(at=rows["at"].cast("timestamp"))


def number_cases(rows: ir.Table) -> ir.Table:
    """Cases and customers named in text as 64-bit hashes where DuckDB holds them: it sorts those in half the time.

    That any two of a million share a hash, and are then counted as one, has a chance of 1 in 37 million; of a hundred
    million, 1 in 3,700. Spark's hash has only 32 bits: there the text stays.
    """
    if rows.get_backend().name != "duckdb":
        return rows
    texts = [name for name in ("case", "customer") if name in rows.columns and rows[name].type().is_string()]
    return rows.mutate(**{name: rows[name].hash() for name in texts})


def follow(rows: ir.Table, *columns: str) -> ir.Table:
    """Add the next value in the same case as `next_<column>` for each column; null after the last event."""
    window = ibis.window(group_by="case", order_by=keys(rows))
    return rows.mutate(**{f"next_{name}": rows[name].lead().over(window) for name in columns})


def keys(rows: ir.Table) -> list[ir.Value]:
    """What the events of one case are sorted by."""
    return [rows[name] for name in ("at", "tie", "step") if name in rows.columns]


def wait(rows: ir.Table) -> ir.IntegerColumn:
    """Microseconds until the next event; null after the last one."""
    return rows["next_at"].delta(rows["at"], unit="microsecond")
