"""RFM, NPS by month and the journey graph on up to 50 million events, out of core: time, memory, and the slope.

    python -m benchmarks.bench_fifty_million [--millions 5 10 25 50] [--memory 4GB] [--keep]

DuckDB writes the events to Parquet a million at a time, in no order, as a lake would hold them. Each figure is computed
in a process of its own under DuckDB's memory limit; what it used is read from the process: CPU seconds, seconds on the
clock, the most memory it held (VmHWM), and bytes spilled. The slope is fitted on logarithms: 1 is linear. The files are
deleted afterwards unless they are to be kept.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
import numpy as np
from benchmarks.peers import WORK

from regard import analytics as ra

MILLION = 1_000_000
EVENTS = """
    COPY (SELECT hash(i) % {customers} AS customer_id, 'step ' || (hash(i * 7) % 20) AS name,
        TIMESTAMP '2023-01-01' + INTERVAL (hash(i * 3) % 94608000) SECOND AS occurred_at,
        (hash(i * 11) % 10000)::DECIMAL(18, 2) / 100 AS amount,
        CASE WHEN hash(i * 5) % 10 = 0 THEN (hash(i * 13) % 11)::TINYINT END AS score
    FROM range({start}, {end}) numbers(i)) TO '{file}'
"""


def compute(figure: str, files: list[Path], memory: str) -> int:
    """Compute one figure; the number of rows it comes to."""
    spill = WORK / "spill"
    engine = ibis.duckdb.connect(
        memory_limit=memory, temp_directory=str(spill), preserve_insertion_order=False
    )
    events = engine.read_parquet([str(file) for file in files])
    if figure == "rfm":
        rfm = ra.rfm_summary(events, until=date(2025, 12, 31))
        return len(rfm.select("frequency", "recency", "T", "monetary_value").to_pyarrow())
    if figure == "nps by month":
        answers = events.filter(events.score.notnull()).mutate(month=events.occurred_at.truncate("M"))
        return len(ra.nps(answers, ["month"]))
    return len(ra.journey_graph(events).edges)


def measure(figure: str, files: list[Path], memory: str) -> dict[str, Any]:
    """Compute in a child process and take what it used from itself."""
    shutil.rmtree(WORK / "spill", ignore_errors=True)
    command = [sys.executable, "-m", "benchmarks.bench_fifty_million", "--child", figure, "--memory", memory]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{figure}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def report_child(figure: str, files: list[Path], memory: str) -> None:
    """Print what computing took, as the last line."""
    _ = (ra.rfm_summary, ra.nps, ra.journey_graph)  # imported before the clock starts
    before, clock = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    rows = compute(figure, files, memory)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    peak = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    print(json.dumps({"rows": rows, "cpu": cpu, "clock": time.perf_counter() - clock,
                      "peak_mb": int(peak.split()[1]) / 1024, "written_mb": used.ru_oublock * 512 / 1e6}))  # fmt: skip


def write_events(millions: int, memory: str) -> list[Path]:
    """One file a million events."""
    folder = WORK / "fifty"
    folder.mkdir(parents=True, exist_ok=True)
    engine = duckdb.connect(config={"memory_limit": memory})
    files = [folder / f"{number:03}.parquet" for number in range(millions)]
    for number, file in enumerate(files):
        if not file.exists():
            made = EVENTS.format(
                customers=5 * MILLION, start=number * MILLION, end=(number + 1) * MILLION, file=file
            )
            engine.execute(made)
    return files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=int, nargs="+", default=[5, 10, 25, 50])
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--child")
    parser.add_argument("files", nargs="*", type=Path)
    chosen = parser.parse_args()
    if chosen.child:
        report_child(chosen.child, chosen.files, chosen.memory)
        return
    files = write_events(max(chosen.millions), chosen.memory)
    print(
        f"{sum(file.stat().st_size for file in files) / 1e9:.2f} GB of Parquet, memory limit {chosen.memory}"
    )
    for figure in ("rfm", "nps by month", "journey graph"):
        taken = []
        for size in chosen.millions:
            found = measure(figure, files[:size], chosen.memory)
            taken.append(found["cpu"])
            print(f"{figure:14} {size:3} M events: {found['cpu']:7.1f} CPU s, {found['clock']:6.1f} s, at most "
                  f"{found['peak_mb']:5.0f} MB, {found['written_mb']:6.0f} MB spilled, {found['rows']:,} rows",
                  flush=True)  # fmt: skip
        slope = np.polyfit(np.log(chosen.millions), np.log(taken), 1)[0]
        print(f"{figure:14} slope {slope:.2f} of CPU seconds over events (1 is linear)", flush=True)
    if not chosen.keep:
        shutil.rmtree(WORK / "fifty")
    shutil.rmtree(WORK / "spill", ignore_errors=True)


if __name__ == "__main__":
    main()
