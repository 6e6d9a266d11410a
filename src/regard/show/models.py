from django.db import models


class Fix(models.Model):
    """Something the company changed, with what it must show to be called working, written down beforehand.

    `about` is the key of a pain point (`late`, `handover:billing`) or the name of a measure. It was changed for the
    customers whose `dimension` is one of `groups` (region: East, South); with no dimension, for everybody.
    """

    title = models.CharField(max_length=200)
    about = models.CharField(max_length=250)
    about_title = models.CharField(max_length=250)
    dimension = models.CharField(max_length=60, blank=True)
    groups = models.JSONField(default=list)
    started_on = models.DateField()
    judged_from = models.DateField()  # no verdict before, whatever the figures say
    window_days = models.PositiveIntegerField()
    smallest_effect = models.FloatField()  # worth having, in the unit of what it is about, above 0
    direction = models.CharField(max_length=4)  # "up" or "down": which way is better
    unit = models.CharField(max_length=20)
    baseline = models.FloatField()  # where it was changed, in the year before
    standard_deviation = models.FloatField(null=True)  # of one row, where it is no share
    rows_needed = models.BigIntegerField()
    power = models.FloatField()
    owner = models.CharField(max_length=200, blank=True)
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "fixes"

    @property
    def registered_late(self) -> bool:
        """Whether it had started when it was written down: then somebody may have looked first."""
        return self.registered_at.date() > self.started_on

    @property
    def where(self) -> str:
        """For whom it was changed."""
        return f"{self.dimension} {', '.join(self.groups)}" if self.dimension else "everybody"


class Proof(models.Model):
    """The verdict on a fix as of the newest computation, and what it stands on."""

    class Verdict(models.TextChoices):
        WORKED = "worked", "worked"
        DID_NOT = "did not", "did not work"
        CANNOT_TELL_YET = "cannot tell yet", "cannot tell yet"

    fix = models.OneToOneField(Fix, on_delete=models.CASCADE, related_name="proof")
    as_of = models.DateTimeField()
    verdict = models.CharField(max_length=16, choices=Verdict)
    reason = models.TextField()
    effect = models.FloatField(null=True)  # change beyond what changed elsewhere, in the unit of the fix
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.BigIntegerField(default=0)  # customers, or points of the series
    method = models.CharField(max_length=60, blank=True)
    series = models.JSONField(default=list)  # a row a period: period, changed, others, and how many rows each
    notes = models.JSONField(default=list)  # sentences


class FocusReading(models.Model):
    """What the parts of the focus index were, as a computation of that day found them; the last of a day stays.

    The index is put together anew whenever it is read, so that all readings follow the same definition.
    """

    day = models.DateField(unique=True)
    as_of = models.DateTimeField()
    measured = models.JSONField()  # part -> value, low, high, n, level, method; missing parts are not in it


class Assessment(models.Model):
    """One person's answers to the seven-element self-assessment of a quarter."""

    respondent = models.CharField(max_length=200)
    quarter = models.CharField(max_length=7)  # 2026-Q4
    answers = models.JSONField(default=dict)  # question's code -> 1 to 5; what was left open is not in it
    answered_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["respondent", "quarter"], name="one_assessment_a_person_and_quarter"
            )
        ]
