"""Reading the labelled sets, and scoring a linkage against their labels."""

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ids = npt.NDArray[np.int64]


def read_fake(shared: Path) -> tuple[pa.Table, Ids]:
    """fake_1000 and its clusters."""
    rows = _read_rows(shared / "splink" / "fake_1000.csv")
    records = [
        {
            "unique_id": number,
            "given_name": row["first_name"],
            "family_name": row["surname"],
            "birth_date": row["dob"],
            "city": row["city"],
            "email": row["email"],
        }
        for number, row in enumerate(rows)
    ]
    return pa.Table.from_pylist(records), np.array([int(row["cluster"] or 0) for row in rows])


def read_febrl(shared: Path) -> tuple[pa.Table, Ids]:
    """febrl 4a and 4b as one table, and the person each row is of (the number in rec_id)."""
    rows = [row for part in "ab" for row in _read_rows(shared / "febrl" / f"dataset4{part}.csv")]
    records = [
        {
            "unique_id": number,
            "given_name": row["given_name"],
            "family_name": row["surname"],
            "house_number": row["street_number"],
            "street": row["address_1"],
            "city": row["suburb"],
            "postcode": row["postcode"],
            "state": row["state"],
            "birth_date": _iso(row["date_of_birth"]),
            "national_id": row["soc_sec_id"],
        }
        for number, row in enumerate(rows)
    ]
    return pa.Table.from_pylist(records), np.array([int((row["rec_id"] or "").split("-")[1]) for row in rows])


def _read_rows(path: Path) -> list[dict[str, str | None]]:
    with path.open(newline="") as file:
        return [
            {name.strip(): (value or "").strip() or None for name, value in row.items()}
            for row in csv.DictReader(file, skipinitialspace=True)
        ]


def _iso(date: str | None) -> str | None:
    return f"{date[:4]}-{date[4:6]}-{date[6:]}" if date and len(date) == 8 else None


def cluster_scores(found: Ids, gold: Ids) -> tuple[float, float, float]:
    """Precision, recall and F1 over the pairs that clusters imply."""
    _, together = np.unique(np.column_stack([found, gold]), axis=0, return_counts=True)
    both, mine, true = _pairs(together), _pairs(_sizes(found)), _pairs(_sizes(gold))
    precision, recall = both / max(mine, 1), both / max(true, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def recall_at(
    precision: float, left: Ids, right: Ids, probability: npt.NDArray[np.float64], gold: Ids
) -> float:
    """The greatest recall over all thresholds that keep this precision."""
    order = np.argsort(-probability, kind="stable")
    true = np.cumsum(gold[left[order]] == gold[right[order]])
    enough = true / np.arange(1, order.size + 1) >= precision
    return float(true[enough].max(initial=0) / _pairs(_sizes(gold)))


def _sizes(labels: Ids) -> Ids:
    return np.unique(labels, return_counts=True)[1]


def _pairs(sizes: Ids) -> int:
    return int((sizes * (sizes - 1) // 2).sum())
