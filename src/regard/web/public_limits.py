"""Limits of the pages that anybody may call: how often, and how much at once.

Counted in memory and forgotten after a minute: nothing about who answered is written down.
"""

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from regard.access.throttle import TooManyTriesError
from regard.errors import InputError

LARGEST_BODY = 64 * 1024
A_MINUTE = 60
PER_ADDRESS, PER_LINK = 300, 30


class TooLargeError(InputError):
    code = "too_large"
    http_status = 413


def refuse_large(request: HttpRequest) -> None:
    """Raise before a body is read that no honest answer has."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdecimal() or int(length) > LARGEST_BODY:
        raise TooLargeError("That is more than an answer can be.")


def refuse_floods(request: HttpRequest, link: str, *, shared: bool = False) -> None:
    """Raise when an address or a link is used far more often than a person could.

    A link that many `shared` is counted for each address.
    """
    address = request.META.get("REMOTE_ADDR", "")
    for what, limit in (
        (f"address {address}", PER_ADDRESS),
        (f"link {link} {address if shared else ''}", PER_LINK),
    ):
        counter = salted_hmac("regard.public", what).hexdigest()
        cache.add(counter, 0, A_MINUTE)
        try:
            count = cache.incr(counter)
        except ValueError:  # it ended between the two calls
            continue
        if count > limit:
            raise TooManyTriesError("Too many answers at once.", hint="Try again in a minute.")
