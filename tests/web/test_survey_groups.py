"""A survey's answers by what is known of customers: page and CSV; nothing of the sort of an anonymous one."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pytest
from django.test import Client

from regard.errors import InputError
from regard.know.actions import refresh_people, register_identities
from regard.know.models import Identity
from regard.ledger import lake
from regard.listen.surveys.models import Survey
from regard.understand.doors import queries as doors
from regard.understand.doors import survey_groups
from tests.listen.surveys.conftest import invite, survey_of
from tests.listen.surveys.test_answering import say
from tests.web.test_safety import suspicious

pytestmark = pytest.mark.django_db
PEOPLE = 30


@pytest.fixture
def nps() -> Survey:
    """Thirty customers: twelve in the North answer 9, six of twelve in the South 5, six are of no known region."""
    rows = {"person": [f"shop:{n}" for n in range(PEOPLE)], "given_name": [f"Ann{n}" for n in range(PEOPLE)]}
    register_identities(pa.table(rows), source="shop", actor="test")
    refresh_people()
    of = dict(Identity.objects.values_list("person", "customer_id"))
    region = {n: "=North" if n < 12 else "South" for n in range(24)}
    lake.overwrite("segments", pa.table({
        "dimension": ["region"] * 24, "group": list(region.values()),
        "customer_id": pa.array([of[f"shop:{n}"] for n in region], pa.int64()),
    }))  # fmt: skip
    survey = survey_of("nps")
    for n in range(PEOPLE):
        found = invite(survey, f"shop:{n}")
        if n < 18:
            say(found, {"nps": 9 if n < 12 else 5})
    return survey


@pytest.fixture(autouse=True)
def _dimensions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "segments", lambda: {"region": []})


def test_each_group_has_its_scores_its_rate_and_who_did_not_answer(nps: Survey) -> None:
    north, south, unknown = survey_groups.groups(nps, "region")
    assert (north.name, north.asked, north.answered, north.silent) == ("=North", 12, 12, 0)
    assert (south.name, south.asked, south.answered, south.silent) == ("South", 12, 6, 6)
    assert (unknown.name, unknown.asked, unknown.answered) == (survey_groups.UNKNOWN, 6, 0)
    (scored, estimate), = north.scores  # fmt: skip
    assert (scored.key, estimate.value, estimate.n) == ("nps", 1.0, 12)
    assert estimate.low is not None
    assert estimate.low < 1.0
    assert south.rate is not None
    assert south.rate.value == 0.5
    assert south.scores[0][1].value is None  # six are too few for a figure
    assert south.scores[0][1].n == 6


def test_the_page_and_the_csv_say_the_same(as_: Callable[[str], Client], nps: Survey) -> None:
    page = as_("ana").get(f"/surveys/{nps.slug}/groups?by=region").content.decode()
    assert suspicious(page) == []
    assert "too few" in page
    assert "50.0\u00a0%" in page
    answer: Any = as_("ana").get(f"/surveys/{nps.slug}/groups.csv?by=region")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[1].startswith("'=North,12,12,0,response rate,share,1.0,")
    assert lines[2].startswith("'=North,12,12,0,")
    assert as_("ana").get(f"/surveys/{nps.slug}/groups?by=name").status_code == 400
    assert "by what is known" in as_("ada").get(f"/surveys/{nps.slug}").content.decode()


def test_an_anonymous_survey_is_never_brought_together_with_customers(
    as_: Callable[[str], Client], nps: Survey
) -> None:
    pulse = survey_of("pulse")
    for n in range(12):
        say(invite(pulse, f"staff:{n}"), {"week": 3})
    with patch.object(lake, "read", side_effect=AssertionError("joined")):
        assert survey_groups.dimensions(pulse) == []
        with pytest.raises(InputError, match="no breakdown"):
            survey_groups.groups(pulse, "region")
    page = as_("ada").get(f"/surveys/{pulse.slug}/groups").content.decode()
    assert "Not for an anonymous survey" in page
    assert as_("ada").get(f"/surveys/{pulse.slug}/groups.csv?by=region").status_code == 400
