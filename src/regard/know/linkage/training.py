"""Learn the model from the company's own records, without labels: Splink samples strangers and runs EM."""

import logging
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from splink import Linker
from splink.internals.em_training_session import EMTrainingSession
from splink.internals.exceptions import EMTrainingException

from regard.know.linkage.blocking import Pilot
from regard.know.linkage.comparisons import Comparison, splink_settings
from regard.know.linkage.engine import Engine
from regard.know.linkage.keys import KEY_NUMBERS, Rule, count_pairs

RANDOM_PAIRS = 200_000  # enough for likeness; what agrees exactly is counted on all pairs instead
PRIOR_PAIRS = 8  # the priors count as much as so many true pairs
PRIOR_STRANGERS = 100
ENOUGH_LIKELY = 10  # with fewer likely pairs there is nothing to learn from

Probabilities = dict[str, tuple[list[float], list[float]]]


@dataclass(frozen=True)
class Learnt:
    """(m, u) by comparison, which comparisons the data could teach, and how rare a true pair is."""

    probabilities: Probabilities
    trained: tuple[str, ...]
    prior: float


def learn(
    engine: Engine,
    comparisons: tuple[Comparison, ...],
    rules: tuple[Rule, ...],
    pilot: Pilot,
    ids: np.ndarray,
) -> Learnt:
    """Estimate u from random pairs and m by EM under each training rule, on the pilot's records."""
    likely = int(pilot.likely.sum())
    prior = pilot.match_prior
    if pilot.rows.size < 2:
        return Learnt(
            {c.name: ([v.m for v in c.levels], [v.u for v in c.levels]) for c in comparisons}, (), prior
        )
    _quieten_splink()
    engine.duckdb_con.register("pilot_ids", pa.table({"unique_id": ids[pilot.rows]}))
    engine.duckdb_con.execute(
        "CREATE OR REPLACE TABLE training_records AS FROM records SEMI JOIN pilot_ids USING (unique_id)"
    )
    settings = splink_settings(comparisons, prior=prior, with_frequencies=False)
    linker = Linker(engine.register("training_records"), settings, log_level=None, validate_settings=False)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=RANDOM_PAIRS, seed=7, min_count_per_level=None, num_chunks=1
    )
    sessions = [_train(linker, rule) for rule in rules] if likely >= ENOUGH_LIKELY else []
    true_pairs = [
        session.core_model_settings.probability_two_random_records_match * pilot.finds(rule).sum()
        for rule, session in zip(rules, sessions, strict=False)
        if session
    ]
    return _read(linker, comparisons, pilot, max([likely, *true_pairs]))


def _quieten_splink() -> None:
    """Splink warns of every level it has not seen; the priors stand in for those."""
    logger = logging.getLogger("splink")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _train(linker: Linker, rule: Rule) -> EMTrainingSession | None:
    settings = linker._settings_obj.core_model_settings
    comparisons = settings.comparisons
    try:
        return linker.training.estimate_parameters_using_expectation_maximisation(
            rule.condition(), estimate_without_term_frequencies=True
        )
    except (EMTrainingException, ValueError):
        # the rule meets no pair among the sampled records, or such clear ones that a share underflows: its priors
        # stay. Splink has taken the rule's own comparisons out of the shared settings by then.
        settings.comparisons = comparisons
        return None


def _read(linker: Linker, comparisons: tuple[Comparison, ...], pilot: Pilot, true_pairs: float) -> Learnt:
    """Blend what was learnt with the priors, and take the true pairs out of the random ones."""
    prior = float(np.clip(max(true_pairs, 1) / max(_possible(pilot.rows.size), 1), 1e-12, 0.2))
    probabilities: Probabilities = {}
    trained = []
    for comparison, found in zip(comparisons, linker._settings_obj.comparisons, strict=True):
        levels = found._comparison_levels_excluding_null
        prior_m = np.array([level.m for level in comparison.levels])
        if any(level._trained_m_probabilities for level in levels):
            trained.append(comparison.name)
            learnt_m = np.array([level.m_probability for level in levels])
            m = (learnt_m * true_pairs + prior_m * PRIOR_PAIRS) / (true_pairs + PRIOR_PAIRS)
        else:
            m = prior_m
        u = _count_exact([level.u_probability for level in levels], comparison, pilot)
        u = np.maximum((u - prior * m) / (1 - prior), np.maximum(0.02 * u, 1e-8))
        probabilities[comparison.name] = _told_apart(m / m.sum(), u / u.sum())
    return Learnt(probabilities, tuple(trained), prior)


def _count_exact(sampled: list[float], comparison: Comparison, pilot: Pilot) -> np.ndarray:
    """Sampled u with what the keys can count exactly put in, and never quite zero."""
    prior = np.array([level.u for level in comparison.levels])
    pairs = min(RANDOM_PAIRS, _possible(pilot.rows.size))
    u: np.ndarray = (np.array(sampled) * pairs + prior * PRIOR_STRANGERS) / (pairs + PRIOR_STRANGERS)
    for number, level in enumerate(comparison.levels):
        key = KEY_NUMBERS.get(level.key)
        if key is None:
            continue
        filled = int((pilot.keys[key] != 0).sum())
        agreeing = sum(count_pairs(pilot.keys[key], filled))
        u[number] = (agreeing + prior[number] * PRIOR_STRANGERS) / (_possible(filled) + PRIOR_STRANGERS)
    return u


def _possible(records: int) -> float:
    return records * (records - 1) / 2


def _told_apart(m: np.ndarray, u: np.ndarray) -> tuple[list[float], list[float]]:
    """Make every level's weight different from the others and from 0, so that a weight names its level."""
    seen = {0.0}
    for number in range(m.size):
        while any(abs(np.log2(m[number] / u[number]) - weight) < 1e-6 for weight in seen):
            u[number] *= 1.00001
        seen.add(float(np.log2(m[number] / u[number])))
    return m.tolist(), u.tolist()
