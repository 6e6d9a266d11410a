"""Imports as background jobs."""

from huey.contrib.djhuey import db_task

from regard.errors import RegardError
from regard.listen.actions import run_import
from regard.listen.queries import import_by_id


@db_task()
def run_import_job(import_id: int) -> str:
    """Run an import that waits; how far it is, and why it failed, stands in its row."""
    try:
        run_import(import_id)
    except RegardError as error:
        return str(error)
    return str(import_by_id(import_id).state)
