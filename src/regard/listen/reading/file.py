"""Opens a file of any known format."""

from pathlib import Path

from regard.listen.reading.sheets import Hints, Sheet


def read_file(path: Path, *, hints: Hints) -> list[Sheet]:
    """All sheets of a file, or of a folder of .eml files; the format is told from the content."""
    raise NotImplementedError
