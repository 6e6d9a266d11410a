"""Kills flushers, again and again, and counts what was lost or doubled.

    python -m tests.ledger.killing <kills> <seed>

Prints one JSON line. Works on the home and database of the environment, which must be fresh. The controlling
process opens no store itself: it forks, so that every recorder, flusher and judge starts clean and cheaply.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.project.settings")
django.setup()

from deltalake import DeltaTable  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from regard.ledger import actions, bulk, inbox, keys, lake, reactions, sorting  # noqa: E402
from regard.ledger.events import Event  # noqa: E402
from tests.ledger.cast import order  # noqa: E402

# every step of the flush protocol, of the append below it, of the reactions after it and of the rewriting
STEPS: tuple[tuple[Any, str], ...] = (
    (inbox, "release"),
    (inbox, "stamp"),
    (inbox, "carry"),
    (bulk, "append_once"),
    (keys, "held_digests"),
    (keys, "_make"),
    (keys, "note_added"),
    (lake, "write_deltalake"),
    (inbox, "finish"),
    (reactions, "react"),
    (reactions, "_run"),
    (inbox, "drop"),
    (sorting, "_write_sorted"),
    (sorting, "_still_has"),
    (DeltaTable, "create_write_transaction"),
)
MOMENTS = [(owner, name, after) for owner, name in STEPS for after in (False, True)]


@reactions.on("order.completed")
def ask_back(event: Event) -> None:
    """A reaction that leaves a trace of its own: one follow-up event a time it ran."""
    follow_up = order(f"reaction-{event.event_id}-{time.time_ns()}", name="feedback.low", source="regard")
    actions.record_events([follow_up], source="regard", actor="test")


def fork(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001  # whatever it is: a child must not go on as its parent
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return pid


def finish(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def deadly(owner: Any, name: str, after: bool) -> None:
    """Make a step kill its process, before it does anything or after it has done everything."""
    step = getattr(owner, name)

    def killing(*arguments: Any, **named: Any) -> Any:
        if not after:
            die()
        step(*arguments, **named)
        die()

    setattr(owner, name, killing)


def flush_and_sort() -> None:
    actions.flush_inbox()
    actions.compact_lake(thoroughly=True)


def flush_for_ever() -> None:
    while True:
        actions.flush_inbox(limit=3)


def record_some(ledger: Path, seed: int) -> None:
    """Record batches as clients do, who also send again what they did not see acknowledged."""
    luck = random.Random(seed)
    with ledger.open("a") as acknowledged:
        for batch in range(4):
            ids = [f"{seed}-{batch}-{n}" for n in range(luck.randint(1, 5))]
            if luck.random() < 0.5:
                ids.append(f"{luck.randint(0, seed)}-0-0")
            with transaction.atomic():
                actions.record_events([order(event_id) for event_id in ids], source="shop", actor="test")
            acknowledged.write("".join(f"{event_id}\n" for event_id in ids))
            acknowledged.flush()


def kill_at(moment: tuple[Any, str, bool]) -> bool:
    """Run a flusher that dies at a moment; says whether it got there."""

    def work() -> None:
        deadly(*moment)
        flush_and_sort()

    return finish(fork(work)) == -signal.SIGKILL


def kill_somewhen(luck: random.Random, ledger: Path, seed: int) -> bool:
    """Kill one of two flushers that run at once while clients go on."""
    flushers = [fork(flush_for_ever), fork(flush_for_ever)]
    recorder = fork(lambda: record_some(ledger, seed))
    time.sleep(luck.uniform(0.05, 0.5))
    for pid in flushers:
        os.kill(pid, signal.SIGKILL)
    killed = [finish(pid) == -signal.SIGKILL for pid in flushers]
    return finish(recorder) == 0 and all(killed)


def judge(ledger: Path, result: Path) -> None:
    """Flush what is left and compare the lake with what was acknowledged."""
    while actions.flush_inbox().batches:
        pass
    held = Counter(lake.read("events").event_id.to_pyarrow().to_pylist())
    acknowledged = set(ledger.read_text().split())
    reacted = Counter(one.split("-", 1)[1].rsplit("-", 1)[0] for one in held if one.startswith("reaction-"))
    verdict = {
        "acknowledged": len(acknowledged),
        "lost": len(acknowledged - set(held)),
        "doubled": sum(count - 1 for count in held.values()),
        "invented": len([one for one in held if not one.startswith("reaction-") and one not in acknowledged]),
        "reactions lost": len(acknowledged - set(reacted)),
        "reactions doubled": sum(count - 1 for count in reacted.values()),
        "left in inbox": inbox.Batch.objects.count(),
        "dead letters": inbox.DeadLetter.objects.count(),
    }
    result.write_text(json.dumps(verdict))


def main(kills: int, seed: int) -> None:
    luck = random.Random(seed)
    home = Path(settings.REGARD_HOME)
    ledger, result = home / "acknowledged.txt", home / "verdict.json"
    assert finish(fork(lambda: call_command("migrate", verbosity=0))) == 0
    reached: Counter[str] = Counter()
    for number in range(kills):
        if number % 4 == 3:  # every fourth time anywhere, else the next moment of the list
            killed, name = kill_somewhen(luck, ledger, number), "any moment, two flushers"
        else:
            assert finish(fork(lambda seed=number: record_some(ledger, seed))) == 0
            _, step, after = moment = MOMENTS[(number - number // 4) % len(MOMENTS)]
            killed, name = kill_at(moment), f"{'after' if after else 'before'} {step}"
        reached[name] += killed
    assert finish(fork(lambda: judge(ledger, result))) == 0
    print(json.dumps(json.loads(result.read_text()) | {"reached": reached}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
