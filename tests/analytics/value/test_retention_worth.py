"""What a point of retention is worth: the published multiples, the sum of a long life, and an interval that covers."""

import numpy as np
import pytest

from regard import analytics as ra


def stays(share: float, n: int = 1000) -> ra.Estimate:
    return ra.Estimate(share, None, None, n, standard_error=float(np.sqrt(share * (1 - share) / n)))


@pytest.mark.parametrize(("discount", "multiples"), [
    (0.10, [1.20, 1.75, 2.67, 4.50]),
    (0.12, [1.15, 1.67, 2.50, 4.09]),
    (0.14, [1.11, 1.59, 2.35, 3.75]),
    (0.16, [1.07, 1.52, 2.22, 3.46]),
])  # fmt: skip
def test_margin_multiples_are_those_of_gupta_and_lehmann(discount: float, multiples: list[float]) -> None:
    found = [
        ra.retention_worth(stays(share), 1.0, customers=1, discount=discount).base.value
        for share in (0.6, 0.7, 0.8, 0.9)
    ]
    assert [round(value, 2) for value in found if value is not None] == multiples


def test_the_base_is_the_sum_over_a_long_life_and_the_gain_its_difference() -> None:
    def by_hand(retention: float) -> float:
        years = np.arange(1, 2000)
        return float(500 * 40.0 * ((retention / 1.12) ** years).sum())

    found = ra.retention_worth(stays(0.85), 40.0, customers=500, discount=0.12)
    assert found.base.value == pytest.approx(by_hand(0.85), rel=1e-12)
    assert found.gain.value == pytest.approx(by_hand(0.86) - by_hand(0.85), rel=1e-10)


def test_a_small_change_is_the_derivative_and_the_elasticity_its_relative() -> None:
    found = ra.retention_worth(stays(0.85), 40.0, customers=500, discount=0.12, change=1e-6)
    assert found.gain.value is not None
    assert found.base.value is not None
    assert found.gain.value / 1e-6 == pytest.approx(500 * 40.0 * 1.12 / 0.27**2, rel=1e-4)
    assert found.elasticity.value == pytest.approx(
        found.gain.value / 1e-6 * 0.85 / found.base.value, rel=1e-4
    )
    assert found.elasticity.value == pytest.approx(1.12 / 0.27)


def test_the_intervals_cover_the_truth() -> None:
    draw = np.random.default_rng(9)
    truth = ra.retention_worth(stays(0.8), 50.0, customers=100, discount=0.1)
    hits = np.zeros(3)
    for _ in range(500):
        margins = draw.gamma(2.0, 25.0, 400)
        margin = ra.Estimate(margins.mean(), None, None, 400, standard_error=margins.std(ddof=1) / 20)
        found = ra.retention_worth(
            stays(draw.binomial(400, 0.8) / 400, 400), margin, customers=100, discount=0.1
        )
        for place, name in enumerate(("base", "gain", "elasticity")):
            one, true = getattr(found, name), getattr(truth, name).value
            hits[place] += one.low <= true <= one.high
    assert (hits / 500 > 0.92).all()
    assert (hits / 500 < 0.98).all()


def test_too_few_to_know_stays_too_few() -> None:
    found = ra.retention_worth(ra.Estimate(None, None, None, 4), 40.0, customers=500, discount=0.1)
    assert found.base.too_few
    assert found.gain.too_few


@pytest.mark.parametrize(("share", "margin", "discount", "says"), [
    (0.995, 40.0, 0.1, "after the change"), (0.8, 0.0, 0.1, "above 0"), (0.8, 40.0, 0.0, "above 0"),
])  # fmt: skip
def test_what_has_no_worth_is_refused(share: float, margin: float, discount: float, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ra.retention_worth(stays(share), margin, customers=10, discount=discount)
