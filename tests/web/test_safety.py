"""No page lets hostile text run, whoever wrote it."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from regard.web.csv_export import neutral

OPEN_PAGES = ("home", "customers", "voice", "journeys", "value", "measures", "review", "imports",
              "settings", "settings-users", "settings-keys",
              "account", "styleguide")  # fmt: skip


class Suspicious(HTMLParser):
    """Collects what a strict policy would refuse: inline script, style and handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append("inline script")
        if tag == "style" or "style" in given:
            self.found.append(f"inline style at {tag}")
        self.found += [name for name in given if name.startswith(("on", "hx-on"))]
        self.found += [
            str(given[name])
            for name in ("href", "src", "action")
            if (given.get(name) or "").startswith("javascript:")
        ]


def suspicious(html: str) -> list[str]:
    parser = Suspicious()
    parser.feed(html)
    return parser.found


def test_no_page_lets_text_run_and_none_has_inline_script_or_style(
    as_: Callable[[str], Client], computed: int
) -> None:
    client = as_("ada")
    addresses = {name: reverse(name) for name in OPEN_PAGES}
    addresses |= {"customer": reverse("customer", args=[computed]), "hostile": reverse("customer", args=["shop:1"]),
                  "measure": reverse("measure", args=["csat"]), "lost": "/nowhere"}  # fmt: skip
    pages = {name: client.get(address, follow=True).content.decode() for name, address in addresses.items()}
    assert {name: found for name, html in pages.items() if (found := suspicious(html))} == {}
    for name in ("hostile", "customers"):
        assert "&lt;script&gt;alert(" in pages[name]
        assert "<script>alert(" not in pages[name]
        assert "<b>bold</b>" not in pages[name]


def test_every_answer_carries_the_policy(as_: Callable[[str], Client], client: Client) -> None:
    for answer in (as_("ada").get("/"), client.get("/sign-in"), client.get("/nowhere")):
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        for directive in (
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ):
            assert directive in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_run_is_neutralised(start: str) -> None:
    assert neutral(f"{start}SUM(1)") == f"'{start}SUM(1)"


def test_numbers_stay_numbers() -> None:
    assert neutral(-3.5) == -3.5
    assert neutral(None) == ""


def test_the_customers_csv_runs_nothing(as_: Callable[[str], Client], company: int) -> None:
    answer = as_("ana").get(reverse("customers-csv"))
    text = b"".join(answer.streaming_content).decode()
    assert len(text.splitlines()) == 61
    assert ",'=SUM(1)," in text
    assert not re.search(r"(^|,)[=@]", text, re.MULTILINE)


def test_sign_in_never_leads_to_another_site(cast: dict[str, object]) -> None:
    given = {"username": "ada", "password": "correct horse battery", "next": "https://evil.example/"}
    assert Client().post("/sign-in", given)["Location"] == "/"
