"""People in organisations: a record that names an organisation belongs to that organisation's record."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from regard.know import store
from regard.know.models import Membership
from regard.know.normalise.names import organisation as comparable_name
from regard.know.normalise.text import is_missing


@dataclass(frozen=True)
class Named:
    """The organisations that an intake names, as rows to register, and who belongs to which."""

    organisations: pa.Table
    pairs: list[tuple[str, str]]  # person key of the member, of the organisation


def named_organisations(rows: pa.Table, *, source: str) -> Named:
    """Read `organisation_key` and `organisation` of persons; one person may name several in several rows."""
    names = [name for name in ("organisation_key", "organisation") if name in rows.column_names]
    if not names:
        return Named(pa.table({"person": pa.array([], pa.string())}), [])
    table = rows.select(["person", *names, *(["kind"] if "kind" in rows.column_names else [])])
    if "kind" in table.column_names:
        table = table.filter(pc.not_equal(pc.fill_null(table["kind"], "person"), "organisation"))
    wanted: dict[str, str | None] = {}
    pairs: dict[tuple[str, str], None] = {}
    for row in table.group_by(table.column_names, use_threads=False).aggregate([]).to_pylist():
        key, name = row.get("organisation_key"), row.get("organisation")
        person = _organisation_person(key, name, source)
        if person and row["person"]:
            wanted[person] = wanted.get(person) or name
            pairs[row["person"].strip(), person] = None
    organisations = pa.table(
        {
            "person": pa.array(list(wanted), pa.string()),
            "kind": pa.array(["organisation"] * len(wanted), pa.string()),
            "organisation": pa.array(list(wanted.values()), pa.string()),
        }
    )
    return Named(organisations, list(pairs))


def _organisation_person(key: str | None, name: str | None, source: str) -> str | None:
    """A whole person key is taken as it is; else the source's own namespace for organisations."""
    if key and not is_missing(key):
        return key.strip() if ":" in key else f"{source}:organisation:{key.strip()}"
    comparable = comparable_name(name) if name and not is_missing(name) else None
    return f"{source}:organisation:{comparable}" if comparable else None


def without_known(organisations: pa.Table) -> pa.Table:
    """Only those that have no record yet: a person's record does not rename an organisation."""
    persons = organisations["person"].to_pylist()
    known = store.select_rows("SELECT person FROM know_identity WHERE person {values}", persons)
    listed = pa.array([person for (person,) in known], pa.string())
    return organisations.filter(pc.invert(pc.is_in(organisations["person"], listed)))


def write_memberships(named: Named) -> None:
    """Record who belongs to which organisation; known memberships stay as they are."""
    keys = {key for pair in named.pairs for key in pair}
    ids: dict[str, int] = dict(
        store.select_rows("SELECT person, id FROM know_identity WHERE person {values}", keys)
    )
    pairs = {(ids[member], ids[organisation]) for member, organisation in named.pairs if member in ids}
    known = set(
        store.select_rows(
            "SELECT member_id, organisation_id FROM know_membership WHERE member_id {values}",
            {member for member, _ in pairs},
        )
    )
    rows = ((member, organisation, "") for member, organisation in sorted(pairs - known))
    store.insert_rows(Membership, ["member_id", "organisation_id", "role"], rows)
