from django.db import models


class Letter(models.Model):
    """One e-mail to one address, from being wanted to having arrived or not.

    `message_id` is given once, so that a letter sent a second time (see docs/mail.md) is the same letter.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        BOUNCED = "bounced"

    class Bounce(models.TextChoices):
        HARD = "hard"
        SOFT = "soft"

    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    language = models.CharField(max_length=20)
    headers = models.JSONField(default=dict)
    unsubscribe_url = models.CharField(max_length=500, blank=True)
    about = models.CharField(max_length=200, db_index=True)
    reference = models.CharField(max_length=200)
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    unsure = models.PositiveSmallIntegerField(default=0)  # attempts of which nobody knows how they ended
    next_try_at = models.DateTimeField()
    answer = models.CharField(max_length=500, blank=True)  # what the server said last
    made_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    bounce = models.CharField(max_length=4, choices=Bounce.choices, blank=True)
    bounce_reason = models.CharField(max_length=500, blank=True)
    bounced_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "next_try_at"], name="letters_due")]
