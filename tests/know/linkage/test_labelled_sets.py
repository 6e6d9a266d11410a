"""Sets with gold labels, read only to score."""

from pathlib import Path

import numpy as np
import pytest

from regard.know.linkage import label_components, link_records
from tests.know.linkage.scores import cluster_scores, read_fake, read_febrl, recall_at


def test_fake_1000_keeps_its_recall_at_every_precision(shared_data: Path) -> None:
    records, gold = read_fake(shared_data)
    pairs = link_records(records).pairs
    found = [pairs[name].to_numpy() for name in ("left", "right", "probability")]
    assert recall_at(0.9, *found, gold) > 0.87  # a plain run with expert settings: .80
    assert recall_at(0.99, *found, gold) > 0.82  # .75


@pytest.mark.slow
def test_febrl_4_is_linked_almost_without_error(shared_data: Path) -> None:
    records, gold = read_febrl(shared_data)
    links = link_records(records).links
    labels = label_components(links["left"].to_numpy(), links["right"].to_numpy(), np.arange(gold.size))
    assert cluster_scores(labels, gold)[2] >= 0.999
