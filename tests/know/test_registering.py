"""Taking in the records of a source."""

import pyarrow as pa
import pytest

from regard.errors import InputError
from regard.know.actions import register_identities
from regard.know.models import Customer, Identity, Link, Membership, SearchTerm
from regard.know.queries import (
    customer,
    evidence_of,
    find_customers,
    identities_of,
    memberships_of,
    persons_of,
)
from regard.know.terms import words_of

pytestmark = pytest.mark.django_db

CAST = pa.table(
    {
        "person": ["shop:1", "shop:2"],
        "name": ["Anna Müller", "Bernd Meier"],
        "email": ["anna@example.org", "bernd@example.org"],
        "phone": ["0151 23456789", None],
    }
)


def register(source: str = "shop", **columns: list[str | None]) -> object:
    return register_identities(pa.table(columns), source=source, actor="tests")


def test_a_new_person_becomes_a_customer_that_is_found() -> None:
    registered = register_identities(CAST, source="shop", actor="tests")
    assert (registered.new, registered.changed, registered.unchanged, registered.linked) == (2, 0, 0, 0)
    anna = customer("shop:1")
    assert (anna.name, anna.email, anna.phone) == ("Anna Müller", "anna@example.org", "+4915123456789")
    assert customer("Anna@Example.org") == anna == customer(f"C{anna.id}") == customer(anna.id)
    assert persons_of(anna.id) == ["shop:1"]


@pytest.mark.parametrize(
    "text", ["anna", "ANNA MÜL", "muller", "mueller ann", "anna@exa", "0151 2345", "+49 151 23", "0049151",
    "shop:1",
             "müller 0151"]
)  # fmt: skip
def test_a_customer_is_found_by_any_beginning(text: str) -> None:
    register_identities(CAST, source="shop", actor="tests")
    assert customer("shop:1") in find_customers(text)


@pytest.mark.parametrize("text", ["", "   ", "anna meier", "nobody", "%", "_", "'; drop table"])
def test_what_does_not_match_finds_nobody(text: str) -> None:
    register_identities(CAST, source="shop", actor="tests")
    assert find_customers(text) == []


def test_words_may_stand_in_different_records_of_one_customer() -> None:
    register_identities(CAST, source="shop", actor="tests")
    register(source="crm", person=["crm:x9"], email=["anna@example.org"], name=["Anna Mueller-Ott"])
    assert [row.name for row in find_customers("0151 ott")] == ["Anna Müller"]


def test_registering_twice_changes_nothing() -> None:
    register_identities(CAST, source="shop", actor="tests")
    rows = list(Identity.objects.values()), list(SearchTerm.objects.values_list()), Link.objects.count()
    again = register_identities(CAST, source="shop", actor="tests")
    assert (again.new, again.changed, again.unchanged, again.linked) == (0, 0, 2, 0)
    assert rows == (
        list(Identity.objects.values()),
        list(SearchTerm.objects.values_list()),
        Link.objects.count(),
    )


def test_the_newest_value_wins_and_what_was_said_before_is_kept() -> None:
    register_identities(CAST, source="shop", actor="tests")
    changed = register(person=["shop:1"], email=["anna@new.org"], phone=[None])
    assert (changed.new, changed.changed) == (0, 1)  # type: ignore[attr-defined]
    record = identities_of(customer("shop:1").id)[0]
    assert record.fields == {"name": "Anna Müller", "email": "anna@new.org", "phone": "0151 23456789"}
    assert record.earlier == {"email": ["anna@example.org"]}
    assert customer("shop:1").email == "anna@new.org"
    assert find_customers("anna@new") == find_customers("anna@example") == [customer("shop:1")]


def test_the_same_person_in_several_rows_is_one_identity_with_its_last_values() -> None:
    register(
        person=["shop:1", "shop:1", "shop:1"], name=["Anna A", None, "Anna B"], city=["Ulm", "Bonn", None]
    )
    assert Identity.objects.get().fields == {"name": "Anna B", "city": "Bonn"}


def test_the_same_e_mail_links_across_sources_and_says_why() -> None:
    register_identities(CAST, source="shop", actor="tests")
    made = register(source="crm", person=["crm:9"], name=["Müller, Anna"], email=["ANNA+news@example.org"])
    assert made.linked == 1  # type: ignore[attr-defined]
    assert customer("crm:9") == customer("shop:1")
    evidence = evidence_of(customer("crm:9").id)[0]
    assert (evidence.by, evidence.rule, evidence.actor) == ("rule", "same e-mail", "tests")
    assert Customer.objects.count() == 2


def test_a_key_that_is_an_address_links_like_one() -> None:
    register_identities(CAST, source="shop", actor="tests")
    register(source="mail", person=["email:anna@example.org", "phone:+4915123456789"])
    assert (
        len({customer(key).id for key in ("shop:1", "email:anna@example.org", "phone:+4915123456789")}) == 1
    )


def test_the_same_further_id_links_within_its_namespace_only() -> None:
    register(person=["olist:1", "olist:2", "olist:3"], ids=['{"u": "x"}', '{"u": "x"}', '{"other": "x"}'])
    assert customer("olist:1") == customer("olist:2")
    assert customer("olist:3") != customer("olist:1")
    assert len(find_customers("x")) == 2


