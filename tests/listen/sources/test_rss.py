"""Feeds: read once, politely, whatever a stranger writes into them."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from regard.errors import UnreachableError
from regard.ledger.models import Batch
from regard.ledger.queries import newest_events
from regard.listen.sources.actions import add_source, fetch_due, fetch_source
from regard.listen.sources.models import LiveSource
from regard.listen.sources.queries import mentions
from regard.listen.sources.rss.reading import read_feed
from tests.servers import Reply, Server

pytestmark = pytest.mark.django_db

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Forum</title>
<item><guid>a1</guid><title>Boots</title><link>https://forum.example/a1</link><author>kim@example.org (Kim)</author>
<pubDate>{date}</pubDate><description>&lt;b&gt;Late&lt;/b&gt; again &lt;script&gt;alert(1)&lt;/script&gt;</description></item>
<item><guid>a2</guid><title>Lovely boots</title><link>javascript:alert(1)</link><description>Lovely boots, thanks</description></item>
</channel></rss>"""  # noqa: E501
APPLE = b"""<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"
 xmlns:im="http://itunes.apple.com/rss"><title>Reviews</title><id>x</id><updated>2026-11-20T10:00:00-07:00</updated>
<entry><id>77</id><updated>2026-11-20T10:00:00-07:00</updated><title>Crashes</title><im:rating>1</im:rating>
<author><name>Joe</name></author><content type="text">It crashes at checkout.</content></entry></feed>"""


def feed(days: float = 1) -> bytes:
    at = timezone.now() - timedelta(days=days)
    return FEED.format(date=at.strftime("%a, %d %b %Y %H:%M:%S +0000")).encode()


def look(row: LiveSource) -> LiveSource:
    now = timezone.now()
    LiveSource.objects.filter(pk=row.pk).update(next_fetch_at=now)
    assert fetch_source(row.pk, now=now)
    return LiveSource.objects.get(pk=row.pk)


@pytest.fixture
def forum(serve: Callable[..., Server]) -> Server:
    return serve(lambda asked: Reply(feed(), headers={"ETag": '"v1"', "Content-Type": "application/rss+xml"}))


def source_of(server: Server, **more: str) -> LiveSource:
    return add_source("rss", "forum", settings={"url": f"{server.address}/feed"}, actor="ada", **more)


def test_a_feed_becomes_mentions(forum: Server, flushed: Callable[[], int]) -> None:
    row = source_of(forum)
    assert fetch_due(timezone.now()) == 1
    flushed()
    row.refresh_from_db()
    assert (row.items, row.failures, row.last_error) == (2, 0, "")
    found = {each.text: each for each in mentions(since=timezone.now() - timedelta(days=9))}
    assert set(found) == {"Boots\nLate again", "Lovely boots, thanks"}
    assert found["Boots\nLate again"].url == "https://forum.example/a1"
    assert found["Lovely boots, thanks"].url == ""
    assert {event["name"] for event in newest_events()} == {"message.received"}


def test_what_was_seen_is_not_recorded_again(forum: Server, flushed: Callable[[], int]) -> None:
    row = look(source_of(forum))
    look(row)
    assert Batch.objects.count() == 1
    assert forum.asked[1]["headers"]["if-none-match"] == '"v1"'


def test_not_modified_keeps_the_cursor(forum: Server) -> None:
    row = look(source_of(forum))
    forum.answer = lambda asked: Reply(status=304)
    again = look(row)
    assert (again.failures, again.cursor) == (0, row.cursor)


def test_a_rating_makes_it_a_review(serve: Callable[..., Server], flushed: Callable[[], int]) -> None:
    look(source_of(serve(lambda asked: Reply(gzip.compress(APPLE), headers={"Content-Encoding": "gzip"}))))
    flushed()
    (event,) = newest_events()
    assert (event["name"], event["score"], event["instrument"]) == ("review.written", 1.0, "stars-5")
    assert event["text"] == "Crashes\nIt crashes at checkout."


def test_what_is_said_of_a_competitor_is_no_review_of_ours(
    serve: Callable[..., Server], flushed: Callable[[], int]
) -> None:
    look(source_of(serve(lambda asked: Reply(APPLE)), about="Rival"))
    flushed()
    (event,) = newest_events()
    assert (event["name"], event["score"], event["data"]["about"]) == (
        "custom.competitor_mention",
        None,
        "Rival",
    )
    (found,) = mentions(since=timezone.now() - timedelta(days=9))
    assert (found.about, found.stars, found.waits) == ("Rival", 1.0, False)


def test_a_failure_is_noted_and_tried_again_later(serve: Callable[..., Server]) -> None:
    server = serve(lambda asked: Reply(status=503))
    row = look(source_of(server))
    assert row.failures == 1
    assert "503" in row.last_error
    first = row.next_fetch_at
    assert look(row).next_fetch_at - first > timedelta(minutes=5)
    server.answer = lambda asked: Reply(feed())
    row = look(row)
    assert (row.failures, row.last_error, row.items) == (0, "", 2)


def test_retry_after_is_kept(serve: Callable[..., Server]) -> None:
    row = look(source_of(serve(lambda asked: Reply(feed(), headers={"Retry-After": "7200"}))))
    assert row.next_fetch_at - timezone.now() > timedelta(minutes=119)


BOMB = (
    b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">"""
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"""]><rss version="2.0"><channel><item><title>&j;</title></item></channel></rss>"""
)
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<rss version="2.0"><channel><item><title>&x;</title></item></channel></rss>"""


@pytest.mark.parametrize("body", [BOMB, OUTSIDE, BOMB.decode().encode("utf-16")])
def test_entities_are_never_expanded(body: bytes) -> None:
    with pytest.raises(UnreachableError, match="entities"):
        read_feed(body, "application/xml", "https://x.example/")


@pytest.mark.parametrize(
    "body", [b"", b"\0" * 100, b"<html><body>Sign in</body></html>", b"{}", b"\xff\xfe<"]
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(UnreachableError, match="no feed"):
        read_feed(body, "text/html", "https://x.example/")


def test_malformed_xml_gives_what_can_be_read() -> None:
    broken = feed().replace(b"</channel></rss>", b"<item><title>Cut & off <b")
    items, _ = read_feed(broken, "", "https://x.example/")
    assert {"a1", "a2"} <= {item.key for item in items}


def test_a_huge_feed_is_not_taken(serve: Callable[..., Server]) -> None:
    row = look(source_of(serve(lambda asked: Reply(b"<rss>" + b" " * 6_000_000))))
    assert "larger than" in row.last_error


def test_a_packed_bomb_is_not_unpacked(serve: Callable[..., Server]) -> None:
    bomb = gzip.compress(b" " * 200_000_000, 1)
    row = look(source_of(serve(lambda asked: Reply(bomb, headers={"Content-Encoding": "gzip"}))))
    assert "larger than" in row.last_error


def test_a_body_that_names_a_feed_elsewhere_is_not_followed(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve(lambda asked: Reply(feed()))
    (tmp_path / "feed.xml").write_bytes(feed())
    for body in (f"{server.address}/feed", str(tmp_path / "feed.xml")):
        with pytest.raises(UnreachableError, match="no feed"):
            read_feed(body.encode(), "", "https://x.example/")
    assert server.asked == []
