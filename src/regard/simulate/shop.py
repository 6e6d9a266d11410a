"""shop_orders.csv: the web shop's export. German, semicolons, decimal commas, Windows encoding."""

from pathlib import Path

import numpy as np

from regard.simulate.block import PRODUCTS, Block, Witness, product_number
from regard.simulate.model import CARRIERS, DAY, REGIONS, Ints

HEADER = (
    "Bestellnummer;Bestelldatum;Kundennummer;E-Mail;Land;Region;Artikelnummer;Artikel;Menge;Betrag;Währung;Zahlart;"
    "Versanddienst;Zugesagt am;Geliefert am;Status;Erstattet;Erstattet am"
)
PAYMENT_NAMES = ("Rechnung", "Karte", "PayPal")
REGION_NAMES = dict(zip(REGIONS, ("Nord", "Ost", "Süd", "West"), strict=True))


class Shop:
    def __init__(self, folder: Path, witness: Witness) -> None:
        self._file = (folder / "shop_orders.csv").open("w", encoding="cp1252", errors="replace", newline="")
        self._file.write(HEADER + "\r\n")
        self._witness = witness
        self.rows = 0

    def write(self, block: Block) -> None:
        orders = block.population.orders
        columns = (
            orders.placed, orders.line, orders.variant, _pieces(block), orders.amount, orders.payment,
            orders.carrier, orders.promised, _arrivals(block), orders.cancelled, _refunds(block),
            orders.region,
        )  # fmt: skip
        known: set[str] = set()
        lines = []
        for row, values in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            account = block.account_of(row)
            if account not in known:
                known.add(account)
                self._witness("shop_orders.csv", account, block.customer_of_order[row].number)
            lines.append(_line(block, row, account, *values))
        self.rows += len(lines)
        self._file.write("".join(lines))

    def close(self) -> None:
        self._file.close()


def _pieces(block: Block) -> Ints:
    rng, n = block.random_of(1), len(block.population.orders.person)
    return np.where(rng.random(n) < 0.85, 1, rng.integers(2, 5, n))


def _arrivals(block: Block) -> Ints:
    """When each order came, -1 for those that did not."""
    orders = block.population.orders
    return np.where(orders.cancelled | ~block.happened(orders.delivered), -1, orders.delivered)


def _refunds(block: Block) -> Ints:
    """When each order was paid back, -1 for those that were not."""
    orders = block.population.orders
    back = orders.delivered + block.random_of(2).integers(4 * DAY, 15 * DAY, len(orders.person))
    paid = np.where(orders.cancelled, orders.placed + 600, np.where(orders.returned, back, -1))
    return np.where(block.happened(paid), paid, -1)


def _line(
    block: Block, row: int, account: str, placed: int, line: int, variant: int, pieces: int, amount: float,
    payment: int, carrier: int, promised: int, arrived: int, cancelled: bool, refund: int, region: int,
) -> str:  # fmt: skip
    german, clock = block.calendar.german, block.calendar.clock
    money = f"{amount:.2f}".replace(".", ",")
    status = "zugestellt" if arrived >= 0 else "versandt"
    if cancelled or refund >= 0:
        status = "storniert" if cancelled else "retourniert"
    arrived_at = f"{german[arrived // DAY]} {clock[arrived % DAY]}" if arrived >= 0 else ""
    back, back_at = (money, german[refund // DAY]) if refund >= 0 else ("", "")
    country = block.customer_of_order[row].country
    return (
        f"{block.order_number(row)};{german[placed // DAY]} {clock[placed % DAY]};{account};"
        f"{block.email_of(row)};{country};{REGION_NAMES[REGIONS[region]]};{product_number(line, variant)};"
        f"{PRODUCTS[line][variant]};{pieces};{money};EUR;{PAYMENT_NAMES[payment]};{CARRIERS[carrier]};"
        f"{german[promised]};{arrived_at};{status};{back};{back_at}\r\n"
    )
