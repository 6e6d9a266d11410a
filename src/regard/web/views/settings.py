"""Settings, users and API keys."""

from datetime import timedelta
from typing import cast

from django import forms
from django.conf import settings as django_settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regard.access import actions
from regard.access.models import AccessChange, ApiKey, Role, User
from regard.access.permissions import PERMISSION_WORDS, ROLE_PERMISSIONS, Permission, permissions_of
from regard.errors import RegardError
from regard.project.configuration import SETTINGS
from regard.project.settings import CONFIGURATION
from regard.web.may import StaffRequest, may

KEY_LIVES = ((30, "30 days"), (90, "90 days"), (365, "One year"))
SHOWN_CHANGES = 30


class UserForm(forms.Form):
    username = forms.CharField(
        label="Name", max_length=150, help_text="They sign in with it. Letters, digits and @ . + - _"
    )
    email = forms.EmailField(label="E-mail (may be left empty)", required=False)
    role = forms.ChoiceField(choices=Role.choices, initial=Role.AGENT)


class KeyForm(forms.Form):
    name = forms.CharField(max_length=100, help_text="What uses it, for example “shop export”.")
    days = forms.TypedChoiceField(label="Ends after", choices=KEY_LIVES, coerce=int, initial=90)
    scopes = forms.MultipleChoiceField(choices=[])

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        held = permissions_of(user)
        field = cast(forms.MultipleChoiceField, self.fields["scopes"])
        field.choices = [(p.value, words) for p, words in PERMISSION_WORDS.items() if p in held]


@may(Permission.SETTINGS_READ)
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """Every setting with its value and what it is for. They are changed in the environment or regard.toml."""
    rows = [
        {"name": f"REGARD_{each.name}", "kind": each.kind, "help": each.help, "default": each.default,
         "value": CONFIGURATION.shown(each), "changed": CONFIGURATION.shown(each) != each.default}
        for each in SETTINGS
    ]  # fmt: skip
    answer = {"rows": rows, "home": django_settings.REGARD_HOME}
    return render(request, "web/settings.html", answer)


@may(Permission.USERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def users(request: HttpRequest) -> HttpResponse:
    staff = cast(StaffRequest, request).user
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_user(**form.cleaned_data, actor=staff.username)
        except RegardError as error:
            form.add_error(None, str(error))
        else:
            return _show_link(request, made)
    answer = {
        "form": form, "users": User.objects.order_by("-is_active", "username"), "roles": Role.choices,
        "changes": AccessChange.objects.order_by("-made_at")[:SHOWN_CHANGES],
        "table": [(label, [PERMISSION_WORDS[p] for p in PERMISSION_WORDS if p in ROLE_PERMISSIONS[role]])
                  for role, label in Role.choices],
    }  # fmt: skip
    return render(request, "web/users.html", answer, status=400 if form.errors else 200)


@may(Permission.USERS_MANAGE)
@require_POST
def change_user(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change one user: role, active or not, or a new password link."""
    actor = cast(StaffRequest, request).user.username
    match request.POST.get("do", ""):
        case "link":
            return _show_link(request, User.objects.filter(pk=user_id).first())
        case "deactivate":
            user = actions.deactivate_user(user_id, actor=actor)
            messages.success(request, f"{user.username} is locked out. You can let them in again below.")
        case "reactivate":
            user = actions.reactivate_user(user_id, actor=actor)
            messages.success(request, f"{user.username} may sign in again.")
        case _:
            user = actions.change_role(user_id, request.POST.get("role", ""), actor=actor)
            messages.success(request, f"{user.username} is {user.get_role_display().lower()} now.")
    return redirect("settings-users")


@may(Permission.KEYS_MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    user = cast(StaffRequest, request).user
    form = KeyForm(request.POST or None, user=user)
    text = ""
    if request.method == "POST" and form.is_valid():
        ends = timezone.now() + timedelta(days=form.cleaned_data["days"])
        _, text = actions.make_api_key(
            form.cleaned_data["name"], scopes=form.cleaned_data["scopes"], expires_at=ends, creator=user
        )
        form = KeyForm(user=user)
    known = ApiKey.objects.select_related("created_by").order_by("revoked_at", "-created_at")
    answer = {"form": form, "keys": known, "text": text, "now": timezone.now()}
    return render(request, "web/keys.html", answer, status=400 if form.errors else 200)


@may(Permission.KEYS_MANAGE)
@require_POST
def revoke_key(request: HttpRequest, key_id: int) -> HttpResponse:
    key = actions.revoke_api_key(key_id, actor=cast(StaffRequest, request).user.username)
    messages.success(request, f"The key “{key.name}” has ended. Whatever used it is refused from now on.")
    return redirect("settings-keys")


def _show_link(request: HttpRequest, user: User | None) -> HttpResponse:
    """The page with a password link, shown once."""
    uid, token = actions.password_link(
        user.pk if user else 0, actor=cast(StaffRequest, request).user.username
    )
    link = request.build_absolute_uri(reverse("new-password", args=[uid, token]))
    answer = render(request, "web/password_link.html", {"named": user, "link": link})
    answer.headers["Cache-Control"] = "no-store"
    return answer
