"""Imports: upload, wizard, progress, history and what could not be used."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regard.access.permissions import Permission, permissions_of
from regard.errors import AccessError, ConflictError, InputError, RegardError
from regard.listen import actions as listen_actions
from regard.listen import queries as listen
from regard.listen.asking import asked_mapping, preview, settle_mapping, settle_reading
from regard.listen.mapping import SourceMapping, TableMapping, format_mapping, parse_mapping
from regard.listen.models import Import
from regard.listen.reading import Hints
from regard.listen.rejects import export_rejects
from regard.listen.tasks import look_into_file
from regard.listen.uploads import check_source, keep_upload
from regard.understand import queries as understand
from regard.understand.tasks import take_in_file
from regard.web.may import StaffRequest, may
from regard.web.wizard import SHOWN_ROWS, USES, changed_table, sample_table, table_form, with_table

BUSY = {Import.State.WAITING, Import.State.RUNNING}
ANSWERS = {  # by what a question settles
    "date_order": (("dmy", "day, month, year"), ("mdy", "month, day, year"), ("ymd", "year, month, day")),
    "decimal_mark": (("comma", "1.234,50: the comma begins the decimals"),
                     ("point", "1,234.50: the point begins the decimals")),
}  # fmt: skip


@may(Permission.IMPORTS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    problem: RegardError | None = None
    if request.method == "POST":
        _check_may_write(request)
        try:
            return redirect("import", _receive(request).pk)
        except InputError as error:
            problem = error
    answer = {
        "imports": listen.recent_imports(), "sources": listen.source_names(), "problem": problem,
        "source": request.POST.get("source", ""), "limit": settings.REGARD_UPLOAD_LIMIT // 1024**2,
    }  # fmt: skip
    return render(request, "web/imports.html", answer, status=400 if problem else 200)


@may(Permission.IMPORTS_READ)
@require_safe
def one_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """One import: what is asked, how far it has come, what could not be used."""
    job = listen.import_by_id(import_id)
    if "asked" in job.details and job.state == Import.State.MAPPING:
        return render(request, "web/wizard.html", _wizard(job, asked_mapping(job)))
    rejects = listen.rejects_of(import_id)
    answer = {
        "job": job, "busy": job.state in BUSY, "computed": _is_computed(job),
        "rejects": rejects, "sheets": job.details.get("sheets", []),
        "reject_tables": sorted({each.table for each in rejects if each.retried_at is None}),
    }  # fmt: skip
    return render(request, "web/import.html", answer)


def _is_computed(job: Import) -> bool:
    """Whether the figures of the pages know what the import brought."""
    newest = understand.latest_computation()
    return newest is not None and job.ended_at is not None and newest.as_of >= job.ended_at


@may(Permission.IMPORTS_READ)
@require_safe
def progress(request: HttpRequest, import_id: int) -> HttpResponse:
    """The progress part alone, asked for every second; once something else is due, the whole page."""
    job = listen.import_by_id(import_id)
    answer = render(request, "web/parts/import_progress.html", {"job": job, "busy": job.state in BUSY})
    if job.state not in BUSY:
        answer.headers["HX-Refresh"] = "true"
    return answer


@may(Permission.IMPORTS_WRITE)
@require_POST
def preview_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """What the mapping on the form would make of the first rows."""
    job = listen.import_by_id(import_id)
    _expect_asked(job)
    mapping = _said_mapping(job, request)
    return render(request, "web/parts/preview.html", {"previews": _previews(job, mapping)})


@may(Permission.IMPORTS_WRITE)
@require_POST
def start_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """The person agreed (or answered a question about dates or numbers): go on."""
    job = listen.import_by_id(import_id)
    if said := _said_reading(request):
        settle_reading(import_id, said)
        look_into_file(import_id)
        return redirect("import", import_id)
    _expect_asked(job)
    try:
        settle_mapping(import_id, _said_mapping(job, request))
    except InputError as error:
        answer = {**_wizard(job, asked_mapping(job)), "problem": error, "text": request.POST.get("text", "")}
        return render(request, "web/wizard.html", answer, status=error.http_status)
    take_in_file(import_id)
    return redirect("import", import_id)


def _said_reading(request: HttpRequest) -> Hints | None:
    """The answer to a question about how dates or numbers are written, if this is one."""
    order, mark = request.POST.get("date_order", ""), request.POST.get("decimal_mark", "")
    if order and order not in dict(ANSWERS["date_order"]):
        raise InputError("Say dmy, mdy or ymd.")
    if mark and mark not in dict(ANSWERS["decimal_mark"]):
        raise InputError("Say comma or point.")
    if not (order or mark):
        return None
    return Hints(date_order=order or None, decimal_comma=mark == "comma" if mark else None)  # type: ignore[arg-type]


@may(Permission.IMPORTS_WRITE)
@require_POST
def cancel_import(request: HttpRequest, import_id: int) -> HttpResponse:
    listen_actions.cancel_import(import_id, actor=cast(StaffRequest, request).user.username)
    return redirect("import", import_id)


@may(Permission.IMPORTS_READ)
@require_safe
def rejects_csv(request: HttpRequest, import_id: int) -> HttpResponse:
    """The rows that could not be used, with the reason added, for mending."""
    text = export_rejects(import_id, table=request.GET.get("table", ""))
    headers = {
        "Content-Disposition": f'attachment; filename="rejects-{import_id}-{timezone.localdate()}.csv"'
    }
    return HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8", headers=headers)


def _receive(request: HttpRequest) -> Import:
    source = check_source(request.POST.get("source", ""))
    upload = request.FILES.get("file")
    if upload is None:
        raise InputError("No file came with the form.", hint="Choose a file and send it again.")
    path = keep_upload(upload.chunks(), name=upload.name or "file", size=upload.size or 0)
    job = listen_actions.receive_file(path, source=source, actor=cast(StaffRequest, request).user.username)
    look_into_file(job.pk)
    return job


def _said_mapping(job: Import, request: HttpRequest) -> SourceMapping:
    """The mapping as the form says it: the text if it was edited, else the proposal with the changed uses."""
    mapping = asked_mapping(job)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    if text.strip() and text.strip() != job.details["asked"]["mapping"].strip():
        return parse_mapping(text, name="the text")
    for place, sample in enumerate(job.details["asked"]["samples"]):
        table = _table(mapping, sample["table"])
        mapping = with_table(mapping, changed_table(place, table, sample["columns"], request.POST.dict()))
    return mapping


def _wizard(job: Import, mapping: SourceMapping) -> dict[str, Any]:
    asked = job.details["asked"]
    forms = [
        table_form(place, _table(mapping, sample["table"]), sample)
        for place, sample in enumerate(asked["samples"])
    ]
    questions = [{**each, "answers": [answer for answer in ANSWERS.get(each.get("settles", ""), ())
                                      if answer[0] in each["options"]]} for each in asked["questions"]]  # fmt: skip
    return {
        "job": job, "forms": forms, "uses": USES, "questions": questions, "known": asked["known"],
        "blocked": any(question["blocks"] for question in questions),
        "text": format_mapping(mapping), "previews": _previews(job, mapping),
    }  # fmt: skip


def _previews(job: Import, mapping: SourceMapping) -> list[dict[str, Any]]:
    """For each table the first rows with person, events and reasons against; or why there is no preview."""
    found = []
    for sample in job.details["asked"]["samples"]:
        rows = sample_table(sample).slice(0, SHOWN_ROWS)
        try:
            made = preview(mapping, _table(mapping, sample["table"]), sample, rows)
        except RegardError as error:
            found.append({"table": sample["table"], "problem": error})
            continue
        numbers = rows["_row"].to_pylist()
        lines = [
            {"number": number, "person": person, "refused": made.refused.get(number, ""),
             "events": [event for event in made.events if event["_row"] == number]}
            for number, person in zip(numbers, made.persons, strict=True)
        ]  # fmt: skip
        found.append({"table": sample["table"], "lines": lines})
    return found


def _table(mapping: SourceMapping, name: str) -> TableMapping:
    found = next((table for table in mapping.tables if table.name == name), None)
    if found is None:
        raise InputError(f"The mapping has no table `{name}` any more.", hint="Put it back, or start over.")
    return found


def _expect_asked(job: Import) -> None:
    if "asked" not in job.details:
        raise ConflictError(
            "Nothing is asked about this import any more.", hint="Open it again from Imports."
        )


def _check_may_write(request: HttpRequest) -> None:
    if Permission.IMPORTS_WRITE not in permissions_of(request.user):
        raise AccessError("Your role does not let you import files.")
