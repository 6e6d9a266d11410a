"""Backs up a home again and again while events are recorded, flushed and sorted and flushers are killed.

    python -m tests.keeping.under_load <rounds> <seed>

Each archive is restored and flushed, and compared with what had been acknowledged when the backup began. Prints one
JSON line. Works on the home and database of the environment, which must be fresh.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

from tests.ledger.killing import finish, fork, judge, record_some  # isort: skip  # makes Django ready
from regard.ledger import actions
from tests.postgres import make_database

RESTORED = """
import os, sys
from pathlib import Path
from regard.keeping import unpacking
from regard.keeping.archive import open_archive
archive, home = Path(sys.argv[1]), Path(os.environ["REGARD_HOME"])
with open_archive(archive) as opened:
    unpacking.refuse_newer(opened)
    unpacking.refuse_taken_stores(opened, os.environ)
    unpacking.unpack(opened, home, lambda name, size: None)
    manifest = opened.manifest
import django
django.setup()
from regard.keeping.restoring import settle
done = settle(home, manifest)
assert not done.differs, done
from tests.ledger.killing import judge
judge(Path(sys.argv[2]), Path(sys.argv[3]))
"""
PAUSE = 0.05  # seconds: flushers keep up, so that what is acknowledged lies in both stores


def record_for_ever(ledger: Path, seed: int) -> None:
    while True:
        record_some(ledger, seed)
        seed += 1
        time.sleep(PAUSE)


def flush_and_sort_for_ever() -> None:
    while True:
        actions.flush_inbox(limit=25)
        actions.flush_inbox(limit=25)
        actions.compact_lake(thoroughly=True)


def flush_for_ever() -> None:
    while True:
        actions.flush_inbox(limit=25)


def back_up_to(archive: Path, ledgers: list[Path], acknowledged: Path) -> None:
    """Note what is acknowledged, and at once begin: what is just on its way must not be lost between the stores."""
    from regard.keeping import backing_up

    acknowledged.write_text("".join(ledger.read_text() for ledger in ledgers if ledger.exists()))
    backing_up.back_up(archive)


def restored(archive: Path, home: Path, acknowledged: Path, database: str) -> dict[str, int]:
    """What became of an archive: restored in a new home, flushed, compared."""
    result = home.with_suffix(".json")
    environment = {**os.environ, "REGARD_HOME": str(home), "REGARD_DATABASE_URL": database}
    command = [sys.executable, "-c", RESTORED, str(archive), str(acknowledged), str(result)]
    subprocess.run(command, env=environment, check=True)
    verdict: dict[str, int] = json.loads(result.read_text())
    return verdict


def main(rounds: int, seed: int) -> None:
    from django.conf import settings
    from django.core.management import call_command

    luck, home = random.Random(seed), Path(settings.REGARD_HOME)
    address, beside = os.environ.get("REGARD_DATABASE_URL", ""), home / "elsewhere"
    beside.mkdir()
    ledgers = [beside / f"acknowledged-{number}.txt" for number in range(2)]
    assert finish(fork(lambda: call_command("migrate", verbosity=0))) == 0
    found: Counter[str] = Counter()
    for number in range(rounds):
        at_work = [
            *(fork(partial(record_for_ever, ledgers[n], 50_000 * (2 * number + n))) for n in range(2)),
            fork(flush_for_ever), fork(flush_and_sort_for_ever),
        ]  # fmt: skip
        time.sleep(luck.uniform(0.3, 1.0))
        archive, known = beside / f"{number}.tar", beside / f"known-{number}.txt"
        backup = fork(partial(back_up_to, archive, ledgers, known))
        time.sleep(luck.uniform(0.0, 0.3))
        os.kill(at_work[2 + number % 2], signal.SIGKILL)  # a flusher dies while its work is being kept
        assert finish(backup) == 0
        for pid in at_work:
            os.kill(pid, signal.SIGKILL)
        for pid in at_work:
            finish(pid)
        database = make_database(address.rsplit("/", 1)[0]) if address else ""
        found.update(restored(archive, beside / f"home-{number}", known, database))
    everything = beside / "everything.txt"
    everything.write_text("".join(ledger.read_text() for ledger in ledgers))
    result = beside / "verdict.json"
    assert finish(fork(lambda: judge(everything, result))) == 0
    original = json.loads(result.read_text())
    print(json.dumps({"restored": found, "original": original}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
