"""Self-assessment: scores and agreement by hand, and gaps between what is said and what is seen."""

import pytest

from regard import analytics as ra
from regard.analytics.index.focus_parts import FOCUS_PARTS
from regard.analytics.index.focus_questions import ELEMENTS, FOCUS_QUESTIONS
from tests.analytics.pages import check_page

CODES = ("values-1", "values-2", "values-3")
SURE = {"promises": ra.Estimate(30.0, 24.0, 36.0, n=500)}


def values(
    answers: list[dict[str, int]], evidence: dict[str, ra.Estimate] | None = None
) -> ra.AssessedElement:
    found = ra.self_assessment(answers, evidence or {})
    assert [one.element for one in found] == list(ELEMENTS)
    return found[ELEMENTS.index("shared values")]


def test_agrees_with_scores_by_hand() -> None:
    found = values([dict.fromkeys(CODES, answer) for answer in (2, 3, 4, 3)])
    assert (found.score.value, found.score.n) == (50.0, 4)
    # variance 2/3 of 2 if thrown at random: r_wg 2/3; of three questions 3 r / (3 r + 1 - r)
    assert [one.agreement for one in found.questions] == [pytest.approx(2 / 3)] * 3
    assert found.agreement == pytest.approx(2 / (2 + 1 / 3))


def test_answers_all_alike_are_no_certainty() -> None:
    """Rounded answers: variance 1/12, t(3) = 3.182, half an interval of 25 * 3.182 * sqrt(1/48) = 11.48."""
    score = values([{"values-1": 4}] * 4).questions[0].score
    assert score.low == pytest.approx(75 - 11.48, abs=0.01)


def test_all_the_same_agree_wholly_and_the_extremes_not_at_all() -> None:
    assert values([dict.fromkeys(CODES, 4)] * 5).agreement == 1
    assert values([dict.fromkeys(CODES, answer) for answer in (1, 5, 1, 5)]).agreement == 0


def test_answers_above_the_evidence_are_said_to_be() -> None:
    kept = values([{"values-1": answer} for answer in (5, 5, 4, 5)], SURE).questions[0]
    assert (kept.verdict, kept.evidence.value) == ("answers higher", 30.0)
    assert kept.gap.value == pytest.approx(93.75 - 30)


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ([1, 1, 1, 1], "answers lower"),
        ([2] * 8, "agree"),
        ([2] * 4, "cannot tell"),
        ([2, 5, 1, 2], "cannot tell"),
    ],
)
def test_verdicts_on_the_gap(answers: list[int], verdict: str) -> None:
    assert values([{"values-1": answer} for answer in answers], SURE).questions[0].verdict == verdict


def test_two_answers_are_too_few_and_stay_private() -> None:
    found = values([dict.fromkeys(CODES, 4)] * 2, SURE)
    assert found.score.too_few
    assert found.agreement is None
    assert found.questions[0].verdict == "cannot tell"


def test_without_evidence_no_gap() -> None:
    second = values([dict.fromkeys(CODES, 4)] * 4, SURE).questions[1]
    assert second.evidence.too_few
    assert second.gap.too_few


def test_open_questions_count_for_nothing() -> None:
    found = values([{"values-1": 5}, {"values-1": 5, "values-2": 1}, {"values-1": 5}])
    assert found.questions[1].score.too_few
    assert found.score.value == pytest.approx((100 + 50 + 100) / 3)


@pytest.mark.parametrize(
    ("answers", "match"), [({"values-1": 6}, "between"), ({"luck": 3}, "no such question")]
)
def test_wrong_answers_are_refused(answers: dict[str, int], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        ra.self_assessment([answers], {})


def test_questions_cover_each_element_and_name_parts_that_exist() -> None:
    parts = {part.name for part in FOCUS_PARTS}
    assert len({question.code for question in FOCUS_QUESTIONS}) == len(FOCUS_QUESTIONS)
    for element in ELEMENTS:
        assert 3 <= sum(question.element == element for question in FOCUS_QUESTIONS) <= 4
    assert [question.code for question in FOCUS_QUESTIONS if not set(question.evidence) <= parts] == []
    assert all(question.one and question.three and question.five for question in FOCUS_QUESTIONS)


def test_the_page_is_whole() -> None:
    check_page("self-assessment")
