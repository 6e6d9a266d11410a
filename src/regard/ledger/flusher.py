"""The loop that moves acknowledged events into the lake and keeps the lake in shape; part of `regard worker`."""

import logging
import threading

from django.db import close_old_connections

from regard.errors import StoreError
from regard.ledger import actions

logger = logging.getLogger(__name__)

BATCHES = 1000  # a flush
LONGEST_PAUSE = 60.0  # seconds between tries while a store is away


def run_flusher(stop: threading.Event, *, interval: float = 1.0, tending_interval: float = 60.0) -> None:
    """Flush every `interval` seconds and tend the lake every `tending_interval`, until `stop` is set."""
    tender = threading.Thread(target=_tend_until, args=(stop, tending_interval), name="tender")
    tender.start()
    try:
        _flush_until(stop, interval)
    finally:
        stop.set()
        tender.join()


def _flush_until(stop: threading.Event, interval: float) -> None:
    failures = 0
    while not stop.is_set():
        close_old_connections()
        try:
            flushed = actions.flush_inbox(limit=BATCHES)
            failures = 0
        except StoreError as error:
            failures += 1
            logger.warning("flush failed %d times in a row: %s", failures, error)
        except Exception:  # without this loop nothing that customers do would be heard any more
            failures += 1
            logger.exception("flush failed %d times in a row", failures)
        else:
            if flushed.set_aside:
                logger.warning("%d batches could not be read and are dead letters now", flushed.set_aside)
            if flushed.more:
                continue
        stop.wait(min(interval * 2**failures, max(interval, LONGEST_PAUSE)))


def _tend_until(stop: threading.Event, interval: float) -> None:
    """Sorting takes a while and does not stand in the way of flushing, so it has a thread of its own."""
    while not stop.wait(interval):
        close_old_connections()
        try:
            tended = actions.compact_lake()
        except StoreError as error:
            logger.warning("tending the lake failed: %s", error)
        except Exception:
            logger.exception("tending the lake failed")
        else:
            if tended.sorted or tended.merged:
                logger.info("sorted %s, merged %s", tended.sorted, tended.merged)
    close_old_connections()
