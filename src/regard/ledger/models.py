from django.db import models

from regard.ledger.packing import unpack


class Batch(models.Model):
    """Events acknowledged but not yet in the lake: the inbox. `formats.py` says how a batch is read."""

    source = models.CharField(max_length=100)
    format = models.CharField(max_length=40, default="", blank=True)  # empty: a JSON array of events
    payload = models.BinaryField()
    unpacked_size = models.PositiveIntegerField(
        default=0
    )  # of a payload that is packed; 0: it lies as it came
    event_count = models.PositiveIntegerField(db_index=True)  # summed without reading past the payloads
    created_at = models.DateTimeField(auto_now_add=True)

    @property
    def body(self) -> bytes:
        """What was sent."""
        return unpack(bytes(self.payload), self.unpacked_size)


class Flush(models.Model):
    """The stamp of the batches that one flush took. It has a row of its own, for changing theirs would write
    their payloads anew."""

    number = models.BigIntegerField(primary_key=True)
    batch_ids = models.JSONField()


class DeadLetter(models.Model):
    """A payload that could not be flushed, or an event a reaction failed on; kept with its reason."""

    kind = models.CharField(max_length=20)  # "batch" or "reaction"
    source = models.CharField(max_length=100)
    format = models.CharField(max_length=40, default="", blank=True)  # of a batch
    payload = models.BinaryField()
    reason = models.TextField()
    listener = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    replayed_at = models.DateTimeField(null=True)


class Reaction(models.Model):
    """One listener has dealt with one event: what makes reactions idempotent."""

    listener = models.CharField(max_length=200)
    event_id = models.CharField(max_length=100)
    done_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listener", "event_id"], name="one_reaction_an_event")]
