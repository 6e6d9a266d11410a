"""Keys looked at again once more is known of their holders: what was undecided may have only one answer now."""

import duckdb
import pyarrow as pa
from django.db import connection

from regard.know import store
from regard.know.intake import read_texts, tabulate
from regard.know.keyholders import holder_of
from regard.know.recording import decided_pairs
from regard.know.rules import decide, rule_of
from regard.know.uniform import Pair

MOST_HOLDERS = 200  # a key of more records is nobody's own

CUSTOMERS = pa.schema([("id", pa.int64()), ("customer", pa.int64())])
KEYS = pa.schema(
    [("id", pa.int64()), *((name, pa.string()) for name in ("person", "source", "ids", "email", "phone"))]
)

_UNDECIDED = """
WITH holders AS (SELECT id, customer, email, phone FROM keys JOIN customers USING (id))
SELECT key, list(id) FROM (UNPIVOT holders ON email, phone INTO NAME kind VALUE key)
GROUP BY key HAVING count(DISTINCT customer) > 1 AND count(*) <= $most ORDER BY key
"""


def read_keys() -> list[store.Row]:
    """Of every identity what may be another's as well: KEYS, read once a run, as it takes a while."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, person, source, normal->>'ids', normal->>'email', normal->>'phone' FROM know_identity"
        )
        return list(cursor.fetchall())


def reconsider_keys(known: list[store.Row]) -> dict[Pair, str]:
    """Pairs under one address or number that are two customers still, and need not be any more.

    `known` are rows of `read_keys`; customers may have changed since.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, customer_id FROM know_identity")
        customers = tabulate(cursor.fetchall(), CUSTOMERS)
    with duckdb.connect(":memory:") as database:
        database.register("customers", customers)
        database.register("keys", tabulate(known, KEYS))
        undecided = database.execute(_UNDECIDED, {"most": MOST_HOLDERS}).fetchall()
    sql = "SELECT id, kind, normal, customer_id FROM know_identity WHERE id {values}"
    holders = {
        identity: holder_of(identity, kind, read_texts(document), customer)
        for identity, kind, document, customer in store.select_rows(
            sql, {i for _, ids in undecided for i in ids}
        )
    }
    pairs: dict[Pair, str] = {}
    for key, ids in undecided:
        for left, right in decide(key, [holders[identity] for identity in ids]).pairs:
            if holders[left].customer != holders[right].customer:
                pairs.setdefault((left, right), rule_of(key))
    decided = decided_pairs(set(pairs))
    return {pair: rule for pair, rule in pairs.items() if pair not in decided}
