"""What the pages leave to the worker."""

from django.utils import timezone
from huey.contrib.djhuey import db_task

from regard.errors import RegardError


@db_task()  # type: ignore[untyped-decorator]
def look_into_file(import_id: int) -> None:
    """Read an uploaded file and find out what to ask."""
    from regard.listen.asking import look_into

    look_into(import_id)


@db_task()  # type: ignore[untyped-decorator]
def take_in_file(import_id: int) -> None:
    """Run an import that was agreed to, then compute, so that the pages show it. Its row tells what went wrong."""
    from regard.listen.actions import run_import
    from regard.understand.actions import compute

    try:
        run_import(import_id)
    except RegardError:
        return  # the import's row keeps the sentence
    compute(as_of=timezone.now(), actor="regard")
