import random

import pytest

from regard.simulate.contacts import NAMES
from regard.simulate.grammar import Facts, load_languages

FACTS = Facts(product="Nordkamm shell jacket", line="Nordkamm", order="FV00000042", name="Ada Lang", days=4)


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_topic_can_be_written_about_in_every_form(language: str) -> None:
    speaker = load_languages(random.Random(1))[language]
    for topic in (*NAMES, "neutral"):
        for _ in range(40):
            texts = (
                speaker.subject(topic, FACTS),
                speaker.letter(topic, FACTS, also="packaging"),
                speaker.note(topic, FACTS),
                speaker.remark([topic, "late"], FACTS),
                speaker.reply(topic, FACTS, "Jo"),
            )
            assert all(text and "{" not in text for text in texts)


def test_slips_never_fail_on_the_shortest_words() -> None:
    speaker = load_languages(random.Random(2))["en"]
    assert all(speaker.remark(["neutral"], FACTS) for _ in range(60_000))
