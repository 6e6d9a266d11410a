"""Customers drawn from the story that BG/NBD tells: they buy at a rate of their own until they drop out."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def draw_purchases(rng: np.random.Generator, rate: Array, drop: Array, age: Array) -> tuple[Array, Array]:
    """frequency and recency of customers observed for `age`, who after each purchase leave with chance `drop`."""
    n = len(age)
    x, t_x, now, alive = np.zeros(n), np.zeros(n), np.zeros(n), np.ones(n, dtype=bool)
    while alive.any():
        who = np.flatnonzero(alive)
        now[who] += rng.exponential(1 / rate[who])
        bought = who[now[who] <= age[who]]
        x[bought] += 1
        t_x[bought] = now[bought]
        alive[who[now[who] > age[who]]] = False
        alive[bought[rng.random(len(bought)) < drop[bought]]] = False
    return x, t_x
