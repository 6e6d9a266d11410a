"""What `show` hears from below."""

from typing import Any

from django.dispatch import receiver

from regard.show.actions import judge_fixes, keep_reading
from regard.understand.signals import computed


@receiver(computed, dispatch_uid="show.judge_fixes")
def judge(*, facts: Any, traits: Any, orders: Any, exposures: Any, **_: Any) -> None:
    """Each computation holds the fixes against what was written down."""
    judge_fixes(facts, traits, orders, exposures)


@receiver(computed, dispatch_uid="show.keep_reading")
def read_index(*, facts: Any, computation: Any, **_: Any) -> None:
    """Each computation reads the focus index."""
    keep_reading(facts, computation)
