"""Which identities under one address, number or id are the same: decided as data, with a reason. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from regard.know.naming import family_names_go_together, given_names_go_together
from regard.know.normalise.email import is_role_address

SHARED_BY = 5  # a number or address under more names than this is nobody's own
SAME_ID, SAME_EMAIL, SAME_PHONE = "same id", "same e-mail", "same phone"
SEVERAL_NAMES = "several names under one key"
DESK = "a desk's address"


class Holder(NamedTuple):
    """An identity that has a key, and what tells it from others that have it too."""

    id: int
    kind: str
    given: str | None
    family: str | None
    birth_date: str | None
    organisation: str | None = None
    email: str | None = None
    customer: int | None = None  # as far as known; holders of one customer go together whatever their names


@dataclass(frozen=True)
class Decision:
    """The pairs to link, and how many holders were left alone and why."""

    pairs: tuple[tuple[int, int], ...]
    held_back: int = 0
    reason: str = ""


def rule_of(key: str) -> str:
    """Which rule a key belongs to: an e-mail address, a phone number, or `namespace=id`."""
    if "=" in key:
        return SAME_ID
    return SAME_EMAIL if "@" in key else SAME_PHONE


def decide(key: str, holders: Sequence[Holder]) -> Decision:
    """Who under this key is the same.

    An id of the company's own means one customer. An address or number may be a household's or a desk's: there,
    names must go together, and who has no name is linked only when there is no choice.
    """
    ordered = sorted(holders)
    rule = rule_of(key)
    if rule == SAME_ID:
        return Decision(_star(ordered))
    groups = [group for kind in ("person", "organisation") for group in _by_name(ordered, kind, rule)]
    named = [group for group in groups if group[0].given or group[0].organisation]
    strict = rule == SAME_EMAIL and is_role_address(key)
    if strict or len(named) > SHARED_BY:
        groups = [group for group in named if _all_equal(group)]
        reason = DESK if strict else SEVERAL_NAMES
    else:
        reason = SEVERAL_NAMES
    pairs = tuple(pair for group in groups for pair in _star(group))
    held_back = len(ordered) - 1 - len(pairs)
    return Decision(pairs, held_back, reason if held_back else "")


def _star(group: Sequence[Holder]) -> tuple[tuple[int, int], ...]:
    return tuple((group[0].id, other.id) for other in group[1:] if other.id != group[0].id)


def _by_name(holders: Sequence[Holder], kind: str, rule: str) -> list[list[Holder]]:
    """Holders of a kind in groups whose names go together, each where only one group is meant.

    Those of whom most is known come first; who fits several groups is left alone, as is who has no name among
    several.
    """
    own = [holder for holder in holders if holder.kind == kind]
    clear = [holder for holder in own if holder.organisation or len(holder.given or "") > 1]
    groups = _gather(sorted(clear, key=_vagueness), rule)
    loose = []
    for holder in (holder for holder in own if holder not in clear):
        fitting = _homes(holder, groups, rule)
        if len(fitting) == 1 and (len(groups) == 1 or holder.given or holder.family):
            fitting[0].append(holder)
        elif not groups:
            loose.append(holder)
    return [sorted(group) for group in groups + _gather(loose, rule)]


def _vagueness(holder: Holder) -> tuple[int, int]:
    return sum(value is None for value in (holder.birth_date, holder.email, holder.family)), holder.id


def _gather(holders: list[Holder], rule: str) -> list[list[Holder]]:
    groups: list[list[Holder]] = []
    for holder in holders:
        homes = _homes(holder, groups, rule)
        if not homes:
            groups.append([holder])
        elif len(homes) == 1:
            homes[0].append(holder)
    return groups


def _homes(holder: Holder, groups: list[list[Holder]], rule: str) -> list[list[Holder]]:
    known = [group for group in groups if any(_one_customer(holder, other) for other in group)]
    return known or [group for group in groups if all(_agree(holder, other, rule) for other in group)]


def _one_customer(one: Holder, other: Holder) -> bool:
    return one.customer is not None and one.customer == other.customer


def _agree(one: Holder, other: Holder, rule: str) -> bool:
    if one.kind == "organisation":
        return not (one.organisation and other.organisation) or one.organisation == other.organisation
    if one.birth_date and other.birth_date and one.birth_date != other.birth_date:
        return False
    if rule == SAME_PHONE:
        return _names_are_one(one, other) and not may_be_namesakes(one, other)
    if _names_are_one(one, other):
        return True
    return _names_may_be_one(one, other) or _names_may_be_one(one, _swapped(other))


def may_be_namesakes(one: Holder, other: Holder) -> bool:
    """Two addresses under one name: as likely father and son as one person with two, unless the birthday agrees."""
    differ = bool(one.email and other.email) and one.email != other.email
    return differ and not (one.birth_date and one.birth_date == other.birth_date)


def _names_are_one(one: Holder, other: Holder) -> bool:
    given = (
        not one.given or not other.given or one.given == other.given or _is_beginning(one.given, other.given)
    )
    return given and (not one.family or not other.family or one.family == other.family)


def _is_beginning(one: str, other: str) -> bool:
    """Anna and Anna Maria, A and Anna."""
    first, second = one.split()[0], other.split()[0]
    return first == second or (1 in (len(first), len(second)) and first[0] == second[0])


def _names_may_be_one(one: Holder, other: Holder) -> bool:
    """A family name changes with a wedding: then the given name must be the same, and written out."""
    if not one.given or not other.given:
        return bool(one.family and other.family) and family_names_go_together(
            one.family or "", other.family or ""
        )
    if not one.family or not other.family or family_names_go_together(one.family, other.family):
        return given_names_go_together(one.given, other.given)
    return one.given == other.given and len(one.given) > 1


def _swapped(holder: Holder) -> Holder:
    return holder._replace(given=holder.family, family=holder.given)


def _all_equal(group: Sequence[Holder]) -> bool:
    names = {(holder.given, holder.family, holder.organisation) for holder in group}
    return len(names) == 1 and all(any(name) for name in names)
