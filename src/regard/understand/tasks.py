"""What `understand` leaves to the worker."""

import logging

from django.utils import timezone
from huey.contrib.djhuey import HUEY, db_task

from regard.errors import RegardError
from regard.know.actions import link_identities
from regard.know.queries import numbers_left_behind
from regard.know.tasks import follow_shared_number
from regard.listen.actions import resume_imports, run_import
from regard.listen.tasks import look_into_file, one_long_job
from regard.understand.actions import compute

log = logging.getLogger(__name__)


@db_task()  # type: ignore[untyped-decorator]
@one_long_job
def take_in_file(import_id: int) -> None:
    """Run an import that was agreed to, link what is new and compute, so that the pages show it."""
    try:
        run_import(import_id)
    except RegardError as error:
        log.warning("import %s: %s", import_id, error)  # its row keeps the sentence for the page
        return
    link_identities(actor="regard")
    compute(as_of=timezone.now(), actor="regard")


def resume() -> None:
    """Queue again what an earlier worker left behind: imports, and decisions on shared numbers."""
    of_imports = {take_in_file.task_class, look_into_file.task_class}
    waiting = (*HUEY.pending(), *HUEY.scheduled())
    queued = {task.args[0] for task in waiting if type(task) in of_imports}
    resume_imports(run=take_in_file, look=look_into_file, queued=queued)
    for shared_id in numbers_left_behind():
        follow_shared_number(shared_id)  # once too often does no harm
