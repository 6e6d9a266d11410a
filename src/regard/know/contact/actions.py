"""The one place that decides whether a person may be contacted, and counts it when they may.

Each call is serialised per customer: of two that ask at the same time, the second sees the first's touch. Ask
for one person a transaction, or for several in one call.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import F

from regard.errors import InputError
from regard.know.contact import drawing
from regard.know.contact.addressees import Addressee, find_addressees, hold_addressees
from regard.know.contact.deciding import Touched, Wish, decide
from regard.know.contact.drawing import Chosen
from regard.know.contact.facts import gather_facts, rules_in_force
from regard.know.contact.models import Consent, ContactRules, Draw, HeldBack, Touch
from regard.know.contact.terms import Decision, check_terms
from regard.ledger.actions import record_events
from regard.ledger.events import Event, event_id_of

SOURCE = "regard"


@transaction.atomic
def ask_to_contact(
    person: str,
    *,
    purpose: str,
    channel: str,
    kind: str,
    about: str,
    actor: str,
    at: datetime,
    send_at: datetime | None = None,
) -> Decision:
    """Decide whether a person may be contacted at `send_at` (else `at`), and count the touch when they may.

    A refusal is kept with its reason. With `not_before` it is a delay: ask again then. A contact of kind
    `reminder` may follow one of the same `about` before the gap between surveys is over.
    """
    return ask_to_contact_several(
        [person],
        purpose=purpose,
        channel=channel,
        kind=kind,
        about=about,
        actor=actor,
        at=at,
        send_at=send_at,
    )[0]


@transaction.atomic
def ask_to_contact_several(
    persons: Sequence[str],
    *,
    purpose: str,
    channel: str,
    kind: str,
    about: str,
    actor: str,
    at: datetime,
    send_at: datetime | None = None,
) -> list[Decision]:
    """The same for several people: what is known of them is read at once, each is decided after those before.

    A customer named under two keys is decided about twice, the second time knowing of the first.
    """
    check_terms(purpose, channel, at, send_at)
    wish = Wish(purpose, channel, kind, about, send_at or at)
    held = hold_addressees(persons)
    rules = rules_in_force()
    facts = gather_facts(held.values(), purpose=purpose, channel=channel, at=wish.at, rules=rules)
    agreed: defaultdict[int | str, list[Touched]] = defaultdict(list)
    decisions = []
    for person in persons:
        whom = held[person]
        lot = whom.customer_id or whom.person
        known = facts[whom.person]
        decision = decide(wish, replace(known, touches=[*known.touches, *agreed[lot]]), rules)
        if decision.allowed:
            agreed[lot].append(Touched(wish.at, purpose, about))
        else:
            _hold_back(whom, wish, decision, at)
        decisions.append(decision)
    allowed = [held[person] for person, each in zip(persons, decisions, strict=True) if each.allowed]
    touches = iter(Touch.objects.bulk_create(_touch(whom, wish, actor, decided=True) for whom in allowed))
    return [replace(each, touch_id=next(touches).pk) if each.allowed else each for each in decisions]


@transaction.atomic
def count_touch(
    person: str, *, purpose: str, channel: str, kind: str, about: str, actor: str, at: datetime
) -> Touch:
    """Count a contact made by other means (an agent's mail, a call). It is never refused: it has happened."""
    check_terms(purpose, channel, at)
    whom = hold_addressees([person])[person]
    touch = _touch(whom, Wish(purpose, channel, kind, about, at), actor, decided=False)
    touch.save()
    return touch


def _touch(whom: Addressee, wish: Wish, actor: str, *, decided: bool) -> Touch:
    return Touch(
        person=whom.person, purpose=wish.purpose, channel=wish.channel, kind=wish.kind[:40],
        about=wish.about[:200], actor=actor, at=wish.at, decided=decided,
    )  # fmt: skip


def _hold_back(whom: Addressee, wish: Wish, decision: Decision, at: datetime) -> None:
    held, fresh = HeldBack.objects.get_or_create(
        person=whom.person, about=wish.about[:200], kind=wish.kind[:40], purpose=wish.purpose,
        channel=wish.channel, reason=decision.reason,
        defaults={"first_at": at, "last_at": at, "not_before": decision.not_before},
    )  # fmt: skip
    if not fresh:
        HeldBack.objects.filter(pk=held.pk).update(
            times=F("times") + 1, last_at=at, not_before=decision.not_before
        )


@transaction.atomic
def record_consent(
    person: str, *, purpose: str, channel: str, given: bool, how: str, actor: str, at: datetime
) -> Consent:
    """Record what a person said they agree to, or no longer do; `any` stands for every purpose or channel."""
    check_terms(purpose, channel, at, wide=True)
    if not how.strip():
        raise InputError("Say how they told us.", hint="For example: form on the website, said on the phone.")
    whom = hold_addressees([person])[person]
    if whom.is_nobody:
        raise InputError(f"`{person[:60]}` names a thing, not a person.")
    said = Consent.objects.create(
        person=whom.person, purpose=purpose, channel=channel, given=given, how=how.strip()[:200], actor=actor,
        at=at, covers=list(whom.persons) if given else [],
    )  # fmt: skip
    name = "consent.given" if given else "consent.withdrawn"
    event = Event(
        event_id=event_id_of(SOURCE, name, str(said.pk)), name=name, occurred_at=at, source=SOURCE,
        person=whom.person, data={"purpose": purpose, "channel": channel, "how": said.how},
    )  # fmt: skip
    record_events([event], source=SOURCE, actor=actor)
    return said


@transaction.atomic
def change_rules(changes: Mapping[str, object], *, actor: str) -> ContactRules:
    """Put new rules in force; what is not named stays as it is. Earlier rules are kept."""
    rules = rules_in_force()
    changeable = {field.name for field in ContactRules._meta.fields} - {"id", "actor", "made_at"}
    for name, value in changes.items():
        if name not in changeable:
            raise InputError(f"There is no rule `{name[:40]}`.")
        setattr(rules, name, value)
    rules.pk, rules.actor = None, actor
    rules._state.adding = True
    rules.save()
    return rules


@transaction.atomic
def draw_sample(
    persons: Sequence[str],
    *,
    share_or_count: float,
    seed: str,
    purpose: str,
    channel: str,
    at: datetime,
    actor: str,
) -> list[str]:
    """Draw who is asked: everybody who may be has the same chance, and nobody can choose. The draw is recorded.

    A whole number is a count, a fraction (1.0 included) a share of those who may be asked. The same seed draws
    the same people. Whom only the hour stands against may be drawn; ask_to_contact will delay them.
    """
    check_terms(purpose, channel, at)
    drawn: Chosen = drawing.draw(
        find_addressees(persons), share_or_count, seed=seed, purpose=purpose, channel=channel, at=at
    )
    Draw.objects.create(
        seed=seed[:200], purpose=purpose, channel=channel, candidates=drawn.candidates, eligible=drawn.eligible,
        chosen=len(drawn.persons), actor=actor, at=at,
    )  # fmt: skip
    return drawn.persons
