"""Routing: 77 intents of a bank, probabilities that hold, and texts that are left to a person."""

import csv
from pathlib import Path

import numpy as np
import pytest

from regard import analytics as ra


def test_unsure_texts_are_left_to_a_person() -> None:
    texts = [
        f"{what} {n}" for n in range(30) for what in ("invoice charged twice", "parcel late courier", "hello")
    ]
    queues = [queue for n in range(30) for queue in ("billing", "shipping", ("billing", "shipping")[n % 2])]
    model = ra.learn_routing(texts, queues, right=0.95)
    sure, unsure, empty = model.route(["the courier is late", "hello", " "])
    assert sure.queue == "shipping"
    assert sure.probability >= model.threshold
    assert unsure.queue is None
    assert empty.queue is None
    assert model.probabilities(["hello"]).sum() == pytest.approx(1)
    assert 0.6 <= model.sent <= 0.75
    assert model.accuracy_sent.value == pytest.approx(1, abs=0.05)


def test_small_queues_are_left_out_and_named() -> None:
    texts = [f"{what} {n}" for n in range(12) for what in ("invoice", "parcel")] + ["a question of law"]
    model = ra.learn_routing(texts, ["billing", "shipping"] * 12 + ["legal"])
    assert model.left_out == {"legal": 1}
    assert model.queues == ("billing", "shipping")


def test_an_own_threshold_is_used_as_it_is() -> None:
    texts = [f"{what} {n}" for n in range(12) for what in ("invoice", "parcel")]
    model = ra.learn_routing(texts, ["billing", "shipping"] * 12, threshold=1.01)
    assert [route.queue for route in model.route(["invoice"])] == [None]
    assert model.sent == 0
    assert model.accuracy_sent.too_few


def test_one_queue_cannot_be_learned() -> None:
    with pytest.raises(ValueError, match="two or more queues"):
        ra.learn_routing(["a b", "c d"], ["x", "x"])
    with pytest.raises(ValueError, match="one name a text"):
        ra.learn_routing(["a"], [])


@pytest.mark.slow
def test_banking77_is_routed_at_nine_in_ten(shared_data: Path) -> None:
    """The floor is .90; bare TF-IDF with logistic regression gets .894."""
    train, test = (
        list(csv.DictReader((shared_data / "banking77" / f"{part}.csv").open(encoding="utf-8")))
        for part in ("train", "test")
    )
    model = ra.learn_routing([row["text"] for row in train], [row["category"] for row in train], right=0.97)
    routes = model.route([row["text"] for row in test])
    right = np.array([route.likeliest == row["category"] for route, row in zip(routes, test, strict=True)])
    sent = np.array([route.queue is not None for route in routes])
    assert len(model.queues) == 77
    assert right.mean() >= 0.90
    assert right[sent].mean() >= 0.96
    assert sent.mean() >= 0.85
    assert model.calibration_error <= 0.03
    said = np.array([route.probability for route in routes])
    assert said.mean() == pytest.approx(right.mean(), abs=0.03)
