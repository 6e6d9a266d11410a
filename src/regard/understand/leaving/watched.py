"""Whose leaving tells whether a change helped, of customers under contract: whom it concerns, and what counts."""

from dataclasses import dataclass, replace
from datetime import datetime

import ibis
import numpy as np

from regard.errors import InputError
from regard.ledger import lake
from regard.understand.facts import Facts
from regard.understand.leaving.contracts import Flags, reasons_given
from regard.understand.leaving.happenings import LEAVING, first_among
from regard.understand.leaving.pricing import CONDITION
from regard.understand.leaving.spans import Spans, read_spans, seconds_of, why_not_followed
from regard.understand.traits import customer_traits

REASON, ALL = "reason", "churn-rate"  # who left with one reason; whoever left
# how a change against it is measured
MEASURED = {
    CONDITION: (
        "Measured: of the customers who had it when the change began, or when first heard of, how many left in each "
        "month. Whom the change moved out of it counts as well: else nobody could see that it helped."
    ),
    LEAVING: (
        "Measured: of the customers whom it could befall, how many left in each month, for whatever reason. Who was "
        "spared it and left all the same counts as left."
    ),
    REASON: (
        "Measured: of all customers under contract, how many left in each month giving this reason. Others may take "
        "its place: look at who left for any reason as well."
    ),
    ALL: "Measured: of all customers under contract, how many left in each month.",
}


@dataclass(frozen=True)
class Concerned:
    """Whom a change concerns, from when until when, and whose leaving counts."""

    spans: Spans
    counts: Flags


def is_of_contracts(about: str) -> bool:
    """Whether it is about leaving, not about orders or answers."""
    return about.split(":", 1)[0] in MEASURED


def how_measured(about: str) -> str:
    """How a change against it is measured, in a sentence; empty of orders and answers."""
    return MEASURED.get(about.split(":", 1)[0], "")


def concerned_by(about: str, facts: Facts, began: datetime) -> Concerned:
    """The customers whom a change that began then concerns; InputError of none, or where leaving is not followed."""
    spans = read_spans(facts)
    if why := why_not_followed(spans):
        raise InputError(why)
    kind, _, name = about.partition(":")
    if kind == REASON:
        found = Concerned(spans, _gave(name, spans))
    else:
        if kind == CONDITION:
            spans = _with_condition(name, spans, began)
        elif kind == LEAVING:
            spans = _could_befall(about, facts, spans)
        found = Concerned(spans, spans.left)
    if not len(found.counts) or (kind == REASON and not found.counts.any()):
        raise InputError(f"There is nothing to watch under `{about[:80]}`.", hint="It concerns no customer.")
    return found


def _gave(name: str, spans: Spans) -> Flags:
    """Who left and gave this reason, by category or in detail."""
    given = reasons_given()
    rows = lake.fetch(given.filter((given.reason == name) | (given.category == name)).select("customer_id"))
    return np.asarray(spans.left & np.isin(spans.customers, rows["customer_id"].to_numpy()))


def _with_condition(name: str, spans: Spans, began: datetime) -> Spans:
    """Who had it at that moment: a change may move customers out of it, and has to be seen with them, too."""
    attribute, _, level = name.partition("=")
    said = customer_traits(began)
    rows = lake.fetch(
        said.filter((said.dimension == attribute) & (said.group == level)).select("customer_id")
    )
    return spans.rows(np.isin(spans.customers, rows["customer_id"].to_numpy()))


def _could_befall(about: str, facts: Facts, spans: Spans) -> Spans:
    """Who could have been seen with it, each from the first time on."""
    among = first_among(facts, about)
    if among is None:
        return spans
    mine = ibis.memtable({"customer_id": spans.customers})
    rows = lake.fetch(
        mine.left_join(among, "customer_id").select("customer_id", "at").order_by("customer_id")
    )
    began = np.maximum(spans.began, seconds_of(rows["at"]))
    return replace(spans, began=began).rows(
        began < spans.ended
    )  # nan, who never was among them, is not below
