"""A company of subscribers over several years, some of whom leave: what may go wrong in it is planted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from regard.understand.leaving.spans import DAY, Spans
from tests.understand.lake_writing import event, write_attributes, write_events, write_people

MONTH = 30.4375  # days
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
# how likely each is to leave in the month that so many days ago began: monthly contract or not, South or not
Hazard = Callable[[Flags, Flags, float], Floats]


def usual(monthly: Flags, south: Flags, days_ago: float) -> Floats:
    """Who signed by the month leaves twice as often; always and everywhere alike."""
    return np.where(monthly, 0.03, 0.015)


@dataclass(frozen=True)
class Subscribers:
    """Customers 1, 2, 3 and so on; days ago that they came and left, nan for who is there."""

    monthly: Flags
    south: Flags
    came: Floats
    left: Floats


def draw_subscribers(hazard: Hazard, *, seed: int, customers: int = 1500, months: int = 30) -> Subscribers:
    """Contracts begun over the years, more than a third of them before anybody looked, and ended month by month."""
    rng = np.random.default_rng(seed)
    monthly, south = rng.random(customers) < 0.5, rng.random(customers) < 0.5
    came = np.minimum(rng.uniform(0, 1.6, customers), 1.0) * months * MONTH
    left = np.full(customers, np.nan)
    for back in range(months, 0, -1):
        begins = back * MONTH
        goes = np.isnan(left) & (came >= begins) & (rng.random(customers) < hazard(monthly, south, begins))
        left[goes] = begins - rng.uniform(0, MONTH, customers)[goes]
    return Subscribers(monthly, south, came, left)


def spans_of(drawn: Subscribers, now: datetime) -> Spans:
    """What is known of them once all of it was told."""
    began, ended = (now.timestamp() - ago * DAY for ago in (drawn.came, drawn.left))
    customers = np.arange(1, len(began) + 1)
    return Spans(customers, began, np.where(np.isnan(ended), np.inf, ended), now.timestamp())


def write_subscribers(drawn: Subscribers, *, now: datetime, tells_when: bool = True) -> None:
    """Their first bills, leaving with its reason, and what is known of each; without `tells_when` all is dated now."""
    rows: list[dict[str, Any]] = []
    said: dict[str, dict[str, Any]] = {}

    def day(ago: float) -> datetime:
        return now - timedelta(days=ago) if tells_when else now

    for place in range(len(drawn.came)):
        who, monthly = f"crm:{place + 1}", drawn.monthly[place]
        said[who] = {
            "contract": "monthly" if monthly else "yearly", "region": "South" if drawn.south[place] else "North",
        }  # fmt: skip
        rows.append(event("contract.billed", who, day(float(drawn.came[place])), amount="240"))
        if np.isfinite(drawn.left[place]):
            why = (
                {"reason": "too dear", "category": "Price"}
                if monthly
                else {"reason": "moved", "category": "Other"}
            )
            rows.append(event("customer.churned", who, day(float(drawn.left[place])), data=why))
    write_events(rows)
    write_attributes(said, source="shop", at=now)
    write_people({who: place for place, who in enumerate(said, 1)})
