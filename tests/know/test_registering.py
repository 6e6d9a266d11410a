"""Taking in the records of a source."""

import pyarrow as pa
import pytest

from regard.know.actions import refresh_people, register_identities
from regard.know.queries import customer, find_customers, persons_of
from regard.ledger import lake

pytestmark = pytest.mark.django_db

CAST = pa.table(
    {
        "person": ["shop:1", "shop:2"],
        "name": ["Anna Müller", "Bernd Meier"],
        "email": ["anna@example.org", "bernd@example.org"],
    }
)


def test_a_new_person_becomes_a_customer_that_is_found_by_name_mail_and_key() -> None:
    registered = register_identities(CAST, source="shop", actor="tests")
    assert (registered.new, registered.changed, registered.unchanged) == (2, 0, 0)
    anna = customer("shop:1")
    assert anna.name == "Anna Müller"
    assert find_customers("anna mül") == [anna]
    assert customer("anna@example.org") == anna == customer(f"C{anna.id}") == customer(anna.id)
    assert persons_of(anna.id) == ["shop:1"]


def test_registering_twice_changes_nothing() -> None:
    register_identities(CAST, source="shop", actor="tests")
    again = register_identities(CAST, source="shop", actor="tests")
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)


def test_people_are_written_only_when_who_is_who_changed() -> None:
    register_identities(CAST, source="shop", actor="tests")
    assert refresh_people() == 2
    assert refresh_people() == 0
    assert lake.read("people").count().execute() == 2
