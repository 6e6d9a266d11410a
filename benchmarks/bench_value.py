"""Value models against lifetimes and pymc-marketing: same customers, same run, likelihoods not lower, CLV the same.

    python -m benchmarks.bench_value [--customers 1000000] [--peer-pareto] [--pymc]

Processor seconds and seconds on the clock, ours the best of three, the peers once. Customers are drawn from a BG/NBD
with CDNOW's parameters in days, observed 180 to 269 days. lifetimes needs about three minutes for Pareto/NBD at a
million customers, pymc-marketing a long installation: ask for them.
"""

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from benchmarks.peers import LIFETIMES, WORK, peer_python, run_peer
from benchmarks.purchases import draw_purchases
from benchmarks.timing import Taken, best, say_load

from regard import analytics as ra
from regard.analytics.value.bgnbd import _Likelihood as BgnbdLikelihood
from regard.analytics.value.counts import count_equal
from regard.analytics.value.likelihood import Fit
from regard.analytics.value.paretonbd import _Likelihood as ParetoLikelihood

IN_LIFETIMES = """
import json, sys
import numpy as np, pandas as pd
from benchmarks.purchases import draw_purchases
from benchmarks.timing import once
from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter
x, t_x, T, z = np.load(sys.argv[1])
out = {}
def note(name, taken, *parameters):
    found = [float(taken.result.params_[one]) for one in parameters]
    out[name] = {"took": [taken.cpu, taken.clock], "parameters": found}
bg, gg, some = BetaGeoFitter(), GammaGammaFitter(), x > 0
note("BG/NBD fit", once(lambda: bg.fit(x, t_x, T)), "r", "alpha", "a", "b")
gg.fit(x[some], z[some])
frame = [pd.Series(column) for column in (x, t_x, T, z)]
clv = once(lambda: gg.customer_lifetime_value(bg, *frame, time=12, freq="D", discount_rate=0.01))
out["12-month CLV"] = {"took": [clv.cpu, clv.clock], "total": float(clv.result.sum())}
if sys.argv[2] == "yes":
    note("Pareto/NBD fit", once(lambda: ParetoNBDFitter().fit(x, t_x, T)), "r", "alpha", "s", "beta")
print(json.dumps(out))
"""
IN_PYMC = """
import json, sys
import numpy as np, pandas as pd
from benchmarks.purchases import draw_purchases
from benchmarks.timing import once
x, t_x, T, z = np.load(sys.argv[1])
def load():
    global BetaGeoModel
    from pymc_marketing.clv import BetaGeoModel
importing = once(load)
rows = pd.DataFrame({"customer_id": np.arange(len(x)), "frequency": x, "recency": t_x, "T": T})
fit = once(lambda: BetaGeoModel(data=rows).fit(method="map"))
posterior = fit.result.posterior if hasattr(fit.result, "posterior") else fit.result
print(json.dumps({"import": importing.cpu, "took": [fit.cpu, fit.clock],
    "parameters": [float(posterior[one].mean()) for one in ("r", "alpha", "a", "b")]}))
"""


def draw_customers(n: int) -> npt.NDArray[np.float64]:
    """frequency, recency, T in days and mean spend, shape (4, n)."""
    rng = np.random.default_rng(0)
    rate, drop = rng.gamma(0.24, 1 / 31.0, n), rng.beta(0.79, 2.43, n)
    age = rng.integers(180, 270, n).astype(np.float64)
    x, last = draw_purchases(rng, np.maximum(rate, 1e-12), drop, age)
    last = np.minimum(np.ceil(last), age)
    return np.stack((x, last, age, np.where(x > 0, rng.gamma(6.0, 6.0, n), 0.0)))


def report(what: str, ours: Taken, peer: str, took: Sequence[float]) -> None:
    print(f"{what:15} ours {ours}, {peer} {Taken(took[0], took[1], None)}: {took[0] / ours.cpu:.1f} times, "
          f"{took[1] / ours.clock:.1f} on the clock", flush=True)  # fmt: skip


def assert_not_lower(what: str, fit: Fit, theirs: float) -> None:
    """Ours must be at the top: nobody's estimates may make the data likelier."""
    print(f"{what:15} log-likelihood: ours {fit.log_likelihood:.3f}, at theirs {theirs:.3f}")
    assert fit.log_likelihood >= theirs - 1e-3, what


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--peer-pareto", action="store_true")
    parser.add_argument("--pymc", action="store_true")
    asked = parser.parse_args()
    say_load()
    WORK.mkdir(exist_ok=True)
    rows, file = draw_customers(asked.customers), WORK / "value.npy"
    np.save(file, rows)
    x, t_x, age, z = rows
    bgnbd = best(lambda: ra.fit_bgnbd(x, t_x, age))
    pareto = best(lambda: ra.fit_paretonbd(x, t_x, age))
    spend = ra.fit_gammagamma(x, z)
    clv = best(lambda: ra.lifetime_value(bgnbd.result, spend, x, t_x, age, z, period_length=30.0, draws=0))
    print(f"{asked.customers:,} customers: BG/NBD {bgnbd}, Pareto/NBD {pareto}, CLV {clv}", flush=True)
    counts = count_equal(x, t_x, age)
    theirs = run_peer(
        peer_python("lifetimes", *LIFETIMES), IN_LIFETIMES, str(file), "yes" if asked.peer_pareto else "no"
    )
    for what, ours in (("BG/NBD fit", bgnbd), ("12-month CLV", clv), ("Pareto/NBD fit", pareto)):
        if what in theirs:
            report(what, ours, "lifetimes", theirs[what]["took"])
    assert_not_lower(
        "BG/NBD", bgnbd.result, _at(BgnbdLikelihood(counts, dropout_at_start=False), theirs["BG/NBD fit"])
    )
    if asked.peer_pareto:
        assert_not_lower("Pareto/NBD", pareto.result, _at(ParetoLikelihood(counts), theirs["Pareto/NBD fit"]))
    apart = float(np.sum(clv.result.value)) / theirs["12-month CLV"]["total"] - 1
    print(f"12-month CLV of all together: apart by {apart:.2%}")
    assert abs(apart) < 0.005
    if asked.pymc:
        found = run_peer(peer_python("pymc-marketing", "pymc-marketing==0.19.2"), IN_PYMC, str(file))
        report(
            "BG/NBD fit",
            bgnbd,
            f"pymc-marketing MAP (after {found['import']:.1f} s of import)",
            found["took"],
        )
        assert_not_lower("BG/NBD", bgnbd.result, _at(BgnbdLikelihood(counts, dropout_at_start=False), found))


def _at(likelihood: Any, found: dict[str, Any]) -> float:
    """Our likelihood at a peer's estimates."""
    return float(likelihood(np.log(found["parameters"]))[0])


if __name__ == "__main__":
    main()
