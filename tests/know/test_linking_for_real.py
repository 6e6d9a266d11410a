"""The linkage job with the real comparison, on a small company's records."""

import random

import pyarrow as pa
import pytest

from regard.know.actions import link_identities, refresh_people, register_identities
from regard.know.models import Identity
from regard.know.queries import customer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
GIVEN = [
    "anna",
    "bernd",
    "carla",
    "david",
    "elena",
    "frank",
    "greta",
    "hanno",
    "ines",
    "jonas",
    "karin",
    "lukas",
]
FAMILY = [
    "adler",
    "brandt",
    "conrad",
    "decker",
    "ebert",
    "fuchs",
    "graf",
    "hahn",
    "ihle",
    "jung",
    "kraft",
    "lorenz",
]


def company(people: int) -> pa.Table:
    """Each person is in the CRM, and in the shop with a slip in the family name; nothing else is a sure key."""
    draw = random.Random(3)
    rows = []
    for number in range(people):
        given, family = draw.choice(GIVEN), draw.choice(FAMILY) + draw.choice(["", "mann", "er", "sen"])
        at = draw.randrange(1, len(family))
        slip = family[:at] + family[at + 1 :] if draw.random() < 0.3 else family
        born = f"{draw.randrange(1940, 2005)}-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}"
        place = {
            "street": f"{draw.choice(FAMILY)}weg {draw.randrange(1, 90)}",
            "postcode": str(draw.randrange(10_000, 10_200)),
        }
        for source, name in (("crm", family), ("shop", slip)):
            rows.append(
                {
                    "person": f"{source}:{number}",
                    "given_name": given,
                    "family_name": name,
                    "birth_date": born,
                    **place,
                }
            )
    return pa.Table.from_pylist(rows)


def test_records_of_one_person_are_found_and_a_late_one_too() -> None:
    people = 200
    register_identities(company(people), source="both", actor="tests")
    run = link_identities(actor="tests")
    refresh_people()
    assert not run.only_new
    joined = sum(customer(f"crm:{number}").id == customer(f"shop:{number}").id for number in range(people))
    assert joined >= 0.97 * people
    assert len(set(Identity.objects.values_list("customer", flat=True))) >= 0.98 * people

    known = Identity.objects.get(person="crm:7").fields
    late = {"person": "mail:7", **known}
    register_identities(pa.Table.from_pylist([late]), source="mail", actor="tests")
    second = link_identities(actor="tests")
    assert second.only_new
    assert second.records < people
    assert customer("mail:7").id == customer("crm:7").id
