"""Index: shown with what is missing, answered by managers only, and told as CSV."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from regard.show.actions import assess
from regard.show.models import Assessment

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def test_before_a_computation_it_teaches_what_fills_it(as_: SignIn) -> None:
    page = as_("max").get("/index").content.decode()
    assert "Nothing was read yet" in page
    assert "Nobody has answered yet" in page


def test_the_index_shows_pillars_parts_and_what_is_missing(as_: SignIn, computed: int) -> None:
    page = as_("max").get("/index").content.decode()
    assert "There is no index yet" in page  # without promises and cases, most of caring is missing
    assert "too little measured" in page
    assert "Answers of satisfied customers" in page
    assert "Import deliveries with the promised and the actual date" in page
    assert "style=" not in page
    csv = b"".join(as_("max").get("/index.csv").streaming_content)  # type: ignore[attr-defined]
    assert csv.count(b"\r\n") == 1 + 1 + 3 + 16
    assert b"part,caring,promises,Promises kept,3" in csv


def test_a_manager_answers_and_finds_the_answers_again(as_: SignIn) -> None:
    max_ = as_("max")
    answer = max_.post("/index/assess", {"values-1": "4", "style-2": ""}, follow=True)
    assert "Your answers are kept" in answer.content.decode()
    kept = Assessment.objects.get()
    assert (kept.respondent, kept.answers) == ("max", {"values-1": 4})
    form = max_.get("/index/assessment").content.decode()
    assert 'name="values-1" value="4"' in form
    assert form.count(" checked>") == 1 + 20


@pytest.mark.parametrize("said", [{}, {"values-1": "9"}, {"values-1": "x" * 5000}])
def test_wrong_answers_come_back_and_nothing_is_kept(as_: SignIn, said: dict[str, str]) -> None:
    assert as_("max").post("/index/assess", said).status_code == 400
    assert not Assessment.objects.exists()


def test_agents_and_analysts_see_the_index_but_do_not_answer(as_: SignIn) -> None:
    for name in ("greta", "ana"):
        assert "Answer for" not in as_(name).get("/index").content.decode()
        assert as_(name).post("/index/assess", {"values-1": "4"}).status_code == 403


def test_answers_of_three_are_shown_together_and_a_wrong_quarter_is_refused(as_: SignIn) -> None:
    for name, answer in (("max", 4), ("ada", 4)):
        assess({"values-1": answer}, actor=name, on=timezone.localdate())
    assert "single ones could be told" in as_("max").get("/index").content.decode()
    assess({"values-1": 4}, actor="mia", on=timezone.localdate())
    page = as_("max").get("/index").content.decode()
    assert "Shared values: 75" in page
    assert as_("max").get("/index?quarter=1999-Q1").status_code == 400
