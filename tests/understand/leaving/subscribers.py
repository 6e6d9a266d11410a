"""A company of subscribers over several years, some of whom leave: what may go wrong in it is planted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from tests.understand.lake_writing import event, write_attributes, write_events, write_people

MONTH = 30.4375  # days
# how likely somebody with such a contract in such a place is to leave in the month that so many days ago began
Hazard = Callable[[str, str, float], float]


def usual(contract: str, region: str, days_ago: float) -> float:
    """Who signed by the month leaves twice as often; always and everywhere alike."""
    return 0.03 if contract == "monthly" else 0.015


def write_subscribers(
    hazard: Hazard, *, now: datetime, seed: int, customers: int = 1500, months: int = 30, tells_when: bool = True
) -> None:
    """Contracts begun over the years and ended with a reason; without `tells_when` all of it is dated now."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    said: dict[str, dict[str, Any]] = {}
    for number in range(1, customers + 1):
        who = f"crm:{number}"
        contract, region = ("monthly", "yearly")[rng.random() < 0.5], ("South", "North")[rng.random() < 0.5]
        said[who] = {"contract": contract, "region": region}
        began = months * MONTH * max(rng.uniform(-0.6, 1.0), 0.0)  # most were there at the beginning
        ago = months * MONTH - began
        rows.append(event("contract.billed", who, now - timedelta(days=ago if tells_when else 0), amount="240"))
        while ago > 0 and rng.random() >= hazard(contract, region, ago):
            ago -= MONTH
        if ago > MONTH:
            at = now - timedelta(days=float(ago - rng.uniform(0, MONTH)) if tells_when else 0)
            why = {"reason": "too dear" if contract == "monthly" else "moved", "category": "Price"}
            rows.append(event("customer.churned", who, at, data=why))
    write_events(rows)
    write_attributes(said, source="shop", at=now)
    write_people({f"crm:{number}": number for number in range(1, customers + 1)})
