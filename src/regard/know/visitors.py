"""Visitors who turn out to be somebody: the record under a visitor's number is linked to that person's.

A computer may be shared. A visitor's number that two customers have claimed says nothing about either, so it is
linked to neither, and what joined it to the first is taken back. It never makes the two one.
"""

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from regard.know import store
from regard.know.models import Link
from regard.know.partitioning import repartition
from regard.know.recording import LINK_COLUMNS, stamp

RULE = "same visitor"


@transaction.atomic
def join_visitors(claims: Sequence[tuple[str, str]], *, actor: str) -> int:
    """Link visitors to the persons who they are, as person keys of known identities; says how many are linked.

    A link is made once: who was told apart from a visitor, or lost it to a second claim, stays apart.
    """
    store.lock_who_is_who()
    found = store.select_rows(
        "SELECT person, id, customer_id FROM know_identity WHERE person {values}",
        {key for claim in claims for key in claim},
    )
    ids = {person: identity for person, identity, _ in found}
    known = {(ids[visitor], ids[person]) for visitor, person in claims if visitor in ids and person in ids}
    earlier = _earlier({visitor for visitor, _ in known})
    fresh = {pair for pair in known - set(earlier) if pair[0] != pair[1]}
    claimants: defaultdict[int, set[int]] = defaultdict(set)
    for visitor, person in fresh | set(earlier):
        claimants[visitor].add(person)
    customer_of: dict[int, int] = dict(
        store.select_rows(
            "SELECT id, customer_id FROM know_identity WHERE id {values}",
            {person for persons in claimants.values() for person in persons},
        )
    )
    of_one = {v for v, persons in claimants.items() if len({customer_of[person] for person in persons}) == 1}
    contested = {visitor for visitor, _ in fresh} - of_one
    Link.objects.filter(rule=RULE, left_id__in=contested).update(active=False)
    now = stamp(timezone.now())
    store.insert_rows(
        Link,
        LINK_COLUMNS,
        ((*pair, "rule", RULE, "{}", actor, now, pair[0] in of_one) for pair in sorted(fresh)),
    )
    if fresh:
        repartition({end for pair in fresh | {e for e in earlier if e[0] in contested} for end in pair})
    return sum(visitor in of_one for visitor, _ in fresh)


def _earlier(visitors: set[int]) -> list[tuple[int, int]]:
    """Who claimed these visitors before; the visitor's record is the link's left."""
    sql = f"SELECT left_id, right_id FROM know_link WHERE rule = '{RULE}' AND left_id {{values}}"
    return [(left, right) for left, right in store.select_rows(sql, visitors)]
