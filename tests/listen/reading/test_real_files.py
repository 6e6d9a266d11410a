"""Real files are read as they are."""

from pathlib import Path

import pytest

from regard.listen.reading import ColumnProfile, Hints, Sheet, parse_column, profile_sheet, read_file

# file: rows, columns, and the kind of some columns
FILES: dict[str, tuple[int, int, dict[str, str]]] = {
    "airline_satisfaction/airline_satisfaction.csv": (
        129_880, 24, {"id": "id", "Class": "category", "Age": "integer"},
    ),
    "banking77/categories.json": (77, 1, {"value": "text"}),
    "banking77/test.csv": (3_080, 2, {"text": "text", "category": "category"}),
    "banking77/train.csv": (10_003, 2, {"text": "text", "category": "category"}),
    "cdnow/CDNOW_master.txt": (
        69_659, 4, {"customer_id": "id", "date": "date", "number_of_cds": "integer", "dollar_value": "decimal"},
    ),
    "cdnow/CDNOW_sample.txt": (6_919, 5, {"column_1": "id", "column_3": "date", "column_5": "decimal"}),
    "cdnow/bgbb_donations.csv": (11_104, 4, {"customer_id": "id", "frequency": "integer"}),
    "cdnow/cdnow_customers_summary.csv": (2_357, 4, {"ID": "id", "recency": "decimal"}),
    "cdnow/cdnow_customers_summary_with_transactions.csv": (2_357, 5, {"zbar": "decimal"}),
    "cdnow/cdnow_transactions.csv": (6_919, 5, {"date": "date", "spent": "decimal"}),
    "cdnow/clv_quickstart.csv": (2_357, 4, {"monetary_value": "decimal"}),
    "cdnow/donations.csv": (22, 4, {"weights": "integer"}),
    "cdnow/sbg_cohorts.csv": (2_000, 4, {"cohort": "category"}),
    "ecsi/mobi.csv": (250, 24, {"CUSL3": "rating", "PERV2": "rating"}),
    "febrl/dataset4a.csv": (5_000, 11, {"rec_id": "id", "given_name": "name", "date_of_birth": "date"}),
    "febrl/dataset4b.csv": (5_000, 11, {"surname": "name", "postcode": "postcode", "soc_sec_id": "id"}),
    "helpdesk/helpdesk.csv": (13_710, 3, {"CaseID": "id", "CompleteTimestamp": "datetime"}),
    "olist/customers.csv": (5_000, 6, {"customer_id": "id", "customer_zip_code_prefix": "postcode"}),
    "olist/dim_status.csv": (5_000, 9, {"order_pk": "empty", "order_status": "category"}),
    "olist/geolocation.csv": (19_015, 5, {"geolocation_lat": "decimal"}),
    "olist/order_items.csv": (5_603, 7, {"price": "decimal", "shipping_limit_date": "datetime"}),
    "olist/order_payments.csv": (5_160, 6, {"payment_value": "decimal", "payment_type": "category"}),
    "olist/order_reviews.csv": (4_988, 5, {"review_score": "rating", "review_creation_date": "datetime"}),
    "olist/orders.csv": (5_000, 8, {"order_id": "id", "order_purchase_timestamp": "datetime"}),
    "olist/product_category_name_translation.csv": (71, 2, {}),
    "olist/products.csv": (3_859, 10, {"product_id": "id", "product_weight_g": "integer"}),
    "olist/sellers.csv": (1_222, 5, {"seller_city": "category"}),
    "sentences/amazon.json": (1_000, 2, {"text": "text", "class": "boolean"}),
    "sentences/imdb.json": (1_000, 2, {"text": "text", "class": "boolean"}),
    "sentences/yelp.json": (1_000, 2, {"text": "text", "class": "boolean"}),
    "splink/fake_1000.csv": (1_000, 7, {"first_name": "name", "email": "email", "dob": "date"}),
    "swiss.csv": (47, 7, {"column_1": "text", "Fertility": "decimal"}),
    "telco_ibm/Telco_customer_churn_demographics.xlsx": (
        7_043, 8, {"Customer ID": "id", "Married": "boolean"},
    ),
    "telco_ibm/Telco_customer_churn_location.xlsx": (7_043, 8, {"Zip Code": "postcode"}),
    "telco_ibm/Telco_customer_churn_population.csv": (
        1_671, 3, {"Zip Code": "postcode", "Population": "integer"},
    ),
    "telco_ibm/Telco_customer_churn_services.xlsx": (
        7_043, 29, {"Total Revenue": "decimal", "Offer": "category"},
    ),
    "telco_ibm/Telco_customer_churn_status.csv": (7_043, 10, {"Satisfaction Score": "rating"}),
}  # fmt: skip


