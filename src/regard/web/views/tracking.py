"""Write keys: which programs and web pages may send what happens, as it happens."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from regard.access.permissions import Permission
from regard.errors import InputError
from regard.listen.tracking import actions
from regard.listen.tracking.queries import write_keys
from regard.web.may import StaffRequest, may


class WriteKeyForm(forms.Form):
    source = forms.CharField(
        max_length=100, help_text="Which system sends, for example “shop”. Small letters, digits, _ and -."
    )
    origins = forms.CharField(
        label="Web pages that may send (may be left empty)",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line, for example https://www.example.org. Programs need none.",
    )


@may(Permission.KEYS_MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tracking(request: HttpRequest) -> HttpResponse:
    """The write keys, and a form that makes one; its text is shown once."""
    form, text = WriteKeyForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _, text = actions.make_write_key(
                form.cleaned_data["source"],
                actor=cast(StaffRequest, request).user.username,
                allowed_origins=form.cleaned_data["origins"].split(),
            )
        except InputError as error:
            form.add_error(None, str(error))
        else:
            form = WriteKeyForm()
    answer = {
        "form": form,
        "keys": write_keys(),
        "text": text,
        "address": request.build_absolute_uri("/")[:-1],
    }
    return render(request, "web/tracking.html", answer, status=400 if form.errors else 200)


@may(Permission.KEYS_MANAGE)
@require_POST
def change_write_key(request: HttpRequest, key_id: int) -> HttpResponse:
    """Revoke a key, or say anew which web pages may send with it."""
    actor = cast(StaffRequest, request).user.username
    if request.POST.get("do") == "origins":
        try:
            key = actions.change_origins(key_id, request.POST.get("origins", "").split(), actor=actor)
            messages.success(request, f"Who may send with the key of “{key.source}” is changed.")
        except InputError as error:
            messages.error(request, str(error))
    else:
        key = actions.revoke_write_key(key_id, actor=actor)
        messages.success(request, f"The key of “{key.source}” has ended. Whatever sends with it is refused.")
    return redirect("settings-tracking")
