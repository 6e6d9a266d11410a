"""The ways out of a survey: link, QR code, website, kiosk, and campaigns by e-mail. Nobody here picks people."""

import io
from typing import cast

import segno
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regard.access.permissions import Permission
from regard.errors import InputError, NotFoundError, RegardError
from regard.listen.campaigns import actions, queries
from regard.listen.campaigns.following import TRIGGERS, UNDOING
from regard.listen.campaigns.letters import public_address
from regard.listen.campaigns.models import Campaign
from regard.listen.campaigns.segments import read_segment
from regard.listen.campaigns.tasks import run_campaigns
from regard.listen.surveys import queries as surveys
from regard.web.campaign_form import PlanForm
from regard.web.may import StaffRequest, may

TITLES = {
    Campaign.Kind.ONCE: "Ask customers once",
    Campaign.Kind.SCHEDULE: "Ask every week or month",
    Campaign.Kind.EVENT: "Ask after something happened",
}
QR_KINDS = {"svg": "image/svg+xml", "png": "image/png"}


@may(Permission.SURVEYS_READ)
@require_safe
def ways(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything by which customers can come to a survey."""
    survey = surveys.survey(slug)
    answer = {
        "survey": survey, "titles": TITLES.items(), "open_link": _reached(request, reverse("survey", args=[slug])),
        "kiosk_link": _reached(request, reverse("kiosk", args=[slug])),
        "script": _reached(request, reverse("public-script")),
        "campaigns": queries.campaigns_of(survey), "bounces": queries.bounces_of(survey),
        "held_back": queries.held_back_of(survey),
    }  # fmt: skip
    return render(request, "web/survey_ways.html", answer)


@may(Permission.SURVEYS_READ)
@require_safe
def qr_code(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The open link as a QR code, to print or to show."""
    survey = surveys.survey(slug)
    if kind not in QR_KINDS or not survey.public:
        raise Http404
    out = io.BytesIO()
    # quartile: it stays readable on a crumpled receipt
    link = _reached(request, reverse("survey", args=[slug]))
    segno.make(link, error="q", micro=False).save(out, kind=kind, scale=12, border=4, light="white")
    answer = HttpResponse(out.getvalue(), QR_KINDS[kind])
    if "download" in request.GET:
        answer.headers["Content-Disposition"] = f'attachment; filename="{survey.slug}.{kind}"'
    return answer


@may(Permission.SURVEYS_WRITE)
@require_POST
def start_kiosk(request: HttpRequest, slug: str) -> HttpResponse:
    """Sign out on this device and show the kiosk: visitors must not find a way into the house."""
    survey = surveys.survey(slug)
    logout(request)
    return redirect("kiosk", survey.slug)


@may(Permission.SURVEYS_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Plan a campaign; nothing is sent before it is started."""
    survey = surveys.survey(slug)
    if kind not in Campaign.Kind.values:
        raise NotFoundError("There is no such campaign.")
    definition = surveys.newest_definition(survey)
    form = PlanForm(request.POST if request.method == "POST" else None, kind=kind, definition=definition)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.plan_campaign(survey, kind=kind, actor=_actor(request), **form.plan())
        except InputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Planned. Look at whom it would ask, then start it.")
            return redirect("campaign", slug, made.pk)
    letter = [field for field in form if field.name.startswith(("subject-", "text-"))]
    answer = {
        "survey": survey, "form": form, "title": TITLES[Campaign.Kind(kind)], "letter": letter,
        "rules": [field for field in form if field not in letter and field.name != "unless"],
        "unless": form["unless"] if "unless" in form.fields else None,
    }  # fmt: skip
    return render(request, "web/campaign_plan.html", answer, status=400 if form.errors else 200)


@may(Permission.SURVEYS_READ)
@require_safe
def campaign(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One campaign: whom it would ask now, or how far it is."""
    found = _campaign(slug, number)
    answer = {
        "survey": found.survey, "campaign": found, "progress": queries.progress(found, at=timezone.now()),
        "whom": _whom(found), "when": _when(found),
    }  # fmt: skip
    if found.state == Campaign.State.DRAFT and found.kind != Campaign.Kind.EVENT:
        try:
            answer["preview"] = queries.preview(found, at=timezone.now())
        except RegardError as error:
            answer["problem"] = error
    return render(request, "web/campaign.html", answer)


@may(Permission.SURVEYS_READ)
@require_safe
def campaign_progress(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """How far it is alone, asked for while the worker is busy with it; then the whole page."""
    found = _campaign(slug, number)
    progress = queries.progress(found, at=timezone.now())
    known = {"survey": found.survey, "campaign": found, "progress": progress}
    answer = render(request, "web/parts/campaign_progress.html", known)
    if not progress.busy:
        answer.headers["HX-Refresh"] = "true"
    return answer


@may(Permission.SURVEYS_WRITE)
@require_POST
def change_campaign(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Start, pause or end a campaign."""
    found = _campaign(slug, number)
    does = {"start": actions.start_campaign, "pause": actions.pause_campaign, "end": actions.end_campaign}
    do = does.get(request.POST.get("do", ""))
    if do is None:
        raise InputError("Say what to do: start, pause or end.")
    do(found.pk, actor=_actor(request))
    if do is actions.start_campaign:
        run_campaigns()  # by the worker, now and not within the next minute
    return redirect("campaign", slug, number)


def _campaign(slug: str, number: int) -> Campaign:
    found = queries.campaign(number)
    if found.survey.slug != slug:
        raise NotFoundError("There is no such campaign.")
    return found


def _reached(request: HttpRequest, path: str) -> str:
    """A page as customers reach it; as the staff does while nobody has said how customers do."""
    try:
        return public_address(path)
    except RegardError:
        return request.build_absolute_uri(path)


def _whom(found: Campaign) -> str:
    if found.kind == Campaign.Kind.EVENT:
        days = f"{found.delay_hours / 24:g}"
        return f"Whoever it concerns, {days} day{'' if days == '1' else 's'} after {TRIGGERS[found.trigger]}"
    whole = read_segment(found.segment).sentence
    if found.count is not None:
        return f"{found.count} people by lot among {whole}"
    return f"{found.share * 100:g} % by lot among {whole}" if found.share is not None else whole.capitalize()


def _when(found: Campaign) -> str:
    if found.kind == Campaign.Kind.EVENT:
        return "; ".join(f"not when {UNDOING[each]}" for each in found.unless)
    return f"Every {found.every}" if found.kind == Campaign.Kind.SCHEDULE else "Once"


def _actor(request: HttpRequest) -> str:
    return cast(StaffRequest, request).user.username
