"""The staff's pages about asking: planned, previewed, started, paused, ended; nobody can be picked."""

import io
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from regard.listen.campaigns import actions
from regard.listen.campaigns.models import Campaign, Recipient
from regard.listen.surveys.models import Survey
from regard.mail.models import Letter
from tests.listen.campaigns.conftest import _reachable, people
from tests.listen.surveys.conftest import survey_of
from tests.web.test_safety import suspicious

__all__ = ["_reachable", "people"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def nps(people: int) -> Survey:
    return survey_of("nps", public=True)


def form(**more: object) -> dict[str, object]:
    return {"name": "", "patience_days": 7, "remind_after_days": 7, "every": "week", "trigger": "order.delivered",
            "delay_days": 3, **more}  # fmt: skip


def test_a_campaign_is_planned_previewed_started_paused_and_ended(
    as_: Callable[[str], Client], nps: Survey
) -> None:
    ada, base = as_("ada"), f"/surveys/{nps.slug}"
    page = ada.post(f"{base}/plan/once", form(source="shop"), follow=True).content.decode()
    assert suspicious(page) == []
    assert "Would be asked now" in page
    campaign = Campaign.objects.get()
    address = f"{base}/campaigns/{campaign.pk}"
    assert Recipient.objects.count() == 0
    page = ada.post(f"{address}/change", {"do": "start"}, follow=True).content.decode()
    assert "So far" in page
    actions.run_due(timezone.now())
    assert "Asked" in ada.get(f"{base}/ways").content.decode()
    for do, state in (("pause", "paused"), ("start", "running"), ("end", "ended")):
        ada.post(f"{address}/change", {"do": do})
        campaign.refresh_from_db()
        assert campaign.state == state
    assert ada.post(f"{address}/change", {"do": "start"}).status_code == 409


@pytest.mark.parametrize("kind", ["schedule", "event"])
def test_the_other_kinds_are_planned_too(as_: Callable[[str], Client], nps: Survey, kind: str) -> None:
    said = form(
        percent="10", **{"subject-en": "A question, {given_name|friend}", "unless": ["order.cancelled"]}
    )
    page = as_("max").post(f"/surveys/{nps.slug}/plan/{kind}", said, follow=True)
    assert page.status_code == 200
    campaign = Campaign.objects.get()
    assert campaign.subject == {"en": "A question, {given_name|friend}"}
    assert (campaign.share, campaign.delay_hours) == ((0.1, 0) if kind == "schedule" else (None, 72))


def test_a_plan_that_cannot_work_says_why(as_: Callable[[str], Client], nps: Survey) -> None:
    page = as_("ada").post(f"/surveys/{nps.slug}/plan/once", form(trait="region"))
    assert page.status_code == 400
    assert "An attribute needs its value" in page.content.decode()
    page = as_("ada").post(f"/surveys/{nps.slug}/plan/once", form(**{"subject-en": "{password}"}))
    assert "is no fact" in page.content.decode()
    assert not Campaign.objects.exists()


def test_the_qr_code_is_an_image_and_only_of_an_open_survey(
    as_: Callable[[str], Client], nps: Survey
) -> None:
    ada = as_("ada")
    assert ada.get(f"/surveys/{nps.slug}/qr.png").content.startswith(b"\x89PNG")
    svg = ada.get(f"/surveys/{nps.slug}/qr.svg?download")
    assert b"<svg" in svg.content
    assert b'fill="#fff"' in svg.content  # dark on light also on a dark page: cameras read nothing else
    assert "attachment" in svg["Content-Disposition"]
    Survey.objects.update(public=False)
    assert ada.get(f"/surveys/{nps.slug}/qr.svg").status_code == 404
    assert io.BytesIO(svg.content).read(5) == b"<?xml"


def test_letters_that_did_not_arrive_are_shown(as_: Callable[[str], Client], nps: Survey) -> None:
    Letter.objects.create(to="gone@example.org", subject="x", text="x", language="en", about=f"survey:{nps.slug}",
                          reference="x", message_id="<x>", state="bounced", bounce="hard",
                          bounce_reason="5.1.1 <b>no such user</b>", next_try_at=timezone.now())  # fmt: skip
    page = as_("ana").get(f"/surveys/{nps.slug}/ways").content.decode()
    assert "gone@example.org" in page
    assert "&lt;b&gt;no such user" in page


def test_only_the_staff_finds_a_way_out_of_the_kiosk(as_: Callable[[str], Client], nps: Survey) -> None:
    address = f"/kiosk/{nps.slug}"
    assert "Leave the kiosk" not in Client().get(address).content.decode()
    ada = as_("ada")
    assert "Leave the kiosk" in ada.get(address).content.decode()
    page = ada.post(f"/surveys/{nps.slug}/kiosk", follow=True)
    assert page.redirect_chain[-1][0] == address
    assert "Leave the kiosk" not in page.content.decode()
    assert ada.get("/").status_code == 302
