"""Links: single, signed, ending; nothing about them can be guessed or bent."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.errors import NotFoundError
from regard.listen.surveys.tokens import LinkEndedError, key_of, new_key, token_of

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def test_a_token_gives_back_its_key_until_it_ends() -> None:
    key = new_key()
    token = token_of(key, NOW + timedelta(days=1))
    assert key_of(token, now=NOW) == key
    with pytest.raises(LinkEndedError):
        key_of(token, now=NOW + timedelta(days=1))


def test_keys_do_not_repeat() -> None:
    assert len({new_key() for _ in range(2000)}) == 2000


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 200), other=st.characters(codec="ascii"))
def test_a_token_with_any_character_changed_is_none(place: int, other: str) -> None:
    token = token_of("A" * 22, NOW + timedelta(days=1))
    place %= len(token)
    bent = token[:place] + other + token[place + 1 :]
    if bent != token:
        with pytest.raises(NotFoundError):
            key_of(bent, now=NOW)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    with pytest.raises(NotFoundError):
        key_of(text, now=NOW)
