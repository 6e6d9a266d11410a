"""Value models against lifetimes: same customers, same run, and whether the likelihoods agree.

    python -m benchmarks.bench_value [--customers 1000000] [--peer-pareto]

CPU seconds, best of three. Customers are drawn from a BG/NBD with CDNOW's parameters in days, observed 180 to 269 days.
lifetimes needs about three minutes for Pareto/NBD at a million customers; ask for it with --peer-pareto.
"""

import argparse
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
from benchmarks.peers import WORK, peer_python, run_peer

from regard import analytics as ra
from regard.analytics.value.bgnbd import _Likelihood as Likelihood
from regard.analytics.value.counts import count_equal

LIFETIMES = """
import json, sys, time
import numpy as np, pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter
x, t_x, T, z = np.load(sys.argv[1])
def timed(work):
    start = time.process_time(); found = work(); return time.process_time() - start, found
out = {}
bg = BetaGeoFitter()
out["bgnbd"], _ = timed(lambda: bg.fit(x, t_x, T))
out["bgnbd_params"] = [float(bg.params_[name]) for name in ("r", "alpha", "a", "b")]
gg = GammaGammaFitter()
some = x > 0
gg.fit(x[some], z[some])
frame = [pd.Series(column) for column in (x, t_x, T, z)]
out["clv"], _ = timed(lambda: gg.customer_lifetime_value(bg, *frame, time=12, freq="D", discount_rate=0.01))
if sys.argv[2] == "yes":
    pn = ParetoNBDFitter()
    out["pareto"], _ = timed(lambda: pn.fit(x, t_x, T))
print(json.dumps(out))
"""


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    taken = []
    for _ in range(3):
        start = time.process_time()
        found = work()
        taken.append(time.process_time() - start)
    return min(taken), found


def draw_customers(n: int) -> npt.NDArray[np.float64]:
    """frequency, recency, T in days and mean spend, shape (4, n)."""
    rng = np.random.default_rng(0)
    rate, drop = rng.gamma(0.24, 1 / 31.0, n), rng.beta(0.79, 2.43, n)
    age = rng.integers(180, 270, n).astype(np.float64)
    x, last, now, alive = np.zeros(n), np.zeros(n), np.zeros(n), np.ones(n, dtype=bool)
    while alive.any():
        who = np.flatnonzero(alive)
        now[who] += rng.exponential(1 / np.maximum(rate[who], 1e-12))
        bought = who[now[who] <= age[who]]
        x[bought] += 1
        last[bought] = np.minimum(np.ceil(now[bought]), age[bought])
        alive[who[now[who] > age[who]]] = False
        alive[bought[rng.random(len(bought)) < drop[bought]]] = False
    return np.stack((x, last, age, np.where(x > 0, rng.gamma(6.0, 6.0, n), 0.0)))


def time_rfm(customers: int) -> tuple[float, float]:
    """CPU seconds of `rfm_summary` and of one bare DuckDB statement, ten transactions a customer."""
    con = ibis.duckdb.connect()
    con.raw_sql(f"CREATE TABLE log AS SELECT (hash(i) % {customers})::BIGINT AS customer_id, "
                f"TIMESTAMP '2025-01-01' + INTERVAL (hash(i + 7) % 31536000) SECOND AS occurred_at, "
                f"(hash(i + 3) % 10000) / 100.0 AS amount FROM range({10 * customers}) t(i)")  # fmt: skip
    bare = (
        "SELECT count(*) - 1, max(day) - min(day), sum(spent) - arg_min(spent, day) FROM (SELECT customer_id, "
        "epoch(occurred_at)::BIGINT // 86400 AS day, sum(amount) AS spent FROM log GROUP BY ALL) GROUP BY customer_id"
    )
    ours, _ = best(lambda: ra.rfm_summary(con.table("log"), until=date(2026, 1, 1)).to_pyarrow())
    floor, _ = best(lambda: con.con.sql(bare).to_arrow_table())
    return ours, floor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--peer-pareto", action="store_true")
    asked = parser.parse_args()
    rows = draw_customers(asked.customers)
    python = peer_python(
        "lifetimes", "lifetimes==0.11.3", "numpy<2", "pandas<2.2", "scipy<1.12", "setuptools<80"
    )
    np.save(WORK / "value.npy", rows)
    theirs = run_peer(python, LIFETIMES, str(WORK / "value.npy"), "yes" if asked.peer_pareto else "no")
    x, t_x, age, z = rows
    fit, purchases = best(lambda: ra.fit_bgnbd(x, t_x, age))
    spend = ra.fit_gammagamma(x, z)
    clv, _ = best(lambda: ra.lifetime_value(purchases, spend, x, t_x, age, z, period_length=30.0, draws=0))
    pareto, _ = best(lambda: ra.fit_paretonbd(x, t_x, age))
    rfm, floor = time_rfm(asked.customers)
    print(f"{asked.customers:,} customers      ours     lifetimes  ratio")
    print(f"BG/NBD fit               {fit:6.2f} s  {theirs['bgnbd']:6.1f} s  {theirs['bgnbd'] / fit:5.1f}")
    print(f"12-month CLV             {clv:6.2f} s  {theirs['clv']:6.1f} s  {theirs['clv'] / clv:5.1f}")
    beside = (
        f"{theirs['pareto']:6.1f} s  {theirs['pareto'] / pareto:5.1f}" if "pareto" in theirs else "not asked"
    )
    print(f"Pareto/NBD fit           {pareto:6.2f} s  {beside}")
    print(
        f"RFM of {10 * asked.customers:,} rows     {rfm:6.2f} s; bare {floor:.2f} s, {rfm / floor:.2f} times that"
    )
    at_theirs, _ = Likelihood(count_equal(x, t_x, age), dropout_at_start=False)(
        np.log(theirs["bgnbd_params"])
    )
    print(
        f"log-likelihood of BG/NBD: ours {purchases.log_likelihood:.3f}, at lifetimes' estimates {at_theirs:.3f}"
    )


if __name__ == "__main__":
    main()
