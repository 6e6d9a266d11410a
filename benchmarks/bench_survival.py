"""Kaplan-Meier and log-rank against lifelines: same rows, same run, and whether the curves agree.

    python -m benchmarks.bench_survival [--rows 1000000]

CPU seconds, best of three; continuous times, 60 % ended.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from benchmarks.peers import WORK, peer_python, run_peer

from regard import analytics as ra

LIFELINES = """
import json, sys, time
import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
rows = np.load(sys.argv[1])
def best(work):
    taken = []
    for _ in range(3):
        start = time.process_time(); found = work(); taken.append(time.process_time() - start)
    return min(taken), found
fit, curve = best(lambda: KaplanMeierFitter().fit(rows[0], rows[1]))
test, result = best(lambda: multivariate_logrank_test(rows[0], rows[2], rows[1]))
times = np.linspace(0.1, 30, 200)
step = np.searchsorted(curve.survival_function_.index.values, times, side="right") - 1
ends = curve.confidence_interval_.values[step].T.tolist()
print(json.dumps({"fit": fit, "test": test, "statistic": result.test_statistic,
    "curve": [curve.survival_function_.values[step, 0].tolist(), *ends]}))
"""


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    taken = []
    for _ in range(3):
        start = time.process_time()
        found = work()
        taken.append(time.process_time() - start)
    return min(taken), found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    size = parser.parse_args().rows
    draw = np.random.default_rng(0)
    rows = np.stack((draw.exponential(10, size), draw.random(size) < 0.6, draw.integers(0, 3, size)))
    python = peer_python("lifelines", "lifelines==0.30.3")
    np.save(WORK / "survival.npy", rows)
    theirs = run_peer(python, LIFELINES, str(WORK / "survival.npy"))
    fit, curve = best(lambda: ra.kaplan_meier(rows[0], rows[1]))
    test, result = best(lambda: ra.log_rank(rows[0], rows[1], rows[2]))
    read = curve.read(np.linspace(0.1, 30, 200))
    apart = np.abs(np.array([read.value, read.low, read.high]) - theirs["curve"]).max()
    print(f"{size:,} rows                 ours  lifelines  ratio")
    print(f"Kaplan-Meier with interval  {fit:.3f} s    {theirs['fit']:.3f} s   {theirs['fit'] / fit:.1f}")
    print(f"log-rank, three groups      {test:.3f} s    {theirs['test']:.3f} s   {theirs['test'] / test:.1f}")
    print(f"curves and intervals differ by at most {apart:.1e}; "
          f"statistics by {abs(result.statistic - theirs['statistic']):.1e}")  # fmt: skip


if __name__ == "__main__":
    main()
