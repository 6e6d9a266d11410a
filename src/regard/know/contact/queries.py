"""Reads: what a person agrees to, what they got, what was held back, and whether one may ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from regard.know.contact.addressees import find_addressees, keys_of
from regard.know.contact.deciding import Wish, decide
from regard.know.contact.facts import consent_among, gather_facts, rules_in_force
from regard.know.contact.models import Consent, ContactRules, DeadAddress, Draw, HeldBack, Touch
from regard.know.contact.terms import ANY, CHANNELS, PURPOSES, REASON_WORDS, Decision, Reason, check_terms
from regard.know.models import Identity
from regard.know.queries import IdentityRow

__all__ = [
    "ConsentRow",
    "HeldBackCount",
    "addresses_of",
    "consent_of",
    "dead_addresses",
    "draws",
    "earlier_rules",
    "held_back",
    "held_back_about",
    "held_back_of",
    "rules_in_force",
    "said_by",
    "standing",
    "standings",
    "touch",
    "touches_of",
]


@dataclass(frozen=True)
class ConsentRow:
    """How it stands with one purpose and channel: `given` is empty when only the rule speaks."""

    purpose: str
    channel: str
    given: bool | None
    may: bool  # as far as agreement goes
    since: datetime | None
    how: str


@dataclass(frozen=True)
class HeldBackCount:
    """How many contacts were held back for a reason, and of how many people."""

    reason: str
    sentence: str
    contacts: int
    times: int
    people: int


def addresses_of(customer_id: int) -> tuple[str, ...]:
    """The keys that mean a customer; `ref:` keys name things, which nobody contacts."""
    return keys_of(Identity.objects.filter(customer=customer_id).only("person", "normal").order_by("id"))


def consent_of(customer_id: int, identities: Sequence[IdentityRow] | None = None) -> list[ConsentRow]:
    """How it stands with every purpose, and every channel of which they said something; `identities` are theirs if
    already read."""
    persons = addresses_of(customer_id) if identities is None else keys_of(identities)
    statements = list(Consent.objects.filter(person__in=persons, at__lte=timezone.now()))
    rules = rules_in_force()
    needs = {"survey": rules.survey_needs_consent, "marketing": rules.marketing_needs_consent}
    rows = []
    for purpose in PURPOSES:
        for channel in CHANNELS:
            about = [
                each
                for each in statements
                if each.purpose in (purpose, ANY) and each.channel in (channel, ANY)
            ]
            given = consent_among(about, persons)
            said = [each for each in about if each.given == given]
            last = max(said, key=lambda each: each.at) if said else None
            may = given if given is not None else not needs.get(purpose, False)
            since, how = (last.at, last.how) if last else (None, "by the contact rules")
            rows.append(ConsentRow(purpose, channel, given, may, since, how))
    return rows


def said_by(customer_id: int, *, limit: int = 50) -> list[Consent]:
    """Everything a customer said about being contacted, newest first."""
    return list(Consent.objects.filter(person__in=addresses_of(customer_id)).order_by("-at", "-id")[:limit])


def touches_of(customer_id: int, *, limit: int = 50) -> list[Touch]:
    """The contacts made with a customer, newest first."""
    return list(Touch.objects.filter(person__in=addresses_of(customer_id)).order_by("-at", "-id")[:limit])


def touch(touch_id: int) -> Touch | None:
    """One contact, if there is such a one."""
    return Touch.objects.filter(pk=touch_id).first()


def held_back_of(customer_id: int, *, limit: int = 50) -> list[HeldBack]:
    """The contacts with a customer that were held back, newest first."""
    return list(
        HeldBack.objects.filter(person__in=addresses_of(customer_id)).order_by("-last_at", "-id")[:limit]
    )


def held_back(since: datetime) -> list[HeldBackCount]:
    """How many contacts were held back since then, by reason, the most frequent first."""
    return _counted(HeldBack.objects.filter(last_at__gte=since))


def held_back_about(about: str) -> list[HeldBackCount]:
    """The same of everything that was about one thing, such as `survey:nps`."""
    return _counted(HeldBack.objects.filter(about=about))


def dead_addresses(*, begins: str = "", limit: int = 100) -> list[DeadAddress]:
    """Addresses that are given up because letters to them come back, the newest first."""
    found = (
        DeadAddress.objects.filter(address__startswith=begins.lower())
        if begins
        else DeadAddress.objects.all()
    )
    return list(found.order_by("-since", "-pk")[:limit])


def _counted(held: QuerySet[HeldBack]) -> list[HeldBackCount]:
    rows = (
        held.values("reason")
        .annotate(contacts=Count("id"), asked=Sum("times"), people=Count("person", distinct=True))
        .order_by("-contacts", "reason")
    )
    return [
        HeldBackCount(
            row["reason"], REASON_WORDS[Reason(row["reason"])], row["contacts"], row["asked"], row["people"]
        )
        for row in rows
    ]


def standing(person: str, purpose: str, channel: str, at: datetime) -> Decision:
    """Whether a person might be contacted, without counting anything."""
    return standings([person], purpose, channel, at)[person]


def standings(persons: Sequence[str], purpose: str, channel: str, at: datetime) -> dict[str, Decision]:
    """The same for many."""
    check_terms(purpose, channel, at)
    whom = find_addressees(persons)
    rules = rules_in_force()
    facts = gather_facts(whom.values(), purpose=purpose, channel=channel, at=at, rules=rules)
    wish = Wish(purpose, channel, "", "", at)
    return {person: decide(wish, facts[each.person], rules) for person, each in whom.items()}


def earlier_rules(*, limit: int = 20) -> list[ContactRules]:
    """The rules that were in force, newest first."""
    return list(ContactRules.objects.order_by("-id")[:limit])


def draws(*, limit: int = 20) -> list[Draw]:
    """The newest draws."""
    return list(Draw.objects.order_by("-id")[:limit])
