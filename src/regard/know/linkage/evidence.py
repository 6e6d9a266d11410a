"""Why two records were thought to be one: the match weight and level of every field, as JSON text."""

import duckdb
import numpy as np
import pyarrow as pa

from regard.know.linkage.model import Model
from regard.know.linkage.scoring import Floats, Scored

HOUSEHOLD = "could be another member of the household"


def explain_pairs(
    connection: duckdb.DuckDBPyConnection, scored: Scored, taken_off: Floats, model: Model
) -> pa.Array:
    """Per pair {field: {"weight": log2, "level": text}} as JSON; the weights add up to the log2 odds."""
    columns: dict[str, object] = {"place_in_list": np.arange(scored.weight.size), "household": taken_off}
    start = round(float(np.log2(model.prior / (1 - model.prior))), 2)
    parts = [f"""'"prior":{{"weight":{start},"level":"before any evidence"}}'"""]
    for comparison in model.comparisons:
        name = comparison.name
        columns[f"w_{name}"], columns[f"l_{name}"] = scored.weights[name], scored.levels[name]
        labels = "".join(f" WHEN {n} THEN '{level.label}'" for n, level in enumerate(comparison.levels))
        parts.append(
            f"""CASE WHEN l_{name} >= 0 THEN ',"{name}":{{"weight":' || round(w_{name}::DOUBLE, 2)"""
            f""" || ',"level":"' || CASE l_{name}{labels} END || '"}}' ELSE '' END"""
        )
    parts.append(
        """CASE WHEN household < -0.05 THEN ',"household":{"weight":' || round(household, 2)"""
        f""" || ',"level":"{HOUSEHOLD}"}}' ELSE '' END"""
    )
    connection.register("explained", pa.table(columns))
    text = connection.sql(
        f"SELECT '{{' || {' || '.join(parts)} || '}}' AS weights FROM explained ORDER BY place_in_list"
    ).to_arrow_table()
    connection.unregister("explained")
    return text.column("weights").combine_chunks()
