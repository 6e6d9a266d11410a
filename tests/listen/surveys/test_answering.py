"""Answers are kept once, may be changed, and the ledger hears all of it."""

from datetime import timedelta

import pytest

from regard.errors import NotFoundError
from regard.listen.surveys import actions
from regard.listen.surveys.models import Answer, Invitation, Response, Survey
from regard.listen.surveys.tokens import LinkEndedError, token_of
from regard.listen.surveys.values import AnswerError
from tests.listen.surveys.conftest import NOON, counting, invite, link, survey_of, told

pytestmark = pytest.mark.django_db


def say(invitation: Invitation, answers: dict[str, object], minutes: int = 1) -> Response:
    return actions.answer(link(invitation), answers, language="en", at=NOON + timedelta(minutes=minutes))[0]


def test_an_answer_is_a_row_and_an_event(nps: Survey) -> None:
    invitation = invite(nps)
    say(invitation, {"nps": "9"})
    assert Answer.objects.get().value == 9
    event = counting()["nps", ""]
    assert (event.person, event.score, event.subject, event.channel) == (
        "shop:1",
        9.0,
        f"survey:{nps.slug}",
        "email",
    )
    assert event.data
    assert (event.data["survey"], event.data["version"], event.data["language"]) == (
        nps.slug,
        1,
        "en",
    )
    invitation.refresh_from_db()
    assert invitation.state == "answered"
    assert [each.instrument for each in told("survey.invited")] == ["nps"]


def test_the_same_answer_twice_changes_nothing(nps: Survey) -> None:
    invitation = invite(nps)
    say(invitation, {"nps": 9})
    before = len(told())
    say(invitation, {"nps": 9}, 2)
    assert (Answer.objects.count(), Response.objects.count(), len(told())) == (1, 1, before)


def test_a_changed_answer_replaces_the_earlier_one_which_stays(nps: Survey) -> None:
    invitation = invite(nps)
    say(invitation, {"nps": 9})
    say(invitation, {"nps": 3, "why": "Late."}, 2)
    assert list(Answer.objects.filter(question="nps").order_by("pk").values_list("value", flat=True)) == [
        9,
        3,
    ]
    assert Answer.objects.filter(replaced_at=None, question="nps").get().value == 3
    assert len(told("event.retracted")) == 1
    assert {each.score for each in told("feedback.low")} == {3.0}
    say(invitation, {"nps": 10}, 3)
    void = {each.subject for each in told("event.retracted")}
    assert all(each.event_id in void for each in told("feedback.low"))


def test_an_answer_that_is_not_asked_any_more_is_taken_back(nps: Survey) -> None:
    invitation = invite(nps)
    say(invitation, {"nps": 2, "contact": {"yes": True, "reach": "after five"}})
    assert ("contact", "") in counting()
    say(invitation, {"nps": 9}, 2)
    assert ("contact", "") not in counting()


def test_words_about_a_score_are_kept_under_its_instrument(nps: Survey) -> None:
    say(invite(nps), {"nps": 9, "why": "Kind people."})
    assert sorted((each.score, each.text) for each in told("survey.answered") if each.text) == [
        (None, "Kind people.")
    ]
    assert {each.instrument for each in told("survey.answered")} == {"nps"}


def test_each_attribute_is_an_answer_of_its_own() -> None:
    survey = survey_of("key-account")
    rated = {"quality": {"rating": 5, "importance": 2}, "delivery": {"rating": 1}}
    say(invite(survey), {"type": {"chosen": ["user"]}, "all": rated})
    found = counting()
    assert found["rating-5", "quality"].score == 5
    assert found["importance-5", "quality"].score == 2
    assert [each.touchpoint for each in told("feedback.low")] == ["delivery"]


def test_a_rule_of_the_survey_says_what_is_low(nps: Survey) -> None:
    actions.change_survey(nps.pk, {"low": {"nps": 8}}, actor="ada")
    say(invite(nps), {"nps": 8})
    assert len(told("feedback.low")) == 1
    actions.change_survey(nps.pk, {"low": {"nps": None}}, actor="ada")
    say(invite(nps, "shop:2"), {"nps": 0})
    assert len(told("feedback.low")) == 1


