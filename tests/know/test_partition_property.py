"""Whatever people and jobs do, customers equal the partition computed from scratch, and undoing restores."""

import pyarrow as pa
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from regard.errors import ConflictError, InputError
from regard.know.actions import merge_customers, register_identities, tell_apart, undo_merge
from regard.know.models import Customer, Distinction, Identity, Link, Merge
from regard.know.partition import Edge, partition
from regard.know.partitioning import repartition


class WhoIsWho(RuleBasedStateMachine):
    """Random sequences of intakes, merges, undos, score links and tell-aparts."""

    @initialize()
    def begin(self) -> None:
        for model in (Link, Distinction, Merge):
            model.objects.all().delete()
        with connection.cursor() as cursor:
            for table in ("know_searchterm", "know_identity", "know_customer"):
                cursor.execute(f"DELETE FROM {table}")
        self.count = 0
        self.told_apart: set[tuple[int, int]] = set()
        self.register(3, [0, 1, 2])

    @rule(number=st.integers(1, 3), emails=st.lists(st.integers(0, 6), min_size=3, max_size=3))
    def register(self, number: int, emails: list[int]) -> None:
        rows = pa.table(
            {
                "person": [f"shop:{self.count + each}" for each in range(number)],
                "email": [f"p{email}@example.org" for email in emails[:number]],
            }
        )
        self.count += number
        register_identities(rows, source="shop", actor="tests")

    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        one, other = (data.draw(st.sampled_from(self.customers())) for _ in range(2))
        try:
            merge_customers(one, other, actor="tests", reason="")
        except (InputError, ConflictError):
            return
        assert len(set(Identity.objects.filter(pk__in=[one, other]).values_list("customer", flat=True))) == 1

    @rule(data=st.data())
    def score(self, data: st.DataObject) -> None:
        one, other = sorted(data.draw(st.sampled_from(self.identities())) for _ in range(2))
        if one != other:
            merge = Merge.objects.create(actor="job", reason="")
            probability = data.draw(st.sampled_from([0.93, 0.97, 0.99]))
            Link.objects.create(
                left_id=one,
                right_id=other,
                by="score",
                rule="splink",
                probability=probability,
                actor="job",
                merge=merge,
            )
            repartition([one, other])

    @precondition(lambda self: Merge.objects.filter(undone_at=None).exists())
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        merges = list(Merge.objects.filter(undone_at=None).values_list("id", flat=True))
        undo_merge(data.draw(st.sampled_from(merges)), actor="tests")

    @rule(data=st.data())
    def merge_and_undo_is_nothing(self, data: st.DataObject) -> None:
        before = self.state()
        one, other = (data.draw(st.sampled_from(self.customers())) for _ in range(2))
        try:
            made = merge_customers(one, other, actor="tests", reason="")
        except (InputError, ConflictError):
            assert self.state() == before
            return
        undo_merge(made.pk, actor="tests")
        assert self.state() == before

    @rule(data=st.data())
    def tell(self, data: st.DataObject) -> None:
        one, other = (data.draw(st.sampled_from(self.identities())) for _ in range(2))
        if one != other:
            tell_apart(one, other, actor="tests")

    def customers(self) -> list[int]:
        return list(Customer.objects.order_by("id").values_list("id", flat=True))

    def identities(self) -> list[int]:
        return list(Identity.objects.order_by("id").values_list("id", flat=True))

    def state(self) -> list[tuple[object, ...]]:
        return [
            *Customer.objects.order_by("id").values_list(),
            *Identity.objects.order_by("id").values_list("id", "customer"),
            *Distinction.objects.order_by("id").values_list("left", "right", "withdrawn_at"),
        ]

    @invariant()
    def customers_equal_the_partition_from_scratch(self) -> None:
        active = Link.objects.filter(active=True).values_list("left", "right", "by", "probability", "id")
        apart = list(Distinction.objects.filter(withdrawn_at=None).values_list("left", "right"))
        wanted = partition(self.identities(), [Edge(*row) for row in active], apart)
        assert dict(Identity.objects.values_list("id", "customer")) == wanted
        assert set(self.customers()) == set(wanted.values())
        counts = dict(Customer.objects.values_list("id", "identity_count"))
        assert sum(counts.values()) == len(wanted)
        assert all(wanted[left] != wanted[right] for left, right in apart)


class TestWhoIsWho(TestCase):
    def test_any_sequence_of_acts_equals_the_partition_from_scratch(self) -> None:
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            WhoIsWho,
            settings=settings(
                max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
