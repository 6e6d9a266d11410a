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

    `fields` is what the source wrote, `normal` the same made comparable; both by field name
    (see `fields.py`): name, given_name, family_name, email, phone, birth_date, street, postcode, city, ...
    """

    person = models.CharField(max_length=300, unique=True)
    source = models.CharField(max_length=100, db_index=True)
    kind = models.CharField(max_length=12, choices=Customer.Kind.choices, default=Customer.Kind.PERSON)
    fields = models.JSONField(default=dict)
    normal = models.JSONField(default=dict)
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, null=True, related_name="identities")
    changed_at = models.DateTimeField(db_index=True)
    linked_at = models.DateTimeField(null=True, db_index=True)  # the last link run that has seen this state


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

    class Meta:
        constraints = [models.UniqueConstraint(fields=["left", "right"], name="one_candidate_a_pair")]


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
    """One lower-case word, address, number or key under which a customer is found by its beginning."""

    term = models.CharField(max_length=120, db_index=True)
    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