WRONG: list[dict[str, object]] = [
    {"nps": 11}, {"nps": True}, {"nps": "1e1"}, {"nps": [3]}, {"nps": None}, {"other": 1}, {"contact": {"yes": True}},
    {"nps": 3, "why": "x" * 5000},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_does_not_fit_is_refused_whole(nps: Survey, wrong: dict[str, object]) -> None:
    with pytest.raises(AnswerError):
        say(invite(nps), wrong)
    assert (Answer.objects.count(), Response.objects.count(), len(told("survey.answered"))) == (0, 0, 0)


def test_an_anonymous_answer_leads_back_to_nobody() -> None:
    survey = survey_of("pulse")
    invitation = invite(survey, "staff:7")
    response, key = actions.answer(link(invitation), {"week": 4}, language="en", at=NOON)
    invitation.refresh_from_db()
    assert (response.invitation, invitation.answered_at, invitation.state) == (None, None, "answered")
    assert response.started_at == NOON.replace(hour=0)
    events = told("survey.answered")
    assert {each.person for each in events} == {f"anon:{response.pk.hex}"}
    assert all(each.occurred_at == each.recorded_at == response.started_at for each in events)
    assert {each.instrument for each in events} == {"employee-csat-5"}
    stored = str(list(Response.objects.values()) + list(Answer.objects.values())) + str(events)
    assert not any(part in stored for part in ("staff:7", invitation.key, key))
    with pytest.raises(LinkEndedError, match="has been used"):
        actions.answer(link(invitation), {"week": 1}, language="en", at=NOON)
    actions.answer_openly(survey.slug, {"obstacle": "Noise"}, key=key, language="en", at=NOON)
    assert Response.objects.count() == 1


def test_a_revoked_link_an_ended_one_and_a_closed_survey_take_no_answers(nps: Survey) -> None:
    revoked, ended, closed = (invite(nps, f"shop:{n}") for n in range(3))
    actions.revoke_invitation(revoked.pk, actor="ada")
    with pytest.raises(LinkEndedError):
        say(revoked, {"nps": 9})
    with pytest.raises(LinkEndedError):
        say(ended, {"nps": 9}, minutes=31 * 24 * 60)
    longer = token_of(ended.key, ended.ends_at + timedelta(days=90))
    with pytest.raises(LinkEndedError):  # the invitation's own end counts as well
        actions.answer(longer, {"nps": 9}, language="en", at=NOON + timedelta(days=40))
    actions.close_survey(nps.pk, actor="ada")
    with pytest.raises(LinkEndedError, match="closed"):
        say(closed, {"nps": 9})
    assert Answer.objects.count() == 0


def test_the_open_link_answers_only_where_it_is_open(nps: Survey) -> None:
    with pytest.raises(NotFoundError):
        actions.answer_openly(nps.slug, {"nps": 9}, language="en", at=NOON)
    actions.change_survey(nps.pk, {"public": True}, actor="ada")
    response, key = actions.answer_openly(nps.slug, {"nps": 9}, language="de", channel="kiosk", at=NOON)
    again, same = actions.answer_openly(nps.slug, {"nps": 10}, key=key, language="de", at=NOON)
    assert (again.pk, same) == (response.pk, key)
    assert counting()["nps", ""].channel == "store"
    with pytest.raises(NotFoundError):
        actions.answer_openly(nps.slug, {"nps": 1}, key="guess", language="de", at=NOON)


def test_who_may_not_be_asked_is_not(nps: Survey) -> None:
    invite(nps)
    second = actions.invite("shop:1", nps, via="email", actor="test", at=NOON + timedelta(hours=1))
    assert not isinstance(second, Invitation)
    assert not second.allowed
    assert Invitation.objects.count() == 1
