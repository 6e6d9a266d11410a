"""What spreadsheets do to keys and tables: stray blanks, 4711.0, 4.51E+12, a row of totals, the header once more."""

import pyarrow as pa
import pyarrow.compute as pc

from regard.listen.mapping import TableMapping

BLANK = r"[\s\x{a0}\x{2007}\x{202f}]"
UNSEEN = r"[\x{ad}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}\x{feff}]"  # no width, or a direction of writing
WHOLE = r"^(\d+)\.0$"  # a number that was kept as a decimal one
ROUNDED = r"^\d[.,]\d+E\+\d+$"
ROUNDED_KEY = "a spreadsheet has rounded this number; format the column as text and export it again"
TOTALS_ROW = "this is a row of totals"
TOTALS = pa.array(
    ["total", "totals", "grand total", "subtotal", "sub total", "sum", "summe", "gesamt", "gesamtsumme",
     "zwischensumme", "insgesamt", "total général", "somme", "suma", "total general", "totale", "totaal", "razem"]
)  # fmt: skip


def key_columns(table: TableMapping) -> tuple[str, ...]:
    """The columns by which rows name persons and things, the most telling first."""
    persons = [
        c for rule in table.person if rule.via == "id" or rule.via.startswith("ref:") for c in rule.columns
    ]
    subjects = [event.subject.column for event in table.events if event.subject]
    return tuple(dict.fromkeys(column for column in (*persons, *subjects, *table.ids.values()) if column))


def tidy_keys(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Keys as they were meant, so that the same one is the same in every file; nothing where nothing is left."""
    if not _may_be_untidy(values):
        return values
    tidy = pc.replace_substring_regex(values, UNSEEN, "")
    tidy = pc.replace_substring_regex(tidy, rf"^{BLANK}+|{BLANK}+$", "")
    tidy = pc.replace_substring_regex(tidy, WHOLE, r"\1")
    return pc.if_else(pc.equal(tidy, ""), None, tidy)


def _may_be_untidy(values: pa.ChunkedArray) -> bool:
    """Asked by the cheapest means, as most keys are tidy."""
    padded = pc.not_equal(pc.utf8_trim_whitespace(values), values)
    return any(
        pc.any(found).as_py()
        for found in (padded, pc.ends_with(values, ".0"), pc.invert(pc.string_is_ascii(values)))
    )


def what_is_no_data(texts: dict[str, pa.ChunkedArray], keys: tuple[str, ...]) -> pa.Array:
    """Why a row is none of the table's data, null where it is."""
    found = pa.nulls(len(next(iter(texts.values()))), pa.string())
    for column in keys:
        found = _noted(found, _are_totals(texts[column]), TOTALS_ROW)
        found = _noted(found, pc.equal(texts[column], column), "this is the header once more")
        found = _noted(found, pc.match_substring_regex(texts[column], ROUNDED), f"`{column}`: {ROUNDED_KEY}")
    if keys and texts[keys[0]].null_count:
        nameless = pc.is_null(texts[keys[0]])
        for values in texts.values():  # where nobody is named, also `Total Nord`
            sums_up = pc.match_substring_regex(values, rf"(?i)^\s*(?:{'|'.join(TOTALS.to_pylist())})\b")
            found = _noted(found, pc.and_(nameless, sums_up), TOTALS_ROW)
    return found


def _noted(reasons: pa.Array, rows: pa.ChunkedArray, reason: str) -> pa.Array:
    """The reasons, with this one for those of the rows that have none."""
    return pc.coalesce(reasons, pc.if_else(rows, reason, None)) if pc.any(rows).as_py() else reasons


def _are_totals(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether a cell says that its row sums up others."""
    return pc.is_in(pc.utf8_lower(pc.utf8_trim(values, " :.")), value_set=TOTALS)
