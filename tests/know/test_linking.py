"""The linkage job around the comparison: what it stores, asks and never does."""

import json
from types import SimpleNamespace

import pyarrow as pa
import pytest

from regard.errors import ConflictError
from regard.know import linking
from regard.know.actions import decide_candidate, link_identities, register_identities, tell_apart, undo_merge
from regard.know.linkage import Thresholds
from regard.know.models import Candidate, Identity, Link, LinkageRun
from regard.know.queries import candidate, customer, evidence_of, newest_merges, open_candidates

pytestmark = pytest.mark.django_db
WEIGHTS = json.dumps({"family_name": 6.5})


class Comparison:
    """Stands for the comparison: says what the test says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.links: list[tuple[str, str, float]] = []
        self.reviews: list[tuple[str, str, float]] = []
        self.asked: list[tuple[set[int], set[int] | None]] = []

    def __call__(
        self, records: pa.Table, *, trained: object = None, only_new: set[int] | None = None
    ) -> object:
        self.asked.append((set(records["unique_id"].to_pylist()), only_new))
        model = SimpleNamespace(to_json=lambda: '{"learnt": 1}')
        links, reviews = self._table(self.links), self._table(self.reviews)
        reviews = reviews.append_column("reason", pa.array(["unsure"] * len(reviews), pa.string()))
        return SimpleNamespace(links=links, reviews=reviews, model=model, compared=1, thresholds=Thresholds())

    def _table(self, pairs: list[tuple[str, str, float]]) -> pa.Table:
        return pa.table(
            {
                "left": pa.array([ident(left) for left, _, _ in pairs], pa.int64()),
                "right": pa.array([ident(right) for _, right, _ in pairs], pa.int64()),
                "probability": pa.array([probability for *_, probability in pairs], pa.float64()),
                "weights": pa.array([WEIGHTS] * len(pairs), pa.string()),
            }
        )


@pytest.fixture
def comparison(monkeypatch: pytest.MonkeyPatch) -> Comparison:
    made = Comparison()
    monkeypatch.setattr(linking, "link_records", made)
    monkeypatch.setattr(linking.Model, "from_json", lambda text: json.loads(text))
    names = ["Anna Berg", "Ana Berg", "Bernd Ott", "Bernt Ott", "Carla Uhl"]
    persons = ["crm:1", "shop:1", "crm:2", "shop:2", "crm:3"]
    register_identities(pa.table({"person": persons, "name": names}), source="crm", actor="tests")
    return made


def ident(person: str) -> int:
    return Identity.objects.get(person=person).pk


def together(*persons: str) -> bool:
    return len({customer(person).id for person in persons}) == 1


def test_sure_pairs_are_linked_with_their_evidence_and_doubtful_ones_queued(comparison: Comparison) -> None:
    comparison.links = [("crm:1", "shop:1", 0.99)]
    comparison.reviews = [("crm:2", "shop:2", 0.6)]
    run = link_identities(actor="mia")
    assert (run.records, run.links, run.candidates, run.only_new) == (5, 1, 1, False)
    assert together("crm:1", "shop:1")
    evidence = evidence_of(customer("crm:1").id)[0]
    assert (evidence.by, evidence.probability, evidence.weights) == ("score", 0.99, {"family_name": 6.5})
    assert evidence.actor == "mia"
    waiting = open_candidates()[0]
    assert (waiting.left.person, waiting.right.person, waiting.reason) == ("crm:2", "shop:2", "unsure")
    assert waiting.agreement["family_name"] == "same"
    assert waiting.agreement["given_name"] == "different"
    assert candidate(waiting.id) == waiting
    assert (waiting.left_id, waiting.right_id, waiting.state) == (ident("crm:2"), ident("shop:2"), "open")
    assert [merge.pk for merge in newest_merges()] == [run.merge_id]
    assert LinkageRun.objects.get().model == {"learnt": 1}


def test_a_run_is_undone_as_one_and_not_repeated(comparison: Comparison) -> None:
    comparison.links = [("crm:1", "shop:1", 0.99), ("crm:2", "shop:2", 0.97)]
    run = link_identities(actor="mia")
    assert run.merge_id is not None
    undo_merge(run.merge_id, actor="mia")
    assert not together("crm:1", "shop:1")
    Identity.objects.update(linked_at=None)
    assert link_identities(actor="mia").links == 0
    assert not together("crm:1", "shop:1")


def test_not_the_same_is_never_overruled_even_through_a_third_record(comparison: Comparison) -> None:
    tell_apart(ident("crm:1"), ident("shop:1"), actor="noa")
    comparison.links = [("crm:1", "shop:1", 0.999), ("crm:1", "crm:3", 0.99), ("shop:1", "crm:3", 0.95)]
    assert link_identities(actor="mia").links == 2
    assert not together("crm:1", "shop:1")
    assert together("crm:1", "crm:3")


def test_a_second_run_looks_only_at_what_is_new_and_what_is_near_it(comparison: Comparison) -> None:
    link_identities(actor="mia")
    assert link_identities(actor="mia").records == 0
    register_identities(pa.table({"person": ["web:1"], "name": ["Carla Uhle"]}), source="web", actor="tests")
    link_identities(actor="mia")
    assert comparison.asked[-1] == ({ident("crm:3"), ident("web:1")}, {ident("web:1")})


def test_a_changed_record_is_compared_again(comparison: Comparison) -> None:
    link_identities(actor="mia")
    register_identities(pa.table({"person": ["crm:3"], "city": ["Ulm"]}), source="crm", actor="tests")
    link_identities(actor="mia")
    assert comparison.asked[-1][1] == {ident("crm:3")}


def test_a_pair_said_to_be_the_same_is_merged_and_opens_again_when_undone(comparison: Comparison) -> None:
    comparison.reviews = [("crm:2", "shop:2", 0.6)]
    link_identities(actor="mia")
    pair = open_candidates()[0]
    decided = decide_candidate(pair.id, "same", actor="noa")
    assert together("crm:2", "shop:2")
    assert (decided.state, decided.decided_by) == ("same", "noa")
    assert open_candidates() == []
    with pytest.raises(ConflictError):
        decide_candidate(pair.id, "different", actor="noa")
    undo_merge(decided.merge_id or 0, actor="noa")
    assert not together("crm:2", "shop:2")
    assert [row.id for row in open_candidates()] == [pair.id]


def test_a_pair_said_to_differ_stays_apart_and_one_put_off_waits(comparison: Comparison) -> None:
    comparison.reviews = [("crm:2", "shop:2", 0.6), ("crm:1", "shop:1", 0.5)]
    link_identities(actor="mia")
    first, second = open_candidates()
    decide_candidate(first.id, "different", actor="noa")
    decide_candidate(second.id, "later", actor="noa")
    assert open_candidates() == []
    assert [row.id for row in open_candidates(later=True)] == [second.id]
    comparison.links = [("crm:2", "shop:2", 0.99)]
    Identity.objects.update(linked_at=None)
    link_identities(actor="mia")
    assert not together("crm:2", "shop:2")


def test_one_pair_is_asked_about_for_any_two_customers(comparison: Comparison) -> None:
    comparison.links = [("crm:1", "shop:1", 0.99)]
    comparison.reviews = [("crm:1", "crm:3", 0.5), ("shop:1", "crm:3", 0.4)]
    assert link_identities(actor="mia").candidates == 1
    assert Candidate.objects.get().probability == 0.5


def test_nothing_to_compare_is_no_error(db: None) -> None:
    assert link_identities(actor="mia").links == 0
    assert not Link.objects.exists()
