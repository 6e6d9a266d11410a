from django.db import models


class Computation(models.Model):
    """One run of `regard compute`; the newest finished one is what pages show."""

    as_of = models.DateTimeField()
    actor = models.CharField(max_length=200)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    customer_count = models.BigIntegerField(default=0)
    last_event_at = models.DateTimeField(null=True)
    event_count = models.BigIntegerField(default=0)
    worth = models.JSONField(
        default=dict
    )  # what was fitted on this run's orders, and the worth of all (worth.py)


class Finding(models.Model):
    """One figure with its interval, for one group and period, as one computation found it."""

    computation = models.ForeignKey(Computation, on_delete=models.CASCADE, related_name="findings")
    measure = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    dimension = models.CharField(
        max_length=60, blank=True
    )  # "" is everything; else month, source, channel, ...
    group = models.CharField(max_length=200, blank=True)
    value = models.FloatField(null=True)  # null: too few
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    standard_error = models.FloatField(null=True)
    n = models.BigIntegerField()
    level = models.FloatField(default=0.95)
    method = models.CharField(max_length=60)
    unit = models.CharField(max_length=20, blank=True)  # "share", "points", "EUR", "orders", ...

    class Meta:
        indexes = [models.Index(fields=["computation", "measure", "dimension"])]
