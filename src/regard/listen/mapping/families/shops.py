"""Exports of shop systems, known by their headers."""

from typing import Any

from regard.listen.mapping.model import EventRule, Subject, Value, When
from regard.listen.mapping.parts import Setting, event
from regard.listen.mapping.view import NUMBERS, View

SHOPIFY_SIGNS = ("Name", "Financial Status", "Total", "Created at", "Lineitem name")
SHOPIFY_SPARE = ("Id", "Paid at", "Subtotal", "Lineitem price", "Lineitem quantity", "Lineitem name")


def shopify(view: View, setting: Setting) -> list[EventRule]:
    """Orders of Shopify: one row for each thing bought, what is said of the order in its first row only."""
    if not set(SHOPIFY_SIGNS) <= set(view.filled):
        return []
    view.take("subject", "Name", 0.95, "`Name` is the order's number, as Shopify writes it.")
    view.take("occurred at", "Created at", 0.95, "`Created at` is when it was ordered.")
    view.take("amount", "Total", 0.95, "`Total` is the amount.")
    view.taken.update({"Currency", "Financial Status", *SHOPIFY_SPARE} & set(view.profiles))
    base: dict[str, Any] = {"id": ("Name",), "subject": Subject("order", "Name")}
    currency = Value("Currency") if "Currency" in view.filled else None
    paid = When("Total")
    events = [
        event(view, "order.completed", at="Created at", amount="Total", currency=currency, when=paid, **base)
    ]
    if "Fulfilled at" in view.filled:
        events.append(event(view, "order.shipped", at="Fulfilled at", when=When("Fulfilled at"), **base))
        view.taken.add("Fulfilled at")
    if "Cancelled at" in view.filled:
        events.append(event(view, "order.cancelled", at="Cancelled at", when=When("Cancelled at"), **base))
        view.taken.add("Cancelled at")
    void = tuple(word for word in view.words("Financial Status") if word.lower() in ("voided", "expired"))
    if void:
        events.append(
            event(view, "order.cancelled", at="Created at", when=When("Financial Status", void), **base)
        )
    if view.find("refunded", NUMBERS, sure=0.9) == "Refunded Amount":
        sentence = (
            "`Refunded Amount` went back; the file does not say when, so it counts at the order's date."
        )
        view.take("refunded", "Refunded Amount", 0.7, sentence)
        events.append(event(view, "order.refunded", at="Created at", amount="Refunded Amount", currency=currency,
                            when=When("Refunded Amount"), **base))  # fmt: skip
    return events
