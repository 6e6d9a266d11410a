"""Gather what a decision needs, for one person or for many, as who-is-who stands now."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from regard.know.contact.addressees import CHUNK, Addressee
from regard.know.contact.deciding import Facts, Touched
from regard.know.contact.models import Consent, ContactRules, Touch
from regard.know.contact.returned import unreachable_among
from regard.know.contact.terms import ANY
from regard.know.contact.zones import whereabouts


def rules_in_force() -> ContactRules:
    """The newest rules, or those a new installation starts with."""
    return ContactRules.objects.order_by("-id").first() or ContactRules()


def gather_facts(
    addressees: Iterable[Addressee], *, purpose: str, channel: str, at: datetime, rules: ContactRules
) -> dict[str, Facts]:
    """The facts of every addressee by its key, with the touches that can matter at `at`."""
    listed = list({each.person: each for each in addressees}.values())
    found: dict[str, Facts] = {}
    for start in range(0, len(listed), CHUNK):
        found |= _gather_some(listed[start : start + CHUNK], purpose, channel, at, rules)
    return found


def _gather_some(
    addressees: Sequence[Addressee], purpose: str, channel: str, at: datetime, rules: ContactRules
) -> dict[str, Facts]:
    keys = [key for each in addressees for key in each.persons]
    reach = timedelta(days=max(rules.period_days, 2 * rules.survey_gap_days) + 1)
    touches: defaultdict[str, list[Touched]] = defaultdict(list)
    for person, moment, why, about in Touch.objects.filter(person__in=keys, at__gt=at - reach).values_list(
        "person", "at", "purpose", "about"
    ):
        touches[person].append(Touched(moment, why, about))
    said: defaultdict[str, list[Consent]] = defaultdict(list)
    for each in Consent.objects.filter(
        Q(at__lte=at) | Q(given=False),  # who has withdrawn since a long run began is not asked by the rest of it
        person__in=keys, purpose__in=[purpose, ANY], channel__in=[channel, ANY],
    ):  # fmt: skip
        said[each.person].append(each)
    unreachable = unreachable_among(addressees) if channel == "email" else frozenset()
    return {
        one.person: Facts(
            consent_among([each for key in one.persons for each in said[key]], one.persons),
            [each for key in one.persons for each in touches[key]],
            whereabouts(one.places),
            one.is_nobody,
            one.person not in unreachable,
        )
        for one in addressees
    }


def consent_among(statements: Sequence[Consent], persons: Sequence[str]) -> bool | None:
    """What a customer's statements amount to; None when there is none.

    For each key the newest statement about it counts (said under it, or covering it), a no before a yes of the same
    moment. A no that stands for one key of the customer stands for the customer.
    """
    standing = []
    for key in persons:
        about = [each for each in statements if each.person == key or key in each.covers]
        if about:
            standing.append(max(about, key=lambda each: (each.at, not each.given)).given)
    return all(standing) if standing else None
