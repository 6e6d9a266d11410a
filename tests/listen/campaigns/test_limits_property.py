"""Whatever campaigns, schedules, events and reminders meet: nobody is asked more often or sooner than the rules say."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.know.contact.actions import ask_to_contact, record_consent
from regard.know.contact.models import ContactRules, Touch
from regard.ledger.events import Event, event_id_of
from regard.listen.campaigns import actions, following
from regard.listen.campaigns.models import Campaign
from regard.listen.surveys.models import Invitation, Survey
from regard.mail.models import Letter
from tests.listen.campaigns.conftest import NOON, PEOPLE
from tests.listen.surveys.conftest import survey_of

pytestmark = pytest.mark.django_db
RULES = {"period_days": 10, "most_overall": 4, "most_survey": 2, "survey_gap_days": 2}
PERIOD, GAP = timedelta(days=10), timedelta(days=2)
ZONE = ZoneInfo("Europe/Berlin")

person = st.integers(0, PEOPLE - 1)
plan = st.sampled_from(["once", "schedule", "event", "event"])
step = st.one_of(
    st.tuples(st.just("plan"), plan, st.integers(0, 1), st.integers(0, 3)),
    st.tuples(st.just("event"), person, st.integers(0, 3)),
    st.tuples(st.just("touch"), person, st.sampled_from(["marketing", "survey"])),
    st.tuples(st.just("answer"), person),
    st.tuples(st.just("stop"), person),
    st.tuples(st.just("turn"), st.integers(0, 5)),
    st.tuples(st.just("wait"), st.sampled_from([1, 7, 15, 24, 24, 48, 72, 168])),
)  # fmt: skip


class World:
    """Two surveys, any number of campaigns, and a clock."""

    def __init__(self, surveys: list[Survey]) -> None:
        self.surveys, self.now, self.told = surveys, NOON, list[dict[str, Any]]()
        ContactRules.objects.create(**RULES, marketing_needs_consent=False)

    def plan(self, kind: str, survey: int, remind: int) -> None:
        more: dict[str, Any] = {"event": {"trigger": "order.delivered", "delay_hours": 24},
                                "schedule": {"every": "week", "next_round_at": self.now}}.get(kind, {})  # fmt: skip
        made = actions.plan_campaign(self.surveys[survey], kind=kind, name="x", actor="x", remind_after_days=remind,
                                     **more)  # fmt: skip
        actions.start_campaign(made.pk, actor="x", at=self.now)

    def event(self, number: int, order: int) -> None:
        event = Event(
            event_id=event_id_of("shop", "x", str(len(self.told))), name="order.delivered", source="shop",
            occurred_at=self.now, person=f"shop:{number}", subject=f"order:{number}-{order}",
        )  # fmt: skip
        self.told.append({"event_id": event.event_id, "name": event.name, "subject": event.subject,
                          "person": event.person, "occurred_at": event.occurred_at})  # fmt: skip
        with patch.object(following.timezone, "now", return_value=self.now):
            following.note(event)

    def touch(self, number: int, purpose: str) -> None:
        ask_to_contact(
            f"shop:{number}", purpose=purpose, channel="phone", kind="call", about="x", actor="x", at=self.now
        )

    def answer(self, number: int) -> None:
        Invitation.objects.filter(person=f"shop:{number}").update(state="answered")

    def stop(self, number: int) -> None:
        record_consent(
            f"shop:{number}", purpose="survey", channel="any", given=False, how="x", actor="x", at=self.now
        )

    def turn(self, number: int) -> None:
        found = Campaign.objects.filter(state__in=["running", "paused"]).order_by("pk")
        if found:
            campaign = found[number % len(found)]
            turn = actions.pause_campaign if campaign.state == "running" else actions.start_campaign
            turn(campaign.pk, actor="x")

    def wait(self, hours: int) -> None:
        for _ in range(0, hours, 8):
            self.now += timedelta(hours=min(8, hours))
            with patch("regard.listen.campaigns.knowing.events_of", return_value=self.told):
                actions.run_due(self.now)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(step, min_size=4, max_size=15))
def test_no_sequence_exceeds_the_limits(people: int, steps: list[tuple[Any, ...]]) -> None:
    play(steps)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(step, min_size=4, max_size=25))
def test_no_long_sequence_exceeds_them_either(people: int, steps: list[tuple[Any, ...]]) -> None:
    play(steps)


def play(steps: list[tuple[Any, ...]]) -> None:
    """Do the steps, let ten days pass, look at what everybody got, and undo it all."""
    with transaction.atomic():
        world = World([survey_of("nps"), survey_of("csat")])
        world.plan("once", 0, 1)
        for name, *arguments in steps:
            getattr(world, name)(*arguments)
        world.wait(240)
        check(world)
        transaction.set_rollback(True)


def check(world: World) -> None:
    for number in range(PEOPLE):
        touches = list(Touch.objects.filter(person=f"shop:{number}").order_by("at", "pk"))
        asked = [each for each in touches if each.purpose == "survey"]
        assert most_within(touches) <= 4
        assert most_within(asked) <= 2
        for sooner, later in pairwise(asked):
            reminds = later.kind == "reminder" and later.about == sooner.about
            assert reminds or later.at - sooner.at >= GAP
        assert all(8 <= each.at.astimezone(ZONE).hour < 20 for each in asked if each.channel == "email")
        reminded = [each.about for each in asked if each.kind == "reminder"]
        invited = [each.about for each in asked if each.kind == "invitation"]
        assert all(reminded.count(about) <= invited.count(about) for about in reminded)
    letters = Letter.objects.count()
    assert letters == Touch.objects.filter(channel="email").count()


def most_within(touches: list[Touch]) -> int:
    moments: list[datetime] = [each.at for each in touches]
    return max((sum(start <= each < start + PERIOD for each in moments) for start in moments), default=0)
