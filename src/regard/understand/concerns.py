"""What to look at first, until pain points are ranked by money: what got worse, went silent or is overdue."""

from dataclasses import dataclass
from datetime import datetime

import ibis

from regard.ledger import lake
from regard.ledger.silence import queries as silence
from regard.understand.changes import what_changed

MOST_WORSENED = 5


@dataclass(frozen=True)
class Concern:
    """One thing to look at. `kind` is "silent", "overdue" or "worse"; `about` is the source or measure."""

    kind: str
    about: str
    sentence: str


def look_first(as_of: datetime) -> list[Concern]:
    """Silent sources, then promises past due, then the measures that surely got worse, worst first."""
    return [*_silent(as_of), *_overdue(), *_worsened()]


def _silent(as_of: datetime) -> list[Concern]:
    """Each silence once: a source as a whole, or the parts of it that went silent."""
    return [Concern("silent", one.source, one.sentence) for one in silence.silent_now(as_of)]


def _overdue() -> list[Concern]:
    profiles = lake.read("profiles")
    late = profiles.filter(profiles.overdue > 0).aggregate(
        promises=ibis._.overdue.sum(), customers=ibis._.count()
    )
    row = lake.fetch(late).to_pylist()[0]
    if not row["customers"]:
        return []
    promises = "1 promise is" if row["promises"] == 1 else f"{row['promises']:,} promises are"
    customers = "1 customer" if row["customers"] == 1 else f"{row['customers']:,} customers"
    sentence = f"{promises} past the date and not kept, to {customers}."
    return [Concern("overdue", "promises", sentence)]


def _worsened() -> list[Concern]:
    worse = [change for change in what_changed() if change.good is False]
    return [Concern("worse", change.measure.name, change.sentence) for change in worse[:MOST_WORSENED]]
