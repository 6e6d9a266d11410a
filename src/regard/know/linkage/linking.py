"""Link records: learn (or take over) a model, block, score, decide, and join without contradiction."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regard.know.linkage.blocking import (
    RuleReport,
    block,
    choose_rules,
    choose_training_rules,
    run_pilot,
)
from regard.know.linkage.clusters import refuse_edges
from regard.know.linkage.comparisons import choose_comparisons
from regard.know.linkage.doubts import (
    given_names_differ,
    may_be_namesakes,
    more_than_names_agree,
    namesakes_exist,
)
from regard.know.linkage.engine import Engine
from regard.know.linkage.evidence import explain_pairs
from regard.know.linkage.household import NO_HOUSEHOLDS, match_probability, settle
from regard.know.linkage.keys import Hashes, hash_keys
from regard.know.linkage.model import Model, Thresholds
from regard.know.linkage.prepare import open_database, prepare_records
from regard.know.linkage.scoring import Floats, Scored, score_pairs
from regard.know.linkage.training import learn

Ids = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HOUSEHOLDS_EXIST = 0.01  # household pairs per true pair

UNDECIDED = "the evidence does not decide"
HOUSEHOLD = "could be another member of the household"
GIVEN_NAMES = "given names differ, as within a household"
NAMES_ONLY = "names agree, but nothing else does"
NAMESAKES = "could be namesakes: what is personal differs, and only what a household shares agrees"
CONTRADICTION = "linking would join records that contradict each other"


@dataclass(frozen=True)
class Linkage:
    """`links` to make, `reviews` for a person (with `reason`), `pairs` both; sorted by probability."""

    links: pa.Table
    reviews: pa.Table
    model: Model
    compared: int
    rules: tuple[RuleReport, ...]

    @property
    def pairs(self) -> pa.Table:
        return pa.concat_tables([self.links, self.reviews.drop_columns(["reason"])])

    @property
    def thresholds(self) -> Thresholds:
        return self.model.thresholds


def link_records(
    records: pa.Table, *, trained: Model | None = None, only_new: set[int] | None = None
) -> Linkage:
    """Find the records that are of one person.

    `records` has unique_id and any of the identity fields, normalised. With `trained` nothing is learnt;
    with `only_new` only pairs with at least one of these ids are looked at.
    """
    with open_database() as connection:
        filled = prepare_records(connection, records)
        ids, keys = hash_keys(connection)
        engine = Engine(connection)
        model, reports = (trained, ()) if trained else _learn_model(engine, filled, ids, keys)
        new = np.isin(ids, np.fromiter(only_new, np.int64)) if only_new is not None else None
        left, right = block(model.rules, keys, new)
        if not left.size:
            return Linkage(_no_pairs().drop_columns(["reason"]), _no_pairs(), model, 0, reports)
        scored = _score(engine, model, ids[left], ids[right])
        if not trained:
            found = settle(
                scored, model.probabilities, true_pairs=model.prior * ids.size * (ids.size - 1) / 2
            )
            scored = scored.judged_by(found.probabilities, model.probabilities, found.shift)
            model = replace(
                model,
                probabilities=found.probabilities,
                household=found.household,
                prior=model.prior * 2**found.shift,
                namesakes=found.household.ratio > HOUSEHOLDS_EXIST and namesakes_exist(scored),
            )
        return _decide(engine, model, scored, compared=left.size, reports=reports)


def _learn_model(
    engine: Engine, filled: dict[str, int], ids: Ids, keys: list[Hashes]
) -> tuple[Model, tuple[RuleReport, ...]]:
    pilot = run_pilot(keys)
    rules, reports = choose_rules(pilot)
    learnt = learn(engine, choose_comparisons(filled), choose_training_rules(pilot), pilot, ids)
    model = Model(
        probabilities=learnt.probabilities,
        trained=learnt.trained,
        prior=learnt.prior,
        household=NO_HOUSEHOLDS,
        rules=rules,
        thresholds=Thresholds(),
        records=ids.size,
    )
    return model, reports


def _score(engine: Engine, model: Model, left: Ids, right: Ids, lowest: float | None = -7.0) -> Scored:
    return score_pairs(
        engine, model.comparisons, model.probabilities, model.prior, (left, right), lowest=lowest
    )


def _decide(
    engine: Engine,
    model: Model,
    scored: Scored,
    *,
    compared: int,
    reports: tuple[RuleReport, ...],
) -> Linkage:
    probability, taken_off = match_probability(scored, model.probabilities, model.household)
    kept = np.flatnonzero(probability >= model.thresholds.review)
    kept = kept[np.argsort(-probability[kept], kind="stable")]
    every = scored
    scored, probability, taken_off = scored.take(kept), probability[kept], taken_off[kept]
    reason = np.where(taken_off < -3, HOUSEHOLD, UNDECIDED).astype(object)
    names_only = ~more_than_names_agree(scored)
    reason[names_only] = NAMES_ONLY
    link = (probability >= model.thresholds.link) & ~names_only
    if model.household.ratio > HOUSEHOLDS_EXIST:
        doubts = [(given_names_differ(scored), GIVEN_NAMES)]
        if model.namesakes:
            doubts.append((may_be_namesakes(scored), NAMESAKES))
        for doubtful, why in doubts:
            reason[link & doubtful] = why
            link &= ~doubtful

    def log_odds(left: Ids, right: Ids) -> Floats:
        return _log_odds(engine, model, every, left, right)

    edges = np.flatnonzero(link)
    refused = edges[refuse_edges(scored.left[edges], scored.right[edges], probability[edges], log_odds)]
    reason[refused] = CONTRADICTION
    link[refused] = False
    weights = explain_pairs(engine.duckdb_con, scored, taken_off, model)
    found = _table(scored.left, scored.right, probability, weights, reason)
    return Linkage(found.filter(link).drop_columns(["reason"]), found.filter(~link), model, compared, reports)


def _log_odds(engine: Engine, model: Model, known: Scored, left: Ids, right: Ids) -> Floats:
    """log2 odds of any pairs, in the order asked for; only those not `known` are scored."""
    ids = np.unique(np.concatenate([left, right]))

    def code(one: Ids, other: Ids) -> Ids:
        return np.searchsorted(ids, one) * ids.size + np.searchsorted(ids, other)

    asked = code(left, right)
    order = np.argsort(asked)
    odds = np.full(left.size, np.nan)

    def fill_in(scored: Scored) -> None:
        place = np.searchsorted(asked, code(scored.left, scored.right), sorter=order)
        odds[order[place]] = _odds_of(scored, model)

    known = known.take(np.isin(known.left, ids) & np.isin(known.right, ids))
    fill_in(known.take(np.isin(code(known.left, known.right), asked)))
    missing = np.isnan(odds)
    if missing.any():
        fill_in(_score(engine, model, left[missing], right[missing], lowest=None))
    return odds


def _odds_of(scored: Scored, model: Model) -> Floats:
    chance, _ = match_probability(scored, model.probabilities, model.household)
    if model.namesakes:
        chance[may_be_namesakes(scored)] = 0  # nor may a third record join them
    chance = np.clip(chance, 1e-12, 1 - 1e-12)
    odds: Floats = np.log2(chance / (1 - chance))
    return odds


def _table(
    left: Ids, right: Ids, probability: Floats, weights: pa.Array, reason: npt.NDArray[np.object_]
) -> pa.Table:
    return pa.table(
        {
            "left": pa.array(left, pa.int64()),
            "right": pa.array(right, pa.int64()),
            "probability": pa.array(probability, pa.float64()),
            "weights": weights.cast(pa.string()),
            "reason": pa.array(reason, pa.string()),
        }
    )


def _no_pairs() -> pa.Table:
    none = np.empty(0, np.int64)
    return _table(none, none, none.astype(np.float64), pa.array([], pa.string()), none.astype(object))
