"""Voice, Journeys and Value: narrowed by their address, opening into people, teaching when empty."""

from collections.abc import Callable
from itertools import pairwise, product

import pytest
from django.test import Client

from regard.understand.models import Artefact
from regard.web.journey_drawing import draw_journey
from tests.web.conftest import HOSTILE

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
DESKTOP = 1092  # pixels beside the rail of a window of 1440


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.parametrize("address", ["/voice", "/journeys", "/value"])
def test_a_door_without_data_teaches_what_fills_it(as_: SignIn, address: str) -> None:
    page = text_of(as_("max"), address)
    assert "regard compute" in page
    assert 'href="/imports"' in page


def test_each_door_shows_figures_that_open_into_customers(as_: SignIn, computed: int) -> None:
    max_ = as_("max")
    voice, journeys, value = (text_of(max_, address) for address in ("/voice", "/journeys", "/value"))
    assert "/people?of=answers&amp;measure=csat" in voice
    assert "/measures/csat/rows.csv" in voice
    assert "/people?of=step&amp;step=ordered+again" in journeys
    assert "First order" in value
    assert "style=" not in voice + journeys + value
    assert HOSTILE not in voice + text_of(max_, "/people?of=step&step=first+order")
    assert "Grete Åberg" in text_of(max_, "/people?of=answers&measure=nps")
    csv = b"".join(max_.get("/people.csv?of=step&step=first+order").streaming_content)  # type: ignore[attr-defined]
    assert csv.count(b"\r\n") == 61
    assert b"'=SUM(1)" in csv
    assert b"step,next_step" in b"".join(max_.get("/journeys/passages.csv").streaming_content)  # type: ignore[attr-defined]
    assert b"months_since" in b"".join(max_.get("/value/cohorts.csv").streaming_content)  # type: ignore[attr-defined]


def test_a_narrowing_is_kept_in_the_address(as_: SignIn, computed: int) -> None:
    max_ = as_("max")
    for address in ("/", "/voice", "/journeys", "/value"):
        assert "Narrowed to <strong>channel web" in text_of(max_, f"{address}?who=channel:web&since=2020-01")
    assert "who=channel%3Aweb" in text_of(max_, "/journeys?who=channel:web")
    assert "Nobody here said anything" in text_of(max_, "/voice?until=1999-01")
    assert "In this slice there are no steps" in text_of(max_, "/journeys?until=1999-01")
    assert text_of(max_, "/people?of=nobody", status=400)


def test_voice_says_where_nobody_is_known_to_have_been_asked(as_: SignIn, computed: int) -> None:
    assert "It is not known who was asked" in text_of(as_("max"), "/voice")


def test_voice_says_when_a_score_changed_and_what_all_who_were_asked_would_say(
    as_: SignIn, computed: int
) -> None:
    max_, kept = as_("max"), Artefact.objects.get(name="scores")
    change = {"month": "2026-03", "earliest": "2026-02", "latest": "2026-04", "verdict": "up", "before": 0.61,
              "after": 0.68, "value": 0.07, "low": 0.04, "high": 0.1}  # fmt: skip
    ends = {"low": 0.5, "high": 0.7}
    answering = {"why": "", "asked": 400, "answered": 100, "traits": ["region"], "notes": ["Nobody <b>."],
                 "raw": {"value": 0.66, **ends}, "adjusted": {"value": 0.59, **ends}}  # fmt: skip
    kept.content = {"csat": {"changes": [change], "answering": answering}}
    kept.save()
    page = text_of(max_, "/voice")
    assert "Since March 2026 this went up from 61.0\u00a0% to 68.0\u00a0%" in page
    assert "any month from February 2026 to April 2026" in page
    assert "<strong>59.0\u00a0%</strong>" in page
    assert "Nobody &lt;b&gt;." in page
    assert "Since March" not in text_of(max_, "/voice?since=2020-01")  # the notes are of everybody


def test_value_says_what_staying_is_worth_and_works_out_costs_without_storing_them(
    as_: SignIn, computed: int
) -> None:
    max_, kept = as_("max"), Artefact.objects.get(name="value")
    stays = {"value": 0.8, "low": 0.774, "high": 0.824, "n": 1000, "standard_error": 0.0126}
    revenue = {"value": 100.0, "low": 95.0, "high": 105.0, "n": 1000, "standard_error": 2.5}
    loyalty = {"retention": stays, "revenue": revenue, "customers": 1000, "new": 70, "currency": "EUR"}
    kept.content["loyalty"] = loyalty
    kept.save()
    page = text_of(max_, "/value")
    assert "What staying is worth" in page
    assert "all revenue is margin: say yours below" in page
    assert "Winning one" not in page
    said = (
        "margin=40&winning=5000&won=100&keeping=100&treated=50&treated_stayed=40&others=50&others_stayed=40"
    )
    page = text_of(max_, f"/value?{said}")
    assert "40.0\u00a0% of revenue is margin" in page
    assert "Winning one" in page
    assert "without end" in page  # as many stayed without it
    csv = b"".join(max_.get(f"/value/staying.csv?{said}").streaming_content)  # type: ignore[attr-defined]
    assert b"winning_cost,50.0," in csv
    assert b"keeping_cost,inf," in csv
    for wrong, why in (
        ("margin=x", "Enter a number."), ("margin=0", "greater than or equal to 0.1"),
        ("won=-1", "greater than or equal to 0"), ("treated=5&treated_stayed=6", "More stayed than there were."),
    ):  # fmt: skip
        assert why in text_of(max_, f"/value?{wrong}")  # beside the field, with the rest of the page
        text_of(max_, f"/value/staying.csv?{wrong}", status=400)


def test_a_long_chain_of_steps_still_fits_a_desktop_and_no_words_lie_on_a_step() -> None:
    names = ["first order", *(f"step {n}" for n in range(11))]
    steps = [{"step": name, "times": 9} for name in names]
    ways = [{"step": one, "next_step": next_, "passages": 9, "median_wait": 60.0}
            for one, next_ in [*pairwise(names), *((late, names[1]) for late in names[2:])]]  # fmt: skip
    drawing = draw_journey(steps, ways)
    assert drawing.width <= DESKTOP
    assert len({(box.x, box.y) for box in drawing.boxes}) == len(names)
    for line, box in product((line for line in drawing.lines if line.named), drawing.boxes):
        assert not (
            box.x <= line.x <= box.x + drawing.box_width and box.y <= line.y <= box.y + drawing.box_height
        )


def test_a_drawing_places_each_step_once_and_ways_back_apart() -> None:
    steps = [{"step": name, "times": 9} for name in ("first order", "delivered", "ordered again")]
    ways = [{"step": "first order", "next_step": "delivered", "passages": 9},
            {"step": "delivered", "next_step": "ordered again", "passages": 5},
            {"step": "ordered again", "next_step": "delivered", "passages": 4}]  # fmt: skip
    drawing = draw_journey(steps, ways)
    assert [box.x for box in drawing.boxes] == sorted(box.x for box in drawing.boxes)
    assert [(line.row["passages"], line.back) for line in drawing.lines] == [
        (9, False),
        (5, False),
        (4, True),
    ]
    assert drawing.lines[0].weight == 5
