"""Whatever else speaks: it posts JSON to us, signed."""

from regard.listen.sources.webhook.kind import WEBHOOK

__all__ = ["WEBHOOK"]
