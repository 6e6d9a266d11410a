"""Step scores: how the customers who passed a step rate us afterwards."""

import ibis.expr.types as ir

from regard.analytics.estimate import LEVEL, MINIMUM_N, Estimates
from regard.analytics.journeys.sequence import read_log
from regard.analytics.shares import mean

VERSION = "1"


def step_scores(
    log: ir.Table,
    answers: ir.Table,
    *,
    customer: str = "customer_id",
    activity: str = "name",
    at: str = "occurred_at",
    score: str = "score",
    level: float = LEVEL,
    minimum: int = MINIMUM_N,
) -> Estimates:
    """Mean score of the customers who passed a step, from what they answered after it.

    Parameters
    ----------
    log : ibis.Table
        One row an event; rows without customer, activity or time are left out.
    answers : ibis.Table
        One row an answer, with the columns `customer`, `at` and `score`; null scores are left out. Answers on one
        scale only.
    customer, activity, at, score : str
        Columns: who, what, when (date or timestamp, in both tables), the answer.
    level : float, default .95
    minimum : int, default 10
        Steps with fewer customers who answered say "too few".

    Returns
    -------
    Estimates
        One row a `step`, in the unit of the score, with Student's t interval; n is the number of customers.

    Raises
    ------
    ValueError
        If a column is missing.

    Notes
    -----
    A customer counts once for each step: with the mean of their answers at or after the moment they first passed it.
    Those who answered differ from those who did not, and those who passed a step from those who did not: a low mean
    says where to look, not what the step did.

    Examples
    --------
    >>> import ibis
    >>> log = ibis.memtable({"customer_id": range(12), "name": ["wait"] * 12, "occurred_at": ["2026-01-01"] * 12})
    >>> answers = ibis.memtable({"customer_id": range(12), "score": [3, 5] * 6, "occurred_at": ["2026-01-02"] * 12})
    >>> times = {"occurred_at": "timestamp"}
    >>> print(step_scores(log.cast(times), answers.cast(times)).by_group()["wait",])
    4.000 [3.336, 4.664] n=12
    """
    rows = read_log(log, case=customer, activity=activity, at=at, order=None)
    given = read_log(answers, case=customer, activity=score, at=at, order=None)
    passed = rows.group_by("step", "case").aggregate(first=rows["at"].min())
    after = passed.inner_join(given, [passed["case"] == given["case"], given["at"] >= passed["first"]])
    each = after.group_by(step=passed["step"], who=passed["case"]).aggregate(
        score=given["step"].cast("float64").mean()
    )
    return mean(each, ["step"], level=level, minimum=minimum, version=VERSION)
