"""The worker's threads: a long import holds back neither mail nor anything else that comes every minute."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huey import SqliteHuey

from regard.cli.serving import keep_apart
from regard.listen import tasks
from regard.listen.tasks import one_long_job
from regard.mail.tasks import send_letters
from regard.project import settings as product

SOON = 20.0  # seconds in which everything here happens even on a busy machine


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteHuey]:
    """The worker as it is configured, on a queue of its own."""
    monkeypatch.setattr(tasks, "PAUSE", 0.2)
    made = SqliteHuey("test", filename=str(tmp_path / "jobs.sqlite3"))
    keep_apart(made)
    kept = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    consumer = made.create_consumer(**{**product.HUEY["consumer"], "max_delay": 0.1})  # type: ignore[dict-item]
    consumer.start()
    yield made
    consumer.stop(graceful=True)
    for number, handler in kept.items():
        signal.signal(number, handler)


def wait_until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


def test_mail_goes_out_while_imports_run_one_at_a_time(jobs: SqliteHuey) -> None:
    running, finished, mail = list[int](), list[int](), list[str]()
    go_on = threading.Event()

    @jobs.task()  # type: ignore[untyped-decorator]
    @one_long_job
    def take_in(number: int) -> None:
        running.append(number)
        go_on.wait(SOON)
        running.remove(number)
        finished.append(number)

    @jobs.task()  # type: ignore[untyped-decorator]
    def send() -> None:
        mail.append("sent")

    for number in range(4):
        take_in(number)
    wait_until(lambda: bool(running))
    for count in range(1, 4):
        send()
        wait_until(lambda count=count: len(mail) == count)  # type: ignore[misc]
    assert len(running) == 1
    assert finished == []
    go_on.set()
    wait_until(lambda: len(finished) == 4)
    assert sorted(finished) == [0, 1, 2, 3]


def test_what_comes_every_minute_does_not_run_twice_at_once(jobs: SqliteHuey) -> None:
    begun, go_on = list[str](), threading.Event()

    @jobs.periodic_task(lambda _: False)  # type: ignore[untyped-decorator]  # never by itself
    def look() -> None:
        begun.append("look")
        go_on.wait(SOON)

    look()
    wait_until(lambda: begun == ["look"])
    look()
    wait_until(lambda: jobs.pending_count() == 0)
    go_on.set()
    wait_until(lambda: _begins_again(look, begun))
    assert begun == ["look"] * 2


def _begins_again(look: Callable[[], object], begun: list[str]) -> bool:
    if len(begun) < 2:
        look()
        time.sleep(0.3)
    return len(begun) >= 2


def test_mail_comes_first() -> None:
    assert send_letters.task_class.default_priority > 0
