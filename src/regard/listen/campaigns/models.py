from django.db import models

from regard.listen.surveys.models import Invitation, Survey


class Campaign(models.Model):
    """Asking a survey by e-mail: once, at intervals, or after something happened. Rules say whom, never names."""

    class Kind(models.TextChoices):
        ONCE = "once"
        SCHEDULE = "schedule"
        EVENT = "event"

    class State(models.TextChoices):
        DRAFT = "draft"
        RUNNING = "running"
        PAUSED = "paused"
        ENDED = "ended"

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="campaigns")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT, db_index=True)
    segment = models.JSONField(default=dict)  # see `segments.Segment`
    share = models.FloatField(null=True)  # of those who may be asked; empty with no count: all of them
    count = models.PositiveIntegerField(null=True)
    every = models.CharField(max_length=10, blank=True)  # of a schedule: week or month
    next_round_at = models.DateTimeField(null=True)  # of a schedule, or of asking once
    rounds = models.PositiveIntegerField(default=0)
    preparing = models.PositiveIntegerField(
        null=True
    )  # people of the round that is being noted, 0 while that is not known; empty: none is
    trigger = models.CharField(max_length=60, blank=True)  # the event after which is asked
    delay_hours = models.PositiveIntegerField(default=0)
    unless = models.JSONField(default=list)  # events of the same subject that make asking pointless
    patience_days = models.PositiveIntegerField(default=7)  # how late one may still be asked
    remind_after_days = models.PositiveIntegerField(default=0)  # 0: never; more than once nobody is reminded
    subject = models.JSONField(default=dict)  # language -> wording; empty: the survey's title
    text = models.JSONField(default=dict)  # language -> wording; empty: the survey's introduction
    ended_because = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)  # for the first time
    caught_up_at = models.DateTimeField(null=True)  # looked for events that files brought


class Recipient(models.Model):
    """One person whom a campaign is about to ask, has asked or does not ask, and why."""

    class State(models.TextChoices):
        WAITING = "waiting"
        ASKED = "asked"
        SKIPPED = "skipped"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="recipients")
    round = models.CharField(max_length=200)  # its number, or the subject of the event
    person = models.CharField(max_length=300)
    event_id = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=60, blank=True)  # of waiting longer, or of being skipped
    wanted_at = models.DateTimeField()
    due_at = models.DateTimeField()  # `wanted_at`, or later when contact is held back
    invitation = models.OneToOneField(
        Invitation, null=True, on_delete=models.SET_NULL, related_name="recipient"
    )
    address = models.CharField(max_length=320, blank=True)
    remind_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "round", "person"], name="asked_once_a_round")
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="recipients_due"),
            models.Index(fields=["remind_at"], name="reminders_due"),
        ]
