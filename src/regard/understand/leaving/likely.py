"""Who under contract is likely to leave next, and why: a model of those who left, checked on others."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from regard import analytics as ra
from regard.analytics.churn.model import Explanation
from regard.analytics.warnings import hear_warnings
from regard.understand.leaving.contracts import Contracts, Floats
from regard.understand.leaving.pricing import PLACES

MOST_LEARNT = 50_000  # customers; more make the answer slower, not surer
MOST_LEVELS, MOST_EXPLAINED, MOST_REASONS = 30, 50, 3


@dataclass(frozen=True)
class Likely:
    """The chance of each customer (nan unknown), and what pages say of the model and of the likeliest leavers."""

    chance: Floats
    said: dict[str, Any]


def likely_leavers(contracts: Contracts, leaks: list[ra.Leak]) -> Likely:
    """The chance that each customer leaves, without what only leavers have; no chance where too few left to learn."""
    features, left = _features(contracts, leaks), contracts.left
    nothing = np.full(len(contracts), np.nan)
    rows = np.random.default_rng(0).permutation(len(left))[:MOST_LEARNT]
    if not features:
        return Likely(
            nothing, {"why_not": "Nothing is known of customers by which they could be told apart."}
        )
    with hear_warnings() as said:
        try:
            model = ra.fit_churn_model(
                {name: values[rows] for name, values in features.items()}, left[rows],
                allow=features,  # `leaks` has looked at them, among all customers
            )  # fmt: skip
        except ValueError as error:
            return Likely(nothing, {"why_not": f"{error}."})
    chance = model.probability(features)
    worth_asking = np.where(left, -1.0, chance * contracts.a_year)
    chosen = np.argsort(-worth_asking, kind="stable")[: min(MOST_EXPLAINED, int((~left).sum()))]
    told = model.explain({name: values[chosen] for name, values in features.items()})
    likely = [
        {"customer_id": int(contracts.customers[row]), "chance": float(chance[row]),
         "a_year": float(contracts.a_year[row]), "reasons": _reasons(one)}
        for row, one in zip(chosen, told, strict=True)
    ]  # fmt: skip
    return Likely(
        chance,
        {"auc": asdict(model.auc), "split": model.split, "sizes": list(model.sizes), "likely": likely,
         "notes": said},
    )  # fmt: skip


def _features(contracts: Contracts, leaks: list[ra.Leak]) -> dict[str, Any]:
    """What may be learnt from: no leaks, nothing that names one customer or one place."""
    refused = {leak.column for leak in leaks}
    return {
        name: values for name, values in contracts.aspects.items()
        if name not in refused and not PLACES.search(name)
        and (values.dtype.kind == "f" or len(np.unique(values.astype(str))) <= MOST_LEVELS)
    }  # fmt: skip


def _reasons(one: Explanation) -> list[dict[str, Any]]:
    """What speaks most for leaving."""
    return [
        {"feature": reason.feature.replace("_", " "), "odds": reason.odds,
         "value": f"{reason.value:g}" if isinstance(reason.value, float) else str(reason.value)}
        for reason in one.reasons if reason.contribution > 0
    ][:MOST_REASONS]  # fmt: skip
