"""What `know` leaves to the worker."""

from huey.contrib.djhuey import db_task

from regard.know.shared_numbers import follow_decision


@db_task()  # type: ignore[untyped-decorator]
def follow_shared_number(shared_id: int) -> None:
    """Make the many links of a shared number follow what a person said of it."""
    follow_decision(shared_id)
