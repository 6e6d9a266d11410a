from django.db import models


class Silence(models.Model):
    """A stream that fell silent: from when it was last heard to when it was heard again.

    `expected` turns false when a person says that nothing is to come any more; it is then not looked at.
    """

    source = models.CharField(max_length=100)
    name = models.CharField(max_length=100, blank=True)
    channel = models.CharField(max_length=100, blank=True)
    instrument = models.CharField(max_length=100, blank=True)
    survey = models.CharField(max_length=300, blank=True)
    sentence = models.CharField(max_length=500)
    last_at = models.DateTimeField()
    noticed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    expected = models.BooleanField(default=True)
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "name", "channel", "instrument", "survey"],
                condition=models.Q(ended_at=None),
                name="one_open_silence_a_stream",
            )
        ]
