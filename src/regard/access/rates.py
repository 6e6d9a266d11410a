"""How often one may ask in a minute, counted across all processes of the server.

Each process takes a few requests at a time from a counter in the database, so most requests cost no query. What a
process took and did not use counts as used: the limit is never passed, and met to within a few requests.
"""

import ipaddress
import threading
import time

from django.db import connection

from regard.errors import TooOftenError

MINUTE = 60
SHARES = 50  # of a limit; a process takes one of them at a time
_KEPT = 5  # minutes after which counters are deleted

_lock = threading.Lock()
_minute = 0
_left: dict[tuple[str, str], int] = {}  # what this process still holds in this minute; -1 once all is used up


def count_request(
    kind: str, who: str, *, limit: int, lease: int | None = None, now: float | None = None
) -> None:
    """Count one request of `who`; TooOftenError, saying when to come back, beyond `limit` in a minute.

    A process takes `lease` at a time from the counter, else a share of the limit.
    """
    moment = time.time() if now is None else now
    minute = int(moment // MINUTE)
    if not (_take(kind, who, minute) or _lease(kind, who, minute, limit, lease or max(1, limit // SHARES))):
        wait = max(1, round((minute + 1) * MINUTE - moment))
        raise TooOftenError(
            f"More than {limit:,} requests in a minute.",
            hint=f"Wait {wait} second{'s' if wait > 1 else ''}.",
            retry_after=wait,
        )


def network_of(address: str) -> str:
    """Whom an address belongs to: of IPv6 whole networks are given out, and count as one."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:45]
    return str(ipaddress.ip_network(f"{known}/64", strict=False)) if known.version == 6 else str(known)


def forget_leases() -> None:
    """What this process holds is given up; for tests, whose database forgets as well."""
    with _lock:
        _left.clear()


def _take(kind: str, who: str, minute: int) -> bool:
    """One of the requests that this process holds."""
    global _minute  # leases of an earlier minute are worth nothing
    with _lock:
        if minute != _minute:
            _minute = minute
            _left.clear()
        held = _left.get((kind, who), 0)
        if held > 0:
            _left[kind, who] = held - 1
        return held > 0


def _lease(kind: str, who: str, minute: int, limit: int, wanted: int) -> bool:
    """Take some more from the counter, one of them for now; False if it is used up."""
    with _lock:
        if _left.get((kind, who)) == -1:
            return False
    granted = min(wanted, wanted - (_counted(f"{kind}:{who}", minute, wanted) - limit))
    with _lock:
        if minute == _minute:
            held = max(0, _left.get((kind, who), 0))  # another thread may have taken some meanwhile
            _left[kind, who] = held + granted - 1 if granted > 0 else held or -1
    return granted > 0


def _counted(subject: str, minute: int, more: int) -> int:
    """Add to the counter and say where it stands, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_requestcount (subject, minute, count) VALUES (%s, %s, %s) ON CONFLICT (subject, minute)"
            " DO UPDATE SET count = access_requestcount.count + excluded.count RETURNING count",
            [subject[:120], minute, more],
        )
        count: int = cursor.fetchone()[0]
        if count == more:  # the first of this minute tidies up
            cursor.execute("DELETE FROM access_requestcount WHERE minute < %s", [minute - _KEPT])
    return count
