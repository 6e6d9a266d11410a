"""Whose call it is: the person key of a user or of a visitor."""

from functools import lru_cache

from regard.errors import InputError
from regard.ledger.catalogue import CONTROL, LONGEST
from regard.listen.tracking.calls import Id

VISITOR = "anon"


@lru_cache(maxsize=100_000, typed=True)  # 1 and 1.0 are not the same id
def person_of(source: str, user: Id, visitor: Id) -> str:
    """The person key of a call: the user, else the visitor."""
    if has_id(user):
        return person_key(source, str(user))
    if has_id(visitor):
        return person_key(VISITOR, str(visitor))
    raise InputError("`userId` or `anonymousId` is required.")


def person_key(namespace: str, identifier: str) -> str:
    key = f"{namespace}:{identifier.strip()}"
    if not identifier.strip() or len(key) > LONGEST["person"] or CONTROL.search(key):
        raise InputError("An id is empty, too long, or has control characters.")
    return key


def is_visitor(person: str) -> bool:
    return person.startswith(f"{VISITOR}:")


def has_id(value: Id) -> bool:
    """Whether an id was sent; some clients send null or nothing between quotes."""
    return value is not None and value != ""
