"""What spreadsheets do to keys and tables: stray blanks, 4711.0, 4.51E+12, a row of totals, the header once more."""

import pyarrow as pa
import pyarrow.compute as pc

from regard.listen.mapping import TableMapping

BLANK = r"[\s\x{a0}\x{2007}\x{202f}]"
UNSEEN = (
    r"[\x{ad}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}\x{feff}]"  # without width, or a direction of writing
)
UNTIDY = rf"^{BLANK}|{BLANK}$|{UNSEEN}|^\d+\.0$"
ROUNDED = r"^\d[.,]\d+E\+\d+$"
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
    untidy = pc.fill_null(pc.match_substring_regex(values, UNTIDY), False)
    if not pc.any(untidy).as_py():
        return values
    tidy = pc.replace_substring_regex(values, UNSEEN, "")
    tidy = pc.replace_substring_regex(tidy, rf"^{BLANK}+|{BLANK}+$", "")
    tidy = pc.replace_substring_regex(
        tidy, r"^(\d+)\.0$", r"\1"
    )  # a whole number that was kept as a decimal one
    return pc.if_else(pc.equal(tidy, ""), None, tidy)


def what_is_no_data(texts: dict[str, pa.ChunkedArray], keys: tuple[str, ...]) -> pa.Array:
    """Why a row is none of the table's data, null where it is."""
    rows = len(next(iter(texts.values())))
    found = pa.nulls(rows, pa.string())
    for column in keys:
        for holds, reason in (
            (_are_totals(texts[column]), "this is a row of totals"),
            (pc.equal(texts[column], column), "this is the header once more"),
            (pc.match_substring_regex(texts[column], ROUNDED),
             f"`{column}`: a spreadsheet has rounded this number; format the column as text and export it again"),
        ):  # fmt: skip
            found = pc.coalesce(found, pc.if_else(holds, reason, None))
    if keys and texts[keys[0]].null_count:
        nameless = pc.is_null(texts[keys[0]])
        for values in texts.values():
            of_totals = pc.and_(nameless, pc.fill_null(_are_totals(values), False))
            found = pc.coalesce(found, pc.if_else(of_totals, "this is a row of totals", None))
    return found


def _are_totals(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether a cell says that its row sums up others."""
    return pc.is_in(pc.utf8_lower(pc.utf8_trim(values, " :.")), value_set=TOTALS)
