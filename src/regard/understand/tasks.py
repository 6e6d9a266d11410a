"""What `understand` leaves to the worker."""

import logging

from django.utils import timezone
from huey.contrib.djhuey import db_task

from regard.errors import RegardError
from regard.know.actions import link_identities
from regard.listen.actions import run_import
from regard.understand.actions import compute

log = logging.getLogger(__name__)


@db_task()  # type: ignore[untyped-decorator]
def take_in_file(import_id: int) -> None:
    """Run an import that was agreed to, link what is new and compute, so that the pages show it."""
    try:
        run_import(import_id)
    except RegardError as error:
        log.warning("import %s: %s", import_id, error)  # its row keeps the sentence for the page
        return
    link_identities(actor="regard")
    compute(as_of=timezone.now(), actor="regard")
