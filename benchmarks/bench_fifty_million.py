"""RFM, NPS by month and the journey graph on up to 50 million events, out of core: time, memory, and the slope.

    python -m benchmarks.bench_fifty_million [--millions 5 10 25 50] [--memory 4GB] [--tight 1GB] [--keep]

DuckDB writes the events to Parquet a million at a time, in no order, as a lake would hold them. Each figure is computed
in a process of its own under DuckDB's memory limit; what it used is read from the process: processor seconds, seconds
on the clock, the most memory it held (VmHWM), and the most that lay in the folder DuckDB spills to. The slope is fitted
on logarithms: 1 is linear. The journey graph and RFM are computed once more under the tight limit, which the events do
not fit: they must spill, and must come to the same. The files are deleted afterwards unless they are to be kept.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
import numpy as np
from benchmarks.peers import WORK
from benchmarks.timing import once, say_load

from regard import analytics as ra

FIGURES = ("rfm", "nps by month", "journey graph")
SPILL = WORK / "spill"
MILLION = 1_000_000
EVENTS = """
    COPY (SELECT hash(i) % {customers} AS customer_id, 'step ' || (hash(i * 7) % 20) AS name,
        TIMESTAMP '2023-01-01' + INTERVAL (hash(i * 3) % 94608000) SECOND AS occurred_at,
        (hash(i * 11) % 10000)::DECIMAL(18, 2) / 100 AS amount,
        CASE WHEN hash(i * 5) % 10 = 0 THEN (hash(i * 13) % 11)::TINYINT END AS score
    FROM range({start}, {end}) numbers(i)) TO '{file}'
"""


def compute(figure: str, files: Sequence[Path], memory: str) -> Any:
    """Compute one figure."""
    engine = ibis.duckdb.connect(
        memory_limit=memory, temp_directory=str(SPILL), preserve_insertion_order=False
    )
    events = engine.read_parquet([str(file) for file in files])
    if figure == "rfm":
        rfm = ra.rfm_summary(events, until=date(2025, 12, 31))
        return rfm.select("frequency", "recency", "T", "monetary_value").to_pyarrow()
    if figure == "nps by month":
        answers = events.filter(events.score.notnull()).mutate(month=events.occurred_at.truncate("M"))
        return ra.nps(answers, ["month"])
    return ra.journey_graph(events)


def describe(figure: str, found: Any) -> tuple[int, str]:
    """How many rows it comes to, and a mark that equal results share whatever the order of their rows."""
    if figure == "rfm":  # floats added in another order differ after the twelfth digit
        return len(found), " ".join(f"{np.sum(column.to_numpy()):.9g}" for column in found.columns)
    rows = sorted(found.edges.items()) if figure == "journey graph" else found.to_arrow().to_pylist()
    ends = (sorted(found.starts.items()), sorted(found.ends.items())) if figure == "journey graph" else ()
    return len(rows), hashlib.sha256(repr((rows, ends)).encode()).hexdigest()[:16]


def report_child(figure: str, files: Sequence[Path], memory: str) -> None:
    """Print what computing took, as the last line."""
    _ = (ra.rfm_summary, ra.nps, ra.journey_graph)  # imported before the clock starts
    done, largest = threading.Event(), [0]

    def watch() -> None:
        while not done.wait(0.2):
            with suppress(FileNotFoundError):  # a file may go while we look
                largest[0] = max(largest[0], sum(file.stat().st_size for file in SPILL.glob("*")))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        taken = once(lambda: compute(figure, files, memory))
    finally:
        done.set()
        watcher.join()
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM"))
    rows, mark = describe(figure, taken.result)
    print(json.dumps({"rows": rows, "mark": mark, "cpu": taken.cpu, "clock": taken.clock,
                      "peak_mb": int(peak.split()[1]) / 1024, "spilled_mb": largest[0] / 1e6}))  # fmt: skip


def measure(figure: str, files: Sequence[Path], memory: str) -> dict[str, Any]:
    """Compute in a child process and take what it used from itself."""
    shutil.rmtree(SPILL, ignore_errors=True)
    command = [sys.executable, "-m", "benchmarks.bench_fifty_million", "--child", figure, "--memory", memory]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{figure}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"{figure:14} {len(files):3} M events, limit {memory}: {found['cpu']:7.1f} s of processor, "
          f"{found['clock']:6.1f} s on the clock, at most {found['peak_mb']:5.0f} MB, "
          f"{found['spilled_mb']:6.0f} MB spilled, {found['rows']:,} rows", flush=True)  # fmt: skip
    return found


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
    parser.add_argument("--tight", default="1GB")
    parser.add_argument("--figures", nargs="+", choices=FIGURES, default=FIGURES)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--child", choices=FIGURES)
    parser.add_argument("files", nargs="*", type=Path)
    chosen = parser.parse_args()
    if chosen.child:
        report_child(chosen.child, chosen.files, chosen.memory)
        return
    files = write_events(max(chosen.millions), chosen.memory)
    print(f"{sum(file.stat().st_size for file in files) / 1e9:.2f} GB of Parquet")
    for figure in chosen.figures:
        say_load()
        found = [measure(figure, files[:size], chosen.memory) for size in chosen.millions]
        slope = np.polyfit(np.log(chosen.millions), np.log([one["cpu"] for one in found]), 1)[0]
        print(f"{figure:14} slope {slope:.2f} of processor seconds over events (1 is linear)", flush=True)
        if figure != "nps by month":  # its counts fit anywhere
            spilled = measure(figure, files, chosen.tight)
            assert spilled["spilled_mb"] > 0, "the tight limit was not tight"
            assert spilled["mark"] == found[-1]["mark"], f"{figure} differs once it spills"
            print(f"{figure:14} spilled under {chosen.tight} and came to the same")
    if not chosen.keep:
        shutil.rmtree(WORK / "fifty")
    shutil.rmtree(SPILL, ignore_errors=True)


if __name__ == "__main__":
    main()
