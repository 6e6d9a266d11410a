"""Columns of numbers that count the same people are shown with their evidence, confirmed and refused."""

import json
from collections.abc import Callable

import pyarrow as pa
import pytest
from django.test import Client
from huey.contrib.djhuey import HUEY

from regard.access.models import User
from regard.know.actions import decide_shared_number, register_identities
from regard.know.models import Link, SharedNumber
from regard.know.queries import customer
from regard.understand.tasks import resume
from regard.web.views import review

As = Callable[[str], Client]
RULE = "same number: crm.shop_nr = shop"
EVIDENCE = {"values": 40, "share": 0.9, "repeated": 1.0, "compared": 30, "agreeing": 28, "contradicting": 1}


@pytest.fixture
def shared(cast: dict[str, User]) -> SharedNumber:
    """Two sources whose records Regard is not sure to be under the same numbers."""
    return SharedNumber.objects.create(left="crm.shop_nr", right="shop", state="unsure", evidence=EVIDENCE)


def test_what_was_found_is_shown_with_its_evidence(as_: As, shared: SharedNumber) -> None:
    html = as_("max").get("/review/numbers").content.decode()
    assert "<code>crm.shop_nr</code>" in html
    assert "40 numbers are in both (90.0\u00a0% of the smaller)" in html
    assert "28 agree and 1 contradict" in html
    assert "waits for you" in html


def test_confirmed_numbers_link_what_comes_in_and_refusing_takes_it_back(
    as_: As, shared: SharedNumber
) -> None:
    max_, address = as_("max"), f"/review/numbers/{shared.pk}"
    said = max_.post(address, {"decision": "same"}, follow=True).content.decode()
    assert "after the" in said
    assert "joins 0 pairs" in said
    people = {"person": ["shop:K1001"], "name": ["Bernd Ott"]}
    register_identities(pa.table(people), source="shop", actor="test")
    crm = {"person": ["crm:9"], "name": ["Bernd Ott"], "ids": [json.dumps({"shop_nr": "K1001"})]}
    register_identities(pa.table(crm), source="crm", actor="test")
    assert customer("crm:9").id == customer("shop:K1001").id
    assert "joins 1 pair;" in max_.get("/review/numbers").content.decode()
    said = max_.post(address, {"decision": "different"}, follow=True).content.decode()
    assert "was taken back" in said
    shared.refresh_from_db()
    assert (shared.state, shared.decided_by) == ("refused", "max")
    assert customer("crm:9").id != customer("shop:K1001").id
    assert not Link.objects.get(rule=RULE).active
    max_.post(address, {"decision": "same"})
    assert customer("crm:9").id == customer("shop:K1001").id


def test_what_changes_many_links_is_left_to_the_worker_and_the_page_says_so(
    as_: As, shared: SharedNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(HUEY, "immediate", False)
    max_, address = as_("max"), f"/review/numbers/{shared.pk}"
    max_.post(address, {"decision": "same"})
    register_pairs(3)
    said = max_.post(address, {"decision": "different"}, follow=True).content.decode()
    assert "It changes 3 pairs of records" in said
    assert "joins 3 pairs still" in said
    assert "3 pairs still to be taken apart" in said
    assert customer("crm:0").id == customer("shop:K1000").id
    assert HUEY.execute(HUEY.dequeue()) is None
    said = max_.get("/review/numbers").content.decode()
    assert "joins nobody;" in said
    assert "still to be" not in said
    assert customer("crm:0").id != customer("shop:K1000").id


def test_a_worker_that_starts_does_what_an_earlier_one_left(as_: As, shared: SharedNumber) -> None:
    decide_shared_number(shared.pk, same=True, actor="max")
    register_pairs(3)
    decide_shared_number(shared.pk, same=False, actor="max", at_most=2)
    assert Link.objects.filter(rule=RULE, active=True).count() == 3
    resume()
    assert not Link.objects.filter(rule=RULE, active=True).exists()


def register_pairs(count: int) -> None:
    """As many people in the shop, and in the CRM with their numbers there."""
    names = ["Bernd Ott", "Carla Uhl", "Dora Maier"][:count]
    shop = {"person": [f"shop:K{1000 + n}" for n in range(count)], "name": names}
    register_identities(pa.table(shop), source="shop", actor="test")
    numbers = [json.dumps({"shop_nr": f"K{1000 + n}"}) for n in range(count)]
    crm = {"person": [f"crm:{n}" for n in range(count)], "name": names, "ids": numbers}
    register_identities(pa.table(crm), source="crm", actor="test")


def test_a_wrong_word_or_number_changes_nothing(as_: As, shared: SharedNumber) -> None:
    assert as_("max").post(f"/review/numbers/{shared.pk}", {"decision": "maybe"}).status_code == 400
    assert as_("max").post("/review/numbers/999", {"decision": "same"}).status_code == 404
    shared.refresh_from_db()
    assert shared.state == "unsure"


def test_home_names_what_waits_to_be_decided(as_: As, shared: SharedNumber, computed: int) -> None:
    words = "1 column of numbers may be shared between sources."
    assert words in as_("max").get("/").content.decode()
    decide_shared_number(shared.pk, same=False, actor="max")
    assert words not in as_("max").get("/").content.decode()
