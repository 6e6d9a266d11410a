"""The telecom company: five files of five departments, joined by customer."""

from pathlib import Path

import numpy as np
import pandas as pd

LEFT_OUT = [
    "Customer ID",
    "Country",
    "State",
    "City",
    "Zip Code",
    "Lat Long",
    "Quarter",
    "Latitude",
    "Longitude",
]


def read_telco(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What was known of each of 7,043 customers (demographics and services), and how it ended (the status file)."""
    files = folder / "telco_ibm"
    status = pd.read_csv(files / "Telco_customer_churn_status.csv").set_index("Customer ID")
    known = [pd.read_excel(files / f"Telco_customer_churn_{name}.xlsx", engine="calamine").set_index("Customer ID")
             for name in ("demographics", "services")]  # fmt: skip
    table = known[0].join(known[1]).drop(columns="Quarter")
    return table, status.loc[table.index]


def columns_of(table: pd.DataFrame) -> dict[str, np.ndarray]:
    return {name: table[name].to_numpy() for name in table}