def opened(folder: Path, name: str) -> tuple[Sheet, dict[str, ColumnProfile]]:
    (sheet,) = read_file(folder / name, hints=Hints())
    return sheet, {profile.name: profile for profile in profile_sheet(sheet, hints=Hints())}


@pytest.mark.parametrize("name", FILES)
def test_rows_columns_and_kinds(shared_data: Path, name: str) -> None:
    sheet, profiles = opened(shared_data, name)
    rows, columns, kinds = FILES[name]
    assert (sheet.row_count, sheet.refused, len(sheet.columns)) == (rows, [], columns)
    assert {column: profiles[column].kind for column in kinds} == kinds
    assert sheet.table()["_row"].to_pylist() == list(range(1, rows + 1))
    uncertain = [column for column, profile in profiles.items() if not profile.date_order_certain]
    assert uncertain == []


def test_every_file_is_listed(shared_data: Path) -> None:
    there = {str(path.relative_to(shared_data)) for path in shared_data.rglob("*") if path.is_file()}
    assert there - {"DATA.md"} == set(FILES)


def test_the_music_shop_adds_up(shared_data: Path) -> None:
    sheet, profiles = opened(shared_data, "cdnow/CDNOW_master.txt")
    money, reasons = parse_column(sheet.table()["dollar_value"], profiles["dollar_value"])
    assert str(sum(money.to_pylist())) == "2500315.6300"
    assert reasons.null_count == 69_659
    assert (profiles["date"].minimum, profiles["date"].maximum) == ("1997-01-01", "1998-06-30")
    assert profiles["customer_id"].distinct == 23_570


def test_the_market_place_writes_the_month_first(shared_data: Path) -> None:
    _, profiles = opened(shared_data, "olist/orders.csv")
    dated = [profile for profile in profiles.values() if profile.kind == "datetime"]
    assert {profile.date_format for profile in dated} == {"m/d/yyyy h:mm"}
    assert len(dated) == 5
    assert all("second part beyond 12" in profile.evidence for profile in dated)


def test_the_airline_means_not_applicable_by_zero(shared_data: Path) -> None:
    _, profiles = opened(shared_data, "airline_satisfaction/airline_satisfaction.csv")
    ratings = [profile for profile in profiles.values() if profile.kind == "rating"]
    assert len(ratings) == 14
    assert {profile.minimum for profile in ratings} == {"1"}


def test_padded_values_are_stripped(shared_data: Path) -> None:
    sheet, _ = opened(shared_data, "febrl/dataset4a.csv")
    assert sheet.found.padding
    assert sheet.columns[1] == "given_name"
    assert sheet.table()["given_name"][0].as_py() == "michaela"


def test_telephone_revenue_adds_up(shared_data: Path) -> None:
    sheet, profiles = opened(shared_data, "telco_ibm/Telco_customer_churn_services.xlsx")
    money, _ = parse_column(sheet.table()["Total Revenue"], profiles["Total Revenue"])
    assert round(float(sum(money.to_pylist())), 2) == 21_371_131.69
