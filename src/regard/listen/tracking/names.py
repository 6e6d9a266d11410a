"""Which event of the catalogue a tracked name is, and what of its properties goes where.

The names are those of Segment's and RudderStack's e-commerce and B2B specifications, however they are written
(`Order Completed`, `order_completed`). What has no place in the catalogue is `custom.<name>`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from anyascii import anyascii
from django.conf import settings

from regard.errors import InputError

LONGEST_NAME = 300
MOST_PRODUCTS = 500
FOUR_DECIMALS = Decimal("0.0001")

Properties = dict[str, Any]


@dataclass(frozen=True)
class Meaning:
    """One event that a call is: its name in the catalogue, and the columns that its properties fill."""

    name: str
    columns: dict[str, Any] = field(default_factory=dict)
    data: Properties = field(default_factory=dict)


Rule = Callable[[Properties], list[Meaning]]


@lru_cache(maxsize=10_000)
def rule_for(event: str) -> Rule | None:
    """How the properties of an event of that name are read, or None if it is a custom event."""
    return RULES.get(re.sub(r"[^a-z0-9]", "", event.lower()))


@lru_cache(maxsize=10_000)
def custom_name(event: str) -> str:
    """`Video Played` as `custom.video_played`."""
    if len(event) > LONGEST_NAME:
        raise InputError(f"`event` is longer than {LONGEST_NAME} characters.")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", anyascii(event))
    slug = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    if not slug:
        raise InputError("`event` has no letter.")
    return "custom." + (slug if slug[0].isalpha() else f"e_{slug}")[:60].rstrip("_")


def text_of(properties: Properties, *names: str) -> str:
    """The first of these properties that says something, as text."""
    for name in names:
        value = properties.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def amount_of(properties: Properties, *names: str) -> Decimal | None:
    """The first of these properties that is there, as money."""
    for name in names:
        value = properties.get(name)
        if value is None or value == "":
            continue
        try:
            if isinstance(value, bool):
                raise InvalidOperation
            amount = Decimal(str(value)).quantize(FOUR_DECIMALS)
        except InvalidOperation as error:
            raise InputError(f"`properties.{name}` is no amount.") from error
        if not amount.is_finite():
            raise InputError(f"`properties.{name}` is no amount.")
        return amount
    return None


def _currency(properties: Properties) -> str:
    return text_of(properties, "currency").upper() or settings.REGARD_CURRENCY


def _order(properties: Properties) -> str:
    order = text_of(properties, "order_id", "orderId")
    if not order:
        raise InputError("`properties.order_id` is required.")
    return f"order:{order}"


def _products(properties: Properties) -> list[Properties]:
    products = properties.get("products") or []
    if not isinstance(products, list) or not all(isinstance(one, dict) for one in products):
        raise InputError("`properties.products` must be a list of objects.")
    if len(products) > MOST_PRODUCTS:
        raise InputError(f"`properties.products` has more than {MOST_PRODUCTS}.")
    return products


def _product(properties: Properties) -> str:
    return text_of(properties, "product_id", "productId", "sku", "name")


def _line_amount(product: Properties) -> Decimal | None:
    price, quantity = amount_of(product, "price"), amount_of(product, "quantity")
    return None if price is None else (price * (1 if quantity is None else quantity)).quantize(FOUR_DECIMALS)


def _completed(properties: Properties) -> list[Meaning]:
    """An order and its lines. What it cost is its total, else its revenue or value, else what its lines cost."""
    subject, currency = _order(properties), _currency(properties)
    lines = [(product, _line_amount(product)) for product in _products(properties)]
    amount = amount_of(properties, "total", "revenue", "value")
    if amount is None and lines and all(cost is not None for _, cost in lines):
        amount = sum((cost for _, cost in lines if cost is not None), Decimal(0))
    if amount is None:
        raise InputError("`properties.total` is required.")
    order = Meaning("order.completed", {"subject": subject, "amount": amount, "currency": currency})
    return [
        order,
        *(
            Meaning(
                "item.bought",
                {"subject": subject, "amount": cost, "currency": currency},
                {"product": _product(product), **_without(product, "product")},
            )
            for product, cost in lines
            if cost is not None
        ),
    ]


def _refunded(properties: Properties) -> list[Meaning]:
    subject = _order(properties)
    amount = amount_of(properties, "total", "revenue", "value", "amount")
    if amount is None:
        raise InputError("`properties.total`, what was refunded, is required.")
    refund = Meaning(
        "order.refunded", {"subject": subject, "amount": abs(amount), "currency": _currency(properties)}
    )
    returned = (
        Meaning("item.returned", {"subject": subject}, {"product": _product(product)})
        for product in _products(properties)
    )
    return [refund, *returned]


def _of_order(name: str) -> Rule:
    return lambda properties: [Meaning(name, {"subject": _order(properties)})]


def _viewed(properties: Properties) -> list[Meaning]:
    product = _product(properties)
    if not product:
        raise InputError("`properties.product_id` is required.")
    return [Meaning("product.viewed", {"subject": f"product:{product}"})]


def _reviewed(properties: Properties) -> list[Meaning]:
    rating = amount_of(properties, "rating")
    product = _product(properties)
    columns = {
        "instrument": "stars-5",
        "score": None if rating is None else float(rating),
        "text": text_of(properties, "review_body", "reviewBody") or None,
        "subject": f"product:{product}" if product else None,
    }
    return [Meaning("review.written", columns)]


def _registered(_: Properties) -> list[Meaning]:
    return [Meaning("customer.registered")]


def _churned(_: Properties) -> list[Meaning]:
    return [Meaning("customer.churned")]


def _without(properties: Properties, *names: str) -> Properties:
    return {name: value for name, value in properties.items() if name not in names}


RULES: dict[str, Rule] = {
    "ordercompleted": _completed,
    "orderrefunded": _refunded,
    "ordercancelled": _of_order("order.cancelled"),
    "ordercanceled": _of_order("order.cancelled"),
    "ordershipped": _of_order("order.shipped"),
    "orderdelivered": _of_order("order.delivered"),
    "productviewed": _viewed,
    "productreviewed": _reviewed,
    "signedup": _registered,
    "accountcreated": _registered,
    "accountdeleted": _churned,
}
