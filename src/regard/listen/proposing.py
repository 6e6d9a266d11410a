"""From sheets to a mapping that fits them: the source's own, extended by what is proposed for new tables."""

import re
from collections.abc import Sequence
from pathlib import Path

import ibis
from django.utils import timezone
from ibis import _

from regard.errors import AmbiguousError, MappingError
from regard.ledger import lake
from regard.listen.mapping import Candidate, Proposal, SourceMapping, propose_mapping
from regard.listen.mapping_files import known_mappings, match_table, store_mapping
from regard.listen.reading import Hints, Sheet, profile_sheet

SHARED = ("ref", "anon", "email", "phone")  # namespaces of no source
DIGITS = re.compile(r"\d+")  # orders-2026-01 and orders-2026-02 of one archive are the same table
Handed = Sequence[tuple[Sheet, str]]  # sheets with the names of their files


def propose_for(handed: Handed, source: str, *, known: SourceMapping | None, hints: Hints) -> Proposal | None:
    """A proposal for the sheets that the source's mapping does not know yet; None if it knows them all."""
    fresh = [(s, name) for s, name in handed if known is None or match_table(known, s, name) is None]
    if not fresh:
        return None
    first_of_kind = {
        (*sheet.columns, DIGITS.sub("", sheet.name)): (sheet, name) for sheet, name in reversed(fresh)
    }
    candidates = [
        Candidate(sheet, name, profile_sheet(sheet, hints=hints)) for sheet, name in first_of_kind.values()
    ]
    candidates.reverse()
    others = [mapping for mapping in known_mappings() if mapping.source != source]
    today = timezone.now().date()  # in UTC: midnight of it is never ahead, as the company's own may be
    return propose_mapping(
        candidates, source, known=known, others=others, snapshot=today, familiar=namespace_of
    )


def namespace_of(ids: Sequence[str]) -> str:
    """The namespace in which at least a third of these ids are known as persons, "" if there is none."""
    persons = [lake.read(name).select("person").distinct() for name in ("events", "attributes")]
    everyone = ibis.union(*persons, distinct=True)
    told = everyone.mutate(namespace=_.person.split(":")[0], id=_.person.re_replace("^[^:]*:", ""))
    wanted = ibis.memtable({"id": sorted(set(ids))}, schema={"id": "string"})
    held = told.semi_join(wanted, "id").group_by("namespace").agg(held=_.count()).order_by(ibis.desc("held"))
    found = [row for row in held.to_pyarrow().to_pylist() if row["namespace"] not in SHARED]
    return str(found[0]["namespace"]) if found and found[0]["held"] * 3 >= len(set(ids)) else ""


def expect_settled(proposal: Proposal) -> None:
    """Refuse a proposal in which something has to be decided first."""
    for question in proposal.questions:
        if question.blocks:
            options = " or ".join(question.options)
            option = question.settles.replace("_", "-")
            raise AmbiguousError(f"{question.table}: {question.sentence}", hint=f"Say --{option} {options}.")


def accept(proposal: Proposal) -> Path:
    """Keep a proposed mapping as the source's, unless something in it has to be decided first."""
    expect_settled(proposal)
    return store_mapping(proposal.mapping, notes=proposal.notes())


def mapping_for(
    sheets: Sequence[Sheet],
    source: str,
    file_name: str,
    known: SourceMapping | None,
    hints: Hints,
    *,
    keep: bool,
) -> SourceMapping:
    """The source's mapping, extended and kept if the file has tables that it did not know."""
    proposal = propose_for([(sheet, file_name) for sheet in sheets], source, known=known, hints=hints)
    if proposal is None and known is not None:  # it knows every sheet
        return known
    if proposal is None:
        raise MappingError(f"{file_name} holds nothing to map.")
    if keep:
        accept(proposal)
    else:
        expect_settled(proposal)
    return proposal.mapping
