"""What public mentions add up to: how much is negative of us and of competitors, what comes again, what is suspicious.

Looked at when a page asks, over some thousand newest mentions, and kept for some minutes.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from regard.analytics import Estimate
from regard.analytics.comparisons import DOWN, UP, Comparison, compare_many
from regard.analytics.estimate import MINIMUM_N
from regard.analytics.intervals import wilson
from regard.analytics.words.language import detect_languages
from regard.analytics.words.near_duplicates import find_bursts, near_duplicates
from regard.analytics.words.sentiment import learn_sentiment
from regard.analytics.words.themes import find_themes
from regard.listen.sources.queries import Mention

MOST = 3_000  # newest mentions that are read
NEGATIVE_STARS = 2
NEGATIVE = -0.05  # VADER's own border of the word list's score
AMONG = ("en", "de", "fr", "es", "it", "nl", "pt")
FEWEST_FOR_THEMES = 30
MOST_GROUPS = 6
EXAMPLES = 2
QUESTION = re.compile(r"[^.!?\n]{8,300}\?")
KEPT = 300.0  # seconds
MOST_KEPT = 8
COPIES = 0.5  # of a question's letters that another has in common


@dataclass(frozen=True)
class Share:
    """How much of what is said of one company is negative, and whether that differs from what is said of us."""

    about: str  # empty: us
    estimate: Estimate
    comparison: Comparison | None = None  # with us

    @property
    def words(self) -> str:
        """The verdict in words, from our side."""
        if self.comparison is None:
            return ""
        return {UP: "more than of us", DOWN: "less than of us"}.get(self.comparison.verdict, "cannot tell")


@dataclass(frozen=True)
class Group:
    """Several mentions that say or ask much the same."""

    words: str
    count: int
    examples: tuple[str, ...]
    ids: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Picture:
    """What the mentions of some time add up to. `negative` and `suspicions` are by mention."""

    shares: list[Share]
    complaints: list[Group]
    questions: list[Group]
    negative: dict[str, bool]
    suspicions: dict[str, str]
    how: str  # the negative ones were found by
    read: int


_kept: dict[str, tuple[float, str, Picture | None]] = {}  # by the oldest mention: made at, newest mention


def picture(mentions: Sequence[Mention]) -> Picture:
    """The picture of mentions, newest first; only the newest few thousand are read.

    One that was made some minutes ago of nearly the same mentions is good enough: reading them takes seconds.
    """
    read = mentions[:MOST]
    if not read:
        return _picture(read)
    oldest, ids = read[-1].id, {one.id for one in read}
    made_at, newest, kept = _kept.get(oldest, (0.0, "", None))
    if kept is None or time.monotonic() - made_at > KEPT or newest not in ids:
        kept = _picture(read)
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[oldest] = (time.monotonic(), read[0].id, kept)
    return kept


def _picture(mentions: Sequence[Mention]) -> Picture:
    negative, how = _negative(mentions)
    ours = [one for one in mentions if not one.about]
    complaining = [one for one in ours if negative.get(one.id)]
    return Picture(
        shares=_shares(mentions, negative), complaints=_themes(complaining), questions=_questions(ours),
        negative=negative, suspicions=_suspicions(mentions), how=how, read=len(mentions),
    )  # fmt: skip


def seems_negative(mention: Mention) -> bool | None:
    """Of one mention, by its stars or else by the word list; None where neither says anything."""
    if mention.stars is not None:
        return mention.stars <= NEGATIVE_STARS
    score = float(learn_sentiment([], [], scale=(1, 5), among=AMONG).score([mention.text])[0])
    return None if abs(score) < -NEGATIVE or np.isnan(score) else score < 0


def _negative(mentions: Sequence[Mention]) -> tuple[dict[str, bool], str]:
    """Which mentions are negative: by their stars, else by their words; those that say neither are left out."""
    if all(one.stars is not None for one in mentions):  # then words decide nothing, and models stay unread
        return {one.id: one.stars <= NEGATIVE_STARS for one in mentions if one.stars is not None}, ""
    texts = [one.text for one in mentions]
    languages = detect_languages(texts, among=AMONG)
    stars = np.array([np.nan if one.stars is None else one.stars for one in mentions])
    model = learn_sentiment(texts, stars, scale=(1, 5), languages=languages.tolist(), among=AMONG)
    scores = model.score(texts, languages.tolist())
    found = {}
    for one, star, score in zip(mentions, stars, scores, strict=True):
        if not np.isnan(star):
            found[one.id] = bool(star <= NEGATIVE_STARS)
        elif not np.isnan(score):
            found[one.id] = bool(score < NEGATIVE)
    return found, model.because


def _shares(mentions: Sequence[Mention], negative: dict[str, bool]) -> list[Share]:
    judged: dict[str, list[bool]] = {"": []}
    for one in mentions:
        if one.id in negative:
            judged.setdefault(one.about, []).append(negative[one.id])
    us, *others = [(about, _share_of(said)) for about, said in judged.items()]
    compared = compare_many([(theirs, us[1]) for _, theirs in others])
    listed = [Share(about, theirs, one) for (about, theirs), one in zip(others, compared, strict=True)]
    return [Share("", us[1]), *sorted(listed, key=lambda share: -share.estimate.n)]


def _share_of(said: Sequence[bool]) -> Estimate:
    n = len(said)
    if n < MINIMUM_N:
        return Estimate(None, None, None, n)
    found = wilson([sum(said)], [n])
    value, low, high, error = (
        float(each[0]) for each in (found.value, found.low, found.high, found.standard_error)
    )
    return Estimate(value, low, high, n, method=found.method, standard_error=error)


def _themes(complaining: Sequence[Mention]) -> list[Group]:
    """What the negative mentions are about, by the words they have in common."""
    texts = [one.text for one in complaining]
    if len(texts) < FEWEST_FOR_THEMES:
        return []
    model = find_themes(texts, most=12)
    main = model.assign(texts).main()
    groups = []
    for theme in model.themes:
        places = np.flatnonzero(main == theme.number).tolist()
        if len(places) > 1:
            groups.append(_group(theme.name, [complaining[place] for place in places], texts, places))
    return sorted(groups, key=lambda group: -group.count)[:MOST_GROUPS]


def _questions(ours: Sequence[Mention]) -> list[Group]:
    """Questions that several asked in nearly the same words."""
    asked = [(one, " ".join(found.split())) for one in ours for found in QUESTION.findall(one.text)[:3]]
    texts = [text for _, text in asked]
    groups = []
    for places in near_duplicates(texts, alike=COPIES).groups().values():
        who = [asked[place][0] for place in places]
        if len({one.person for one in who}) > 1:
            groups.append(_group(min((texts[place] for place in places), key=len), who, texts, places))
    return groups[:MOST_GROUPS]


def _group(words: str, who: Sequence[Mention], texts: Sequence[str], places: Sequence[int]) -> Group:
    examples = dict.fromkeys(texts[place] for place in places)
    return Group(
        words, len({one.id for one in who}), tuple(examples)[:EXAMPLES], tuple(one.id for one in who)
    )


def _suspicions(mentions: Sequence[Mention]) -> dict[str, str]:
    """Why a mention may not be an honest customer's: nearly the same words, by several, in a short time."""
    found: dict[str, str] = {}
    stars = [np.nan if one.stars is None else one.stars for one in mentions]
    times = np.array([one.at.replace(tzinfo=None) for one in mentions], dtype="datetime64[s]")
    texts, writers = [one.text for one in mentions], [one.person for one in mentions]
    for burst in find_bursts(texts, times, writers=writers, ratings=stars):
        found.update({mentions[place].id: ", ".join(burst.reasons) for place in burst.places})
    for places in near_duplicates(texts).groups().values():
        people = len({writers[place] for place in places})
        if people > 1:
            reason = f"nearly the same words as {len(places) - 1} other{'s' if len(places) > 2 else ''}"
            for place in places:
                found.setdefault(mentions[place].id, reason)
    return found
