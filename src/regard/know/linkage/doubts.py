"""What no score may overrule: likenesses that two people of one household, or of one name, have as well."""

import numpy as np
import numpy.typing as npt

from regard.know.linkage.comparisons import BY_NAME
from regard.know.linkage.scoring import Scored

Flags = npt.NDArray[np.bool_]

# Per field the levels at which it agrees, best first; what is personal belongs to one person alone.
PERSONAL = {"email": 4, "birth_date": 2, "national_id": 2}
NAMESAKE_SHARE = 0.005  # of the pairs that share names and street and say both birthdays
SHARED_AT_HOME = {"phone": 3, "street": 3, "place": 2, "organisation": 2}


def given_names_differ(scored: Scored) -> Flags:
    """Clearly different given names without a shared national id: twins at home share all else."""
    return _differs(scored, "given_name") & ~_agrees(scored, "national_id", PERSONAL["national_id"])


def may_be_namesakes(scored: Scored) -> Flags:
    """An address, number or birthday differs and nothing personal agrees: as father and son of one name."""
    differ = _none(scored)
    for name in ("email", "phone", "birth_date", "national_id"):
        differ |= _differs(scored, name)
    for name, levels in PERSONAL.items():
        differ &= ~_agrees(scored, name, levels)
    return differ


def namesakes_exist(scored: Scored) -> bool:
    """Whether the data show people of one full name under one roof: same names and street, other birthday."""
    same = _agrees(scored, "given_name", 2) & _agrees(scored, "family_name", 2) & _agrees(scored, "street", 3)
    same &= scored.levels["birth_date"] >= 0 if "birth_date" in scored.levels else same
    apart = same & _differs(scored, "birth_date") & ~_agrees(scored, "email", PERSONAL["email"])
    if not same.any():
        return True  # nothing speaks for or against it: be careful
    return bool(apart.sum() > NAMESAKE_SHARE * same.sum())


def more_than_names_agree(scored: Scored) -> Flags:
    """A name alone, however rare, says not that two records are one person."""
    agree = _none(scored)
    for name, levels in (PERSONAL | SHARED_AT_HOME).items():
        agree |= _agrees(scored, name, levels)
    return agree


def _none(scored: Scored) -> Flags:
    return np.zeros(scored.weight.size, bool)


def _agrees(scored: Scored, name: str, levels: int) -> Flags:
    if name not in scored.levels:
        return _none(scored)
    return (scored.levels[name] >= 0) & (scored.levels[name] < levels)


def _differs(scored: Scored, name: str) -> Flags:
    """At its last level, or made like the other but with another number."""
    if name not in scored.levels:
        return _none(scored)
    levels = BY_NAME[name].levels
    other = len(levels) - (2 if levels[-2].label == "similar, other number" else 1)
    return scored.levels[name] >= other