def test_a_household_shares_a_phone_without_becoming_one_customer() -> None:
    names = ["Anna Berg", "Bernd Berg"]
    made = register(person=["crm:1", "crm:2"], name=names, phone=["030 123456"] * 2)
    assert Customer.objects.count() == 2
    assert made.held_back == {"several names under one key": 1}  # type: ignore[attr-defined]


def test_people_belong_to_the_organisations_their_records_name() -> None:
    register(
        source="crm",
        person=["crm:1", "crm:2", "crm:1"],
        name=["Eva Ek", "Finn Fo", "Eva Ek"],
        organisation=["Huber Bau GmbH", "Huber Bau", "Ott & Co. KG"],
    )
    huber = find_customers("huber bau gmbh")[0]
    firms = {row.customer.name for row in memberships_of(customer("crm:1").id)}
    assert firms == {"Huber Bau GmbH", "Ott & Co. KG"}
    people = {row.customer.name for row in memberships_of(customer("crm:organisation:huber bau").id)}
    assert people == {"Eva Ek", "Finn Fo"}
    assert customer("crm:organisation:huber bau").kind == "organisation"
    assert huber.id
    register(source="crm", person=["crm:1"], organisation=["Huber Bau GmbH"])
    assert Membership.objects.count() == 3


def test_an_organisation_s_own_record_is_joined_by_its_key() -> None:
    register(source="crm", person=["firm:7"], kind=["organisation"], name=["Huber Bau GmbH"])
    register(source="crm", person=["crm:1"], name=["Eva Ek"], organisation_key=["firm:7"])
    assert [row.customer.id for row in memberships_of(customer("firm:7").id)] == [customer("crm:1").id]
    assert customer("firm:7").name == "Huber Bau GmbH"


def test_rows_without_a_key_or_with_a_thing_s_key_are_left_out() -> None:
    register(person=[None, "", "ref:order:7", "shop:1"], name=["A", "B", "C", "D"])
    assert list(Identity.objects.values_list("person", flat=True)) == ["shop:1"]


def test_a_table_without_keys_or_with_impossible_ones_is_refused() -> None:
    with pytest.raises(InputError):
        register(name=["A"])
    with pytest.raises(InputError):
        register(person=["shop:1"], kind=["robot"])
    with pytest.raises(InputError):
        register(person=["shop:" + "1" * 300])


def test_hostile_text_is_kept_as_it_is() -> None:
    name = 'Robert"); DROP TABLE\\ <script>\t😀'
    register(person=["shop:1"], name=[name])
    assert Identity.objects.get().fields["name"] == name
    assert customer("shop:1").name == name


def test_terms_by_column_equal_terms_one_by_one() -> None:
    register(
        person=["shop:A-1", "email:x@y.de", "crm:3"],
        name=["Dr. Zoë Müller-Lüdenscheidt", None, "O'Brien, Séan"],
        organisation=["Bäcker & Söhne", None, None],
        email=["Zoe.M+a@gmail.com", None, "sean@example.org"],
        birth_date=["1987-03-02", None, None],
        ids=['{"Card": "AB 7"}', None, None],
    )
    for identity in Identity.objects.filter(kind="person"):
        terms = set(SearchTerm.objects.filter(identity=identity).values_list("term", flat=True))
        assert terms == words_of(identity.person, identity.fields, identity.normal)


def test_a_changed_record_is_still_told_apart_by_the_name_it_has() -> None:
    register(person=["crm:1", "crm:2"], name=["Anna Berg", "Bernd Berg"], phone=[None, "030 123456"])
    register(person=["crm:1"], phone=["030 123456"])
    assert customer("crm:1") != customer("crm:2")


def test_a_new_family_name_keeps_the_given_name() -> None:
    register(person=["crm:1"], given_name=["Anna"], family_name=["Berg"])
    register(person=["crm:1"], family_name=["Ott"])
    assert Identity.objects.get().normal == {"name": "anna ott", "given_name": "anna", "family_name": "ott"}
    assert find_customers("anna ott") == [customer("crm:1")]


def test_terms_are_kept_once_when_new_and_changed_people_come_together() -> None:
    register_identities(CAST, source="shop", actor="tests")
    register(
        person=["shop:1", "shop:3"],
        name=["Anna Schulz", "Anna Müller"],
        email=["anna@example.org", "third@example.org"],
    )
    first, third = (customer(key).id for key in ("shop:1", "shop:3"))
    terms = sorted(
        SearchTerm.objects.filter(identity_id__in=[first, third]).values_list("identity_id", "term")
    )
    assert len(terms) == len(set(terms))
    assert {term for identity, term in terms if identity == first} >= {"anna", "mueller", "schulz", "1"}
    assert {term for identity, term in terms if identity == third} >= {"anna", "mueller", "third@example.org"}


def test_whoever_was_known_by_a_key_alone_is_the_kind_that_the_first_record_says() -> None:
    register(person=["crm:7", "crm:8"])  # as an event tells of them
    register(person=["crm:7", "crm:8"], name=["Anna Müller", "Alpine Club"], kind=["person", "organisation"])
    assert [customer(key).kind for key in ("crm:7", "crm:8")] == ["person", "organisation"]
    register(person=["crm:7"], name=["Anna Maria Müller"], kind=["organisation"])
    assert customer("crm:7").kind == "person"
