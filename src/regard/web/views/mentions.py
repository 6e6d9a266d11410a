"""Mentions: what is said of us in public, who waits for an answer and how long, and the answer itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from regard.access.permissions import Permission
from regard.analytics.comparisons import CANNOT_TELL
from regard.know import queries as know
from regard.listen.sources import actions, queries
from regard.listen.sources.answering import template_for
from regard.listen.sources.models import Answer
from regard.listen.sources.queries import Mention
from regard.understand.doors import mentions as understanding
from regard.web.may import StaffRequest, may
from regard.web.templatetags.regard import in_unit

PAGE = 12
DAYS = (30, 90, 365)
SAID = {
    Answer.How.SENT: "Answered.",
    Answer.How.ELSEWHERE: "Noted as answered.",
    Answer.How.NONE: "Noted: it needs no answer.",
}


@dataclass(frozen=True)
class Filter:
    """One way to look at mentions, as a chip names it."""

    name: str
    title: str
    holds: Callable[[Mention], bool]


FILTERS = (
    Filter("waiting", "waiting for an answer", lambda one: one.waits),
    Filter("answered", "dealt with", lambda one: one.answered and not one.about),
    Filter("us", "about us", lambda one: not one.about),
    Filter("competitors", "about competitors", lambda one: bool(one.about)),
    Filter("all", "all", lambda one: True),
)


@may(Permission.MENTIONS_READ)
@require_safe
def mentions(request: HttpRequest) -> HttpResponse:
    """Who waits longest comes first; everything else newest first."""
    asked = request.GET
    days = int(asked["days"]) if asked.get("days") in {str(each) for each in DAYS} else DAYS[1]
    chosen = next((each for each in FILTERS if each.name == asked.get("show")), FILTERS[0])
    found = queries.mentions(since=timezone.now() - timedelta(days=days))
    picture = understanding.picture(found)
    names = sorted({one.source for one in found})
    source = asked.get("source", "") if asked.get("source", "") in names else ""
    listed = [one for one in found if chosen.holds(one) and source in ("", one.source)]
    if chosen.name == "waiting":
        listed.reverse()
    page = Paginator(listed, PAGE).get_page(asked.get("page"))
    answer = {
        "days": days, "choices": DAYS, "show": chosen, "source": source, "sources": names, "page": page,
        "filters": [(each, sum(map(each.holds, found))) for each in FILTERS],
        "rows": [(one, picture.negative.get(one.id), picture.suspicions.get(one.id)) for one in page],
        "picture": picture, "query": f"show={chosen.name}&days={days}&source={source}",
        "headline": _headline(picture), "failing": queries.failing_sources(), "total": len(found),
    }  # fmt: skip
    return render(request, "web/mentions.html", answer)


@may(Permission.MENTIONS_READ)
@require_safe
def mention(request: HttpRequest, mention_id: str) -> HttpResponse:
    """One mention with what was answered, or with a draft of an answer."""
    found = queries.mention(mention_id)
    return _page(request, found, template_for(found, negative=understanding.seems_negative(found)), 200)


@may(Permission.MENTIONS_ANSWER)
@require_POST
def answer(request: HttpRequest, mention_id: str) -> HttpResponse:
    how, text = request.POST.get("how", ""), request.POST.get("text", "")
    actor = cast(StaffRequest, request).user.username
    actions.answer_mention(mention_id, how=how, text=text, actor=actor)
    messages.success(request, SAID[Answer.How(how)])
    return redirect("mention", mention_id)


def _headline(picture: understanding.Picture) -> str:
    """What the table of shares says, in a sentence."""
    if not picture.shares or picture.shares[0].estimate.too_few:
        return "Too few mentions of us say anything good or bad to give a share."
    us, *others = picture.shares
    words = f"{in_unit(us.estimate.value, 'share')} of what is said of us is negative"
    sure = [f"{each.about} has {each.words.removesuffix(' than of us')}" for each in others
            if each.comparison and each.comparison.verdict != CANNOT_TELL]  # fmt: skip
    if not others:
        return f"{words}."
    return (
        f"{words}; {', '.join(sure)}." if sure else f"{words}; whether competitors differ cannot be told yet."
    )


def _page(request: HttpRequest, found: Mention, draft: str, status: int) -> HttpResponse:
    known = bool(know.known_persons([found.person]))
    told: dict[str, Any] = {"mention": found, "draft": draft, "is_customer": known}
    return render(request, "web/mention.html", told, status=status)
