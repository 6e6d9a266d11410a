"""How a customer is shown: the first known name, address, number and place of its identities, oldest first."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

CUSTOMER_COLUMNS = ("id", "kind", "name", "email", "phone", "place", "identity_count")
LENGTHS = {"name": 300, "email": 320, "phone": 40, "place": 200}

Member = tuple[str, dict[str, str], dict[str, str]]  # kind, fields, normal
Portrait = tuple[str, str, str, str, str, int]


def portray(members: Sequence[Member]) -> Portrait:
    """What CUSTOMER_COLUMNS say of a customer with these identities."""
    shown = [_shown(fields, normal) for _, fields, normal in members]
    name, email, phone, place = (next((each[at] for each in shown if each[at]), "") for at in range(4))
    return members[0][0], name, email, phone, place, len(members)


def _shown(fields: dict[str, str], normal: dict[str, str]) -> tuple[str, str, str, str]:
    parts = (fields[part] for part in ("given_name", "family_name") if part in fields)
    name = fields.get("name") or " ".join(parts) or fields.get("organisation", "")
    phone = normal.get("phone") or fields.get("phone", "")
    values = (name, fields.get("email", ""), phone, fields.get("city", ""))
    return tuple(value[:length] for value, length in zip(values, LENGTHS.values(), strict=True))  # type: ignore[return-value]


def portray_columns(customers: pa.Array, kinds: pa.Array, fields: pa.Table, normal: pa.Table) -> pa.Table:
    """The same for many identities at once: `customers` says whose each row is; rows are in order of id."""
    nothing = pa.nulls(len(fields), pa.string())

    def column(table: pa.Table, name: str) -> pa.Array:
        return table[name].combine_chunks() if name in table.column_names else nothing

    given, family = column(fields, "given_name"), column(fields, "family_name")
    both = pc.utf8_trim_whitespace(pc.binary_join_element_wise(given, family, " ", null_handling="replace"))
    both = pc.if_else(pc.equal(both, ""), nothing, both)
    shown = {
        "name": pc.coalesce(column(fields, "name"), both, column(fields, "organisation")),
        "email": column(fields, "email"),
        "phone": pc.coalesce(column(normal, "phone"), column(fields, "phone")),
        "place": column(fields, "city"),
    }
    cut = {name: pc.utf8_slice_codeunits(values, 0, LENGTHS[name]) for name, values in shown.items()}
    table = pa.table({"id": customers, "kind": kinds, **cut})
    if len(pc.unique(customers)) < len(customers):
        kept = [(name, "first") for name in ("kind", *LENGTHS)]
        grouped = table.group_by("id", use_threads=False).aggregate([*kept, ("id", "count")])
        table = grouped.rename_columns([name.removesuffix("_first") for name in grouped.column_names])
        counts = table["id_count"]
    else:
        counts = pa.array([1]).take(pa.nulls(len(table), pa.int8()).fill_null(0))
    columns = {name: pc.fill_null(table[name], "") for name in LENGTHS}
    return pa.table({"id": table["id"], "kind": table["kind"], **columns, "identity_count": counts})
