"""The steps of customers' journeys, in words a manager uses, one row each with what came next."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regard.ledger import lake
from regard.ledger.events import TIMESTAMP
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
# in the order in which steps of one moment are told
NAMES = tuple(dict.fromkeys((FIRST_ORDER, NEXT_ORDER, LATE, "delivered", *KINDS.values(), *WORDS.values())))
ORDER, ORDER_AGAIN = NAMES.index(FIRST_ORDER), NAMES.index(NEXT_ORDER)
LONGEST_PATH = 7
ARROW = " → "

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Walk:
    """Every step of every known customer, by customer and time; arrays of shape (n,).

    Steps of one moment stand in the order of NAMES: an order comes before what followed it.
    """

    customer: pa.Array
    at: Integers  # microseconds
    month: pa.Array
    code: Integers  # place in NAMES
    is_order: Flags
    episode: Integers  # orders so far
    back: Flags  # whether another order came
    last: Flags  # of its customer


def walk(facts: Facts) -> Walk:
    """The steps of known customers. NumPy looks at the neighbours: the engine's windows cost several times that."""
    log = lake.fetch(_log(facts).order_by("customer_id", "occurred_at", "code")).combine_chunks()
    at, code = (log[name].cast(pa.int64()).to_numpy() for name in ("occurred_at", "code"))
    customer = log["customer_id"].to_numpy()
    last = np.append(customer[1:] != customer[:-1], np.ones(min(len(customer), 1), dtype=bool))
    ends = np.flatnonzero(last)
    whose = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=-1))
    is_order = code == ORDER
    counted = np.cumsum(is_order)
    episode = counted - np.append(0, counted[ends[:-1]])[whose] if len(ends) else counted
    return Walk(
        customer=log["customer_id"], at=at, month=log["month"],
        code=np.where(is_order & (episode > 1), ORDER_AGAIN, code), is_order=is_order, episode=episode,
        back=episode < episode[ends][whose], last=last,
    )  # fmt: skip


def step_rows(walked: Walk) -> pa.Table:
    """One row a step: when, what came next after how many seconds, how many orders there had been and whether another
    one came back after it."""
    size = len(walked.code)
    _, firsts = np.unique(walked.customer.to_numpy() * len(NAMES) + walked.code, return_index=True)
    first_time = np.zeros(size, dtype=bool)
    first_time[firsts] = True
    seconds = walked.at // 1_000_000
    return pa.table({
        "customer_id": walked.customer, "occurred_at": pa.array(walked.at).cast(TIMESTAMP), "month": walked.month,
        "step": _words(walked.code), "next_step": _words(np.roll(walked.code, -1), walked.last),
        "episode": walked.episode, "back": walked.back, "first_time": first_time,
        "wait": pa.array((np.roll(seconds, -1) - seconds).astype(np.float64), mask=walked.last),
    })  # fmt: skip


def episode_rows(walked: Walk) -> pa.Table:
    """One row an order and what followed until the next one: the path in words, how long, and whether one came."""
    repeated = np.append(False, walked.code[1:] == walked.code[:-1])[: len(walked.code)]
    chosen = np.flatnonzero(walked.is_order | (~repeated & (walked.episode > 0)))
    is_order = walked.is_order[chosen]
    starts = np.flatnonzero(is_order)
    if not len(starts):
        return pa.table({name: [] for name in ("customer_id", "occurred_at", "month", "back", "path")})
    lengths = np.diff(starts, append=len(chosen))
    place = np.arange(len(chosen)) - np.repeat(starts, lengths)
    words = np.where(is_order, ORDER, walked.code[chosen])  # in a path it is an order, whichever it was
    # a path as one number: a digit a word
    digits = np.where(
        place < LONGEST_PATH, (words + 1) * (len(NAMES) + 1) ** np.minimum(place, LONGEST_PATH), 0
    )
    numbers = np.add.reduceat(digits, starts) * 2 + (lengths > LONGEST_PATH)
    different, which = np.unique(numbers, return_inverse=True)
    paths = [_path(int(number)) for number in different]
    # by path; those of one path stay in the order of their customers
    rank = np.argsort(np.argsort(paths)).astype(np.min_scalar_type(len(paths)))
    order = np.argsort(rank[which], kind="stable")
    rows = chosen[starts][order]
    return pa.table({
        "customer_id": walked.customer.take(pa.array(rows)),
        "occurred_at": pa.array(walked.at[rows]).cast(TIMESTAMP), "month": walked.month.take(pa.array(rows)),
        "back": walked.back[rows], "path": pa.array(paths).take(pa.array(which[order])),
    })  # fmt: skip


def _path(number: int) -> str:
    digits, longer = divmod(number, 2)
    words = []
    while digits:
        digits, word = divmod(digits, len(NAMES) + 1)
        words.append("ordered" if word - 1 == ORDER else NAMES[word - 1])
    return ARROW.join([*words, "…"] if longer else words)


def _words(codes: Integers, unknown: Flags | None = None) -> pa.Array:
    indices = pa.array(codes.astype(np.int8), mask=unknown)
    return pa.DictionaryArray.from_arrays(indices, pa.array(NAMES)).cast(pa.string())


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
    steps = [(joined.name == name, word) for name, word in WORDS.items()]
    kinds = [((joined.name == "case.opened") & (joined.kind == kind), word) for kind, word in KINDS.items()]
    return joined.select(
        "customer_id", "occurred_at", "month",
        code=ibis.cases(
            (joined.name == ORDERED, ORDER), (tardy, NAMES.index(LATE)),
            *((is_so, NAMES.index(word)) for is_so, word in (*kinds, *steps)),
        ).cast("int8"),
    )  # fmt: skip
