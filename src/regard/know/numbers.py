"""Numbers of one source that are the numbers of another, found from the data alone. Pure.

A column of numbers is a source's further id (`crm.shop_nr`) or the keys of a namespace (`shop_orders`). Two columns
count the same people when many values are in both and the records under them say the same of the person. Without the
latter, values prove little: every system counts from 1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from regard.know.intake import read_texts, tabulate
from regard.know.naming import family_names_go_together, given_names_go_together

Normal = Mapping[str, str | None]
Finding = Literal["in force", "unsure", "no"]
Comparison = Literal["agree", "contradict", "differ", "silent"]

NUMBERS = pa.schema([("col", pa.string()), ("value", pa.string()), ("identity", pa.int64())])
NOT_NUMBERS = frozenset({"email", "phone", "anon", "ref"})  # namespaces of keys that are no system's own
LEAST_OVERLAP = 10
LEAST_SHARE = 0.05  # of the smaller column's values
MOST_CONTRADICTING = 0.1
MOST_REPEATED = 1.05  # records a value, in the column where values are unique
SUPPORT = {True: (5, 0.6), False: (20, 0.8)}  # by whether distinctive: pairs compared, share that agree
UNSUPPORTED = (50, 0.8)  # overlap and share with which distinctive numbers need no support
MOST_SAMPLED = 2_000
MOST_UNDER_ONE = 25  # pairs under one value; above, the value names nobody


@dataclass(frozen=True)
class Overlap:
    """Two columns with values in common; `repeated` is records a value where it is less."""

    left: str
    right: str
    values: int
    share: float
    repeated: float
    distinctive: bool


@dataclass(frozen=True)
class Support:
    """What the records that an overlap would join say: of so many compared, how many agree or contradict."""

    compared: int
    agreeing: int
    contradicting: int


def numbers_of(rows: Iterable[tuple[int, str, str, str | None]]) -> pa.Table:
    """(column, value, identity) of rows (identity, person, source, further ids as JSON)."""
    rows = list(rows)
    persons = pa.array([person for _, person, *_ in rows], pa.string())
    parts = pc.extract_regex(persons, "(?s)^(?P<space>[^:]*):(?P<number>.+)$")
    space, number = pc.struct_field(parts, "space"), pc.struct_field(parts, "number")
    own = pa.table([space, number, pa.array([row[0] for row in rows], pa.int64())], schema=NUMBERS)
    own = own.filter(pc.invert(pc.is_in(space, pa.array(NOT_NUMBERS, pa.string()))))
    said = [
        (f"{source}.{space}", value, identity)
        for identity, _, source, document in rows
        if document
        for space, value in read_texts(document).items()
    ]
    found = pa.concat_tables(
        [own.filter(pc.is_valid(own["value"])), tabulate(said, NUMBERS)]
    ).combine_chunks()
    columns = [found["col"].dictionary_encode(), pc.utf8_lower(found["value"]), found["identity"]]
    return pa.table(columns, names=NUMBERS.names)


class Numbers:
    """All numbers known, asked which columns overlap and whom they would join."""

    def __init__(self, numbers: pa.Table) -> None:
        self._database = duckdb.connect(":memory:")
        self._database.register("numbers", numbers)

    def __enter__(self) -> "Numbers":
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def overlaps(self) -> list[Overlap]:
        """Columns of different sources with enough values in common, unique in at least one of them."""
        found = self._database.execute(_OVERLAPS, {"least": LEAST_OVERLAP}).fetchall()
        overlaps = [Overlap(*row) for row in found]
        return [
            each for each in overlaps
            if each.share >= LEAST_SHARE and each.repeated <= MOST_REPEATED
            and _source(each.left) != _source(each.right)
        ]  # fmt: skip

    def pairs(self, left: str, right: str, *, most: int | None = None) -> list[tuple[int, int]]:
        """The records that two columns join; with `most` a sample."""
        limit = f"ORDER BY hash(value) LIMIT {most}" if most is not None else ""
        found = self._database.execute(
            f"WITH few AS (SELECT value FROM numbers WHERE col IN ($left, $right) GROUP BY value"
            f" HAVING count(*) FILTER (col = $left) * count(*) FILTER (col = $right) BETWEEN 1 AND {MOST_UNDER_ONE})"
            f" SELECT l.identity, r.identity FROM few JOIN numbers l USING (value) JOIN numbers r USING (value)"
            f" WHERE l.col = $left AND r.col = $right AND l.identity <> r.identity {limit}",
            {"left": left, "right": right},
        ).fetchall()
        return [(one, other) for one, other in found]


def _source(column: str) -> str:
    return column.partition(".")[0]


# Distinctive: letters and digits together, or long; what two systems would hardly both have by counting.
_OVERLAPS = """
WITH held AS (SELECT col, value, count(*) AS records FROM numbers GROUP BY ALL),
columns AS (
    SELECT col, count(*) AS n, sum(records) / count(*) AS repeated,
        avg((regexp_matches(value, '[a-z]') AND regexp_matches(value, '[0-9].*[0-9].*[0-9]')
            OR length(value) >= 9)::INT) AS distinctive
    FROM held GROUP BY col
),
common AS (
    SELECT l.col AS lcol, r.col AS rcol, count(*) AS n
    FROM held l JOIN held r ON l.value = r.value AND l.col < r.col GROUP BY ALL HAVING count(*) >= $least
)
SELECT lcol, rcol, common.n, common.n / least(a.n, b.n), least(a.repeated, b.repeated),
    greatest(a.distinctive, b.distinctive) >= 0.9
