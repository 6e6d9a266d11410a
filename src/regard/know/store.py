"""Many rows at once, on SQLite and PostgreSQL alike."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, groupby, islice
from typing import Any, cast

import msgspec
import pyarrow as pa
from django.db import connection, models

from regard.know.intake import tuples

MOST_PARAMETERS = 900
ROWS_AT_ONCE = 45_000  # a multiple of the rows of nearly every statement

Row = tuple[Any, ...]


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows without making objects of them; JSON columns are given as text."""
    table, names = model._meta.db_table, ", ".join(columns)
    with connection.cursor() as cursor:
        if _is_postgres():
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            insert = f"INSERT INTO {table} ({names}) VALUES "
            marks = f"({', '.join(['%s'] * len(columns))})"
            waiting = iter(rows)
            together = MOST_PARAMETERS // len(columns)  # a statement of many rows costs half as much a row
            batches = iter(lambda: list(islice(waiting, together)), [])
            for size, group in groupby(batches, len):
                flat = (list(chain.from_iterable(batch)) for batch in group)
                # the driver takes any iterable; its stubs say a sequence
                cursor.executemany(insert + ", ".join([marks] * size), cast(Sequence[Row], flat))


def insert_columns(model: type[models.Model], columns: Mapping[str, pa.Array | pa.ChunkedArray]) -> None:
    """Insert rows given by column: no row is ever put together in Python on its way into SQLite."""
    names, width = list(columns), len(columns)
    if _is_postgres():
        insert_rows(model, names, tuples(list(columns.values())))
        return
    size = MOST_PARAMETERS // width * width
    insert = f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) VALUES "
    marks = f"({', '.join(['%s'] * width)})"
    rows = len(next(iter(columns.values())))
    with connection.cursor() as cursor:
        for start in range(0, rows, ROWS_AT_ONCE):
            values = [column.slice(start, ROWS_AT_ONCE).to_pylist() for column in columns.values()]
            flat: list[Any] = [None] * (len(values[0]) * width)
            for at, column in enumerate(values):
                flat[at::width] = column
            batches = [flat[at : at + size] for at in range(0, len(flat), size)]
            for length, group in groupby(batches, len):
                statement = insert + ", ".join([marks] * (length // width))
                cursor.executemany(statement, cast(Sequence[Row], group))


def insert_absent(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert those of the rows whose key is not there yet."""
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    insert = f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:
        cursor.executemany(insert, list(rows))


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Set `columns` of rows given as (…values, id)."""
    changes = ", ".join(f"{column} = %s" for column in columns)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {model._meta.db_table} SET {changes} WHERE id = %s", list(rows))


def select_rows(sql: str, values: Iterable[Any]) -> list[Row]:
    """Run a query whose `{values}` stands for a list of any length."""
    listed = list(values)
    if not listed:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql.format(values=_list_clause()), [_list_parameter(listed)] * sql.count("{values}"))
        return list(cursor.fetchall())


def delete_rows(model: type[models.Model], ids: Iterable[int]) -> None:
    listed = list(ids)
    if listed:
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {model._meta.db_table} WHERE id {_list_clause()}", [_list_parameter(listed)]
            )


def next_id(model: type[models.Model]) -> int:
    """The first id not yet given away; the table must be locked (`lock_who_is_who`)."""
    newest: int | None = model._default_manager.aggregate(newest=models.Max("id"))["newest"]
    return (newest or 0) + 1


def note_ids_used(model: type[models.Model]) -> None:
    """Tell the database that ids were given by us, so that its own counting goes on after them."""
    if _is_postgres():
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )


def lock_who_is_who() -> None:
    """Let nobody else change identities or customers until this transaction ends (SQLite has one writer anyway)."""
    if _is_postgres():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE know_identity IN SHARE ROW EXCLUSIVE MODE")


def _list_clause() -> str:
    return "= ANY(%s)" if _is_postgres() else "IN (SELECT value FROM json_each(%s))"


def _list_parameter(values: list[Any]) -> Any:
    return values if _is_postgres() else msgspec.json.encode(values).decode()
