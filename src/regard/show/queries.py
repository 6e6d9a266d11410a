"""What `show` answers."""

from regard.errors import NotFoundError
from regard.show.focus import (
    Reading,
    SelfAssessment,
    newest_reading,
    own_answers,
    quarter_of,
    quarters,
    readings,
    self_assessment,
)
from regard.show.models import Fix
from regard.understand.leaving.watched import how_measured, is_of_contracts

__all__ = [
    "Fix",
    "Reading",
    "SelfAssessment",
    "fix_numbered",
    "fixes",
    "fixes_about",
    "how_measured",
    "is_of_contracts",
    "newest_reading",
    "own_answers",
    "quarter_of",
    "quarters",
    "readings",
    "self_assessment",
]


def fixes() -> list[Fix]:
    """Every fix that was not withdrawn, the newest first, with its proof where there is one."""
    found = Fix.objects.filter(withdrawn_at=None).select_related("proof")
    return list(found.order_by("-started_on", "-pk"))


def fixes_about(key: str) -> list[Fix]:
    """The fixes of one pain point or measure."""
    return [fix for fix in fixes() if fix.about == key]


def fix_numbered(number: int) -> Fix:
    """One fix, or NotFoundError."""
    fix = Fix.objects.filter(pk=number).select_related("proof").first()
    if fix is None:
        raise NotFoundError(f"There is no fix {number}.")
    return fix
