"""The map of person keys to customers, written to the lake for joins with events."""

import pyarrow as pa

from regard.know.models import Identity, Partition
from regard.ledger import lake


def refresh_people() -> int:
    """Write the lake's `people` when who-is-who changed; the number of rows written, 0 when nothing changed."""
    state = Partition.objects.filter(pk=1).first()
    if state is None or state.people_written_for == str(state.version):
        return 0
    rows = list(Identity.objects.values_list("person", "customer_id"))
    table = pa.table(
        {"person": [row[0] for row in rows], "customer_id": [row[1] for row in rows]},
        schema=lake.TABLES["people"],
    )
    lake.overwrite("people", table)
    Partition.objects.filter(pk=1).update(people_written_for=str(state.version))
    return table.num_rows
