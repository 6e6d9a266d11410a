"""Mastodon and what speaks its API: mentions of us, a hashtag, or a search; answers go out as replies."""

from regard.listen.sources.mastodon.kind import MASTODON

__all__ = ["MASTODON"]
