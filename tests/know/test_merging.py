"""Merging, undoing and telling apart: rows, answers and what stays so."""

import pyarrow as pa
import pytest

from regard.errors import ConflictError, InputError, NotFoundError
from regard.know import partitioning
from regard.know.actions import merge_customers, register_identities, tell_apart, undo_merge
from regard.know.models import Customer, Identity, Link, Merge
from regard.know.queries import customer, evidence_of, find_customers, identities_of, merges_of, persons_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def four() -> dict[str, int]:
    """Anna, Bo, Cem and Dora: identity ids by person key; nothing links them."""
    names = ["Anna A", "Bo B", "Cem C", "Dora D"]
    rows = pa.table({"person": [f"shop:{name[0].lower()}" for name in names], "name": names})
    register_identities(rows, source="shop", actor="tests")
    return dict(Identity.objects.values_list("person", "id"))


def together(*persons: str) -> bool:
    return len({customer(person).id for person in persons}) == 1


def snapshot() -> list[tuple[object, ...]]:
    return [*Customer.objects.order_by("id").values_list(), *Identity.objects.order_by("id").values_list()]


def test_a_merge_joins_two_customers_and_says_who_and_why(four: dict[str, int]) -> None:
    made = merge_customers(four["shop:b"], four["shop:a"], actor="mia", reason="same handwriting")
    joined = customer("shop:b")
    assert joined == customer("shop:a")
    assert (joined.id, joined.name, joined.identity_count) == (four["shop:a"], "Anna A", 2)
    assert persons_of(joined.id) == ["shop:a", "shop:b"]
    assert [row.person for row in identities_of(joined.id)] == ["shop:a", "shop:b"]
    evidence = evidence_of(joined.id)[0]
    assert (evidence.by, evidence.actor, evidence.reason) == ("staff", "mia", "same handwriting")
    assert evidence.merge_id == made.pk == merges_of(joined.id)[0].pk
    assert Customer.objects.count() == 3
    assert find_customers("bo") == [joined]


def test_a_customer_merged_away_is_still_found_under_its_number(four: dict[str, int]) -> None:
    merge_customers(four["shop:a"], four["shop:b"], actor="mia", reason="")
    assert customer(f"C{four['shop:b']}") == customer("shop:a")


def test_undoing_restores_exactly_what_was(four: dict[str, int]) -> None:
    before = snapshot()
    made = merge_customers(four["shop:a"], four["shop:b"], actor="mia", reason="")
    undo_merge(made.pk, actor="noa")
    assert snapshot() == before
    assert Merge.objects.get().undone_by == "noa"
    assert list(Link.objects.values_list("active", flat=True)) == [False]


def test_undoing_an_earlier_merge_leaves_later_ones(four: dict[str, int]) -> None:
    first = merge_customers(four["shop:a"], four["shop:b"], actor="mia", reason="")
    merge_customers(four["shop:a"], four["shop:c"], actor="mia", reason="")
    undo_merge(first.pk, actor="mia")
    assert together("shop:a", "shop:c")
    assert not together("shop:a", "shop:b")


def test_undoing_twice_is_refused(four: dict[str, int]) -> None:
    made = merge_customers(four["shop:a"], four["shop:b"], actor="mia", reason="")
    undo_merge(made.pk, actor="mia")
    with pytest.raises(ConflictError):
        undo_merge(made.pk, actor="mia")
    with pytest.raises(NotFoundError):
        undo_merge(made.pk + 1, actor="mia")


def test_a_customer_cannot_be_merged_with_itself_or_nobody(four: dict[str, int]) -> None:
    with pytest.raises(InputError):
        merge_customers(four["shop:a"], four["shop:a"], actor="mia", reason="")
    with pytest.raises(NotFoundError):
        merge_customers(four["shop:a"], 999, actor="mia", reason="")


def test_records_told_apart_are_parted_even_in_the_middle_of_a_chain(four: dict[str, int]) -> None:
    merge_customers(four["shop:a"], four["shop:b"], actor="mia", reason="")
    merge_customers(four["shop:a"], four["shop:c"], actor="mia", reason="")
    tell_apart(four["shop:c"], four["shop:b"], actor="noa")
    assert together("shop:a", "shop:b")
    assert not together("shop:a", "shop:c")


def test_a_merge_withdraws_not_the_same_and_its_undo_brings_it_back(four: dict[str, int]) -> None:
    said = tell_apart(four["shop:a"], four["shop:b"], actor="noa")
    made = merge_customers(four["shop:a"], four["shop:b"], actor="mia", reason="they married")
    assert together("shop:a", "shop:b")
    undo_merge(made.pk, actor="mia")
    said.refresh_from_db()
    assert said.withdrawn_at is None
    assert not together("shop:a", "shop:b")


def test_a_new_record_with_the_same_address_does_not_overrule_not_the_same() -> None:
    rows = pa.table({"person": ["shop:1", "crm:1"], "name": ["Eva Ek"] * 2, "email": ["eva@example.org"] * 2})
    register_identities(rows, source="shop", actor="tests")
    assert together("shop:1", "crm:1")
    ids = dict(Identity.objects.values_list("person", "id"))
    tell_apart(ids["shop:1"], ids["crm:1"], actor="noa")
    again = pa.table({"person": ["crm:1"], "name": ["Eva Ek"], "email": ["eva@example.org"], "city": ["Ulm"]})
    register_identities(again, source="crm", actor="tests")
    third = pa.table({"person": ["web:1"], "name": ["Eva Ek"], "email": ["eva@example.org"]})
    register_identities(third, source="web", actor="tests")
    assert not together("shop:1", "crm:1")
    assert together("shop:1", "web:1")


def test_a_big_change_is_worked_out_like_a_small_one(
    four: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    merge_customers(four["shop:a"], four["shop:b"], actor="mia", reason="")
    merge_customers(four["shop:c"], four["shop:d"], actor="mia", reason="")
    tell_apart(four["shop:b"], four["shop:a"], actor="noa")
    small = snapshot()
    monkeypatch.setattr(partitioning, "MOST_ASKED_BY_ID", 0)
    Identity.objects.update(customer=four["shop:d"])
    partitioning.repartition([four["shop:b"], four["shop:d"]])
    assert snapshot() == small


def test_not_the_same_said_again_and_brought_back_by_an_undo_can_be_said_once_more(
    four: dict[str, int],
) -> None:
    tell_apart(four["shop:a"], four["shop:b"], actor="noa")
    merge = merge_customers(four["shop:a"], four["shop:b"], actor="mia", reason="")
    tell_apart(four["shop:a"], four["shop:b"], actor="noa")
    undo_merge(merge.pk, actor="mia")
    assert tell_apart(four["shop:a"], four["shop:b"], actor="noa").withdrawn_at is None
    assert not together("shop:a", "shop:b")
