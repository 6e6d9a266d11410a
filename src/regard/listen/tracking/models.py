from django.db import models


class WriteKey(models.Model):
    """A key with which a program sends events of one source. Only its hash is kept; `prefix` tells keys apart."""

    source = models.CharField(max_length=100, db_index=True)
    prefix = models.CharField(max_length=12)
    hash = models.CharField(max_length=64, unique=True)
    allowed_origins = models.JSONField(
        default=list
    )  # of web pages that may send with it; none: programs only
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=200, blank=True)
