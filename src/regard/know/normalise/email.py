"""E-mail addresses made comparable."""

import re

SHAPE = re.compile(r"[^@\s,;<>()\[\]\"]+@[^@\s,;<>()\[\]\"/]+\.[^@\s,;<>()\[\]\"/.]{2,}")
DOTS_MEAN_NOTHING = frozenset({"gmail.com"})
ONE_PROVIDER = {"googlemail.com": "gmail.com"}
ROLES = frozenset({
    "info", "office", "mail", "email", "contact", "kontakt", "kontakte", "sales", "verkauf", "vertrieb",
    "service",
    "support", "hello", "hallo", "bonjour", "team", "admin", "webmaster", "postmaster", "noreply", "no-reply",
    "billing", "accounting", "buchhaltung", "rechnung", "invoice", "einkauf", "purchasing", "empfang",
    "reception",
    "accueil", "facturation", "hr", "jobs", "post", "zentrale", "shop", "marketing", "orders", "bestellung",
})  # fmt: skip


def comparable_email(raw: str) -> str | None:
    """One mailbox, one text: lower case, no plus-tag, no dots where the provider ignores them, ASCII domain."""
    found = SHAPE.search(raw.lower())
    if found is None:
        return None
    local, _, domain = found[0].rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            return None
    domain = ONE_PROVIDER.get(domain, domain)
    local = local.partition("+")[0] or local
    if domain in DOTS_MEAN_NOTHING:
        local = local.replace(".", "")
    return f"{local}@{domain}"


def is_role_address(email: str) -> bool:
    """Whether an address belongs to a desk rather than a person (`info@`)."""
    return email.partition("@")[0] in ROLES
