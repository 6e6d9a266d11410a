"""LMG against dominance-analysis and against 2^p least-squares solves: same rows, same run, same shares.

    python -m benchmarks.bench_drivers [--predictors 15] [--rows 100000] [--peer-predictors 8] [--peer-rows 100000]

The peer refits every subset on all rows and compares them pair by pair: 15 predictors on 100,000 rows take it a
quarter of an hour, so it gets fewer by default and is compared at that size too. CPU seconds.
"""

import argparse
import time

import numpy as np
from benchmarks.peers import WORK, peer_python, run_peer

from regard import analytics as ra

PACKAGES = (
    "dominance-analysis==1.1.9", "numpy<2", "pandas<2.3", "scikit-learn<1.6", "scipy<1.14", "plotly<6", "setuptools<81",
    "ipython<8",
)  # fmt: skip
DOMINANCE = """
import json, sys, time
import numpy as np, pandas as pd
from dominance_analysis import Dominance
rows = np.load(sys.argv[1])
names = [f"q{place}" for place in range(rows.shape[1] - 1)]
table = pd.DataFrame(rows, columns=[*names, "y"])
start, wall = time.process_time(), time.perf_counter()
found = Dominance(data=table, target="y", objective=1, top_k=len(names)).incremental_rsquare()
print(json.dumps({"cpu": time.process_time() - start, "wall": time.perf_counter() - wall,
    "shares": [found[name] for name in names]}))
"""


def made_up(rows: int, predictors: int) -> np.ndarray:
    """Correlated ratings and, last, an outcome."""
    draw = np.random.default_rng(0)
    ratings = draw.normal(size=(rows, predictors)) @ (np.eye(predictors) + 0.3)
    return np.column_stack((ratings, ratings @ draw.random(predictors) + 5 * draw.normal(size=rows)))


def solves(covariance: np.ndarray) -> float:
    """Seconds for R² of all subsets by one solve each: the bare job without a trick."""
    size, start = len(covariance) - 1, time.process_time()
    for subset in range(1, 1 << size):
        chosen = [place for place in range(size) if subset >> place & 1]
        np.linalg.solve(covariance[np.ix_(chosen, chosen)], covariance[chosen, -1])
    return time.process_time() - start


def timed(rows: np.ndarray, resamples: int) -> tuple[float, float, ra.KeyDrivers]:
    names = [f"q{place}" for place in range(rows.shape[1] - 1)]
    start, wall = time.process_time(), time.perf_counter()
    found = ra.key_drivers(rows[:, :-1], rows[:, -1], names, method="lmg", resamples=resamples)
    return time.process_time() - start, time.perf_counter() - wall, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (
        ("predictors", 15),
        ("rows", 100_000),
        ("peer-predictors", 8),
        ("peer-rows", 100_000),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    python = peer_python("dominance", *PACKAGES)
    small = made_up(asked.peer_rows, asked.peer_predictors)
    np.save(WORK / "drivers.npy", small)
    theirs = run_peer(python, DOMINANCE, str(WORK / "drivers.npy"))
    timed(small, 0)  # imports
    ours, ours_wall, found = min((timed(small, 0) for _ in range(3)), key=lambda one: one[0])
    apart = np.abs(found.parts.value - theirs["shares"]).max()
    print(f"{asked.peer_predictors} predictors, {asked.peer_rows:,} rows: ours {ours:.3f} s ({ours_wall:.3f} s wall), "
          f"dominance-analysis {theirs['cpu']:.1f} s ({theirs['wall']:.1f} s wall), "
          f"{theirs['cpu'] / ours:,.0f} times; shares differ by at most {apart:.1e}")  # fmt: skip
    rows = made_up(asked.rows, asked.predictors)
    cpu, wall, _ = min((timed(rows, 0) for _ in range(3)), key=lambda one: one[0])
    print(f"{asked.predictors} predictors, {asked.rows:,} rows: LMG {cpu:.3f} s ({wall:.3f} s wall); "
          f"one solve a subset {solves(np.cov(rows.T)):.2f} s")  # fmt: skip
    cpu, wall, _ = timed(rows, 500)
    print(f"with 500 bootstrap intervals: {cpu:.1f} s ({wall:.1f} s wall)")
    start = time.process_time()
    ra.lmg(np.cov(made_up(2000, 20).T))
    print(f"20 predictors: {time.process_time() - start:.3f} s")


if __name__ == "__main__":
    main()
