"""What the other rooms and the faces ask of `listen`."""

from django.db.models import QuerySet

from regard.errors import NotFoundError
from regard.listen.models import Import


def imports(*, source: str = "") -> QuerySet[Import]:
    """All imports, newest first."""
    found = Import.objects.order_by("-pk")
    return found.filter(source=source) if source else found


def import_by_id(import_id: int) -> Import:
    """One import, or NotFoundError."""
    found = Import.objects.filter(pk=import_id).first()
    if found is None:
        raise NotFoundError(f"There is no import {import_id}.")
    return found


def unfinished_imports() -> QuerySet[Import]:
    """Imports that wait for someone, or were left behind by a process that died."""
    return Import.objects.exclude(state__in=[Import.State.DONE, Import.State.FAILED]).order_by("pk")
