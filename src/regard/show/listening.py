"""What `show` hears from below."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.dispatch import receiver

from regard.show.actions import judge_fixes, keep_proofs, keep_reading, read_index
from regard.understand.signals import computed


@receiver(computed, dispatch_uid="show.judge_fixes")
def judge(*, facts: Any, traits: Any, orders: Any, exposures: Any, **_: Any) -> Callable[[], object]:
    """Each computation holds the fixes against what was written down."""
    return partial(keep_proofs, judge_fixes(facts, traits, orders, exposures))


@receiver(computed, dispatch_uid="show.keep_reading")
def read(*, facts: Any, computation: Any, **_: Any) -> Callable[[], object]:
    """Each computation reads the focus index."""
    return partial(keep_reading, read_index(facts, computation))
