"""Sources: where Regard listens, how each is doing, a new one, and what one may do with it."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regard.access.permissions import Permission
from regard.errors import ConflictError, InputError
from regard.listen.sources import actions, queries
from regard.listen.sources.items import Kind
from regard.listen.sources.kinds import KINDS, kind_named
from regard.listen.sources.models import LiveSource
from regard.web.may import StaffRequest, may


class SourceForm(forms.Form):
    """What is asked about every source; the fields of its kind are added."""

    name = forms.CharField(
        max_length=100, help_text="How its events are named. Small letters, digits, _ and -."
    )
    about = forms.CharField(
        max_length=100, required=False, label="About a competitor",
        help_text="The competitor's name. Empty: it is about us.",
    )  # fmt: skip
    minutes = forms.IntegerField(
        min_value=actions.SHORTEST, max_value=actions.LONGEST, initial=15, label="Look every … minutes"
    )

    def __init__(self, data: QueryDict | None, kind: Kind, row: LiveSource | None = None) -> None:
        known = (
            {"name": row.name, "about": row.about, "minutes": row.minutes, **row.settings} if row else None
        )
        super().__init__(data, initial=known)
        self.kind = kind
        if row:
            del self.fields["name"]
        if not kind.fetches:
            del self.fields["minutes"]
        for field in kind.fields:
            kept = field.secret and row is not None and bool(row.secrets)
            hint = f"{field.help} Empty keeps the one we have." if kept else field.help
            if field.choices:
                self.fields[field.name] = forms.ChoiceField(
                    choices=[(choice, choice) for choice in field.choices], label=field.label, help_text=hint
                )
            else:
                self.fields[field.name] = forms.CharField(
                    max_length=2000, required=field.required and not kept, label=field.label, help_text=hint,
                    widget=forms.PasswordInput if field.secret else forms.TextInput,
                )  # fmt: skip

    @property
    def told(self) -> dict[str, Any]:
        """What to hand to `add_source` or `change_source`."""
        secrets = [field.name for field in self.kind.fields if field.secret]
        said = {field.name: self.cleaned_data[field.name] for field in self.kind.fields if not field.secret}
        return {"settings": said, "secret": next((self.cleaned_data[name] for name in secrets), ""),
                "about": self.cleaned_data["about"], "minutes": self.cleaned_data.get("minutes") or 15}  # fmt: skip


@may(Permission.SOURCES_MANAGE)
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Every source with its state, its last look and what went wrong."""
    rows = [(row, kind_named(row.kind)) for row in queries.sources()]
    return render(request, "web/sources.html", {"rows": rows, "kinds": KINDS.values(), "now": timezone.now()})


@may(Permission.SOURCES_MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_source(request: HttpRequest, kind: str) -> HttpResponse:
    form = SourceForm(request.POST if request.method == "POST" else None, kind_named(kind))
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.add_source(
                kind, form.cleaned_data["name"], actor=cast(StaffRequest, request).user.username, **form.told
            )
        except (InputError, ConflictError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"“{row.name}” is listened to.")
            return redirect("source", row.pk)
    answer = {"form": form, "kind": form.kind}
    return render(request, "web/source.html", answer, status=400 if form.errors else 200)


@may(Permission.SOURCES_MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one_source(request: HttpRequest, source_id: int) -> HttpResponse:
    """One source: how it is doing, and its settings."""
    row = queries.source(source_id)
    form = SourceForm(request.POST if request.method == "POST" else None, kind_named(row.kind), row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_source(source_id, actor=cast(StaffRequest, request).user.username, **form.told)
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Kept.")
            return redirect("source", source_id)
    answer = {
        "form": form, "kind": form.kind, "row": row, "secret": request.session.pop(_shown_once(row), ""),
        "address": request.build_absolute_uri(reverse("hook", args=[row.name])),
    }  # fmt: skip
    return render(request, "web/source.html", answer, status=400 if form.errors else 200)


@may(Permission.SOURCES_MANAGE)
@require_POST
def act(request: HttpRequest, source_id: int) -> HttpResponse:
    """Look now, stop, start, or make a new key for what is sent to us."""
    actor = cast(StaffRequest, request).user.username
    match request.POST.get("do", ""):
        case "look":
            row = actions.fetch_now(source_id, actor=actor)
            if row.last_error:
                messages.error(request, row.last_error)
            else:
                messages.success(request, "Looked.")
        case "stop":
            actions.set_active(source_id, False, actor=actor)
            messages.success(request, "Stopped. What was heard stays.")
        case "start":
            actions.set_active(source_id, True, actor=actor)
            messages.success(request, "Listening again.")
        case "key":
            row, key = actions.rotate_key(source_id, actor=actor)
            request.session[_shown_once(row)] = key
        case "end-old-keys":
            actions.end_old_keys(source_id, actor=actor)
            messages.success(request, "Only the newest key is taken now.")
        case _:
            raise InputError("Say what to do.")
    return redirect("source", source_id)


def _shown_once(row: LiveSource) -> str:
    return f"new-key-{row.pk}"
