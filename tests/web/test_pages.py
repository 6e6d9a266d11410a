"""What the pages say."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from regard.analytics import Estimate
from regard.know.models import Candidate, Identity, Merge
from regard.ledger.queries import newest_events
from regard.listen.models import Import
from regard.understand.actions import compute

ORDERS = """order id;customer id;e-mail;order date;total
1;17;a@example.org;03.02.2026;19,99
2;18;b@example.org;24.02.2026;5,00
"""


def text_of(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def upload(client: Client, content: str, *, source: str = "shop", name: str = "orders.csv") -> Import:
    client.post("/imports", {"source": source, "file": SimpleUploadedFile(name, content.encode())})
    return Import.objects.latest("pk")


def test_a_fresh_home_teaches_the_first_steps(as_: Callable[[str], Client]) -> None:
    assert "regard compute" in text_of(as_("max"), "/")
    assert "Import the first file" in text_of(as_("max"), "/customers")
    assert "Nothing to decide" in text_of(as_("max"), "/review")


def test_home_says_what_was_handed_in_while_the_first_figures_are_to_come(
    as_: Callable[[str], Client],
) -> None:
    job = upload(as_("max"), "order\tcustomer\n1\tA\n", name="first.csv")
    Import.objects.update(state="done", ended_at=timezone.now(), details={
        "sheets": [{"sheet": "first", "table": "first", "rows": 1, "found": {"delimiter": "\t", "header": True}}]
    })  # fmt: skip
    home = text_of(as_("max"), "/")
    assert f'href="/imports/{job.pk}">first.csv' in home
    assert "Import the first file" not in home
    page = text_of(as_("max"), f"/imports/{job.pk}")
    assert "shows it once the figures are computed anew, which follows by itself" in page
    assert ">tab<" in page
    compute(as_of=timezone.now(), actor="test")
    assert "The figures know it" in text_of(as_("max"), f"/imports/{job.pk}")


def test_no_figure_on_home_is_naked(as_: Callable[[str], Client], computed: int) -> None:
    html = text_of(as_("greta"), "/")
    tiles = re.findall(r'<article class="figure">.*?</article>', html, re.DOTALL)
    assert len(tiles) == 4
    for tile in tiles:
        assert re.search(r"n [\d,]+", tile)
        assert "too few" in tile or (" to " in tile and 'class="interval"' in tile)
    measure = text_of(as_("greta"), "/measures/csat?by=channel")
    assert "95 % sure:" in measure
    assert 'type="application/json"' in measure
    assert "version 1" in measure


LISTED = {
    "": 50, "?page=2": 10, "?q=grete": 1, "?q=person7@": 1, "?q=no+such": 0, "?orders=none": 0,
    "?orders=several&seen=30": 50, "?sort=revenue&up=yes": 50, "?page=99999": 0, "?page=x&sort=x&seen=x": 50,
    "?promises=overdue": 0, "?sort=name&whole=yes": 50,
    "?channel=email": 50, "?source=crm": 0, "?q=nov%C3%A1k&orders=one": 0,
}  # fmt: skip


def test_the_list_of_customers_is_searched_filtered_and_paged(
    as_: Callable[[str], Client], computed: int
) -> None:
    pages = {query: text_of(as_("greta"), f"/customers{query}", **{"HX-Request": "true"}) for query in LISTED}
    assert {query: html.count("<tr data-row>") for query, html in pages.items()} == LISTED
    assert not any("<html" in html for html in pages.values())


def test_the_list_is_sorted_by_name_and_says_who_waits_for_a_promise(
    as_: Callable[[str], Client], computed: int
) -> None:
    greta = as_("greta")
    down = re.findall(r'<a class="open"[^>]*>([^<]+)</a>', text_of(greta, "/customers?sort=name"))
    up = re.findall(r'<a class="open"[^>]*>([^<]+)</a>', text_of(greta, "/customers?sort=name&up=yes"))
    assert down[:2] == ["Jan Novák 9", "Jan Novák 8"]
    assert up[2] == "Grete Åberg"  # after signs
    assert "Nobody matches" in text_of(greta, "/customers?promises=overdue")


def test_a_customer_is_found_under_every_key(as_: Callable[[str], Client], company: int) -> None:
    greta = as_("greta")
    for key in ("shop:0", "person0@example.org", f"C{company}"):
        assert greta.get(f"/customers/{key}")["Location"] == f"/customers/{company}"
    assert greta.get("/customers/999999").status_code == 404


def test_the_timeline_shows_words_and_filters_by_kind(as_: Callable[[str], Client], company: int) -> None:
    greta = as_("greta")
    everything = text_of(greta, f"/customers/{company}")
    assert '<blockquote class="words">Well done.</blockquote>' in everything
    assert "Answered: 9 of 10" in everything
    assert text_of(greta, f"/customers/{company}?kind=orders").count('<li class="moment') == 3
    assert "Nothing of this kind" in text_of(greta, f"/customers/{company}?kind=visits")


def test_earlier_pages_of_a_timeline_leave_nothing_out(
    as_: Callable[[str], Client], company: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regard.web.timeline.PAGE", 3)
    address, seen = f"/customers/{company}", 0
    while address:
        html = text_of(as_("greta"), address, **{"HX-Request": "true"})
        seen += len(re.findall(r'<li class="moment', html))
        earlier = re.search(r'href="(\?before=[^"]+)"', html)
        address = f"/customers/{company}{earlier[1]}" if earlier else ""
    assert seen == 7


def test_two_records_are_merged_and_taken_apart_again(as_: Callable[[str], Client], company: int) -> None:
    left, right = Identity.objects.order_by("pk")[3:5]
    pair = Candidate.objects.create(
        left=left, right=right, probability=0.8, evidence={
            "name": {"weight": 4.0, "level": "close"}, "prior": {"weight": -12.2, "level": "before any evidence"}
        },
    )  # fmt: skip
    max_ = as_("max")
    html = text_of(max_, "/review")
    assert "speaks clearly for it: close" in html
    assert '<th scope="row">Name</th>' in html
    assert '<th scope="row">prior</th>' not in html
    assert "picked at random are rarely the same" in html
    assert max_.post(reverse("decide", args=[pair.pk]), {"decision": "perhaps"}).status_code == 400
    max_.post(reverse("decide", args=[pair.pk]), {"decision": "same"})
    left.refresh_from_db()
    right.refresh_from_db()
    assert left.customer_id == right.customer_id
    page = text_of(max_, f"/customers/{left.customer_id}")
    assert "2 records in 1 source" in page
    merge = Merge.objects.get()
    max_.post(reverse("undo-merge", args=[merge.pk]), {"back": f"/customers/{left.customer_id}"})
    right.refresh_from_db()
    assert left.customer_id != right.customer_id


def test_an_upload_is_proposed_agreed_to_and_taken_in(as_: Callable[[str], Client], db: None) -> None:
    max_ = as_("max")
    job = upload(max_, ORDERS)
    assert job.state == "mapping"
    html = text_of(max_, f"/imports/{job.pk}")
    assert "order.completed" in html
    assert "shop:17" in html
    max_.post(f"/imports/{job.pk}/start", {"text": ""})
    job.refresh_from_db()
    assert (job.state, job.rows_read, job.event_rows) == ("done", 2, 2)
    again = upload(max_, ORDERS)
    max_.post(f"/imports/{again.pk}/start", {"text": ""})
    again.refresh_from_db()
    assert (again.duplicate_rows, again.events_added) == (2, 0)


def test_the_preview_follows_the_form(as_: Callable[[str], Client], db: None) -> None:
    max_ = as_("max")
    job = upload(max_, ORDERS)
    html = max_.post(f"/imports/{job.pk}/preview", {"form": "yes", "event-0-0": "on"}).content.decode()
    assert "order.completed" in html
    assert "order.completed" not in max_.post(f"/imports/{job.pk}/preview", {"form": "yes"}).content.decode()
    broken = max_.post(f"/imports/{job.pk}/start", {"text": "source = ["})
    assert broken.status_code == 400
    job.refresh_from_db()
    assert job.state == "mapping"


def test_an_ambiguous_date_order_is_asked_and_never_guessed(as_: Callable[[str], Client], db: None) -> None:
    max_ = as_("max")
    job = upload(
        max_,
        ORDERS.replace("03.02.2026", "03/02/2026").replace("24.02.2026", "04/02/2026"),
        source="web-shop",
    )
    assert 'name="date_order" value="dmy"' in text_of(max_, f"/imports/{job.pk}")
    assert max_.post(f"/imports/{job.pk}/start", {"text": ""}).status_code == 409
    max_.post(f"/imports/{job.pk}/start", {"date_order": "dmy"})
    html = text_of(max_, f"/imports/{job.pk}")
    assert "date_order" not in html
    max_.post(f"/imports/{job.pk}/start", {"text": ""})
    job.refresh_from_db()
    assert job.state == "done"


@pytest.mark.parametrize(
    ("source", "content", "says"),
    [
        ("Shop!", ORDERS, "cannot be the name of a source"),
        ("  ", ORDERS, "The source has no name"),
        ("shop", "", "empty"),
        ("../x", ORDERS, "cannot be the name"),
    ],
)
def test_an_upload_that_cannot_be_used_is_refused_with_a_sentence(
    as_: Callable[[str], Client], source: str, content: str, says: str
) -> None:
    given = {"source": source, "file": SimpleUploadedFile("a.csv", content.encode())}
    answer = as_("max").post("/imports", given)
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not Import.objects.exists()


def test_a_file_name_cannot_leave_the_home(
    as_: Callable[[str], Client], settings: object, tmp_path: Path
) -> None:
    settings.REGARD_HOME = tmp_path  # type: ignore[attr-defined]
    job = upload(as_("max"), ORDERS, name="..\\..\\..\\etc\\pass wd;.csv")
    assert Path(job.path).is_relative_to(tmp_path / "files")


def test_a_file_over_the_limit_is_refused(as_: Callable[[str], Client], settings: object) -> None:
    settings.REGARD_UPLOAD_LIMIT = 10  # type: ignore[attr-defined]
    given = {"source": "shop", "file": SimpleUploadedFile("a.csv", ORDERS.encode())}
    assert "larger than" in as_("max").post("/imports", given).content.decode()


def test_an_unreadable_file_says_why(as_: Callable[[str], Client], db: None) -> None:
    job = upload(as_("max"), "%PDF-1.7 something", name="report.pdf")
    assert job.state == "failed"
    assert "PDF" in text_of(as_("max"), f"/imports/{job.pk}")


def test_money_and_numbers_follow_the_readers_locale(as_: Callable[[str], Client], computed: int) -> None:
    assert "€59.97" in text_of(as_("greta"), "/customers", **{"Accept-Language": "en"})
    assert "59,97 €" in text_of(as_("greta"), "/customers", **{"Accept-Language": "de"})


def test_the_value_of_the_base_is_homes_fourth_figure(
    as_: Callable[[str], Client], computed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    worth = Estimate(81234.0, 70111.0, 99123.0, 1200, "model", version="1")
    monkeypatch.setattr("regard.understand.queries.worth_of_all", lambda: (worth, "EUR"))
    tiles = re.findall(r'<article class="figure">.*?</article>', text_of(as_("greta"), "/"), re.DOTALL)
    assert len(tiles) == 4
    assert "Value of the base" in tiles[3]
    assert "€81,000" in tiles[3]
    assert "€70,000 to €99,000 · n 1,200" in tiles[3]
    assert 'class="interval"' in tiles[3]


def test_an_ambiguous_decimal_mark_is_asked_on_the_page(as_: Callable[[str], Client], db: None) -> None:
    max_ = as_("max")
    text = ORDERS.replace("19,99", "1.999").replace("5,00", "5.000").replace("total", "amount")
    job = upload(max_, text, source="till")
    html = text_of(max_, f"/imports/{job.pk}")
    assert 'name="decimal_mark" value="comma"' in html
    assert 'name="date_order"' not in html
    assert max_.post(f"/imports/{job.pk}/start", {"text": ""}).status_code == 409
    assert max_.post(f"/imports/{job.pk}/start", {"decimal_mark": "dot"}).status_code == 400
    max_.post(f"/imports/{job.pk}/start", {"decimal_mark": "comma"})
    assert "decimal_mark" not in text_of(max_, f"/imports/{job.pk}").replace("decimal_mark</code>", "")
    max_.post(f"/imports/{job.pk}/start", {"text": ""})
    job.refresh_from_db()
    assert job.state == "done"
    assert {str(row["amount"]) for row in newest_events()} == {"1999.0000", "5000.0000"}


def test_an_address_that_only_takes_forms_says_so(as_: Callable[[str], Client]) -> None:
    answer = as_("ada").get(reverse("survey-new"))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "only takes what a form sends" in answer.content.decode()
