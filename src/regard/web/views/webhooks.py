"""Webhooks: who is told when something falls silent and when it speaks again, and what became of each message."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from regard.access.permissions import Permission
from regard.errors import InputError, UnreachableError
from regard.outside import actions, queries
from regard.outside.models import Delivery
from regard.web.may import StaffRequest, may


class EndpointForm(forms.Form):
    url = forms.CharField(
        max_length=2000, label="Address", help_text="https://…, or a host of REGARD_PRIVATE_HOSTS."
    )
    secret = forms.CharField(
        max_length=200, required=False, widget=forms.PasswordInput, label="Secret (made for you if empty)",
        help_text="What messages are signed with: whsec_… in Base64, as Standard Webhooks says.",
    )  # fmt: skip


@may(Permission.SOURCES_MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest) -> HttpResponse:
    """The endpoints, what was sent, and a form that adds one; its secret is shown once."""
    form, secret = EndpointForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _, secret = actions.add_endpoint(
                form.cleaned_data["url"], secret=form.cleaned_data["secret"],
                actor=cast(StaffRequest, request).user.username,
            )  # fmt: skip
        except (InputError, UnreachableError) as error:
            form.add_error(None, str(error))
        else:
            form = EndpointForm()
    answer = {
        "form": form, "secret": secret, "endpoints": queries.endpoints(), "dead": queries.count_dead(),
        "deliveries": queries.newest_deliveries(),
    }  # fmt: skip
    return render(request, "web/webhooks.html", answer, status=400 if form.errors else 200)


@may(Permission.SOURCES_MANAGE)
@require_POST
def change_endpoint(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Test, stop or start an endpoint."""
    actor = cast(StaffRequest, request).user.username
    match request.POST.get("do", ""):
        case "test":
            sent = actions.send_test(endpoint_id, actor=actor)
            if sent.state == Delivery.State.SENT:
                messages.success(request, f"The address {sent.answer}.")
            else:
                messages.error(request, f"The test was not taken: {sent.answer}.")
        case "stop":
            actions.set_endpoint_active(endpoint_id, False, actor=actor)
            messages.success(request, "It is told nothing any more.")
        case "start":
            actions.set_endpoint_active(endpoint_id, True, actor=actor)
            messages.success(request, "It is told again.")
        case _:
            raise InputError("Say what to do: test, stop or start.")
    return redirect("settings-webhooks")


@may(Permission.SOURCES_MANAGE)
@require_POST
def retry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    actions.retry_delivery(delivery_id, actor=cast(StaffRequest, request).user.username)
    messages.success(request, "It is tried again within a minute.")
    return redirect("settings-webhooks")
