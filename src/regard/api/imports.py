"""What they tell us: hand in a file, follow its import, fetch what could not be read."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Form, Router, Schema, Status
from ninja.decorators import decorate_view
from ninja.files import UploadedFile

from regard.access.permissions import Permission
from regard.api.authentication import KeyWith, actor_of
from regard.api.refusals import refuse_large_files
from regard.api.shapes import REFUSALS, Limit, Number
from regard.listen import queries
from regard.listen.actions import receive_file
from regard.listen.rejects import export_rejects
from regard.listen.uploads import check_source, keep_upload
from regard.understand.tasks import take_in_file

router = Router(auth=KeyWith(Permission.IMPORTS_READ))
CSV = {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}
Table = Annotated[str, Field(max_length=300, description="Which table, if several of the file have rejects.")]


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
@decorate_view(refuse_large_files)
def hand_in(request: HttpRequest, file: File[UploadedFile], source: Form[str]) -> Status[Any]:
    """Hand in a file. It is imported in the background by the source's mapping, or by the proposed one."""
    name = check_source(source)
    path = keep_upload(file.chunks(), name=file.name or "upload", size=file.size or 0)
    job = receive_file(path, source=name, actor=actor_of(request), agreed=True)
    take_in_file(job.pk)
    return Status(202, job)


@router.get("", response={200: list[ImportRow], **REFUSALS})
def history(request: HttpRequest, limit: Limit = 50) -> Any:
    """The newest imports."""
    return queries.recent_imports(limit=limit)


@router.get("/{import_id}", response={200: ImportRow, **REFUSALS})
def show(request: HttpRequest, import_id: Number) -> Any:
    """How far one import has come; rows always add up."""
    return queries.import_by_id(import_id)


@router.get("/{import_id}/rejects", response=REFUSALS, openapi_extra={"responses": {200: CSV}})
def rejects(request: HttpRequest, import_id: Number, table: Table = "") -> HttpResponse:
    """The rows that could not be used, as CSV with their reason; can be imported again after mending."""
    headers = {"Content-Disposition": f'attachment; filename="rejects-{import_id}.csv"'}
    text = export_rejects(import_id, table=table)
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
