"""What a run of `regard link` takes around the comparison: gathering records, storing links, moving customers.

    python -m benchmarks.bench_link_run [--records 1000000] [--persons 570000] [--profile]

The comparison itself (`bench_linkage_speed`) is left out: its answer is the truth, one link for every further
record of a person. With `python -m tests.postgres python -m benchmarks.bench_link_run` it stores in PostgreSQL.
"""

import argparse
import cProfile
import os
import resource
import tempfile
import time
from types import SimpleNamespace
from unittest import mock

os.environ["REGARD_HOME"] = tempfile.mkdtemp(prefix="regard-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.project.settings")

import django
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from benchmarks.bench_linkage_speed import make_records

WEIGHTS = (
    '{"prior":{"weight":-19.4,"level":"before any evidence"},"given_name":{"weight":7.31,"level":"same"},'
    '"family_name":{"weight":9.05,"level":"same"},"birth_date":{"weight":12.9,"level":"same"},'
    '"email":{"weight":-2.9,"level":"different"},"street":{"weight":9.62,"level":"same street and number"},'
    '"place":{"weight":8.44,"level":"same postcode and city"}}'
)


def make_intake(records: int, persons: int) -> tuple[pa.Table, pa.Table]:
    """Records that no key links yet, and the links that join those of one person."""
    drawn, person = make_records(records, persons)
    number = np.arange(records)
    first, further = pa.array(number < persons), pa.array(number >= persons)
    rows = drawn.drop_columns(["unique_id"]).append_column("person", pa.array([f"crm:{n}" for n in number]))
    for name, kept in (("email", first), ("phone", further)):
        at = rows.column_names.index(name)
        rows = rows.set_column(at, name, pc.if_else(kept, rows[name], None))
    left, right = person[persons:] + 1, number[persons:] + 1  # ids count from 1
    chance = 0.92 + 0.08 * np.random.default_rng(7).random(left.size)
    order = np.argsort(-chance)
    links = pa.table(
        {
            "left": pa.array(left[order], pa.int64()),
            "right": pa.array(right[order], pa.int64()),
            "probability": chance[order],
            "weights": [WEIGHTS] * left.size,
        }
    )
    return rows, links


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--persons", type=int, default=570_000)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    django.setup()
    from django.core.management import call_command

    from regard.know import linking
    from regard.know.actions import link_identities, register_identities, undo_merge
    from regard.know.linkage import Thresholds
    from regard.know.models import Customer

    call_command("migrate", verbosity=0)
    rows, links = make_intake(arguments.records, arguments.persons)
    register_identities(rows, source="crm", actor="benchmark")
    print(f"{Customer.objects.count():,} customers before")
    reviews = links.slice(0, 0).append_column("reason", pa.array([], pa.string()))
    model = SimpleNamespace(to_json=lambda: "{}")
    found = SimpleNamespace(links=links, reviews=reviews, model=model, compared=0, thresholds=Thresholds())
    started, cpu = time.perf_counter(), time.process_time()

    def say(text: str) -> None:
        print(
            f"    {time.perf_counter() - started:6.1f} s, {time.process_time() - cpu:6.1f} s of processor: {text}"
        )

    profile = cProfile.Profile(time.process_time)
    if arguments.profile:
        profile.enable()
    with mock.patch.object(linking, "link_records", return_value=found):
        run = link_identities(actor="benchmark", progress=say)
    profile.disable()
    say(f"{run.links:,} links stored, {Customer.objects.count():,} customers")
    if arguments.profile:
        profile.print_stats("cumulative")
    started, cpu = time.perf_counter(), time.process_time()
    undo_merge(run.merge_id or 0, actor="benchmark")
    say(f"undone, {Customer.objects.count():,} customers")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")


if __name__ == "__main__":
    main()
