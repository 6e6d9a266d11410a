"""Who the rows of a sheet are about: the proposal's first decision."""

from dataclasses import dataclass

from regard.listen.mapping.model import PersonRule, Value
from regard.listen.mapping.view import DATES, NUMBERS, PERSONAL, Choice, View
from regard.listen.mapping.words import slug, words_of
from regard.listen.reading.columns import KINDS

IDENTITY = (
    "email", "phone", "name", "given_name", "family_name", "title", "organisation", "birth_date", "street",
    "house_number", "postcode", "city", "state", "country", "national_id", "gender",
)  # fmt: skip
ORGANISATIONS = ("firma", "company", "organisation", "organization", "business", "b2b", "unternehmen", "entreprise",
                 "société", "empresa", "geschäftskunde")  # fmt: skip
GROUPING = ("gender", "state", "country")  # identity fields that also group customers
ZIP = "zip_code"


@dataclass(frozen=True)
class Who:
    """The person rules of a table, the column of the main key, and further ids."""

    rules: tuple[PersonRule, ...]
    key: str = ""
    ids: tuple[str, ...] = ()

    @property
    def is_thing(self) -> bool:
        """Whether rows describe a thing (a product, a zip code) instead of a person."""
        return bool(self.rules) and self.rules[0].via.startswith("ref:")


def propose_person(view: View, others: list[View]) -> Who:
    """Decide who each row is about."""
    for decide in (_employee, _customer, _record, _mail, _address, _thing_id, _bare_id, _zip_code, _lookup):
        who = decide(view, others)
        if who is not None:
            return who
    view.choices.append(_nobody(view))
    return Who((PersonRule("row"),))


def _employee(view: View, others: list[View]) -> Who | None:
    """People who work here are no customers."""
    columns = view.ids("employee") or ([view.bare_id()] if view.bare_id() else [])
    if (
        not columns
        or view.about != "employee"
        or view.ids("customer")
        or view.ids("order")
        or view.ids("case")
    ):
        return None
    return _ref(view, "employee", columns[0], 0.9)


def _customer(view: View, others: list[View]) -> Who | None:
    columns = view.ids("customer")
    if not columns:
        return None
    shared = {c: sum(c in other.profiles for other in others) for c in columns}
    key = max(columns, key=lambda c: (shared[c], "unique" not in words_of(c), -columns.index(c)))
    further = tuple(c for c in columns if c != key)
    view.take("person", key, 0.95, f"`{key}` names the customer.")
    for column in further:
        view.take("further id", column, 0.8, f"`{column}` names the same customer in another way.")
    rules = [PersonRule("id", (key,))]
    if view.profiles[key].null_share:
        rules += [*_reachable(view), *_last_resorts(view)]
    return Who(tuple(rules), key, (*further, *_foreign_ids(view)))


def _foreign_ids(view: View) -> tuple[str, ...]:
    """In a list of people: their numbers in other systems."""
    if not view.describes_person():
        return ()
    found = [c for c in view.filled if c not in view.taken and view.things[c] == "store"
             and view.profiles[c].kind == "id"]  # fmt: skip
    return tuple(view.take("further id", c, 0.7, f"`{c}` is their number in another system.") for c in found)


def _last_resorts(view: View) -> list[PersonRule]:
    """Where a row names nobody: whoever its order or case belongs to, or somebody of its own."""
    known = [thing for thing in ("order", "case") if view.ids(thing) and thing != view.about]
    things = [PersonRule(f"ref:{thing}", (view.ids(thing)[0],)) for thing in known]
    return [*things, PersonRule("row")]


def _record(view: View, others: list[View]) -> Who | None:
    """In a list of people a bare id is the person's, even where there is an e-mail address."""
    dates = [
        c for c in view.filled if view.profiles[c].kind in DATES and not view.meanings[c].get("birth_date")
    ]
    return _bare_id(view, others) if view.describes_person() and not dates else None


def _address(view: View, others: list[View]) -> Who | None:
    rules = _reachable(view)
    if not rules:
        return None
    column = rules[0].columns[0]
    view.choices.append(
        _choice(view, "person", column, 0.85, f"There is no customer number; `{column}` tells people apart.")
    )
    if view.profiles[column].null_share:
        rules += _last_resorts(view)
    return Who(tuple(rules), column)


def _mail(view: View, others: list[View]) -> Who | None:
    """In a mailbox a letter is the customer's, whichever way it went: our own addresses are nobody."""
    if view.format not in ("mbox", "eml", "mail") or not {"from", "to"} <= set(view.filled):
        return None
    ours = own_domain(view)
    view.take("person", "from", 0.85, f"Letters are from or to a customer; addresses {ours} are our own.")
    view.taken.update({"to", "cc"} & set(view.profiles))
    return Who(tuple(PersonRule("email", (column,), outside=(ours,)) for column in ("from", "to")), "from")


def own_domain(view: View) -> str:
    """The domain of the address most written to."""
    told = view.sheet.table()["to"].drop_null().value_counts().to_pylist()
    most = max(told, key=lambda row: row["counts"])["values"]
    return "@" + str(most).rsplit("@", 1)[-1].strip("> ").lower()


def _reachable(view: View) -> list[PersonRule]:
    rules = []
    for via in ("email", "phone"):
        column = view.find(via, frozenset({via, "category", "text", "id"}), sure=0.6, free=False) or _of_kind(
            view, via
        )
        if via == "phone" and not column and view.about == "call":
            column = view.find("caller", sure=0.9)
        if column:
            rules.append(PersonRule(via, (column,)))
    return rules


