"""Learn the model from the company's own records, without labels: Splink samples strangers and runs EM."""

import logging
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from splink import DuckDBAPI, Linker
from splink.internals.exceptions import EMTrainingException

from regard.know.linkage.blocking import Pilot
from regard.know.linkage.comparisons import Comparison, splink_settings
from regard.know.linkage.keys import Rule

RANDOM_PAIRS = 1_000_001  # Splink warns about exactly its default of a million
PRIOR_PAIRS = 8  # the priors count as much as so many true pairs
ENOUGH_LIKELY = 10  # with fewer likely pairs there is nothing to learn from

Probabilities = dict[str, tuple[list[float], list[float]]]


@dataclass(frozen=True)
class Learnt:
    """(m, u) by comparison, and which comparisons the data could teach."""

    probabilities: Probabilities
    trained: tuple[str, ...]


def learn(
    connection: duckdb.DuckDBPyConnection,
    comparisons: tuple[Comparison, ...],
    rules: tuple[Rule, ...],
    pilot: Pilot,
    ids: np.ndarray,
) -> Learnt:
    """Estimate u from random pairs and m by EM under each training rule, on the pilot's records."""
    likely = int(pilot.likely.sum())
    prior = pilot.match_prior
    _quieten_splink()
    connection.register("pilot_ids", pa.table({"unique_id": ids[pilot.rows]}))
    connection.execute(
        "CREATE OR REPLACE TABLE training_records AS FROM records SEMI JOIN pilot_ids USING (unique_id)"
    )
    api = DuckDBAPI(connection)
    settings = splink_settings(comparisons, prior=prior, with_frequencies=False)
    linker = Linker(api.register("training_records"), settings, log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=7)
    if likely >= ENOUGH_LIKELY:
        for rule in rules:
            _train(linker, rule)
    return _read(linker, comparisons, likely=likely, prior=prior)


def _quieten_splink() -> None:
    """Splink warns of every level it has not seen; the priors stand in for those."""
    logger = logging.getLogger("splink")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _train(linker: Linker, rule: Rule) -> None:
    try:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule.condition(), estimate_without_term_frequencies=True
        )
    except EMTrainingException:
        return  # the rule meets no pair among the sampled records: its priors stay


def _read(linker: Linker, comparisons: tuple[Comparison, ...], *, likely: int, prior: float) -> Learnt:
    """Blend what was learnt with the priors, and take the true pairs out of the random sample."""
    probabilities: Probabilities = {}
    trained = []
    for comparison, found in zip(comparisons, linker._settings_obj.comparisons, strict=True):
        levels = found._comparison_levels_excluding_null
        prior_m = np.array([level.m for level in comparison.levels])
        prior_u = np.array([level.u for level in comparison.levels])
        if any(level._trained_m_probabilities for level in levels):
            trained.append(comparison.name)
            learnt_m = np.array([level.m_probability for level in levels])
            m = (learnt_m * likely + prior_m * PRIOR_PAIRS) / (likely + PRIOR_PAIRS)
        else:
            m = prior_m
        u = np.array([level.u_probability for level in levels])
        u = (u * RANDOM_PAIRS + prior_u) / (RANDOM_PAIRS + 1)
        u = np.maximum((u - prior * m) / (1 - prior), np.maximum(0.02 * u, 1e-7))
        probabilities[comparison.name] = _told_apart(m / m.sum(), u / u.sum())
    return Learnt(probabilities, tuple(trained))


def _told_apart(m: np.ndarray, u: np.ndarray) -> tuple[list[float], list[float]]:
    """Make every level's weight different from the others and from 0, so that a weight names its level."""
    seen = {0.0}
    for number in range(m.size):
        while any(abs(np.log2(m[number] / u[number]) - weight) < 1e-6 for weight in seen):
            u[number] *= 1.00001
        seen.add(float(np.log2(m[number] / u[number])))
    return m.tolist(), u.tolist()
