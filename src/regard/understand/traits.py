"""Attributes as dimensions: what sources say of customers, where it parts them into a few groups."""

from datetime import datetime

import ibis
import ibis.expr.types as ir
from django.conf import settings

from regard.know.normalise import normalise
from regard.ledger import lake
from regard.understand.facts import UTC_TIME, json_text
from regard.understand.figures import ROW_DIMENSIONS

MOST_GROUPS = 12
COUNTRY = "country"
MOST_SPELLINGS = 1000


def customer_traits(at: datetime | None = None) -> ir.Table:
    """One row a customer and attribute (`dimension`, `group`): the newest word, also what is said of the thing an
    attribute names (a customer with zip_code 90001 has the attributes of `ref:zip_code:90001`).

    With `at` the word that held at that moment; of whom nothing was said by then, the first word after it.
    """
    said = _newest(lake.read("attributes"), at)
    people = lake.read("people")
    own = said.inner_join(people, "person").select(
        "customer_id", "key", "value", "recorded_at", distance=ibis.literal(0)
    )
    own = own.filter(own.customer_id.notnull())
    things = said.filter(said.person.startswith("ref:"))
    name = ("ref:" + own.key + ":" + own.value).name("thing")
    naming = own.select("customer_id", name)
    inherited = naming.inner_join(things, naming.thing == things.person).select(
        "customer_id", "key", "value", "recorded_at", distance=ibis.literal(1)
    )
    every = own.union(inherited)
    order = ibis.window(
        group_by=["customer_id", "key"], order_by=["distance", *_first(every.recorded_at, at), "value"]
    )
    first = every.mutate(place=ibis.row_number().over(order)).filter(ibis._.place == 0)
    return _with_countries(first.select("customer_id", dimension=first.key, group=first.value))


def _with_countries(traits: ir.Table) -> ir.Table:
    """Countries under one name each, however sources spell them: `DE` for Deutschland, Germany and D."""
    attributes = lake.read("attributes")
    spellings = attributes.select(said=json_text(attributes.data, f"$.{COUNTRY}")).distinct()
    said = lake.fetch(spellings.filter(spellings.said.notnull()).limit(MOST_SPELLINGS))["said"].to_pylist()
    spelled = {each: normalise(COUNTRY, each, region=settings.REGARD_REGION) for each in said}
    known = {each: name for each, name in spelled.items() if name and name != each}
    if not known:
        return traits
    group = ibis.ifelse(
        traits.dimension == COUNTRY,
        traits.group.cases(*known.items(), else_=traits.group),
        traits.group,
    )
    return traits.mutate(group=group)


def low_cardinality(traits: ir.Table) -> ir.Table:
    """The traits whose attribute has 2 to 12 groups, so that each can be looked at."""
    groups = traits.group_by("dimension").aggregate(groups=ibis._.group.nunique())
    few = groups.filter(groups.groups.between(2, MOST_GROUPS) & groups.dimension.notin(list(ROW_DIMENSIONS)))
    return traits.semi_join(few, "dimension")


def _first(recorded_at: ir.TimestampValue, at: datetime | None) -> tuple[ir.Value, ...]:
    """The order in which words count."""
    if at is None:
        return (ibis.desc(recorded_at),)
    seconds = recorded_at.epoch_seconds()
    later = recorded_at > ibis.literal(at, type=UTC_TIME)
    return (later, ibis.ifelse(later, seconds, -seconds))


def _newest(attributes: ir.Table, at: datetime | None) -> ir.Table:
    """One row a source, person and key: its newest value as text, or that of a moment, empty ones left out."""
    fields = attributes.data.cast("json").map
    pairs = attributes.select(
        "source", "person", "recorded_at", "row_id", key=fields.keys().unnest(), raw=fields.values().unnest()
    )
    # a JSON text loses its quotes, a number or a truth value is taken as written
    pairs = pairs.mutate(value=ibis.coalesce(pairs.raw.str, pairs.raw.cast("string")))
    known = pairs.filter(pairs.value.notnull() & (pairs.value != "") & (pairs.value != "null"))
    order = ibis.window(
        group_by=["source", "person", "key"], order_by=[*_first(known.recorded_at, at), ibis.desc("row_id")]
    )
    return known.mutate(place=ibis.row_number().over(order)).filter(ibis._.place == 0)
