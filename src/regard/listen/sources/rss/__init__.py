"""RSS and Atom: news, blogs, forums, and the review feeds of app stores."""

from regard.listen.sources.rss.kind import RSS

__all__ = ["RSS"]
