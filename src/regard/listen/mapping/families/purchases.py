"""What customers bought and paid: orders, their lines, payments."""

from typing import Any

from regard.listen.mapping.model import EventRule, Subject, Value, When
from regard.listen.mapping.parts import Setting, choose_amount, currency_of, event, key_of, optional, time_of
from regard.listen.mapping.view import DATES, NUMBERS, View
from regard.listen.mapping.words import words_of

CANCELLED = ("canceled", "cancelled", "storniert", "storno", "annulé", "annule", "annulée", "cancelado", "annullato",
             "voided", "void", "failed", "declined", "expired", "fehlgeschlagen", "abgelehnt", "échoué",
             "fallido")  # fmt: skip
REFUNDED = ("refunded", "erstattet", "rückerstattet", "remboursé", "reembolsado", "rimborsato")


def item(view: View, setting: Setting) -> list[EventRule]:
    """Lines of orders: an order's number again and again, with a product and a price."""
    orders, products = view.ids("order"), view.ids("product")
    amount = view.find("price", NUMBERS, sure=0.6) or view.find("amount", NUMBERS, sure=0.6)
    if not (orders and amount and (products or view.ids("line"))) or view.profiles[orders[0]].unique:
        return []
    if view.is_called("review", "payment"):
        return []
    at = time_of(view, setting, "order_date", "date", elsewhere=True)
    key = (orders[0], *(view.ids("line")[:1] or products[:1]))
    view.take("amount", amount, 0.8, f"`{amount}` is the price of one line of an order.")
    data = {name: Value(view.take(name, view.ids(name)[0], 0.8, f"It names the {name}."))
            for name in ("product", "seller") if view.ids(name)}  # fmt: skip
    return [event(view, "item.bought", **at, id=key, separate=not view.ids("line"), amount=amount, data=data,
                   subject=Subject("order", orders[0]))]  # fmt: skip


def payment(view: View, setting: Setting) -> list[EventRule]:
    """Payments for orders."""
    orders = view.ids("order")
    amount = view.find("amount", NUMBERS, sure=0.6)
    if not (
        amount and (view.about == "payment" or view.is_called("payment") or "payment" in words_of(amount))
    ):
        return []
    if not orders and not setting.who.key:
        return []
    at = time_of(view, setting, "date", elsewhere=bool(orders))
    number = next(
        (c for c in view.filled if {"sequential", "sequence", "lfd", "installment_no"} & set(words_of(c))), ""
    )
    key = tuple(view.ids("payment")[:1]) or tuple(c for c in (*orders[:1], number) if c)
    view.take("amount", amount, 0.8, f"`{amount}` was paid.")
    view.taken.update({number} - {""})
    subject = Subject("order", orders[0]) if orders else None
    key = key or key_of(view, setting, "payment")
    return [event(view, "payment.made", **at, id=key, amount=amount, subject=subject,
                  separate=not view.tells_apart(key), currency=currency_of(view, amount))]  # fmt: skip


def order(view: View, setting: Setting) -> list[EventRule]:
    """Orders: a number and a date, or a customer, a date and an amount; with what was promised and delivered."""
    if view.ids("case") or view.ids("answer") or view.ids("review"):
        return []  # about orders, but not the orders
    at = view.any_date("order_date")
    amount = view.find("amount", NUMBERS, sure=0.3) or view.find("price", NUMBERS)
    own = view.bare_id() if view.about == "order" or (amount and setting.who.key) else ""
    orders = view.ids("order") or ([own] if own and own != setting.who.key else [])
    told = view.find("order_date", DATES, sure=0.9) or view.about == "order"
    if not at or not ((orders and (told or amount)) or (setting.who.key and amount)):
        return []
    view.take("occurred at", at, max(view.sure_of("order_date", at), 0.6), f"`{at}` is when it was ordered.")
    choose_amount(view, amount)
    key = tuple(orders[:1]) or tuple(view.filled)
    unique = bool(orders) and view.profiles[orders[0]].unique
    subject = Subject("order", orders[0] if orders else "")
    if not orders:
        view.choices.append(
            view.choice("id", "", 0.6, "There is no order number: each row is an order, equal rows too.")
        )
    base: dict[str, Any] = {"id": key, "subject": subject}
    data = _product_of(view)
    currency = currency_of(view, amount) if amount else None
    events = [event(view, "order.completed", at=at, amount=amount, currency=currency, separate=not unique, **base,
                    channel=optional(view, "channel"), data=data)]  # fmt: skip
    if not orders:
        return events
    events += _order_steps(view, at, base)
    return [*events, *_by_status(view, events)]


