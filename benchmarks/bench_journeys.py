"""The journey graph against one bare DuckDB statement, pm4py and retentioneering: same log, same run, same edges.

    python -m benchmarks.bench_journeys [--events 1000000] [--memory 4GB] [--no-peers]

CPU seconds and, in brackets, seconds on the clock, best of three (the peers once). The log is a Parquet file that
DuckDB reads within the time; the peers have theirs in memory before the clock starts.
"""

import argparse
import resource
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import ibis
from benchmarks.peers import WORK, peer_python, run_peer

from regard import analytics as ra

LOG = """
    COPY (SELECT 'customer ' || (hash(i) % {cases}) AS customer_id, 'step ' || (hash(i * 7) % 20) AS name,
        TIMESTAMP '2025-01-01' + INTERVAL (hash(i * 3) % 31536000) SECOND AS occurred_at
    FROM range({events}) numbers(i) ORDER BY occurred_at, name) TO '{file}'
"""
BARE = """
    WITH steps AS (
        SELECT name, lead(name) OVER follow AS next_name, epoch(lead(occurred_at) OVER follow - occurred_at) AS wait
            {customer}
        FROM read_parquet('{file}') WINDOW follow AS (PARTITION BY customer_id ORDER BY occurred_at, name))
    SELECT name, next_name, count(*), {waits} FROM steps GROUP BY ALL
"""
FLOORS = {
    "counts and medians": {"customer": "", "waits": "median(wait)"},
    "all that we return": {
        "customer": ", customer_id",
        "waits": "quantile_cont(wait, [0.5, 0.9]), count(DISTINCT customer_id)",
    },
}
PM4PY = """
import json, sys, time
import pandas as pd, pm4py
log = pd.read_parquet(sys.argv[1])
start, clock = time.process_time(), time.perf_counter()
log = pm4py.format_dataframe(log, case_id="customer_id", activity_key="name", timestamp_key="occurred_at")
dfg, starts, ends = pm4py.discover_dfg(log)
performance, _, _ = pm4py.discover_performance_dfg(log)
took = time.process_time() - start, time.perf_counter() - clock
edges = [[one, other, int(count), performance[one, other]["median"]] for (one, other), count in dfg.items()]
print(json.dumps({"took": took, "edges": edges, "starts": {k: int(v) for k, v in starts.items()},
    "ends": {k: int(v) for k, v in ends.items()}}))
"""
RETENTIONEERING = """
import json, os, sys, time
os.environ["RETENTIONEERING_NO_TRACK"] = "1"
import pandas as pd
from retentioneering.eventstream import Eventstream
log = pd.read_parquet(sys.argv[1])
start, clock = time.process_time(), time.perf_counter()
schema = {"path_cols": ["customer_id"], "event_col": "name", "timestamp_col": "occurred_at"}
stream = Eventstream(log, schema=schema)
counts = stream.transition_graph_data(edge_weight="count")
medians = stream.transition_graph_data(edge_weight="time_median")
took = time.process_time() - start, time.perf_counter() - clock
names = [name for name in counts.index if name not in ("path_start", "path_end")]
edges = [[one, other, int(counts.loc[one, other]), pd.Timedelta(medians.loc[one, other]).total_seconds()]
    for one in names for other in names if counts.loc[one, other]]
print(json.dumps({"took": took, "edges": edges}))
"""


def best(work: Callable[[], Any], rounds: int = 3) -> tuple[float, float, Any]:
    """CPU seconds, seconds on the clock, and the result."""
    taken = []
    for _ in range(rounds):
        cpu, clock = time.process_time(), time.perf_counter()
        found = work()
        taken.append((time.process_time() - cpu, time.perf_counter() - clock))
    return min(taken)[0], min(clock for _, clock in taken), found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--no-peers", action="store_true")
    chosen = parser.parse_args()
    WORK.mkdir(exist_ok=True)
    file = WORK / f"journeys_{chosen.events}.parquet"
    if not file.exists():
        duckdb.connect(config={"memory_limit": chosen.memory}).execute(
            LOG.format(cases=chosen.events // 10, events=chosen.events, file=file)
        )
    engine = ibis.duckdb.connect(memory_limit=chosen.memory, temp_directory=str(WORK / "spill"))
    floors = {
        name: best(lambda parts=parts: engine.con.execute(BARE.format(file=file, **parts)).fetchall())[:2]
        for name, parts in FLOORS.items()
    }
    log = engine.read_parquet(file)
    lean = best(lambda: ra.journey_edges(log, count_customers=False).to_pyarrow())
    full = best(lambda: ra.journey_graph(log))
    report("bare statement, counts and medians", *floors["counts and medians"])
    report("ours without customers", *lean[:2], floors["counts and medians"])
    report("bare statement, all that we return", *floors["all that we return"])
    report("ours, whole graph", *full[:2], floors["all that we return"])
    print(
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most, limit {chosen.memory}"
    )
    if not chosen.no_peers:
        compare(file, full[2], lean[:2])


def report(name: str, cpu: float, clock: float, floor: tuple[float, float] | None = None) -> None:
    ratio = f", x{cpu / floor[0]:.2f} of the bare statement (x{clock / floor[1]:.2f})" if floor else ""
    print(f"{name:36} {cpu:7.2f} s ({clock:.2f} s){ratio}")


def compare(file: Path, graph: ra.JourneyGraph, lean: tuple[float, float]) -> None:
    """Run the peers; ties lie in the file in the order that we give them."""
    for name, package, script in (
        ("pm4py", "pm4py==2.7.23.11", PM4PY),
        ("retentioneering", "retentioneering==5.2.4", RETENTIONEERING),
    ):
        try:
            python = peer_python(name, package, "pyarrow")
        except subprocess.CalledProcessError as error:
            print(f"{name} cannot be installed here: {error}")
            continue
        theirs = run_peer(python, script, str(file))
        report(name, *theirs["took"])
        print(
            f"{'':36} ours is x{theirs['took'][0] / lean[0]:.0f} (x{theirs['took'][1] / lean[1]:.0f}) as fast"
        )
        agree(theirs, graph)


def agree(theirs: dict[str, Any], graph: ra.JourneyGraph) -> None:
    ours = {pair: (edge.passages, edge.median_wait) for pair, edge in graph.edges.items()}
    found = {(one, other): (count, median) for one, other, count, median in theirs["edges"]}
    same = sum(found.get(pair) == edge for pair, edge in ours.items())
    print(f"{'':36} {same} of {len(ours)} edges with equal count and median, {len(found)} of theirs")
    if "starts" in theirs:
        both = theirs["starts"] == graph.starts and theirs["ends"] == graph.ends
        print(f"{'':36} starts and ends {'are equal' if both else 'differ'}")


if __name__ == "__main__":
    main()
