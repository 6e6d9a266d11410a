"""The journey graph against one bare DuckDB statement, pm4py and retentioneering: same log, same run, same edges.

    python -m benchmarks.bench_journeys [--events 1000000] [--memory 4GB] [--no-peers]

Processor seconds and seconds on the clock, best of three (the peers once). The log is a Parquet file that
DuckDB reads within the time; the peers have theirs in memory before the clock starts.
"""

import argparse
import resource
from typing import Any

import duckdb
import ibis
from benchmarks.peers import WORK, peer_python, run_peer
from benchmarks.timing import Taken, best, say_load

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
import json, sys
import pandas as pd, pm4py
from benchmarks.timing import once
log = pd.read_parquet(sys.argv[1])
def work():
    ready = pm4py.format_dataframe(log, case_id="customer_id", activity_key="name", timestamp_key="occurred_at")
    return pm4py.discover_dfg(ready), pm4py.discover_performance_dfg(ready)[0]
taken = once(work)
(dfg, starts, ends), performance = taken.result
edges = [[one, other, int(count), performance[one, other]["median"]] for (one, other), count in dfg.items()]
print(json.dumps({"took": [taken.cpu, taken.clock], "edges": edges, "starts": {k: int(v) for k, v in starts.items()},
    "ends": {k: int(v) for k, v in ends.items()}}))
"""
RETENTIONEERING = """
import json, os, sys
os.environ["RETENTIONEERING_NO_TRACK"] = "1"
import pandas as pd
from benchmarks.timing import once
from retentioneering.eventstream import Eventstream
log = pd.read_parquet(sys.argv[1])
def work():
    schema = {"path_cols": ["customer_id"], "event_col": "name", "timestamp_col": "occurred_at"}
    stream = Eventstream(log, schema=schema)
    return [stream.transition_graph_data(edge_weight=weight) for weight in ("count", "time_median")]
taken = once(work)
counts, medians = taken.result
names = [name for name in counts.index if name not in ("path_start", "path_end")]
edges = [[one, other, int(counts.loc[one, other]), pd.Timedelta(medians.loc[one, other]).total_seconds()]
    for one in names for other in names if counts.loc[one, other]]
print(json.dumps({"took": [taken.cpu, taken.clock], "edges": edges}))
"""
PEERS = {"pm4py": ("pm4py==2.7.23.11", PM4PY), "retentioneering": ("retentioneering==5.2.4", RETENTIONEERING)}


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
    say_load()
    floors = {
        name: best(lambda parts=parts: engine.con.execute(BARE.format(file=file, **parts)).fetchall())
        for name, parts in FLOORS.items()
    }
    log = engine.read_parquet(file)
    lean = best(lambda: ra.journey_edges(log, count_customers=False).to_pyarrow())
    full = best(lambda: ra.journey_graph(log))
    report("bare statement, counts and medians", floors["counts and medians"])
    report("ours without customers", lean, ("that", floors["counts and medians"]))
    report("bare statement, all that we return", floors["all that we return"])
    report("ours, whole graph", full, ("that", floors["all that we return"]))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{most:.0f} MB at most, limit {chosen.memory}", flush=True)
    for name, (package, script) in PEERS.items() if not chosen.no_peers else ():
        theirs = run_peer(peer_python(name, package, "pyarrow"), script, str(file))
        report(name, Taken(*theirs["took"], None), ("ours without customers", lean))
        agree(theirs, full.result)


def report(name: str, taken: Taken, beside: tuple[str, Taken] | None = None) -> None:
    ratio = (
        f", {taken.cpu / beside[1].cpu:.2f} times {beside[0]} ({taken.clock / beside[1].clock:.2f})"
        if beside
        else ""
    )
    print(f"{name:36} {taken}{ratio}", flush=True)


def agree(theirs: dict[str, Any], graph: ra.JourneyGraph) -> None:
    """The same edges, counts, medians, and where they say so starts and ends; ties lie in the file in our order."""
    ours = {pair: (edge.passages, edge.median_wait) for pair, edge in graph.edges.items()}
    found = {(one, other): (count, median) for one, other, count, median in theirs["edges"]}
    assert found == ours, sorted(found.items() ^ ours.items())[:5]
    if "starts" in theirs:
        assert theirs["starts"] == graph.starts
        assert theirs["ends"] == graph.ends
    print(f"{'':36} the same {len(ours)} edges, counts and medians")


if __name__ == "__main__":
    main()
