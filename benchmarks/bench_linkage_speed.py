"""Time, memory and F1 of linking many records.

    python -m benchmarks.bench_linkage_speed [--records 1000000] [--persons 570000] [--new 0]

With --new N a second run links only N new records with the model of the first.
"""

# ruff: noqa: E501 (people are drawn in SQL)
import argparse
import os
import resource

import duckdb
import numpy as np
import pyarrow as pa
from tests.know.linkage.scores import cluster_scores

from regard.know.linkage import Linkage, label_components, link_records

GIVEN = (
    "anna maria peter thomas julia michael laura stefan sarah andreas lisa martin katharina daniel christina markus "
    "sabine alexander nicole christian petra matthias monika tobias claudia sebastian birgit florian andrea jan "
    "heike philipp ute jonas silke felix martina lukas kerstin david jana simon eva benjamin johanna robert marie "
    "patrick lena dennis franziska johannes hannah marcel sophie oliver emma kevin mia leon clara paul ida emil "
    "greta anton frieda oskar charlotte max helene karl mathilda jakob amelie samuel paula elias luise noah rosa "
    "zoe liam nina till vera sven olga rolf ines bernd gisela horst renate uwe karin dieter ingrid erwin doris"
)
SYLLABLES = (
    "ba ber bo bran da del dor eck fal fen gar gru hal hart hof jung kal kern kol lan leit man mer nor os"
)
ENDINGS = "mann bauer ner ler er feld berg stein wald lich hofer meier"

# Randomness is a hash of the row and a salt, so that the same call gives the same people on any machine.
MACROS = """
CREATE MACRO chance(n, salt) AS (hash(n * 1000003 + salt) % 1000000) / 1000000.0;
CREATE MACRO pick(words, share) AS words[1 + floor(len(words) * share)::INT];
CREATE MACRO slip(value, n, salt) AS CASE WHEN chance(n, salt) > 0.04 THEN value
    WHEN chance(n, salt) < 0.02 THEN
        overlay_at(value, 1 + floor(length(value) * chance(n, salt + 500))::INT, chr(97 + (25 * chance(n, salt + 600))::INT))
    ELSE overlay_at(value, 1 + floor(length(value) * chance(n, salt + 500))::INT, '') END;
CREATE MACRO overlay_at(value, place, letter) AS left(value, place - 1) || letter || substr(value, place + 1);
CREATE MACRO digit_slip(value, n, salt) AS CASE WHEN chance(n, salt) > 0.03 THEN value
    ELSE left(value, length(value) - 1) || floor(10 * chance(n, salt + 500))::INT END;
CREATE MACRO kept(value, n, salt, share) AS CASE WHEN chance(n, salt) < share THEN value END;
"""
PEOPLE = """
CREATE TABLE people AS
WITH drawn AS (SELECT range AS p, CASE WHEN chance(range, 1) < 0.4 THEN range - range % 3 ELSE range END AS home
    FROM range($persons))
SELECT p,
    string_split($given, ' ')[1 + p % 3 + 3 * floor(33 * power(chance(p, 2), 1.5))::INT] AS given_name,  -- none twice at home
    pick(string_split($syllables, ' '), power(chance(home, 3), 1.3)) || pick(string_split($syllables, ' '), chance(home, 4))
        || pick(string_split($endings, ' '), power(chance(home, 5), 1.5)) AS family_name,
    (DATE '1935-01-01' + (26000 * chance(p, 6))::INT)::VARCHAR AS birth_date,
    pick(string_split($syllables, ' '), chance(home, 7)) || pick(string_split($syllables, ' '), chance(home, 8))
        || pick(['strasse', 'weg', 'gasse', 'platz'], power(chance(home, 9), 2)) AS street,
    (1 + 120 * power(chance(home, 10), 2))::INT::VARCHAR AS house_number,
    floor(8000 * power(chance(home, 11), 1.5))::INT AS place,
    '+4930' || (1000000 + floor(8999999 * chance(CASE WHEN chance(p, 12) < 0.3 THEN home ELSE p + 7000000 END, 13))::INT)
        AS phone,
    floor(10000 * chance(p, 14))::INT AS digits
FROM drawn
"""
RECORDS = """
WITH copies AS (
    SELECT range AS n, CASE WHEN range < $persons THEN range ELSE floor($persons * chance(range, 20))::BIGINT END AS p
    FROM range($records)
)
SELECT n AS unique_id, p AS person,
    slip(given_name, n, 21) AS given_name,
    slip(family_name, n, 22) AS family_name,
    kept(digit_slip(birth_date, n, 23), n, 24, 0.8) AS birth_date,
    kept(slip(given_name || '.' || family_name || digits, n, 25) || '@post.example', n, 26, 0.75) AS email,
    kept(digit_slip(phone, n, 27), n, 28, 0.75) AS phone,
    kept(slip(street, n, 29), n, 30, 0.9) AS street,
    kept(house_number, n, 30, 0.9) AS house_number,
    kept((10000 + place * 11)::VARCHAR, n, 31, 0.92) AS postcode,
    slip('ort' || (place // 4), n, 32) AS city
FROM copies JOIN people USING (p) ORDER BY n
"""


def make_records(records: int, persons: int) -> tuple[pa.Table, np.ndarray]:
    """Seeded records of people, four in ten of whom share a home, and the person each is of."""
    with duckdb.connect() as connection:
        connection.execute(MACROS)
        words = {"given": GIVEN, "syllables": SYLLABLES, "endings": ENDINGS}
        connection.execute(PEOPLE, {"persons": persons, **words})
        table = connection.sql(RECORDS, params={"persons": persons, "records": records}).to_arrow_table()
    return table.drop_columns(["person"]), table["person"].to_numpy()


def report(name: str, found: Linkage, before: os.times_result, gold: np.ndarray) -> None:
    """Print what a run took and how right it is."""
    now = os.times()
    cpu = now.user + now.system - before.user - before.system
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{name}: {now.elapsed - before.elapsed:.1f} s, {cpu:.1f} s of processor, peak {peak:.2f} GB")
    print(
        f"    {found.compared:,} pairs compared, {found.links.num_rows:,} links, {found.reviews.num_rows:,} to review"
    )
    ids = np.arange(gold.size)
    labels = label_components(found.links["left"].to_numpy(), found.links["right"].to_numpy(), ids)
    print("    P {:.5f} R {:.5f} F1 {:.5f}".format(*cluster_scores(labels, gold)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--persons", type=int, default=570_000)
    parser.add_argument("--new", type=int, default=0)
    arguments = parser.parse_args()
    records, gold = make_records(arguments.records, arguments.persons)
    before = os.times()
    found = link_records(records)
    report(f"{records.num_rows:,} records", found, before, gold)
    for rule in found.rules:
        print(
            f"    {rule.rule}: {rule.expected_pairs:,} pairs expected, {rule.new_close_pairs:,} new close ones"
        )
    if arguments.new:
        before = os.times()
        new = set(range(arguments.records - arguments.new, arguments.records))
        found = link_records(records, trained=found.model, only_new=new)
        report(f"{arguments.new:,} new among them", found, before, gold)


if __name__ == "__main__":
    main()
