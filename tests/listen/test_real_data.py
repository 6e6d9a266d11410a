"""Every real data set is taken in as it is, without a hand on the file or the mapping."""

from decimal import Decimal
from pathlib import Path

import ibis
import pytest

from regard.know.models import Identity
from regard.ledger import lake
from regard.ledger.queries import events
from regard.listen.actions import import_file
from regard.listen.models import Import

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def take_in(path: Path, source: str) -> Import:
    done = import_file(path, source=source, actor="ann")
    assert done.rejected_rows == 0
    assert done.rows_read == done.event_rows + done.attribute_rows + done.duplicate_rows
    again = import_file(path, source=source, actor="ann")
    assert again.duplicate_rows == again.rows_read == done.rows_read
    return done


def counted(name: str) -> int:
    return int(events().filter(ibis._.name == name).count().execute())


def summed(name: str) -> Decimal:
    return Decimal(events().filter(ibis._.name == name).amount.sum().execute())


def test_cdnow_is_69659_orders_of_23570_customers(shared_data: Path) -> None:
    take_in(shared_data / "cdnow" / "CDNOW_master.txt", "cdnow")
    assert counted("order.completed") == 69659
    assert summed("order.completed") == Decimal("2500315.63")
    assert Identity.objects.count() == 23570


def test_cdnow_sample_has_no_header_and_is_understood_by_its_shape(shared_data: Path) -> None:
    take_in(shared_data / "cdnow" / "CDNOW_sample.txt", "sample")
    assert counted("order.completed") == 6919
    assert Identity.objects.count() == 2357


def test_the_telecom_company_is_one_source_of_five_files(shared_data: Path) -> None:
    for path in sorted((shared_data / "telco_ibm").iterdir()):
        take_in(path, "telco")
    assert Identity.objects.count() == 7043
    assert counted("customer.churned") == 1869
    assert summed("contract.billed") == Decimal("21371131.69")
    places = lake.read("attributes").filter(ibis._.person.startswith("ref:zip_code:"))
    assert places.count().execute() == 1671


def test_the_marketplace_is_ten_tables(shared_data: Path) -> None:
    for name in ("orders", "customers", "order_items", "order_payments", "order_reviews", "dim_status",
                 "geolocation", "product_category_name_translation", "products", "sellers"):  # fmt: skip
        done = take_in(shared_data / "olist" / f"{name}.csv", "olist")
        if name == "dim_status":
            assert done.duplicate_rows == 5000  # the orders once more
    assert counted("order.completed") == counted("promise.made") == 5000
    assert counted("item.bought") == 5603
    assert counted("payment.made") == 5160
    assert counted("review.written") == 4988


def test_fourteen_attributes_of_a_flight_are_rated_and_zero_is_no_rating(shared_data: Path) -> None:
    done = take_in(shared_data / "airline_satisfaction" / "airline_satisfaction.csv", "airline")
    assert done.event_rows == 129880
    rated = events().filter(ibis._.instrument == "rating-5")
    assert rated.touchpoint.nunique().execute() == 14
    assert rated.score.min().execute() == 1
    good = events().filter(ibis._.instrument == "csat-2").score.mean().execute()
    assert round(good, 4) == 0.4345


@pytest.mark.parametrize(
    ("file", "rows", "name", "made"),
    [
        ("febrl/dataset4a.csv", 5000, "message.received", 0),
        ("splink/fake_1000.csv", 1000, "message.received", 0),
        ("helpdesk/helpdesk.csv", 13710, "custom.case_activity", 13710),
        ("banking77/test.csv", 3080, "message.received", 3080),
        ("sentences/yelp.json", 1000, "message.received", 1000),
        ("ecsi/mobi.csv", 250, "survey.answered", 6000),
        ("swiss.csv", 47, "message.received", 0),
    ],
)
def test_smaller_sets_are_taken_in(shared_data: Path, file: str, rows: int, name: str, made: int) -> None:
    assert take_in(shared_data / file, "some").rows_read == rows
    assert counted(name) == made
