"""Ask an instance for what is new since the last status we saw, page by page, and post replies."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from regard.errors import ConflictError, InputError, UnreachableError
from regard.listen.sources.items import Fetched, Field
from regard.listen.sources.mastodon.statuses import Notification, Search, Status, item_of, reply_address
from regard.listen.sources.polite import LONGEST, pause_of
from regard.outside.addresses import read_target
from regard.outside.http import Answer, ask

LOOKS = ("mentions", "hashtag", "search")
PAGE = 40  # the most that an instance gives at once
TOO_OFTEN = 429
T = TypeVar("T")


class Account(msgspec.Struct):
    id: str


class Refusal(msgspec.Struct):
    error: str = ""


class Mastodon:
    """An instance's API, as docs.joinmastodon.org describes it."""

    name = "mastodon"
    title = "Mastodon"
    sentence = "Posts that mention you, carry a hashtag or contain words. With a token you answer from here."
    fields = (
        Field("instance", "Instance", "https://mastodon.example"),
        Field("look", "Look for", "What is asked for: mentions of your account, a hashtag, or words.", choices=LOOKS),
        Field("words", "Hashtag or words", "Not needed for mentions.", required=False),
        Field("token", "Access token",
              "Of your application, with read:notifications, read:search, read:accounts and write:statuses.",
              secret=True, required=False),
    )  # fmt: skip
    fetches = True

    def check(self, settings: Mapping[str, str]) -> None:
        target = read_target(settings["instance"])
        if target.path != "/":
            raise InputError("Name the instance without a path.", hint="https://mastodon.example")
        if settings["look"] != "mentions" and not settings["words"].lstrip("#"):
            raise InputError("Say which hashtag or words to look for.")

    def fetch(self, settings: Mapping[str, str], secret: str, cursor: Mapping[str, Any]) -> Fetched:
        look = settings["look"]
        if look != "hashtag" and not secret:
            raise InputError(f"An instance tells {look} only with an access token.")
        me = cursor.get("me", "")
        if secret and not me:
            me = _read(_get(settings, secret, "/api/v1/accounts/verify_credentials"), Account).id
        answer = _get(settings, secret, _path(look, settings["words"], cursor.get("min_id", "")))
        if answer.status == TOO_OFTEN:
            return Fetched(cursor={**cursor, "me": me}, pause=_asked_pause(answer))
        marks, statuses = _statuses(look, answer)
        items = [
            item_of(one, settings["instance"]) for one in statuses if one is not None and one.account.id != me
        ]
        newest = max([cursor.get("min_id", ""), *marks], key=_age)
        kept = {"min_id": newest, "me": me}
        # the first look takes the newest page only: what was said before is history, not news
        more = bool(cursor.get("min_id")) and len(marks) == PAGE and newest != cursor["min_id"]
        return Fetched([item for item in items if item is not None], kept, statuses.count(None),
                       _asked_pause(answer) if _is_spent(answer) else None, more)  # fmt: skip

    def reply(self, settings: Mapping[str, str], secret: str, reply_to: str, text: str, key: str) -> str:
        if not secret:
            raise ConflictError("Answers need an access token.", hint="Settings, Sources.")
        status_id, visibility, acct = reply_address(reply_to)
        # without their name in it, they would not be told
        status = text if f"@{acct}".lower() in text.lower() else f"@{acct} {text}"
        sent = {"status": status, "in_reply_to_id": status_id, "visibility": visibility}
        headers = _headers(secret) | {"idempotency-key": key, "content-type": "application/json"}
        answer = ask(f"{_base(settings)}/api/v1/statuses", method="POST", headers=headers,
                     body=msgspec.json.encode(sent))  # fmt: skip
        if answer.status != 200:
            raise UnreachableError(f"The instance did not take the answer ({answer.status}): {_why(answer)}.")
        return _read(answer, Status).url or ""


def _statuses(look: str, answer: Answer) -> tuple[list[str], list[Status | None]]:
    """What marks each row of a page for the next one, and its status; None for what cannot be read."""
    if look == "mentions":
        found = [_convert(row, Notification) for row in _read(answer, list[Any])]
        return [one.id for one in found if one], [one.status if one else None for one in found]
    rows = _read(answer, Search).statuses if look == "search" else _read(answer, list[Any])
    statuses = [_convert(row, Status) for row in rows]
    return [one.id for one in statuses if one], statuses


def _path(look: str, words: str, min_id: str) -> str:
    said = {"limit": str(PAGE)} | ({"min_id": min_id} if min_id else {})
    if look == "mentions":
        return f"/api/v1/notifications?{urlencode({'types[]': 'mention', **said})}"
    if look == "hashtag":
        return f"/api/v1/timelines/tag/{quote(words.lstrip('#'), safe='')}?{urlencode(said)}"
    return f"/api/v2/search?{urlencode({'q': words, 'type': 'statuses', 'resolve': 'false', **said})}"


def _get(settings: Mapping[str, str], secret: str, path: str) -> Answer:
    answer = ask(_base(settings) + path, headers=_headers(secret))
    if answer.status in {401, 403}:
        raise UnreachableError(f"The instance refuses the token: {_why(answer)}.")
    if answer.status not in {200, TOO_OFTEN}:
        raise UnreachableError(f"The instance answers {answer.status}: {_why(answer)}.")
    return answer


def _base(settings: Mapping[str, str]) -> str:
    return settings["instance"].rstrip("/")


def _headers(secret: str) -> dict[str, str]:
    return {"accept": "application/json"} | ({"authorization": f"Bearer {secret}"} if secret else {})


def _read(answer: Answer, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise UnreachableError(f"The instance's answer cannot be read: {error}.") from error


def _convert(row: Any, kind: type[T]) -> T | None:
    try:
        return msgspec.convert(row, type=kind)
    except msgspec.ValidationError:
        return None  # counted as refused


def _why(answer: Answer) -> str:
    try:
        return msgspec.json.decode(answer.body, type=Refusal).error[:200] or "no reason given"
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return "no reason given"


def _is_spent(answer: Answer) -> bool:
    return answer.headers.get("x-ratelimit-remaining", "") == "0"


def _asked_pause(answer: Answer) -> timedelta:
    """Until when the instance wants to be left alone: its `X-RateLimit-Reset`, else five minutes."""
    if (said := pause_of(answer)) is not None:
        return said
    try:
        until = datetime.fromisoformat(answer.headers.get("x-ratelimit-reset", ""))
    except ValueError:
        return timedelta(minutes=5)
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - datetime.now(UTC), timedelta()), LONGEST)


def _age(status_id: str) -> tuple[int, str]:
    """Ids are numbers written as text, of different lengths."""
    return len(status_id), status_id


MASTODON = Mastodon()
