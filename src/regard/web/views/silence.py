"""Silence: which streams stopped, how each went before, and whether it is to be expected."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from regard.access.permissions import Permission
from regard.ledger.silence import actions, queries
from regard.web.charts import Chart
from regard.web.may import StaffRequest, may
from regard.web.silence_chart import chart_of_silence


@may(Permission.MEASURES_READ)
@require_safe
def silences(request: HttpRequest) -> HttpResponse:
    """Silences that go on, then those that are over."""
    rows = queries.silences()
    going = [row for row in rows if row.ended_at is None and row.expected]
    answer = {"going": going, "others": [row for row in rows if row not in going]}
    return render(request, "web/silences.html", answer)


@may(Permission.MEASURES_READ)
@require_safe
def silence(request: HttpRequest, silence_id: int) -> HttpResponse:
    """One silence with its history: what was heard each day beside what usually is."""
    row = queries.silence(silence_id)
    chart: Chart = chart_of_silence(row.sentence, queries.history(queries.stream_of(row), timezone.now()))
    return render(request, "web/silence.html", {"row": row, "chart": chart})


@may(Permission.SOURCES_MANAGE)
@require_POST
def expect(request: HttpRequest, silence_id: int) -> HttpResponse:
    """Say that nothing more is to come, or that it is after all."""
    actor = cast(StaffRequest, request).user.username
    if request.POST.get("do") == "again":
        actions.expect_again(silence_id, actor=actor)
        messages.success(request, "It is expected again.")
    else:
        actions.expect_nothing(silence_id, actor=actor)
        messages.success(request, "Noted: nothing more is to come. It is not called silent any more.")
    return redirect("silence", silence_id)
