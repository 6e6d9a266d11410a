"""Asking to contact: the answer, the row that counts it, the row that says why not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from regard.errors import InputError
from regard.know.actions import merge_customers, register_identities, undo_merge
from regard.know.contact.actions import ask_to_contact, change_rules, count_touch, record_consent
from regard.know.contact.models import Consent, ContactRules, HeldBack, Touch
from regard.know.contact.queries import consent_of, held_back, standing, touches_of
from regard.know.contact.terms import Decision, Reason
from regard.know.contact.unsubscribing import unsubscribe_token, withdraw
from regard.know.queries import customer
from regard.ledger.models import Batch
from tests.know.contact.conftest import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def ask(person: str = "shop:anna", at: datetime = NOON, **more: Any) -> Decision:
    wish = {"purpose": "survey", "channel": "email", "kind": "invitation", "about": "survey:nps"} | more
    return ask_to_contact(person, actor="tests", at=at, **wish)


def say(
    person: str, given: bool, at: datetime = NOON, purpose: str = "survey", channel: str = "email"
) -> Consent:
    return record_consent(
        person, purpose=purpose, channel=channel, given=given, how="on the phone", actor="mia", at=at
    )


def test_what_is_allowed_is_counted_at_once(people: dict[str, int]) -> None:
    decision = ask()
    assert decision.allowed
    touch = Touch.objects.get()
    assert (touch.pk, touch.person, touch.at, touch.decided) == (decision.touch_id, "shop:anna", NOON, True)
    assert touches_of(people["shop:anna"]) == [touch]


def test_a_second_survey_soon_after_is_delayed_until_the_gap_is_over(people: dict[str, int]) -> None:
    ask()
    decision = ask(at=NOON + 3 * DAY, about="survey:csat")
    assert (decision.allowed, decision.reason, decision.delayed) == (False, Reason.TOO_SOON, True)
    assert decision.not_before == NOON + 14 * DAY
    assert ask(at=decision.not_before, about="survey:csat").allowed


def test_a_reminder_may_come_before_the_gap_is_over_but_counts(people: dict[str, int]) -> None:
    ask()
    assert ask(at=NOON + 4 * DAY, kind="reminder").allowed
    assert not ask(at=NOON + 4 * DAY, kind="reminder", about="survey:other").allowed
    again = ask(at=NOON + 8 * DAY, kind="reminder")
    assert (again.allowed, again.reason) == (False, Reason.OFTEN_FOR_PURPOSE)


def test_contacts_of_other_kinds_count_against_the_overall_limit(people: dict[str, int]) -> None:
    for days in range(6):
        count_touch("shop:anna", purpose="service", channel="email", kind="reply", about="case:1", actor="mia",
                    at=NOON + days * DAY)  # fmt: skip
    decision = ask(at=NOON + 6 * DAY)
    assert (decision.allowed, decision.reason, decision.not_before) == (False, Reason.OFTEN, None)
    assert ask(at=NOON + 31 * DAY).allowed


def test_an_answer_owed_is_never_withheld_for_number(people: dict[str, int]) -> None:
    for hour in range(8):
        assert ask(purpose="service", kind="reply", about="case:1", at=NOON + timedelta(minutes=hour)).allowed


def test_quiet_hours_are_those_where_the_person_lives(people: dict[str, int]) -> None:
    bob = ask("shop:bob")  # six in the morning in New York
    assert (bob.reason, bob.not_before) == (Reason.QUIET, datetime(2026, 6, 10, 12, tzinfo=UTC))
    chie = ask("shop:chie", at=NOON + timedelta(hours=1))  # eight in the evening in Tokyo
    assert (chie.reason, chie.not_before) == (Reason.QUIET, datetime(2026, 6, 10, 23, tzinfo=UTC))
    assert ask("shop:bob", channel="web").allowed  # they are there already
    assert ask("shop:dana").allowed  # nobody knows where: the company's clock


def test_a_planned_hour_counts_not_the_hour_of_planning(people: dict[str, int]) -> None:
    midnight = datetime(2026, 6, 10, 22, tzinfo=UTC)
    assert ask(at=midnight, send_at=midnight + timedelta(hours=10)).allowed
    assert Touch.objects.get().at == midnight + timedelta(hours=10)


def test_holidays_are_kept_where_the_rules_say_so(people: dict[str, int]) -> None:
    change_rules({"quiet_holidays": True}, actor="mia")
    unity = datetime(2026, 10, 3, 10, tzinfo=UTC)
    decision = ask(at=unity)
    assert (decision.reason, decision.not_before) == (Reason.HOLIDAY, datetime(2026, 10, 4, 6, tzinfo=UTC))


def test_surveys_are_allowed_by_rule_and_offers_are_not(people: dict[str, int]) -> None:
    assert ask().allowed
    assert ask(purpose="marketing").reason == Reason.NOT_AGREED
    say("shop:anna", True, purpose="marketing")
    assert ask(purpose="marketing").allowed
    change_rules({"survey_needs_consent": True}, actor="mia")
    assert ask("shop:dana").reason == Reason.NOT_AGREED


def test_a_withdrawal_beats_everything_until_they_agree_again(people: dict[str, int]) -> None:
    say("shop:anna", True, NOON - 2 * DAY)
    say("shop:anna", False, NOON - DAY, purpose="any", channel="any")
    assert ask().reason == Reason.WITHDRAWN
    assert ask(purpose="service", channel="phone").reason == Reason.WITHDRAWN
    say("shop:anna", True, NOON - timedelta(hours=1))
    assert ask().allowed
    assert ask(channel="phone").reason == Reason.WITHDRAWN


def test_of_a_yes_and_a_no_at_the_same_moment_the_no_counts(people: dict[str, int]) -> None:
    say("shop:anna", False)
    say("shop:anna", True)
    assert ask().reason == Reason.WITHDRAWN


def test_a_consent_is_a_row_an_event_and_history(people: dict[str, int]) -> None:
    say("shop:anna", True, NOON - DAY)
    say("shop:anna", False)
    assert [row.given for row in Consent.objects.order_by("id")] == [True, False]
    events = [
        event for batch in Batch.objects.order_by("id") for event in msgspec.json.decode(bytes(batch.payload))
    ]
    assert [(event["name"], event["person"]) for event in events] == [
        ("consent.given", "shop:anna"),
        ("consent.withdrawn", "shop:anna"),
    ]
    assert events[1]["data"] == {"purpose": "survey", "channel": "email", "how": "on the phone"}
    row = next(
        row for row in consent_of(people["shop:anna"]) if (row.purpose, row.channel) == ("survey", "email")
    )
    assert (row.given, row.may, row.since, row.how) == (False, False, NOON, "on the phone")


def test_touches_and_consents_follow_a_merge_and_its_undoing(people: dict[str, int]) -> None:
    ask("shop:anna")
    merge = merge_customers(people["shop:anna"], people["shop:dana"], actor="mia", reason="")
    assert ask("shop:dana", at=NOON + DAY).reason == Reason.TOO_SOON
    say("shop:dana", False, NOON + DAY)
    assert standing("shop:anna", "survey", "email", NOON + 20 * DAY).reason == Reason.WITHDRAWN
    undo_merge(merge.pk, actor="mia")
    assert standing("shop:anna", "survey", "email", NOON + 20 * DAY).allowed
    assert standing("shop:dana", "survey", "email", NOON + 20 * DAY).reason == Reason.WITHDRAWN


def test_a_yes_given_while_two_were_taken_for_one_does_not_outlive_the_mistake(
    people: dict[str, int],
) -> None:
    say("shop:dana", False, NOON - 2 * DAY)
    merge = merge_customers(people["shop:anna"], people["shop:dana"], actor="mia", reason="")
    assert ask("shop:anna").reason == Reason.WITHDRAWN
    say("shop:anna", True, NOON - DAY)
    assert ask("shop:dana").allowed
    undo_merge(merge.pk, actor="mia")
    assert ask("shop:dana", at=NOON + 15 * DAY).reason == Reason.WITHDRAWN


def test_an_address_without_a_record_counts_for_the_record_that_comes_later(db: None) -> None:
    assert ask("email:eva@example.org").allowed
    rows = pa.table({"person": ["shop:eva"], "name": ["Eva Ek"], "email": ["Eva@Example.org"]})
    register_identities(rows, source="shop", actor="tests")
    assert ask("shop:eva", at=NOON + DAY).reason == Reason.TOO_SOON
    assert len(touches_of(customer("shop:eva").id)) == 1
    assert ask("email:eva@example.org", at=NOON + DAY).reason == Reason.TOO_SOON


def test_a_thing_is_nobody(db: None) -> None:
    assert ask("ref:order:4711").reason == Reason.NOBODY
    with pytest.raises(InputError):
        say("ref:order:4711", True)


def test_what_was_held_back_is_counted_by_reason(people: dict[str, int]) -> None:
    ask()
    ask(at=NOON + DAY, about="survey:csat")
    ask(at=NOON + 2 * DAY, about="survey:csat")
    ask("shop:bob")
    ref = HeldBack.objects.get(reason=Reason.TOO_SOON)
    assert (ref.times, ref.first_at, ref.last_at) == (2, NOON + DAY, NOON + 2 * DAY)
    assert {(row.reason, row.contacts, row.times) for row in held_back(NOON)} == {
        ("too soon", 1, 2),
        ("quiet", 1, 1),
    }
    assert held_back(NOON + 3 * DAY) == []


def test_looking_counts_nothing(people: dict[str, int]) -> None:
    assert standing("shop:anna", "survey", "email", NOON).allowed
    assert not Touch.objects.exists()
    assert not HeldBack.objects.exists()


def test_changed_rules_hold_at_once_and_the_old_ones_are_kept(people: dict[str, int]) -> None:
    change_rules({"survey_gap_days": 0, "most_survey": 3}, actor="mia")
    change_rules({"most_overall": 2}, actor="noa")
    assert [ask(at=NOON + timedelta(hours=hour)).allowed for hour in range(3)] == [True, True, False]
    assert list(ContactRules.objects.order_by("id").values_list("most_survey", "most_overall", "actor")) == [
        (3, 6, "mia"),
        (3, 2, "noa"),
    ]
    with pytest.raises(InputError):
        change_rules({"made_at": NOON}, actor="mia")


@pytest.mark.parametrize("wrong", [{"purpose": "fun"}, {"channel": "pigeon"}, {"at": datetime(2026, 1, 1)}])  # noqa: DTZ001
def test_what_makes_no_sense_is_refused(people: dict[str, int], wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        ask(**wrong)


def test_who_withdraws_while_a_run_is_under_way_is_not_asked_by_the_rest_of_it(
    people: dict[str, int],
) -> None:
    say("shop:anna", True, at=NOON - DAY)
    say("shop:anna", False, at=NOON + timedelta(minutes=1))
    decision = ask(at=NOON)
    assert (decision.allowed, decision.reason) == (False, Reason.WITHDRAWN)


def test_stopping_a_second_time_counts_when_they_had_agreed_in_between(people: dict[str, int]) -> None:
    token = unsubscribe_token(ask().touch_id or 0)
    first = withdraw(token, everything=False, how="link", at=NOON)
    assert withdraw(token, everything=False, how="link", at=NOON) == first  # pressed twice
    say("shop:anna", True, at=NOON + DAY, purpose="any", channel="any")
    assert standing("shop:anna", "survey", "email", NOON + 40 * DAY).allowed
    withdraw(token, everything=False, how="link", at=NOON + 2 * DAY)
    assert standing("shop:anna", "survey", "email", NOON + 40 * DAY).reason == Reason.WITHDRAWN
