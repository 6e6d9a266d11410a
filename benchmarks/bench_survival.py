"""Kaplan-Meier and log-rank against lifelines: same rows, same run, and whether the curves agree.

    python -m benchmarks.bench_survival [--rows 1000000]

Processor seconds, best of three; continuous times, 60 % ended.
"""

import argparse

import numpy as np
from benchmarks.peers import WORK, peer_python, run_peer
from benchmarks.timing import Taken, best, say_load

from regard import analytics as ra

LIFELINES = """
import json, sys
import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from benchmarks.timing import best
rows = np.load(sys.argv[1])
fit = best(lambda: KaplanMeierFitter().fit(rows[0], rows[1]))
test = best(lambda: multivariate_logrank_test(rows[0], rows[2], rows[1]))
curve = fit.result
times = np.linspace(0.1, 30, 200)
step = np.searchsorted(curve.survival_function_.index.values, times, side="right") - 1
ends = curve.confidence_interval_.values[step].T.tolist()
print(json.dumps({"fit": [fit.cpu, fit.clock], "test": [test.cpu, test.clock],
    "statistic": test.result.test_statistic, "curve": [curve.survival_function_.values[step, 0].tolist(), *ends]}))
"""


def report(what: str, ours: Taken, took: list[float]) -> None:
    print(f"{what:27} ours {ours}, lifelines {Taken(*took, None)}: {took[0] / ours.cpu:.1f} times, "
          f"{took[1] / ours.clock:.1f} on the clock")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    size = parser.parse_args().rows
    draw = np.random.default_rng(0)
    rows = np.stack((draw.exponential(10, size), draw.random(size) < 0.6, draw.integers(0, 3, size)))
    python = peer_python("lifelines", "lifelines==0.30.3")
    np.save(WORK / "survival.npy", rows)
    theirs = run_peer(python, LIFELINES, str(WORK / "survival.npy"))
    fit = best(lambda: ra.kaplan_meier(rows[0], rows[1]))
    test = best(lambda: ra.log_rank(rows[0], rows[1], rows[2]))
    read = fit.result.read(np.linspace(0.1, 30, 200))
    apart = np.abs(np.array([read.value, read.low, read.high]) - theirs["curve"]).max()
    off = abs(test.result.statistic / theirs["statistic"] - 1)
    say_load()
    print(f"{size:,} rows")
    report("Kaplan-Meier with interval", fit, theirs["fit"])
    report("log-rank, three groups", test, theirs["test"])
    print(f"curves and intervals differ by at most {apart:.1e}, statistics by {off:.1e} of themselves")
    assert apart < 1e-9
    assert off < 1e-9


if __name__ == "__main__":
    main()
