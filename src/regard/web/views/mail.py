"""The outbox: what was sent, what failed, what came back; a test letter; another try."""

from typing import cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from regard.access.permissions import Permission
from regard.mail import actions
from regard.mail import queries as mail
from regard.mail.models import Letter
from regard.web.may import StaffRequest, may

SHOWN = 100


class TestForm(forms.Form):
    to = forms.EmailField(label="Send me a test letter to", max_length=254)


@may(Permission.MAIL_MANAGE)
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """The newest letters, of one state or of all."""
    state = request.GET.get("state", "")
    chosen = state if state in Letter.State.values else ""
    answer = {
        "letters": mail.newest_letters(state=chosen, limit=SHOWN), "counts": mail.counts(), "state": chosen,
        "form": TestForm(initial={"to": cast(StaffRequest, request).user.email}), "stuck": mail.is_stuck(),
        "host": settings.REGARD_SMTP_HOST, "port": settings.REGARD_SMTP_PORT, "sender": settings.REGARD_MAIL_FROM,
        "bounces": bool(settings.REGARD_BOUNCE_MAILDIR or settings.REGARD_BOUNCE_IMAP), "shown": SHOWN,
    }  # fmt: skip
    return render(request, "web/outbox.html", answer)


@may(Permission.MAIL_MANAGE)
@require_POST
def send_test(request: HttpRequest) -> HttpResponse:
    form = TestForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say one e-mail address.")
        return redirect("settings-mail")
    staff = cast(StaffRequest, request).user.username
    letter = actions.queue_letter(
        to=form.cleaned_data["to"],
        subject=f"A test letter from {settings.REGARD_COMPANY}"[:300],
        text=f"{staff} sent this to see whether mail works. It does.",
        about="test",
        reference=staff,
    )
    messages.success(request, f"Put into the outbox for {letter.to}; it goes out within a minute.")
    return redirect("settings-mail")


@may(Permission.MAIL_MANAGE)
@require_POST
def retry(request: HttpRequest, letter_id: int) -> HttpResponse:
    letter = actions.retry_letter(letter_id, actor=cast(StaffRequest, request).user.username)
    messages.success(request, f"The letter to {letter.to} goes out again within a minute.")
    return redirect("settings-mail")
