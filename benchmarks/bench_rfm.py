"""RFM of a log of transactions against one bare DuckDB statement, lifetimes and clvkit: same rows, same run.

    python -m benchmarks.bench_rfm [--transactions 10000000] [--no-peers]

Processor seconds and seconds on the clock, best of three (the peers once), ten transactions a customer. The log is a
Parquet file that DuckDB reads within the time; the peers have theirs in memory before the clock starts. Every
customer's figures must be theirs.
"""

import argparse
from datetime import date
from pathlib import Path

import duckdb
import ibis
import numpy as np
import pyarrow as pa
from benchmarks.peers import LIFETIMES, WORK, peer_python, run_peer
from benchmarks.timing import Taken, best, say_load

from regard import analytics as ra

LOG = """
    COPY (SELECT (hash(i) % {customers})::BIGINT AS customer_id,
        TIMESTAMP '2025-01-01' + INTERVAL (hash(i + 7) % 31536000) SECOND AS occurred_at,
        (1 + hash(i + 3) % 10000) / 100.0 AS amount FROM range({rows}) numbers(i)) TO '{file}'
"""
BARE = """
    SELECT customer_id, count(*) - 1, max(day) - min(day), DATE '2026-01-01' - DATE '1970-01-01' - min(day),
        coalesce((sum(spent) - arg_min(spent, day)) / nullif(count(*) - 1, 0), 0)
    FROM (SELECT customer_id, epoch(occurred_at)::BIGINT // 86400 AS day, sum(amount) AS spent
        FROM read_parquet('{file}') GROUP BY ALL) GROUP BY customer_id
"""
READ = """
import json, sys
import numpy as np, pandas as pd
from benchmarks.timing import once
log = pd.DataFrame(dict(np.load(sys.argv[1])))
"""
WRITE = """
columns = taken.result[["frequency", "recency", "T", "monetary_value"]].sort_index()
np.save(sys.argv[2], np.column_stack((columns.index, columns)).astype(float))
print(json.dumps([taken.cpu, taken.clock]))
"""
PEERS = {
    "lifetimes": (
        LIFETIMES,
        """
from lifetimes.utils import summary_data_from_transaction_data
taken = once(lambda: summary_data_from_transaction_data(log, "customer_id", "occurred_at", "amount",
    observation_period_end="2026-01-01", freq="D"))
""",
    ),
    "clvkit": (
        ("clvkit==0.2.1",),
        """
from clvkit import CustomerBase
taken = once(lambda: CustomerBase.from_transactions(log, "customer_id", "occurred_at", "amount", time_unit="D",
    observation_period_end="2026-01-01").to_pandas())
""",
    ),
}


FIGURES = ("customer_id", "frequency", "recency", "T", "monetary_value")


def ours(file: Path) -> pa.Table:
    log = ibis.duckdb.connect().read_parquet(file)
    return ra.rfm_summary(log, until=date(2026, 1, 1), unit="day").to_pyarrow()


def compare(name: str, log: Path, mine: Taken) -> None:
    """Run one peer; all customers and all their figures must agree."""
    packages, script = PEERS[name]
    out = WORK / "rfm_found.npy"
    taken = run_peer(peer_python(name, *packages), READ + script + WRITE, str(log), str(out))
    found = mine.result.sort_by("customer_id")
    columns = [np.asarray(found[column], dtype=np.float64) for column in FIGURES]
    np.testing.assert_allclose(np.column_stack(columns), np.load(out), rtol=1e-9, atol=1e-9, err_msg=name)
    print(f"{name:15} {Taken(*taken, None)}: {taken[0] / mine.cpu:.1f} times ours, "
          f"{taken[1] / mine.clock:.1f} on the clock; the same figures of {len(found):,} customers")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transactions", type=int, default=10_000_000)
    parser.add_argument("--no-peers", action="store_true")
    chosen = parser.parse_args()
    WORK.mkdir(exist_ok=True)
    file = WORK / "rfm.parquet"
    duckdb.sql(LOG.format(customers=chosen.transactions // 10, rows=chosen.transactions, file=file))
    say_load()
    floor = best(lambda: duckdb.connect().sql(BARE.format(file=file)).to_arrow_table())
    mine = best(lambda: ours(file))
    print(f"bare statement  {floor}")
    print(
        f"ours            {mine}, {mine.cpu / floor.cpu:.2f} times that, {mine.clock / floor.clock:.2f} on the clock"
    )
    if not chosen.no_peers:
        log = WORK / "rfm.npz"
        np.savez(log, **duckdb.sql(f"FROM read_parquet('{file}')").fetchnumpy())
        for name in PEERS:
            compare(name, log, mine)


if __name__ == "__main__":
    main()
