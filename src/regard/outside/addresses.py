"""Which addresses on the network Regard may be sent to by what a person, a feed or a redirect says.

Only http and https, and only machines of the public internet, unless the host is named in `REGARD_PRIVATE_HOSTS`.
A name is resolved once and the connection made to the very address that was examined, so a name that answers
otherwise the second time (DNS rebinding) gains nothing.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from regard.errors import InputError, UnreachableError

PORTS = {"http": 80, "https": 443}
LONGEST = 2000
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Target:
    """An address taken apart: what is asked, and of whom."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def read_target(url: str) -> Target:
    """Take an address apart, or refuse it with a sentence."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode() if parts.hostname else ""
    except ValueError as error:
        raise InputError(f"`{url[:100]}` is no address.") from error
    if len(url) > LONGEST or not url.isprintable() or " " in url:
        raise InputError("An address has no spaces and at most 2,000 characters.")
    if parts.scheme not in PORTS or not host:
        raise InputError(f"`{url[:100]}` is no address.", hint="Say https://host/path.")
    if parts.username is not None or parts.password is not None:
        raise InputError("An address must not carry a name or password.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or PORTS[parts.scheme], path)


def addresses_of(target: Target) -> list[str]:
    """The network addresses of a target that may be connected to; all must be allowed."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UnreachableError(f"`{target.host}` is not known: {error.strerror or error}.") from error
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not _is_named(target):
        for text in addresses:
            if not is_public(ipaddress.ip_address(text.partition("%")[0])):
                raise InputError(
                    f"`{target.host}` is a machine of a private network ({text}).",
                    hint="If it is meant, name it in REGARD_PRIVATE_HOSTS.",
                )
    return addresses


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, also when it is written inside another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def _is_named(target: Target) -> bool:
    named = {host.lower() for host in settings.REGARD_PRIVATE_HOSTS}
    return target.host in named or f"{target.host}:{target.port}" in named
