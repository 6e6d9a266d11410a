"""Limits of the pages that anybody may call: how often, and how much at once.

Counted across all processes of the server. What is counted stands in the database only as a digest that the secret
of the installation goes into, and for a few minutes: nothing about who answered is written down.
"""

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from regard.access.rates import count_request, network_of
from regard.access.throttle import TooManyTriesError
from regard.errors import InputError, TooOftenError

LARGEST_BODY = 64 * 1024
PER_ADDRESS, PER_LINK = 300, 30  # a minute
LEASE = 3  # requests that a process takes from a counter at once: the others write nothing


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
    address = network_of(request.META.get("REMOTE_ADDR", ""))
    for what, limit in (
        (f"address {address}", PER_ADDRESS),
        (f"link {link} {address if shared else ''}", PER_LINK),
    ):
        try:
            count_request("public", salted_hmac("regard.public", what).hexdigest(), limit=limit, lease=LEASE)
        except TooOftenError as error:
            raise TooManyTriesError("Too many answers at once.", hint="Try again in a minute.") from error
