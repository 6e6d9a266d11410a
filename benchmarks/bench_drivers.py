"""LMG against dominance-analysis and against 2^p least-squares solves: same rows, same run, same shares.

    python -m benchmarks.bench_drivers [--predictors 15] [--rows 100000] [--peer-predictors 8] [--peer-rows 100000]

The peer refits every subset on all rows and compares them pair by pair: 15 predictors on 100,000 rows take it a
quarter of an hour, so it gets fewer by default and is compared at that size too. Processor seconds, best of three.
"""

import argparse

import numpy as np
from benchmarks.peers import WORK, peer_python, run_peer
from benchmarks.timing import Taken, best, once, say_load

from regard import analytics as ra

PACKAGES = (
    "dominance-analysis==1.1.9", "numpy<2", "pandas<2.3", "scikit-learn<1.6", "scipy<1.14", "plotly<6", "setuptools<81",
    "ipython<8",
)  # fmt: skip
DOMINANCE = """
import json, sys
import numpy as np, pandas as pd
from dominance_analysis import Dominance
from benchmarks.timing import once
rows = np.load(sys.argv[1])
names = [f"q{place}" for place in range(rows.shape[1] - 1)]
table = pd.DataFrame(rows, columns=[*names, "y"])
taken = once(lambda: Dominance(data=table, target="y", objective=1, top_k=len(names)).incremental_rsquare())
print(json.dumps({"cpu": taken.cpu, "clock": taken.clock, "shares": [taken.result[name] for name in names]}))
"""


def made_up(rows: int, predictors: int) -> np.ndarray:
    """Correlated ratings and, last, an outcome."""
    draw = np.random.default_rng(0)
    ratings = draw.normal(size=(rows, predictors)) @ (np.eye(predictors) + 0.3)
    return np.column_stack((ratings, ratings @ draw.random(predictors) + 5 * draw.normal(size=rows)))


def solve_each(covariance: np.ndarray) -> None:
    """R² of all subsets by one solve each: the bare job without a trick."""
    size = len(covariance) - 1
    for subset in range(1, 1 << size):
        chosen = [place for place in range(size) if subset >> place & 1]
        np.linalg.solve(covariance[np.ix_(chosen, chosen)], covariance[chosen, -1])


def drivers(rows: np.ndarray, resamples: int) -> ra.KeyDrivers:
    names = [f"q{place}" for place in range(rows.shape[1] - 1)]
    return ra.key_drivers(rows[:, :-1], rows[:, -1], names, method="lmg", resamples=resamples)


def compare(rows: np.ndarray) -> None:
    """Ours against dominance-analysis on these rows."""
    np.save(WORK / "drivers.npy", rows)
    found = run_peer(peer_python("dominance", *PACKAGES), DOMINANCE, str(WORK / "drivers.npy"))
    theirs, ours = Taken(found["cpu"], found["clock"], found["shares"]), best(lambda: drivers(rows, 0))
    apart = np.abs(ours.result.parts.value - theirs.result).max()
    assert apart < 1e-9, f"shares differ by {apart}"
    print(f"{rows.shape[1] - 1} predictors, {len(rows):,} rows: ours {ours}, dominance-analysis {theirs}, "
          f"{theirs.cpu / ours.cpu:,.0f} times; shares differ by at most {apart:.1e}")  # fmt: skip


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
    say_load()
    drivers(made_up(1000, 3), 0)  # imports
    rows = made_up(asked.rows, asked.predictors)
    covariance = np.cov(rows.T)
    ours = best(lambda: drivers(rows, 0))
    bare = once(lambda: solve_each(covariance))
    print(f"{asked.predictors} predictors, {asked.rows:,} rows: LMG {ours}; one solve a subset {bare}")
    print(f"with 500 bootstrap intervals: {once(lambda: drivers(rows, 500))}")
    wide = np.cov(made_up(2000, 20).T)
    print(f"20 predictors: {best(lambda: ra.lmg(wide))}", flush=True)
    compare(made_up(asked.peer_rows, asked.peer_predictors))


if __name__ == "__main__":
    main()
