"""How well records are linked, beside a plain Splink run with an expert's settings.

    python -m benchmarks.bench_linkage_quality DATA_FOLDER [--csv curves.csv]

DATA_FOLDER holds febrl/ and splink/fake_1000.csv. Gold labels are read only to score.
"""

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from tests.know.linkage.households import make_households
from tests.know.linkage.scores import cluster_scores, read_fake, read_febrl, recall_at

from regard.know.linkage import label_components, link_records
from regard.know.linkage.prepare import open_database

PRECISIONS = tuple(round(0.9 + step / 100, 2) for step in range(10))
Ids = npt.NDArray[np.int64]
Pairs = tuple[Ids, Ids, npt.NDArray[np.float64]]


def plain_splink(records: pa.Table, comparisons: list[Any], blocking: list[Any], exact: list[Any]) -> Pairs:
    """Splink as its documentation teaches it."""
    with open_database() as connection:
        api = DuckDBAPI(connection)
        settings = SettingsCreator(
            link_type="dedupe_only", comparisons=comparisons, blocking_rules_to_generate_predictions=blocking
        )
        linker = Linker(api.register(records), settings, log_level=None)
        linker.training.estimate_probability_two_random_records_match(exact, recall=0.7)
        linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=7)
        for rule in blocking[:3]:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        found = linker.inference.predict(threshold_match_probability=0.001, warning_mode="never")
        columns = connection.execute(
            f"SELECT unique_id_l, unique_id_r, match_probability FROM {found.physical_name}"
        ).fetchnumpy()
        return columns["unique_id_l"], columns["unique_id_r"], columns["match_probability"]


def plain_fake(records: pa.Table) -> Pairs:
    return plain_splink(
        records,
        [
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("family_name").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        [
            block_on("birth_date"),
            block_on("given_name", "family_name"),
            block_on("email"),
            block_on("given_name"),
            block_on("family_name"),
        ],
        [block_on("given_name", "family_name", "birth_date"), block_on("email")],
    )


def plain_households(records: pa.Table) -> Pairs:
    return plain_splink(
        records,
        [
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("family_name").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.ExactMatch("phone"),
            cl.JaroWinklerAtThresholds("street", [0.9]),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        [
            block_on("birth_date"),
            block_on("given_name", "family_name"),
            block_on("phone"),
            block_on("email"),
            block_on("street", "house_number"),
            block_on("family_name", "postcode"),
        ],
        [block_on("given_name", "family_name", "birth_date"), block_on("email")],
    )


def our_pairs(records: pa.Table) -> Pairs:
    pairs = link_records(records).pairs
    left, right, probability = (pairs[name].to_numpy() for name in ("left", "right", "probability"))
    return left, right, probability


def compare_curves(shared: Path, csv_path: Path | None) -> None:
    """Pairwise precision and recall on fake_1000, ours and the plain run's."""
    records, gold = read_fake(shared)
    ours, plain = our_pairs(records), plain_fake(records)
    print("fake_1000: recall at precision (pairs)\nprecision   ours  plain")
    rows = [(p, recall_at(p, *ours, gold), recall_at(p, *plain, gold)) for p in PRECISIONS]
    for precision, mine, theirs in rows:
        print(f"     {precision:.2f}  {mine:.4f} {theirs:.4f}{'' if mine >= theirs else '   worse'}")
    if csv_path:
        with csv_path.open("w", newline="") as file:
            csv.writer(file).writerows([("precision", "ours", "plain"), *rows])


def compare_clusters(name: str, records: pa.Table, gold: Ids, plain: Pairs | None) -> None:
    """Cluster F1 of ours, and of the plain run at several thresholds."""
    found = link_records(records)
    ids = np.arange(gold.size)
    labels = label_components(found.links["left"].to_numpy(), found.links["right"].to_numpy(), ids)
    precision, recall, f1 = cluster_scores(labels, gold)
    print(f"{name}: P {precision:.4f} R {recall:.4f} F1 {f1:.4f}, {found.reviews.num_rows} to review")
    if plain:
        left, right, probability = plain
        for threshold in (0.5, 0.9, 0.99, 0.999, 0.99999):
            kept = probability >= threshold
            precision, recall, f1 = cluster_scores(label_components(left[kept], right[kept], ids), gold)
            print(f"    plain at {threshold}: P {precision:.4f} R {recall:.4f} F1 {f1:.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--csv", type=Path)
    arguments = parser.parse_args()
    compare_curves(arguments.data, arguments.csv)
    compare_clusters("febrl 4a-4b", *read_febrl(arguments.data), None)
    for email in (0.5, 0.0):
        people = make_households(3000, email=email)
        plain = plain_households(people.records)
        compare_clusters(
            f"households, {email:.0%} with e-mail", people.records, np.array(people.person), plain
        )


if __name__ == "__main__":
    main()
