"""Which identities under one address, number or id are the same: decided as data, with a reason. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from regard.know.normalise.email import is_role_address

SHARED_BY = 5  # a number or address under more names than this is nobody's own
SAME_ID, SAME_EMAIL, SAME_PHONE = "same id", "same e-mail", "same phone"
SEVERAL_NAMES = "several names under one key"
DESK = "a desk's address"
NEAR_ENOUGH = 0.75  # share of letters in the same place, for slips of the pen under one e-mail address


class Holder(NamedTuple):
    """An identity that has a key, and what tells it from others that have it too."""

    id: int
    kind: str
    given: str | None
    family: str | None
    birth_date: str | None
    organisation: str | None = None


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
    """Holders of a kind in groups whose names go together; the vague are added where only one group is meant."""
    own = [holder for holder in holders if holder.kind == kind]
    clear = [holder for holder in own if holder.organisation or len(holder.given or "") > 1]
    groups: list[list[Holder]] = []
    for holder in clear:
        home = next((group for group in groups if all(_agree(holder, other, rule) for other in group)), None)
        if home is None:
            groups.append([holder])
        else:
            home.append(holder)
    loose = []
    for holder in (holder for holder in own if holder not in clear):
        fitting = [group for group in groups if all(_agree(holder, other, rule) for other in group)]
        if len(fitting) == 1 and (len(groups) == 1 or holder.given):
            fitting[0].append(holder)
        elif not groups:
            loose.append(holder)
    return [sorted(group) for group in groups] + _gather(loose, rule)


def _gather(loose: list[Holder], rule: str) -> list[list[Holder]]:
    groups: list[list[Holder]] = []
    for holder in loose:
        home = next((group for group in groups if all(_agree(holder, other, rule) for other in group)), None)
        if home is None:
            groups.append([holder])
        else:
            home.append(holder)
    return groups


def _agree(one: Holder, other: Holder, rule: str) -> bool:
    if one.kind == "organisation":
        return not (one.organisation and other.organisation) or one.organisation == other.organisation
    if one.birth_date and other.birth_date and one.birth_date != other.birth_date:
        return False
    if not _given_names_agree(one.given, other.given, slips=rule == SAME_EMAIL):
        return False
    # a family name changes with a wedding, and then the phone may well be the spouse's
    known = bool(one.family and other.family)
    return not known or one.family == other.family or (rule == SAME_EMAIL and bool(one.given and other.given))


def _given_names_agree(one: str | None, other: str | None, *, slips: bool) -> bool:
    if not one or not other or one == other:
        return True
    first, second = one.split()[0], other.split()[0]
    if first == second:
        return True
    if len(first) == 1 or len(second) == 1:
        return first[0] == second[0]
    same = sum(a == b for a, b in zip(first, second, strict=False))
    return slips and min(len(first), len(second)) > 3 and same / max(len(first), len(second)) >= NEAR_ENOUGH


def _all_equal(group: Sequence[Holder]) -> bool:
    names = {(holder.given, holder.family, holder.organisation) for holder in group}
    return len(names) == 1 and all(any(name) for name in names)
