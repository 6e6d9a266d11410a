"""Focus index: by hand, never of missing parts without saying so, and intervals that cover."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard import analytics as ra
from regard.analytics.index.focus_parts import FOCUS_PARTS
from tests.analytics.pages import FOLDER, check_page

PARTS = (
    ra.FocusPart("kept", "Kept", "caring", 3, zero=0.5, hundred=1.0),
    ra.FocusPart("quick", "Quick", "caring", 1, zero=48, hundred=0),
    ra.FocusPart("known", "Known", "understanding", 1, zero=0, hundred=1),
)
KEPT, QUICK, KNOWN = (
    ra.Estimate(0.9, 0.85, 0.95, n=400),
    ra.Estimate(12.0, 6.0, 24.0, n=80),
    ra.Estimate(0.4, 0.4, 0.4, n=900),
)


def test_agrees_with_the_index_by_hand() -> None:
    """Kept 80, quick 75, so caring (3 x 80 + 75) / 4 = 78.75; known 40; index 59.375."""
    found = ra.focus_index(PARTS, {"kept": KEPT, "quick": QUICK, "known": KNOWN})
    caring, understanding = found.pillars
    assert caring.score.value == pytest.approx(78.75)
    assert understanding.score.value == pytest.approx(40)
    assert found.score.value == pytest.approx(59.375)
    assert caring.score.low == pytest.approx(78.75 - np.hypot(0.75 * 10, 0.25 * 25))
    assert caring.score.high == pytest.approx(78.75 + np.hypot(0.75 * 10, 0.25 * 12.5))
    assert (found.missing, found.missing_weight, found.score.n) == ([], 0.0, 80)
    assert found.lowest == found.highest == pytest.approx(59.375)


def test_a_missing_part_is_named_weighed_and_not_filled_in() -> None:
    found = ra.focus_index(PARTS, {"kept": KEPT, "known": KNOWN})
    assert found.missing == ["quick"]
    assert found.missing_weight == pytest.approx(0.125)
    assert found.score.value == pytest.approx((80 + 40) / 2)
    assert (found.lowest, found.highest) == (pytest.approx((60 + 40) / 2), pytest.approx((85 + 40) / 2))


def test_a_pillar_mostly_missing_has_no_score_and_the_index_has_none() -> None:
    found = ra.focus_index(PARTS, {"quick": QUICK, "known": KNOWN})
    assert found.pillars[0].score.too_few
    assert found.score.too_few
    assert found.pillars[0].missing_weight == 0.75


def test_too_few_counts_as_missing() -> None:
    found = ra.focus_index(PARTS, {"kept": KEPT, "quick": ra.Estimate(None, None, None, n=3), "known": KNOWN})
    assert found.missing == ["quick"]


def test_beyond_the_anchors_the_score_stays_and_less_may_be_better() -> None:
    quick = PARTS[1]
    assert quick.score(ra.Estimate(60.0, 50.0, 70.0, n=10)).value == 0
    assert quick.score(ra.Estimate(-1.0, -2.0, 12.0, n=10)).low == 75


def test_the_interval_covers_as_often_as_it_says() -> None:
    generator = np.random.default_rng(8)
    covered = 0
    for _ in range(400):
        measured = {}
        for name, share, n in (("kept", 0.8, 60), ("known", 0.3, 40)):
            drawn = ra.wilson(generator.binomial(n, share), n)
            measured[name] = ra.Estimate(float(drawn.value), float(drawn.low), float(drawn.high), n=n)
        found = ra.focus_index((PARTS[0], PARTS[2]), measured)
        covered += found.score.low <= (60 + 30) / 2 <= found.score.high  # type: ignore[operator]
    assert 0.92 <= covered / 400 <= 0.985


@given(
    st.dictionaries(st.sampled_from([part.name for part in FOCUS_PARTS]), st.floats(-0.5, 1.5), min_size=1)
)
def test_every_score_stays_between_0_and_100_and_within_what_is_possible(values: dict[str, float]) -> None:
    measured = {name: ra.Estimate(value, value - 0.1, value + 0.1, n=50) for name, value in values.items()}
    found = ra.focus_index(FOCUS_PARTS, measured)
    assert set(found.missing) == {part.name for part in FOCUS_PARTS} - set(values)
    assert 0 <= found.lowest <= found.highest <= 100 + 1e-9
    if found.score.value is not None:
        assert found.lowest - 1e-9 <= found.score.value <= found.highest + 1e-9
        assert -1e-9 <= found.score.low <= found.score.value <= found.score.high <= 100 + 1e-9  # type: ignore[operator]


@pytest.mark.parametrize(
    ("parts", "measured"),
    [
        ((), {}),
        ((PARTS[0], PARTS[0]), {}),
        ((ra.FocusPart("flat", "Flat", "caring", 1, zero=1, hundred=1),), {}),
        ((ra.FocusPart("light", "Light", "caring", 0, zero=0, hundred=1),), {}),
        (PARTS, {"happiness": KEPT}),
    ],
)
def test_what_makes_no_index_is_refused(
    parts: tuple[ra.FocusPart, ...], measured: dict[str, ra.Estimate]
) -> None:
    with pytest.raises(ValueError, match=r"part"):
        ra.focus_index(parts, measured)


def test_every_part_is_explained_on_the_page() -> None:
    check_page("focus-index")
    text = (FOLDER / "focus-index.md").read_text(encoding="utf-8")
    assert [part.name for part in FOCUS_PARTS if f"| {part.title} |" not in text] == []
