"""Customers: the list, and one customer with everything known."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from regard.access.permissions import Permission
from regard.know import actions as know_actions
from regard.know import queries as know
from regard.ledger.catalogue import CHANNELS
from regard.listen import queries as listen
from regard.understand import queries as understand
from regard.web.contact_card import standings_of
from regard.web.csv_export import csv_answer
from regard.web.customer_list import (
    CASES,
    EXPORT_LIMIT,
    MOST_FOUND_WHOLE,
    ORDERS,
    PAGE_SIZE,
    PROMISES,
    SEEN,
    SORTS,
    list_customers,
    read_wish,
)
from regard.web.may import StaffRequest, may
from regard.web.timeline import KINDS, timeline

EXPORTED = ("customer_id", "name", "email", "phone", "place", "orders", "revenue", "contacts", "last_seen")


@may(Permission.CUSTOMERS_READ)
@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    wish = read_wish(request.GET.dict())
    listed = list_customers(wish)
    answer = {
        "wish": wish, "listed": listed, "first": (wish.page - 1) * PAGE_SIZE + 1,
        "last": (wish.page - 1) * PAGE_SIZE + len(listed.rows),
        "before": wish.address(page=wish.page - 1) if wish.page > 1 else "",
        "after": wish.address(page=wish.page + 1) if wish.page * PAGE_SIZE < listed.total else "",
        "heads": [{"title": title, "sort": name, "current": wish.sort == name, "address": wish.resorted(name)}
                  for name, (_, title) in SORTS.items()],
        "sources": listen.source_names(), "channels": CHANNELS, "orders": ORDERS, "seen": SEEN, "promises": PROMISES,
        "cases": CASES,
        "whole": wish.address(whole=True, page=1), "most": MOST_FOUND_WHOLE,
        "csv": wish.address(page=1),
    }  # fmt: skip
    partial = cast(StaffRequest, request).htmx and not cast(StaffRequest, request).htmx.boosted
    return _by_htmx(
        render(request, "web/parts/customer_rows.html" if partial else "web/customers.html", answer)
    )


@may(Permission.EXPORT)
@require_safe
def customers_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Everything the list shows under the same filters, as rows."""
    listed = list_customers(read_wish({**request.GET.dict(), "page": "1"}), size=EXPORT_LIMIT)
    rows = (
        [
            row["customer"].id,
            row["customer"].name,
            row["customer"].email,
            row["customer"].phone,
            row["customer"].place,
        ]
        + [row.get(column) for column in EXPORTED[5:]]
        for row in listed.rows
    )
    return csv_answer(f"customers-{timezone.localdate()}.csv", EXPORTED, rows)


@may(Permission.CUSTOMERS_READ)
@require_safe
def customer(request: HttpRequest, key: str) -> HttpResponse:
    """One customer. A key that is not the number (an e-mail, `shop:4711`) leads to the number."""
    found = know.customer(key)
    if key != str(found.id):
        return redirect("customer", key=str(found.id))
    identities = know.identities_of(found.id)
    persons = know.persons_of(found.id, identities)
    page = timeline(persons, kind=request.GET.get("kind", ""), before=request.GET.get("before", ""))
    if cast(StaffRequest, request).htmx:
        return _by_htmx(render(request, "web/parts/timeline.html", {"page": page}))
    profile = understand.profile(found.id)
    answer = {
        "customer": found, "page": page, "kinds": KINDS, "profile": profile, "ahead": understand.worth_ahead(profile),
        "identities": identities, "sources": {each.source for each in identities},
        "evidence": know.evidence_of(found.id) if len(identities) > 1 else [],
        "memberships": know.memberships_of(found.id),
        "standings": standings_of(found.id, identities),
    }  # fmt: skip
    return _by_htmx(render(request, "web/customer.html", answer))


def _by_htmx(response: HttpResponse) -> HttpResponse:
    """The same address has another answer for htmx, and another one for everybody."""
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


@may(Permission.CUSTOMERS_MERGE)
@require_POST
def undo_merge(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Undo one merge; the page one came from shows the customers as they were before."""
    know_actions.undo_merge(merge_id, actor=cast(StaffRequest, request).user.username)
    messages.success(request, "Undone: the records are as they were before this merge.")
    back = request.POST.get("back", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "customers")