def _of_kind(view: View, kind: str) -> str:
    return next((c for c in view.filled if view.profiles[c].kind == kind), "")


def _thing_id(view: View, others: list[View]) -> Who | None:
    """A row that only names an order or a case is about whoever that belongs to."""
    for thing in ("order", "case"):
        if view.ids(thing):
            return _ref(view, thing, view.ids(thing)[0], 0.85)
    for thing in ("product", "seller", "store", "employee"):
        columns = [c for c in view.ids(thing) if view.profiles[c].unique]
        if columns and not any(view.find(field, sure=0.9) for field in PERSONAL[1:]):
            return _ref(view, thing, columns[0], 0.8)
    return None


def _bare_id(view: View, others: list[View]) -> Who | None:
    column = view.bare_id()
    if not column or (_zip(view) and not _is_personal(view) and view.profiles[_zip(view)].unique):
        return None
    confidence = 0.8 if _is_personal(view) else 0.5
    view.take(
        "person", column, confidence, f"`{column}` is different in every row and stands for the person."
    )
    return Who((PersonRule("id", (column,)),), column)


def _is_personal(view: View) -> bool:
    return any(view.find(field, sure=0.9) for field in PERSONAL)


def _zip(view: View) -> str:
    return view.find("postcode", sure=0.5)


def _zip_code(view: View, others: list[View]) -> Who | None:
    column = _zip(view)
    return _ref(view, ZIP, column, 0.8) if column and not _is_personal(view) else None


def _lookup(view: View, others: list[View]) -> Who | None:
    """A short table whose first column tells its rows apart explains a word that other tables use."""
    first = next(iter(view.profiles), "")
    profile = view.profiles.get(first)
    if profile is None or not profile.unique or profile.kind in DATES | NUMBERS or _is_personal(view):
        return None
    if any(view.is_prose(column) for column in view.filled):
        return None
    kind = slug(first) if not first.startswith("column_") else slug(view.name)
    stems = [
        slug(c) for other in others for c in other.profiles if kind.startswith(slug(c)) and len(slug(c)) > 5
    ]
    return _ref(view, max(stems, key=len) if stems else kind, first, 0.6)


def _ref(view: View, thing: str, column: str, confidence: float) -> Who:
    view.take(
        "person", column, confidence, f"Each row is about a {thing.replace('_', ' ')}, named in `{column}`."
    )
    return Who((PersonRule(f"ref:{thing}", (column,)),), column)


def _nobody(view: View) -> Choice:
    return _choice(
        view, "person", "", 0.4, "No column says who a row is about: each row is somebody of their own."
    )


def _choice(view: View, what: str, column: str, confidence: float, sentence: str) -> Choice:
    return Choice(view.name, what, column, confidence, sentence)


def propose_kind(view: View) -> Value:
    """Whether a table of people says which of them are organisations; its words become person and organisation."""
    column = view.find("kind_of_person", sure=0.9)
    words = view.words(column) if column and view.describes_person() else []
    if not any(word.lower() in ORGANISATIONS for word in words):
        return Value(constant="person")
    view.take("kind", column, 0.9, f"`{column}` says whether it is a person or an organisation.")
    view.values[column] = {w: "organisation" if w.lower() in ORGANISATIONS else "person" for w in words}
    return Value(column)


def propose_identity(view: View, who: Who) -> dict[str, str]:
    """Which columns describe the person: field -> column."""
    if who.is_thing:
        return {}
    if "from_name" in view.profiles and who.key == "from":
        return {"name": "from_name"}
    found: dict[str, str] = {}
    for name in IDENTITY:
        sure = 0.9 if name in ("name", "title", "state", "street") else 0.6
        if name == "title" and not (
            view.find("family_name", sure=0.6, free=False) or view.describes_person()
        ):
            continue
        column = view.find(name, _KINDS - _IMPOSSIBLE.get(name, frozenset()), sure=sure)
        if column:
            found[name] = view.take(
                f"identity.{name}", column, view.sure_of(name, column), f"`{column}` is the {name}."
            )
    return found


_KINDS = frozenset(KINDS)
_IMPOSSIBLE = {
    "email": frozenset({"integer", "decimal", "date"}),
    "name": frozenset({"integer", "decimal", "date", "datetime", "id", "currency", "boolean", "url"}),
    "city": frozenset({"integer", "decimal", "date"}),
}


def propose_attributes(view: View, identity: dict[str, str]) -> dict[str, Value]:
    """What else a table says of whom it is about: every free column that is not a long text or a running number."""
    found = {}
    for name in GROUPING:
        if name in identity:
            found[name] = Value(identity[name])
    postcode = identity.get("postcode", "")
    if postcode:
        found[ZIP] = Value(
            view.take("attribute", postcode, 0.7, f"`{postcode}` leads to what is known of the place.")
        )
    for column in view.filled:
        words = words_of(column)
        running = view.profiles[column].unique and (words[-1:] == ("pk",) or view.things[column])
        if column in view.taken or running or view.is_prose(column):
            continue
        form = "number" if view.is_number(column) else "text"
        found[slug(column)] = Value(
            view.take("attribute", column, 0.6, f"`{column}` is kept as an attribute."), form=form
        )
    return found
