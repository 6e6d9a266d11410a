"""What customers answered when asked: reviews, surveys, rated attributes."""

from regard.listen.mapping.model import EventRule, Subject, Value, When
from regard.listen.mapping.parts import Setting, event, key_of, time_of, voice_of
from regard.listen.mapping.view import DATES, NUMBERS, WORDY, View
from regard.listen.mapping.words import words_of

GOOD = frozenset({"satisfied", "good", "yes", "happy", "zufrieden", "gut", "ja", "satisfait", "bien", "bon", "oui",
                  "satisfecho", "bueno", "positive", "positiv", "true", "good with comment", "very satisfied",
                  "extremely happy", "very happy"})  # fmt: skip
UNANSWERED = frozenset({"offered", "unoffered", "not offered", "pending", "sent", "no answer", "not answered",
                        "not rated", "unrated", "keine angabe", "keine antwort", "sans réponse",
                        "sin respuesta"})  # fmt: skip
COUNTED = frozenset({"number", "count", "age", "anzahl", "minutes", "months", "tenure", "quantity", "total", "alter",
                     "nombre", "numero", "year", "charge"})  # fmt: skip


def review(view: View, setting: Setting) -> list[EventRule]:
    """Reviews: stars up to five, about an order or a product."""
    stars = view.find("stars", NUMBERS, sure=0.6) or (
        view.find("score", NUMBERS) if view.about == "review" else ""
    )
    spoken = (
        view.about == "review"
        or any("review" in words_of(c) for c in view.filled)
        or view.is_called("review")
    )
    if not stars or not spoken or (view.bounds(stars) or (0, 9))[1] > 5:
        return []
    at = time_of(view, setting, "opened_date", "answered_date")
    about = sorted(
        (t for t in ("order", "product") if view.ids(t)),
        key=lambda t: view.profiles[view.ids(t)[0]].null_share,
    )
    subject = Subject(about[0], view.ids(about[0])[0]) if about else None
    if subject is None and view.find("product_name"):
        subject = Subject(
            "product", view.take("subject", view.find("product_name"), 0.7, "It is what is reviewed.")
        )
    view.take(
        "score", stars, view.sure_of("stars", stars), f"`{stars}` runs up to 5 and is the review's stars."
    )
    text = view.take("text", view.find("text", WORDY), 0.8, "It holds the customer's words.")
    key = tuple(view.ids("review")[:1]) or tuple(c for t in about for c in view.ids(t)[:1])
    key = key if key and view.tells_apart(key) else (*key, *(c for c in (at["at"],) if c))
    return [event(view, "review.written", **at, id=key or key_of(view, setting, "review"), subject=subject,
                   instrument="stars-5", score=stars, text=text, separate=not view.tells_apart(key),
                   channel=Value(constant="review"))]  # fmt: skip


def survey(view: View, setting: Setting) -> list[EventRule]:
    """Answers to NPS, CES and CSAT questions."""
    events = []
    for kind, instrument in (("nps", "nps"), ("ces", "ces-7"), ("csat", "csat-5")):
        column = view.find(kind, sure=0.6)
        if not column and view.is_called(kind):
            column = (
                view.find("score", NUMBERS, sure=0.9)
                or view.find("stars", NUMBERS)
                or view.only_small_number()
            )
        if column and view.profiles[column].kind not in DATES:
            events += _answers(view, setting, column, instrument)
    return events


def _answers(view: View, setting: Setting, column: str, instrument: str) -> list[EventRule]:
    bounds = view.bounds(column) if view.is_number(column) else None
    values = {}
    if bounds is None:
        values = _good_or_bad(view.words(column)) if instrument == "csat-5" else {}
        if not values:
            return []
        instrument = "csat-2"
    elif instrument == "csat-5" and bounds[1] <= 1:
        instrument = "csat-2"
    elif bounds[1] > {"nps": 10, "ces-7": 7, "csat-5": 5}[instrument]:
        return []
    at = time_of(view, setting, "answered_date")
    listed = ", ".join(f"{word} = {value or 'no answer'}" for word, value in values.items())
    what = f"{instrument} ({listed})" if values else instrument
    view.take("score", column, 0.8, f"`{column}` is an answer on {what}.")
    view.values.update({column: values} if values else {})
    zero = _zero(view, column) if instrument in ("csat-5", "ces-7") else ()
    voice = voice_of(view) if setting.who.key != column else {}
    key = key_of(view, setting, "answer")
    base = {"id": key, "instrument": instrument, "separate": not view.tells_apart(key), **voice}
    events = [event(view, "survey.answered", **at, **base, score=column, score_missing=zero)]
    invited = view.find("invited_date", DATES, sure=0.9)
    if invited and invited != at["at"]:
        view.take("invited", invited, 0.8, "It says when the customer was asked.")
        events.append(event(view, "survey.invited", at=invited, when=When(invited), **{**base, "text": ""}))
    return events


def _good_or_bad(words: list[str]) -> dict[str, str]:
    """1 for what is good, 0 for the other answers, nothing where there is none (Zendesk's "Offered")."""
    bare = {word: word.strip().lower() for word in words}
    values = {word: "" if said in UNANSWERED else "1" if said in GOOD else "0" for word, said in bare.items()}
    answers = [value for value in values.values() if value]
    return values if "1" in answers and len(answers) <= 3 else {}


def ratings(view: View, setting: Setting) -> list[EventRule]:
    """Three or more columns on one scale: every attribute rated is an answer of its own."""
    rated = [c for c in view.filled if c not in view.taken and _is_rating(view, c)]
    if len(rated) < 3:
        return []
    top = 5 if all((view.bounds(c) or (0, 9))[1] <= 5 for c in rated) else 10
    rated = [c for c in rated if (view.bounds(c) or (0, 0))[1] >= top * 0.8]
    if len(rated) < 3:
        return []
    at = time_of(view, setting, "answered_date")
    key = key_of(view, setting, "answer")
    events = []
    for column in rated:
        absent = _zero(view, column)
        note = "; 0 means not applicable" if absent else ""
        view.take("score", column, 0.75, f"`{column}` is rated on a scale up to {top}{note}.")
        events.append(event(view, "survey.answered", **at, id=key, separate=not view.tells_apart(key),
                             instrument=f"rating-{top}", score=column, score_missing=absent,
                             touchpoint=Value(constant=column)))  # fmt: skip
    return events


def _zero(view: View, column: str) -> tuple[str, ...]:
    """On a scale from one up, 0 means not applicable."""
    least = (view.bounds(column) or (1, 5))[0]
    return ("0",) if least == 0 or "0" in view.profiles[column].missing_words else ()


def _is_rating(view: View, column: str) -> bool:
    profile, bounds = view.profiles[column], view.bounds(column)
    if profile.kind not in ("integer", "rating") or bounds is None or view.things[column]:
        return False
    whole = 0 <= bounds[0] <= 1.5 + 3 * (bounds[1] > 5) and 4 <= bounds[1] <= 10 and profile.distinct >= 4
    return whole and profile.distinct <= 11 and not COUNTED & set(words_of(column))
