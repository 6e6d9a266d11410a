"""shop_orders.csv: the web shop's export. German, semicolons, decimal commas, Windows encoding."""

from pathlib import Path

import numpy as np

from regard.simulate.block import PRODUCTS, Block, Witness, product_number
from regard.simulate.model import CARRIERS, DAY, REGIONS

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
        orders, calendar = block.population.orders, block.calendar
        rng = block.random_of(1)
        delivered = np.where(orders.cancelled | (orders.delivered >= calendar.end), -1, orders.delivered)
        refunded_at = np.where(
            orders.returned, orders.delivered + rng.integers(4 * DAY, 15 * DAY, len(delivered)), -1
        )
        refunded_at = np.where(orders.cancelled, orders.placed + 600, refunded_at)
        refunded_at = np.where(refunded_at >= calendar.end, -1, refunded_at)
        quantity = np.where(rng.random(len(delivered)) < 0.85, 1, rng.integers(2, 5, len(delivered)))
        columns = (
            orders.placed, orders.line, orders.variant, quantity, orders.amount, orders.payment,
            orders.carrier, orders.promised, delivered, orders.cancelled, refunded_at, orders.region,
        )  # fmt: skip
        known: set[int] = set()
        lines = []
        german, clock = calendar.german, calendar.clock
        for row, values in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            (
                placed,
                line,
                variant,
                pieces,
                amount,
                payment,
                carrier,
                promised,
                arrived,
                cancelled,
                refund,
                region,
            ) = values
            person, second = block.customer_of_order[row], block.second_account[row]
            account = person.number + (5_000_000 if second else 100_000)
            if account not in known:
                known.add(account)
                self._witness("shop_orders.csv", f"K{account}", person.number)
            email = person.second_email if second else person.email
            money = f"{amount:.2f}".replace(".", ",")
            status = "storniert" if cancelled else "zugestellt" if arrived >= 0 else "versandt"
            if refund >= 0 and not cancelled:
                status = "retourniert"
            arrived_at = f"{german[arrived // DAY]} {clock[arrived % DAY]}" if arrived >= 0 else ""
            back, back_at = (money, german[refund // DAY]) if refund >= 0 else ("", "")
            lines.append(
                f"{block.order_number(row)};{german[placed // DAY]} {clock[placed % DAY]};K{account};{email};"
                f"{person.country};{REGION_NAMES[REGIONS[region]]};{product_number(line, variant)};"
                f"{PRODUCTS[line][variant]};{pieces};{money};EUR;{PAYMENT_NAMES[payment]};{CARRIERS[carrier]};"
                f"{german[promised]};{arrived_at};{status};{back};{back_at}\r\n"
            )
        self.rows += len(lines)
        self._file.write("".join(lines))

    def close(self) -> None:
        self._file.close()
