"""Review: two records that may be one customer, for a person to decide."""

from typing import Literal, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from regard.access.permissions import Permission
from regard.errors import InputError
from regard.know import actions as know_actions
from regard.know import queries as know
from regard.know.tasks import follow_shared_number
from regard.web.comparing import beside, pairs_of
from regard.web.may import StaffRequest, may

Decision = Literal["same", "different", "later"]
DECISIONS: dict[Decision, str] = {
    "same": "They are one customer now. It can be undone on the customer's page.",
    "different": "Kept apart for good: no job will join them.",
    "later": "Put aside.",
}
MOST_LISTED = 20
NUMBERS_SAID = {
    "same": "Records under the same number are one customer: new ones at once, those already here after the "
    "next “regard link”.",
    "different": "These numbers link nobody any more, and no job will use them again. Every link made by them "
    "was taken back; you can confirm them again below.",
}
MOST_AT_ONCE = 2_000  # links that a person's word changes while they wait for the page
IN_THE_BACKGROUND = (
    "Your word is kept. It changes {:,} pairs of records, which takes a while: it is being done in the background, "
    "and this page says how many are left."
)


@may(Permission.CUSTOMERS_MERGE)
@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """The likeliest open pair, and those after it."""
    waiting = know.open_candidates(limit=MOST_LISTED)
    wished = request.GET.get("pair", "")
    chosen = next((each for each in waiting if str(each.id) == wished), waiting[0] if waiting else None)
    pairs = pairs_of(chosen) if chosen else []
    answer = {
        "candidate": chosen, "pairs": pairs, "beside": beside(chosen, pairs) if chosen else [],
        "total": know.count_open_candidates(),
        "others": [each for each in waiting if each is not chosen],
    }  # fmt: skip
    return render(request, "web/review.html", answer)


@may(Permission.CUSTOMERS_MERGE)
@require_POST
def decide(request: HttpRequest, candidate_id: int) -> HttpResponse:
    said = request.POST.get("decision", "")
    if said not in DECISIONS:
        raise InputError("Say same, different or later.")
    know_actions.decide_candidate(candidate_id, said, actor=cast(StaffRequest, request).user.username)
    messages.success(request, DECISIONS[said])
    return redirect("review")


@may(Permission.CUSTOMERS_MERGE)
@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """Columns of numbers that count the same people: what was found, why, and what a person said."""
    found = sorted(know.shared_numbers(), key=lambda each: each.state != "unsure")
    rows = [
        {"shared": each, "links": know.links_by(each), "behind": know.links_still_to_change(each)}
        for each in found
    ]
    return render(request, "web/review_numbers.html", {"rows": rows})


@may(Permission.CUSTOMERS_MERGE)
@require_POST
def decide_number(request: HttpRequest, shared_id: int) -> HttpResponse:
    said = request.POST.get("decision", "")
    if said not in NUMBERS_SAID:
        raise InputError("Say same or different.")
    actor = cast(StaffRequest, request).user.username
    found = know_actions.decide_shared_number(
        shared_id, same=said == "same", actor=actor, at_most=MOST_AT_ONCE
    )
    left = know.links_still_to_change(found)
    if left:
        follow_shared_number(found.pk)
    messages.success(request, IN_THE_BACKGROUND.format(left) if left else NUMBERS_SAID[said])
    return redirect("review-numbers")
