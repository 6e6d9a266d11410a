"""When something happened, by the clock of whoever heard it: clients' clocks are wrong by minutes and years."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta


def happened_at(
    received: datetime, *, said: datetime | None, sent: datetime | None, corrected: bool = True
) -> datetime:
    """The moment that a client calls `said`, having sent it when its clock showed `sent`.

    What passed between the two by the client's clock passed by ours too: received − (sent − said). Nothing
    happens after it was heard of, and who does not say when it happened says: now.
    """
    if said is None:
        return received
    said = in_zone(said)
    if sent is not None and corrected:
        try:
            said = received - (in_zone(sent) - said)
        except OverflowError:
            return received
    return min(said, received)


def happened_all(
    received: datetime, *, said: Sequence[datetime | None], sent: datetime | None, corrected: bool = True
) -> list[datetime]:
    """`happened_at` for what was sent together; OverflowError where a corrected time is none."""
    late = timedelta(0) if sent is None or not corrected else received - in_zone(sent)
    zoned = [None if one is None else one if one.tzinfo is not None else in_zone(one) for one in said]
    return [received if one is None or (real := one + late) > received else real for one in zoned]


def in_zone(moment: datetime) -> datetime:
    """A time without a zone is meant in UTC."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
