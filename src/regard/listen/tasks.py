"""What `listen` leaves to the worker."""

import threading
from collections.abc import Callable
from functools import wraps

from huey.contrib.djhuey import db_task
from huey.exceptions import RetryTask

from regard.listen.asking import look_into

PAUSE = 2  # seconds until a long job that was put off is tried again

_long_job = threading.Lock()


def one_long_job(work: Callable[[int], None]) -> Callable[[int], None]:
    """Of all long jobs only one runs at a time: they need the memory, and the worker's other threads stay free."""

    @wraps(work)
    def alone(number: int) -> None:
        if not _long_job.acquire(blocking=False):
            raise RetryTask(delay=PAUSE)
        try:
            work(number)
        finally:
            _long_job.release()

    return alone


@db_task()  # type: ignore[untyped-decorator]
@one_long_job
def look_into_file(import_id: int) -> None:
    """Read an uploaded file and find out what to ask."""
    look_into(import_id)
