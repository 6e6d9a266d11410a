"""How a customer is shown: the first known name, address, number and place of its identities, oldest first."""

import pyarrow as pa
import pyarrow.compute as pc

CUSTOMER_COLUMNS = ("id", "kind", "name", "email", "phone", "place", "identity_count")
LENGTHS = {"name": 300, "email": 320, "phone": 40, "place": 200}


def portray(customers: pa.Array, kinds: pa.Array, fields: pa.Table, normal: pa.Table) -> pa.Table:
    """What CUSTOMER_COLUMNS say of customers: `customers` says whose each row is; rows are in order of id."""
    return unite(customers, kinds, show(fields, normal))


def show(fields: pa.Table, normal: pa.Table) -> pa.Table:
    """What each record alone would have its customer shown as."""
    nothing = pa.nulls(len(fields), pa.string())

    def column(table: pa.Table, name: str) -> pa.Array:
        return table[name].combine_chunks() if name in table.column_names else nothing

    given, family = column(fields, "given_name"), column(fields, "family_name")
    both = pc.utf8_trim_whitespace(pc.binary_join_element_wise(given, family, " ", null_handling="replace"))
    shown = {
        "name": pc.coalesce(column(fields, "name"), _said(both), column(fields, "organisation")),
        "email": column(fields, "email"),
        "phone": pc.coalesce(column(normal, "phone"), column(fields, "phone")),
        "place": column(fields, "city"),
    }
    return pa.table(
        {name: pc.utf8_slice_codeunits(values, 0, LENGTHS[name]) for name, values in shown.items()}
    )


def unite(customers: pa.Array, kinds: pa.Array, shown: pa.Table) -> pa.Table:
    """The first thing said of each of LENGTHS by the records of a customer."""
    table = pa.table({"id": customers, "kind": kinds, **{name: _said(shown[name]) for name in LENGTHS}})
    if len(pc.unique(customers)) < len(customers):
        kept = [(name, "first") for name in ("kind", *LENGTHS)]
        grouped = table.group_by("id", use_threads=False).aggregate([*kept, ("id", "count")])
        table = grouped.rename_columns([name.removesuffix("_first") for name in grouped.column_names])
        counts = table["id_count"]
    else:
        counts = pa.array([1]).take(pa.nulls(len(table), pa.int8()).fill_null(0))
    columns = {name: pc.fill_null(table[name], "") for name in LENGTHS}
    return pa.table({"id": table["id"], "kind": table["kind"], **columns, "identity_count": counts})


def _said(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
