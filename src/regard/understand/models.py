from datetime import date

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


class PainPoint(models.Model):
    """Something that went wrong with orders, or that drives customers under contract away, and what it may cost, as one
    computation found it."""

    class Outcome(models.TextChoices):
        BACK = "back", "ordering again within half a year"
        STAY = "stay", "staying under contract"

    class Standing(models.TextChoices):
        COSTLY = "costly", "costly"
        TOO_SMALL = "too small", "too small to care"
        HARMLESS = "harmless", "loud, but harmless"
        UNCLEAR = "unclear", "unclear"
        TOO_FEW = "too few", "cannot be estimated"
        PART = "part", "part of another"

    computation = models.ForeignKey(Computation, on_delete=models.CASCADE, related_name="pain_points")
    outcome = models.CharField(max_length=4, choices=Outcome, default=Outcome.BACK)
    place = models.PositiveIntegerField()  # 1 is what to fix first
    standing = models.CharField(max_length=10, choices=Standing)
    reason = models.TextField(blank=True)  # why it is not among the costly ones
    kind = models.CharField(max_length=20)  # "late", "handover", "product", "case", "theme", ...
    key = models.CharField(max_length=250)
    title = models.CharField(max_length=250)
    sentence = models.TextField()
    customers = models.BigIntegerField()  # touched: of orders in the last year
    orders = (
        models.BigIntegerField()
    )  # theirs that it befell in the last year; of contracts how many of them left
    effect = models.FloatField(null=True)  # on the outcome, as a share; null: no figure
    effect_low = models.FloatField(null=True)
    effect_high = models.FloatField(null=True)
    cost = models.FloatField(null=True)  # future value at risk a year; of contracts revenue a year
    cost_low = models.FloatField(null=True)
    cost_high = models.FloatField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    trend = models.CharField(max_length=12)  # "worse", "better" or "cannot tell"
    since = models.CharField(max_length=7, blank=True)  # month in which it turned, where there is a trend
    trend_said = models.TextField(blank=True)  # what the trend compares, or why none can be told
    assumptions = models.JSONField(default=list)  # sentences
    part_of = models.CharField(max_length=250, blank=True)  # key of another with largely the same orders
    overlap = models.FloatField(null=True)  # share of its orders that the other befell, too

    in_slice: int | None = None  # customers, where a page is narrowed to some; never stored

    class Meta:
        constraints = [models.UniqueConstraint(fields=["computation", "key"], name="one_pain_point_a_key")]

    @property
    def turned_on(self) -> date | None:
        """First day of the month since which it is worse or better."""
        return date.fromisoformat(f"{self.since}-01") if self.since else None

    @property
    def clear(self) -> bool:
        """Whether it surely costs something worth caring about."""
        return self.standing == self.Standing.COSTLY


class ThemeEdit(models.Model):
    """What somebody changed about the themes; never deleted, replayed in order on those of each computation."""

    class Kind(models.TextChoices):
        RENAME = "rename", "renamed"
        JOIN = "join", "joined"
        HIDE = "hide", "hidden"
        SHOW = "show", "shown again"

    kind = models.CharField(max_length=6, choices=Kind)
    number = models.PositiveIntegerField()  # of the theme
    other = models.PositiveIntegerField(default=0)  # of the theme that was joined to it
    name = models.CharField(max_length=100, blank=True)
    actor = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)


class Artefact(models.Model):
    """What one page shows of everything, as one computation found it; slices are asked of the lake."""

    computation = models.ForeignKey(Computation, on_delete=models.CASCADE, related_name="artefacts")
    name = models.CharField(max_length=20)  # "journeys", "value", "drivers", "segments" or "themes"
    content = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["computation", "name"], name="one_artefact_a_name")]
