"""Mastodon, against a small instance that pages, refuses and limits as docs.joinmastodon.org says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from django.utils import timezone

from regard.errors import ConflictError, InputError, UnreachableError
from regard.know.queries import known_persons
from regard.ledger.queries import newest_events
from regard.listen.sources.actions import add_source, answer_mention, fetch_source
from regard.listen.sources.models import Answer, LiveSource
from regard.listen.sources.queries import mentions
from tests.servers import Reply, Server

pytestmark = pytest.mark.django_db
TOKEN = "t0ken"


@dataclass
class Instance:
    """What an instance holds, oldest first, and how it answers."""

    statuses: list[dict[str, Any]] = field(default_factory=list)
    posted: dict[str, dict[str, Any]] = field(default_factory=dict)  # by idempotency key
    refuse: Reply | None = None

    def write(self, text: str, acct: str = "kim@other.example", **more: Any) -> None:
        number = 99_998 + len(self.statuses)  # so that ids grow longer on the way
        self.statuses.append({
            "id": str(number), "created_at": timezone.now().isoformat(), "content": f"<p>{text}</p>",
            "account": {"id": f"a-{acct}", "acct": acct, "display_name": acct.split("@")[0].title()},
            "url": f"https://other.example/@{acct}/{number}", "visibility": "public", "language": "en",
            "spoiler_text": "", "reblog": None, "sensitive": False, "favourites_count": 0, **more,
        })  # fmt: skip

    def answer(self, asked: dict[str, Any]) -> Reply:
        address = urlsplit(asked["path"])
        if self.refuse:
            return self.refuse
        if (
            address.path != "/api/v1/timelines/tag/boots"
            and asked["headers"].get("authorization") != f"Bearer {TOKEN}"
        ):
            return json({"error": "The access token is invalid"}, 401)
        if address.path == "/api/v1/accounts/verify_credentials":
            return json({"id": "a-us", "acct": "us"})
        if address.path == "/api/v1/statuses":
            key = asked["headers"]["idempotency-key"]
            sent = msgspec.json.decode(asked["body"])
            if len(sent["status"]) > 500:
                return json({"error": "Validation failed: Text character limit of 500 exceeded"}, 422)
            self.posted.setdefault(key, sent)
            return json({**self.statuses[0], "id": "9", "url": "https://our.example/@us/9"})
        page = self.page({name: values[0] for name, values in parse_qs(address.query).items()})
        if address.path == "/api/v1/notifications":
            return json(
                [
                    {"id": one["id"], "type": "mention", "account": one["account"], "status": one}
                    for one in page
                ]
            )
        return json(
            {"statuses": page, "accounts": [], "hashtags": []} if address.path == "/api/v2/search" else page
        )

    def page(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        """`min_id` gives what follows it at once; without it the newest. Newest first in any case."""
        limit = int(asked.get("limit", 20))
        if "min_id" in asked:
            return [one for one in self.statuses if int(one["id"]) > int(asked["min_id"])][:limit][::-1]
        return self.statuses[::-1][:limit]


def json(content: Any, status: int = 200) -> Reply:
    return Reply(msgspec.json.encode(content), status, {"Content-Type": "application/json"})


@pytest.fixture
def instance() -> Instance:
    return Instance()


@pytest.fixture
def server(serve: Callable[..., Server], instance: Instance) -> Server:
    return serve(instance.answer)


def source_of(server: Server, look: str = "mentions", *, token: str = TOKEN, about: str = "") -> LiveSource:
    said = {"instance": server.address, "look": look, "words": "" if look == "mentions" else "#boots"}
    return add_source("mastodon", "fediverse", settings=said, secret=token, about=about, actor="ada")


def look(row: LiveSource) -> LiveSource:
    now = timezone.now()
    LiveSource.objects.filter(pk=row.pk).update(next_fetch_at=now)
    fetch_source(row.pk, now=now)
    return LiveSource.objects.get(pk=row.pk)


def heard() -> list[str]:
    return sorted(one.text for one in mentions(since=timezone.now() - timedelta(days=1)))


@pytest.mark.parametrize("what", ["mentions", "hashtag", "search"])
def test_each_status_is_heard_once(
    server: Server, instance: Instance, flushed: Callable[[], int], what: str
) -> None:
    instance.write("first")
    row = look(source_of(server, what))
    for number in range(95):  # three pages
        instance.write(f"later {number}")
    row = look(row)
    look(row)
    flushed()
    assert heard() == sorted(["first", *(f"later {number}" for number in range(95))])
    assert (row.items, row.failures) == (96, 0)


def test_a_writer_can_be_known_again(server: Server, instance: Instance, flushed: Callable[[], int]) -> None:
    instance.write("Where is my parcel?", acct="Kim@Other.example")
    instance.write("Mine too", acct="local")
    look(source_of(server))
    flushed()
    persons = {event["person"] for event in newest_events()}
    assert persons == {"mastodon:kim@other.example", "mastodon:local@127.0.0.1"}
    assert known_persons(list(persons)) == persons


def test_boosts_and_our_own_posts_are_left_out(
    server: Server, instance: Instance, flushed: Callable[[], int]
) -> None:
    instance.write("ours", acct="us")
    instance.write("", reblog={"id": "1"})
    instance.write("theirs")
    look(source_of(server, "hashtag"))
    flushed()
    assert heard() == ["theirs"]


def test_a_public_hashtag_needs_no_token(server: Server, instance: Instance) -> None:
    instance.write("fine boots")
    assert look(source_of(server, "hashtag", token="")).items == 1
    LiveSource.objects.all().delete()
    assert "token" in look(source_of(server, token="")).last_error


def test_a_wrong_token_is_said(server: Server) -> None:
    row = look(source_of(server, token="wrong"))
    assert "The access token is invalid" in row.last_error


def test_a_limit_is_respected(server: Server, instance: Instance) -> None:
    row = look(source_of(server))
    until = timezone.now() + timedelta(hours=2)
    instance.refuse = Reply(b"{}", 429, {"X-RateLimit-Reset": until.isoformat()})
    row = look(row)
    assert row.failures == 0
    assert abs(row.next_fetch_at - until) < timedelta(minutes=1)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1, 2]", b'[{"id": 5}]', b'{"a": 1}', b"[" * 100_000])
def test_a_broken_answer_breaks_nothing(server: Server, instance: Instance, body: bytes) -> None:
    instance.write("first")
    row = look(source_of(server, "hashtag", token=""))
    instance.refuse = Reply(body)
    again = look(row)
    assert again.items == 1
    assert again.cursor["min_id"] == row.cursor["min_id"]
    instance.refuse = None
    instance.write("second")
    assert look(again).items == 2


def test_an_answer_goes_out_as_a_reply_and_ends_the_wait(
    server: Server, instance: Instance, flushed: Callable[[], int]
) -> None:
    instance.write("Parcel late!", visibility="unlisted")
    look(source_of(server))
    flushed()
    (found,) = mentions(since=timezone.now() - timedelta(days=1))
    assert (found.waits, found.can_answer) == (True, True)
    answer = answer_mention(found.id, how="sent", text="We are sorry.", actor="greta")
    assert answer.url == "https://our.example/@us/9"
    (sent,) = instance.posted.values()
    assert sent == {
        "status": "@kim@other.example We are sorry.", "in_reply_to_id": "99998", "visibility": "unlisted",
    }  # fmt: skip
    flushed()
    (found,) = mentions(since=timezone.now() - timedelta(days=1))
    assert (found.waits, found.answer.actor) == (False, "greta")
    (event,) = newest_events(names=["message.sent"])
    assert (event["subject"], event["channel"], event["person"]) == (
        f"mention:{found.id}",
        "social",
        found.person,
    )


def test_nobody_is_answered_twice(server: Server, instance: Instance, flushed: Callable[[], int]) -> None:
    instance.write("Parcel late!")
    look(source_of(server))
    flushed()
    (found,) = mentions(since=timezone.now() - timedelta(days=1))
    answer_mention(found.id, how="sent", text="We are sorry.", actor="greta")
    with pytest.raises(ConflictError):
        answer_mention(found.id, how="sent", text="We are sorry, too.", actor="max")
    assert len(instance.posted) == 1


def test_an_answer_that_was_not_taken_leaves_it_open(
    server: Server, instance: Instance, flushed: Callable[[], int]
) -> None:
    instance.write("Parcel late!")
    look(source_of(server))
    flushed()
    (found,) = mentions(since=timezone.now() - timedelta(days=1))
    with pytest.raises(UnreachableError, match="character limit of 500"):
        answer_mention(found.id, how="sent", text="sorry " * 100, actor="greta")
    with pytest.raises(InputError):
        answer_mention(found.id, how="sent", text=" ", actor="greta")
    assert not Answer.objects.exists()
    assert not newest_events(names=["message.sent"])
