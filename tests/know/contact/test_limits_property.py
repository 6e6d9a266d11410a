"""Whatever happens in whatever order: nobody is contacted more often, sooner or at another hour than the rules say."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.errors import ConflictError
from regard.know.actions import merge_customers, tell_apart, undo_merge
from regard.know.contact.actions import ask_to_contact, count_touch, record_consent
from regard.know.contact.models import ContactRules, HeldBack, Touch
from regard.know.contact.queries import standing
from regard.know.models import Identity, Merge

pytestmark = pytest.mark.django_db
PERSONS = ("shop:anna", "shop:bob", "shop:chie", "shop:dana")
ZONES = {
    "shop:anna": "Europe/Berlin",
    "shop:bob": "America/New_York",
    "shop:chie": "Asia/Tokyo",
    "shop:dana": "Europe/Berlin",
}
RULES = {"period_days": 10, "most_overall": 4, "most_survey": 2, "most_marketing": 2, "survey_gap_days": 2}
# days on which clocks are set in Berlin and New York, and an ordinary one
STARTS = [datetime(2026, *day, 6, tzinfo=UTC) for day in ((3, 28), (10, 24), (3, 7), (10, 31), (6, 10))]

# a small world, in which steps meet: mostly surveys by e-mail, to the two in Berlin
person = st.sampled_from([*PERSONS, "shop:anna", "shop:dana", "shop:anna", "shop:dana"])
purpose = st.sampled_from(["survey", "survey", "survey", "marketing", "service"])
channel = st.sampled_from(["email", "email", "email", "web", "phone"])
ask = st.tuples(st.just("ask"), person, purpose, channel, st.sampled_from(["invitation", "invitation", "reminder"]),
                st.sampled_from(["survey:a", "survey:b"]))  # fmt: skip
STEP = st.one_of(
    ask,
    ask,
    ask,
    ask,
    st.tuples(st.just("clock"), st.integers(-30, 90)),
    st.tuples(st.just("clock"), st.sampled_from([-24, 12, 48, 49, 72])),
    st.tuples(st.just("count"), person, purpose, channel),
    st.tuples(st.just("merge"), person, person),
    st.tuples(st.just("undo"), st.integers(0, 3)),
    st.tuples(st.just("apart"), person, person),
    st.tuples(st.just("say"), person, purpose, channel, st.booleans()),
)


@dataclass
class World:
    """The clock, and what people said, kept apart from the code under test."""

    now: datetime
    said: list[tuple[datetime, bool, str, str, str]] = field(default_factory=list)

    def together_with(self, key: str) -> set[str]:
        owner = Identity.objects.get(person=key).customer_id
        return set(Identity.objects.filter(customer=owner).values_list("person", flat=True))

    def carry_out(self, step: tuple[object, ...]) -> None:
        getattr(self, f"do_{step[0]}")(*step[1:])

    def do_clock(self, hours: int) -> None:
        self.now += timedelta(hours=hours, minutes=hours % 7)

    def do_merge(self, one: str, other: str) -> None:
        left, right = (Identity.objects.get(person=key).customer_id for key in (one, other))
        if left != right:
            with transaction.atomic():
                merge_customers(left, right, actor="tests", reason="")

    def do_undo(self, number: int) -> None:
        standing_merges = Merge.objects.filter(undone_at=None).order_by("id")
        if number < len(standing_merges):
            undo_merge(standing_merges[number].pk, actor="tests")

    def do_apart(self, one: str, other: str) -> None:
        if one != other:
            tell_apart(*(Identity.objects.get(person=key).pk for key in (one, other)), actor="tests")

    def do_say(self, key: str, why: str, way: str, given: bool) -> None:
        record_consent(key, purpose=why, channel=way, given=given, how="said", actor="tests", at=self.now)
        self.said.append((self.now, given, key, why, way))

    def do_count(self, key: str, why: str, way: str) -> None:
        count_touch(key, purpose=why, channel=way, kind="call", about="", actor="tests", at=self.now)

    def do_ask(self, key: str, why: str, way: str, kind: str, about: str) -> None:
        before = Touch.objects.count(), HeldBack.objects.count()
        decision = ask_to_contact(
            key, purpose=why, channel=way, kind=kind, about=about, actor="tests", at=self.now
        )
        if decision.allowed:
            assert Touch.objects.count() == before[0] + 1
            self.check_touch(Touch.objects.get(pk=decision.touch_id))
            return
        assert Touch.objects.count() == before[0]
        assert HeldBack.objects.filter(reason=decision.reason, person=key).exists()
        if decision.not_before is not None:
            assert decision.not_before > self.now
            if kind == "invitation":  # a look ahead knows no reminders
                assert standing(key, why, way, decision.not_before).reason not in {"quiet", "too soon"}

    def check_touch(self, touch: Touch) -> None:
        keys = self.together_with(touch.person)
        touches = list(Touch.objects.filter(person__in=keys))
        if touch.purpose != "service":
            assert most_in_a_window([each.at for each in touches], touch.at) <= RULES["most_overall"]
            own = [each.at for each in touches if each.purpose == touch.purpose]
            assert most_in_a_window(own, touch.at) <= 2
        if touch.purpose == "survey":
            for each in touches:
                reminded = touch.kind == "reminder" and each.about == touch.about
                if each.purpose == "survey" and each.pk != touch.pk and not reminded:
                    assert abs(each.at - touch.at) >= timedelta(days=RULES["survey_gap_days"])
        if touch.channel not in {"web", "kiosk"}:
            for key in keys - {"shop:dana"} or keys:
                wall = touch.at.astimezone(ZoneInfo(ZONES[key])).time()
                assert time(8) <= wall < time(20)
        self.check_agreed(touch, keys)

    def check_agreed(self, touch: Touch, keys: set[str]) -> None:
        cell = [
            each
            for each in self.said
            if each[2] in keys and each[3:] == (touch.purpose, touch.channel) and each[0] <= touch.at
        ]
        newest = max((each[0] for each in cell), default=None)
        assert all(given for at, given, *_ in cell if at == newest), "they had said no"
        assert cell or touch.purpose != "marketing"


def most_in_a_window(times: list[datetime], moment: datetime) -> int:
    """The most touches in any ten days that `moment` lies in."""
    length = timedelta(days=RULES["period_days"])
    starts = [start for start in times if start <= moment < start + length]
    return max(sum(start <= each < start + length for each in times) for start in starts)


def play(start: datetime, steps: list[tuple[object, ...]]) -> None:
    with transaction.atomic():
        ContactRules.objects.create(**RULES)
        world = World(start)
        for step in steps:
            try:
                world.carry_out(step)
            except ConflictError:
                continue  # told apart before: no merge
        transaction.set_rollback(True)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(start=st.sampled_from(STARTS), steps=st.lists(STEP, min_size=12, max_size=40))
def test_no_sequence_of_steps_breaks_a_rule(
    people: dict[str, int], start: datetime, steps: list[tuple[object, ...]]
) -> None:
    play(start, steps)


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(start=st.sampled_from(STARTS), steps=st.lists(STEP, min_size=10, max_size=60))
def test_no_long_sequence_of_steps_breaks_a_rule(
    people: dict[str, int], start: datetime, steps: list[tuple[object, ...]]
) -> None:
    play(start, steps)
