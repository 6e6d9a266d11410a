"""What app stores and review sites export is recognised, and its reviews wait for an answer like all others."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from regard.ledger.queries import newest_events
from regard.listen.actions import import_file
from regard.listen.sources.queries import mentions

pytestmark = pytest.mark.django_db
SINCE = datetime(2026, 1, 1, tzinfo=UTC)

PLAY = """Package Name,App Version Code,App Version Name,Reviewer Language,Device,Review Submit Date and Time,Review Submit Millis Since Epoch,Review Last Update Date and Time,Review Last Update Millis Since Epoch,Star Rating,Review Title,Review Text,Developer Reply Date and Time,Developer Reply Millis Since Epoch,Developer Reply Text,Review Link
com.example.shop,41,4.1.0,en,bluejay,2026-11-01T08:12:03Z,1793520723000,2026-11-01T08:12:03Z,1793520723000,1,,"Crashes at checkout, again.",,,,https://play.google.com/console/a?reviewId=r1
com.example.shop,41,4.1.0,de,oriole,2026-11-02T09:00:00Z,1793610000000,2026-11-02T09:00:00Z,1793610000000,5,Prima,Läuft gut – danke!,2026-11-03T10:00:00Z,1793700000000,Vielen Dank!,https://play.google.com/console/a?reviewId=r2
com.example.shop,41,4.1.0,en,bluejay,2026-11-04T08:00:00Z,1793779200000,2026-11-04T08:00:00Z,1793779200000,3,,,,,,https://play.google.com/console/a?reviewId=r3
"""  # noqa: E501
APPLE = """Review ID,App Name,Date,Country,Version,Rating,Title,Review,Nickname,Developer Response
9001,Shop,2026-11-05,US,4.1,2,Slow,Takes ages to load my basket.,jo77,
9002,Shop,2026-11-06,DE,4.1,5,Toll,"Sehr gut, gerne wieder.",mia,Danke!
"""
SITE = """Reference Id,Review Stars,Review Title,Review Content,Review Created (UTC),Consumer Name,Company Reply Date (UTC)
t1,1,Never again,Parcel lost and nobody answers.,2026-11-07 10:00:00,Kim,
t2,4,Good,Quick delivery.,2026-11-08 11:00:00,Lee,2026-11-09 09:00:00
"""  # noqa: E501


@pytest.mark.parametrize(
    ("text", "encoding", "rated", "waiting"),
    [
        (PLAY, "utf-16", [1, 3, 5], {"Crashes at checkout, again.", ""}),
        (PLAY, "utf-8", [1, 3, 5], {"Crashes at checkout, again.", ""}),
        (APPLE, "utf-8", [2, 5], {"Slow\nTakes ages to load my basket."}),
        (SITE, "utf-8", [1, 4], {"Never again\nParcel lost and nobody answers."}),
    ],
    ids=["google play", "google play, as a tool wrote it", "app store", "review site"],
)
def test_an_export_becomes_reviews_that_wait(
    tmp_path: Path, text: str, encoding: str, rated: list[int], waiting: set[str]
) -> None:
    path = tmp_path / "reviews.csv"
    path.write_bytes(text.encode(encoding))
    done = import_file(path, source="store", actor="ada")
    assert done.rejected_rows == 0
    events = newest_events(names=["review.written"])
    assert sorted(event["score"] for event in events) == rated
    found = mentions(since=SINCE)
    assert {one.text for one in found if one.waits} == waiting


def test_the_same_export_again_adds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_bytes(PLAY.encode("utf-16"))
    import_file(path, source="store", actor="ada")
    path.write_bytes(PLAY.replace("bluejay", "raven").encode("utf-16"))
    import_file(path, source="store", actor="ada")
    assert len(newest_events(names=["review.written"])) == 3
