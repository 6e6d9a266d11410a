"""What a source mapping says: which columns are who, which rows become which events, which are attributes."""

from dataclasses import dataclass, field
from datetime import date

ROW = "row"  # a PersonRule that takes the row itself for a person: nobody can be told apart from it


@dataclass(frozen=True)
class PersonRule:
    """One way to a person key; a table has several in order, the first with a value counts.

    `via` is "id" (namespace and columns), "email", "phone", "ref:<kind>" (a thing that leads to a person), or "row".
    """

    via: str
    columns: tuple[str, ...] = ()
    namespace: str = ""  # empty means the source's name
    outside: tuple[str, ...] = ()  # addresses that end like this are our own and no customer's


@dataclass(frozen=True)
class Value:
    """Where a field of an event comes from: a column, or the same word in every row. `form` is text, number or date."""

    column: str = ""
    constant: str = ""
    form: str = "text"


@dataclass(frozen=True)
class When:
    """An event is made only from rows where the column has a value, or one of `values`, or none of `unless`."""

    column: str
    values: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()  # or a value that ends in one of these
    ends_not: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """What an event is about: `order:4711`. Without a column it is the event's own key."""

    kind: str
    column: str = ""


@dataclass(frozen=True)
class EventRule:
    """One event that a row gives.

    `id` names the columns that make it the same event when met again; with `separate`, rows that are equal in them
    are events of their own, told apart by counting. `scope` keeps ids of different tables apart.
    """

    name: str
    id: tuple[str, ...]
    at: str = ""  # a column, or
    at_event: str = ""  # when the event of that name about the same subject happened, or
    snapshot: date | None = None  # one date for all rows, when the table has none
    separate: bool = False
    scope: str = ""
    when: When | None = None
    subject: Subject | None = None
    amount: str = ""
    currency: Value | None = None
    instrument: str = ""
    score: str = ""
    score_missing: tuple[str, ...] = ()
    text: str = ""
    channel: Value | None = None
    touchpoint: Value | None = None
    department: Value | None = None
    actor: Value | None = None
    data: dict[str, Value] = field(default_factory=dict)

    def columns(self) -> set[str]:
        """Every column that the event needs."""
        values = [
            self.currency,
            self.channel,
            self.touchpoint,
            self.department,
            self.actor,
            *self.data.values(),
        ]
        named = {self.at, self.amount, self.score, self.text, *self.id, *(v.column for v in values if v)}
        named |= {self.when.column} if self.when else set()
        named |= {self.subject.column} if self.subject else set()
        return named - {""}


@dataclass(frozen=True)
class Reading:
    """How the file of a table is read, where finding it out is not enough."""

    encoding: str = ""
    delimiter: str = ""
    header: bool | None = None
    date_order: str = ""  # dmy, mdy or ymd
    decimal_comma: bool | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableMapping:
    """One kind of table of a source, recognised by its headers, then by the name of its file or sheet."""

    name: str
    headers: tuple[str, ...]
    files: tuple[str, ...] = ()
    read: Reading = Reading()
    kind: Value = Value(constant="person")  # of the identities: person or organisation
    person: tuple[PersonRule, ...] = ()
    identity: dict[str, str] = field(default_factory=dict)  # field -> column
    identity_when: When | None = None  # only these rows describe the person
    ids: dict[str, str] = field(default_factory=dict)  # further id -> column
    attributes: dict[str, Value] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)  # column -> format, such as "m/d/yyyy h:mm"
    values: dict[str, dict[str, str]] = field(default_factory=dict)  # column -> written word -> meant word
    events: tuple[EventRule, ...] = ()

    def columns(self) -> set[str]:
        """Every column that the table's mapping needs."""
        named = {column for rule in self.person for column in rule.columns}
        named |= {self.kind.column} | ({self.identity_when.column} if self.identity_when else set())
        named |= {*self.identity.values(), *self.ids.values(), *(v.column for v in self.attributes.values())}
        return named.union(*(event.columns() for event in self.events)) - {""}


@dataclass(frozen=True)
class SourceMapping:
    """How everything a source hands in is understood."""

    source: str
    tables: tuple[TableMapping, ...] = ()
