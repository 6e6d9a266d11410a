"""Whether two comparable names can be one person's: short forms, initials, slips of the pen, swapped parts. Pure.

For records that share something already; by itself, none of this says that two people are one.
"""

from functools import lru_cache

from regard.know.linkage.nicknames import NICKNAMES

ROOT_OF = {short: root for root, shorts in NICKNAMES.items() for short in shorts.split()}
FEWEST_LETTERS = 3  # of a short form that is the beginning of a name
FEWEST_TO_SLIP = 5  # shorter names that differ in a letter are other names
FEMININE = frozenset({"a", "e", "ia", "ina", "ine", "in", "ne", "na", "te", "ta", "tte", "le", "la", "lle", "lla",
                      "ette", "etta", "elle", "ella"})  # fmt: skip
DIMINUTIVES = ("ie", "i", "y", "l", "erl")
UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ss", "s"), ("ph", "f"), ("th", "t"))


@lru_cache(maxsize=1 << 16)
def given_names_go_together(one: str, other: str) -> bool:
    """Whether two given names may be the same: `alex` and `alexander`, `a` and `anna`, `thersea` and `theresa`."""
    first, second = sorted((one.split()[0], other.split()[0]), key=len)
    if len(first) == 1:
        return second.startswith(first)
    if first == second or one.replace(" ", "") == other.replace(" ", ""):
        return True
    if ROOT_OF.get(first, first) == ROOT_OF.get(second, second):
        return True
    return _is_short_form(first, second) or is_slip(first, second)


@lru_cache(maxsize=1 << 16)
def family_names_go_together(one: str, other: str) -> bool:
    """Whether two family names may be the same: one part of a double name, or a slip of the pen."""
    return one == other or one in other.split() or other in one.split() or is_slip(one, other)


def is_slip(one: str, other: str) -> bool:
    """One letter changed, missing, doubled or swapped with its neighbour, or umlauts written the other way.

    First and last letters must be the same: daniel and daniela, andrea and andreas are two people.
    """
    one, other = _plain(one), _plain(other)
    if one == other:
        return True
    if min(len(one), len(other)) < FEWEST_TO_SLIP or one[0] != other[0] or one[-1] != other[-1]:
        return False
    start = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    left, right = one[start:], other[start:]
    if len(left) == len(right):
        return left[1:] == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])
    return left[1:] == right if len(left) > len(right) else left == right[1:]


def _is_short_form(short: str, name: str) -> bool:
    rest = name.removeprefix(short)
    if rest != name:
        return len(short) >= FEWEST_LETTERS and len(rest) > 1 and rest not in FEMININE
    stem = next((short.removesuffix(each) for each in DIMINUTIVES if short.endswith(each)), "")
    return len(stem) >= FEWEST_LETTERS and name.startswith(stem) and len(name) > len(short)


def _plain(name: str) -> str:
    for written, meant in UMLAUTS:
        name = name.replace(written, meant)
    return name