def _product_of(view: View) -> dict[str, Value]:
    """What was bought, where an order is one row: it has no lines of its own."""
    product = (view.ids("product") or [view.find("product_name")])[0]
    return (
        {"product": Value(view.take("product", product, 0.8, f"`{product}` is what was bought."))}
        if product
        else {}
    )


def _by_status(view: View, made: list[EventRule]) -> list[EventRule]:
    """Orders that came to nothing, or whose money went back, as their status says: at the order's date."""
    order, told = made[0], {each.name for each in made}
    status = view.find("status", sure=0.6)
    words = view.words(status) if status else []
    events = []
    for name, meaning in (("order.cancelled", CANCELLED), ("order.refunded", REFUNDED)):
        said = tuple(word for word in words if _bare_status(word) in meaning)
        if not said or name in told or (name == "order.refunded" and not order.amount):
            continue
        sentence = f"`{status}` = {', '.join(said)} is {name}, at the order's date."
        view.choices.append(view.choice(name, status, 0.5, sentence))
        money = {"amount": order.amount, "currency": order.currency} if name == "order.refunded" else {}
        events.append(event(view, name, at=order.at, when=When(status, said), id=order.id, subject=order.subject,
                            separate=order.separate, **money))  # fmt: skip
    return events


def _bare_status(word: str) -> str:
    """WooCommerce writes wc-cancelled."""
    return word.strip().lower().removeprefix("wc-")


def _order_steps(view: View, at: str, base: dict[str, Any]) -> list[EventRule]:
    """What else an order's row tells: promised, shipped, delivered, cancelled."""
    events = []
    promised = view.take(
        "promised", view.find("promised_date", DATES, sure=0.6), 0.85, "It is the promised delivery."
    )
    delivered = view.take(
        "delivered", view.find("delivered_date", DATES, sure=0.6), 0.85, "It is the actual delivery."
    )
    due = Value(promised, form="date")
    if promised:
        data = {"due_at": due, "kind": Value(constant="delivery")}
        events.append(event(view, "promise.made", at=at, when=When(promised), data=data, **base))
    if delivered:
        data = {"promised_at": due} if promised else {}
        events.append(event(view, "order.delivered", at=delivered, when=When(delivered), data=data, **base))
    for meaning, name in (("shipped_date", "order.shipped"), ("cancelled_date", "order.cancelled"),
                          ("returned_date", "item.returned")):  # fmt: skip
        column = view.take(
            name, view.find(meaning, DATES, sure=0.6), 0.8, f"It is when {name.replace('.', ' was ')}."
        )
        if column:
            events.append(event(view, name, at=column, when=When(column), **base))
    return [*events, *_refunds(view, at, base)]


def _refunds(view: View, at: str, base: dict[str, Any]) -> list[EventRule]:
    """What went back of an order's money, on its day if the table says which."""
    refunded = view.find("refunded", NUMBERS, sure=0.6)
    if not refunded:
        return []
    day = view.take(
        "refunded at", view.find("refunded_date", DATES, sure=0.6), 0.8, "It is when the money went back."
    )
    when = "" if day else "; the table does not say when, so it counts at the order's date"
    view.take("refunded", refunded, 0.8 if day else 0.6, f"`{refunded}` was paid back{when}.")
    return [event(view, "order.refunded", at=day or at, when=When(day or refunded), amount=refunded,
                  currency=currency_of(view, refunded), **base)]  # fmt: skip
