"""Reads: what was handed in, and what could not be used of it."""

from django.db.models import Sum

from regard.errors import NotFoundError
from regard.listen.models import Import, Reject


def source_names() -> list[str]:
    """Every source that ever handed something in."""
    return list(Import.objects.order_by("source").values_list("source", flat=True).distinct())


def recent_imports(*, limit: int = 50, offset: int = 0) -> list[Import]:
    """Imports, newest first."""
    return list(Import.objects.order_by("-started_at", "-pk")[offset : offset + limit])


def import_by_id(import_id: int) -> Import:
    """One import, or NotFoundError."""
    found = Import.objects.filter(pk=import_id).first()
    if found is None:
        raise NotFoundError("There is no such import.", hint="Imports lists all of them.")
    return found


def rejects_of(import_id: int, *, limit: int = 200) -> list[Reject]:
    """Rows of an import that could not be used, in the file's order."""
    return list(Reject.objects.filter(of_import=import_id).order_by("pk")[:limit])


def count_open_rejects() -> int:
    """How many rows wait to be mended and imported again."""
    return Reject.objects.filter(retried_at=None).count()


def count_rows_read() -> int:
    """How many rows all finished imports had."""
    done = Import.objects.filter(state=Import.State.DONE)
    return int(done.aggregate(rows=Sum("rows_read"))["rows"] or 0)


def unfinished_imports() -> list[Import]:
    """Imports that wait for someone, or were left behind by a process that died."""
    ended = [Import.State.DONE, Import.State.FAILED]
    return list(Import.objects.exclude(state__in=ended).order_by("pk"))
