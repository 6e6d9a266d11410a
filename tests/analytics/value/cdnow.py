"""The CDNOW sample as the published studies saw it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Summary:
    x: Array
    t_x: Array
    T: Array
    zbar: Array


def read_summary(folder: Path) -> Summary:
    """Weeks rounded to two digits, as published."""
    table = pd.read_csv(folder / "cdnow" / "cdnow_customers_summary_with_transactions.csv")
    return Summary(*(table[name].to_numpy(dtype=np.float64) for name in ("x", "t_x", "T", "zbar")))


def summarise_sample(folder: Path) -> Summary:
    """From the raw log: purchases of one day merged, observed to 1997-09-30, weeks unrounded."""
    log = pd.read_csv(folder / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", header=None,
                      names=["master", "id", "date", "cds", "spent"])  # fmt: skip
    log["date"] = pd.to_datetime(log["date"].astype(str))
    end = pd.Timestamp("1997-09-30")
    days = log[log["date"] <= end].groupby(["id", "date"], as_index=False)["spent"].sum()
    first, last, count = (days.groupby("id")["date"].agg(how) for how in ("min", "max", "count"))
    return Summary(
        (count - 1).to_numpy(dtype=np.float64),
        ((last - first).dt.days / 7).to_numpy(dtype=np.float64),
        ((end - first).dt.days / 7).to_numpy(dtype=np.float64),
        np.zeros(len(first)),
    )
