"""Show: a change is written down by those who may, and every figure of its verdict can be had as a table."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from regard.show.models import Fix, Proof
from tests.web.conftest import HOSTILE

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
SERIES = [{"period": n, "changed": 0.2, "changed_n": 50, "others": 0.3, "others_n": 60} for n in range(-3, 3)]


def _fix(**changed: Any) -> Fix:
    said: dict[str, Any] = {
        "title": HOSTILE, "about": "late", "about_title": "Late delivery", "dimension": "region", "groups": ["South"],
        "started_on": date(2026, 1, 1), "judged_from": date(2026, 3, 1), "window_days": 30, "smallest_effect": 0.05,
        "direction": "down", "unit": "share", "baseline": 0.25, "rows_needed": 900, "power": 0.8,
        "registered_by": "max",
    }  # fmt: skip
    return Fix.objects.create(**(said | changed))


def _prove(fix: Fix, verdict: str = "worked") -> Proof:
    return Proof.objects.create(
        fix=fix, as_of=timezone.now(), verdict=verdict, reason="at least 0.08 better", effect=-0.1, low=-0.12,
        high=-0.08, n=900, method="difference-in-differences, clustered", series=SERIES, notes=["a note"],
    )  # fmt: skip


def test_verdicts_stand_on_the_list_on_the_page_and_on_home(as_: SignIn, computed: int) -> None:
    fix = _fix()
    _prove(fix)
    for address in (reverse("show"), reverse("show-fix", args=[fix.pk]), reverse("home")):
        page = as_("ana").get(address).content.decode()
        assert "worked" in page
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page
    page = as_("ana").get(reverse("show-fix", args=[fix.pk])).content.decode()
    assert "-12.0 to -8.0 points" in page.replace("−", "-")
    assert "It had begun when it was written down" in page
    table = b"".join(as_("ana").get(reverse("proof-csv", args=[fix.pk])).streaming_content).decode()
    assert len(table.splitlines()) == len(SERIES) + 1


def test_before_its_day_a_fix_has_no_verdict_but_says_when(as_: SignIn, cast: object) -> None:
    fix = _fix(judged_from=date(2027, 5, 4), started_on=date(2027, 1, 1))
    page = as_("greta").get(reverse("show-fix", args=[fix.pk])).content.decode()
    assert "verdict from 4 May 2027" in page
    assert "no figure yet" in page
    assert "Withdraw" not in page


def test_what_cannot_be_judged_is_said_in_the_form_and_nothing_is_kept(as_: SignIn, computed: int) -> None:
    asked = {"title": "Kinder letters", "about": "nps", "since": "2026-09-01", "days": "30"}
    answer = as_("max").post(reverse("register-fix"), asked)
    assert answer.status_code == 422
    assert "too few to promise" in answer.content.decode()
    assert not Fix.objects.exists()
    assert as_("greta").post(reverse("register-fix"), asked).status_code == 403


def test_a_change_is_written_down_and_withdrawn(as_: SignIn, computed: int) -> None:
    asked = {
        "title": "Kinder letters",
        "about": "csat",
        "since": "2099-01-01",
        "days": "30",
        "smallest": "10",
    }
    answer = as_("max").post(reverse("register-fix"), asked, follow=True)
    fix = Fix.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("show-fix", args=[fix.pk])
    assert (fix.about, fix.where, fix.smallest_effect, fix.registered_late) == (
        "csat",
        "everybody",
        0.1,
        False,
    )
    as_("max").post(reverse("withdraw-fix", args=[fix.pk]))
    assert "Kinder letters" not in as_("max").get(reverse("show")).content.decode()
    assert Fix.objects.get().withdrawn_by == "max"
