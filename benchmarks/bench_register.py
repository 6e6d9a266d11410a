"""How long the intake of a million records takes: `python benchmarks/bench_register.py [rows]`.

570,000 persons in two sources; the second source's 430,000 records share e-mail or phone with the first's.
"""

import os
import random
import resource
import sys
import tempfile
import time

os.environ["REGARD_HOME"] = tempfile.mkdtemp(prefix="regard-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.project.settings")

import django
import pyarrow as pa

LIMIT_SECONDS = 25.0
SYLLABLES = [
    "ba",
    "chen",
    "dorf",
    "er",
    "ga",
    "hol",
    "jan",
    "ki",
    "lin",
    "mei",
    "nor",
    "pe",
    "ros",
    "sü",
    "tor",
]


def make_rows(count: int) -> pa.Table:
    """Records of as many sources' rows; the same person has the same e-mail and phone."""
    draw = random.Random(7)
    word = lambda parts: "".join(draw.choice(SYLLABLES) for _ in range(parts)).capitalize()  # noqa: E731
    given, family = [word(2) for _ in range(400)], [word(3) for _ in range(20_000)]
    persons = int(count * 0.57)
    names = [f"{draw.choice(given)} {draw.choice(family)}" for _ in range(persons)]
    who = [number % persons for number in range(count)]
    return pa.table(
        {
            "person": [f"crm:{number}" for number in range(count)],
            "name": [names[each] for each in who],
            "email": [f"kunde.{each}@example{each % 50}.org" for each in who],
            "phone": [f"0151 {each:08d}" for each in who],
            "birth_date": [f"{1940 + each % 60}-{1 + each % 12:02d}-{1 + each % 28:02d}" for each in who],
            "street": [f"{family[each % 3000]}str. {each % 300}" for each in who],
            "postcode": [f"{10000 + each % 80000}" for each in who],
            "city": [family[each % 5000] for each in who],
        }
    )


def main() -> None:
    django.setup()
    from django.core.management import call_command

    from regard.know.actions import refresh_people, register_identities
    from regard.know.queries import find_customers

    call_command("migrate", verbosity=0)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rows = make_rows(count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for attempt in ("first time", "again, nothing new"):
        start, cpu = time.perf_counter(), time.process_time()
        done = register_identities(rows, source="crm", actor="benchmark")
        seconds = time.perf_counter() - start
        print(
            f"register {count:,} rows, {attempt}: {seconds:.1f} s (cpu {time.process_time() - cpu:.1f} s) {done}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak memory {peak / 1e6:.2f} GB, of which before {before / 1e6:.2f} GB; limit {LIMIT_SECONDS} s")
    start = time.perf_counter()
    print(f"refresh_people: {refresh_people():,} rows in {time.perf_counter() - start:.1f} s")
    for text in (
        "b",
        "ba",
        "bachen",
        "bach dorf",
        "ga ros",
        "kunde.47",
        "0151 0000",
        "crm:99",
        "ba kunde.1 0151",
    ):
        start = time.perf_counter()
        found = find_customers(text)
        print(f"find {text!r}: {len(found)} in {(time.perf_counter() - start) * 1000:.1f} ms")


if __name__ == "__main__":
    main()
