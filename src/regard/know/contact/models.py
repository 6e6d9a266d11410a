from datetime import time

from django.db import models


class Consent(models.Model):
    """One statement about what a person agrees to. Never changed: a newer one takes its place.

    `covers` holds the keys that the person was known by when they said it, so that a yes given under one key
    answers a no given under another, and no longer does once the two turn out to be different people.
    """

    person = models.CharField(max_length=300, db_index=True)
    purpose = models.CharField(max_length=20)
    channel = models.CharField(max_length=20)
    given = models.BooleanField()
    how = models.CharField(max_length=200)
    actor = models.CharField(max_length=200)
    at = models.DateTimeField()
    covers = models.JSONField(default=list)
    recorded_at = models.DateTimeField(auto_now_add=True)


class Touch(models.Model):
    """One contact made, or about to be made at `at`, by whatever means."""

    person = models.CharField(max_length=300)
    purpose = models.CharField(max_length=20)
    channel = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)  # invitation, reminder, reply, call, …
    about = models.CharField(max_length=200)  # survey:nps-2026q1, case:T-9, …
    actor = models.CharField(max_length=200)
    at = models.DateTimeField()
    decided = models.BooleanField()  # asked for beforehand; else made by other means and only counted
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["person", "at"], name="touches_of_a_person")]


class HeldBack(models.Model):
    """A contact that was not made, and why; asking again for the same counts up."""

    person = models.CharField(max_length=300)
    purpose = models.CharField(max_length=20)
    channel = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=200)
    reason = models.CharField(max_length=40)
    not_before = models.DateTimeField(null=True)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "about", "kind", "purpose", "channel", "reason"],
                name="one_held_back_a_reason",
            )
        ]


class DeadAddress(models.Model):
    """An e-mail address whose letters come back for good; nobody is asked to write there any more."""

    address = models.CharField(max_length=320, unique=True)  # as addresses are compared
    reason = models.CharField(max_length=500)
    since = models.DateTimeField()


class ContactRules(models.Model):
    """How often and when anybody may be contacted. Rows are kept; the newest is in force. 0 means no limit."""

    period_days = models.PositiveSmallIntegerField(default=30)
    most_overall = models.PositiveSmallIntegerField(default=6)
    most_survey = models.PositiveSmallIntegerField(default=2)
    most_marketing = models.PositiveSmallIntegerField(default=4)
    survey_gap_days = models.PositiveSmallIntegerField(default=14)
    quiet_from = models.TimeField(default=time(20))
    quiet_until = models.TimeField(default=time(8))
    quiet_holidays = models.BooleanField(default=False)
    survey_needs_consent = models.BooleanField(default=False)
    marketing_needs_consent = models.BooleanField(default=True)
    actor = models.CharField(max_length=200, default="regard")
    made_at = models.DateTimeField(auto_now_add=True)


class Draw(models.Model):
    """One drawing of who is asked: how many could have been, how many were."""

    seed = models.CharField(max_length=200)
    purpose = models.CharField(max_length=20)
    channel = models.CharField(max_length=20)
    candidates = models.PositiveIntegerField()
    eligible = models.PositiveIntegerField()
    chosen = models.PositiveIntegerField()
    actor = models.CharField(max_length=200)
    at = models.DateTimeField()
