"""Many processes ask for the same person at once, while others merge and part who they are.

    python -m tests.know.contact.racing <rounds>

Prints one JSON line. Works on the home and database of the environment, which must be fresh.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.project.settings")
django.setup()

import pyarrow as pa  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from regard.errors import RegardError  # noqa: E402
from regard.know.actions import merge_customers, register_identities, undo_merge  # noqa: E402
from regard.know.contact.actions import ask_to_contact, ask_to_contact_several, change_rules  # noqa: E402
from regard.know.contact.models import Touch  # noqa: E402
from regard.know.models import Identity, Merge  # noqa: E402

NOON = datetime(2026, 6, 10, 10, tzinfo=UTC)
MOST = 3
PEOPLE = ("shop:0", "shop:1", "email:nobody@example.org")


def ask_often(number: int, rounds: int) -> None:
    for turn in range(rounds):
        at = NOON + timedelta(seconds=turn)
        persons = [PEOPLE[(number + turn + step) % 3] for step in range(3)]
        if number % 2:  # half of them ask for one at a time, half for all, each in another order
            ask_to_contact(
                persons[0], purpose="marketing", channel="web", kind="", about="", actor="t", at=at
            )
        else:
            ask_to_contact_several(
                persons, purpose="marketing", channel="web", kind="", about="", actor="t", at=at
            )


def merge_and_part(rounds: int) -> None:
    ids = dict(Identity.objects.values_list("person", "id"))
    for _ in range(rounds):
        try:
            merge = merge_customers(ids["shop:0"], ids["shop:1"], actor="t", reason="")
            undo_merge(merge.pk, actor="t")
        except RegardError:
            continue


def fork(work: Callable[[], None]) -> int:
    connection.close()
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException:  # noqa: BLE001  # the parent reads the exit code
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def race(rounds: int) -> dict[str, object]:
    call_command("migrate", verbosity=0)
    people = {"person": ["shop:0", "shop:1"], "name": ["Anna A", "Bo B"]}
    register_identities(pa.table(people), source="shop", actor="t")
    change_rules({"most_marketing": MOST, "most_overall": 0, "marketing_needs_consent": False}, actor="t")
    children = [fork(lambda number=number: ask_often(number, rounds)) for number in range(4)]  # type: ignore[misc]
    children.append(fork(lambda: merge_and_part(max(rounds // 4, 2))))
    failed = sum(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0 for child in children)
    touches = {person: Touch.objects.filter(person=person).count() for person in PEOPLE}
    return {"failed": failed, "merges": Merge.objects.count(), "touches": touches}


if __name__ == "__main__":
    print(json.dumps(race(int(sys.argv[1]))))
