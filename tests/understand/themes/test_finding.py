"""What customers write about becomes themes that last, and pain points only where it adds to what went wrong."""

import numpy as np
import pytest

from regard.errors import InputError, NotFoundError
from regard.understand.actions import compute, hide_theme, join_themes, rename_theme, show_theme
from regard.understand.pains.orders import Exposure
from regard.understand.pains.overlaps import expressed
from regard.understand.pains.ranking import still_open
from regard.understand.rates import turned_at
from regard.understand.slices import EVERYTHING
from regard.understand.themes.finding import hidden_themes, told_themes
from regard.understand.themes.lines import theme_lines, theme_named, words_about
from tests.understand.theme_writing import AS_OF, write_texts


def _number_of(word: str) -> int:
    return next(theme.number for theme in told_themes() if word in theme.words)


@pytest.mark.django_db
def test_themes_keep_their_numbers_and_what_people_changed() -> None:
    write_texts()
    compute(as_of=AS_OF, actor="test")
    late, wet = _number_of("courier"), _number_of("jacket")
    lines = {line.theme.number: line for line in theme_lines(EVERYTHING, AS_OF)}
    assert lines[late].texts == 40
    assert lines[late].score.value == 0.0
    assert theme_named(wet).pleased
    assert not theme_named(late).pleased
    assert {row["score"] for row in words_about(theme_named(wet), EVERYTHING, limit=5)} == {5.0}

    rename_theme(late, " Late  parcels ", actor="max")
    hide_theme(wet, actor="max")
    compute(as_of=AS_OF, actor="test")
    assert _number_of("courier") == late
    assert theme_named(late).name == "Late parcels"
    assert [theme.number for theme in hidden_themes()] == [wet]
    with pytest.raises(NotFoundError):
        theme_named(wet)

    show_theme(wet, actor="max")
    join_themes(late, wet, actor="max")
    assert theme_named(wet).number == late
    assert {line.theme.number: line.texts for line in theme_lines(EVERYTHING, AS_OF)}[late] == 80
    compute(as_of=AS_OF, actor="test")
    assert theme_lines(EVERYTHING, AS_OF)[0].texts == 80
    with pytest.raises(InputError):
        join_themes(late, late, actor="max")


def _exposure(kind: str, touched: np.ndarray, after: np.ndarray | None = None) -> Exposure:
    everybody = np.ones(len(touched), dtype=bool)
    return Exposure(kind, f"{kind}:x", kind, "", touched, everybody, touched, everybody, after)


def test_a_theme_is_part_of_what_befell_most_of_its_orders_but_not_of_what_befalls_everybody() -> None:
    orders = np.arange(100)
    theme = _exposure("theme", orders < 10)
    parts = expressed(
        [theme, _exposure("late", (orders < 8) | (orders > 95)), _exposure("step", orders < 90)]
    )
    assert (parts["theme:x"].whole.kind, parts["theme:x"].share) == ("late", 0.8)
    assert expressed([theme, _exposure("step", orders < 90)]) == {}


def test_who_writes_late_is_compared_with_orders_that_none_had_followed_by_then() -> None:
    touched = np.array([True, False, False])
    after = np.array([20.0, np.nan, np.nan])
    gap = np.array([50.0, 10.0, np.nan])
    assert still_open(_exposure("theme", touched, after), gap).tolist() == [True, False, True]
    assert still_open(_exposure("late", touched), gap).all()


def test_the_month_in_which_a_rate_turned_is_named() -> None:
    assert turned_at([10, 11, 9, 10, 30, 31, 29, 33], [100] * 8) == 4
    assert turned_at([1, 2, 3], [9, 9, 9]) is None
