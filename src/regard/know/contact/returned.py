"""Addresses whose letters come back for good. Whoever has no other address is not written to any more."""

import logging
import re
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from regard.know.contact.addressees import Addressee
from regard.know.contact.models import DeadAddress
from regard.know.normalise.email import comparable_email
from regard.mail.models import Letter

log = logging.getLogger(__name__)

NO_SUCH_MAILBOX = re.compile(r"\b5\.1\.(?:1|2|3|6|10)\b")  # what servers say of an address; 5.7.x is about us


def note_bounce(*, letter: Letter, **_: Any) -> None:
    """Hear of a letter that came back."""
    if letter.bounce == Letter.Bounce.HARD:
        bury_address(letter.to, letter.bounce_reason)


def note_failure(*, letter: Letter, **_: Any) -> None:
    """Hear of a letter that a server refused; only where it says that there is no such mailbox."""
    if NO_SUCH_MAILBOX.search(letter.answer):
        bury_address(letter.to, letter.answer)


@transaction.atomic
def bury_address(address: str, reason: str) -> None:
    """Write to this address no more."""
    DeadAddress.objects.update_or_create(
        address=comparable(address), defaults={"reason": reason[:500], "since": timezone.now()}
    )


@transaction.atomic
def revive_address(address: str, *, actor: str) -> bool:
    """Write there again, because somebody knows that it works now; says whether it was given up at all."""
    revived = bool(DeadAddress.objects.filter(address=comparable(address)).delete()[0])
    if revived:
        log.info("%s says that an address works again; it is written to from now on", actor)
    return revived


def dead_among(addresses: Iterable[str]) -> frozenset[str]:
    """Those of some addresses that are given up, as they were written."""
    compared = {each: comparable(each) for each in addresses}
    dead = set(
        DeadAddress.objects.filter(address__in=set(compared.values())).values_list("address", flat=True)
    )
    return frozenset(written for written, same in compared.items() if same in dead)


def unreachable_among(addressees: Iterable[Addressee]) -> frozenset[str]:
    """Who has addresses, and none that works."""
    mailboxes = {
        each.person: [key.removeprefix("email:") for key in each.persons if key.startswith("email:")]
        for each in addressees
    }
    dead = dead_among(address for several in mailboxes.values() for address in several)
    return frozenset(person for person, several in mailboxes.items() if several and dead.issuperset(several))


def comparable(address: str) -> str:
    """An address as it is compared with others."""
    return comparable_email(address) or address.lower()
