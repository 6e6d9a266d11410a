"""Write keys are made, narrowed and ended on a page."""

from collections.abc import Callable

import pytest
from django.test import Client

from regard.listen.tracking.models import WriteKey
from regard.listen.tracking.queries import key_of

pytestmark = pytest.mark.django_db


def test_a_write_key_is_shown_once_and_can_be_ended(as_: Callable[[str], Client]) -> None:
    browser = as_("ada")
    made = browser.post("/settings/tracking", {"source": "shop", "origins": "https://shop.example/"})
    text = made.context["text"]
    assert text in made.content.decode()
    assert text not in browser.get("/settings/tracking").content.decode()
    known = key_of(text)
    assert known is not None
    assert known.allows("https://shop.example")
    row = WriteKey.objects.get()
    browser.post(
        f"/settings/tracking/{row.pk}", {"do": "origins", "origins": "https://a.example\nhttps://b.example"}
    )
    row.refresh_from_db()
    assert row.allowed_origins == ["https://a.example", "https://b.example"]
    assert (
        ">https://a.example&#10;https://b.example</textarea>"
        in browser.get("/settings/tracking").content.decode()
    )
    browser.post(f"/settings/tracking/{row.pk}")
    row.refresh_from_db()
    assert (row.revoked_by, row.revoked_at is None) == ("ada", False)


@pytest.mark.parametrize(
    "form", [{"source": "Shop!"}, {"source": "regard"}, {"source": "s", "origins": "nonsense"}]
)
def test_what_cannot_be_a_key_is_refused_with_a_reason(
    as_: Callable[[str], Client], form: dict[str, str]
) -> None:
    answer = as_("ada").post("/settings/tracking", form)
    assert answer.status_code == 400
    assert WriteKey.objects.count() == 0
    assert "cannot be a source" in answer.content.decode() or "is no origin" in answer.content.decode()
