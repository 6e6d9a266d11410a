"""Find customers as somebody types: every word must be the beginning of something known of them."""

from django.conf import settings
from django.db import connection
from django.db.models import Q

from regard.know.models import Customer, Identity, SearchTerm
from regard.know.terms import searched_beginnings

AFTER_ANY = "\U0010ffff"


def matching_customers(text: str, limit: int) -> list[Customer]:
    """Customers that have all words, those with the first word as it stands first."""
    words = [_identities(beginnings) for beginnings in searched_beginnings(text, region=settings.REGARD_REGION)]
    if not words:
        return []
    found = Customer.objects.all()
    for word in words:
        found = found.filter(pk__in=Identity.objects.filter(word).values("customer"))
    return list(found.order_by("name", "id")[:limit])


def _identities(beginnings: list[str]) -> Q:
    terms, keys = Q(), Q()
    for beginning in beginnings:
        terms |= begins("term", beginning)
        if ":" in beginning:
            keys |= begins("person", beginning)
    return Q(pk__in=SearchTerm.objects.filter(terms).values("identity")) | keys


def begins(column: str, beginning: str) -> Q:
    """The column begins so, in the form that each database answers from an index."""
    if connection.vendor == "postgresql":
        return Q(**{f"{column}__startswith": beginning})
    return Q(**{f"{column}__gte": beginning, f"{column}__lt": beginning + AFTER_ANY})
