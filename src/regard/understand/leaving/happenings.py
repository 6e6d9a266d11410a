"""What happened to customers under contract in the year before they left, or up to now: cases, promises, ratings."""

from collections.abc import Iterator
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from regard.ledger import lake
from regard.ledger.queries import events as ledger_events
from regard.understand.facts import UTC_TIME, Facts
from regard.understand.leaving.contracts import Contracts
from regard.understand.pains.experiences import BADLY, scaled
from regard.understand.pains.exposures import MOST_KINDS, PASSED_ON

LEAVING = "leaving"  # begins the key: the same may befall orders, too
LOOKED_BACK = 365  # days: as long for who left as for who stayed


@dataclass(frozen=True)
class Happening:
    """Whom something befell, among whom it could have been seen; None is everybody. `heard_since` in seconds: from
    when on anything of the sort is known of anybody."""

    kind: str
    key: str
    title: str
    what: str
    customers: npt.NDArray[np.int64]
    heard_since: float
    among: npt.NDArray[np.int64] | None = None


def happened_to(facts: Facts, contracts: Contracts) -> Iterator[Happening]:
    """Everything of one kind that befell enough customers is for the caller to judge; the commonest kinds come."""
    end = ibis.coalesce(ibis._.churned_at.cast(UTC_TIME), ibis.literal(facts.as_of, type=UTC_TIME))
    ends = ibis.memtable(contracts.rows.select(["customer_id", "churned_at"])).select("customer_id", end=end)
    yield from _cases(facts, ends)
    yield from _promises(facts, ends)
    yield from _ratings(facts, ends)


def _before_the_end(rows: ir.Table, ends: ir.Table) -> ir.Table:
    """Rows of the year before each customer's end, without the end itself: what comes with leaving is no cause."""
    joined = rows.inner_join(ends, "customer_id")
    back = joined.end - ibis.interval(days=LOOKED_BACK)
    return joined.filter((joined.occurred_at < joined.end) & (joined.occurred_at >= back))


def _cases(facts: Facts, ends: ir.Table) -> Iterator[Happening]:
    """Kinds of case ("complaint" says that something hurt, not what), and cases passed on several times."""
    opened = facts.events.filter((facts.events.name == "case.opened") & facts.events.customer_id.notnull())
    since = _first_of(opened)
    rows = _before_the_end(opened.select("customer_id", "occurred_at", "source", "subject", "kind"), ends)
    for name, customers in _by_name(rows.filter(rows.kind.notnull() & (rows.kind != "complaint")), "kind"):
        yield Happening("case", f"{LEAVING}:case:{name}"[:250], f"Cases of the kind “{name}”"[:250],
                        f"had a case of the kind “{name}”", customers, since)  # fmt: skip
    passed = facts.events.filter(facts.events.name == "case.handed_over")
    often = passed.group_by(["source", "subject"]).aggregate(
        n=passed.count(), department=passed.department.argmax(passed.occurred_at)
    )
    twice = rows.inner_join(often.filter(often.n >= PASSED_ON), ["source", "subject"])
    for name, customers in _by_name(twice.filter(twice.department.notnull()), "department"):
        title = f"Cases passed on before they reached {name}"
        yield Happening("handover", f"{LEAVING}:handover:{name}"[:250], title[:250],
                        f"had a case handed over {PASSED_ON} times or more before it reached {name}",
                        customers, since)  # fmt: skip


def _promises(facts: Facts, ends: ir.Table) -> Iterator[Happening]:
    """Kinds of promise that were not kept, among those who got one."""
    given = _promised(facts)
    since = _first_of(given)
    rows = _before_the_end(given, ends)
    among = dict(_by_name(rows, "kind"))
    for name, customers in _by_name(rows.filter(rows.broken.fill_null(False) | rows.overdue), "kind"):
        title = "Late delivery" if name == "delivery" else f"Promises not kept: {name}"
        yield Happening("promise", f"{LEAVING}:promise:{name}"[:250], title[:250],
                        f"got a promise ({name}) that was not kept", customers, since, among[name])  # fmt: skip


def _ratings(facts: Facts, ends: ir.Table) -> Iterator[Happening]:
    """Attributes rated badly, among those who rated them."""
    rated = _rated()
    rows = _before_the_end(rated, ends)
    among, since = dict(_by_name(rows, "touchpoint")), _first_of(rated)
    for name, customers in _by_name(rows.filter(rows.part <= BADLY), "touchpoint"):
        if name in among:
            yield Happening("rating", f"{LEAVING}:rating:{name}"[:250], f"Rated badly: {name}"[:250],
                            f"rated {name} badly", customers, since, among[name])  # fmt: skip


def _promised(facts: Facts) -> ir.Table:
    given = facts.promises.filter(facts.promises.customer_id.notnull())
    return given.select("customer_id", "occurred_at", "kind", "broken", "overdue")


def _rated() -> ir.Table:
    events = ledger_events().inner_join(lake.read("people"), "person")
    rated = events.filter(
        (events.name == "survey.answered") & events.instrument.isin(["rating-5", "rating-10"])
        & events.touchpoint.notnull() & events.score.notnull() & events.customer_id.notnull()
    )  # fmt: skip
    return rated.select("customer_id", "occurred_at", "touchpoint", part=scaled(rated))


def first_among(facts: Facts, key: str) -> ir.Table | None:
    """Since when what has this key could have befallen each customer (customer_id, at): since their first promise of
    the kind, their first rating of the attribute; None where it could befall everybody at any time."""
    _, kind, name = key.split(":", 2)
    rows, column = {"promise": (_promised(facts), "kind"), "rating": (_rated(), "touchpoint")}.get(
        kind, (None, "")
    )
    if rows is None:
        return None
    return rows.filter(rows[column] == name).group_by("customer_id").aggregate(at=rows.occurred_at.min())


def _by_name(rows: ir.Table, column: str) -> list[tuple[str, npt.NDArray[np.int64]]]:
    """The customers of each of the commonest names."""
    found = lake.fetch(rows.select("customer_id", name=rows[column]).distinct())
    names = found["name"].combine_chunks().dictionary_encode() if found.num_rows else None
    if names is None:
        return []
    codes, customers = names.indices.to_numpy(), found["customer_id"].to_numpy()
    words, counts = names.dictionary.to_pylist(), np.bincount(codes)
    order = sorted(range(len(words)), key=lambda place: (-counts[place], words[place]))[:MOST_KINDS]
    return [(words[place], customers[codes == place]) for place in order]


def _first_of(rows: ir.Table) -> float:
    """When the first of them was, in seconds; nan of none."""
    first = lake.fetch(rows.aggregate(at=rows.occurred_at.min().epoch_seconds()))["at"].to_pylist()[0]
    return float("nan") if first is None else float(first)
