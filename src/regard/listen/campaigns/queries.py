"""Reads: what campaigns there are, how far they are, and whom one would ask now."""

import math
import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from regard.errors import NotFoundError
from regard.know.contact import queries as contact
from regard.know.contact.drawing import how_many
from regard.know.contact.mailing import mailable_customers
from regard.know.contact.terms import REASON_WORDS, Reason
from regard.listen.campaigns.following import UNDOING
from regard.listen.campaigns.models import Campaign, Recipient
from regard.listen.campaigns.segments import FEWEST, customers_in, read_segment, refuse_too_small
from regard.listen.surveys.models import Invitation, Survey
from regard.mail.models import Letter
from regard.mail.queries import letters_about

SAMPLE = 1000  # customers whom a preview looks at: a page waits for it
UNDELIVERED = (Letter.State.BOUNCED, Letter.State.FAILED)
OWN_WORDS = {
    "too late": "It would have come too late to be of use.",
    "no address": "There is no e-mail address that works.",
    "asked already": "They have been asked about the same.",
    "taken back": "The event was taken back.",
    "refused": "Their letter could not be written; the log says why.",
    "ended": "The campaign was ended before their turn.",
}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """How many are not asked, or not yet, for one reason."""

    reason: str
    sentence: str
    people: int
    later: bool = False  # they are asked once the reason has passed


@dataclass(frozen=True)
class Preview:
    """Whom a campaign would ask if it began now. Nothing is counted or stored.

    How many customers fit the rules is exact. Of a large segment the rest is estimated from `looked_at` of them,
    drawn by lot, and is off by at most `margin` people 19 times out of 20; of a small one it is exact (`margin` 0).
    """

    customers: int
    looked_at: int
    margin: int
    segment: int
    may_be_asked: int
    asked_now: int
    held: list[Held]


@dataclass(frozen=True)
class Progress:
    """How far a campaign is."""

    noted: int  # of the round that is being prepared
    to_note: int | None  # empty when none is, 0 while that is not known
    due: int  # of those who wait, whose time has come
    waiting: int
    asked: int
    answered: int
    reminded: int
    bounced: int
    held: list[Held]

    @property
    def busy(self) -> bool:
        """Whether the worker has something to do for it just now."""
        return self.to_note is not None or self.due > 0


def campaigns_of(survey: Survey) -> list[Campaign]:
    """The campaigns of a survey, the newest first, with `asked` and `answered` counted."""
    answered = Q(recipients__invitation__state=Invitation.State.ANSWERED)
    return list(
        survey.campaigns.annotate(
            asked=Count("recipients", filter=Q(recipients__state=Recipient.State.ASKED)),
            answered=Count("recipients", filter=answered),
        ).order_by("-pk")
    )


def campaign(campaign_id: int) -> Campaign:
    """One campaign, or NotFoundError."""
    found = Campaign.objects.select_related("survey__owner").filter(pk=campaign_id).first()
    if found is None:
        raise NotFoundError(f"There is no campaign {campaign_id}.")
    return found


def preview(planned: Campaign, *, at: datetime) -> Preview:
    """How many would be asked now, how many held back and why."""
    segment = read_segment(planned.segment)
    customers = customers_in(segment, at=at)
    looked_at = customers
    if len(customers) > SAMPLE:
        # no secret hangs on this lot, and the same plan should show the same figures when it is looked at again
        looked_at = sorted(random.Random(planned.pk).sample(customers, SAMPLE))  # noqa: S311
    persons = [each.person for each in mailable_customers(looked_at)]
    if len(persons) < FEWEST:
        refuse_too_small(segment, at=at)
    reasons: Counter[tuple[str, bool]] = Counter()
    free = 0
    for decision in contact.standings(persons, "survey", "email", at).values():
        if decision.allowed:
            free += 1
        else:
            reasons[decision.reason, decision.delayed] += 1
    scale = len(customers) / len(looked_at) if looked_at else 1.0
    # by lot those are drawn too whom only the hour stands against; they are asked when it has passed
    drawn_from = round(scale * (free + sum(reasons[each, True] for each in (Reason.QUIET, Reason.HOLIDAY))))
    free = round(scale * free)
    wanted = planned.count if planned.count is not None else planned.share
    chosen = how_many(wanted, drawn_from) if wanted is not None else drawn_from
    now = round(free * chosen / drawn_from) if wanted is not None and drawn_from else free
    held = Counter({each: round(scale * people) for each, people in reasons.items()})
    return Preview(
        len(customers), len(looked_at), _margin(len(looked_at), len(customers)), round(scale * len(persons)),
        drawn_from, min(now, free), _held(held),
    )  # fmt: skip


def _margin(looked_at: int, customers: int) -> int:
    """By how many people a count estimated from a sample may be off: half of a 95 % interval where it is widest."""
    if looked_at == customers:
        return 0
    left_out = (customers - looked_at) / max(customers - 1, 1)
    return math.ceil(1.96 * math.sqrt(0.25 / looked_at * left_out) * customers)


def progress(of: Campaign, *, at: datetime) -> Progress:
    """How many were asked, answered, reminded, and are held back for which reason."""
    recipients = of.recipients
    waiting, skipped = Recipient.State.WAITING, Recipient.State.SKIPPED
    rows = recipients.exclude(reason="").filter(state__in=[waiting, skipped])
    counted = rows.values("reason", "state").annotate(people=Count("pk")).order_by()
    reasons = Counter({(row["reason"], row["state"] == waiting): row["people"] for row in counted})
    of_round = recipients.filter(round=str(of.rounds)) if of.preparing is not None else recipients.none()
    return Progress(
        noted=of_round.count(),
        to_note=0 if of.next_round_at is not None and of.next_round_at <= at else of.preparing,
        due=recipients.filter(state=waiting, due_at__lte=at).count(),
        waiting=recipients.filter(state=waiting).count(),
        asked=recipients.filter(state=Recipient.State.ASKED).count(),
        answered=recipients.filter(invitation__state=Invitation.State.ANSWERED).count(),
        reminded=recipients.exclude(reminded_at=None).count(),
        bounced=len(
            letters_about(f"survey:{of.survey.slug}", reference=f"campaign:{of.pk}:", states=UNDELIVERED)
        ),
        held=_held(reasons),
    )


def bounces_of(survey: Survey, *, limit: int = 25) -> list[Letter]:
    """The letters about a survey that came back or could not be sent, the newest first."""
    return letters_about(f"survey:{survey.slug}", states=UNDELIVERED)[:limit]


def held_back_of(survey: Survey) -> list[Held]:
    """Contacts about a survey that were held back, whoever wanted them."""
    return [
        Held(each.reason, each.sentence, each.people)
        for each in contact.held_back_about(f"survey:{survey.slug}")
    ]


def _held(reasons: Counter[tuple[str, bool]]) -> list[Held]:
    return [
        Held(reason, sentence_of(reason), people, later) for (reason, later), people in reasons.most_common()
    ]


def sentence_of(reason: str) -> str:
    """A reason in words."""
    if reason in OWN_WORDS:
        return OWN_WORDS[reason]
    if reason in UNDOING:
        return f"Meanwhile {UNDOING[reason]}."
    return REASON_WORDS[Reason(reason)]
