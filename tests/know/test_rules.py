"""Which holders of a key are the same: decided as data, with a reason."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.know.rules import DESK, SEVERAL_NAMES, Holder, decide
from regard.know.uniform import uniform_pairs

EMAIL, PHONE = "a@example.org", "+4930123456"


def person(
    number: int, given: str | None = None, family: str | None = None, born: str | None = None
) -> Holder:
    return Holder(number, "person", given, family, born)


def test_one_name_under_a_key_is_one_customer() -> None:
    holders = [person(3, "anna", "berg"), person(1, "anna", "berg"), person(2)]
    assert decide(EMAIL, holders).pairs == ((1, 2), (1, 3))
    assert decide(PHONE, holders).pairs == ((1, 2), (1, 3))


def test_a_household_sharing_a_phone_is_not_chained() -> None:
    holders = [person(1, "anna", "berg"), person(2, "bernd", "berg"), person(3, "anna", "berg"), person(4)]
    decision = decide(PHONE, holders)
    assert decision.pairs == ((1, 3),)
    assert (decision.held_back, decision.reason) == (2, SEVERAL_NAMES)


def test_father_and_son_of_one_name_are_told_by_their_birth_dates() -> None:
    holders = [person(1, "jan", "berg", "1950-01-01"), person(2, "jan", "berg", "1980-05-05")]
    assert decide(PHONE, holders).pairs == ()


def test_an_initial_goes_where_only_one_name_fits() -> None:
    holders = [person(1, "anna", "berg"), person(2, "bernd", "berg"), person(3, "b", "berg")]
    assert decide(PHONE, holders).pairs == ((2, 3),)


def test_a_slip_of_the_pen_is_forgiven_under_an_e_mail_address_only() -> None:
    holders = [person(1, "johanna", "berg"), person(2, "johamna", "berg")]
    assert decide(EMAIL, holders).pairs == ((1, 2),)
    assert decide(PHONE, holders).pairs == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("alexander", "meyer"), ("alex", "meyer")), (("alexander", "meyer"), ("a", "meyer")),
        (("mathieu", "roux"), ("mat", "roux")), (("theresa", "berg"), ("thersea", "berg")),
        (("katharina", "berg"), ("kathi", "berg")), (("juergen", "gross"), ("jurgen", "gros")),
        (("anna", "berg"), ("berg", "anna")), (("robert", "hill"), ("bob", "hill")),
        (("anna", "meyer"), ("anna", "meyer schmidt")),
    ],
)  # fmt: skip
def test_other_forms_of_a_name_are_one_under_an_e_mail_address(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert decide(EMAIL, [person(1, *one), person(2, *other)]).pairs == ((1, 2),)


@pytest.mark.parametrize(
    ("one", "other"), [("daniel", "daniela"), ("simon", "simone"), ("andrea", "andreas"), ("anna", "bernd")]
)
def test_a_couple_s_names_are_two_under_an_e_mail_address(one: str, other: str) -> None:
    assert decide(EMAIL, [person(1, one, "berg"), person(2, other, "berg")]).pairs == ()


def test_namesakes_under_one_phone_with_two_addresses_are_not_decided_here() -> None:
    father, son = (
        person(1, "jan", "berg")._replace(email="a@x.org"),
        person(2, "jan", "berg")._replace(email="b@x.org"),
    )
    assert decide(PHONE, [father, son]).pairs == ()
    assert decide(PHONE, [father, son, person(3, "jan", "berg")]).pairs == ()
    birthday = {"birth_date": "1980-05-05"}
    assert decide(PHONE, [father._replace(**birthday), son._replace(**birthday)]).pairs == ((1, 2),)


def test_who_is_known_to_be_one_customer_takes_the_nameless_in() -> None:
    holders = [
        person(1, "anna", "berg")._replace(customer=1),
        person(2, "pia", "ott")._replace(customer=1),
        person(3),
    ]
    assert (1, 3) in decide(EMAIL, holders).pairs


def test_a_new_family_name_is_forgiven_under_an_e_mail_address_only() -> None:
    holders = [person(1, "anna", "berg"), person(2, "anna", "stein")]
    assert decide(EMAIL, holders).pairs == ((1, 2),)
    assert decide(PHONE, holders).pairs == ()


def test_a_desk_s_address_links_only_whole_equal_names() -> None:
    holders = [person(1, "anna", "berg"), person(2, "anna", "berg"), person(3, "carl", "ott"), person(4)]
    decision = decide("info@example.org", holders)
    assert decision.pairs == ((1, 2),)
    assert decision.reason == DESK


def test_a_number_of_many_names_belongs_to_nobody() -> None:
    holders = [
        person(number, name, "berg")
        for number, name in enumerate(["anna", "bo", "cem", "dora", "eva", "finn", "gus"])
    ]
    decision = decide(PHONE, [*holders, person(8, "anna"), person(9, "anna", "berg")])
    assert decision.pairs == ()
    assert decision.held_back == 8


def test_an_id_of_the_company_s_own_links_whatever_the_names() -> None:
    assert decide("loyalty=77", [person(1, "anna"), person(2, "bernd")]).pairs == ((1, 2),)


def test_a_person_and_an_organisation_are_never_the_same() -> None:
    firm = Holder(2, "organisation", None, None, None, "berg bau")
    assert decide(PHONE, [person(1, "anna", "berg"), firm]).pairs == ()


NAMES = st.sampled_from([None, "a", "anna", "anna maria", "bernd", "johanna", "johamna"])
HOLDERS = st.lists(
    st.tuples(
        st.sampled_from(["person", "person", "organisation"]), NAMES, st.sampled_from([None, "berg", "ott"]),
        st.sampled_from([None, "1950-01-01", "1980-05-05"]), st.none(), st.sampled_from([None, "x@a.org", "y@a.org"]),
    ),
    min_size=2, max_size=6,
)  # fmt: skip


@settings(deadline=None)
@given(rows=HOLDERS, key=st.sampled_from([EMAIL, PHONE, "info@example.org", "loyalty=77"]))
def test_keys_decided_at_once_are_decided_as_one_by_one(rows: list[tuple[str | None, ...]], key: str) -> None:
    holders = [Holder(number, kind or "", *rest) for number, (kind, *rest) in enumerate(rows, start=1)]
    table = pa.table(
        {
            "key": [key] * len(holders),
            "identity": pa.array([holder.id for holder in holders], pa.int64()),
            "kind": [holder.kind for holder in holders],
            "given_name": pa.array([holder.given for holder in holders], pa.string()),
            "family_name": pa.array([holder.family for holder in holders], pa.string()),
            "birth_date": pa.array([holder.birth_date for holder in holders], pa.string()),
            "email": pa.array([holder.email for holder in holders], pa.string()),
        }
    )
    at_once = uniform_pairs(table, [])
    if not at_once.rest[0].as_py():
        assert set(at_once.pairs) == set(decide(key, holders).pairs)
