"""A look into the tables for administrators; changing who is who goes through the verbs only."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from regard.know.models import (
    Candidate,
    Customer,
    Distinction,
    Identity,
    Link,
    LinkageRun,
    Merge,
    SharedNumber,
)

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Model]
else:
    Base = admin.ModelAdmin  # takes a parameter for the type checker only


class ReadOnlyAdmin(Base):
    """Rows can be read, not written."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "name", "email", "phone", "place", "identity_count")


@admin.register(Identity)
class IdentityAdmin(ReadOnlyAdmin):
    list_display = ("id", "person", "source", "kind", "customer_id", "changed_at")
    search_fields = ("=person",)


@admin.register(Link)
class LinkAdmin(ReadOnlyAdmin):
    list_display = ("id", "left_id", "right_id", "by", "rule", "probability", "actor", "made_at", "active")


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    list_display = ("id", "actor", "reason", "made_at", "undone_at", "undone_by")


@admin.register(Distinction)
class DistinctionAdmin(ReadOnlyAdmin):
    list_display = ("id", "left_id", "right_id", "actor", "made_at", "withdrawn_at")


@admin.register(Candidate)
class CandidateAdmin(ReadOnlyAdmin):
    list_display = ("id", "left_id", "right_id", "probability", "state", "decided_by", "decided_at")


@admin.register(LinkageRun)
class LinkageRunAdmin(ReadOnlyAdmin):
    list_display = ("id", "actor", "started_at", "finished_at", "records", "only_new", "links", "candidates")


@admin.register(SharedNumber)
class SharedNumberAdmin(ReadOnlyAdmin):
    list_display = ("id", "left", "right", "state", "evidence", "found_at", "decided_by", "decided_at")
