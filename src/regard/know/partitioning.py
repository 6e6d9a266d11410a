"""Keep customers equal to the partition that links and distinctions give, at the cost of what is touched."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F

from regard.know import store
from regard.know.intake import read_texts
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
    members = defaultdict(list)
    moved = []
    affected = set()
    for identity, customer, kind, fields, normal in rows:
        members[wanted[identity]].append((kind, read_texts(fields), read_texts(normal)))
        if customer != wanted[identity]:
            moved.append((wanted[identity], identity))
            affected |= {customer, wanted[identity]}
    affected |= {wanted[identity] for identity in touched if identity in wanted}
    affected.discard(None)
    store.update_rows(Identity, ["customer_id"], moved)
    store.delete_rows(Customer, affected)
    store.insert_rows(
        Customer, CUSTOMER_COLUMNS, ((root, *portray(members[root])) for root in affected if root in members)
    )
    note_change()


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
