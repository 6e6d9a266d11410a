"""The ledger at 1 and 5 million events: appending each event once, flushing, one customer's timeline, sorting.

    python benchmarks/bench_ledger.py [millions]

Yardsticks, in the same run: for appending, `write_deltalake` of the same rows, which drops no repeats, and
joining against every event_id of the lake, which drops them at a cost that grows with the lake; for a timeline,
the same query before the lake was sorted.
"""

import os
import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
from benchmarks.timing import best, once

MILLION = 1_000_000
ALLOWED_APPEND_SECONDS = 6.0
ROWS = """
    SELECT md5(i::VARCHAR) AS event_id, 'order.completed' AS name,
        (TIMESTAMP '2024-01-01' + INTERVAL (i) SECOND)::TIMESTAMPTZ AS occurred_at, now() AS recorded_at,
        'shop' AS source, 'shop_customers_export:' || (hash(i) % 100000)::VARCHAR AS person, 'web' AS channel,
        NULL::VARCHAR AS touchpoint, NULL::VARCHAR AS department, NULL::VARCHAR AS actor, 'order:' || i AS subject,
        (i % 1000)::DECIMAL(18, 4) AS amount, 'EUR' AS currency, NULL::VARCHAR AS instrument, NULL::DOUBLE AS score,
        CASE WHEN i % 10 = 0 THEN 'some words of the customer ' || md5(i::VARCHAR) END AS text, NULL::VARCHAR AS data
    FROM range({first}, {last}) numbers(i)
"""


def draw(first: int, last: int) -> pa.RecordBatchReader:
    """Orders numbered first to last, of 100,000 customers, as a stream."""
    from regard.ledger.events import EVENT_SCHEMA

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in duckdb.connect().sql(ROWS.format(first=first, last=last)).to_arrow_reader(50_000):
            yield pa.Table.from_batches([batch]).cast(EVENT_SCHEMA).to_batches()[0]

    return pa.RecordBatchReader.from_batches(EVENT_SCHEMA, batches())


def join_by_event_id(folder: str, first: int, last: int) -> None:
    """The plain way to drop repeats."""
    database = duckdb.connect()
    incoming = draw(first, last)  # noqa: F841  # DuckDB finds it by its name
    database.sql(
        f"SELECT * FROM incoming ANTI JOIN read_parquet('{folder}/*.parquet') USING (event_id)"
    ).to_arrow_table()


def main(millions: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.project.settings")
    os.environ["REGARD_HOME"] = tempfile.mkdtemp(prefix="regard-bench-")
    import django

    django.setup()
    from deltalake import write_deltalake

    from regard.ledger import actions, lake, queries

    drawing = once(lambda: draw(0, MILLION).read_all()).clock
    plain = once(
        lambda: write_deltalake(str(Path(os.environ["REGARD_HOME"]) / "plain"), draw(0, MILLION))
    ).clock
    print(f"drawing 1,000,000 events {drawing:.1f} s; writing them without dropping repeats {plain:.1f} s")
    slowest = 0.0
    for number in range(millions):
        first = number * MILLION
        append = once(lambda first=first: actions.append_events(draw(first, first + MILLION))).clock
        join = once(lambda first=first: join_by_event_id(lake.location("events"), first, first + 500)).clock
        small = once(lambda first=first: actions.append_events(draw(first, first + 500))).clock
        print(
            f"{number + 1} million: append {append:.1f} s (x{append / plain:.1f} of plain); "
            f"500 repeats dropped in {small * 1000:.0f} ms, by a join in {join * 1000:.0f} ms"
        )
        slowest = max(slowest, append)
    again = once(lambda: actions.append_events(draw(0, MILLION))).clock
    print(f"the first million again {again:.1f} s")
    print(f"memory so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    person = ["shop_customers_export:77", "email:nobody@example.org"]
    queries.events_of(person)
    unsorted = best(lambda: queries.events_of(person), 3).clock
    sorting = once(actions.compact_lake).clock
    queries.events_of(person)
    timeline = best(lambda: queries.events_of(person), 10).clock
    print(
        f"sorting {sorting:.1f} s; memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    print(
        f"a timeline {timeline * 1000:.0f} ms; before sorting {unsorted * 1000:.0f} ms (x{unsorted / timeline:.1f})"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
