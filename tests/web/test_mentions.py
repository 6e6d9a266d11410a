"""Mentions, sources, silence and webhooks as the staff sees them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from regard.ledger.actions import flush_inbox
from regard.ledger.queries import newest_events
from regard.listen.sources.actions import add_source
from regard.listen.sources.items import Fetched, Item
from regard.listen.sources.models import Answer, LiveSource
from regard.listen.sources.queries import mentions
from regard.listen.sources.recording import take_in
from regard.outside.models import Endpoint
from regard.understand.doors.mentions import picture

HOSTILE = "<script>alert('x')</script> {{ x }} late again"
pytestmark = pytest.mark.django_db


def hear(name: str, items: list[Item], about: str = "") -> None:
    row = add_source("rss", name, settings={"url": "https://feed.example/"}, about=about, actor="ada")
    take_in(row, Fetched(items), now=timezone.now())
    flush_inbox()


def said(count: int, share: float, key: str) -> list[Item]:
    """Reviews of which a share is bad, an hour apart."""
    now = timezone.now()
    return [
        Item(f"{key}{n}", now - timedelta(hours=n + 1), f"{key} number {n}", author=f"w{n}",
             stars=1.0 if n < share * count else 5.0)
        for n in range(count)
    ]  # fmt: skip


def test_who_waits_longest_comes_first_and_hostile_words_stay_words(as_: Callable[[str], Client]) -> None:
    now = timezone.now()
    hear(
        "forum",
        [Item("new", now - timedelta(hours=1), "just now"), Item("old", now - timedelta(days=9), HOSTILE)],
    )
    page = as_("greta").get(reverse("mentions")).content.decode()
    assert page.index("late again") < page.index("just now")
    assert "<script>alert" not in page
    assert "waits 9 days" in page


def test_an_answer_given_elsewhere_ends_the_wait(as_: Callable[[str], Client]) -> None:
    hear("forum", [Item("a", timezone.now() - timedelta(days=1), HOSTILE, author="Kim")])
    (found,) = mentions(since=timezone.now() - timedelta(days=2))
    client = as_("greta")
    page = client.get(reverse("mention", args=[found.id])).content.decode()
    assert "Hello Kim" in page
    assert "Send the answer" not in page
    answer = client.post(reverse("answer-mention", args=[found.id]), {"how": "elsewhere", "text": "Sorry!"})
    assert answer.status_code == 302
    assert Answer.objects.get().actor == "greta"
    flush_inbox()
    (event,) = newest_events(names=["message.sent"])
    assert (event["subject"], event["text"]) == (f"mention:{found.id}", "Sorry!")
    assert "Nobody waits" in client.get(reverse("mentions")).content.decode()


def test_competitors_are_compared_with_us_and_nothing_is_said_of_too_few() -> None:
    hear("us", said(80, 0.5, "ours"))
    hear("rival", said(80, 0.1, "theirs"), about="Rival")
    hear("small", said(5, 0.5, "few"), about="Small")
    found = picture(mentions(since=timezone.now() - timedelta(days=9)))
    shares = {share.about: share for share in found.shares}
    assert shares[""].estimate.value == 0.5
    assert (shares["Rival"].words, shares["Small"].estimate.too_few) == ("less than of us", True)


def test_copies_in_a_short_time_are_suspicious_and_questions_that_come_again_are_found() -> None:
    now = timezone.now()
    bought = "Superb boots, the best that I have ever had on my feet"
    copies = [
        Item(f"c{n}", now - timedelta(hours=n), bought + "!" * n, author=f"w{n}", stars=5.0) for n in range(4)
    ]
    words = "Do you ship to Norway in winter?"
    asked = [Item(f"q{n}", now - timedelta(days=n), words, author=f"q{n}") for n in range(3)]
    hear("forum", [*copies, *asked, Item("x", now, "An honest word about a seam that leaks.", author="y")])
    seen = picture(mentions(since=now - timedelta(days=9)))
    reasons = set(seen.suspicions.values())
    assert "4 nearly equal texts within 3 hours, by 4 writers, all rated 5" in reasons
    assert len(seen.suspicions) <= 7
    assert [(group.words, group.count) for group in seen.questions] == [(words, 3)]


def test_a_source_is_added_shown_and_stopped(as_: Callable[[str], Client]) -> None:
    client = as_("max")
    said: dict[str, Any] = {"name": "forum", "url": "https://feed.example/rss", "minutes": 30, "about": ""}
    bad = client.post(reverse("source-new", args=["rss"]), said | {"url": "file:///etc/passwd"})
    assert bad.status_code == 400
    assert client.post(reverse("source-new", args=["rss"]), said).status_code == 302
    row = LiveSource.objects.get()
    assert "forum" in client.get(reverse("sources")).content.decode()
    client.post(reverse("source-act", args=[row.pk]), {"do": "stop"})
    row.refresh_from_db()
    assert (row.is_active, row.next_fetch_at) == (False, None)


def test_a_token_is_never_shown_again(as_: Callable[[str], Client]) -> None:
    told = {"instance": "https://mastodon.example", "look": "mentions", "words": ""}
    row = add_source("mastodon", "social", settings=told, secret="s3cret-token", actor="ada")
    client = as_("ada")
    pages = [
        client.get(address).content.decode()
        for address in (reverse("sources"), reverse("source", args=[row.pk]))
    ]
    assert not any("s3cret-token" in page for page in pages)
    client.post(reverse("source", args=[row.pk]), told | {"minutes": 60, "about": "", "token": ""})
    row.refresh_from_db()
    assert (row.secrets, row.minutes) == (["s3cret-token"], 60)


def test_a_key_is_shown_once(as_: Callable[[str], Client]) -> None:
    told = {
        "holds": "events",
        **dict.fromkeys(("list", "id", "text", "time", "author", "url", "stars", "title"), ""),
    }
    row = add_source("webhook", "portal", settings=told, actor="ada")
    client = as_("ada")
    client.post(reverse("source-act", args=[row.pk]), {"do": "key"})
    pages = [client.get(reverse("source", args=[row.pk])).content.decode() for _ in range(2)]
    assert ["whsec_" in page for page in pages] == [True, False]


def test_a_webhook_into_a_private_network_is_refused(as_: Callable[[str], Client]) -> None:
    answer = as_("ada").post(reverse("settings-webhooks"), {"url": "http://127.0.0.1:5432/", "secret": ""})
    assert answer.status_code == 400
    assert "private network" in answer.content.decode()
    assert not Endpoint.objects.exists()
