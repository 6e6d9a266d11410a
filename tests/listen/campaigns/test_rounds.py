"""Segments, samples and schedules: rules say whom, the lot decides, and the preview keeps its word."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest

from regard.errors import ConflictError, InputError, SettingError
from regard.know.actions import register_identities
from regard.know.contact.actions import ask_to_contact, record_consent
from regard.know.contact.models import Draw, Touch
from regard.know.contact.returned import revive_address
from regard.listen.campaigns import actions, asking, queries, rounds
from regard.listen.campaigns.models import Recipient
from regard.listen.campaigns.rounds import next_after
from regard.listen.campaigns.segments import SegmentError, people_in, read_segment
from regard.listen.surveys.models import Invitation, Survey
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
    now = queries.progress(campaign, at=NOON)
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
    assert queries.progress(campaign, at=NOON).bounced == 1
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


def test_a_round_that_was_cut_short_is_noted_anew_and_nobody_is_asked_twice(
    nps: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "CHUNK", 2)
    campaign = campaign_of(nps, count=5)
    note_some, chunks = rounds._note_some, iter([True, False])

    def die(number: int, rows: list[Recipient]) -> bool:
        if next(chunks):
            return note_some(number, rows)
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(rounds, "_note_some", die)
        with pytest.raises(KeyboardInterrupt):
            actions.run_due(NOON)
    cut_short = queries.progress(queries.campaign(campaign.pk), at=NOON)
    assert (cut_short.noted, cut_short.to_note, cut_short.asked, cut_short.busy) == (2, 5, 0, True)
    with monkeypatch.context() as during:  # asked by another worker while the round is not whole: nobody
        during.setattr(rounds, "begin_due_round", lambda *_, **__: None)
        assert actions.run_due(NOON) == 0
    assert actions.run_due(NOON) == 5
    assert actions.run_due(NOON + DAY) == 0
    assert (Touch.objects.count(), Letter.objects.count()) == (5, 5)
    assert queries.campaign(campaign.pk).rounds == 1


def test_whoever_is_killed_while_asking_has_asked_all_of_a_turn_or_none(
    nps: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "TURN", 3)
    campaign_of(nps)
    write, letters = asking.write_letter, iter(range(100))

    def die(*given: Any, **more: Any) -> Any:
        if next(letters) == 4:
            raise KeyboardInterrupt
        return write(*given, **more)

    with monkeypatch.context() as during:
        during.setattr(asking, "write_letter", die)
        with pytest.raises(KeyboardInterrupt):
            actions.run_due(NOON)
    assert (Touch.objects.count(), Letter.objects.count()) == (3, 3)
    assert actions.run_due(NOON) == 4
    assert (Touch.objects.count(), Letter.objects.count(), Invitation.objects.count()) == (7, 7, 7)


def test_one_whose_letter_cannot_be_written_does_not_hold_up_the_others(
    nps: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = asking.queue_letter

    def refuse(*, to: str, **more: Any) -> Letter:
        if to == "Person3@example.org":
            raise InputError("This letter cannot be written.")
        return queue(to=to, **more)

    monkeypatch.setattr(asking, "queue_letter", refuse)
    campaign_of(nps)
    assert actions.run_due(NOON) == 6
    assert Recipient.objects.get(person="shop:3").reason == "refused"
    assert not Touch.objects.filter(person="shop:3").exists()


def test_a_customer_with_two_records_in_one_turn_is_asked_once(nps: Survey) -> None:
    records = {"person": ["crm:0"], "email": ["person0@example.org"], "given_name": ["Eva"]}
    register_identities(pa.table(records), source="crm", actor="test")
    campaign = campaign_of(nps, "schedule", every="week", next_round_at=NOON + DAY)
    for person in ("shop:0", "crm:0"):
        Recipient.objects.create(campaign=campaign, round="1", person=person, wanted_at=NOON, due_at=NOON)
    assert actions.run_due(NOON) == 1
    assert sorted(Recipient.objects.values_list("state", "reason")) == [
        ("asked", ""),
        ("skipped", "asked already"),
    ]


def test_of_a_large_segment_the_preview_estimates_and_says_how_well(
    nps: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = campaign_of(nps, start=False)
    exact = queries.preview(campaign, at=NOON)
    assert (exact.customers, exact.looked_at, exact.margin) == (8, 8, 0)
    monkeypatch.setattr(queries, "SAMPLE", 6)
    about = queries.preview(campaign, at=NOON)
    assert (about.customers, about.looked_at) == (8, 6)
    assert abs(about.segment - exact.segment) <= about.margin
    assert about == queries.preview(campaign, at=NOON)


def test_whom_a_reminder_cannot_reach_holds_up_nobody(nps: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign_of(nps, remind_after_days=3)
    actions.run_due(NOON)
    remind, unlucky = asking.remind, Recipient.objects.order_by("pk").values_list("pk", flat=True)[0]

    def refuse_one(number: int, *, now: datetime) -> Recipient:
        if number == unlucky:
            raise InputError("no address")
        return remind(number, now=now)

    monkeypatch.setattr(asking, "remind", refuse_one)
    actions.run_due(NOON + 4 * DAY)
    reminded = dict(Recipient.objects.filter(state="asked").values_list("pk", "reminded_at"))
    assert reminded.pop(unlucky) is None
    assert all(reminded.values())
    assert not Recipient.objects.filter(remind_at__isnull=False).exists()
