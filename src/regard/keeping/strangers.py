"""People of whom the lake tells and whom the database does not know."""

import pyarrow as pa
import pyarrow.compute as pc

from regard.know.models import Identity
from regard.ledger import lake

PAGE = 100_000
# a visitor of a website is nobody's record until he says who he is; nobody's rows of a file are records of their own
IS_PERSON = "NOT starts_with(person, 'ref:') AND (NOT starts_with(person, 'anon:') OR " \
            "starts_with(person, 'anon:' || source || '-'))"  # fmt: skip
SCHEMA = pa.schema(
    [("person", pa.string()), ("source", pa.string()), ("since", pa.timestamp("us", tz="UTC"))]
)


def strangers() -> pa.Table:
    """Their keys, by whom each was told of first, and when that was recorded; in that order."""
    told = [
        lake.select(
            name,
            f"WHERE {IS_PERSON} GROUP BY person",
            columns="person, arg_min(source, recorded_at) AS source, min(recorded_at) AS since",
        ).cast(SCHEMA)
        for name in ("events", "attributes")
    ]
    table = pa.concat_tables(told).sort_by([("since", "ascending"), ("person", "ascending")])
    unknown = table.filter(pc.invert(pc.is_in(table["person"], value_set=_known())))
    first = unknown.append_column("row", pa.array(range(unknown.num_rows), pa.int64()))
    first = first.group_by("person").aggregate([("row", "min")])
    return unknown.take(first["row_min"]).sort_by([("since", "ascending"), ("person", "ascending")])


def _known() -> pa.Array:
    pages: list[pa.Array] = []
    page: list[str] = []
    for person in Identity.objects.values_list("person", flat=True).iterator(chunk_size=PAGE):
        page.append(person)
        if len(page) == PAGE:
            pages.append(pa.array(page, pa.string()))
            page = []
    return pa.concat_arrays([*pages, pa.array(page, pa.string())])
