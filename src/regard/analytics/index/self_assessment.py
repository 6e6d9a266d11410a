"""Seven-element self-assessment: what managers answer, how far they agree, and where the data say otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from regard.analytics.estimate import LEVEL, Estimate, Floats
from regard.analytics.index.focus_index import combine_scores
from regard.analytics.index.focus_questions import ELEMENTS, FOCUS_QUESTIONS, HIGHEST, LOWEST, FocusQuestion
from regard.analytics.intervals import t_mean

VERSION = "1"
MINIMUM_RESPONDENTS = 3
WORTH_SAYING = 15.0  # points of a hundred
UNIFORM_VARIANCE = ((HIGHEST - LOWEST + 1) ** 2 - 1) / 12  # of answers given at random
ROUNDING_VARIANCE = 1 / 12  # of an answer, for it is given in whole points
HIGHER, LOWER, AGREES, CANNOT_TELL = "answers higher", "answers lower", "agree", "cannot tell"


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """One question: answers and evidence on 0-100, and whether they disagree.

    `gap` is answers minus evidence; `verdict` is "answers higher", "answers lower", "agree" (the gap is surely small)
    or "cannot tell". `agreement` is 1 when all answered the same and 0 when they might have thrown dice.
    """

    question: FocusQuestion
    score: Estimate
    agreement: float | None
    evidence: Estimate
    gap: Estimate
    verdict: str


@dataclass(frozen=True, slots=True)
class AssessedElement:
    """One of the seven elements: mean of its questions, agreement over them, and its questions."""

    element: str
    score: Estimate
    agreement: float | None
    questions: list[AnsweredQuestion]


def self_assessment(
    answers: Sequence[Mapping[str, int]], evidence: Mapping[str, Estimate], *,
    questions: Sequence[FocusQuestion] = FOCUS_QUESTIONS, worth_saying: float = WORTH_SAYING,
    minimum: int = MINIMUM_RESPONDENTS, level: float = LEVEL,
) -> list[AssessedElement]:  # fmt: skip
    """Score the answers of several managers and set the evidence beside each.

    Parameters
    ----------
    answers : sequence of mapping of str to int
        One mapping a respondent: the question's code to 1-5; questions left open are simply not in it.
    evidence : mapping of str to Estimate
        Name of a part of the index to its score on 0-100 (`ScoredPart.score`); missing or too few is no evidence.
    questions : sequence of FocusQuestion
    worth_saying : float, default 15
        Points by which answers and evidence must differ to disagree, or surely not differ to agree.
    minimum : int, default 3
        Fewer respondents: "too few", which also keeps single answers private.
    level : float, default .95

    Returns
    -------
    list of AssessedElement
        The elements in the order of `ELEMENTS`.

    Raises
    ------
    ValueError
        If an answer does not lie between 1 and 5, or belongs to no question.

    Notes
    -----
    Score: ``25 (mean - 1)``, Student's t over respondents with a variance of at least 1/12
    (answers are rounded), cut to 0-100. An element's score is the mean over
    respondents of each one's own mean. Agreement of a question: ``r_wg = 1 - s²/2``, 2 being the variance of answers
    thrown at random on five points; of an element with J questions ``r_wg(J) = J r / (J r + 1 - r)`` with r the mean
    of its questions' r_wg, at least 0. Above .7 is called strong. The gap's interval is put together from both (MOVER).
    "Answers higher" needs an interval above 0 and a gap of at least `worth_saying`; "agree" an interval within it.

    References
    ----------
    James, Demaree and Wolf (1984), Estimating within-group interrater reliability, Journal of Applied Psychology
    69(1), 85-98; Waterman, Peters and Phillips (1980), Structure is not organization, Business Horizons 23(3), 14-26.

    Examples
    --------
    >>> answers = [{"values-1": 5}, {"values-1": 5}, {"values-1": 4}, {"values-1": 5}]
    >>> evidence = {"promises": Estimate(30.0, 24.0, 36.0, n=500)}
    >>> values = self_assessment(answers, evidence)[ELEMENTS.index("shared values")]
    >>> kept = values.questions[0]
    >>> print(kept.score.show(1), kept.agreement, kept.gap.show(1), kept.verdict)
    93.8 [73.9, 100.0] n=4 0.875 63.8 [43.0, 72.4] n=4 answers higher
    """
    by_code = {question.code: question for question in questions}
    _check(answers, by_code)
    found = []
    for element in ELEMENTS:
        chosen = [question for question in questions if question.element == element]
        asked = [_question(one, answers, evidence, (worth_saying, minimum, level)) for one in chosen]
        own = [
            float(np.mean([given[one.code] for one in chosen if one.code in given]))
            for given in answers
            if any(one.code in given for one in chosen)
        ]
        score = _score(np.array(own, dtype=np.float64), minimum, level)
        found.append(AssessedElement(element, score, _agreement_over(asked), asked))
    return found


def _check(answers: Sequence[Mapping[str, int]], by_code: Mapping[str, FocusQuestion]) -> None:
    for given in answers:
        if unknown := sorted(set(given) - set(by_code)):
            raise ValueError(f"no such question: {', '.join(unknown)}")
        if any(not LOWEST <= answer <= HIGHEST for answer in given.values()):
            raise ValueError(f"answers lie between {LOWEST} and {HIGHEST}")


def _question(
    question: FocusQuestion, answers: Sequence[Mapping[str, int]], evidence: Mapping[str, Estimate],
    rules: tuple[float, int, float],
) -> AnsweredQuestion:  # fmt: skip
    worth_saying, minimum, level = rules
    given = np.array([one[question.code] for one in answers if question.code in one], dtype=np.float64)
    score = _score(given, minimum, level)
    agreement = None if score.too_few else max(0.0, 1 - float(given.var(ddof=1)) / UNIFORM_VARIANCE)
    known = (evidence[name] for name in question.evidence if name in evidence)
    data = combine_scores([(1.0, one) for one in known if not one.too_few])
    gap = _gap(score, data)
    return AnsweredQuestion(question, score, agreement, data, gap, _verdict(gap, worth_saying))


def _score(given: Floats, minimum: int, level: float) -> Estimate:
    if len(given) < max(minimum, 2):
        return Estimate(None, None, None, len(given), level=level, method="t", version=VERSION)
    # who says 4 means something from 3.5 to 4.5: answers that are all alike are not certainty
    spread = max(((given - given.mean()) ** 2).sum(), (len(given) - 1) * ROUNDING_VARIANCE)
    mean = t_mean(given.sum(), len(given) * given.mean() ** 2 + spread, len(given), level)
    scale = 100 / (HIGHEST - LOWEST)
    value, low, high = (
        float(np.clip((end - LOWEST) * scale, 0.0, 100.0)) for end in (mean.value, mean.low, mean.high)
    )
    return Estimate(
        value, low, high, len(given), level=level, method="t", version=VERSION,
        standard_error=float(mean.standard_error) * scale,
    )  # fmt: skip


def _agreement_over(asked: Sequence[AnsweredQuestion]) -> float | None:
    """r_wg(J) by the Spearman-Brown form; None unless somebody's answers can be compared."""
    known = [one.agreement for one in asked if one.agreement is not None]
    if not known:
        return None
    mean = float(np.mean(known))
    return len(known) * mean / (len(known) * mean + 1 - mean)


def _gap(score: Estimate, data: Estimate) -> Estimate:
    """Answers minus evidence with MOVER's interval; nothing where either is missing."""
    nothing = Estimate(None, None, None, score.n, level=score.level, method="MOVER", version=VERSION)
    if score.value is None or data.value is None:
        return nothing
    down = np.hypot(score.value - _end(score.low, score.value), _end(data.high, data.value) - data.value)
    up = np.hypot(_end(score.high, score.value) - score.value, data.value - _end(data.low, data.value))
    value = score.value - data.value
    return Estimate(
        value,
        value - float(down),
        value + float(up),
        score.n,
        level=score.level,
        method="MOVER",
        version=VERSION,
    )


def _end(end: float | None, value: float) -> float:
    return value if end is None else end


def _verdict(gap: Estimate, worth_saying: float) -> str:
    if gap.value is None or gap.low is None or gap.high is None:
        return CANNOT_TELL
    if gap.low > 0 and gap.value >= worth_saying:
        return HIGHER
    if gap.high < 0 and -gap.value >= worth_saying:
        return LOWER
    return AGREES if -worth_saying <= gap.low and gap.high <= worth_saying else CANNOT_TELL
