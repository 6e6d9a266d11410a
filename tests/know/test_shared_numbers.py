"""Numbers of one source that are another's: found in the data, kept with evidence, followed, refused."""

import json
from types import SimpleNamespace

import pyarrow as pa
import pytest

from regard.know import linking
from regard.know.actions import decide_shared_number, link_identities, register_identities
from regard.know.linkage import Thresholds
from regard.know.models import Candidate, Link, SharedNumber
from regard.know.numbers import Numbers, Overlap, Support, compare, judge, numbers_of
from regard.know.queries import customer, shared_numbers

GIVEN = ("Anna", "Bernd", "Carla", "Dieter", "Eva", "Frank", "Greta")
FAMILY = ("Berg", "Ott", "Stein", "Uhl", "Weiss", "Klopp", "Nagel", "Rabe", "Sommer", "Thiel", "Vogt")


@pytest.fixture(autouse=True)
def no_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only numbers and keys link here."""
    columns = {"left": pa.int64(), "right": pa.int64(), "probability": pa.float64(), "weights": pa.string()}
    nothing = pa.schema([*columns.items(), ("reason", pa.string())]).empty_table()
    model = SimpleNamespace(to_json=lambda: "{}")
    found = SimpleNamespace(links=nothing, reviews=nothing, model=model, compared=0, thresholds=Thresholds())
    monkeypatch.setattr(linking, "link_records", lambda *_, **__: found)
    monkeypatch.setattr(linking.Model, "from_json", lambda text: text)


def names(count: int) -> list[str]:
    return [f"{GIVEN[number % 7]} {FAMILY[number % 11]}" for number in range(count)]


def register_shop(count: int = 40) -> None:
    rows = {"person": [f"shop:K{1000 + number}" for number in range(count)], "name": names(count)}
    register_identities(pa.table(rows), source="shop", actor="tests")


def register_crm(count: int = 40, *, said: list[str] | None = None) -> None:
    ids = [json.dumps({"shop_nr": f"K{1000 + number}"}) for number in range(count)]
    rows = {"person": [f"crm:{number}" for number in range(count)], "name": said or names(count), "ids": ids}
    register_identities(pa.table(rows), source="crm", actor="tests")


def together(*persons: str) -> bool:
    return len({customer(person).id for person in persons}) == 1


@pytest.mark.django_db
def test_a_number_that_two_sources_share_links_and_says_why() -> None:
    register_shop()
    register_crm()
    assert not together("crm:3", "shop:K1003")
    link_identities(actor="mia")
    assert together("crm:3", "shop:K1003")
    found = shared_numbers()[0]
    assert (found.left, found.right, found.state) == ("crm.shop_nr", "shop", "in force")
    assert found.evidence["values"] == found.evidence["agreeing"] == 40
    assert Link.objects.filter(rule="same number: crm.shop_nr = shop").count() == 40


@pytest.mark.django_db
def test_a_number_known_to_be_shared_links_on_intake() -> None:
    register_shop(45)
    register_crm()
    link_identities(actor="mia")
    rows = {"person": ["crm:900"], "name": ["Bernd Ott"], "ids": ['{"shop_nr": "K1001"}']}
    register_identities(pa.table(rows), source="crm", actor="tests")
    assert together("crm:900", "shop:K1001")
    rows = {"person": ["crm:901"], "name": ["Zoe Quast"], "ids": ['{"shop_nr": "K1041"}']}
    register_identities(pa.table(rows), source="crm", actor="tests")
    assert not together("crm:901", "shop:K1041")


@pytest.mark.django_db
def test_one_number_under_two_names_is_reviewed() -> None:
    register_shop()
    register_crm(said=["Zoe Quast", *names(40)[1:]])
    link_identities(actor="mia")
    assert not together("crm:0", "shop:K1000")
    assert together("crm:1", "shop:K1001")
    reasons = [candidate.evidence["reason"] for candidate in Candidate.objects.all()]
    assert "same number: crm.shop_nr = shop, but the records differ" in reasons


@pytest.mark.django_db
def test_a_refused_number_takes_its_links_back_for_good() -> None:
    register_shop()
    register_crm()
    link_identities(actor="mia")
    decide_shared_number(shared_numbers()[0].pk, same=False, actor="noa")
    assert not together("crm:3", "shop:K1003")
    register_crm(said=[f"{name}-Neu" for name in names(40)])
    link_identities(actor="mia")
    assert not together("crm:3", "shop:K1003")
    found = SharedNumber.objects.get()
    assert (found.state, found.decided_by) == ("refused", "noa")
    decide_shared_number(found.pk, same=True, actor="noa")
    assert together("crm:3", "shop:K1003")


def test_numbers_counted_from_one_overlap_by_chance() -> None:
    rows = [(number, f"crm:{number}", "crm", None) for number in range(1, 200)]
    rows += [(1000 + number, f"shop:{number}", "shop", None) for number in range(1, 200)]
    with Numbers(numbers_of(rows)) as numbers:
        (found,) = numbers.overlaps()
    assert (found.left, found.right, found.values, found.distinctive) == ("crm", "shop", 199, False)
    assert judge(found, Support(compared=150, agreeing=3, contradicting=140)) == "no"
    assert judge(found, Support(compared=0, agreeing=0, contradicting=0)) == "unsure"
    assert judge(found, Support(compared=150, agreeing=149, contradicting=0)) == "in force"


def test_distinctive_numbers_need_less_support_but_no_contradiction() -> None:
    overlap = Overlap("crm.shop_nr", "shop", values=60, share=0.9, repeated=1.0, distinctive=True)
    assert judge(overlap, Support(0, 0, 0)) == "in force"
    assert judge(overlap, Support(6, 6, 0)) == "in force"
    assert judge(overlap, Support(20, 10, 5)) == "no"


def test_records_agree_contradict_or_do_not_say() -> None:
    anna = {"given_name": "anna", "family_name": "berg", "birth_date": "1980-03-02"}
    assert compare(anna, anna) == "agree"
    assert compare(anna, anna | {"birth_date": "1980-02-03"}) == "agree"
    assert compare(anna, anna | {"birth_date": "1952-03-02"}) == "contradict"
    assert compare(anna, {"given_name": "carl", "family_name": "ott"}) == "contradict"
    assert compare(anna, {"email": "a@x.org"}) == "silent"
    assert compare(anna | {"email": "b@x.org"}, {"email": "a@x.org"}) == "differ"
