"""The steps of customers' journeys, in words a manager uses, one row each with what came next."""

import ibis
import ibis.expr.types as ir

from regard.understand.facts import CANCELLED, ORDERED, Facts

FIRST_ORDER, NEXT_ORDER, LATE = "first order", "ordered again", "delivered late"
COMPLAINED = "complained"
ANSWERS = ("nps", "csat-5", "csat-2", "ces-7")  # a rated attribute is part of an answer, not a step
WORDS = {
    "order.delivered": "delivered",
    CANCELLED: "cancelled",
    "order.refunded": "refunded",
    "item.returned": "sent something back",
    "promise.broken": "promise broken",
    "survey.answered": "answered a survey",
    "review.written": "wrote a review",
    "message.received": "wrote to us",
    "call.received": "called us",
    "complaint.made": COMPLAINED,
    "case.opened": "opened a case",
    "case.handed_over": "case passed on",
    "case.replied": "we replied",
    "case.reopened": "case reopened",
    "case.resolved": "case resolved",
    "customer.churned": "left us",
}
KINDS = {"complaint": COMPLAINED, "question": "asked a question", "return": "asked for a return"}
LONGEST_PATH = 7
ARROW = " → "


def step_rows(facts: Facts) -> ir.Table:
    """One row a step of a known customer: when, what came next after how many seconds, how many orders there had been
    and whether another one came back after it."""
    log = _log(facts)
    journey = ibis.window(group_by="customer_id", order_by=["occurred_at", "event_id"])
    so_far = ibis.window(
        group_by="customer_id", order_by=["occurred_at", "event_id"], preceding=None, following=0
    )
    numbered = log.mutate(episode=log.is_order.cast("int64").sum().over(so_far))
    named = numbered.mutate(
        step=ibis.cases(
            (numbered.is_order & (numbered.episode == 1), FIRST_ORDER),
            (numbered.is_order, NEXT_ORDER),
            else_=numbered.step,
        )
    )
    same = ibis.window(group_by=["customer_id", "step"], order_by=["occurred_at", "event_id"])
    following = named.mutate(
        next_step=named.step.lead().over(journey), next_at=named.occurred_at.lead().over(journey),
        back=named.episode < named.episode.max().over(ibis.window(group_by="customer_id")),
        first_time=ibis.row_number().over(same) == 0,
    )  # fmt: skip
    return following.select(
        "customer_id", "occurred_at", "month", "step", "next_step", "episode", "back",
        "first_time", wait=following.next_at.delta(following.occurred_at, unit="second").cast("float64"),
    )  # fmt: skip


def episode_rows(steps: ir.Table) -> ir.Table:
    """One row an order and what followed until the next one: the path in words, how long, and whether one came."""
    held = steps.filter(steps.episode > 0).mutate(
        word=ibis.ifelse(steps.step.isin([FIRST_ORDER, NEXT_ORDER]), "ordered", steps.step),
        place=ibis.ifelse(steps.step.isin([FIRST_ORDER, NEXT_ORDER]), 0, 1),  # nothing precedes its order
    )
    order = ["occurred_at", "place", "step"]
    within = ibis.window(group_by=["customer_id", "episode"], order_by=order)
    changed = held.mutate(before=held.word.lag().over(within))
    changed = changed.filter(changed.before.isnull() | (changed.before != changed.word))
    path = changed.word.collect(order_by=order)
    each = changed.group_by(["customer_id", "episode"]).aggregate(
        occurred_at=changed.occurred_at.min(), month=changed.month.min(), path=path,
        back=changed.back.any(),
    )  # fmt: skip
    shown = each.path[:LONGEST_PATH].join(ARROW)
    return each.select(
        "customer_id", "occurred_at", "month", "back",
        path=ibis.ifelse(each.path.length() > LONGEST_PATH, shown + ARROW + "…", shown),
    )  # fmt: skip


def handled_rows(facts: Facts) -> ir.Table:
    """One row an event of a case that says which department had it."""
    events = facts.events
    held = events.filter(
        events.subject.startswith("case:") & events.department.notnull() & events.customer_id.notnull()
    )
    return held.select("customer_id", "occurred_at", "month", "department", case_id=held.subject)


def _log(facts: Facts) -> ir.Table:
    events = facts.events
    late = (
        facts.promises.filter(facts.promises.broken.fill_null(False))
        .select("customer_id", "subject")
        .distinct()
    )
    chosen = events.filter(
        events.customer_id.notnull()
        & events.name.isin([ORDERED, *WORDS])
        & ((events.name != "survey.answered") | events.instrument.isin(list(ANSWERS)))
    )
    joined = chosen.left_join(late, ["customer_id", "subject"])
    tardy = (joined.name == "order.delivered") & joined.subject_right.notnull()
    return joined.select(
        "customer_id", "occurred_at", "month", "event_id",
        is_order=joined.name == ORDERED,
        step=ibis.cases(
            (tardy, LATE),
            *(((joined.name == "case.opened") & (joined.kind == kind), word) for kind, word in KINDS.items()),
            *((joined.name == name, word) for name, word in WORDS.items()),
        ),
    )  # fmt: skip
