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
from regard.listen.mapping.read import parse_mapping, read_mapping
from regard.listen.mapping.write import format_mapping, write_mapping

__all__ = [
    "EventRule",
    "PersonRule",
    "Reading",
    "SourceMapping",
    "Subject",
    "TableMapping",
    "Value",
    "When",
    "format_mapping",
    "parse_mapping",
    "read_mapping",
    "write_mapping",
]
