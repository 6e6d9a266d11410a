import threading
from collections.abc import Iterator

import pytest
from django.db import connection

from regard.access import rates
from regard.access.models import RequestCount
from regard.access.rates import count_request, forget_leases, network_of
from regard.errors import TooOftenError

START = 60_000.0 * 60  # the first second of a minute


@pytest.fixture(autouse=True)
def _nothing_held() -> Iterator[None]:
    forget_leases()
    yield
    forget_leases()


def ask(times: int, *, who: str = "ada", limit: int = 100, now: float = START) -> int:
    """How many of so many requests are let through."""
    passed = 0
    for _ in range(times):
        try:
            count_request("key", who, limit=limit, now=now)
        except TooOftenError:
            continue
        passed += 1
    return passed


@pytest.mark.django_db
def test_the_limit_is_kept_in_each_minute_and_for_each_who() -> None:
    assert ask(150) == 100
    assert ask(150, who="bob") == 100
    assert ask(5, now=START + 59.9) == 0
    assert ask(150, now=START + 60) == 100
    assert ask(3, who="eve", limit=1) == 1


@pytest.mark.django_db
def test_the_refusal_says_when_to_come_back() -> None:
    ask(10, limit=10)
    with pytest.raises(TooOftenError, match="More than 10 requests in a minute") as refused:
        count_request("key", "ada", limit=10, now=START + 45)
    assert refused.value.retry_after == 15


@pytest.mark.django_db
def test_processes_share_the_limit() -> None:
    assert ask(40) == 40
    forget_leases()  # another process
    assert ask(100) == 60
    assert RequestCount.objects.get(subject="key:ada").count > 100


@pytest.mark.django_db
def test_most_requests_ask_nothing_of_the_database(django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(52):  # type: ignore[operator]
        assert ask(3000, limit=1000) == 1000


@pytest.mark.django_db
def test_old_counters_are_deleted() -> None:
    ask(1)
    ask(1, who="bob", now=START + 10 * 60)
    assert [row.subject for row in RequestCount.objects.all()] == ["key:bob"]


@pytest.mark.django_db(transaction=True)
def test_threads_do_not_pass_the_limit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[int] = []
    counted, waiting = rates._counted, threading.Lock()

    def count(subject: str, minute: int, more: int) -> int:
        """A file lets one writer wait for another; the tests' database in memory refuses the second."""
        with waiting:
            return counted(subject, minute, more)

    monkeypatch.setattr(rates, "_counted", count)

    def work() -> None:
        passed.append(ask(60))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 100
    assert rates._left["key", "ada"] == -1


def test_a_network_of_ipv6_counts_as_one() -> None:
    assert network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::2") == "2001:db8:1:2::/64"
    assert network_of("") == ""
