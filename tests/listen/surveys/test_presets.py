"""Every template can be asked, in the languages it promises."""

import pytest

from regard.listen.surveys.logic import ways_to
from regard.listen.surveys.presets import ORDER, presets


@pytest.mark.parametrize("slug", ORDER)
def test_a_template_speaks_its_languages_and_every_question_can_be_reached(slug: str) -> None:
    found = presets()[slug]
    assert {"en", "de", "fr"} <= set(found.definition.languages)
    for question in found.definition.questions:
        assert ways_to(question.key, found.definition.questions) is not None


def test_the_first_template_also_reads_from_right_to_left() -> None:
    assert "ar" in presets()["nps"].definition.languages
