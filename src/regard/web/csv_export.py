"""CSV for people who open it in a spreadsheet: nothing in it can run as a formula."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    def write(self, line: str) -> str:
        return line


def neutral(value: Any) -> Any:
    """Text that a spreadsheet would run gets an apostrophe before it; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(DANGEROUS):
        return f"'{value}"
    return "" if value is None else value


def csv_answer(
    file_name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """A CSV download, streamed; with the mark that makes spreadsheets read it as UTF-8."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow([neutral(column) for column in columns])
        for row in rows:
            yield writer.writerow([neutral(value) for value in row])

    plain = re.sub(r"[^\w.-]+", "-", file_name)  # part of it may be what an address says
    headers = {"Content-Disposition": content_disposition_header(True, plain) or ""}
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=headers)
