"""Keep customers equal to the partition that links and distinctions give, at the cost of what is touched."""

from collections.abc import Iterable

import pyarrow as pa
from django.db.models import F

from regard.know import store
from regard.know.intake import read_documents, tuples
from regard.know.models import Customer, Distinction, Identity, Link, Partition
from regard.know.partition import Edge, partition
from regard.know.portrait import CUSTOMER_COLUMNS, portray

MOST_ASKED_BY_ID = 50_000  # from here on reading all links is cheaper than asking for those of each identity
EDGE_COLUMNS = 'left_id, right_id, "by", probability, id'


def note_change() -> None:
    """Say that who-is-who changed, so that `refresh_people` writes it to the lake."""
    if not Partition.objects.filter(pk=1).update(version=F("version") + 1):
        Partition.objects.create(pk=1, version=1)


def repartition(touched: Iterable[int]) -> None:
    """Make customers right again around the identities whose links or distinctions changed."""
    identities, edges = _connected(set(touched))
    if not identities:
        return
    wanted = partition(identities, edges, _distinctions(identities))
    rows = store.select_rows(
        "SELECT id, customer_id, kind, fields, normal FROM know_identity WHERE id {values} ORDER BY id",
        identities,
    )
    moved = [(wanted[identity], identity) for identity, customer, *_ in rows if customer != wanted[identity]]
    left = {customer for identity, customer, *_ in rows if customer not in (None, wanted[identity])}
    changed = (
        left | {customer for customer, _ in moved} | {wanted[each] for each in touched if each in wanted}
    )
    store.update_rows(Identity, ["customer_id"], moved)
    store.delete_rows(Customer, changed)
    members = [row for row in rows if wanted[row[0]] in changed]
    store.insert_rows(Customer, CUSTOMER_COLUMNS, _portraits(members, wanted))
    note_change()


def _portraits(members: list[store.Row], wanted: dict[int, int]) -> Iterable[store.Row]:
    ids, _, kinds, fields, normal = zip(*members, strict=True)
    customers = pa.array([wanted[identity] for identity in ids], pa.int64())
    portraits = portray(customers, pa.array(kinds), read_documents(fields), read_documents(normal))
    return tuples([portraits[name] for name in CUSTOMER_COLUMNS])


def _connected(identities: set[int]) -> tuple[set[int], list[Edge]]:
    """Everything that active links hold together with these identities, refused ones too, and those links."""
    edges: dict[int, Edge] = {}
    fresh = identities
    found = set(identities)
    while fresh:
        rows = _links_of(fresh) if len(fresh) < MOST_ASKED_BY_ID else _all_links()
        new = [Edge(*row) for row in rows if row[4] not in edges]
        if len(fresh) >= MOST_ASKED_BY_ID:
            return _grown(found, new)
        edges |= {edge.id: edge for edge in new}
        fresh = {end for edge in new for end in (edge.left, edge.right)} - found
        found |= fresh
    return found, list(edges.values())


def _grown(found: set[int], links: list[Edge]) -> tuple[set[int], list[Edge]]:
    everything = partition(
        found | {end for edge in links for end in (edge.left, edge.right)}, links, distinctions=()
    )
    roots = {everything[identity] for identity in found}
    kept = {identity for identity, root in everything.items() if root in roots}
    return kept, [edge for edge in links if edge.left in kept]


def _links_of(identities: set[int]) -> list[store.Row]:
    sql = f"SELECT {EDGE_COLUMNS} FROM know_link WHERE active AND "
    return store.select_rows(sql + "left_id {values}", identities) + store.select_rows(
        sql + "right_id {values}", identities
    )


def _all_links() -> list[store.Row]:
    return list(
        Link.objects.filter(active=True)
        .values_list("left_id", "right_id", "by", "probability", "id")
        .iterator()
    )


def _distinctions(identities: set[int]) -> list[tuple[int, int]]:
    pairs = Distinction.objects.filter(withdrawn_at=None).values_list("left_id", "right_id")
    return [(left, right) for left, right in pairs.iterator() if left in identities and right in identities]
