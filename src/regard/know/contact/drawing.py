"""Draw by lot: everybody gets a number from the installation's secret and the seed, the smallest are drawn."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from regard.errors import InputError
from regard.know.contact.addressees import Addressee
from regard.know.contact.deciding import Wish, decide
from regard.know.contact.facts import gather_facts, rules_in_force
from regard.know.contact.terms import Reason


@dataclass(frozen=True)
class Chosen:
    """Who was drawn (by the key they were named by), of how many that could have been."""

    persons: list[str]
    eligible: int
    candidates: int


def draw(
    named: Mapping[str, Addressee],
    share_or_count: float,
    *,
    seed: str,
    purpose: str,
    channel: str,
    at: datetime,
) -> Chosen:
    """Draw from everybody who may be contacted. A customer named by several keys has one lot."""
    people: dict[str, str] = {}
    whom: dict[str, Addressee] = {}
    for key, each in named.items():
        lot = str(each.customer_id or each.person)
        if lot not in people:
            people[lot], whom[lot] = key, each
    rules = rules_in_force()
    facts = gather_facts(whom.values(), purpose=purpose, channel=channel, at=at, rules=rules)
    wish = Wish(purpose, channel, "", "", at)
    eligible = []
    for lot, each in whom.items():
        decision = decide(wish, facts[each.person], rules)
        if decision.allowed or decision.reason in (Reason.QUIET, Reason.HOLIDAY):
            eligible.append(lot)
    eligible.sort(key=lambda lot: _number(seed, lot))
    count = how_many(share_or_count, len(eligible))
    return Chosen([people[lot] for lot in eligible[:count]], len(eligible), len(whom))


def how_many(share_or_count: float, eligible: int) -> int:
    """A whole number is a count, a fraction a share, rounded."""
    if isinstance(share_or_count, int):
        if share_or_count < 0:
            raise InputError("Nobody can be asked fewer than 0 times.", hint="Say how many people are asked.")
        return min(share_or_count, eligible)
    if not 0 <= share_or_count <= 1:
        raise InputError("A share lies from 0.0 to 1.0.", hint="Say a whole number to ask so many.")
    return round(share_or_count * eligible)


def _number(seed: str, lot: str) -> bytes:
    key = f"regard.contact.draw:{settings.SECRET_KEY}".encode()
    return hmac.digest(key, f"{seed}\x1f{lot}".encode(), "sha256")
