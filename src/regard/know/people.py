"""The map of person keys to customers, written to the lake for joins with events."""

from collections.abc import Sequence

import ibis
import pyarrow as pa

from regard.know.models import Identity, Partition
from regard.ledger import lake, lookup

CHUNK = 100_000


def refresh_people() -> int:
    """Write the lake's `people` when who-is-who or the events changed; rows written, 0 when nothing changed.

    Keys that name only a thing (`ref:order:4711`) are given the customer of that thing's events.
    """
    state = _state_of_affairs()
    if lake.open_table("people") is not None and _written_for() == state:
        return 0
    identities = _identities()
    people = pa.concat_tables([identities, *_things(identities)])
    lake.overwrite("people", people.sort_by([("customer_id", "ascending"), ("person", "ascending")]))
    Partition.objects.update_or_create(pk=1, defaults={"people_written_for": state})
    return int(people.num_rows)


def things_of(customer_id: int) -> list[str]:
    """The `ref:` keys that lead to a customer, as last written."""
    return things_of_several([customer_id])[customer_id]


def things_of_several(ids: Sequence[int]) -> dict[int, list[str]]:
    """The same for several customers."""
    found = lookup.find("people", "customer_id", ids, keep=True)
    if found is None:
        found = lake.select("people", f"WHERE customer_id IN ({', '.join('?' * len(ids))})", list(ids))
    things: dict[int, list[str]] = {each: [] for each in ids}
    for person, customer_id in zip(
        found["person"].to_pylist(), found["customer_id"].to_pylist(), strict=True
    ):
        if person.startswith("ref:"):
            things[customer_id].append(person)
    return {each: sorted(several) for each, several in things.items()}


def _written_for() -> str:
    return Partition.objects.values_list("people_written_for", flat=True).filter(pk=1).first() or ""


def _state_of_affairs() -> str:
    version = Partition.objects.values_list("version", flat=True).filter(pk=1).first() or 0
    events = lake.open_table("events")
    files = events.get_add_actions(flatten=True) if events is not None else None
    # nothing is taken out of the lake, and to sort it changes nobody
    rows = sum(pa.table(files)["num_records"].to_pylist()) if files is not None else 0
    return f"{version}/{rows} events"


def _identities() -> pa.Table:
    schema = lake.TABLES["people"]
    rows = Identity.objects.order_by("id").values_list("person", "customer_id")
    batches, chunk = [schema.empty_table()], []
    for row in rows.iterator(chunk_size=CHUNK):
        chunk.append(row)
        if len(chunk) == CHUNK:
            batches.append(_table(chunk))
            chunk = []
    return pa.concat_tables([*batches, _table(chunk)])


def _table(rows: Sequence[tuple[str, int | None]]) -> pa.Table:
    persons, customers = zip(*rows, strict=True) if rows else ((), ())
    return pa.table({"person": persons, "customer_id": customers}, schema=lake.TABLES["people"])


def _things(identities: pa.Table) -> list[pa.Table]:
    """Customers of `ref:` keys: of the same source's events first, else of any when they name but one."""
    if lake.open_table("events") is None:
        return []
    events = lake.read("events")
    asked = events.filter(events.person.startswith("ref:")).select("person", "source").distinct()
    named = lake.fetch(asked)
    if not named.num_rows:  # as in most lakes; the rest looks at every event
        return []
    asked = ibis.memtable(named).mutate(subject=ibis._.person.substr(len("ref:")))
    people = ibis.memtable(identities)
    known = events.filter(events.subject.notnull()).select("subject", "source", "person")
    known = known.join(people, "person").select("subject", "source", "customer_id").distinct()
    everywhere = asked.join(known, "subject").select(
        "person", "customer_id", own=known.source == asked.source
    )
    counted = everywhere.group_by("person").agg(
        own=everywhere.customer_id.nunique(where=everywhere.own),
        own_customer=everywhere.customer_id.max(where=everywhere.own),
        all=everywhere.customer_id.nunique(),
        all_customer=everywhere.customer_id.max(),
    )
    by_source = counted.own == 1
    settled = counted.filter(by_source | ((counted.own == 0) & (counted["all"] == 1)))
    resolved = settled.select(
        "person", customer_id=ibis.ifelse(settled.own == 1, settled.own_customer, settled.all_customer)
    )
    return [lake.connection().to_pyarrow(resolved).cast(lake.TABLES["people"])]
