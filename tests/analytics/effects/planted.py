"""The company that `regard.simulate` plants causes in, as the effects see it."""

import numpy as np

from regard.analytics import average_effect
from regard.analytics.effects.aipw import Effect
from regard.analytics.estimate import Floats
from regard.simulate.population import Population


def touched(population: Population, cause: str) -> Floats:
    orders = population.orders
    flags = orders.packaging if cause == "packaging" else orders.exposed(cause)
    return flags.astype(np.float64)


def planted_effect(
    population: Population, cause: str, *, weights: Floats | None = None
) -> tuple[Effect, float]:
    """Estimated and true effect on staying of those touched, adjusted for what an analyst knows beforehand."""
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
    known = {name: codes.astype(str) for name, codes in zip(names, categories, strict=True)}
    known |= {"placed": orders.placed / 1440, "amount": np.log(orders.amount)}
    exposed = touched(population, cause)
    found = average_effect(orders.stayed, exposed, known, clusters=orders.person, weights=weights)
    lost = np.zeros(len(exposed)) if cause == "packaging" else population.lost_probability(cause)
    each = exposed if weights is None else exposed * weights
    return found, -float(np.average(lost, weights=each))
