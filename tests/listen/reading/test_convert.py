"""Typed columns: every value that is written in a format comes back, every other one has a reason."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.errors import AmbiguousError
from regard.listen.reading import ColumnProfile, parse_column
from regard.listen.reading.dates import parse_dates
from regard.listen.reading.numbers import parse_numbers, to_money

MOMENTS = st.datetimes(datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("2068-12-31"))
FORMATS = {
    "yyyymmdd": "%Y%m%d",
    "yyyymmdd hh:mm": "%Y%m%d%H%M%S",
    "yyyy-mm-dd": "%Y-%m-%d",
    "yyyy-mm-ddThh:mm:ss": "%Y-%m-%dT%H:%M:%S.%f",
    "yyyy/mm/dd h:mm": "%Y/%m/%d %H:%M",
    "m/d/yyyy h:mm": "%m/%d/%Y %H:%M",
    "m/d/yy": "%m/%d/%y",
    "d.m.yyyy": "%d.%m.%Y",
    "d.m.yyyy h:mm:ss": "%d.%m.%Y, %H:%M:%S",
    "d-m-yyyy h:mm": "%d-%m-%Y %I:%M %p",
    "d mmm yyyy": "%d %b %Y",
    "mmm d yyyy h:mm": "%B %d, %Y %H:%M:%S",
}


def parse(
    texts: list[str | None], profile: ColumnProfile, **options: str
) -> tuple[list[object], list[str | None]]:
    values, reasons = parse_column(pa.array(texts, pa.string()), profile, **options)  # type: ignore[arg-type]
    return values.to_pylist(), reasons.to_pylist()


def dated(format: str) -> ColumnProfile:
    return ColumnProfile("at", "datetime", date_format=format)


@settings(max_examples=60, deadline=None)
@given(format=st.sampled_from(sorted(FORMATS)), moments=st.lists(MOMENTS, min_size=1, max_size=5))
def test_dates_of_every_format_come_back(format: str, moments: list[datetime]) -> None:
    written = [moment.strftime(FORMATS[format]) for moment in moments]
    expected = [datetime.strptime(text, FORMATS[format]).replace(tzinfo=UTC) for text in written]
    assert parse(written, dated(format)) == (expected, [None] * len(written))


@settings(max_examples=60, deadline=None)
@given(moment=MOMENTS, minutes=st.integers(-14 * 60, 14 * 60))
def test_an_offset_is_taken_off(moment: datetime, minutes: int) -> None:
    sign, rest = "-" if minutes < 0 else "+", abs(minutes)
    text = f"{moment:%Y-%m-%dT%H:%M:%S}{sign}{rest // 60:02d}:{rest % 60:02d}"
    expected = moment.replace(microsecond=0, tzinfo=UTC) - timedelta(minutes=minutes)
    assert parse([text], dated("yyyy-mm-ddThh:mm:ss"), zone="Europe/Berlin")[0] == [expected]


def test_times_without_an_offset_are_read_in_the_zone() -> None:
    texts = [
        "2024-01-01 12:00",
        "2024-07-01 12:00",
        "2024-03-31 02:30",
        "2024-10-27 02:30",
        "2024-07-01 12:00Z",
    ]
    values, _ = parse(texts, dated("yyyy-mm-dd h:mm"), zone="Europe/Berlin")
    assert [str(value)[:16] for value in values] == [
        "2024-01-01 11:00",
        "2024-07-01 10:00",
        "2024-03-31 01:00",  # skipped: the moment the clocks go forward
        "2024-10-27 00:30",  # twice: the first
        "2024-07-01 12:00",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "31.2.2020",
        "0.1.2020",
        "1.13.2020",
        "29.2.2023",
        "1.1.2020 24:00",
        "1.1.2020 10:60",
        "soon",
        "1.1.2020 13:00 pm",
    ],
)
def test_what_is_no_date_has_a_reason(text: str) -> None:
    assert parse([text, "", None], dated("d.m.yyyy")) == (
        [None] * 3,
        ["at is not a date like d.m.yyyy", None, None],
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3. März 2020", "2020-03-03"),
        ("le 3 août 2020", "2020-08-03"),
        ("Tue, 3 Oct 2017 10:00:00 +0200 (CEST)", "2017-10-03"),
        ("Oct 3rd, 2017", "2017-10-03"),
        ("1st of May", None),
        ("3-Dez-19", "2019-12-03"),
    ],
)
def test_months_have_names_in_several_languages(text: str, expected: str | None) -> None:
    (value,), _ = parse([text], dated("d mmm yyyy"))
    assert (str(value)[:10] if value else None) == expected


def test_numbers_may_be_moments() -> None:
    noon = datetime(2023, 3, 15, 12, tzinfo=UTC)
    assert parse(["45000.5", "x"], dated("excel serial"))[0] == [noon, None]
    assert parse([str(int(noon.timestamp()))], dated("epoch seconds"), zone="Europe/Berlin")[0] == [noon]
    assert parse([str(int(noon.timestamp() * 1000))], dated("epoch milliseconds"))[0] == [noon]


def test_an_unsure_order_of_day_and_month_is_refused() -> None:
    profile = ColumnProfile("at", "date", date_format="d/m/yyyy", date_order_certain=False)
    with pytest.raises(AmbiguousError, match="--date-order"):
        parse(["1/2/2020"], profile)


AMOUNTS = st.decimals(-(10**13), 10**13, places=4, allow_nan=False, allow_infinity=False)


@settings(max_examples=60, deadline=None)
@given(amounts=st.lists(AMOUNTS, min_size=1, max_size=5), comma=st.booleans(), groups=st.booleans(),
       unit=st.sampled_from(["", "€", "$", " EUR", " kr"]))  # fmt: skip
def test_amounts_of_every_style_come_back(
    amounts: list[Decimal], comma: bool, groups: bool, unit: str
) -> None:
    texts = [f"{amount:,.4f}" if groups else f"{amount:.4f}" for amount in amounts]
    if comma:
        texts = [text.translate(str.maketrans(",.", ".,")) for text in texts]
    texts = [f"{unit}{text}" if len(unit) == 1 else f"{text}{unit}" for text in texts]
    profile = ColumnProfile("amount", "currency", decimal_comma=comma)
    assert parse(texts, profile) == (amounts, [None] * len(amounts))
    floats, _ = parse(texts, profile, to="float")
    assert floats == [float(amount) for amount in amounts]


@settings(max_examples=60, deadline=None)
@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_floats_come_back_equal(number: float) -> None:
    assert parse([repr(number)], ColumnProfile("x", "decimal"), to="float")[0] == [number]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(12.50)", "-12.5"), ("12.50-", "-12.5"), ("- 3", "-3"), ("+3", "3"), ("1e3", "1000"),
        ("1'234.5", "1234.5"),
        (".5", "0.5"), ("5.", "5"), ("7 %", "7"), ("1.23456", "1.2346"), ("12,34", None), ("1.2.3", None),
        ("x", None),
        ("99999999999999999", None), ("-", None), ("1 2", None), ("−5", None),
    ],
)  # fmt: skip
def test_odd_numbers(text: str, expected: str | None) -> None:
    (value,), (reason,) = parse([text], ColumnProfile("x", "decimal"))
    assert value == (Decimal(expected) if expected else None)
    assert (reason is None) == (expected is not None)


def test_a_point_in_a_column_of_decimal_commas_is_not_guessed_at() -> None:
    profile = ColumnProfile("x", "decimal", decimal_comma=True)
    assert parse(["1.234,5", "12.50"], profile) == (
        [Decimal("1234.5"), None],
        [None, "x is not a number with a decimal comma"],
    )


def test_missing_words_are_null_without_a_reason() -> None:
    profile = ColumnProfile("x", "rating", missing_words=["0", "n/a"])
    assert parse(["0", " n/a ", "", None, "5", "bad"], profile) == (
        [None, None, None, None, 5.0, None],
        [None, None, None, None, None, "x is not a number with a decimal point"],
    )


def test_yes_and_no_in_several_languages() -> None:
    profile = ColumnProfile("x", "boolean")
    assert parse(["Yes", "nein", "1", "FALSE", "perhaps"], profile) == (
        [True, False, True, False, None],
        [None, None, None, None, "x is neither yes nor no"],
    )


def test_text_stays_as_it_is() -> None:
    profile = ColumnProfile("x", "text", missing_words=["?"])
    assert parse([" a ", "?", None], profile) == ([" a ", None, None], [None, None, None])


def test_chunks_and_empty_columns_are_read() -> None:
    values, reasons = parse_column(pa.chunked_array([["1"], ["2", None]]), ColumnProfile("x", "integer"))
    assert (values.to_pylist(), len(reasons)) == ([1.0, 2.0, None], 3)
    assert [len(part) for part in parse_column(pa.array([], pa.string()), dated("d.m.yyyy"))] == [0, 0]
    empty, _ = parse_column(pa.array([None, None], pa.string()), dated("d.m.yyyy"))
    assert empty.to_pylist() == [None, None]


@pytest.mark.parametrize("odd", ["", "2026-02-30", "3.4.2026"])
def test_plain_dates_read_the_quick_way_as_the_careful_way_reads_them(odd: str) -> None:
    plain = ["2026-03-29 02:30:00", "2024-02-29T23:59", "1999-12-31", None]
    quick = parse_dates(pa.array(plain), "yyyy-mm-dd", "Europe/Berlin")
    careful = parse_dates(pa.array([*plain, odd or "2026-1-2"]), "yyyy-mm-dd", "Europe/Berlin")
    assert quick.to_pylist() == careful.to_pylist()[:4]


def test_plain_amounts_read_the_quick_way_as_the_careful_way_reads_them() -> None:
    plain = ["12.5", "-0.0001", "007", "99999999999999.9999", None]
    quick = to_money(parse_numbers(pa.array(plain), decimal_comma=False))
    careful = to_money(parse_numbers(pa.array([*plain, "1,000"]), decimal_comma=False))
    assert quick.to_pylist() == careful.to_pylist()[:5]
