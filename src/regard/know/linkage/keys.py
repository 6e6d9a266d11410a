"""Blocking keys: the parts of a record that two records of one person are likely to share, as numbers."""

from dataclasses import dataclass
from functools import reduce

import duckdb
import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Key:
    """One comparable part of a record. Keys of one topic say the same thing twice and are not combined."""

    name: str
    topic: str
    sql: str  # over a record `{t}`
    personal: bool = False  # says who it is, not only where or with whom they live
    trains: bool = True


KEYS = (
    Key("given name", "given", "{t}.given_name", personal=True),
    Key("given root", "given", "{t}.given_root", personal=True),
    Key("given beginning", "given", "left({t}.given_name, 3)"),
    Key("family name", "family", "{t}.family_name"),
    Key("family beginning", "family", "left({t}.family_name, 4)"),
    Key(
        "both names in any order",
        "names",
        "least({t}.given_name, {t}.family_name) || ' ' || greatest({t}.given_name, {t}.family_name)",
        personal=True,
        trains=False,
    ),
    Key("birth date", "birth", "{t}.birth_date", personal=True),
    Key("birth year and day", "birth", "left({t}.birth_date, 4) || right({t}.birth_date, 2)"),
    Key("birth month and day", "birth", "substr({t}.birth_date, 6)"),
    Key("birth year and month", "birth", "left({t}.birth_date, 7)"),
    Key("e-mail", "email", "{t}.email", personal=True),
    Key("e-mail before the @", "email", "{t}.email_local", personal=True),
    Key("e-mail beginning", "email", "left({t}.email_local, 5)"),
    Key("phone", "phone", "{t}.phone"),
    Key("phone's last digits", "phone", "{t}.phone_tail"),
    Key("street", "street", "{t}.street"),
    Key("street and number", "street", "{t}.street || ' ' || {t}.house_number"),
    Key("house number", "house", "{t}.house_number"),
    Key("postcode", "place", "{t}.postcode"),
    Key("city", "place", "{t}.city"),
    Key("national id", "national_id", "{t}.national_id", personal=True),
    Key("organisation", "organisation", "{t}.organisation"),
)
KEY_NUMBERS = {key.name: number for number, key in enumerate(KEYS)}


def hash_keys(connection: duckdb.DuckDBPyConnection, rows: str = "records") -> tuple[Rows, list[Hashes]]:
    """unique_id and one array of hashes per key, 0 where the record lacks it."""
    columns = ", ".join(
        f"CASE WHEN {key.sql.format(t='r')} <> '' THEN hash({key.sql.format(t='r')}) ELSE 0 END AS k{number}"
        for number, key in enumerate(KEYS)
    )
    found = connection.execute(f"SELECT unique_id, {columns} FROM {rows} r ORDER BY unique_id").fetchnumpy()
    return found["unique_id"].astype(np.int64), [found[f"k{number}"] for number in range(len(KEYS))]


@dataclass(frozen=True)
class Rule:
    """Two records meet when they share all of these keys."""

    keys: tuple[int, ...]

    @property
    def label(self) -> str:
        return " + ".join(KEYS[key].name for key in self.keys)

    @property
    def topics(self) -> frozenset[str]:
        return frozenset(KEYS[key].topic for key in self.keys)

    def condition(self) -> str:
        return " AND ".join(
            f"{KEYS[key].sql.format(t='l')} = {KEYS[key].sql.format(t='r')}" for key in self.keys
        )

    def hashes(self, keys: list[Hashes]) -> Hashes:
        """One number per record: equal exactly when all keys are equal, 0 when one is missing."""
        parts = [keys[key] for key in self.keys]
        if len(parts) == 1:
            return parts[0]
        present = reduce(np.logical_and, [part != 0 for part in parts])
        mixed = reduce(lambda left, right: left * np.uint64(0x9E3779B97F4A7C15) + right, parts)
        return np.where(present, mixed | np.uint64(1), np.uint64(0))


def count_pairs(hashes: Hashes, largest: int) -> tuple[int, int]:
    """How many pairs share a hash: within groups up to `largest`, and in the groups above it."""
    ordered = np.sort(hashes[hashes != 0])
    if not ordered.size:
        return 0, 0
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[starts, ordered.size]).astype(np.int64)
    pairs = sizes * (sizes - 1) // 2
    return int(pairs[sizes <= largest].sum()), int(pairs[sizes > largest].sum())


def find_pairs(hashes: Hashes, largest: int, new: npt.NDArray[np.bool_] | None = None) -> tuple[Rows, Rows]:
    """Row numbers of all pairs that share a hash; groups above `largest` say nothing and are left out."""
    filled = np.flatnonzero(
        hashes if new is None else np.isin(hashes, np.unique(hashes[new])) & (hashes != 0)
    )
    order = filled[np.argsort(hashes[filled])]
    ordered = hashes[order]
    if not order.size:
        return order, order
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[starts, order.size])
    wanted = (sizes > 1) & (sizes <= largest)
    ends = np.repeat(starts + sizes, sizes)
    here = np.flatnonzero(np.repeat(wanted, sizes))
    lefts, rights = [order[:0]], [order[:0]]
    step = 1
    while here.size:
        here = here[here + step < ends[here]]
        lefts.append(order[here])
        rights.append(order[here + step])
        step += 1
    left, right = np.concatenate(lefts), np.concatenate(rights)
    if new is not None:
        touched = new[left] | new[right]
        left, right = left[touched], right[touched]
    return np.minimum(left, right), np.maximum(left, right)


def unite_pairs(found: list[tuple[Rows, Rows]], records: int) -> tuple[Rows, Rows]:
    """The distinct pairs among several rules' pairs."""
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    codes = np.concatenate([left * records + right for left, right in found])
    codes.sort()  # np.unique hashes first, which takes ten times as long
    codes = codes[np.r_[True, codes[1:] != codes[:-1]]] if codes.size else codes
    return codes // records, codes % records
