"""May this person be contacted for this purpose, by this channel, at this moment? Decided from facts alone."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from regard.know.contact.hours import holiday_until, quiet_until
from regard.know.contact.models import ContactRules
from regard.know.contact.terms import PRESENT, REMINDER, Decision, Reason
from regard.know.contact.zones import Whereabouts

MOST_STEPS = 60  # from one hindrance to the next; quiet in some zone of theirs at every hour has no end


@dataclass(frozen=True)
class Wish:
    """A contact that is to be made at `at`."""

    purpose: str
    channel: str
    kind: str
    about: str
    at: datetime


@dataclass(frozen=True)
class Touched:
    """A contact that was made, or is agreed on."""

    at: datetime
    purpose: str
    about: str


@dataclass(frozen=True)
class Facts:
    """What is known of a person: do they agree (None: nobody has asked), what they got, where they live."""

    consent: bool | None
    touches: Sequence[Touched]
    whereabouts: Whereabouts
    is_nobody: bool = False
    reachable: bool = True  # False: every e-mail address known of them has sent letters back for good


def decide(wish: Wish, facts: Facts, rules: ContactRules) -> Decision:
    """Allow, delay (with `not_before`) or refuse a contact. A withdrawn consent beats everything else."""
    if facts.is_nobody:
        return Decision(False, Reason.NOBODY)
    if facts.consent is False:
        return Decision(False, Reason.WITHDRAWN)
    if facts.consent is None and _needs_consent(wish.purpose, rules):
        return Decision(False, Reason.NOT_AGREED)
    if wish.channel == "email" and not facts.reachable:
        return Decision(False, Reason.UNREACHABLE)
    if reason := _limit_reached(wish, facts.touches, rules):
        return Decision(False, reason)
    return _find_moment(wish, facts, rules)


def _needs_consent(purpose: str, rules: ContactRules) -> bool:
    return {"survey": rules.survey_needs_consent, "marketing": rules.marketing_needs_consent}.get(
        purpose, False
    )


def _limit_reached(wish: Wish, touches: Iterable[Touched], rules: ContactRules) -> Reason | None:
    """Which limit one more contact would break. Service is counted, but an answer owed is never withheld."""
    most = {"survey": rules.most_survey, "marketing": rules.most_marketing}.get(wish.purpose)
    if most is None:
        return None
    period = timedelta(days=rules.period_days)
    listed = list(touches)
    if rules.most_overall and _too_many(wish.at, (each.at for each in listed), rules.most_overall, period):
        return Reason.OFTEN
    own = (each.at for each in listed if each.purpose == wish.purpose)
    return Reason.OFTEN_FOR_PURPOSE if most and _too_many(wish.at, own, most, period) else None


def _too_many(moment: datetime, others: Iterable[datetime], most: int, period: timedelta) -> bool:
    """Whether some window of length `period` would hold more than `most` of these, `moment` being one of them."""
    times = sorted([moment, *(at for at in others if abs(at - moment) < period)])
    return any(bisect_left(times, start + period) - index > most for index, start in enumerate(times))


def _find_moment(wish: Wish, facts: Facts, rules: ContactRules) -> Decision:
    """Allowed now, or the first moment at which neither the gap nor the hour stands against it."""
    first: Reason | None = None
    moment = wish.at
    for _ in range(MOST_STEPS):
        hindrance = _hindrance(wish, moment, facts, rules)
        if hindrance is None:
            return Decision(True) if first is None else Decision(False, first, not_before=moment)
        reason, moment = hindrance
        first = first or reason
    return Decision(False, first or Reason.QUIET)


def _hindrance(
    wish: Wish, moment: datetime, facts: Facts, rules: ContactRules
) -> tuple[Reason, datetime] | None:
    """What stands against a moment, and until when."""
    gap = timedelta(days=rules.survey_gap_days)
    near = [each.at for each in facts.touches if _is_other_survey(each, wish) and abs(each.at - moment) < gap]
    if wish.purpose == "survey" and near:
        return Reason.TOO_SOON, max(near) + gap
    if wish.channel in PRESENT:
        return None
    place = facts.whereabouts
    if rules.quiet_from != rules.quiet_until and (
        end := quiet_until(moment, place.zones, rules.quiet_from, rules.quiet_until)
    ):
        return Reason.QUIET, end
    if rules.quiet_holidays and (end := holiday_until(moment, place.zones, place.countries)):
        return Reason.HOLIDAY, end
    return None


def _is_other_survey(touched: Touched, wish: Wish) -> bool:
    """A reminder may follow what it reminds of before the gap is over; the limits count it all the same."""
    reminds = wish.kind == REMINDER and wish.about != "" and touched.about == wish.about
    return touched.purpose == "survey" and not reminds
