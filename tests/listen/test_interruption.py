"""kill -9 at any moment, then run again: the result equals one clean run."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROWS = 1000
RUN = """
import sys, django
django.setup()
from pathlib import Path
from regard.listen import intake
intake.CHUNK_ROWS = 250
from regard.listen.actions import import_file
print("ready", flush=True)
import_file(Path(sys.argv[1]), source="shop", actor="test")
"""
SHOW = """
import django, json
django.setup()
from regard.know.models import Identity
from regard.ledger import lake
from regard.ledger.queries import events
from regard.listen.models import Import
job = Import.objects.earliest("pk")  # a run that was killed after its end is followed by a new one
counts = {n: getattr(job, n) for n in ("state", "rows_read", "event_rows", "attribute_rows", "duplicate_rows",
                                        "rejected_rows", "events_added")}
lying = sorted(events().select("event_id").execute()["event_id"])
told = sorted(lake.read("attributes").select("row_id").execute()["row_id"])
print(json.dumps([counts, lying, told, sorted(Identity.objects.values_list("person", flat=True)),
                  sorted(job.rejects.values_list("row_number", flat=True))]))
"""


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "REGARD_HOME": str(home), "DJANGO_SETTINGS_MODULE": "regard.project.settings",
            "PYTHONPATH": "src", "REGARD_LAKE": str(home / "lake")}  # fmt: skip


def python(home: Path, code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(
        command, env=environment(home), check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def make_home(folder: Path) -> Path:
    python(folder, "import django; django.setup(); from django.core.management import call_command; "
                   "call_command('migrate', verbosity=0)")  # fmt: skip
    return folder


def orders(path: Path) -> Path:
    """Orders of returning customers, some rows equal, some changed later in the file, some unusable."""
    lines = ["order_id,customer_id,email,order_date,total"]
    for number in range(ROWS):
        order = number if number % 50 else number // 2
        day = "soon" if number % 97 == 96 else f"2026-03-{1 + number % 28:02d}"
        lines.append(f"{order},K{number % 400},k{number % 400}@example.org,{day},{number % 90}.5")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.slow
def test_killed_at_random_moments_and_run_again_equals_one_clean_run(tmp_path: Path) -> None:
    path = orders(tmp_path / "orders.csv")
    clean = make_home(tmp_path / "clean")
    python(clean, RUN, str(path))
    expected = python(clean, SHOW)
    killed = make_home(tmp_path / "killed")
    chance = random.Random(7)
    deaths = 0
    for _ in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(path)], env=environment(killed), stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.05, 0.6))
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        deaths += 1
    else:
        python(killed, RUN, str(path))
    assert deaths >= 2
    assert python(killed, SHOW) == expected
