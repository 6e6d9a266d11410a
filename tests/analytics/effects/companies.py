"""Simulated companies whose truth is known: who had a bad experience depends on what decides who comes back."""

from dataclasses import dataclass

import numpy as np

from regard.analytics.effects.covariates import Covariates
from regard.analytics.estimate import Floats


@dataclass(frozen=True)
class Company:
    back: Floats
    late: Floats
    known: Covariates
    on_exposed: float
    on_all: float


def chances(rng: np.random.Generator, n: int, effect: float) -> tuple[Covariates, Floats, Floats, Floats]:
    """What is known, the probability of being late, and of coming back without and with it."""
    orders, spend = rng.geometric(0.35, n), rng.lognormal(4.0, 0.6, n)
    channel = rng.choice(["web", "store", "phone"], n, p=(0.6, 0.3, 0.1))
    loyal = 0.5 * np.log(orders) + 0.3 * (channel == "store") + 0.2 * (np.log(spend) - 4)
    late = 1 / (1 + np.exp(-(-2.2 + 1.6 * loyal + 0.5 * (channel == "phone"))))
    without = 1 / (1 + np.exp(-(-0.6 + 1.2 * loyal)))
    with_it = 1 / (1 + np.exp(-(-0.6 + 1.2 * loyal - effect)))
    return {"orders": orders, "spend": spend, "channel": channel}, late, without, with_it


def truth(effect: float) -> tuple[float, float]:
    """Average effect on the exposed and on all, from a million customers."""
    _, late, without, with_it = chances(np.random.default_rng(0), 1_000_000, effect)
    return float(np.average(with_it - without, weights=late)), float((with_it - without).mean())


def company(seed: int, n: int, effect: float, true: tuple[float, float]) -> Company:
    rng = np.random.default_rng(seed)
    known, chance, without, with_it = chances(rng, n, effect)
    late = rng.random(n) < chance
    back = rng.random(n) < np.where(late, with_it, without)
    return Company(back.astype(float), late.astype(float), known, *true)
