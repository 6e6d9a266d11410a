import json

import numpy as np
import pyarrow as pa
import pytest

from regard.errors import InputError
from regard.know.linkage import Linkage, Model, label_components, link_records
from tests.know.linkage.households import People, make_households

FIELDS = (
    "given_name",
    "family_name",
    "birth_date",
    "email",
    "phone",
    "street",
    "house_number",
    "postcode",
    "city",
)


@pytest.fixture(scope="module")
def people() -> People:
    return make_households(400, seed=3)


@pytest.fixture(scope="module")
def linkage(people: People) -> Linkage:
    return link_records(people.records)


def table(*rows: dict[str, str | None]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"unique_id": number, **dict.fromkeys(FIELDS), **row} for number, row in enumerate(rows)]
    )


def pairs_of(pairs: pa.Table) -> set[tuple[int, int]]:
    return set(zip(pairs["left"].to_pylist(), pairs["right"].to_pylist(), strict=True))


ANNA = {
    "given_name": "anna",
    "family_name": "steinhuber",
    "phone": "+493012345678",
    "street": "gartenweg",
    "house_number": "12",
    "postcode": "10115",
    "city": "berlin",
}


def test_every_pair_is_linked_or_reviewed_once_with_its_left_id_smaller(linkage: Linkage) -> None:
    links, reviews = pairs_of(linkage.links), pairs_of(linkage.reviews)
    assert links
    assert not links & reviews
    assert len(links) == linkage.links.num_rows
    assert all(left < right for left, right in links | reviews)
    assert pairs_of(linkage.pairs) == links | reviews


def test_probabilities_lie_where_the_thresholds_put_them(linkage: Linkage) -> None:
    assert min(linkage.links["probability"].to_pylist()) >= linkage.thresholds.link
    assert min(linkage.reviews["probability"].to_pylist()) >= linkage.thresholds.review
    assert all(linkage.reviews["reason"].to_pylist())


def test_weights_name_the_level_of_each_field_and_add_up_to_the_odds(linkage: Linkage) -> None:
    for pair in linkage.pairs.to_pylist()[::97]:
        weights = json.loads(pair["weights"])
        odds = np.log2(pair["probability"] / (1 - pair["probability"]))
        assert {"prior", "given_name"} & set(weights)
        assert all(part["level"] for part in weights.values())
        if pair["probability"] < 1 - 1e-9:
            assert sum(part["weight"] for part in weights.values()) == pytest.approx(odds, abs=0.2)


@pytest.mark.slow
def test_a_second_run_gives_the_same_answer(people: People, linkage: Linkage) -> None:
    again = link_records(people.records)
    assert pairs_of(again.links) == pairs_of(linkage.links)


def test_a_model_survives_being_kept_as_text(linkage: Linkage) -> None:
    assert Model.from_json(linkage.model.to_json()) == linkage.model


def test_a_model_of_another_format_is_refused(linkage: Linkage) -> None:
    text = linkage.model.to_json().replace('"format": 1', '"format": 0')
    with pytest.raises(InputError):
        Model.from_json(text)


def test_a_kept_model_links_as_the_run_that_learnt_it(people: People, linkage: Linkage) -> None:
    again = link_records(people.records, trained=linkage.model)
    assert len(pairs_of(again.links) ^ pairs_of(linkage.links)) <= 0.01 * linkage.links.num_rows


def test_only_new_records_are_compared_and_found(people: People, linkage: Linkage) -> None:
    new = set(range(0, people.records.num_rows, 50))
    found = link_records(people.records, trained=linkage.model, only_new=new)
    wanted = {pair for pair in pairs_of(linkage.links) if set(pair) & new}
    assert all(set(pair) & new for pair in pairs_of(found.pairs))
    assert found.compared < linkage.compared / 10
    assert len(pairs_of(found.links) & wanted) >= 0.97 * len(wanted)


def test_ids_need_not_be_dense_nor_sorted(people: People, linkage: Linkage) -> None:
    moved = people.records.set_column(
        people.records.schema.get_field_index("unique_id"),
        "unique_id",
        pa.array([7_000_000_000 - 3 * number for number in range(people.records.num_rows)]),
    )
    found = pairs_of(link_records(moved, trained=linkage.model).links)
    back = {tuple(sorted((7_000_000_000 - end) // 3 for end in pair)) for pair in found}
    assert len(back & pairs_of(linkage.links)) >= 0.99 * linkage.links.num_rows


@pytest.mark.parametrize("rows", [0, 1])
def test_too_few_records_give_no_pairs(rows: int) -> None:
    found = link_records(table(ANNA).slice(0, rows))
    assert found.pairs.num_rows == 0


def test_records_without_any_value_give_no_pairs() -> None:
    assert link_records(table({}, {}, {})).pairs.num_rows == 0


def test_records_without_an_id_are_refused() -> None:
    with pytest.raises(InputError):
        link_records(pa.table({"email": ["a@b.example"]}))


def test_a_handful_of_records_is_linked_by_the_priors() -> None:
    others = [
        {"given_name": given, "family_name": family, "phone": f"+49301111{number}111", "city": "ulm"}
        for number, (given, family) in enumerate(
            [("max", "reger"), ("lea", "vogt"), ("tom", "ilg"), ("eva", "kunz")]
        )
    ]
    found = link_records(table(ANNA, {**ANNA, "birth_date": "1980-02-03"}, *others))
    assert pairs_of(found.links) == {(0, 1)}
    assert found.model.trained == ()


@pytest.mark.parametrize("kept", [("name",), ("email", "phone"), ("given_name", "family_name", "birth_date")])
def test_any_subset_of_fields_will_do(people: People, kept: tuple[str, ...]) -> None:
    records = people.records.append_column(
        "name",
        pa.array(
            [
                f"{given or ''} {family}".strip()
                for given, family in zip(
                    people.records["given_name"].to_pylist(),
                    people.records["family_name"].to_pylist(),
                    strict=True,
                )
            ]
        ),
    )
    found = link_records(records.select(["unique_id", *kept]))
    left, right = found.links["left"].to_numpy(), found.links["right"].to_numpy()
    person = np.array(people.person)
    assert found.compared > 0
    if kept != ("name",):  # a name alone may link nobody
        assert (person[left] == person[right]).mean() > 0.95


def test_names_in_the_wrong_order_are_recognised(people: People, linkage: Linkage) -> None:
    swapped = {
        **ANNA,
        "given_name": "steinhuber",
        "family_name": "anna",
        "phone": None,
        "birth_date": "1980-02-03",
    }
    first = people.records.num_rows
    extra = [{"unique_id": first, **ANNA, "birth_date": "1980-02-03"}, {"unique_id": first + 1, **swapped}]
    records = pa.concat_tables([people.records, pa.Table.from_pylist(extra, schema=people.records.schema)])
    assert (first, first + 1) in pairs_of(link_records(records, trained=linkage.model).links)


def test_components_take_their_smallest_id() -> None:
    label = label_components(np.array([5, 9]), np.array([9, 12]), np.array([1, 5, 9, 12]))
    assert label.tolist() == [1, 5, 5, 5]
