from django.db import models


class Import(models.Model):
    """One file handed in, and how far it has come. Rows always add up:
    rows_read = event_rows + attribute_rows + duplicate_rows + rejected_rows once done."""

    class State(models.TextChoices):
        WAITING = "waiting"
        MAPPING = "mapping"  # a person is asked
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    source = models.CharField(max_length=100, db_index=True)
    file_name = models.CharField(max_length=300)
    path = models.CharField(max_length=1000)
    size = models.BigIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, db_index=True)  # of the file's bytes
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, db_index=True)
    actor = models.CharField(max_length=200)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    rows_total = models.BigIntegerField(null=True)
    rows_read = models.BigIntegerField(default=0)
    event_rows = models.BigIntegerField(default=0)
    attribute_rows = models.BigIntegerField(default=0)
    duplicate_rows = models.BigIntegerField(default=0)
    rejected_rows = models.BigIntegerField(default=0)
    events_added = models.BigIntegerField(default=0)
    details = models.JSONField(
        default=dict
    )  # what was found out: encoding, delimiter, dates, per table counts
    error = models.TextField(blank=True)


class Reject(models.Model):
    """A row that could not be used, kept as it was read, with its reason."""

    of_import = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rejects")
    table = models.CharField(max_length=200, blank=True)
    row_number = models.BigIntegerField()
    row = models.JSONField(default=dict)  # column -> text as read
    reason = models.CharField(max_length=500)
    retried_at = models.DateTimeField(null=True)
