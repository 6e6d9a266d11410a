"""Proportional odds: MASS's housing, the 2 x 2 table, and answers that predictors separate."""

import numpy as np
import pytest

from regard import analytics as ra

# Copenhagen housing (Madsen 1976; MASS): satisfaction varies fastest, then influence, type of house, contact
FREQUENCY = np.array([
    21, 21, 28, 34, 22, 36, 10, 11, 36, 61, 23, 17, 43, 35, 40, 26, 18, 54, 13, 9, 10, 8, 8, 12,
    6, 7, 9, 18, 6, 7, 15, 13, 13, 7, 5, 11, 14, 19, 37, 17, 23, 40, 3, 5, 23, 78, 46, 43,
    48, 45, 86, 15, 25, 62, 20, 23, 20, 10, 22, 24, 7, 10, 21, 57, 23, 13, 31, 21, 13, 5, 6, 13,
])  # fmt: skip
ROW = np.arange(72)
SATISFACTION, INFLUENCE, HOUSE, CONTACT = ROW % 3, ROW // 3 % 3, ROW // 9 % 4, ROW // 36
NAMES = ["Infl Medium", "Infl High", "Apartment", "Atrium", "Terrace", "Cont High"]
HOUSING = np.column_stack(
    (INFLUENCE == 1, INFLUENCE == 2, HOUSE == 1, HOUSE == 2, HOUSE == 3, CONTACT == 1)
).astype(float)


@pytest.fixture(scope="module")
def housing() -> ra.ProportionalOdds:
    return ra.proportional_odds(HOUSING, SATISFACTION, NAMES, frequency=FREQUENCY)


def test_housing(housing: ra.ProportionalOdds) -> None:
    assert housing.n == 1681
    np.testing.assert_allclose(
        housing.coefficients, [0.5664, 1.2888, -0.5724, -0.3662, -1.0910, 0.3603], atol=5e-5
    )
    np.testing.assert_allclose(
        housing.standard_errors, [0.10465, 0.12716, 0.11924, 0.15517, 0.15149, 0.09554], atol=5e-6
    )
    np.testing.assert_allclose(housing.thresholds, [-0.4961, 0.6907], atol=5e-5)
    np.testing.assert_allclose(np.sqrt(np.diag(housing.covariance))[:2], [0.1248, 0.1255], atol=5e-5)
    assert housing.deviance == pytest.approx(3479.15, abs=5e-3)
    assert housing.converged


def test_effects_are_estimates(housing: ra.ProportionalOdds) -> None:
    high = housing.effects()["Infl High"]
    assert high.show(2) == "1.29 [1.04, 1.54] n=1681"
    assert high.standard_error == pytest.approx(0.12716, abs=5e-6)


def test_probabilities_add_up_and_fit_the_margins(housing: ra.ProportionalOdds) -> None:
    chances = housing.probabilities(HOUSING)
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    expected = FREQUENCY @ chances
    np.testing.assert_allclose(expected, np.bincount(SATISFACTION, weights=FREQUENCY), rtol=0.01)


def test_a_frequency_is_that_many_rows(housing: ra.ProportionalOdds) -> None:
    every = np.repeat(ROW, FREQUENCY)
    rows = ra.proportional_odds(HOUSING[every], SATISFACTION[every] * 10 + 3, NAMES)
    np.testing.assert_allclose(rows.coefficients, housing.coefficients, atol=1e-7)
    assert rows.levels.tolist() == [3, 13, 23]


def test_turning_the_answers_round_turns_the_effects_round(housing: ra.ProportionalOdds) -> None:
    turned = ra.proportional_odds(HOUSING, -SATISFACTION, NAMES, frequency=FREQUENCY)
    np.testing.assert_allclose(turned.coefficients, -housing.coefficients, atol=1e-7)


def test_of_two_answers_it_is_the_log_odds_ratio() -> None:
    fit = ra.proportional_odds([[0], [0], [1], [1]], [0, 1, 0, 1], ["late"], frequency=[20, 80, 60, 40])
    assert fit.coefficients[0] == pytest.approx(np.log(40 / 60 / (80 / 20)), abs=1e-8)
    assert fit.standard_errors[0] == pytest.approx(np.sqrt(1 / 20 + 1 / 80 + 1 / 60 + 1 / 40), abs=1e-7)


def test_intervals_cover_the_truth() -> None:
    draw, covered = np.random.default_rng(2), 0
    for _ in range(200):
        x = draw.normal(5, 2, size=(150, 1))
        answer = np.digitize(0.4 * x[:, 0] + draw.logistic(size=150), [0.5, 2, 3])
        effect = ra.proportional_odds(x, answer, ["x"]).effects()["x"]
        covered += effect.low <= 0.4 <= effect.high
    assert 180 <= covered <= 198


def test_separation_is_announced_and_gives_no_figure() -> None:
    with pytest.warns(ra.ConvergenceWarning, match="separate"):
        fit = ra.proportional_odds([[0], [1], [2], [3]] * 5, [1, 1, 2, 2] * 5, ["x"])
    assert not fit.converged
    assert fit.effects()["x"].too_few


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [([[1], [2]], [3, 3], "do not differ"), ([[1, 2], [2, 4], [3, 6]], [1, 2, 3], "collinear"),
     ([[1], [1]], [1, 2], "not vary"), ([[1], [np.nan]], [1, 2], "missing"), ([[1]], [1, 2], "row for each")],
)  # fmt: skip
def test_what_cannot_be_fitted_is_refused(x: list[list[float]], y: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ra.proportional_odds(x, y, [f"x{place}" for place in range(len(x[0]))])


def test_odds_ratios_are_the_exponentials_of_the_effects() -> None:
    late = [[0], [0], [0], [1], [1], [1]]
    fit = ra.proportional_odds(late, [1, 2, 3, 1, 2, 3], ["late"], frequency=[5, 15, 80, 40, 30, 30])
    effect, ratio = fit.effects()["late"], fit.odds_ratios().of("late")
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx(
        tuple(np.exp([effect.value, effect.low, effect.high]))
    )
