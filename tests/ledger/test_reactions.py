import pytest

from regard.errors import NotFoundError
from regard.ledger import actions, inbox, queries, reactions
from regard.ledger.events import Event
from regard.ledger.models import Batch, DeadLetter, Reaction
from tests.ledger.cast import order

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A listener to orders that notes their ids."""
    monkeypatch.setattr(reactions, "_listeners", {})
    notes: list[str] = []

    @reactions.on("order.completed", "order.shipped")
    def note(event: Event) -> None:
        notes.append(event.event_id)

    return notes


def record(*event_ids: str, **changes: object) -> None:
    actions.record_events([order(one, **changes) for one in event_ids], source="shop", actor="anna")


def test_a_listener_hears_an_event_of_its_names_after_the_flush(heard: list[str]) -> None:
    record("a", "b")
    record("c", name="order.cancelled")
    assert heard == []
    actions.flush_inbox()
    assert heard == ["a", "b"]
    assert Reaction.objects.count() == 2


def test_an_event_sent_twice_is_reacted_to_once(heard: list[str]) -> None:
    record("a", "a")
    record("a")
    actions.flush_inbox()
    record("a")
    actions.flush_inbox()
    assert heard == ["a"]


def test_a_reaction_that_was_cut_short_is_made_up_for(
    heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    record("a")
    with monkeypatch.context() as patch:
        patch.setattr(inbox, "finish", lambda *_: 0)  # as if the flusher had died after appending
        actions.flush_inbox()
    assert heard == []
    assert Batch.objects.count() == 1
    flushed = actions.flush_inbox()
    assert heard == ["a"]
    assert (flushed.batches, flushed.events) == (1, 0)


def test_a_failing_listener_leaves_a_dead_letter_and_does_not_hold_up_the_rest(heard: list[str]) -> None:
    broken = [True]

    @reactions.on("order.completed")
    def fail(event: Event) -> None:
        DeadLetter.objects.create(kind="note", source="-", payload=b"", reason="written before failing")
        if broken[0]:
            raise ValueError(f"cannot deal with {event.event_id}")

    record("a")
    actions.flush_inbox()
    assert heard == ["a"]
    assert Batch.objects.count() == 0
    [letter] = queries.dead_letters()
    assert letter.kind == "reaction"
    assert letter.listener == reactions.name_of(fail)
    assert "cannot deal with a" in letter.reason

    with pytest.raises(ValueError, match="cannot deal with a"):
        actions.replay_dead_letter(letter.id, actor="anna")
    assert queries.dead_letters()[0].attempts == 2
    broken[0] = False
    actions.replay_dead_letter(letter.id, actor="anna")
    assert queries.dead_letters(kind="reaction") == []


def test_replaying_for_a_listener_that_is_gone_says_so() -> None:
    letter = DeadLetter.objects.create(
        kind="reaction", source="shop", payload=b"{}", reason="x", listener="regard.nowhere.nobody"
    )
    with pytest.raises(NotFoundError, match="no listener"):
        actions.replay_dead_letter(letter.id, actor="anna")


def test_a_reaction_may_record_events_of_its_own(heard: list[str]) -> None:
    @reactions.on("order.completed")
    def follow_up(event: Event) -> None:
        low = order(f"low-{event.event_id}", name="feedback.low", source="regard", person=event.person)
        actions.record_events([low], source="regard", actor="regard")

    record("a")
    actions.flush_inbox()
    actions.flush_inbox()
    assert {row["name"] for row in queries.events_of(["shop:1"])} == {"order.completed", "feedback.low"}
