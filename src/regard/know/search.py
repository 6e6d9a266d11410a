"""Find customers as somebody types: every word must be the beginning of something known of them."""

from collections.abc import Iterator
from itertools import islice

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from regard.know.models import Customer, Identity, SearchTerm
from regard.know.terms import searched_beginnings, words_of

AFTER_ANY = "\U0010ffff"
CHUNK = 100
MOST_COUNTED = 2_000  # to choose the rarest word, counting further than this is not worth it
MOST_TRIED = 5_000  # identities with the rarest word that are looked at for the other words

Word = list[str]  # the beginnings that would satisfy a word of the search


def matching_customers(text: str, limit: int) -> list[Customer]:
    """Customers that have all words; the alphabet of the rarest word gives the order.

    The rarest word leads; who has it is looked at for the others.
    """
    words = searched_beginnings(text, region=settings.REGARD_REGION)
    if not words:
        return []
    if len(words) > 1:
        words.sort(key=_frequency)
    found: dict[int, None] = {}
    for identities in _chunks(islice(_identities_with(words[0]), MOST_TRIED)):
        for customer in _having_all(identities, words[1:]):
            found[customer] = None
        if len(found) >= limit:
            break
    customers = Customer.objects.in_bulk(list(found)[:limit])
    return [customers[each] for each in list(found)[:limit] if each in customers]


def _chunks(identities: Iterator[int]) -> Iterator[list[int]]:
    while chunk := list(islice(identities, CHUNK)):
        yield chunk


def _frequency(word: Word) -> int:
    return sum(_with_beginning(beginning)[:MOST_COUNTED].count() for beginning in word)


def _identities_with(word: Word) -> Iterator[int]:
    for beginning in word:
        if ":" in beginning:
            keys = Identity.objects.filter(begins("person", beginning)).order_by("person")
            yield from keys.values_list("id", flat=True)[:MOST_TRIED].iterator()
        terms = _with_beginning(beginning).order_by("term", "identity_id")
        yield from terms.values_list("identity_id", flat=True)[:MOST_TRIED].iterator(CHUNK)


def _with_beginning(beginning: str) -> QuerySet[SearchTerm]:
    return SearchTerm.objects.filter(begins("term", beginning))


def _having_all(identities: list[int], words: list[Word]) -> list[int]:
    """The customers of these identities, in their order, that have all the words, in whichever of their records."""
    customer_of = dict(Identity.objects.filter(pk__in=identities).values_list("id", "customer_id"))
    customers = [customer_of[each] for each in identities if each in customer_of]
    if not words:
        return customers
    known: dict[int, set[str]] = {}
    members = Identity.objects.filter(customer__in=set(customers))
    for customer, person, fields, normal in members.values_list("customer_id", "person", "fields", "normal"):
        known.setdefault(customer, set()).update(words_of(person, fields, normal), (person,))
    return [each for each in customers if all(_has(known[each], word) for word in words)]


def _has(known: set[str], word: Word) -> bool:
    return any(term.startswith(tuple(word)) for term in known)


def begins(column: str, beginning: str) -> Q:
    """The column begins so, in the form that each database answers from an index."""
    if connection.vendor == "postgresql":
        return Q(**{f"{column}__startswith": beginning})
    return Q(**{f"{column}__gte": beginning, f"{column}__lt": beginning + AFTER_ANY})
