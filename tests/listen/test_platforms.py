"""Exports of LimeSurvey and Delighted are understood by their headers."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from regard.know.models import Identity
from regard.ledger import lake
from regard.ledger.queries import events
from regard.listen.actions import import_file

pytestmark = pytest.mark.django_db
EXPORTS = Path(__file__).parent / "exports"


def taken_in(name: str, tmp_path: Path) -> list[dict[str, Any]]:
    """What an export becomes without anybody saying what it is."""
    file = shutil.copy(EXPORTS / name, tmp_path / name)
    done = import_file(Path(file), source=Path(name).stem, actor="ann")
    assert (done.state, done.rejected_rows) == ("done", 0)
    rows: list[dict[str, Any]] = lake.fetch(events()).to_pylist()
    return rows


def test_a_delighted_export(tmp_path: Path) -> None:
    found = taken_in("delighted.csv", tmp_path)
    answers = {each["person"]: each for each in found if each["name"] == "survey.answered"}
    assert sorted(each["score"] for each in answers.values()) == [3, 7, 9, 10]
    assert {each["instrument"] for each in answers.values()} == {"nps"}
    eva = next(each for each in answers.values() if each["score"] == 9)
    assert eva["text"] == "Quick delivery, friendly driver."
    assert '"tags":"delivery,praise"' in eva["data"].replace(": ", ":")
    assert f"{eva['occurred_at']:%Y-%m-%d %H:%M:%S}" == "2026-03-02 09:14:05"
    assert Identity.objects.get(person=eva["person"]).normal["email"] == "eva.lang@example.org"


@pytest.mark.parametrize("name", ["limesurvey-words.csv", "limesurvey-codes.csv"])
def test_a_limesurvey_export_by_words_and_by_codes(name: str, tmp_path: Path) -> None:
    found = [each for each in taken_in(name, tmp_path) if each["name"] == "survey.answered"]
    scored = Counter(each["instrument"] for each in found if each["score"] is not None)
    lead = "nps" if "words" in name else "rating-10"  # a code does not say what was asked
    assert scored == {lead: 3, "rating-5": 8 if "words" in name else 6}
    leads = {each["score"] for each in found if each["instrument"] == lead and each["score"] is not None}
    assert leads == {3, 7 if "words" in name else 10, 9}
    assert all(each["score"] != 2 or each["instrument"] != lead for each in found)  # never submitted
    texts = {each["text"] for each in found if each["text"]}
    assert "Quick delivery and a friendly driver." in texts
    rated = {each["touchpoint"] for each in found if each["instrument"] == "rating-5"}
    assert rated >= ({"Delivery", "Quality", "Service"} if "words" in name else {"SQ001", "SQ002"})
    eva = next(each for each in found if each["text"] == "Quick delivery and a friendly driver.")
    assert "eva.lang@example.org" in str(Identity.objects.get(person=eva["person"]).normal)
