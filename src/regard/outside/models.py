from django.db import models


class Endpoint(models.Model):
    """An address of somebody else's that is told what we announce, signed with `secret`."""

    url = models.CharField(max_length=2000)
    secret = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField(auto_now_add=True)


class Delivery(models.Model):
    """One announcement to one endpoint, until it is taken or given up. The id stays the same at every attempt."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        DEAD = "dead"

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=60)
    body = models.TextField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    answer = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "next_try_at"], name="deliveries_due")]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "message_id"], name="one_delivery_an_endpoint")
        ]
