import uuid

from django.conf import settings
from django.db import models


class Survey(models.Model):
    """Something that is asked again and again. What it asks lies in its versions."""

    class State(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        CLOSED = "closed"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=150)
    template = models.CharField(max_length=60, blank=True)
    audience = models.CharField(max_length=20, default="customers")  # customers, employees, shoppers
    anonymous = models.BooleanField(default=False)
    public = models.BooleanField(
        default=False
    )  # whoever has the open link, or stands at the kiosk, may answer
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT, db_index=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="surveys"
    )  # who acts on the answers
    draft = models.JSONField(default=dict)  # the definition being worked on
    low = models.JSONField(default=dict)  # question -> the highest score that counts as low
    expected_answers = models.PositiveIntegerField(null=True)  # a month
    hoped_change = models.FloatField(null=True)  # of the lead question's measure, in its unit
    link_days = models.PositiveIntegerField(default=30)  # how long a personal link lives
    closes_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)


class Version(models.Model):
    """What was asked, word for word; never changed. Versions of one `series` mean the same and are one line."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    series = models.PositiveIntegerField()
    definition = models.JSONField()
    change = models.CharField(max_length=300, blank=True)  # what differs from the one before
    actor = models.CharField(max_length=200)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="one_survey_version_a_number")
        ]


class Invitation(models.Model):
    """One person was asked, with one version. Of an anonymous survey it only ever says that an answer came."""

    class State(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        REVOKED = "revoked"

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="invitations")
    version = models.ForeignKey(Version, on_delete=models.PROTECT)
    person = models.CharField(max_length=300, db_index=True)
    key = models.CharField(max_length=22, unique=True)
    language = models.CharField(max_length=12, blank=True)
    via = models.CharField(max_length=10)
    facts = models.JSONField(default=dict)  # what may be piped into the texts
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    touch_id = models.BigIntegerField(null=True)  # the contact that was counted; links to stop name it
    invited_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)  # never set for an anonymous survey


class Response(models.Model):
    """What one person answered, so far. An anonymous one has neither person nor invitation, and only its day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="responses")
    version = models.ForeignKey(Version, on_delete=models.PROTECT)
    invitation = models.OneToOneField(
        Invitation, null=True, on_delete=models.SET_NULL, related_name="response"
    )
    person = models.CharField(max_length=300)
    key_digest = models.CharField(
        max_length=64, blank=True, db_index=True
    )  # of the key that the browser holds
    channel = models.CharField(max_length=10)
    language = models.CharField(max_length=12)
    started_at = models.DateTimeField(db_index=True)


class Answer(models.Model):
    """One answer to one question; a changed one is replaced, and stays."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=40)
    value = models.JSONField()
    at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)
    events = models.JSONField(default=list)  # ids of the events recorded for it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["response", "question"],
                condition=models.Q(replaced_at=None),
                name="one_answer_counts",
            )
        ]


class SurveyChange(models.Model):
    """Who changed what about a survey."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="changes")
    actor = models.CharField(max_length=200)
    what = models.CharField(max_length=300)
    made_at = models.DateTimeField(auto_now_add=True)
