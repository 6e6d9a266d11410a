"""The kinds of source there are."""

from regard.errors import InputError
from regard.listen.sources.items import Kind
from regard.listen.sources.mastodon import MASTODON
from regard.listen.sources.rss import RSS
from regard.listen.sources.webhook import WEBHOOK

KINDS: dict[str, Kind] = {kind.name: kind for kind in (RSS, MASTODON, WEBHOOK)}


def kind_named(name: str) -> Kind:
    """The kind, or InputError."""
    if name not in KINDS:
        raise InputError(f"There is no kind of source `{name[:50]}`.", hint=f"There are {', '.join(KINDS)}.")
    return KINDS[name]
