"""What a survey asks: questions as data. A definition is frozen into a version when it is published.

Texts are dictionaries of language to wording. Nothing here is code: conditions are small trees (`logic`), and a
fact about the customer stands in a text as `{given_name|there}`, with what is said when it is not known.
"""

from typing import Literal

import msgspec

from regard.listen.surveys.logic import Condition

Text = dict[str, str]
Audience = Literal["customers", "employees", "shoppers"]
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of everything a definition is made of."""


class Option(Part, frozen=True, kw_only=True):
    """One answer to choose; `free` asks for words beside it (“other”)."""

    key: str
    text: Text
    free: bool = False


class Attribute(Part, frozen=True, kw_only=True):
    """One thing to be rated, such as “delivery”."""

    key: str
    text: Text


class Wording(Part, frozen=True, kw_only=True):
    """How a follow-up is worded when the score it follows lies from `low` to `high`."""

    low: int
    high: int
    text: Text


class Question(Part, frozen=True, kw_only=True, tag_field="kind"):
    """What every question has. `key` names it in answers and events and never changes."""

    key: str
    text: Text
    hint: Text = {}
    required: bool = False
    show_if: Condition | None = None


class Score(Question, frozen=True, kw_only=True):
    """A question answered by one number; `labels` are the words at its ends, or at every step."""

    labels: dict[str, tuple[str, ...]] = {}

    @property
    def instrument(self) -> str:
        raise NotImplementedError

    @property
    def scale(self) -> range:
        raise NotImplementedError


class Nps(Score, frozen=True, kw_only=True, tag="nps"):
    """How likely to recommend, 0 to 10."""

    @property
    def instrument(self) -> str:
        return "nps"

    @property
    def scale(self) -> range:
        return range(11)


class Csat(Score, frozen=True, kw_only=True, tag="csat"):
    """How satisfied: good or bad, 1 to 5, or five faces with words."""

    form: Literal["good-bad", "numbers", "smileys"] = "numbers"

    @property
    def instrument(self) -> str:
        return "csat-2" if self.form == "good-bad" else "csat-5"

    @property
    def scale(self) -> range:
        return range(2) if self.form == "good-bad" else range(1, 6)


class Ces(Score, frozen=True, kw_only=True, tag="ces"):
    """How far one agrees that it was made easy, 1 to 7 (CES 2.0)."""

    @property
    def instrument(self) -> str:
        return "ces-7"

    @property
    def scale(self) -> range:
        return range(1, 8)


class Ratings(Question, frozen=True, kw_only=True, tag="ratings"):
    """Several attributes rated alike and, if wished, how much each matters (1 to 5)."""

    attributes: tuple[Attribute, ...]
    points: Literal[5, 10] = 5
    importance: bool = False
    labels: dict[str, tuple[str, ...]] = {}

    @property
    def instrument(self) -> str:
        return f"rating-{self.points}"

    @property
    def scale(self) -> range:
        return range(1, self.points + 1)


class Choice(Question, frozen=True, kw_only=True, tag="choice"):
    """One of several answers, or any number of them."""

    options: tuple[Option, ...]
    many: bool = False


class Open(Question, frozen=True, kw_only=True, tag="open"):
    """The customer's own words; `about` names the score they explain, whose value may change the wording."""

    about: str = ""
    by_score: tuple[Wording, ...] = ()


class Contact(Question, frozen=True, kw_only=True, tag="contact"):
    """Whether somebody may get in touch about the answers."""


AnyQuestion = Nps | Csat | Ces | Ratings | Choice | Open | Contact
SCORES = (Nps, Csat, Ces)


class Definition(Part, frozen=True, kw_only=True):
    """A whole survey as it is asked. The first language is the one used when no other fits."""

    languages: tuple[str, ...]
    title: Text
    questions: tuple[AnyQuestion, ...]
    intro: Text = {}
    thanks: Text = {}

    def question(self, key: str) -> AnyQuestion | None:
        """The question of that key."""
        return next((each for each in self.questions if each.key == key), None)

    @property
    def lead(self) -> AnyQuestion:
        """The question that the survey stands for: its first score, else its first question."""
        scored = (each for each in self.questions if isinstance(each, SCORES))
        return next(scored, self.questions[0])


def instrument_of(question: AnyQuestion, audience: Audience = "customers") -> str:
    """The instrument of a question's events; what employees say is kept apart from what customers say."""
    if isinstance(question, Score | Ratings):
        own = question.instrument
    else:
        own = {Choice: "choice", Open: "text", Contact: "contact"}[type(question)]
    return own if audience == "customers" else f"{audience[:-1]}-{own}"


def read_definition(raw: object) -> Definition:
    """A definition from decoded JSON or TOML; msgspec.ValidationError names what does not fit."""
    return msgspec.convert(raw, Definition)


def plain(definition: Definition) -> dict[str, object]:
    """A definition as JSON-able data."""
    made: dict[str, object] = msgspec.to_builtins(definition)
    return made
