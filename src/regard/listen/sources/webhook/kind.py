"""What programs send us: events of the catalogue, or any JSON of which a small mapping says what is where."""

from collections.abc import Mapping
from typing import Any

from regard.errors import ConflictError, InputError
from regard.listen.sources.items import Fetched, Field
from regard.listen.sources.webhook.reading import PATH

EVENTS, MENTIONS = "events", "mentions"
PATHS = ("list", "id", "text", "time", "author", "url", "stars", "title")


class Webhook:
    """A signed address of ours."""

    name = "webhook"
    title = "Signed webhook"
    sentence = "Any program that posts JSON to an address of ours, signed with a key."
    fields = (
        Field("holds", "It sends", "Events as docs/events.md names them, or things said of us.",
              choices=(MENTIONS, EVENTS)),
        Field("text", "Where the text is", "A path such as data.review.body. Not needed for events.", required=False),
        Field("id", "Where its id is", "Something sent twice under one id is taken once.", required=False),
        Field("time", "Where the time is", "ISO 8601 or seconds since 1970. Empty: when it came.", required=False),
        Field("author", "Where the author is", required=False),
        Field("stars", "Where the stars are", "1 to 5.", required=False),
        Field("title", "Where the title is", required=False),
        Field("url", "Where its address is", required=False),
        Field("list", "Where the list is", "If one message brings several.", required=False),
    )  # fmt: skip
    fetches = False

    def check(self, settings: Mapping[str, str]) -> None:
        for name in PATHS:
            if settings[name] and not PATH.fullmatch(settings[name]):
                raise InputError(
                    f"`{settings[name][:60]}` is no path.", hint="Write names with dots between."
                )
        if settings["holds"] == MENTIONS and not settings["text"]:
            raise InputError("Say where the text is.")

    def fetch(self, settings: Mapping[str, str], secret: str, cursor: Mapping[str, Any]) -> Fetched:
        raise ConflictError("This source sends to us; there is nothing to fetch.")

    def reply(self, settings: Mapping[str, str], secret: str, reply_to: str, text: str, key: str) -> str:
        raise ConflictError(
            "This source takes no answers.", hint="Answer where it was written, then say so here."
        )


WEBHOOK = Webhook()
