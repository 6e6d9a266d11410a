"""Response rate: of those who were asked, how many answered."""

from collections.abc import Sequence

import ibis.expr.types as ir

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates
from regard.analytics.shares import share

VERSION = "1"


def response_rate(
    invitations: ir.Table,
    by: Sequence[str] = (),
    *,
    answered: str = "answered",
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Share of invitations that were answered, with Wilson's interval.

    Parameters
    ----------
    invitations : ibis.Table
        One row an invitation.
    by : sequence of str
        Dimensions to group by.
    answered : str
        Boolean column: whether this invitation has an answer.
    level : float, default .95
    minimum : int, default 10
        Smaller groups say "too few".

    Returns
    -------
    Estimates
        Shares between 0 and 1 (response rate RR1 where every invited person was eligible).

    References
    ----------
    AAPOR (2023), Standard Definitions, 10th ed.

    Examples
    --------
    >>> import ibis
    >>> invitations = ibis.memtable({"answered": [True] * 15 + [False] * 133})
    >>> print(response_rate(invitations).only().show(4))
    0.1014 [0.0624, 0.1605] n=148
    """
    return share(invitations, by, success=answered, level=level, minimum=minimum, version=VERSION)
