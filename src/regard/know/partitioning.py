"""Keep customers equal to the partition that links and distinctions give, at the cost of what is touched."""

from collections.abc import Container, Iterable

import numpy as np
import pyarrow as pa
from django.db import connection
from django.db.models import F

from regard.know import store
from regard.know.intake import read_documents, tabulate, tuples
from regard.know.linkage import label_components
from regard.know.models import Customer, Distinction, Identity, Partition
from regard.know.partition import Edge, partition
from regard.know.portrait import CUSTOMER_COLUMNS, LENGTHS, show, unite

MOST_ASKED_BY_ID = 50_000  # from here on reading all links is cheaper than asking for those of each identity
SHOWN = pa.schema([("id", pa.int64()), *((name, pa.string()) for name in LENGTHS)])
EDGE_COLUMNS = 'left_id, right_id, "by", probability, id'


def note_change() -> None:
    """Say that who-is-who changed, so that `refresh_people` writes it to the lake."""
    if not Partition.objects.filter(pk=1).update(version=F("version") + 1):
        Partition.objects.create(pk=1, version=1)


def repartition(touched: Iterable[int], *, records_changed: bool = True) -> None:
    """Make customers right again around the identities whose links, distinctions or (if so said) records changed."""
    touched = set(touched)
    wanted = _wanted(touched)
    if not wanted:
        return
    sql = "SELECT id, customer_id, kind FROM know_identity WHERE id {values} ORDER BY id"
    rows = store.select_rows(sql, wanted)
    moved = [(wanted[identity], identity) for identity, customer, _ in rows if customer != wanted[identity]]
    left = {customer for identity, customer, _ in rows if customer not in (None, wanted[identity])}
    changed = (
        left | {customer for customer, _ in moved} | {wanted[each] for each in touched if each in wanted}
    )
    members = [row for row in rows if wanted[row[0]] in changed]
    portraits = _portraits(members, wanted, trusted=set() if records_changed else changed)
    store.update_rows(Identity, ["customer_id"], moved)
    store.delete_rows(Customer, changed)
    store.insert_rows(Customer, CUSTOMER_COLUMNS, tuples([portraits[name] for name in CUSTOMER_COLUMNS]))
    note_change()


def _portraits(members: list[store.Row], wanted: dict[int, int], trusted: set[int]) -> pa.Table:
    """How the customers of these identities are shown; a trusted customer of one record, which has its id, shows it."""
    sql = "SELECT id, name, email, phone, place FROM know_customer WHERE identity_count = 1 AND id {values}"
    single = store.select_rows(sql, trusted)
    shown = tabulate(single, SHOWN)
    ids = [identity for identity, *_ in members]
    sql = "SELECT id, fields, normal FROM know_identity WHERE id {values}"
    documents = store.select_rows(sql, set(ids).difference(row[0] for row in single))
    if documents:
        said = show(*(read_documents([row[place] for row in documents]) for place in (1, 2)))
        read = pa.array([row[0] for row in documents], pa.int64())
        shown = pa.concat_tables([shown, said.add_column(0, "id", read).cast(SHOWN)])
    shown = shown.sort_by("id").drop_columns(["id"])
    customers = pa.array([wanted[identity] for identity in ids], pa.int64())
    return unite(customers, pa.array([kind for *_, kind in members], pa.string()), shown)


def _wanted(touched: set[int]) -> dict[int, int]:
    """The customer of these identities and of all that active links hold together with them, refused ones too."""
    edges: dict[int, Edge] = {}
    fresh, found = touched, set(touched)
    while fresh:
        if len(fresh) >= MOST_ASKED_BY_ID:
            return _wanted_of_many(found)
        new = [edge for edge in _links_of(fresh) if edge.id not in edges]
        edges |= {edge.id: edge for edge in new}
        fresh = {end for edge in new for end in (edge.left, edge.right)} - found
        found |= fresh
    return partition(found, edges.values(), _distinctions(found))


def _wanted_of_many(found: set[int]) -> dict[int, int]:
    """The same, from all links at once; links are looked at one by one only where somebody told records apart."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT left_id, right_id FROM know_link WHERE active")
        ends = np.array(cursor.fetchall(), np.int64).reshape(-1, 2)
    asked = np.fromiter(found, np.int64)
    ids = np.unique(np.concatenate([asked, ends.ravel()]))
    labels = label_components(ends[:, 0], ends[:, 1], ids)
    held = np.isin(labels, labels[np.searchsorted(ids, asked)])
    together = dict(zip(ids[held].tolist(), labels[held].tolist(), strict=True))
    apart = _distinctions(together)
    contested = {together[left] for left, right in apart if together[left] == together[right]}
    members = {identity for identity, root in together.items() if root in contested} if contested else set()
    inside = [(left, right) for left, right in apart if left in members and right in members]
    edges = {edge.id: edge for edge in _links_of(members)}
    return together | partition(members, edges.values(), inside)


def _links_of(identities: set[int]) -> list[Edge]:
    sql = f"SELECT {EDGE_COLUMNS} FROM know_link WHERE active AND "
    rows = store.select_rows(sql + "left_id {values}", identities)
    return [Edge(*row) for row in rows + store.select_rows(sql + "right_id {values}", identities)]


def _distinctions(identities: Container[int]) -> list[tuple[int, int]]:
    pairs = Distinction.objects.filter(withdrawn_at=None).values_list("left_id", "right_id")
    return [(left, right) for left, right in pairs.iterator() if left in identities and right in identities]
