"""Source mappings: how the files of one source are understood. One TOML file a source, in the home."""

from regard.listen.mapping.model import (
    EventRule,
    PersonRule,
    Reading,
    SourceMapping,
    Subject,
    TableMapping,
    Value,
    When,
)
from regard.listen.mapping.propose import Candidate, Proposal, propose_mapping
from regard.listen.mapping.read import parse_mapping, read_mapping
from regard.listen.mapping.view import Choice, Question
from regard.listen.mapping.write import format_mapping, write_mapping

__all__ = [
    "Candidate",
    "Choice",
    "EventRule",
    "PersonRule",
    "Proposal",
    "Question",
    "Reading",
    "SourceMapping",
    "Subject",
    "TableMapping",
    "Value",
    "When",
    "format_mapping",
    "parse_mapping",
    "propose_mapping",
    "read_mapping",
    "write_mapping",
]
