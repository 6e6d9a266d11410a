"""Asking some days after an event: once an order, not when it was cancelled, never about last year."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from regard.know.actions import refresh_people, register_identities
from regard.know.contact.models import ContactRules
from regard.ledger.actions import append_events, flush_inbox, record_events
from regard.ledger.events import EVENT_SCHEMA, Event, event_id_of
from regard.ledger.models import Reaction
from regard.listen.campaigns import actions
from regard.listen.campaigns.models import Campaign, Recipient
from regard.listen.models import Import
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


def bring(rows: list[tuple[str, datetime, str]], at: datetime) -> None:
    """A file of deliveries (person, when, order) that ends being taken in at `at`."""
    told = [
        {"event_id": event_id_of("file", who, order, str(when)), "name": "order.delivered", "occurred_at": when,
         "recorded_at": at, "source": "shop", "person": who, "subject": f"order:{order}"}
        for who, when, order in rows
    ]  # fmt: skip
    append_events(pa.Table.from_pylist(told, schema=EVENT_SCHEMA))
    Import.objects.create(source="shop", file_name="x.csv", path="x", fingerprint=str(at), actor="ada", state="done",
                          ended_at=at)  # fmt: skip


def test_a_file_starts_what_lies_ahead_and_never_old_history(csat: Survey) -> None:
    campaign = after_delivery(csat)
    bring(
        [("shop:0", NOON + DAY, "1"), ("shop:1", NOON - DAY, "2"), ("shop:2", NOON - 300 * DAY, "3")],
        NOON + DAY,
    )
    assert actions.run_due(NOON + DAY) == 0
    assert list(Recipient.objects.values_list("person", "round")) == [("shop:0", "order:1")]
    assert actions.run_due(NOON + 4 * DAY) == 1
    late = NOON + 10 * DAY
    bring([("shop:3", late - 4 * DAY, "4"), ("shop:4", late - 5 * DAY - DAY / 2, "5")], late)
    assert actions.run_due(late) == 1  # its asking was due a day ago; the other's two days and a half
    assert not Recipient.objects.filter(person="shop:4").exists()
    campaign.refresh_from_db()
    assert campaign.caught_up_at == late


def test_a_file_that_comes_twice_or_after_the_event_itself_asks_once(csat: Survey) -> None:
    after_delivery(csat)
    tell("order.delivered", NOON)
    for minutes in (10, 30):
        bring([("shop:0", NOON, "1"), ("ref:order:1", NOON, "1")], NOON + timedelta(minutes=minutes))
        actions.run_due(NOON + timedelta(minutes=minutes))
    assert Recipient.objects.count() == 1
    assert actions.run_due(NOON + 3 * DAY) == 1
    assert actions.run_due(NOON + 30 * DAY) == 0


def test_an_order_without_its_customer_is_looked_at_again_once_it_is_known_whose_it_is(csat: Survey) -> None:
    after_delivery(csat)
    bring([("ref:order:9", NOON + DAY / 24, "9")], NOON + DAY / 12)
    actions.run_due(NOON + DAY / 12)
    assert not Recipient.objects.exists()
    tell("order.completed", NOON, subject="order:9", amount=Decimal(5), currency="EUR")  # by shop:0
    refresh_people()
    actions.run_due(NOON + DAY / 12 + timedelta(minutes=6))
    assert list(Recipient.objects.values_list("round", flat=True)) == ["order:9"]
    assert actions.run_due(NOON + 4 * DAY) == 1


def test_one_order_told_under_two_keys_of_a_customer_asks_once(csat: Survey) -> None:
    ContactRules.objects.create(survey_gap_days=0)
    register_identities(
        pa.table({"person": ["crm:0"], "email": ["person0@example.org"]}), source="crm", actor="test"
    )
    after_delivery(csat)
    tell("order.delivered", NOON)
    tell("order.delivered", NOON, "crm:0")
    assert actions.run_due(NOON + 3 * DAY) == 1
    assert states() == [("asked", ""), ("skipped", "asked already")]
