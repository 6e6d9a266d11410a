from datetime import timedelta

import pytest
from django.utils import timezone

from regard.access.models import FailedSignIn
from regard.access.throttle import (
    LIMIT_PER_ACCOUNT,
    LIMIT_PER_ADDRESS,
    WINDOW,
    TooManyTriesError,
    count_failure,
    forget_failures,
    refuse_when_throttled,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def fail(times: int, *, account: str = "greta", address: str = "192.0.2.1") -> None:
    for _ in range(times):
        count_failure(account, address, now=NOW)


def test_an_account_is_closed_after_its_limit_and_says_when_it_is_over() -> None:
    fail(LIMIT_PER_ACCOUNT - 1)
    refuse_when_throttled("greta", "192.0.2.9", now=NOW)
    fail(1)
    with pytest.raises(TooManyTriesError, match="Try again in 15 minutes"):
        refuse_when_throttled("GRETA", "192.0.2.9", now=NOW)


def test_an_address_is_closed_whatever_accounts_it_tries() -> None:
    for number in range(LIMIT_PER_ADDRESS):
        fail(1, account=f"user{number}")
    with pytest.raises(TooManyTriesError):
        refuse_when_throttled("somebody", "192.0.2.1", now=NOW)
    refuse_when_throttled("somebody", "192.0.2.2", now=NOW)


def test_it_is_over_after_the_window_and_old_failures_are_forgotten() -> None:
    fail(LIMIT_PER_ACCOUNT)
    later = NOW + WINDOW + timedelta(seconds=1)
    refuse_when_throttled("greta", "192.0.2.1", now=later)
    count_failure("jan", "192.0.2.1", now=later)
    assert FailedSignIn.objects.count() == 1


def test_the_right_password_ends_the_count() -> None:
    fail(LIMIT_PER_ACCOUNT)
    forget_failures("Greta")
    refuse_when_throttled("greta", "192.0.2.9", now=NOW)
