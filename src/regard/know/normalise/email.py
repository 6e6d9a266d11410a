"""E-mail addresses made comparable."""

import re
import unicodedata

UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
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
    if not raw.isascii():  # one letter in one way of writing it, without what cannot be seen
        raw = UNSEEN.sub("", unicodedata.normalize("NFKC", raw))
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
