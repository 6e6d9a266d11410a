"""The customers behind a number of Voice, Journeys or Value, as a list and as CSV."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from regard.access.permissions import Permission
from regard.know import queries as know
from regard.ledger import lake
from regard.understand.doors import behind
from regard.web.csv_export import csv_answer
from regard.web.may import may
from regard.web.slicing import read_narrowing

MOST_SHOWN, MOST_ROWS, AT_ONCE = 50, 1_000_000, 500
COLUMNS = ("customer_id", "name", "email", "times", "last_at", "orders", "revenue", "currency", "worth", "alive",
           "last_seen")  # fmt: skip


@may(Permission.CUSTOMERS_READ)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    narrowing = read_narrowing(request.GET.dict())
    crowd = behind.crowd(request.GET.get("of", ""), request.GET.dict(), narrowing.part)
    rows = lake.fetch(behind.described(crowd.rows).limit(MOST_SHOWN)).to_pylist()
    answer = {"crowd": crowd, "narrowing": narrowing, "people": named(rows), "count": behind.count(crowd.rows),
              "csv": f"{reverse('people-csv')}?{request.GET.urlencode()}"}  # fmt: skip
    return render(request, "web/people.html", answer)


@may(Permission.EXPORT)
@require_safe
def people_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All of them."""
    part = read_narrowing(request.GET.dict()).part
    crowd = behind.crowd(request.GET.get("of", ""), request.GET.dict(), part)
    table = lake.fetch(behind.described(crowd.rows).limit(MOST_ROWS))
    rows = ([row.get(column) for column in COLUMNS]
            for batch in table.to_batches(max_chunksize=AT_ONCE) for row in named(batch.to_pylist()))  # fmt: skip
    return csv_answer("customers.csv", COLUMNS, rows)


def named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with each customer's name and e-mail address."""
    customers = know.customers_by_id([row["customer_id"] for row in rows])
    found = ((row, customers.get(row["customer_id"])) for row in rows)
    return [{**row, "name": who.name if who else "", "email": who.email if who else ""} for row, who in found]
