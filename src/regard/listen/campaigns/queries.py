"""Reads: what campaigns there are, how far they are, and whom one would ask now."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from regard.errors import NotFoundError
from regard.know.contact import queries as contact
from regard.know.contact.drawing import how_many
from regard.know.contact.terms import REASON_WORDS, Reason
from regard.listen.campaigns.following import UNDOING
from regard.listen.campaigns.models import Campaign, Recipient
from regard.listen.campaigns.segments import people_in, read_segment
from regard.listen.surveys.models import Invitation, Survey
from regard.mail.models import Letter
from regard.mail.queries import letters_about

CHUNK = 5000
UNDELIVERED = (Letter.State.BOUNCED, Letter.State.FAILED)
OWN_WORDS = {
    "too late": "It would have come too late to be of use.",
    "no address": "There is no e-mail address that works.",
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
    """Whom a campaign would ask if it began now. Nothing is counted or stored."""

    segment: int
    may_be_asked: int
    asked_now: int
    held: list[Held]


@dataclass(frozen=True)
class Progress:
    """How far a campaign is."""

    waiting: int
    asked: int
    answered: int
    reminded: int
    bounced: int
    held: list[Held]


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
    persons = [each.person for each in people_in(read_segment(planned.segment), at=at)]
    reasons: Counter[tuple[str, bool]] = Counter()
    free = 0
    for start in range(0, len(persons), CHUNK):
        for decision in contact.standings(persons[start : start + CHUNK], "survey", "email", at).values():
            if decision.allowed:
                free += 1
            else:
                reasons[decision.reason, decision.delayed] += 1
    # by lot those are drawn too whom only the hour stands against; they are asked when it has passed
    drawn_from = free + sum(reasons[each, True] for each in (Reason.QUIET, Reason.HOLIDAY))
    wanted = planned.count if planned.count is not None else planned.share
    chosen = how_many(wanted, drawn_from) if wanted is not None else drawn_from
    now = round(free * chosen / drawn_from) if wanted is not None and drawn_from else free
    return Preview(len(persons), drawn_from, min(now, free), _held(reasons))


def progress(of: Campaign) -> Progress:
    """How many were asked, answered, reminded, and are held back for which reason."""
    recipients = of.recipients
    waiting, skipped = Recipient.State.WAITING, Recipient.State.SKIPPED
    rows = recipients.exclude(reason="").filter(state__in=[waiting, skipped])
    counted = rows.values("reason", "state").annotate(people=Count("pk")).order_by()
    reasons = Counter({(row["reason"], row["state"] == waiting): row["people"] for row in counted})
    return Progress(
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
