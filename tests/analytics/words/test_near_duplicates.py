"""Copies are found, others left alone, and bursts give their reasons."""

import numpy as np
import pytest
from benchmarks.comments import write_comments

from regard import analytics as ra

BOUGHT = "These are the best hiking boots I have ever owned, perfect fit and very fast delivery, five stars"


def test_planted_copies_are_found_among_thousands() -> None:
    others, _ = write_comments(2000)
    others = [text for text in others if len(text) > 60]
    copies = [BOUGHT + end for end in ("!", "!!", " :-)", ", really")] + [BOUGHT.upper()]
    found = ra.near_duplicates([*copies, *others])
    assert set(found.group[:5].tolist()) == {found.group[0]}
    assert found.groups()[int(found.group[0])] == [0, 1, 2, 3, 4]
    assert (found.group[5:] >= 0).mean() < 0.02


def test_the_whole_comparison_agrees_with_the_share_of_common_pieces() -> None:
    def pieces(text: str) -> set[str]:
        return {text[at : at + 4] for at in range(len(text) - 3)}

    words = BOUGHT.lower().split()
    for changed in range(1, 12):
        other = " ".join(
            [f"{word}xx{place}" if place < changed else word for place, word in enumerate(words)]
        )
        one, two = pieces(BOUGHT.lower()), pieces(other)
        common = len(one & two) / len(one | two)
        together = ra.near_duplicates([BOUGHT, other]).groups() != {}
        if abs(common - 0.7) > 0.12:
            assert together == (common > 0.7)


def test_short_texts_are_no_copies() -> None:
    assert ra.near_duplicates(["Thanks!", "Thanks!", None, ""]).group.tolist() == [-1, -1, -1, -1]
    assert ra.near_duplicates([]).group.tolist() == []
    with pytest.raises(ValueError, match="alike"):
        ra.near_duplicates([], alike=0)


def test_a_burst_tells_why_it_is_suspect_and_slow_copies_are_none() -> None:
    hours = np.array([0, 5, 9, 30, 31, 24 * 90], dtype="timedelta64[h]")
    times = np.datetime64("2026-03-01T00") + hours
    texts = [BOUGHT + "!" * n for n in range(4)] + ["A parcel that came late and open", BOUGHT]
    (burst,) = ra.find_bursts(texts, times, writers=list("abcdef"), ratings=[5, 5, 5, 5, 1, 5])
    assert burst.places == (0, 1, 2, 3)
    assert burst.reasons == ("4 nearly equal texts within 30 hours", "by 4 writers", "all rated 5")
    assert ra.find_bursts(texts, times, hours=20) == []
    (one,) = ra.find_bursts(texts, times, writers=["a"] * 6, ratings=[5, 4, 5, 5, 1, 5])
    assert one.reasons[1:] == ("all by one writer",)


def test_columns_must_fit() -> None:
    with pytest.raises(ValueError, match="one a text"):
        ra.find_bursts(["a"], [])
    with pytest.raises(ValueError, match="least"):
        ra.find_bursts([], np.array([], dtype="datetime64[s]"), least=1)
