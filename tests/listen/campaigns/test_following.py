"""Asking some days after an event: once an order, not when it was cancelled, never about last year."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from regard.ledger.actions import flush_inbox, record_events
from regard.ledger.events import Event, event_id_of
from regard.ledger.models import Reaction
from regard.listen.campaigns import actions
from regard.listen.campaigns.models import Campaign, Recipient
from regard.listen.surveys.models import Invitation, Survey
from tests.listen.campaigns.conftest import DAY, NOON, Mouth, body, campaign_of, post
from tests.listen.surveys.conftest import survey_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def csat(people: int) -> Survey:
    return survey_of("csat")


def tell(name: str, at: datetime, person: str = "shop:0", subject: str = "order:1", **more: Any) -> str:
    number = event_id_of("shop", name, person, subject, str(at), str(more))
    event = Event(
        event_id=number, name=name, occurred_at=at, source="shop", person=person, subject=subject, **more
    )
    record_events([event], source="shop", actor="test")
    flush_inbox()
    return number


def after_delivery(survey: Survey, **plan: Any) -> Campaign:
    return campaign_of(survey, "event", trigger="order.delivered", delay_hours=72, **plan)


def states() -> list[tuple[str, str]]:
    return list(Recipient.objects.order_by("pk").values_list("state", "reason"))


def test_three_days_after_delivery_and_once_an_order(csat: Survey, mouth: Mouth) -> None:
    after_delivery(csat, text={"de": "Zu Ihrer Bestellung {order|von neulich}:"})
    tell("order.delivered", NOON)
    tell("order.delivered", NOON + timedelta(hours=2))  # the second parcel
    assert actions.run_due(NOON + 2 * DAY) == 0
    assert actions.run_due(NOON + 3 * DAY) == 1
    assert actions.run_due(NOON + 4 * DAY) == 0
    assert "\u20681\u2069" in body(post(mouth)[0], "plain")


@pytest.mark.parametrize(("what", "later"), [("order.cancelled", 1), ("item.returned", 2)])
def test_not_when_it_was_cancelled_or_returned_meanwhile(csat: Survey, what: str, later: int) -> None:
    after_delivery(csat, unless=["order.cancelled", "item.returned"])
    tell("order.delivered", NOON)
    tell(what, NOON + later * DAY)
    tell(what, NOON + DAY, "shop:1", "order:2")  # another order of somebody else
    tell("order.delivered", NOON, "shop:1", "order:3")
    assert actions.run_due(NOON + 3 * DAY) == 1
    assert states() == [("skipped", what), ("asked", "")]


def test_not_when_the_event_was_taken_back(csat: Survey) -> None:
    after_delivery(csat)
    number = tell("order.delivered", NOON)
    tell("event.retracted", NOON, subject=number)
    assert actions.run_due(NOON + 3 * DAY) == 0
    assert states() == [("skipped", "taken back")]


def test_nobody_is_asked_about_what_happened_long_ago_or_before_the_start(csat: Survey) -> None:
    tell("order.delivered", NOON, subject="order:early")
    after_delivery(csat)
    tell("order.delivered", NOON - 300 * DAY)
    assert not Recipient.objects.exists()


def test_events_nobody_waits_for_cost_nothing(csat: Survey) -> None:
    tell("order.delivered", NOON)
    assert not Reaction.objects.filter(listener__contains="campaigns").exists()


def test_a_paused_campaign_asks_nobody_and_an_ended_one_never_again(csat: Survey) -> None:
    campaign = after_delivery(csat, remind_after_days=3)
    tell("order.delivered", NOON)
    actions.pause_campaign(campaign.pk, actor="ada")
    assert actions.run_due(NOON + 3 * DAY) == 0
    actions.start_campaign(campaign.pk, actor="ada")
    assert actions.run_due(NOON + 3 * DAY) == 1
    actions.end_campaign(campaign.pk, actor="ada")
    actions.run_due(NOON + 9 * DAY)
    assert not Recipient.objects.exclude(reminded_at=None).exists()


def test_who_may_not_be_asked_yet_is_asked_later_but_not_too_late(csat: Survey) -> None:
    after_delivery(csat, patience_days=2)
    night = NOON.replace(hour=23) - DAY
    tell("order.delivered", night)
    assert actions.run_due(night + 3 * DAY) == 0
    held = Recipient.objects.get()
    assert (held.state, held.reason) == ("waiting", "quiet")
    assert actions.run_due(held.due_at) == 1
    tell("order.delivered", NOON, subject="order:2")  # too soon for a second survey
    assert actions.run_due(NOON + 5 * DAY) == 0
    assert states()[1] == ("skipped", "too soon")


def test_closing_the_survey_ends_its_campaigns(csat: Survey) -> None:
    campaign = after_delivery(csat)
    tell("order.delivered", NOON)
    Survey.objects.update(state="closed")
    assert actions.run_due(NOON + 3 * DAY) == 0
    campaign.refresh_from_db()
    assert (campaign.state, Invitation.objects.count()) == ("ended", 0)
