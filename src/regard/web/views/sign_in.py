"""Signing in and out, and one's own account."""

from typing import cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from regard.access import actions
from regard.access.permissions import PERMISSION_WORDS, permissions_of
from regard.errors import RegardError
from regard.web.context import APPEARANCES
from regard.web.may import StaffRequest, anyone, signed_in

LOOKS = (("system", "As the system says"), ("light", "Light"), ("dark", "Dark"))
PASSWORD_RULES = "At least 10 characters, not a common password, not like your name."  # noqa: S105


class SignInForm(forms.Form):
    username = forms.CharField(
        label="Name",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label="New password", help_text=PASSWORD_RULES, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip


class ChangePasswordForm(NewPasswordForm):
    current = forms.CharField(
        label="Current password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
    )


@anyone
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    problem = None
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.check_password(**form.cleaned_data, request=request)
        except RegardError as error:
            problem = error
        else:
            login(request, user)
            return redirect(_target(request))
    answer = {
        "form": form,
        "problem": problem,
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    return render(request, "web/sign_in.html", answer, status=problem.http_status if problem else 200)


@signed_in
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")


@anyone
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """The page behind a link that an administrator made; the link ends when the password is set."""
    user = actions.user_of_link(uid, token)
    form = NewPasswordForm(request.POST or None)
    problem = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_password(user, form.cleaned_data["password"], actor=user.username)
        except RegardError as error:
            problem = error
        else:
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return redirect("home")
    answer = {"form": form, "problem": problem, "name": user.username}
    return render(request, "web/new_password.html", answer, status=problem.http_status if problem else 200)


@signed_in
@sensitive_post_parameters("current", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    user = cast(StaffRequest, request).user
    form = ChangePasswordForm(request.POST or None)
    problem: RegardError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.check_password(user.username, form.cleaned_data["current"], request=request)
            user = actions.set_password(user, form.cleaned_data["password"], actor=user.username)
        except RegardError as error:
            problem = error
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "Your password is changed; other browsers are signed out.")
            return redirect("account")
    words = [
        PERMISSION_WORDS[permission] for permission in PERMISSION_WORDS if permission in permissions_of(user)
    ]
    answer = {"form": form, "problem": problem, "looks": LOOKS, "words": words}
    return render(request, "web/account.html", answer, status=problem.http_status if problem else 200)


@signed_in
@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Light, dark or as the system says; kept in a cookie of this browser."""
    answer = redirect("account")
    chosen = request.POST.get("appearance", "")
    if chosen in APPEARANCES:
        answer.set_cookie(
            "appearance", chosen, max_age=365 * 86400, samesite="Lax", secure=request.is_secure()
        )
    return answer


def _target(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else resolve_url(settings.LOGIN_REDIRECT_URL)
