from django.db import models


class Customer(models.Model):
    """The person or organisation behind identities: one connected component of active links.

    Its id is the smallest identity id in the component, so undoing a merge restores the very same customers.
    """

    class Kind(models.TextChoices):
        PERSON = "person"
        ORGANISATION = "organisation"

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=200, blank=True)
    identity_count = models.PositiveIntegerField(default=1)


class Identity(models.Model):
    """One record in one source. `person` is its key in events (`shop:4711`, `email:a@b.c`).

    `fields` is what the source wrote last, `earlier` what it wrote before (a list a field), `normal` the
    fields made comparable; all by field name (see `fields.py`).
    """

    person = models.CharField(max_length=300, unique=True)
    source = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=Customer.Kind.choices, default=Customer.Kind.PERSON)
    fields = models.JSONField(default=dict)
    earlier = models.JSONField(default=dict)
    normal = models.JSONField(default=dict)
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, null=True, related_name="identities")
    changed_at = models.DateTimeField()
    linked_at = models.DateTimeField(
        null=True
    )  # the last link run that has seen this state; empty when changed

    class Meta:
        indexes = [models.Index(fields=["id"], condition=models.Q(linked_at=None), name="not_yet_linked")]


class Link(models.Model):
    """Two identities are the same: by a rule, a score or a person. Undone, never deleted."""

    class By(models.TextChoices):
        RULE = "rule"
        SCORE = "score"
        STAFF = "staff"

    left = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    by = models.CharField(max_length=8, choices=By.choices)
    rule = models.CharField(max_length=60)  # "same e-mail", "splink", "said so"
    probability = models.FloatField(null=True)
    evidence = models.JSONField(default=dict)  # match weight per field
    actor = models.CharField(max_length=200)
    made_at = models.DateTimeField(auto_now_add=True)
    merge = models.ForeignKey("Merge", on_delete=models.CASCADE, null=True, related_name="links")
    active = models.BooleanField(default=True)


class Merge(models.Model):
    """One act of merging (one person's decision, one link run), so that it can be undone as one."""

    actor = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)
    made_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=200, blank=True)


class Distinction(models.Model):
    """A person said "not the same"; no job overrules it."""

    left = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    actor = models.CharField(max_length=200)
    made_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Merge, on_delete=models.SET_NULL, null=True, related_name="withdrawn")


class Candidate(models.Model):
    """Two identities that may be the same, waiting for a person's decision."""

    class State(models.TextChoices):
        OPEN = "open"
        SAME = "same"
        DIFFERENT = "different"
        LATER = "later"

    left = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    probability = models.FloatField()
    evidence = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN, db_index=True)
    found_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    merge = models.ForeignKey(Merge, on_delete=models.SET_NULL, null=True, related_name="candidates")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["left", "right"], name="one_candidate_a_pair")]


class SharedNumber(models.Model):
    """Two columns of numbers that count the same people (`crm.shop_nr`, `shop_orders`): found, or said so.

    What is in force links records deterministically. `evidence` says why; a person may refuse or confirm.
    """

    class State(models.TextChoices):
        IN_FORCE = "in force"
        UNSURE = "unsure"
        REFUSED = "refused"

    left = models.CharField(max_length=200)
    right = models.CharField(max_length=200)
    evidence = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices)
    found_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["left", "right"], name="one_finding_a_pair_of_columns")
        ]


class Membership(models.Model):
    """A person's record belongs to an organisation's record; a person may belong to several."""

    member = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="members")
    role = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "organisation"], name="one_membership_a_pair")
        ]


class SearchTerm(models.Model):
    """One lower-case word, address, number or key under which an identity is found by its beginning.

    E-mail addresses, phone numbers in E.164 and further ids (`namespace=id`) stand here whole: two identities
    under one of them are what the deterministic rules look at. Identities are never deleted one by one, so
    the database need not look each of many millions of terms up.
    """

    pk = models.CompositePrimaryKey("term", "identity_id")
    term = models.CharField(max_length=120)
    identity = models.ForeignKey(
        Identity, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )


class LinkageRun(models.Model):
    """One run of the linkage job: what it looked at, found, and learned (kept for the next run)."""

    actor = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    records = models.PositiveIntegerField()
    only_new = models.BooleanField()
    links = models.PositiveIntegerField()
    candidates = models.PositiveIntegerField()
    thresholds = models.JSONField(default=dict)
    model = models.JSONField(null=True)  # what `linkage` learned; null when the run used an earlier run's
    merge = models.ForeignKey(Merge, on_delete=models.SET_NULL, null=True, related_name="+")


class Partition(models.Model):
    """One row: how often who-is-who changed, and for which state of affairs the lake's `people` was written."""

    version = models.PositiveBigIntegerField(default=0)
    people_written_for = models.CharField(max_length=100, blank=True)


class Unheard(models.Model):
    """A stretch of time whose records the lake has and this database never took in: it was lost, or is an older one.

    What the lake recorded then does not count as said when a file is imported again.
    """

    after = models.DateTimeField(null=True)  # empty: from the beginning
    until = models.DateTimeField()
    noted_by = models.CharField(max_length=200)
    noted_at = models.DateTimeField(auto_now_add=True)
