"""Rows that could not be read: in memory while they are few, in a temporary file when they are many."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import overload

IN_MEMORY = 1024 * 1024  # bytes


@dataclass(frozen=True)
class Refused:
    """A row that could not be read, kept as it stands in the file."""

    row_number: int  # 1-based data row; 0 for a whole file of an archive
    text: str
    reason: str


class RefusedRows(Sequence[Refused]):
    """Refused rows in the order in which they were met, written once and read as often as needed."""

    def __init__(self, folder: Path | None = None) -> None:
        place = str(folder) if folder else None
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY, "w+", encoding="ascii", dir=place)  # noqa: SIM115
        self._count = 0

    def append(self, row: Refused) -> None:
        self._file.seek(0, 2)
        self._file.write(json.dumps([row.row_number, row.text, row.reason]) + "\n")
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Refused]:
        self._file.seek(0)
        for line in self._file:
            yield Refused(*json.loads(line))

    @overload
    def __getitem__(self, index: int) -> Refused: ...
    @overload
    def __getitem__(self, index: slice) -> list[Refused]: ...
    def __getitem__(self, index: int | slice) -> Refused | list[Refused]:
        if isinstance(index, slice):
            return list(islice(self, *index.indices(len(self))))
        place = range(len(self))[index]
        return next(islice(self, place, None))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return id(self)
