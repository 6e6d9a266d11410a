"""People who live together: the hard case. A stranger to the field would link them all."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from regard.know.linkage import Linkage, Model, label_components, link_records
from regard.know.linkage.linking import GIVEN_NAMES, HOUSEHOLD
from tests.know.linkage.households import People, make_households
from tests.know.linkage.scores import cluster_scores

HOME = {
    "family_name": "zwirnlein",
    "phone": "+493055566677",
    "street": "lindenfenstrasse",
    "house_number": "7",
    "postcode": "10037",
    "city": "berwalddorf",
}
KARIN = {**HOME, "given_name": "karin", "birth_date": "1961-04-05", "email": None}
BERND = {**HOME, "given_name": "bernd", "birth_date": "1958-11-30", "email": None}


@pytest.fixture(scope="module")
def people() -> People:
    return make_households(900, seed=5)


@pytest.fixture(scope="module")
def linkage(people: People) -> Linkage:
    return link_records(people.records)


Rows = dict[str, str | None]
Fates = Callable[..., dict[tuple[int, int], str]]


@pytest.fixture(scope="module")
def fates_of(people: People, linkage: Linkage) -> Fates:
    """What becomes of each pair among new records: "link" or the reason for review."""
    return lambda *extra: link_with(people, linkage.model, *extra)


def link_with(people: People, model: Model, *extra: Rows) -> dict[tuple[int, int], str]:
    first = people.records.num_rows
    rows = [{"unique_id": first + number, **row} for number, row in enumerate(extra)]
    records = pa.concat_tables([people.records, pa.Table.from_pylist(rows, schema=people.records.schema)])
    found = link_records(records, trained=model, only_new={first + number for number in range(len(extra))})
    fates = {(pair["left"], pair["right"]): "link" for pair in found.links.to_pylist()}
    fates |= {(pair["left"], pair["right"]): pair["reason"] for pair in found.reviews.to_pylist()}
    return {(a - first, b - first): fate for (a, b), fate in fates.items() if a >= first and b >= first}


def test_households_are_told_apart(people: People, linkage: Linkage) -> None:
    ids = np.arange(len(people.person))
    labels = label_components(linkage.links["left"].to_numpy(), linkage.links["right"].to_numpy(), ids)
    precision, _, f1 = cluster_scores(labels, np.array(people.person))
    assert precision > 0.99
    assert f1 > 0.92  # a plain model reaches .77 at its best


def test_records_nobody_could_attribute_go_to_review_and_are_not_linked(
    people: People, linkage: Linkage
) -> None:
    undecidable = set(np.flatnonzero(people.undecidable))
    linked = {*linkage.links["left"].to_pylist(), *linkage.links["right"].to_pylist()}
    reviewed = {*linkage.reviews["left"].to_pylist(), *linkage.reviews["right"].to_pylist()}
    assert len(undecidable & linked) <= 0.05 * len(undecidable)
    assert len(undecidable & reviewed) >= 0.8 * len(undecidable)


def test_that_there_are_households_is_learnt_from_the_data(linkage: Linkage) -> None:
    assert linkage.model.household.ratio > 0.3
    assert linkage.model.household.levels["family_name"][0] > 0.7


@pytest.mark.parametrize("birth_dates", [True, False])
def test_another_given_name_at_home_is_another_person(fates_of: Fates, birth_dates: bool) -> None:
    known = {} if birth_dates else {"birth_date": None}
    fates = fates_of({**KARIN, **known}, {**BERND, **known})
    assert fates.get((0, 1)) != "link"


def test_even_on_the_same_birthday_another_given_name_is_not_linked(fates_of: Fates) -> None:
    fates = fates_of(KARIN, {**BERND, "birth_date": KARIN["birth_date"]})
    assert fates.get((0, 1)) in (None, GIVEN_NAMES, HOUSEHOLD)


def test_a_record_without_given_name_is_reviewed_against_the_whole_household(fates_of: Fates) -> None:
    nameless = {**HOME, "given_name": None, "birth_date": None, "email": None}
    fates = fates_of(KARIN, BERND, nameless)
    assert fates[(0, 2)] == fates[(1, 2)] == HOUSEHOLD


def test_the_same_person_at_home_is_linked_without_birth_date(fates_of: Fates) -> None:
    fates = fates_of(KARIN, {**KARIN, "birth_date": None}, BERND)
    assert fates[(0, 1)] == "link"


def test_a_bridging_record_does_not_join_two_people(fates_of: Fates) -> None:
    karin, bernd = {**KARIN, "email": "zwirnlein@post.example"}, {**BERND, "email": "zwirnlein@post.example"}
    bridge = {
        **HOME,
        "given_name": "karin",
        "birth_date": BERND["birth_date"],
        "email": "zwirnlein@post.example",
    }
    fates = fates_of(karin, bernd, bridge)
    assert not (fates.get((0, 2)) == "link" and fates.get((1, 2)) == "link")
