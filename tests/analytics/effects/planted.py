"""The company that `regard.simulate` plants causes in, as the effects see it."""

import numpy as np
import numpy.typing as npt

from regard.analytics import Effect, average_effect
from regard.analytics.effects.covariates import Covariates
from regard.analytics.estimate import Floats
from regard.simulate.population import Population


def touched(population: Population, cause: str) -> Floats:
    orders = population.orders
    flags = orders.packaging if cause == "packaging" else orders.exposed(cause)
    return flags.astype(np.float64)


def known_before(population: Population) -> Covariates:
    """What an analyst knows of each order before anything goes wrong with it."""
    orders = population.orders
    segment = population.customers.segment[orders.person]
    categories = (
        orders.region,
        orders.payment,
        orders.line,
        orders.carrier,
        segment,
        orders.earlier.clip(max=6),
    )
    names = ("region", "payment", "line", "carrier", "segment", "earlier")
    known: dict[str, npt.ArrayLike] = {
        name: codes.astype(str) for name, codes in zip(names, categories, strict=True)
    }
    return known | {"placed": orders.placed / 1440, "amount": np.log(orders.amount)}


def planted_effect(
    population: Population, cause: str, *, weights: Floats | None = None
) -> tuple[Effect, float]:
    """Estimated and true effect on staying of those touched. Nobody sees who stays: this is for the truth's sake."""
    orders, exposed = population.orders, touched(population, cause)
    found = average_effect(
        orders.stayed, exposed, known_before(population), clusters=orders.person, weights=weights
    )  # fmt: skip
    lost = np.zeros(len(exposed)) if cause == "packaging" else population.lost_probability(cause)
    each = exposed if weights is None else exposed * weights
    return found, -float(np.average(lost, weights=each))


def seen_effect(population: Population, cause: str, days: int = 180) -> Effect:
    """Estimated effect on ordering again within some days, from what the company can see."""
    orders = population.orders
    order = np.lexsort((orders.placed, orders.person))
    gap = np.full(len(order), np.inf)
    gap[order[:-1]] = np.where(np.diff(orders.person[order]) == 0, np.diff(orders.placed[order]), np.inf)
    old = orders.placed <= population.calendar.end - days * 1440  # the others have not had the time yet
    known = {name: np.asarray(values)[old] for name, values in known_before(population).items()}
    back, exposed = gap[old] <= days * 1440, touched(population, cause)[old]
    return average_effect(back, exposed, known, clusters=orders.person[old])
