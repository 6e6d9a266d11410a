"""What is known of recipients before they are asked: where, in which language, and what happened since."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regard.know.contact.mailing import Mailable, mailable_among
from regard.know.queries import persons_of_several
from regard.ledger.queries import events_of
from regard.listen.campaigns.models import Campaign, Recipient
from regard.listen.campaigns.tongues import languages_of

MOST_EVENTS = 500  # of one person, looked through for what happened to one subject
Happened = Mapping[str, Sequence[Mapping[str, Any]]]  # person -> their events


@dataclass(frozen=True)
class Known:
    """Where a recipient can be written to (empty: nowhere), their keys and language, why asking became pointless."""

    whom: Mailable | None
    persons: Sequence[str] = ()
    language: str = ""
    overtaken: str = ""

    @property
    def reached(self) -> Mailable:
        """Of whoever can be written to."""
        assert self.whom is not None  # noqa: S101 - who cannot is left out before
        return self.whom


def look_up(recipients: Sequence[Recipient]) -> dict[int, Known]:
    """What is known of the recipients of one campaign, by their numbers."""
    whom = mailable_among([each.person for each in recipients])
    persons = persons_of_several(sorted({each.customer_id for each in whom.values()}))
    languages = languages_of(persons, {each.customer_id: each.country for each in whom.values()})
    campaign = recipients[0].campaign if recipients else None
    follows = campaign is not None and campaign.kind == Campaign.Kind.EVENT
    keys = {key for several in persons.values() for key in several} | {each.person for each in recipients}
    happened = _happened(campaign, keys) if campaign and follows else {}
    known = {}
    for recipient in recipients:
        found = whom.get(recipient.person)
        if found is None:
            known[recipient.pk] = Known(None)
            continue
        theirs = dict.fromkeys([recipient.person, *persons[found.customer_id]])
        overtaken = _overtaken(recipient, theirs, happened) if follows else ""
        known[recipient.pk] = Known(found, tuple(theirs), languages[found.customer_id], overtaken)
    return known


def _happened(campaign: Campaign, persons: Iterable[str]) -> Happened:
    """What the campaign follows, and what makes its asking pointless, by person."""
    keys = sorted(persons)
    found: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for each in events_of(keys, names=[campaign.trigger, *campaign.unless], limit=MOST_EVENTS * len(keys)):
        found[each["person"]].append(each)
    return found


def _overtaken(recipient: Recipient, persons: Iterable[str], happened: Happened) -> str:
    """Whether what happened since makes asking pointless: the event taken back, or one that the campaign names."""
    theirs = [each for person in persons for each in happened.get(person, ())]
    since = next((each["occurred_at"] for each in theirs if each["event_id"] == recipient.event_id), None)
    if since is None:
        return "taken back"
    for each in sorted(theirs, key=lambda each: each["occurred_at"], reverse=True):
        about = each["subject"] == recipient.round and each["occurred_at"] >= since
        if about and each["name"] in recipient.campaign.unless:
            return str(each["name"])
    return ""
