"""From sheets to a mapping that fits them: the source's own, extended by what is proposed for new tables."""

from collections.abc import Sequence
from pathlib import Path

from django.utils import timezone

from regard.errors import AmbiguousError, MappingError
from regard.listen.mapping import Candidate, Proposal, SourceMapping, propose_mapping
from regard.listen.reading import Hints, Sheet, profile_sheet
from regard.listen.sources import known_mappings, match_table, store_mapping

Handed = Sequence[tuple[Sheet, str]]  # sheets with the names of their files


def propose_for(handed: Handed, source: str, *, known: SourceMapping | None, hints: Hints) -> Proposal | None:
    """A proposal for the sheets that the source's mapping does not know yet; None if it knows them all."""
    fresh = [(s, name) for s, name in handed if known is None or match_table(known, s, name) is None]
    if not fresh:
        return None
    candidates = [Candidate(sheet, name, profile_sheet(sheet, hints=hints)) for sheet, name in fresh]
    others = [mapping for mapping in known_mappings() if mapping.source != source]
    today = timezone.localdate()
    return propose_mapping(candidates, source, known=known, others=others, snapshot=today)


def accept(proposal: Proposal) -> Path:
    """Keep a proposed mapping as the source's, unless something in it has to be decided first."""
    for question in proposal.questions:
        if question.blocks:
            options = " or ".join(question.options)
            raise AmbiguousError(
                f"{question.table}: {question.sentence}", hint=f"Say --date-order {options}."
            )
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
    return proposal.mapping
