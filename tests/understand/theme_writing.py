"""Reviews about four matters, of one customer each, written into a test's lake."""

from datetime import UTC, datetime, timedelta

import numpy as np

from tests.understand.lake_writing import event, write_events, write_people

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
TOPICS = (
    ("parcel late courier tracking depot waiting", 1.0),
    ("seam jacket zipper rain fabric dry", 5.0),
    ("invoice reminder charged twice bank account", 1.0),
    ("size sleeves narrow chart shoulders fit", 3.0),
)


def write_texts(texts: int = 160) -> None:
    rng = np.random.default_rng(1)
    rows = []
    for number in range(texts):
        topic, score = TOPICS[number % 4]
        words = " ".join(rng.choice(topic.split(), 4, replace=False))
        at = AS_OF - timedelta(days=float(rng.uniform(1, 80)))
        rows.append(event("review.written", f"shop:{number}", at, subject=f"order:{number}", instrument="stars-5",
                          score=score, text=f"the {words} and it was {number}"))  # fmt: skip
    write_events(rows)
    write_people({f"shop:{number}": number + 1 for number in range(texts)})
