"""Segments, samples and schedules: rules say whom, the lot decides, and the preview keeps its word."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from regard.errors import ConflictError, InputError, SettingError
from regard.know.contact.actions import ask_to_contact, record_consent
from regard.know.contact.models import Draw, Touch
from regard.know.contact.returned import revive_address
from regard.listen.campaigns import actions, queries
from regard.listen.campaigns.models import Recipient
from regard.listen.campaigns.rounds import next_after
from regard.listen.campaigns.segments import SegmentError, people_in, read_segment
from regard.listen.surveys.models import Survey
from regard.mail import signals
from regard.mail.models import Letter
from tests.listen.campaigns.conftest import DAY, NOON, campaign_of

pytestmark = pytest.mark.django_db


def test_the_preview_is_what_happens(nps: Survey) -> None:
    record_consent(
        "shop:2", purpose="survey", channel="any", given=False, how="phone", actor="ada", at=NOON - DAY
    )
    ask_to_contact(
        "shop:3", purpose="survey", channel="web", kind="widget", about="survey:x", actor="x", at=NOON - DAY
    )
    campaign = campaign_of(nps, start=False)
    before = queries.preview(campaign, at=NOON)
    assert (before.segment, before.may_be_asked, before.asked_now) == (7, 5, 5)
    assert {(each.reason, each.later, each.people) for each in before.held} == {
        ("withdrawn", False, 1), ("too soon", True, 1),
    }  # fmt: skip
    assert (Recipient.objects.count(), Touch.objects.count()) == (0, 1)
    actions.start_campaign(campaign.pk, actor="ada", at=NOON)
    assert actions.run_due(NOON) == before.asked_now
    now = queries.progress(campaign)
    assert (now.asked, now.waiting) == (5, 0)  # in a week, or not at all
    assert {each.reason: each.people for each in now.held} == {"withdrawn": 1, "too soon": 1}
    assert {each.reason for each in queries.held_back_of(nps)} == {"withdrawn", "too soon"}


def test_a_sample_is_drawn_by_lot_and_the_draw_is_written_down(nps: Survey) -> None:
    campaign_of(nps, share=0.5)
    assert actions.run_due(NOON) == 4
    assert (Draw.objects.get().candidates, Draw.objects.get().chosen) == (7, 4)


def test_a_schedule_asks_again_but_never_too_often(nps: Survey) -> None:
    campaign = campaign_of(nps, "schedule", every="week", next_round_at=NOON)
    asked = [actions.run_due(NOON + n * DAY) for n in range(61)]
    assert asked[0] == 7
    campaign.refresh_from_db()
    assert campaign.rounds == 9
    for n in range(7):
        at = list(Touch.objects.filter(person=f"shop:{n}").order_by("at").values_list("at", flat=True))
        assert len(at) >= 3
        assert all((later - sooner).days >= 14 for sooner, later in pairwise(at))
        assert all((later - sooner).days >= 30 for sooner, later in zip(at, at[2:], strict=False))


@pytest.mark.parametrize(
    ("day", "every", "then"),
    [
        ((2026, 1, 31, 9), "month", (2026, 2, 28, 9)),
        ((2026, 12, 15, 9), "month", (2027, 1, 15, 9)),
        ((2026, 11, 15, 9), "month", (2026, 12, 15, 9)),
        ((2026, 3, 2, 9), "week", (2026, 3, 9, 9)),
    ],
)
def test_the_next_round_is_at_the_same_hour(day: tuple[int, ...], every: str, then: tuple[int, ...]) -> None:
    moment = datetime(*day, tzinfo=UTC)  # type: ignore[misc]
    assert abs(next_after(moment, every) - datetime(*then, tzinfo=UTC)) <= DAY / 24  # type: ignore[misc]


def test_nobody_can_pick_people(nps: Survey) -> None:
    campaign = campaign_of(nps, start=False, segment={"source": "nobody"})
    with pytest.raises(SegmentError, match="Only 0 people"):
        actions.start_campaign(campaign.pk, actor="ada")
    with pytest.raises(SegmentError, match="cannot be read"):
        campaign_of(nps, segment={"person": "shop:1"})


def test_a_plan_that_cannot_work_is_refused(nps: Survey, settings: object) -> None:
    for bad in ({"share": 2.0}, {"count": 0}, {"share": 0.5, "count": 3}, {"subject": {"en": "{password}"}},
                {"remind_after_days": 400}, {"state": "running"}):  # fmt: skip
        with pytest.raises(InputError):
            campaign_of(nps, start=False, **bad)
    campaign = campaign_of(nps, start=False)
    settings.REGARD_PUBLIC_URL = ""  # type: ignore[attr-defined]
    with pytest.raises(SettingError):
        actions.start_campaign(campaign.pk, actor="ada")
    Survey.objects.update(state="closed")
    with pytest.raises(ConflictError):
        actions.start_campaign(campaign.pk, actor="ada")


def test_who_cannot_be_reached_is_not_asked_until_somebody_says_so(nps: Survey) -> None:
    campaign = campaign_of(nps, remind_after_days=3)
    actions.run_due(NOON)
    letter = Letter.objects.get(to="Person0@example.org")
    letter.state, letter.bounce, letter.bounce_reason = "bounced", "hard", "5.1.1 no such user"
    letter.save()
    signals.letter_bounced.send(Letter, letter=letter)
    assert [each.to for each in queries.bounces_of(nps)] == ["Person0@example.org"]
    assert queries.progress(campaign).bounced == 1
    asked = ask_to_contact(
        "shop:0",
        purpose="survey",
        channel="email",
        kind="invitation",
        about="survey:y",
        actor="x",
        at=NOON + 40 * DAY,
    )
    assert asked.reason == "unreachable"
    actions.run_due(NOON + 3 * DAY)
    assert Recipient.objects.get(person="shop:0").reminded_at is None
    assert len(people_in(read_segment({}), at=NOON)) == 6
    assert revive_address("person0@EXAMPLE.org", actor="ada")
    assert len(people_in(read_segment({}), at=NOON)) == 7
