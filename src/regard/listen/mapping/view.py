"""One sheet as the proposal sees it: what each column may mean, and which are spoken for."""

import re
from dataclasses import dataclass, field

from regard.listen.mapping.words import BARE_ID, meanings_of, thing_named, thing_of_id, words_of
from regard.listen.reading import ColumnProfile, Sheet

DATES = frozenset({"date", "datetime"})
NUMBERS = frozenset({"integer", "decimal", "currency", "rating"})
WORDY = frozenset({"text", "category", "name"})
MOST_WORDS = 60
LONGEST_NAME = 40
PERSONAL = ("name", "given_name", "family_name", "email", "phone", "birth_date")


@dataclass(frozen=True)
class Choice:
    """One thing that the proposal decided, how sure it is, and why, in a sentence."""

    table: str
    what: str
    column: str
    confidence: float
    sentence: str


@dataclass(frozen=True)
class Question:
    """What a person should decide. An unanswered one that `blocks` stops an import; others have been decided.

    `settles` is what the answer says how to read: "date_order" or "decimal_mark"; "" where a mapping is changed.
    """

    table: str
    column: str
    sentence: str
    options: tuple[str, ...]
    blocks: bool = False
    settles: str = ""


@dataclass
class View:
    """A sheet with its columns' profiles, and what has been decided about it so far."""

    name: str  # of the table
    file_name: str
    source: str
    profiles: dict[str, ColumnProfile]
    sheet: Sheet
    taken: set[str] = field(default_factory=set)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    _apart: dict[tuple[str, ...], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.meanings = {column: meanings_of(column) for column in self.filled}
        for column in self.filled:
            if self._is_coded(column):  # Shopify's `Name` is #1001
                self.meanings[column].pop("name", None)
        self.things = {column: self._thing(column) for column in self.filled}
        if all(re.fullmatch(r"column_\d+", column) for column in self.profiles):
            self._read_shape()

    def _read_shape(self) -> None:
        """Without headers: the first id, the first date and the last amount are taken for what they mostly are."""
        kinds = {column: self.profiles[column].kind for column in self.filled}
        keys = [c for c, kind in kinds.items() if kind in ("id", "integer")]
        dates = [c for c, kind in kinds.items() if kind in DATES]
        amounts = [c for c, kind in kinds.items() if kind in ("decimal", "currency")]
        if keys and dates and amounts:
            self.things[keys[0]] = "customer"
            self.meanings[dates[0]]["order_date"] = 0.5
            self.meanings[amounts[-1]]["amount"] = 0.5

    @property
    def format(self) -> str:
        return self.sheet.found.format

    @property
    def filled(self) -> list[str]:
        """Columns with any value."""
        return [column for column, profile in self.profiles.items() if profile.kind != "empty"]

    @property
    def about(self) -> str:
        """What the file's or sheet's name speaks of: order, case, review, … or nothing known."""
        return thing_named(self.name) or thing_named(self.file_name.rsplit(".", 1)[0])

    def is_called(self, *words: str) -> bool:
        """Whether the file's or sheet's name has one of the words in it."""
        text = " ".join(words_of(f"{self.name} {self.file_name}"))
        return any(word in text for word in words)

    def _thing(self, column: str) -> str:
        thing = thing_of_id(column)
        words = words_of(column)
        alone = thing_named(column) if len(words) == 1 and not thing else ""
        if alone and (self.profiles[column].kind in ("id", "integer") or self._is_coded(column)):
            return alone
        if words and words[-1] == "pk":
            return ""
        return thing

    def _is_coded(self, column: str) -> bool:
        """Whether all examples look like FJ-141 or #1001: one word with digits in it."""
        examples = self.profiles[column].examples
        return bool(examples) and all(re.fullmatch(r"(?=.*\d)#?[\w.-]+", example) for example in examples)

    def ids(self, thing: str) -> list[str]:
        """The columns that hold ids of a thing."""
        return [column for column, named in self.things.items() if named == thing]

    def row_id(self) -> str:
        """A column that numbers the rows: a bare id, or one that names nothing known."""
        own = [c for c in self.filled if self.profiles[c].kind == "id" and self.profiles[c].unique]
        return self.bare_id() or next((c for c in own if self.things[c] in ("", "answer")), "")

    def bare_id(self) -> str:
        """A column that is just called id and tells every row apart."""
        return next((c for c in self.ids(BARE_ID) if self.profiles[c].unique), "")

    def find(
        self, meaning: str, kinds: frozenset[str] | None = None, *, sure: float = 0.5, free: bool = True
    ) -> str:
        """The column that most likely has a meaning, "" if none does."""
        best, best_share = "", sure
        for column in self.filled:
            share = self.meanings[column].get(meaning, 0.0)
            fits = kinds is None or self.profiles[column].kind in kinds
            if (
                fits
                and share >= best_share
                and not (free and column in self.taken)
                and (share > best_share or not best)
            ):
                best, best_share = column, share
        return best

    def any_date(self, *meanings: str) -> str:
        """The first meaning that a date column has, else the only plain date there is."""
        for meaning in (*meanings, "date"):
            found = self.find(meaning, DATES, sure=0.3, free=False)
            if found:
                return found
        dates = [
            c
            for c in self.filled
            if self.profiles[c].kind in DATES and not self.meanings[c].get("birth_date")
        ]
        return dates[0] if len(dates) == 1 else ""

    def take(self, what: str, column: str, confidence: float, sentence: str) -> str:
        """Decide on a column."""
        if column:
            self.taken.add(column)
            self.choices.append(Choice(self.name, what, column, round(confidence, 2), sentence))
        return column

    def sure_of(self, meaning: str, column: str) -> float:
        """How sure a column's wording makes its meaning."""
        return max(self.meanings.get(column, {}).get(meaning, 0.3), 0.3)

    def describes_person(self) -> bool:
        """Whether the table says what people are called and where they live or when they were born."""
        fields = (*PERSONAL, "street", "city", "postcode")
        return sum(bool(self.find(field, sure=0.9, free=False)) for field in fields) >= 3

    def is_prose(self, column: str) -> bool:
        """Whether a column holds sentences rather than names of things."""
        profile = self.profiles[column]
        return profile.kind == "text" and any(len(example) > LONGEST_NAME for example in profile.examples)

    def is_number(self, column: str) -> bool:
        return self.profiles[column].kind in NUMBERS

    def bounds(self, column: str) -> tuple[float, float] | None:
        """Least and greatest number of a column, if it holds numbers."""
        profile = self.profiles[column]
        try:
            return float(profile.minimum or ""), float(profile.maximum or "")
        except ValueError:
            return None

    def choice(self, what: str, column: str, confidence: float, sentence: str) -> Choice:
        return Choice(self.name, what, column, confidence, sentence)

    def ask(
        self, column: str, sentence: str, options: list[str], *, blocks: bool = False, settles: str = ""
    ) -> None:
        """Leave a question for a person."""
        self.questions.append(Question(self.name, column, sentence, tuple(options), blocks, settles))

    def words(self, column: str) -> list[str]:
        """All values of a column that has few, else none."""
        if self.profiles[column].distinct > MOST_WORDS:
            return []
        missing = {"", *self.profiles[column].missing_words}
        return [
            word for word in self.sheet.table()[column].unique().to_pylist() if word and word not in missing
        ]

    def tells_apart(self, columns: tuple[str, ...]) -> bool:
        """Whether no two rows are equal in these columns."""
        if len(columns) == 1:
            return self.profiles[columns[0]].unique
        if columns not in self._apart:
            table = self.sheet.table().select(list(dict.fromkeys(columns)))
            self._apart[columns] = table.group_by(table.column_names).aggregate([]).num_rows == table.num_rows
        return self._apart[columns]

    def only_small_number(self) -> str:
        """The one free column of whole numbers up to ten, if there is just one."""
        small = [c for c in self.filled if c not in self.taken and self.profiles[c].kind in ("integer", "rating")
                 and not self.things[c] and (self.bounds(c) or (0, 99))[1] <= 10]  # fmt: skip
        return small[0] if len(small) == 1 else ""
