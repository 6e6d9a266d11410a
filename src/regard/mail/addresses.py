"""E-mail addresses as they may stand in a header and be handed to a server."""

import re
from email.headerregistry import Address
from email.utils import parseaddr

from regard.errors import InputError

LONGEST = 254
LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def plain_address(raw: str) -> str:
    """One bare address with its domain in ASCII; InputError when it is anything else."""
    local, at, domain = raw.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        domain = ""
    found = f"{local}@{domain}"
    if not at or not LOCAL.fullmatch(local) or not DOMAIN.fullmatch(domain) or len(found) > LONGEST:
        raise InputError(
            f"`{raw[:60]}` is no e-mail address.", hint="Say one address, such as ann@example.org."
        )
    return found


def sender(raw: str) -> Address:
    """`Our shop <mail@example.org>`, or a bare address."""
    name, address = parseaddr(raw)
    local, _, domain = plain_address(address).rpartition("@")
    return Address(display_name=name, username=local, domain=domain)
