from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from regard.ledger.models import Batch, DeadLetter, Reaction


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """The ledger's rows are written by its actions only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = ("id", "source", "event_count", "created_at")
    list_filter = ("source",)


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "source", "listener", "attempts", "created_at", "replayed_at")
    list_filter = ("kind", "source")


@admin.register(Reaction)
class ReactionAdmin(ReadOnlyAdmin):
    list_display = ("id", "listener", "event_id", "done_at")
    search_fields = ("event_id",)
