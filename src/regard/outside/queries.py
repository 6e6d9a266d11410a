"""What webhooks answer: whom we tell, and what became of it."""

from regard.outside.models import Delivery, Endpoint


def endpoints() -> list[Endpoint]:
    """Every endpoint, those in use first."""
    return list(Endpoint.objects.order_by("-is_active", "pk"))


def newest_deliveries(*, limit: int = 50) -> list[Delivery]:
    """Given up first, then the newest."""
    dead = Delivery.objects.filter(state=Delivery.State.DEAD).exclude(kind="test")
    rows = list(dead.select_related("endpoint").order_by("-pk")[:limit])
    others = Delivery.objects.exclude(pk__in=[row.pk for row in rows]).select_related("endpoint")
    return [*rows, *others.order_by("-pk")[: limit - len(rows)]]


def count_dead() -> int:
    """Announcements that nobody took."""
    return Delivery.objects.filter(state=Delivery.State.DEAD).exclude(kind="test").count()