FROM common JOIN columns a ON a.col = lcol JOIN columns b ON b.col = rcol
ORDER BY lcol, rcol
"""


def compare(one: Normal, other: Normal) -> Comparison:
    """Whether two records speak of one person, of two, or do not say."""
    addresses = _same(one, other, "email", "phone", "national_id")
    births = _births_agree(one.get("birth_date"), other.get("birth_date"))
    names = _compare_names(one, other)
    if any(addresses):
        return "contradict" if names is False and births is False else "agree"
    if names is False or births is False:
        return "contradict"
    if names or births:
        return "agree"
    return "differ" if addresses else "silent"


def _same(one: Normal, other: Normal, *names: str) -> list[bool]:
    return [one[name] == other[name] for name in names if one.get(name) and other.get(name)]


def _births_agree(one: str | None, other: str | None) -> bool | None:
    """A slip, or day and month exchanged, is no other birthday."""
    if not one or not other:
        return None
    swapped = "-".join([other[:4], other[8:], other[5:7]])
    return one == swapped or sum(a != b for a, b in zip(one, other, strict=False)) <= 1


def _compare_names(one: Normal, other: Normal) -> bool | None:
    """True when names go together, False when they are two people's, None when that cannot be said."""
    given, family = one.get("given_name"), one.get("family_name")
    its_given, its_family = other.get("given_name"), other.get("family_name")
    if not (given and family and its_given and its_family):
        return None
    straight = given_names_go_together(given, its_given), family_names_go_together(family, its_family)
    crossed = given_names_go_together(given, its_family) and given_names_go_together(family, its_given)
    return True if all(straight) or crossed else None if any(straight) else False


def support_of(pairs: Iterable[tuple[Normal, Normal]]) -> Support:
    """Count what the joined records say of each other."""
    said = [compare(one, other) for one, other in pairs]
    return Support(sum(each != "silent" for each in said), said.count("agree"), said.count("contradict"))


def judge(overlap: Overlap, support: Support) -> Finding:
    """Whether two columns count the same people: in force, unsure (a person may say so), or no."""
    fewest, share = SUPPORT[overlap.distinctive]
    if support.contradicting > MOST_CONTRADICTING * support.compared:
        return "no"
    if support.compared >= fewest:
        return "in force" if support.agreeing >= share * support.compared else "no"
    if overlap.distinctive and overlap.values >= UNSUPPORTED[0] and overlap.share >= UNSUPPORTED[1]:
        return "in force"
    return "unsure" if overlap.share >= 0.5 else "no"


def evidence_of(overlap: Overlap, support: Support) -> dict[str, object]:
    """What is kept with a finding, for people to see."""
    return dict(msgspec.to_builtins({**asdict(overlap), **asdict(support)}))
