"""Drawing by lot: the same chance for everybody who may be asked, and nobody's choice."""

from collections import Counter
from datetime import timedelta

import pyarrow as pa
import pytest
from django.conf import settings as django_settings
from scipy.stats import chisquare

from regard.errors import InputError
from regard.know.actions import merge_customers, register_identities
from regard.know.contact.actions import ask_to_contact, draw_sample, record_consent
from regard.know.contact.models import Draw, Touch
from regard.know.models import Identity
from tests.know.contact.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd(db: None) -> list[str]:
    """Thirty people nobody knows more of."""
    persons = [f"shop:{number}" for number in range(30)]
    register_identities(
        pa.table({"person": persons, "name": [f"P {n}" for n in range(30)]}), source="shop", actor="t"
    )
    return persons


def draw(persons: list[str], how_many: float, seed: str = "nps") -> list[str]:
    return draw_sample(
        persons, share_or_count=how_many, seed=seed, purpose="survey", channel="email", at=NOON, actor="t"
    )


def test_a_draw_is_repeatable_recorded_and_follows_the_installation(
    crowd: list[str], settings: django_settings
) -> None:
    drawn = draw(crowd, 10)
    assert len(set(drawn)) == 10
    assert draw(list(reversed(crowd)), 10) == drawn
    assert draw(crowd, 10, seed="csat") != drawn
    assert draw(crowd, 1 / 3) == drawn
    assert len(draw(crowd, 1.0)) == 30
    settings.SECRET_KEY = "another installation"
    assert draw(crowd, 10) != drawn
    first = Draw.objects.order_by("id").first()
    assert first is not None
    assert (first.seed, first.candidates, first.eligible, first.chosen, first.actor) == (
        "nps",
        30,
        30,
        10,
        "t",
    )
    assert not Touch.objects.exists()


def test_only_who_may_be_asked_is_drawn_and_the_hour_does_not_matter(crowd: list[str]) -> None:
    record_consent("shop:0", purpose="survey", channel="email", given=False, how="said", actor="t", at=NOON)
    ask_to_contact("shop:1", purpose="survey", channel="email", kind="", about="", actor="t", at=NOON)
    night = NOON + timedelta(hours=12)
    drawn = draw_sample(
        crowd, share_or_count=30, seed="x", purpose="survey", channel="email", at=night, actor="t"
    )
    assert set(drawn) == set(crowd) - {"shop:0", "shop:1"}


def test_one_customer_has_one_lot_by_however_many_keys(crowd: list[str]) -> None:
    ids = dict(Identity.objects.values_list("person", "id"))
    for number in range(1, 10):
        merge_customers(ids["shop:0"], ids[f"shop:{number}"], actor="t", reason="")
    drawn = draw(crowd, 30)
    assert len(drawn) == 21
    assert drawn.count("shop:0") == 1


def test_everybody_has_the_same_chance(crowd: list[str]) -> None:
    counted = Counter(person for number in range(120) for person in draw(crowd, 5, seed=f"draw {number}"))
    assert len(counted) == 30
    # drawn without putting back the counts vary a little less than chi-square expects
    assert chisquare([counted[person] for person in crowd]).pvalue > 0.001


@pytest.mark.parametrize("wrong", [-1, 1.5, -0.1])
def test_no_such_share(crowd: list[str], wrong: float) -> None:
    with pytest.raises(InputError):
        draw(crowd, wrong)
