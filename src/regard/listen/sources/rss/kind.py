"""Ask for a feed, politely: not again when it has not changed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from regard.errors import ConflictError, UnreachableError
from regard.listen.sources.items import Fetched, Field
from regard.listen.sources.polite import pause_of
from regard.listen.sources.rss.reading import read_feed
from regard.outside.addresses import read_target
from regard.outside.http import ask

ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
GONE = timedelta(days=7)


class Rss:
    """A feed under one address."""

    name = "rss"
    title = "RSS or Atom feed"
    sentence = "News, blogs, forums, the review feed of an app store, alerts of a search engine."
    fields = (Field("url", "Address of the feed", "https://…"),)
    fetches = True

    def check(self, settings: Mapping[str, str]) -> None:
        read_target(settings["url"])

    def fetch(self, settings: Mapping[str, str], secret: str, cursor: Mapping[str, Any]) -> Fetched:
        headers = {"accept": ACCEPT}
        if cursor.get("etag"):
            headers["if-none-match"] = cursor["etag"]
        if cursor.get("modified"):
            headers["if-modified-since"] = cursor["modified"]
        answer = ask(settings["url"], headers=headers)
        if answer.status == 304:
            return Fetched(cursor=cursor, pause=pause_of(answer))
        if answer.status == 410:
            return Fetched(cursor=cursor, pause=GONE)
        if answer.status != 200:
            raise UnreachableError(f"The feed answers {answer.status}.")
        items, refused = read_feed(answer.body, answer.headers.get("content-type", ""), answer.url)
        kept = {"etag": answer.headers.get("etag", "")[:500],
                "modified": answer.headers.get("last-modified", "")[:100]}  # fmt: skip
        return Fetched(
            items, {name: value for name, value in kept.items() if value}, refused, pause_of(answer)
        )

    def reply(self, settings: Mapping[str, str], secret: str, reply_to: str, text: str, key: str) -> str:
        raise ConflictError("A feed takes no answers.", hint="Answer where it was written, then say so here.")


RSS = Rss()
