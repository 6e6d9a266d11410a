"""Which holders of a key are the same: decided as data, with a reason."""

import pyarrow as pa
from hypothesis import given
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
        st.sampled_from([None, "1950-01-01", "1980-05-05"]),
    ),
    min_size=2, max_size=6,
)  # fmt: skip


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
        }
    )
    at_once = uniform_pairs(table, [])
    if not at_once.rest[0].as_py():
        assert set(at_once.pairs) == set(decide(key, holders).pairs)
