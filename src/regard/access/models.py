from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    """What a person on the staff does here; `permissions.py` says what each may."""

    MANAGER = "manager", "Manager"
    AGENT = "agent", "Agent"
    ANALYST = "analyst", "Analyst"
    ADMINISTRATOR = "administrator", "Administrator"


class User(AbstractUser):
    """A person on the staff."""

    role = models.CharField(max_length=20, choices=Role.choices, default=Role.AGENT)


class ApiKey(models.Model):
    """A key for the HTTP API. Only its hash is kept; `prefix` tells keys apart on screen."""

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class FailedSignIn(models.Model):
    """A sign-in that failed: what throttling counts. Rows older than the window are deleted on the way."""

    account = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "at"]), models.Index(fields=["address", "at"])]


class RequestCount(models.Model):
    """How many requests somebody was given in one minute, as `rates.py` counts them."""

    pk = models.CompositePrimaryKey("subject", "minute")
    subject = models.CharField(max_length=120)  # `key:0a1b2c3d4e`, `address:192.0.2.1`
    minute = models.BigIntegerField(db_index=True)  # since 1970
    count = models.BigIntegerField()


class AccessChange(models.Model):
    """Who changed whose access: users made, roles changed, keys made and revoked."""

    actor = models.CharField(max_length=200)
    what = models.CharField(max_length=60)
    whom = models.CharField(max_length=200)
    made_at = models.DateTimeField(auto_now_add=True)
