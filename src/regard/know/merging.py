"""People decide who is who: merge, undo, tell apart, decide what the job was not sure of."""

from typing import Literal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from regard.errors import ConflictError, InputError, NotFoundError
from regard.know import store
from regard.know.models import Candidate, Customer, Distinction, Identity, Link, Merge
from regard.know.partitioning import repartition

Verdict = Literal["same", "different", "later"]


@transaction.atomic
def merge_customers(a: int, b: int, *, actor: str, reason: str) -> Merge:
    """Say that two customers are the same; "not the same" said earlier of their records is withdrawn with it."""
    store.lock_who_is_who()
    if a == b:
        raise InputError(f"C{a} is one customer already.", hint="Name two different customers.")
    left, right = _members(a), _members(b)
    kinds = set(Customer.objects.filter(pk__in=[a, b]).values_list("kind", flat=True))
    if len(kinds) > 1:
        raise ConflictError(
            "A person and an organisation cannot be the same.", hint="Record a membership instead."
        )
    return _join(left, right, (a, b), actor=actor, reason=reason)


def _join(left: list[int], right: list[int], ends: tuple[int, int], *, actor: str, reason: str) -> Merge:
    merge = Merge.objects.create(actor=actor, reason=reason[:200])
    between = Q(left__in=left, right__in=right) | Q(left__in=right, right__in=left)
    Distinction.objects.filter(between, withdrawn_at=None).update(
        withdrawn_at=timezone.now(), withdrawn_by=merge
    )
    smaller, larger = sorted(ends)
    Link.objects.create(
        left_id=smaller, right_id=larger, by=Link.By.STAFF, rule="said so", actor=actor, merge=merge
    )
    repartition(ends)
    if len(set(Identity.objects.filter(pk__in=[*left, *right]).values_list("customer", flat=True))) > 1:
        raise ConflictError("They cannot be merged: somebody told records around them apart.",
                            hint="Look at what was said about each, and undo that first.")  # fmt: skip
    return merge


def _members(customer_id: int) -> list[int]:
    members = list(Identity.objects.filter(customer=customer_id).values_list("id", flat=True))
    if not members:
        raise NotFoundError(f"There is no customer C{customer_id}.")
    return members


@transaction.atomic
def undo_merge(merge_id: int, *, actor: str) -> Merge:
    """Take a merge back. What it joined is apart again, unless something made later holds it together."""
    store.lock_who_is_who()
    merge = Merge.objects.filter(pk=merge_id).first()
    if merge is None:
        raise NotFoundError(f"There is no merge {merge_id}.")
    if merge.undone_at is not None:
        raise ConflictError(f"Merge {merge_id} was undone already, by {merge.undone_by}.")
    merge.undone_at, merge.undone_by = timezone.now(), actor
    merge.save(update_fields=["undone_at", "undone_by"])
    touched = {end for pair in merge.links.values_list("left", "right").iterator() for end in pair}
    merge.links.update(active=False)
    merge.withdrawn.update(withdrawn_at=None, withdrawn_by=None)
    # a pair that a person had decided by this merge is open again
    Candidate.objects.filter(merge=merge).update(
        state=Candidate.State.OPEN, decided_at=None, decided_by="", merge=None
    )
    repartition(touched)
    return merge


@transaction.atomic
def tell_apart(left_identity: int, right_identity: int, *, actor: str) -> Distinction:
    """Say that two records are not of the same customer. No rule and no score overrules it."""
    store.lock_who_is_who()
    left, right = sorted((left_identity, right_identity))
    if left == right:
        raise InputError("A record cannot be told apart from itself.")
    if Identity.objects.filter(pk__in=[left, right]).count() < 2:
        raise NotFoundError(f"There are no records {left} and {right}.")
    # said again after a merge had withdrawn it, and brought back by undoing that merge, it may stand twice
    standing = Distinction.objects.filter(left=left, right=right, withdrawn_at=None).order_by("pk").first()
    made = standing or Distinction.objects.create(left_id=left, right_id=right, actor=actor)
    repartition((left, right))
    return made


@transaction.atomic
def decide_candidate(candidate_id: int, verdict: Verdict, *, actor: str) -> Candidate:
    """Carry out what a person says of a pair: the same, not the same, or later."""
    store.lock_who_is_who()
    if verdict not in ("same", "different", "later"):
        raise InputError(f"`{verdict}` is no decision.", hint="Say same, different or later.")
    found = Candidate.objects.select_related("left", "right").filter(pk=candidate_id).first()
    if found is None:
        raise NotFoundError(f"There is no pair {candidate_id} to review.")
    if found.state in (Candidate.State.SAME, Candidate.State.DIFFERENT):
        raise ConflictError(f"{found.decided_by} has decided this already: {found.state}.")
    if verdict == "same" and found.left.customer_id != found.right.customer_id:
        found.merge = _join_candidate(found, actor)
    elif verdict == "different":
        tell_apart(found.left_id, found.right_id, actor=actor)
    found.state, found.decided_by, found.decided_at = verdict, actor, timezone.now()
    found.save()
    return found


def _join_candidate(found: Candidate, actor: str) -> Merge:
    left, right = _members(found.left.customer_id or 0), _members(found.right.customer_id or 0)
    return _join(left, right, (found.left_id, found.right_id), actor=actor, reason="reviewed: the same")
