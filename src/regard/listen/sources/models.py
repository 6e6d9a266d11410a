from django.db import models


class LiveSource(models.Model):
    """A place where people speak of us or of a competitor, looked at again and again or sending to us.

    Times are of looking; `cursor` is where the kind left off, in its own words.
    """

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=100, unique=True)  # the `source` of its events
    about = models.CharField(max_length=100, blank=True)  # a competitor's name; empty: us
    settings = models.JSONField(default=dict)
    secrets = models.JSONField(default=list)  # tokens or keys to verify with, newest first; never shown again
    cursor = models.JSONField(default=dict)
    minutes = models.PositiveIntegerField(default=15)  # between two looks
    is_active = models.BooleanField(default=True)
    next_fetch_at = models.DateTimeField(null=True, db_index=True)  # none: it sends to us
    last_fetch_at = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_item_at = models.DateTimeField(null=True)
    items = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)  # in a row
    last_error = models.CharField(max_length=500, blank=True)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField(auto_now_add=True)


class Answer(models.Model):
    """A mention is dealt with: answered from here, answered elsewhere, or left without an answer on purpose."""

    class How(models.TextChoices):
        SENT = "sent"
        ELSEWHERE = "elsewhere"
        NONE = "none"

    mention_id = models.CharField(max_length=100, unique=True)  # the event's id
    how = models.CharField(max_length=10, choices=How.choices)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=2000, blank=True)  # of the answer, where it can be seen
    actor = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)
