"""What they tell us: hand in a file, follow its import, fetch what could not be read."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from regard.access.permissions import Permission
from regard.api.authentication import KeyWith, actor_of
from regard.api.shapes import REFUSALS
from regard.listen import queries
from regard.listen.actions import receive_file

router = Router(auth=KeyWith(Permission.IMPORTS_READ))


class ImportRow(Schema):
    id: int
    source: str
    file_name: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    rows_total: int | None
    rows_read: int
    event_rows: int
    attribute_rows: int
    duplicate_rows: int
    rejected_rows: int
    events_added: int
    error: str


@router.post("", response={202: ImportRow, **REFUSALS}, auth=KeyWith(Permission.IMPORTS_WRITE))
def hand_in(
    request: HttpRequest,
    file: UploadedFile = File(...),  # noqa: B008
    source: str = Form("", pattern=r"^([a-z0-9][a-z0-9_-]{0,99})?$"),
) -> tuple[int, Any]:
    """Hand in a file. It is imported in the background by the source's mapping, or by the proposed one."""
    received = receive_file(file.chunks(), name=file.name or "upload", source=source, actor=actor_of(request))
    return 202, received


@router.get("", response={200: list[ImportRow], **REFUSALS})
def history(request: HttpRequest, limit: int = Query(50, ge=1, le=500)) -> list[Any]:
    """The newest imports."""
    return queries.newest_imports(limit=limit)


@router.get("/{import_id}", response={200: ImportRow, **REFUSALS})
def show(request: HttpRequest, import_id: int) -> Any:
    """How far one import has come; rows always add up."""
    return queries.access_import(import_id)


@router.get("/{import_id}/rejects", response=REFUSALS)
def rejects(request: HttpRequest, import_id: int) -> HttpResponse:
    """The rows that could not be used, as CSV with their reason; can be imported again after mending."""
    from regard.listen.rejects import export_rejects

    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejects-{import_id}.csv"'
    export_rejects(queries.access_import(import_id), response)
    return response
