"""What `listen` leaves to the worker."""

from huey.contrib.djhuey import db_task

from regard.listen.asking import look_into


@db_task()  # type: ignore[untyped-decorator]
def look_into_file(import_id: int) -> None:
    """Read an uploaded file and find out what to ask."""
    look_into(import_id)
