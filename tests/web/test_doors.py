"""Voice, Journeys and Value: narrowed by their address, opening into people, teaching when empty."""

from collections.abc import Callable

import pytest
from django.test import Client

from regard.web.journey_drawing import draw_journey
from tests.web.conftest import HOSTILE

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


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


def test_a_narrowing_is_kept_in_the_address_and_nonsense_is_refused(as_: SignIn, computed: int) -> None:
    max_ = as_("max")
    for address in ("/", "/voice", "/journeys", "/value"):
        assert "Narrowed to <strong>channel web" in text_of(max_, f"{address}?who=channel:web&since=2020-01")
    assert "who=channel%3Aweb" in text_of(max_, "/journeys?who=channel:web")
    for wrong in ("who=channel:nowhere", "since=x", "since=2026-02&until=2026-01"):
        text_of(max_, f"/voice?{wrong}", status=400)
    assert "Nobody here said anything" in text_of(max_, "/voice?until=1999-01")
    assert "In this slice there are no steps" in text_of(max_, "/journeys?until=1999-01")
    assert text_of(max_, "/people?of=nobody", status=400)


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
