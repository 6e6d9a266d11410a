"""The easy and frequent case of the rules, decided for all keys at once: everybody under a key has one name."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from regard.know.normalise.email import ROLES
from regard.know.rules import rule_of

Pair = tuple[int, int]
ONE_VALUE = ("given_name", "family_name", "birth_date")


@dataclass(frozen=True)
class Uniform:
    """Pairs by rule, and which of the holders are left to be looked at one key at a time."""

    pairs: dict[Pair, str]
    rest: pa.Array


def uniform_pairs(holders: pa.Table, undecided: list[str]) -> Uniform:
    """Link those under keys whose holders are all persons of one given name and do not differ otherwise.

    What comes out is what `rules.decide` would say. Keys in `undecided` have further holders elsewhere.
    """
    key = holders["key"].combine_chunks().dictionary_encode()
    coded = {
        name: holders[name].combine_chunks().dictionary_encode().indices for name in (*ONE_VALUE, "email")
    }
    numbered = pa.table(
        {"key": key.indices, "identity": holders["identity"], "kind": holders["kind"], **coded}
    )
    wanted = [(name, each) for name in coded for each in ("min", "max")]
    counted = [(name, "count") for name in ("given_name", "birth_date", "identity")]
    kinds = [("kind", "min"), ("kind", "max")]
    groups = numbered.group_by("key").aggregate([*wanted, *counted, *kinds, ("identity", "min")])
    groups = groups.set_column(groups.column_names.index("key"), "key", key.dictionary.take(groups["key"]))
    same = pc.equal(groups["given_name_count"], groups["identity_count"])
    for name in ONE_VALUE:
        same = pc.and_(same, pc.fill_null(pc.equal(groups[f"{name}_min"], groups[f"{name}_max"]), True))
    same = pc.and_(same, pc.or_(_one_address(groups), pc.match_substring(groups["key"], "@")))
    same = pc.and_(same, pc.equal(groups["kind_max"], "person"))
    same = pc.and_(same, pc.equal(groups["kind_min"], "person"))
    desk = pc.is_in(pc.replace_substring_regex(groups["key"], "@.*", ""), pa.array(sorted(ROLES)))
    same = pc.and_not(same, pc.or_(desk, pc.match_substring(groups["key"], "=")))
    same = pc.and_not(same, pc.is_in(groups["key"], pa.array(undecided, pa.string())))
    chosen = groups.select(["key", "identity_min"]).filter(same)
    is_chosen = pc.is_in(holders["key"], chosen["key"])
    members = holders.select(["key", "identity"]).filter(is_chosen).join(chosen, "key")
    members = members.filter(pc.not_equal(members["identity"], members["identity_min"]))
    pairs: dict[Pair, str] = {}
    columns = (members[name].to_pylist() for name in ("key", "identity_min", "identity"))
    for key, first, other in zip(*columns, strict=True):
        # an e-mail address says more than a phone number
        if "@" in key or (first, other) not in pairs:
            pairs[first, other] = rule_of(key)
    return Uniform(pairs, pc.invert(is_chosen))


def _one_address(groups: pa.Table) -> pa.Array:
    """Whether nobody under a phone number could be a namesake: one e-mail address, or one birthday of all."""
    one = pc.fill_null(pc.equal(groups["email_min"], groups["email_max"]), True)
    return pc.or_(one, pc.equal(groups["birth_date_count"], groups["identity_count"]))
