"""Whatever the bytes, reading gives sheets that add up, or says in a sentence why not."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.errors import InputError
from regard.listen.reading import Hints, Sheet, parse_column, profile_sheet, read_file

BEGINNINGS = [
    b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"From x\nFrom: a@b\n", b"BEGIN:VCARD\n", b'{"a":', b"[1,",
    b'[{"a":1},', b"PK\x03\x04", b"\x1f\x8b", b"PAR1", b"\xd0\xcf\x11\xe0", b"From: a\nTo: b\n\n",
    b"a,b\n1,2\n",
    b"a;b;c\n",
]  # fmt: skip
PIECES = st.sampled_from(
    [b"a", b"1", b",", b";", b'"', b"\n", b"\r\n", b" ", b"\t", b"=?utf-8?q?=FF?=", b"\xc3\xbc", b"\xfc", b"\0",
     b"1/2/2020", b"1,5", b"-99", b"Subject: x\n", b":", b"END:VCARD\n", b"}\n", b"{", b"\n\n", b"From \n",
     b"\xf4\x8f\xb8\x80"]
)  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(BEGINNINGS),
    rest=st.lists(PIECES, max_size=40).map(b"".join) | st.binary(max_size=200),
)
def test_any_bytes(tmp_path: Path, start: bytes, rest: bytes) -> None:
    path = tmp_path / "anything"
    path.write_bytes(start + rest)
    sheets: list[Sheet] = []
    refusal: InputError | None = None
    try:
        sheets = read_file(path, hints=Hints())
    except InputError as error:
        refusal = error
    assert sheets or (refusal and refusal.message.endswith(".") and refusal.hint)
    for sheet in sheets:
        assert sheet.good_rows == sum(batch.num_rows for batch in sheet.batches())
        numbers = [*sheet.table()["_row"].to_pylist(), *(refused.row_number for refused in sheet.refused)]
        assert len(numbers) == len(set(numbers)) == sheet.row_count
        for profile in profile_sheet(sheet, hints=Hints(date_order="dmy")):
            values, reasons = parse_column(sheet.table()[profile.name], profile, zone="Europe/Berlin")
            assert len(values) == len(reasons) == sheet.good_rows
