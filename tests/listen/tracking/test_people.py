"""Who a call is about: users, visitors who become users, shared computers, organisations."""

from typing import Any

import pytest
from django.db.models import Max

from regard.know.actions import tell_apart
from regard.know.models import Identity, Link
from regard.know.queries import customer, memberships_of, persons_of
from regard.ledger import actions
from tests.listen.tracking.sending import post

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(key: str) -> Any:
    """Send calls and let them reach the lake."""

    def sending(*calls: dict[str, Any]) -> None:
        assert post("/v1/batch", {"batch": list(calls)}, key=key).status == 200
        actions.flush_inbox()

    return sending


def identify(user: str | None, visitor: str | None = None, **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "anonymousId": visitor, "traits": traits}


def customer_of(person: str) -> int | None:
    return Identity.objects.get(person=person).customer_id


def test_a_visitor_who_identifies_is_that_customer(send: Any) -> None:
    send(
        {"type": "page", "anonymousId": "v1", "properties": {"path": "/"}},
        identify("ada", "v1", email="a@b.example"),
    )
    found = customer("shop:ada")
    assert found.email == "a@b.example"
    assert set(persons_of(found.id)) == {"shop:ada", "anon:v1"}


def test_a_computer_that_two_customers_share_is_nobodys_and_makes_them_not_one(send: Any) -> None:
    send(identify("ada", "v1"))
    assert customer_of("anon:v1") == customer_of("shop:ada")
    send(identify("bob", "v1"))
    assert len({customer_of(person) for person in ("anon:v1", "shop:ada", "shop:bob")}) == 3
    send(identify("ada", "v1"), identify("cem", "v1"))
    assert len({customer_of(person) for person in ("anon:v1", "shop:ada", "shop:bob", "shop:cem")}) == 4


def test_two_users_at_once_on_one_computer_stay_apart(send: Any) -> None:
    send(identify("ada", "v1"), identify("bob", "v1"), {"type": "alias", "userId": "cem", "previousId": "v1"})
    assert len({customer_of(person) for person in ("anon:v1", "shop:ada", "shop:bob", "shop:cem")}) == 4


def test_a_computer_shared_by_two_accounts_of_one_customer_is_hers(send: Any) -> None:
    send(identify("ada", "v1", email="ada@b.example"), identify("ada2", "v1", email="ada@b.example"))
    assert len({customer_of(person) for person in ("anon:v1", "shop:ada", "shop:ada2")}) == 1


def test_the_same_again_changes_nothing(send: Any) -> None:
    send(identify("ada", "v1", email="a@b.example"))
    before = Identity.objects.aggregate(Max("changed_at")), Link.objects.count()
    send(identify("ada", "v1", email="a@b.example"))
    assert (Identity.objects.aggregate(Max("changed_at")), Link.objects.count()) == before


def test_who_was_told_apart_from_a_visitor_stays_apart(send: Any) -> None:
    send(identify("ada", "v1"))
    ids = Identity.objects.values_list("id", flat=True)
    tell_apart(ids[0], ids[1], actor="anna")
    send(identify("ada", "v1"))
    assert customer_of("anon:v1") != customer_of("shop:ada")


def test_alias_joins_a_visitor_or_an_earlier_user(send: Any) -> None:
    send({"type": "alias", "userId": "ada", "previousId": "v1"})
    assert customer_of("anon:v1") == customer_of("shop:ada")
    send(identify("old"), {"type": "alias", "userId": "new", "previousId": "old"})
    assert customer_of("shop:old") == customer_of("shop:new")
    send({"type": "alias", "userId": "newest", "previousId": "new"})
    assert customer_of("shop:old") == customer_of("shop:newest")


def test_a_visitor_who_leaves_an_address_is_known_by_it(send: Any) -> None:
    send(identify(None, "v1", email="Ada@B.example"))
    assert customer_of("anon:v1") == customer_of("email:ada@b.example")
    send(identify(None, "v1", email="bob@b.example"))
    assert customer_of("email:bob@b.example") != customer_of("email:ada@b.example")


def test_traits_in_the_context_count_and_the_newest_win(send: Any) -> None:
    call = identify("ada", firstName="Ada", address={"city": "Wien", "postalCode": 1010})
    call["context"] = {"traits": {"firstName": "A.", "lastName": "Lovelace", "phone": "+43 1 5880 0"}}
    send(call, identify("ada", city="ignored", lastName="Byron", email=None))
    fields = Identity.objects.get(person="shop:ada").fields
    assert fields == {
        "given_name": "Ada", "family_name": "Byron", "phone": "+43 1 5880 0", "city": "Wien", "postcode": "1010",
    }  # fmt: skip


def test_a_group_is_an_organisation_that_the_user_belongs_to(send: Any) -> None:
    send({"type": "group", "userId": "ada", "groupId": "acme", "traits": {"name": "Acme Ltd"}})
    [membership] = memberships_of(customer("shop:ada").id)
    assert membership.customer.name == "Acme Ltd"
    assert Identity.objects.get(person="shop:organisation:acme").kind == "organisation"
